"""Requests for bars of the past, and the streams that keep them up to date.

Source: tws-wire.md 2.4 (20, 25, 87, 90), 2.5 (17, 88, 90, 108), 2.7 and 3.1.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from workstation.simgateway.bars import Bar, joined
from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Field, Fields
from workstation.simgateway.history import Session, ends_before, months_before
from workstation.simgateway.instruments import TIME_ZONE, Instrument, find
from workstation.simgateway.messages import Message
from workstation.simgateway.order_checks import NO_DEFINITION, invalid
from workstation.simgateway.order_request import read_contract

MOST_BARS = 30_000
"""Bars of one answer."""

MOST_STREAMS = 50
UPDATE_SECONDS = 5.0
_RETRY_SECONDS = 0.5
"""After which a stream without news looks again."""


BAR_SECONDS = {
    **{f"{n} secs": n for n in (1, 5, 10, 15, 30)},
    "1 sec": 1,
    "1 min": 60,
    **{f"{n} mins": 60 * n for n in (2, 3, 5, 10, 15, 20, 30)},
    "1 hour": 3600,
    **{f"{n} hours": 3600 * n for n in (2, 3, 4, 8)},
}
PERIODS = {"1 day": "D", "1 week": "W", "1W": "W", "1 month": "M", "1M": "M"}
SHOWS = ("TRADES", "ADJUSTED_LAST", "MIDPOINT", "BID", "ASK", "BID_ASK")

_SERVICE = "Historical Market Data Service error message:"
_FOREVER = 2**62
_DURATION = re.compile(r"\s*(\d{1,6})\s*([SDWMY])\s*\Z")
_LARGEST = {"S": 86_400, "D": 365, "W": 104, "M": 60, "Y": 68}
_TIME = re.compile(
    r"(\d{8})(?:(?P<dash>-)|\s+)(\d{1,2}:\d{2}(?::\d{2})?)(?:\s+(?P<zone>[A-Za-z_/+\-0-9]+))?\Z"
)


class BadQueryError(ValueError):
    """A request for bars that is not one; the text is for error 321."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarQuery:
    """What bars a request wants."""

    instrument: Instrument
    exchange: str
    size: str
    """Bar size as the client wrote it."""

    count: int
    unit: str
    """Duration: so many S, D, W, M or Y."""

    until: int
    """Seconds since 1970; beyond everything when no end is given."""

    shows: str
    epoch: bool
    """Whether times of bars within a day go as seconds since 1970."""


def historical_data(client: Client, fields: Fields) -> None:
    """Answer reqHistoricalData (20)."""
    req_id = fields.integer()
    contract = read_contract(fields)
    fields.skip()  # includeExpired
    end, size, duration = fields.text().strip(), fields.text().strip(), fields.text()
    fields.skip()  # useRTH: past days have no other hours, and today is regular all day
    shows, form = fields.text().strip().upper(), fields.integer(1)
    keep = fields.flag()
    instrument = find(contract)
    if instrument is None or not contract.exchange:
        client.error(req_id, 200, NO_DEFINITION)
        return
    try:
        count, unit = _duration(duration)
        query = BarQuery(
            instrument=instrument,
            exchange=contract.exchange,
            size=size,
            count=count,
            unit=unit,
            until=_end_time(end),
            shows=shows,
            epoch=form == 2,
        )
        _check(client, query, req_id, end=end, keep=keep)
    except BadQueryError as problem:
        refusal = invalid(str(problem))
        client.error(req_id, refusal.code, refusal.text)
        return
    _answer(client, req_id, query, keep=keep)


def _check(client: Client, query: BarQuery, req_id: int, *, end: str, keep: bool) -> None:
    if query.size not in BAR_SECONDS and query.size not in PERIODS:
        raise BadQueryError(f"Invalid bar size: {query.size[:40]}")
    if query.shows not in SHOWS:
        raise BadQueryError(f"Invalid data type: {query.shows[:40]}")
    if end and query.shows == "ADJUSTED_LAST":
        raise BadQueryError("End date not supported with adjusted last")
    if not keep:
        return
    if end:
        raise BadQueryError("End date not supported with keepUpToDate")
    if BAR_SECONDS.get(query.size, 60) < 5:
        raise BadQueryError("Bar size not supported with keepUpToDate")
    if ("bars", req_id) in client.streams:
        raise BadQueryError("Duplicate ticker id for API historical data query")
    if sum(kind == "bars" for kind, _ in client.streams) >= MOST_STREAMS:
        raise BadQueryError("Only 50 simultaneous API historical data requests allowed")


def _answer(client: Client, req_id: int, query: BarQuery, *, keep: bool) -> None:
    sessions, since = _chosen(client, query)
    if _estimate(sessions, query, since, client.gateway.now()) > MOST_BARS:
        client.error(req_id, 162, f"{_SERVICE}Time length exceed max.")
        return
    bars = _bars(client, query, sessions, since)
    if not bars and not keep:
        what = query.shows.replace("_", " ").title()
        where = f"{query.instrument.symbol}@{query.exchange}"
        client.error(req_id, 162, f"{_SERVICE}HMDS query returned no data: {where} {what}")
        return
    first = sessions[0].opens if sessions else 0
    begins = _time_text(client, max(since, first))
    ends = _time_text(client, min(query.until, int(client.gateway.now())))
    message: Message = [17, req_id]
    if client.sv < 196:
        message += [begins, ends]
    message.append(len(bars))
    for label, bar in bars:
        message += _row(query, label, bar)
    client.write(message)
    if client.sv >= 196:
        client.write([108, req_id, begins, ends])
    if keep:
        client.streams["bars", req_id] = BarStream(req_id, query, bars[-1][1] if bars else None)


# ---- what is asked -----------------------------------------------------------------------


def _duration(text: str) -> tuple[int, str]:
    match = _DURATION.match(text)
    if match is None or not 1 <= int(match[1]) <= _LARGEST[match[2]]:
        raise BadQueryError(f"Historical data requests: invalid duration: {text[:40]}")
    return int(match[1]), match[2]


def _end_time(text: str) -> int:
    """Return a moment in seconds since 1970; a dash instead of a blank means UTC."""
    if not text:
        return _FOREVER
    if re.fullmatch(r"\d{8}", text):
        text += " 23:59:59"
    match = _TIME.match(text)
    wrong = BadQueryError("End Date/Time: The date, time, or time-zone entered is invalid.")
    if match is None:
        raise wrong
    try:
        zone = ZoneInfo("UTC" if match["dash"] else match["zone"] or TIME_ZONE)
        clock = match[3] if match[3].count(":") == 2 else f"{match[3]}:00"
        local = datetime.strptime(f"{match[1]} {clock}", "%Y%m%d %H:%M:%S")  # noqa: DTZ007
        return int(local.replace(tzinfo=zone).timestamp())
    except (ValueError, KeyError, OSError, OverflowError):
        raise wrong from None


def _chosen(client: Client, query: BarQuery) -> tuple[list[Session], int]:
    """Return the sessions a duration covers and the moment it begins."""
    sessions = client.gateway.histories[query.instrument.con_id].sessions()
    now = int(client.gateway.now())
    until = min(query.until, now + 1)
    sessions = sessions[: ends_before(sessions, until)]
    if not sessions or query.unit == "D":
        return sessions[-query.count :], 0
    if query.unit == "S":
        return _last_seconds(sessions, query.count, until)
    last = client.gateway.local_time(until - 1).date()
    if query.unit == "W":
        first = last - timedelta(days=7 * query.count)
    else:
        first = months_before(last, query.count * (12 if query.unit == "Y" else 1))
    return [session for session in sessions if session.day > first], 0


def _last_seconds(sessions: list[Session], seconds: int, until: int) -> tuple[list[Session], int]:
    """Return the sessions of the last so many seconds of trading, and where they begin."""
    chosen: list[Session] = []
    for session in reversed(sessions):
        chosen.insert(0, session)
        ends = min(session.ends, until)
        if ends - session.opens >= seconds:
            return chosen, ends - seconds
        seconds -= ends - session.opens
    return chosen, 0


def _estimate(sessions: list[Session], query: BarQuery, since: int, now: float) -> float:
    seconds = BAR_SECONDS.get(query.size)
    if seconds is None:
        return len(sessions)
    spans = (min(s.ends, now, query.until) - max(s.opens, since) for s in sessions)
    return sum(spans) / seconds


# ---- bars --------------------------------------------------------------------------------

Labelled = tuple[str | int, Bar]
"""A bar and its time: yyyymmdd of a day, or seconds since 1970."""


def _bars(client: Client, query: BarQuery, sessions: list[Session], since: int) -> list[Labelled]:
    history = client.gateway.histories[query.instrument.con_id]
    seconds = BAR_SECONDS.get(query.size)
    if seconds is None:
        days = [(s, b) for s, b in history.spans(sessions, query.until)]
        return _periods(days, PERIODS[query.size])
    found: list[Labelled] = []
    for session in sessions:
        bars = history.intraday(session, seconds, since, query.until)
        found += [(_label(client, query, bar.time), bar) for bar in bars]
    return found


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


def _label(client: Client, query: BarQuery, time: int) -> str | int:
    return time if query.epoch else _time_text(client, time)


def _time_text(client: Client, time: int) -> str:
    return client.time_text(max(0, time))


def _row(query: BarQuery, label: str | int, bar: Bar) -> Message:
    """Return date, open, high, low, close, volume, average and count."""
    opened, high, low, close = _prices(query, bar)
    return [label, opened, high, low, close, *_amounts(query, bar)]


def _prices(query: BarQuery, bar: Bar) -> tuple[float, float, float, float]:
    """Return prices; quotes stand half a spread of two ticks beside the trades."""
    shift = {"BID": -1, "ASK": 1}.get(query.shows, 0)
    ticks = (bar.open + shift, bar.high + shift, bar.low + shift, bar.close + shift)
    if query.shows == "BID_ASK":  # average bid, highest ask, lowest bid, average ask
        ticks = (bar.close - 1, bar.high + 1, bar.low - 1, bar.close + 1)
    opened, high, low, close = map(query.instrument.quoted, ticks)
    return opened, high, low, close


def _amounts(query: BarQuery, bar: Bar) -> tuple[Field, Field, Field]:
    """Return volume, average price and count; -1 for what a quote does not have."""
    if query.shows not in {"TRADES", "ADJUSTED_LAST"}:
        return -1, -1, -1
    return bar.volume, round(query.instrument.quoted(bar.average), 4), bar.prints


# ---- streams -----------------------------------------------------------------------------


@dataclass(slots=True)
class BarStream:
    """Bars that are kept up to date: the last one is sent again as it grows."""

    req_id: int
    query: BarQuery
    last: Bar | None
    sent_at: float = float("-inf")

    def publish(self, client: Client, now: float) -> None:
        """Send the newest bar every five seconds, and a finished one when it has ended."""
        seconds = BAR_SECONDS.get(self.query.size)
        over = (
            seconds is not None
            and self.last is not None
            and client.gateway.now() >= self.last.time + seconds
            and now - self.sent_at >= 1.0
        )
        if not over and now - self.sent_at < UPDATE_SECONDS:
            return
        new = [(label, bar) for label, bar in self._newest(client, seconds) if bar != self.last]
        self.sent_at = now if new else now - UPDATE_SECONDS + _RETRY_SECONDS
        for label, bar in new:
            self.last = bar
            client.write(self._update(label, bar))

    def _newest(self, client: Client, seconds: int | None) -> list[Labelled]:
        """Return the bars from the last one sent on."""
        history = client.gateway.histories[self.query.instrument.con_id]
        today = history.today()
        since = self.last.time if self.last else today.opens
        if seconds is None:
            sessions = [s for s in history.sessions()[-32:] if s.opens >= since or s is today]
            return _bars(client, self.query, sessions, 0)
        sessions = [s for s in history.sessions()[-2:] if s.ends > since]
        return [
            found for found in _bars(client, self.query, sessions, since) if found[1].time >= since
        ]

    def _update(self, label: str | int, bar: Bar) -> Message:
        opened, high, low, close = _prices(self.query, bar)
        volume, average, count = _amounts(self.query, bar)
        return [90, self.req_id, count, label, opened, close, high, low, average, volume]


def cancel_historical_data(client: Client, fields: Fields) -> None:
    """Answer cancelHistoricalData (25)."""
    fields.skip()
    req_id = fields.integer()
    if client.streams.pop(("bars", req_id), None) is None:
        client.error(req_id, 366, f"No historical data query found for ticker id:{req_id}")
    else:
        text = f"{_SERVICE}API historical data query cancelled: {req_id}"
        client.error(req_id, 162, text)


def head_timestamp(client: Client, fields: Fields) -> None:
    """Answer reqHeadTimestamp (87): when the first bar begins."""
    req_id = fields.integer()
    contract = read_contract(fields)
    fields.skip(2)  # includeExpired, useRTH
    shows, form = fields.text().strip().upper(), fields.integer(1)
    instrument = find(contract)
    if instrument is None or not contract.exchange:
        client.error(req_id, 200, NO_DEFINITION)
        return
    if shows not in SHOWS:
        refusal = invalid(f"Invalid data type: {shows[:40]}")
        client.error(req_id, refusal.code, refusal.text)
        return
    first = client.gateway.histories[instrument.con_id].sessions()[0].opens
    utc = datetime.fromtimestamp(first, UTC)
    client.write([88, req_id, first if form == 2 else f"{utc:%Y%m%d-%H:%M:%S}"])


def cancel_head_timestamp(client: Client, fields: Fields) -> None:
    """Take cancelHeadTimestamp (90); the answer has always been sent already."""
    del client, fields


HANDLERS = {
    20: historical_data,
    25: cancel_historical_data,
    87: head_timestamp,
    90: cancel_head_timestamp,
}
