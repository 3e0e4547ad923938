"""Requests for bars of the past, and the streams that keep them up to date.

Source: tws-wire.md 2.4 (20, 25, 87, 90), 2.5 (17, 88, 90, 106, 108), 2.7 and 3.1.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from workstation.simgateway.bar_answers import (
    Labelled,
    amounts_of,
    bars_of,
    chosen,
    estimate,
    prices_of,
    rows_of,
)
from workstation.simgateway.bar_queries import (
    SERVICE,
    BadQueryError,
    BarQuery,
    check,
    check_shows,
    read_duration,
    read_time,
)
from workstation.simgateway.bars import Bar
from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Fields
from workstation.simgateway.history import Session
from workstation.simgateway.messages import Message, rows
from workstation.simgateway.order_checks import Refusal, invalid
from workstation.simgateway.pacing import VIOLATION
from workstation.simgateway.real_hours import RealHours
from workstation.simgateway.requests_contracts import read_combination, read_instrument

MOST_BARS = 30_000
"""Bars of one answer."""

MOST_STREAMS = 50
UPDATE_SECONDS = 5.0
_RETRY_SECONDS = 0.5
"""After which a stream without news looks again."""


def historical_data(client: Client, fields: Fields) -> None:
    """Answer reqHistoricalData (20)."""
    req_id = fields.integer()
    instrument, contract = read_instrument(client, req_id, fields, legs_later=True)
    fields.skip()  # includeExpired
    end, size, duration = fields.text().strip(), fields.text().strip(), fields.text()
    regular = fields.flag()
    shows, form = fields.text().strip().upper(), fields.integer(1)
    if contract.sec_type == "BAG":
        instrument = read_combination(client, req_id, contract, fields)
    keeps = fields.flag()
    if instrument is None:
        return
    try:
        query = BarQuery(
            instrument=instrument,
            exchange=contract.exchange or instrument.exchanges[0],
            size=size,
            duration=read_duration(duration),
            until=read_time(end),
            shows=shows,
            regular=regular,
            epoch=form == 2,
            keeps=keeps,
        )
        check(query, end)
        _check_numbers(client, req_id, query, end)
    except BadQueryError as problem:
        refuse(client, req_id, problem)
        return
    if shows == "SCHEDULE":
        _send_schedule(client, req_id, query)
    else:
        _answer(client, req_id, query)


def refuse(client: Client, req_id: int, problem: BadQueryError) -> None:
    """Answer a request that cannot be served."""
    refusal = Refusal(problem.code, str(problem))
    if problem.code == 321:
        refusal = invalid(str(problem))
    client.error(req_id, refusal.code, refusal.text)


def _check_numbers(client: Client, req_id: int, query: BarQuery, end: str) -> None:
    """Raise BadQueryError when there are too many requests, or the same again too soon."""
    if query.keeps:
        if ("bars", req_id) in client.streams:
            raise BadQueryError("Duplicate ticker id for API historical data query")
        if client.number_of("bars") >= MOST_STREAMS:
            raise BadQueryError("Only 50 simultaneous API historical data requests allowed")
    if not query.is_small:
        return
    series = (query.instrument.con_id, query.exchange, query.shows)
    pace(client, series, (query.size, query.duration, end, query.regular))


def pace(client: Client, series: tuple[int, str, str], rest: Hashable) -> None:
    """Raise BadQueryError when a request comes too soon.

    series is con_id, exchange and type of data; rest is what else makes it this request.
    """
    now = client.gateway.clock.monotonic()
    weight = 2 if series[-1] == "BID_ASK" else 1
    if not client.pacing.allows(now, series, (series, rest), weight):
        raise BadQueryError(VIOLATION, 162)


def _answer(client: Client, req_id: int, query: BarQuery) -> None:
    sessions, since = chosen(client, query)
    if estimate(sessions, query, since, client.gateway.now()) > MOST_BARS:
        client.error(req_id, 162, f"{SERVICE}Time length exceed max.")
        return
    bars = bars_of(client, query, sessions, since)
    if not bars and not query.keeps:
        what = query.shows.replace("_", " ").title()
        where = f"{query.instrument.symbol}@{query.exchange}"
        client.error(req_id, 162, f"{SERVICE}HMDS query returned no data: {where} {what}")
        return
    begins, ends = _span(client, query, sessions, since)
    head: Message = [17, req_id]
    if client.sv < 196:
        head += [client.time_text(begins), client.time_text(ends)]
    client.write(rows(head, rows_of(client, query, bars)))
    if client.sv >= 196:
        client.write([108, req_id, client.time_text(begins), client.time_text(ends)])
    if query.keeps:
        client.streams["bars", req_id] = BarStream(req_id, query, bars[-1][1] if bars else None)


def _span(client: Client, query: BarQuery, sessions: list[Session], since: int) -> tuple[int, int]:
    first = sessions[0].opens if sessions else 0
    return max(0, since, first), max(0, min(query.until, int(client.gateway.now())))


def _send_schedule(client: Client, req_id: int, query: BarQuery) -> None:
    """Answer with the hours of the days a duration covers."""
    sessions, _ = chosen(client, query)
    name = query.instrument.time_zone
    zone = ZoneInfo(name)

    def text(moment: int) -> str:
        return f"{datetime.fromtimestamp(moment, UTC).astimezone(zone):%Y%m%d-%H:%M:%S}"

    hours = list(_hours_of(client, query, sessions))
    if not hours:
        client.error(req_id, 162, f"{SERVICE}HMDS query returned no data")
        return
    spans = [(text(begins), text(ends), f"{day:%Y%m%d}") for begins, ends, day in hours]
    head: Message = [106, req_id, spans[0][0], spans[-1][1], name]
    client.write(rows(head, spans))


def _hours_of(
    client: Client, query: BarQuery, sessions: list[Session]
) -> Iterator[tuple[int, int, date]]:
    """Yield when each day began and ended, and the day, as the exchange's calendar has it."""
    for session in sessions:
        span: tuple[float, float] | None = (session.opens, session.ends)
        if isinstance(client.gateway.sessions, RealHours):
            calendar = client.gateway.sessions
            span = calendar.span(query.instrument, session.day, liquid=query.regular)
        if span is not None:
            yield int(span[0]), int(span[1]), session.day


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
        seconds = self.query.seconds
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
            return bars_of(client, self.query, sessions, 0)
        sessions = [s for s in history.sessions()[-2:] if s.ends > since]
        found = bars_of(client, self.query, sessions, since)
        return [one for one in found if one[1].time >= since]

    def _update(self, label: str | int, bar: Bar) -> Message:
        opened, high, low, close = prices_of(self.query, bar)
        volume, average, count = amounts_of(self.query, bar)
        return [90, self.req_id, count, label, opened, close, high, low, average, volume]


def cancel_historical_data(client: Client, fields: Fields) -> None:
    """Answer cancelHistoricalData (25)."""
    fields.skip()
    req_id = fields.integer()
    if client.streams.pop(("bars", req_id), None) is None:
        client.error(req_id, 366, f"No historical data query found for ticker id:{req_id}")
    else:
        text = f"{SERVICE}API historical data query cancelled: {req_id}"
        client.error(req_id, 162, text)


def head_timestamp(client: Client, fields: Fields) -> None:
    """Answer reqHeadTimestamp (87): when the first bar begins."""
    req_id = fields.integer()
    instrument, contract = read_instrument(client, req_id, fields)
    fields.skip(2)  # includeExpired, useRTH
    shows, form = fields.text().strip().upper(), fields.integer(1)
    if instrument is None:
        return
    try:
        check_shows(instrument, contract.exchange, shows)
        pace(client, (instrument.con_id, contract.exchange, shows), "head")
    except BadQueryError as problem:
        refuse(client, req_id, problem)
        return
    first = client.gateway.histories[instrument.con_id].sessions()[0].opens
    client.write([88, req_id, first if form == 2 else utc_text(client.sv, first)])


def utc_text(sv: int, moment: int) -> str:
    """Return a moment in UTC as a version writes it: with a Z from 214 on."""
    utc = datetime.fromtimestamp(moment, UTC)
    if sv < 174:
        return f"{utc:%Y%m%d  %H:%M:%S}"
    return f"{utc:%Y%m%d-%H:%M:%S}{'Z' if sv >= 214 else ''}"


def cancel_head_timestamp(client: Client, fields: Fields) -> None:
    """Take cancelHeadTimestamp (90); the answer has always been sent already."""
    del client, fields


HANDLERS = {
    20: historical_data,
    25: cancel_historical_data,
    87: head_timestamp,
    90: cancel_head_timestamp,
}
