"""The bars a query gets: which sessions, which bars of them, and the figures of each.

Source: tws-wire.md 2.5 (17, 90) and 2.7.
"""

import math
import statistics
from datetime import date, timedelta
from itertools import pairwise

from workstation.simgateway.bar_queries import (
    PERIODS,
    SMALL_BARS_REACH,
    BarQuery,
)
from workstation.simgateway.bars import Bar, joined
from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Field
from workstation.simgateway.corporate_actions import dividends
from workstation.simgateway.history import Session, ends_before, months_before
from workstation.simgateway.instruments import CHAINS, Instrument, Trading
from workstation.simgateway.messages import Message

Labelled = tuple[str | int, Bar]
"""A bar and its time: yyyymmdd of a day, or seconds since 1970."""

_VOLATILITY_DAYS = 30


def chosen(client: Client, query: BarQuery) -> tuple[list[Session], int]:
    """Return the sessions a duration covers and the moment it begins."""
    sessions = client.gateway.histories[query.instrument.con_id].sessions()
    now = int(client.gateway.now())
    if query.is_small:
        sessions = [s for s in sessions if s.ends > now - SMALL_BARS_REACH]
    until = min(query.until, now + 1)
    sessions = sessions[: ends_before(sessions, until)]
    count, unit = query.duration
    if not sessions or unit == "D":
        return sessions[-count:], 0
    if unit == "S":
        return _last_seconds(sessions, count, until)
    last = client.gateway.local_time(until - 1).date()
    if unit == "W":
        first = last - timedelta(days=7 * count)
    else:
        first = months_before(last, count * (12 if unit == "Y" else 1))
    return [session for session in sessions if session.day > first], 0


def _last_seconds(sessions: list[Session], seconds: int, until: int) -> tuple[list[Session], int]:
    """Return the sessions of the last so many seconds of trading, and where they begin."""
    found: list[Session] = []
    for session in reversed(sessions):
        found.insert(0, session)
        ends = min(session.ends, until)
        if ends - session.opens >= seconds:
            return found, ends - seconds
        seconds -= ends - session.opens
    return found, 0


def estimate(sessions: list[Session], query: BarQuery, since: int, now: float) -> float:
    """Return about how many bars an answer would have."""
    if query.seconds is None:
        return len(sessions)
    spans = (min(s.ends, now, query.until) - max(s.opens, since) for s in sessions)
    return sum(spans) / query.seconds


def bars_of(client: Client, query: BarQuery, sessions: list[Session], since: int) -> list[Labelled]:
    """Return the bars of some sessions from a moment on."""
    history = client.gateway.histories[query.instrument.con_id]
    if query.seconds is None:
        days = [(s, b) for s, b in history.spans(sessions, query.until)]
        return _periods(days, PERIODS[query.size])
    found: list[Labelled] = []
    for session in sessions:
        bars = history.intraday(session, query.seconds, since, query.until)
        if query.regular and session.bars:
            bars = _regular(query.instrument, session, bars)
        found += [(label(client, query, bar.time), bar) for bar in bars]
    return found


def _regular(instrument: Instrument, session: Session, bars: list[Bar]) -> list[Bar]:
    """Return the bars of a past day within regular hours; stocks have no others kept."""
    if instrument.sec_type == "STK":
        return bars
    first, last = instrument.hours.span(session.day, liquid=True)
    return [bar for bar in bars if first <= bar.time < last]


def _periods(days: list[tuple[Session, Bar]], period: str) -> list[Labelled]:
    """Return bars of days, weeks or months; each carries the date of its last day."""
    groups: dict[object, list[tuple[Session, Bar]]] = {}
    for session, bar in days:
        day = session.day
        keys = {"D": day, "W": day.isocalendar()[:2], "M": (day.year, day.month)}
        groups.setdefault(keys[period], []).append((session, bar))
    found: list[Labelled] = []
    for group in groups.values():
        total = joined((bar for _, bar in group), group[0][0].opens, 0)
        assert total is not None
        found.append((f"{group[-1][0].day:%Y%m%d}", total))
    return found


def label(client: Client, query: BarQuery, time: int) -> str | int:
    """Return a bar's time as the query wants it."""
    return time if query.epoch else client.time_text(max(0, time))


# ---- figures -----------------------------------------------------------------------------


def rows_of(client: Client, query: BarQuery, bars: list[Labelled]) -> list[Message]:
    """Return date, open, high, low, close, volume, average and count of each bar."""
    if query.shows == "ADJUSTED_LAST":
        return _adjusted(client, query, bars)
    figures = {
        "FEE_RATE": _fees,
        "HISTORICAL_VOLATILITY": _volatilities,
        "OPTION_IMPLIED_VOLATILITY": _implied,
    }.get(query.shows)
    if figures is None:
        return [[at, *prices_of(query, bar), *amounts_of(query, bar)] for at, bar in bars]
    values = figures(client, query, bars)
    return [[at, *[value] * 4, -1, -1, -1] for (at, _), value in zip(bars, values, strict=True)]


def prices_of(query: BarQuery, bar: Bar) -> tuple[float, float, float, float]:
    """Return prices; bid and ask stand one increment beside the trades."""
    instrument = query.instrument
    step = instrument.step_at(bar.close)
    shift = {"BID": -step, "ASK": step}.get(query.shows, 0)
    ticks = (bar.open + shift, bar.high + shift, bar.low + shift, bar.close + shift)
    if query.shows == "BID_ASK":  # average bid, highest ask, lowest bid, average ask
        ticks = (bar.close - step, bar.high + step, bar.low - step, bar.close + step)
    opened, high, low, close = map(instrument.quoted, ticks)
    return opened, high, low, close


def amounts_of(query: BarQuery, bar: Bar) -> tuple[Field, Field, Field]:
    """Return volume, average price and count; -1 for what a quote does not have."""
    instrument = query.instrument
    if query.shows not in {"TRADES", "ADJUSTED_LAST", "AGGTRADES"}:
        return -1, -1, -1
    if instrument.trading is Trading.VALUE:
        return 0, 0.0, bar.prints
    average = round(instrument.quoted(bar.average), 6)
    return instrument.size(bar.volume), average, bar.prints


def _adjusted(client: Client, query: BarQuery, bars: list[Labelled]) -> list[Message]:
    """Return bars whose prices before a dividend are lower by its part of the price."""
    instrument = query.instrument
    history = client.gateway.histories[instrument.con_id]
    today = client.gateway.local_time(client.gateway.now()).date()
    closes = {s.day: b.close for s, b in history.spans(history.sessions(), query.until)}
    days = sorted(closes)
    factors: list[tuple[date, float]] = []
    for one in dividends(instrument, today):
        before = [day for day in days if day < one.day]
        if before and one.day <= today:
            close = instrument.quoted(closes[before[-1]])
            factors.append((one.day, 1 - float(one.amount) / close))
    result: list[Message] = []
    for at, bar in bars:
        day = _day_of(client, at, bar)
        factor = math.prod(f for ex, f in factors if ex > day)
        prices = [round(price * factor, 4) for price in prices_of(query, bar)]
        result.append([at, *prices, *amounts_of(query, bar)])
    return result


def _day_of(client: Client, at: str | int, bar: Bar) -> date:
    if isinstance(at, str) and len(at) == 8:
        return date(int(at[:4]), int(at[4:6]), int(at[6:]))
    return client.gateway.local_time(bar.time).date()


def _fees(client: Client, query: BarQuery, bars: list[Labelled]) -> list[float]:
    """Return the yearly borrow fee, per cent."""
    del client
    return [float(query.instrument.borrow.yearly_fee * 100)] * len(bars)


def _volatilities(client: Client, query: BarQuery, bars: list[Labelled]) -> list[float]:
    """Return the volatility of the thirty days up to each bar's, of a year."""
    history = client.gateway.histories[query.instrument.con_id]
    spans = list(history.spans(history.sessions(), query.until))
    returns = [0.0]
    returns += [math.log(two.close / one.close) for (_, one), (_, two) in pairwise(spans)]
    by_day: dict[date, float] = {}
    for number, (session, _) in enumerate(spans):
        sample = returns[max(0, number - _VOLATILITY_DAYS + 1) : number + 1]
        by_day[session.day] = statistics.pstdev(sample) * math.sqrt(252)
    return [round(by_day.get(_day_of(client, at, bar), 0.0), 6) for at, bar in bars]


def _implied(client: Client, query: BarQuery, bars: list[Labelled]) -> list[float]:
    """Return what options imply: between their chain's level and what the days showed."""
    chain = next((c for c in CHAINS if c.underlying == query.instrument.con_id), None)
    shown = _volatilities(client, query, bars)
    if chain is None:
        return shown
    return [round(0.6 * chain.volatility + 0.4 * value, 6) for value in shown]
