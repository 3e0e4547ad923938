"""One stock's bars of any size: real days first, then the days this program lived through."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from workstation.simgateway.bars import Bar, divided, grouped, joined
from workstation.simgateway.daily_data import ZONE, Source
from workstation.simgateway.live_day import MINUTE, LiveDay

DAY_SECONDS = 86_400


class Session(NamedTuple):
    """One day of trading."""

    day: date
    opens: int
    """Seconds since 1970."""

    ends: int
    """Seconds since 1970; for today, the next midnight."""

    bars: tuple[Bar, ...]
    """Bars as they are kept; empty for today."""


class History:
    """Sessions in order and their bars; the last session is today's and still grows.

    Minutes and seconds of a past day are generated from the seed and the day's real bars,
    the same ones every time.
    """

    def __init__(self, source: Source, today: date, live: LiveDay, seed: str) -> None:
        self._source = source
        self._first_day = today
        self._today, self._live = today, live
        self._seed = seed
        self._past: list[Session] | None = None

    def next_day(self, today: date, live: LiveDay) -> None:
        """Keep the day that ended and go on with a new one."""
        minutes = tuple(self._live.minutes())
        if minutes:
            opens = self._live.midnight
            self._earlier().append(Session(self._today, opens, _ends(self._today), minutes))
        self._today, self._live = today, live

    def split(self, new: int, old: int) -> None:
        """Show every day before this one as if so many new shares had always been old ones."""
        past = self._earlier()
        past[:] = [
            session._replace(bars=tuple(_split(bar, new, old) for bar in session.bars))
            for session in past
        ]

    def sessions(self) -> list[Session]:
        """Return every day, oldest first."""
        return [*self._earlier(), self.today()]

    def today(self) -> Session:
        """Return the running day."""
        return Session(self._today, self._live.midnight, _ends(self._today), ())

    def _earlier(self) -> list[Session]:
        if self._past is None:
            self._past = [
                Session(day, bars[0].time, bars[-1].time + bars[-1].seconds, bars)
                for day, bars in self._source(self._first_day)
            ]
        return self._past

    def intraday(self, session: Session, seconds: int, since: int, until: int) -> list[Bar]:
        """Return one day's bars of some seconds that start at since or later, before until."""
        origin = session.opens - session.opens % 3600  # full hours here are full hours there
        since = max(since, session.opens)
        since -= (since - origin) % seconds
        if seconds % MINUTE:
            small = self._small(session, 1, since)
        else:
            small = self._small(session, MINUTE, since)
            if until < session.ends and until % MINUTE:  # only the last minute is cut
                edge = until - until % MINUTE
                small = [bar for bar in small if bar.time < edge]
                small += self._small(session, 1, max(edge, since))
        small = [bar for bar in small if since <= bar.time < until]
        return grouped(small, seconds, origin, session.opens)

    def daily(self, session: Session, until: int) -> Bar | None:
        """Return a whole day as one bar, or the part before until."""
        if until < session.ends and session.bars:
            small = self._small(session, 1 if until % MINUTE else MINUTE, 0)
            return joined((b for b in small if b.time < until), session.opens, DAY_SECONDS)
        if session.bars:
            return joined(session.bars, session.opens, DAY_SECONDS)
        return self._live.day_bar()

    def spans(self, sessions: Sequence[Session], until: int) -> Iterator[tuple[Session, Bar]]:
        """Yield the days that traded and their bars."""
        for session in sessions:
            bar = self.daily(session, until)
            if bar is not None:
                yield session, bar

    def _small(self, session: Session, step: int, since: int) -> list[Bar]:
        """Return bars of a second or a minute, or the shortest there are below."""
        if not session.bars:
            return self._live.minutes(since) if step == MINUTE else self._live.seconds(since)
        result: list[Bar] = []
        for bar in session.bars:
            if bar.time + bar.seconds > since:
                result += self._minutes(bar) if step == MINUTE else self._seconds(bar, since)
        return result

    def _minutes(self, bar: Bar) -> list[Bar]:
        if bar.seconds <= MINUTE:
            return [bar]
        return divided(bar, MINUTE, self._random(bar))

    def _seconds(self, bar: Bar, since: int) -> Iterator[Bar]:
        for minute in self._minutes(bar):
            if minute.time + minute.seconds > since:
                yield from divided(minute, 1, self._random(minute))

    def _random(self, bar: Bar) -> Random:
        return Random(f"{self._seed}:{bar.time}:{bar.seconds}")  # noqa: S311 not a secret


def _ends(day: date) -> int:
    """Return the midnight after a day; two days of a year are not 24 hours long."""
    following = day + timedelta(days=1)
    return int(datetime.combine(following, time(), ZONE).timestamp())


def _split(bar: Bar, new: int, old: int) -> Bar:
    prices = (max(1, round(p * old / new)) for p in (bar.open, bar.high, bar.low, bar.close))
    opened, high, low, close = prices
    volume = bar.volume * new // old
    value = bar.value * (volume / bar.volume) * old / new if bar.volume else 0.0
    return bar._replace(open=opened, high=high, low=low, close=close, volume=volume, value=value)


def ends_before(sessions: Sequence[Session], until: int) -> int:
    """Return how many sessions began before a moment."""
    return bisect_right([session.opens for session in sessions], until - 1)


def months_before(day: date, months: int) -> date:
    """Return the day some months earlier; the last of a shorter month."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(max(number, 12), 12)
    month += 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))
