"""Level-2 depth: the top rows of a book, and the steps from one picture to the next.

Source: tws-wire.md 2.5 (12, 13, 80).
"""

from collections.abc import Sequence
from typing import NamedTuple

from workstation.matching.order_book import OrderBook

INSERT, UPDATE, DELETE = 0, 1, 2


class Row(NamedTuple):
    """One place in a depth display; price in ticks, size in shares."""

    price: int
    venue: int
    size: int


class Step(NamedTuple):
    """One change at a position counted from the best price, 0."""

    operation: int
    position: int
    row: Row


def top_rows(
    book: OrderBook, count: int, *, buys: bool, venue: int | None, is_sum: bool = False
) -> list[Row]:
    """Return the best rows of one side: of every venue apart, of one alone, or all summed up."""
    rows: list[Row] = []
    price: int | None = None
    sizes: dict[int, int] = {}
    for resting in book.resting(buys=buys):
        if resting.price != price:
            rows += _level(price, sizes)
            if len(rows) >= count:
                return rows[:count]
            price, sizes = resting.price, {}
        if venue is None or resting.venue == venue:
            place = 0 if is_sum else resting.venue
            sizes[place] = sizes.get(place, 0) + resting.size
    rows += _level(price, sizes)
    return rows[:count]


def _level(price: int | None, sizes: dict[int, int]) -> list[Row]:
    return [] if price is None else [Row(price, v, size) for v, size in sorted(sizes.items())]


def steps(old: Sequence[Row], new: Sequence[Row]) -> list[Step]:
    """Return what turns one picture into the other, applied in order.

    Rows that fell away go first, the lowest first, so that no picture in between is longer
    than the longer of the two.
    """
    result: list[Step] = []
    wanted = {row[:2] for row in new}
    kept = list(old)
    gone = [i for i, row in enumerate(old) if row[:2] not in wanted]
    result += [Step(DELETE, position, kept.pop(position)) for position in reversed(gone)]
    for position, row in enumerate(new):
        if position < len(kept) and kept[position][:2] == row[:2]:
            if kept[position].size != row.size:
                result.append(Step(UPDATE, position, row))
        else:
            kept.insert(position, row)
            result.append(Step(INSERT, position, row))
    return result
