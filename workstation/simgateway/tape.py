"""What a market shows of itself: quotes, prints, and the figures of its day."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """Statistics of the trading day; prices in ticks, sizes in shares."""

    con_id: int
    fair: float
    last: float
    last_size: int
    last_time: int
    """Seconds since 1970 of the last print."""

    open: float
    high: float
    low: float
    volume: int
    previous_close: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What market-data subscribers see; prices are floats as quoted, sizes shares.

    A side without orders is None.
    """

    bid: float | None
    ask: float | None
    bid_size: int
    ask_size: int
    last: float
    last_size: int
    last_time: int
    open: float
    high: float
    low: float
    previous_close: float
    volume: int
    is_halted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """One trade on the tape; price in ticks, size in shares, time in seconds since 1970."""

    time: int
    price: float
    """Whole ticks, but for a trade at the middle of an odd spread."""

    size: int
    venue: int
    """Index into venues.VENUES."""


def whole(ticks: float) -> float:
    """Return ticks as an integer unless there is a half: files keep no difference."""
    return int(ticks) if ticks == int(ticks) else ticks


class Base(Protocol):
    """What the price of another contract follows."""

    def fair_price(self) -> float:
        """Return its fair price now."""
        ...

    def closed_at(self) -> float:
        """Return the price it closed at the day before."""
        ...

    def day_range(self) -> tuple[float, float, float]:
        """Return the prices of the day's opening, high and low."""
        ...
