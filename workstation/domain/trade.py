"""Prints on the tape."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple, overload

from workstation.domain.ids import ConId


class Aggressor(StrEnum):
    """Who crossed the spread, judged by the quote at the moment of the print."""

    BUYER = "BUYER"
    SELLER = "SELLER"
    UNKNOWN = "UNKNOWN"


class Trade(NamedTuple):
    """One print, in shares or lots. `time` is aware UTC, whole seconds.

    Source: tickByTickAllLast.
    """

    con_id: ConId
    time: datetime
    price: float
    size: float
    exchange: str
    conditions: str
    aggressor: Aggressor


@dataclass(frozen=True, slots=True, eq=False)
class Trades(Sequence[Trade]):
    """Prints of one contract, oldest first, kept as columns of one length.

    A trade is made when it is looked at: prints come by the hundred thousand, and of a burst
    only the last screenful is ever shown. `times` are whole seconds since 1970 (UTC). Nobody
    changes the columns once this is made.
    """

    con_id: ConId
    times: list[int]
    prices: list[float]
    sizes: list[float]
    exchanges: list[str]
    conditions: list[str]
    aggressors: list[Aggressor]

    def __len__(self) -> int:
        return len(self.times)

    @overload
    def __getitem__(self, place: int) -> Trade: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Trade, ...]: ...

    def __getitem__(self, place: int | slice) -> Trade | tuple[Trade, ...]:
        if isinstance(place, slice):
            return tuple(map(self._trade, range(*place.indices(len(self)))))
        return self._trade(range(len(self))[place])

    def __iter__(self) -> Iterator[Trade]:
        return map(self._trade, range(len(self)))

    def _trade(self, place: int) -> Trade:
        return Trade(
            self.con_id,
            datetime.fromtimestamp(self.times[place], UTC),
            self.prices[place],
            self.sizes[place],
            self.exchanges[place],
            self.conditions[place],
            self.aggressors[place],
        )
