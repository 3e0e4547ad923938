"""When the simulated exchange is open, and when its day begins and ends.

The demonstration exchange never closes: its day is a calendar day of the gateway's zone, all
of it regular hours. Real hours are a scenario.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Protocol
from zoneinfo import ZoneInfo

from workstation.simgateway.instruments import TIME_ZONE, Instrument, round_the_clock_hours
from workstation.simgateway.margin_period import ONE_PERIOD, MarginPeriod
from workstation.simgateway.order_kinds import Auction

_ZONE = ZoneInfo(TIME_ZONE)

Span = tuple[float, float]
"""First and last moment, in seconds since 1970."""


class Phase(Enum):
    """What part of its day an instrument is in."""

    CLOSED = "closed"
    OVERNIGHT = "overnight"
    EXTENDED = "extended"
    """Before or after regular hours."""

    REGULAR = "regular"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A phase and when it ends."""

    phase: Phase
    begins: float
    ends: float
    """Both in seconds since 1970."""

    opens_with: Auction = Auction.NONE
    """Auction held as it begins."""

    closes_with: Auction = Auction.NONE
    """Auction held as it ends."""

    follows_the_day: bool = False
    """Whether trading is busier at its ends, as between an opening and a close."""


ALWAYS = Stretch(Phase.REGULAR, 0.0, float("inf"))
"""Open for ever."""

_QUIET = {Phase.EXTENDED: 0.08, Phase.OVERNIGHT: 0.03}


def pace(stretch: Stretch, now: float) -> float:
    """Return how busy trading is at a moment, 1.0 on an average of regular hours."""
    if stretch.phase is not Phase.REGULAR:
        return _QUIET.get(stretch.phase, 0.0)
    if not stretch.follows_the_day:
        return 1.0
    part = (now - stretch.begins) / (stretch.ends - stretch.begins)
    return float(0.55 + 2.25 * (2 * part - 1) ** 4)


class Sessions(Protocol):
    """The calendar of the exchange."""

    def stretch(self, instrument: Instrument, now: float) -> Stretch:
        """Return what an instrument's phase is at a moment."""
        ...

    def day_end(self, instrument: Instrument, now: float, *, extended: bool) -> float:
        """Return when an order for the day that is sent now ends."""
        ...

    def next_regular(self, instrument: Instrument, now: float) -> float:
        """Return when regular hours are or begin next."""
        ...

    def span(self, instrument: Instrument, day: date, *, liquid: bool) -> Span | None:
        """Return when a day's regular hours, or all of it, begin and end; None when closed."""
        ...

    def hours(self, instrument: Instrument, first_day: date, *, liquid: bool) -> str:
        """Return the liquidHours or tradingHours text of contract details from a day on."""
        ...

    def margin_period(self, now: float) -> MarginPeriod:
        """Return whether margins are those of the day or of the night."""
        ...


class RoundTheClock:
    """Open without a break; the day ends at midnight of the gateway's zone."""

    def stretch(self, instrument: Instrument, now: float) -> Stretch:
        """Return the present calendar day, all of it regular hours."""
        del instrument
        begins, ends = _day(now)
        return Stretch(Phase.REGULAR, begins, ends, Auction.OPENING, Auction.CLOSING)

    def day_end(self, instrument: Instrument, now: float, *, extended: bool) -> float:
        """Return the next midnight."""
        del instrument, extended
        return _day(now)[1]

    def next_regular(self, instrument: Instrument, now: float) -> float:
        """Return the moment itself: it is always open."""
        del instrument
        return now

    def span(self, instrument: Instrument, day: date, *, liquid: bool) -> Span | None:
        """Return the calendar day, in the gateway's zone."""
        del instrument, liquid
        return _span(day)

    def hours(self, instrument: Instrument, first_day: date, *, liquid: bool) -> str:
        """Return a text that is open without a break."""
        del instrument, liquid
        return round_the_clock_hours(first_day)

    def margin_period(self, now: float) -> MarginPeriod:
        """Return the only one: there is no night."""
        del now
        return ONE_PERIOD


def _day(now: float) -> Span:
    return _span(datetime.fromtimestamp(now, _ZONE).date())


def _span(day: date) -> Span:
    begins, ends = (
        datetime(one.year, one.month, one.day, tzinfo=_ZONE).timestamp()
        for one in (day, day + timedelta(days=1))
    )
    return begins, ends


def may_work(phase: Phase, *, outside_rth: bool, overnight: bool) -> bool:
    """Return whether an order may be at the market in a phase."""
    if phase is Phase.REGULAR:
        return True
    if phase is Phase.EXTENDED:
        return outside_rth
    return phase is Phase.OVERNIGHT and overnight
