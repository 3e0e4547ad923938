"""Days a market may have, by name: what happens when, and to which contracts.

Every move is a fraction of the price; times are seconds of the exchange after the start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from workstation.simgateway.traders import Regime

EVERYTHING = ""
"""Stands for every contract that has a price of its own."""


@dataclass(frozen=True, slots=True)
class Move:
    """The price goes so far in so many seconds."""

    fraction: float
    seconds: float
    symbol: str = EVERYTHING


@dataclass(frozen=True, slots=True)
class Change:
    """The market becomes wilder or calmer."""

    volatility: float = 1.0
    activity: float = 1.0
    spread: float = 1.0
    depth: float = 1.0
    symbol: str = EVERYTHING

    def regime(self) -> Regime:
        """Return what the market is like from then on."""
        return Regime(self.volatility, self.activity, self.spread, self.depth)


@dataclass(frozen=True, slots=True)
class Halt:
    """Trading in a contract stops."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Trading in a contract goes on, with an auction."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Every client hears of the connection to the servers."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Restart:
    """The gateway closes every connection and takes none for so many real seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Headlines:
    """So many headlines about a stock come in so many seconds."""

    symbol: str
    count: int
    seconds: int


Action = Move | Change | Halt | Resume | Notice | Restart | Headlines


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDay:
    """A scenario of the market."""

    name: str
    text: str
    """What it is for, in one line."""

    regime: Regime | None = None
    real_hours: bool = False
    begins: tuple[int, int] | None = None
    """Hour and minute in New York of a weekday on which it begins; None for now."""

    liquidation_grace: float = 600.0
    """Seconds that an account short of margin is given."""

    hostile_news: bool = False
    """Whether the hostile test wire speaks often, so that readers can be tested with it."""

    begins_at: datetime | None = None
    """The very moment at which it begins; None for what begins says."""

    eve_of: str = ""
    """Symbol of a stock: it begins at that hour of the day before a split or a dividend of it."""

    actions: tuple[tuple[float, Action], ...] = ()
    """Seconds after the start, rising, and what happens then."""


ORDINARY = NamedDay(name="ordinary", text="nothing happens by itself")
"""The day of a gateway that was asked for none."""

_LOST = "Connectivity between IBKR and Trader Workstation has been lost."
_BACK = (
    "Connectivity between IBKR and Trader Workstation has been restored - data maintained. "
    "All data farms are connected: usfarm; ushmds; secdefil."
)
_HALTED = "AAPL"
_NEWS = "IBM"

_DAYS = (
    NamedDay(name="calm", text="small moves", regime=Regime(0.4, 0.7, 1.0, 1.5)),
    NamedDay(name="volatile", text="large moves, wide spreads", regime=Regime(4.0, 3.0, 3.0, 0.6)),
    NamedDay(name="thin", text="few orders, wide spreads", regime=Regime(1.2, 0.15, 6.0, 0.2)),
    NamedDay(
        name="gap",
        text="real hours from 09:28; everything opens six per cent lower",
        real_hours=True,
        begins=(9, 28),
        actions=((105.0, Move(-0.06, 10.0)), (120.0, Change(2.0, 2.0, 2.0))),
    ),
    NamedDay(
        name="halt",
        text=f"{_HALTED} falls a tenth, is halted for five minutes and opens again",
        actions=(
            (60.0, Change(3.0, 6.0, 2.0, 0.5, _HALTED)),
            (60.0, Move(-0.1, 20.0, _HALTED)),
            (82.0, Halt(_HALTED)),
            (382.0, Move(0.03, 0.1, _HALTED)),
            (383.0, Resume(_HALTED)),
            (500.0, Change(symbol=_HALTED)),
        ),
    ),
    NamedDay(
        name="flash-crash",
        text="everything falls nine per cent in a minute and comes back in five",
        actions=(
            (120.0, Change(4.0, 5.0, 8.0, 0.1)),
            (120.0, Move(-0.09, 60.0)),
            (180.0, Move(0.085, 300.0)),
            (240.0, Change(2.0, 2.0, 3.0, 0.4)),
            (480.0, Change()),
        ),
    ),
    NamedDay(
        name="news-spike",
        text=f"{_NEWS} jumps four per cent on news, and headlines come in bulk",
        actions=(
            (58.0, Headlines(_NEWS, 40, 120)),
            (60.0, Change(3.0, 8.0, 3.0, 0.6, _NEWS)),
            (60.0, Move(0.04, 4.0, _NEWS)),
            (64.0, Move(-0.012, 90.0, _NEWS)),
            (180.0, Change(symbol=_NEWS)),
        ),
    ),
    NamedDay(
        name="margin-call",
        text="everything falls by two fifths; who is short of margin has a minute",
        liquidation_grace=60.0,
        actions=((60.0, Change(3.0, 3.0, 2.0)), (60.0, Move(-0.4, 120.0)), (300.0, Change())),
    ),
    NamedDay(
        name="hostile-news",
        text="the hostile test wire speaks often",
        hostile_news=True,
    ),
    NamedDay(
        name="split",
        text="from two minutes before midnight: SIMSPLIT splits",
        begins=(23, 58),
        eve_of="SIMSPLIT",
    ),
    NamedDay(
        name="dividend",
        text="from two minutes before midnight: SIMDIV goes ex dividend",
        begins=(23, 58),
        eve_of="SIMDIV",
    ),
    NamedDay(
        name="close",
        text="real hours from 15:55: the closing auction, then the evening",
        real_hours=True,
        begins=(15, 55),
        actions=((0.0, Change(1.3, 2.0)), (300.0, Change())),
    ),
    NamedDay(
        name="nightly-restart",
        text="the servers go, the gateway restarts, the connection comes back",
        begins=(23, 40),
        actions=(
            (60.0, Notice(1100, _LOST)),
            (75.0, Notice(1100, _LOST)),
            (90.0, Notice(1102, _BACK)),
            (150.0, Notice(1100, _LOST)),
            (155.0, Restart(20.0)),
        ),
    ),
)

NAMED_DAYS: Mapping[str, NamedDay] = {day.name: day for day in _DAYS}
"""Every named day by its name."""
