"""Where decoded market data goes: the slots of `marketdata`, as the broker package sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from workstation.domain.greeks import Greeks
from workstation.domain.ids import ConId

PriceRow = tuple[ConId, int, float]
"""Contract, tick type and price of one tickPrice; -1 withdraws a side."""

SizeRow = tuple[ConId, int, float]
"""Contract, tick type and size of one tickSize, in shares or lots."""

BookRow = tuple[int, int, int, int, float, float, str]
"""Request, position, operation, side, price, size and venue of one depth message, as on the wire.

Operation is 0 insert, 1 update, 2 delete; side is 0 ask, 1 bid. Source: marketDepth(L2).
"""


class PrintColumns(NamedTuple):
    """Prints of one request as columns of one length, oldest first.

    Times are whole seconds since 1970 (UTC). Source: tickByTick of kind Last or AllLast.
    """

    times: list[int]
    prices: list[float]
    sizes: list[float]
    exchanges: list[str]
    conditions: list[str]


class BarRow(NamedTuple):
    """A bar of five seconds. Source: realtimeBar.

    `time` is when it began, in whole seconds since 1970 (UTC); volume in shares or lots, None
    where it means nothing, as of midpoints; `average` is weighted by volume.
    """

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float | None
    average: float | None
    trades: int


class TickSink(Protocol):
    """Where decoded market data goes: a contract's slot. Core thread."""

    def set_price(
        self, con_id: ConId, tick_type: int, price: float, size: float | None = None
    ) -> None:
        """Take a tickPrice, and the size that came with it; -1 means that the side is gone."""
        ...

    def set_size(self, con_id: ConId, tick_type: int, size: float) -> None:
        """Take a tickSize, in shares or lots."""
        ...

    def set_prices(self, rows: Iterable[PriceRow]) -> None:
        """Take the tickPrices of a burst, in order."""
        ...

    def set_sizes(self, rows: Iterable[SizeRow]) -> None:
        """Take the tickSizes of a burst, in order."""
        ...

    def set_data_type(self, con_id: ConId, data_type: int) -> None:
        """Take a marketDataType: 1 live, 2 frozen, 3 delayed, 4 delayed-frozen."""
        ...

    def set_text(self, con_id: ConId, tick_type: int, text: str) -> None:
        """Take a tickString."""
        ...

    def set_number(self, con_id: ConId, tick_type: int, number: float | None) -> None:
        """Take a tickGeneric; None for one that is not set."""
        ...

    def set_greeks(self, con_id: ConId, tick_type: int, greeks: Greeks) -> None:
        """Take a tickOptionComputation."""
        ...


class BookSink(Protocol):
    """Takes rows of order books, in order. Core thread."""

    def apply_all(self, rows: Iterable[BookRow]) -> None:
        """Apply rows; those of unknown requests and unknown operations do nothing."""
        ...


class TapeSink(Protocol):
    """Takes prints, in order. Core thread."""

    def add_all(self, req_id: int, prints: PrintColumns) -> None:
        """Take prints of a request; those of an unknown one are dropped."""
        ...


class BarSink(Protocol):
    """Takes bars of five seconds, in order. Core thread."""

    def add(self, req_id: int, row: BarRow) -> None:
        """Take a bar of a request; one of an unknown request is dropped."""
        ...


@dataclass(frozen=True, slots=True)
class MarketSinks:
    """All slots a session fills."""

    ticks: TickSink
    books: BookSink
    tapes: TapeSink
    bars: BarSink
