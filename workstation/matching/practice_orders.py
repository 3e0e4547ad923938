"""Orders of a practice account: no broker knows them, and nothing here could tell one.

Prices are whole ticks and sizes whole shares or lots, as in the order book.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class Kind(StrEnum):
    """What an order does with its price."""

    MARKET = "MKT"
    LIMIT = "LMT"
    STOP = "STP"


class Status(Enum):
    """Where an order is in its life."""

    HELD = auto()
    """Waits until the order it hangs on is filled."""

    WORKING = auto()
    FILLED = auto()
    CANCELLED = auto()

    @property
    def is_live(self) -> bool:
        """Whether it can still fill."""
        return self in {Status.HELD, Status.WORKING}


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeOrder:
    """One practice order; `price` is its limit or its stop, None at the market."""

    number: int
    buys: bool
    kind: Kind
    size: int
    price: int | None = None
    parent: int | None = None
    """The order whose fill sets this one to work."""

    group: int | None = None
    """Orders of one group: what one fills the others lose, and a complete fill ends them."""

    filled: int = 0
    status: Status = Status.WORKING
    has_triggered: bool = False
    """Whether the price of a stop was reached; it is an order at the market since then."""

    is_resting: bool = False
    """Whether it stands in the book."""

    @property
    def left(self) -> int:
        """What is not filled yet."""
        return self.size - self.filled

    @property
    def sign(self) -> int:
        """1 for a buyer, -1 for a seller."""
        return 1 if self.buys else -1

    @property
    def waits_for_trigger(self) -> bool:
        """Whether it is a stop whose price has not been reached."""
        return self.kind is Kind.STOP and not self.has_triggered

    @property
    def takes_any_price(self) -> bool:
        """Whether it takes what stands at any price."""
        return self.kind is Kind.MARKET or self.has_triggered


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeFill:
    """Shares that a practice order bought or sold; `time` is the opening time of the bar."""

    order: int
    buys: bool
    size: int
    price: int
    time: int
    stop: int | None = None
    """Where the stop of the order stood when it was placed, None where it had none."""

    @property
    def sign(self) -> int:
        """1 for a purchase, -1 for a sale."""
        return 1 if self.buys else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedBar:
    """A bar of the past in ticks; `volume` in shares or lots, None where none was recorded."""

    time: int
    open: int
    high: int
    low: int
    close: int
    volume: int | None = None
    opens_session: bool = False
    """Whether a trading day begins with it: orders then meet the market in an auction."""
