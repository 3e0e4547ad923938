"""The order book's rows: a bid and an ask side by side, best first."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.depth import DepthBook, DepthLevel
from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Bar, Column
from workstation.ui.theme import paint

MAX_LEVELS = 50
"""More places of one side are not shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """One level with the size up to it; `share` is its size against the largest shown."""

    level: DepthLevel
    cumulative: float
    share: float


@dataclass(frozen=True, slots=True)
class DepthRow:
    """One place of each side; a side that is not so deep has None."""

    bid: Place | None
    ask: Place | None
    ladder: PriceLadder | None
    stale: bool = False


def rows_of(book: DepthBook, ladder: PriceLadder | None) -> list[DepthRow]:
    """Lay both sides of a book side by side."""
    bids, asks = book.bids[:MAX_LEVELS], book.asks[:MAX_LEVELS]
    largest = max((level.size for level in (*bids, *asks)), default=0.0)
    pairs = zip_longest(_places(bids, largest), _places(asks, largest))
    return [DepthRow(bid, ask, ladder, book.stale) for bid, ask in pairs]


def _places(levels: Sequence[DepthLevel], largest: float) -> list[Place]:
    total, places = 0.0, []
    for level in levels:
        total += level.size
        places.append(Place(level, total, level.size / largest if largest > 0 else 0.0))
    return places


def _column(side: str, name: str, title: str, sample: str, tip: str) -> Column[DepthRow]:
    def show(row: DepthRow) -> str:
        place: Place | None = getattr(row, side)
        if place is None:
            return ""
        if name == "venue":
            return text.venue(place.level.venue)
        if name == "size":
            return text.size(place.level.size)
        if name == "cumulative":
            return text.size(place.cumulative)
        return text.price(place.level.price, row.ladder)

    return Column(
        key=f"{side}_{name}",
        title=title,
        text=show,
        sort=show,
        sample=sample,
        is_number=name != "venue",
        is_left=side == "ask",
        tip=tip,
    )


_SPECS = (
    ("venue", "Venue", "NSDQ", "Exchange or market maker"),
    ("cumulative", "Total", "99,999", "Size up to this place"),
    ("size", "Size", "9,999", "Shares or lots at this place"),
    ("price", "{}", "999.00", "Price of this place"),
)

COLUMNS: tuple[Column[DepthRow], ...] = (
    *(
        _column("bid", name, title.format("Bid"), sample, tip)
        for name, title, sample, tip in _SPECS
    ),
    *(
        _column("ask", name, title.format("Ask"), sample, tip)
        for name, title, sample, tip in reversed(_SPECS)
    ),
)
_HALF = len(COLUMNS) // 2


class DepthModel(KeyedTableModel[int, DepthRow]):
    """The book of one contract; the key is the place, 0 is the best."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    def show_book(self, rows: Sequence[DepthRow]) -> None:
        """Show these places and no others."""
        if len(rows) < len(self._rows):
            self.remove_run(len(rows), len(self._rows) - len(rows))
        self.upsert(enumerate(rows))

    @staticmethod
    def is_bid_column(column: int) -> bool:
        """Tell which side a column shows."""
        return column < _HALF

    @override
    def colour(self, row: DepthRow, column: int) -> QColor | None:
        """Grey what is stale; the prices in the colour of their side."""
        colours = paint()
        if row.stale:
            return colours.muted
        if column in (_HALF - 1, _HALF):
            return colours.up if column < _HALF else colours.down
        return None

    @override
    def bars(self, row: DepthRow) -> Sequence[Bar]:
        """Draw each size as a bar that grows from the middle."""
        if row.stale:
            return ()
        colours, found = paint(), []
        if row.bid is not None:
            found.append(Bar(0, _HALF - 1, row.bid.share, colours.bid_bar, from_right=True))
        if row.ask is not None:
            found.append(Bar(_HALF, 2 * _HALF - 1, row.ask.share, colours.ask_bar))
        return found

    @override
    def tip(self, row: DepthRow, column: int) -> str:
        """Tell the whole name of the venue."""
        place = row.bid if column < _HALF else row.ask
        return "" if place is None else place.level.venue
