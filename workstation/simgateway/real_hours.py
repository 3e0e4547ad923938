"""Real trading hours: sessions, the overnight session of US stocks, holidays, summer time."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from workstation.simgateway.holidays import (
    AMERICAN,
    EARLY_CLOSE,
    SATURDAY,
    closed_days,
    short_days,
)
from workstation.simgateway.instruments import DEMO, Instrument
from workstation.simgateway.margin_period import MarginPeriod
from workstation.simgateway.order_kinds import Auction
from workstation.simgateway.sessions import Phase, Span, Stretch

_HOUR = 3600.0
_OVERNIGHT = (8 * _HOUR, 10 * 60.0)
"""How long before the trading day the overnight session begins and ends."""

_DAYS_AHEAD = 12

SHOWN_DAYS = 6
"""How many days contract details show the hours of."""


class RealHours:
    """Opens and closes every instrument as its exchange does."""

    def __init__(self) -> None:
        self._known: dict[int, Stretch] = {}

    def stretch(self, instrument: Instrument, now: float) -> Stretch:
        """Return the phase at a moment; closed runs until the next one begins."""
        known = self._known.get(instrument.con_id)
        if known is not None and known.begins <= now < known.ends:
            return known
        found = self._found(instrument, now)
        self._known[instrument.con_id] = found
        return found

    def _found(self, instrument: Instrument, now: float) -> Stretch:
        ended = now
        for stretch in self._ahead(instrument, now):
            if stretch.begins <= now < stretch.ends:
                return stretch
            if stretch.begins > now:
                return Stretch(Phase.CLOSED, ended, stretch.begins)
            ended = stretch.ends
        return Stretch(Phase.CLOSED, ended, now + 24 * _HOUR)

    def day_end(self, instrument: Instrument, now: float, *, extended: bool) -> float:
        """Return when the present or next day ends: its regular hours, or all of it."""
        phases = {Phase.REGULAR, Phase.EXTENDED} if extended else {Phase.REGULAR}
        for day in self._days(instrument, now):
            end = max(s.ends for s in _stretches(instrument, day) if s.phase in phases)
            if end > now:
                return end
        return now + 24 * _HOUR

    def next_regular(self, instrument: Instrument, now: float) -> float:
        """Return when regular hours are or begin next."""
        for stretch in self._ahead(instrument, now):
            if stretch.phase is Phase.REGULAR and stretch.ends > now:
                return max(now, stretch.begins)
        return now

    def span(self, instrument: Instrument, day: date, *, liquid: bool) -> Span | None:
        """Return when a day's regular hours, or all of it, begin and end; None when closed.

        The overnight session of a stock is not part of it: it is a place of its own.
        """
        if not self._is_open(instrument, day):
            return None
        phases = {Phase.REGULAR} if liquid else {Phase.REGULAR, Phase.EXTENDED}
        found = [s for s in _stretches(instrument, day) if s.phase in phases]
        return found[0].begins, found[-1].ends

    def hours(self, instrument: Instrument, first_day: date, *, liquid: bool) -> str:
        """Return liquidHours or tradingHours of some days.

        A session stands with the day on which it begins, the first day's with any that is under
        way; a day on which none begins or ends is closed.
        """
        zone = ZoneInfo(instrument.time_zone)
        last_day = first_day + timedelta(days=SHOWN_DAYS - 1)
        texts: dict[date, list[str]] = {}
        ended: set[date] = set()
        for offset in range(SHOWN_DAYS + 2):
            span = self.span(instrument, first_day + timedelta(days=offset), liquid=liquid)
            if span is not None:
                opens, ends = (datetime.fromtimestamp(at, zone) for at in span)
                text = f"{opens:%Y%m%d:%H%M}-{ends:%Y%m%d:%H%M}"
                if opens.date() <= last_day:
                    texts.setdefault(max(opens.date(), first_day), []).append(text)
                ended.add(ends.date())
        for offset in range(SHOWN_DAYS):
            day = first_day + timedelta(days=offset)
            if day not in texts and day not in ended:
                texts[day] = [f"{day:%Y%m%d}:CLOSED"]
        return ";".join(text for day in sorted(texts) for text in texts[day])

    def margin_period(self, now: float) -> MarginPeriod:
        """Return the day's margins in regular hours of American stocks, else the night's."""
        stock = DEMO[0]
        stretch = self.stretch(stock, now)
        if stretch.phase is Phase.REGULAR:
            return MarginPeriod(next_overnight=True, changes_at=int(stretch.ends))
        return MarginPeriod(overnight=True, changes_at=int(self.next_regular(stock, now)))

    def _ahead(self, instrument: Instrument, now: float) -> Iterator[Stretch]:
        """Yield the open stretches from yesterday's on, in order."""
        for day in self._days(instrument, now):
            yield from _stretches(instrument, day)

    def _days(self, instrument: Instrument, now: float) -> Iterator[date]:
        """Yield the trading days from yesterday on."""
        local = datetime.fromtimestamp(now, ZoneInfo(instrument.time_zone)).date()
        for offset in range(-1, _DAYS_AHEAD):
            day = local + timedelta(days=offset)
            if self._is_open(instrument, day):
                yield day

    @staticmethod
    def is_weekday(day: date) -> bool:
        """Return whether the American exchanges open on a day, for the whole of it."""
        closed = closed_days(day.year) | short_days(day.year)
        return day.weekday() < SATURDAY and day not in closed

    @staticmethod
    def _is_open(instrument: Instrument, day: date) -> bool:
        hours = instrument.hours
        is_holiday = hours.time_zone in AMERICAN and day in closed_days(day.year)
        return hours.is_trading_day(day) and (hours.weekend or not is_holiday)


def _stretches(instrument: Instrument, day: date) -> Iterator[Stretch]:
    """Yield the phases of one trading day, in order."""
    hours = instrument.hours
    begins, ends = (float(edge) for edge in hours.span(day, liquid=False))
    opens, closes = (float(edge) for edge in hours.span(day, liquid=True))
    if hours.time_zone in AMERICAN and not hours.weekend and day in short_days(day.year):
        closes, ends = closes - EARLY_CLOSE, ends - EARLY_CLOSE
    is_stock = instrument.sec_type == "STK"
    if is_stock and hours.time_zone == "US/Eastern":
        early, late = _OVERNIGHT
        yield Stretch(Phase.OVERNIGHT, begins - early, begins - late)
    if begins < opens:
        yield Stretch(Phase.EXTENDED, begins, opens)
    auctions = (Auction.OPENING, Auction.CLOSING) if is_stock else (Auction.NONE, Auction.NONE)
    yield Stretch(Phase.REGULAR, opens, closes, *auctions, follows_the_day=True)
    if closes < ends:
        yield Stretch(Phase.EXTENDED, closes, ends)
