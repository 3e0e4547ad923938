"""Requests for single prints and quotes of the past, and for how prices were distributed.

Source: tws-wire.md 2.4 (88, 89, 96), 2.5 (89, 96-98) and 3.1.
"""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta

from workstation.simgateway.bar_queries import (
    FOREVER,
    SERVICE,
    BadQueryError,
    check_shows,
    read_time,
)
from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Fields
from workstation.simgateway.instruments import Instrument
from workstation.simgateway.messages import Message, rows
from workstation.simgateway.past_ticks import Second, seconds_after, seconds_before
from workstation.simgateway.requests_contracts import read_instrument
from workstation.simgateway.requests_history import pace, refuse
from workstation.simgateway.venues import shown_venue

MOST_TICKS = 1000
"""Ticks of one answer; the last second is never cut."""

_MESSAGES = {"TRADES": 98, "BID_ASK": 97, "MIDPOINT": 96}
_ODD_LOT = " I"
_PERIOD = re.compile(r"\s*(\d{1,4})\s*(second|minute|hour|day|week|month|year)s?\s*\Z")
_PERIOD_SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 7 * 86_400,
    "month": 30 * 86_400,
    "year": 365 * 86_400,
}
_LONGEST_PERIOD = timedelta(days=31).total_seconds()


def historical_ticks(client: Client, fields: Fields) -> None:
    """Answer reqHistoricalTicks (96): the first after a start, or the last before an end."""
    req_id = fields.integer()
    instrument, contract = read_instrument(client, req_id, fields, legs_later=True)
    fields.skip()  # includeExpired
    start, end, count = fields.text().strip(), fields.text().strip(), fields.integer()
    shows = fields.text().strip().upper()
    fields.skip()  # useRTH: past days of what has prints have no other hours
    ignore_size = fields.flag()
    if instrument is None:
        if contract.sec_type == "BAG":
            client.error(req_id, 10187, "Failed to request historical ticks:Not for combinations")
        return
    try:
        _check(instrument, contract.exchange, shows, start=start, end=end, count=count)
        since, until = read_time(start), read_time(end)
        pace(client, (instrument.con_id, contract.exchange, shows), (start, end, count))
    except BadQueryError as problem:
        refuse(client, req_id, problem)
        return
    now = int(client.gateway.now())
    market = client.gateway.markets[instrument.con_id]
    history = client.gateway.histories[instrument.con_id]
    if start:
        found = _taken(seconds_after(history, market, since, min(now, until - 1)), shows, count)
    else:
        found = _taken(seconds_before(history, market, min(until, now + 1), now), shows, count)
        found.reverse()
    ticks = _ROWS[shows](instrument, found, ignore_size=ignore_size)
    client.write([*rows([_MESSAGES[shows], req_id], ticks), 1])


def _check(
    instrument: Instrument, exchange: str, shows: str, *, start: str, end: str, count: int
) -> None:
    if shows not in _MESSAGES:
        raise BadQueryError(f"Invalid data type: {shows[:40]}")
    if bool(start) == bool(end) and not start:
        raise BadQueryError("Please specify a start or an end time")
    if not 1 <= count <= MOST_TICKS:
        raise BadQueryError(f"Number of ticks must be 1 to {MOST_TICKS}")
    as_bars = "AGGTRADES" if instrument.sec_type == "CRYPTO" and shows == "TRADES" else shows
    check_shows(instrument, exchange, as_bars)


def _taken(seconds: Iterable[Second], shows: str, count: int) -> list[Second]:
    """Return whole seconds until there are enough ticks."""
    found: list[Second] = []
    for second in seconds:
        found.append(second)
        count -= len(second.prints) if shows == "TRADES" else 1
        if count <= 0:
            break
    return found


def _trades(instrument: Instrument, seconds: list[Second], *, ignore_size: bool) -> list[Message]:
    del ignore_size
    found: list[Message] = []
    for second in seconds:
        for one in second.prints:
            is_odd = instrument.sec_type == "STK" and one.size < 100
            price, size = instrument.quoted(one.price), instrument.size(one.size)
            venue = shown_venue(instrument, one.venue)
            found.append([one.time, 0, price, size, venue, _ODD_LOT if is_odd else ""])
    return found


def _quotes(instrument: Instrument, seconds: list[Second], *, ignore_size: bool) -> list[Message]:
    """Return bid and ask one increment beside the last price of each second."""
    found: list[Message] = []
    size = instrument.size(instrument.typical_size)
    shown: tuple[float, float] | None = None
    for bar, _ in seconds:
        step = instrument.step_at(bar.close)
        quote = instrument.quoted(bar.close - step), instrument.quoted(bar.close + step)
        if not ignore_size or quote != shown:
            found.append([bar.time, 0, *quote, size, size])
        shown = quote
    return found


def _middles(instrument: Instrument, seconds: list[Second], *, ignore_size: bool) -> list[Message]:
    del ignore_size
    return [[bar.time, 0, instrument.quoted(bar.close), 0] for bar, _ in seconds]


_ROWS: dict[str, Callable[..., list[Message]]] = {
    "TRADES": _trades,
    "BID_ASK": _quotes,
    "MIDPOINT": _middles,
}


# ---- distribution ------------------------------------------------------------------------


def histogram(client: Client, fields: Fields) -> None:
    """Answer reqHistogramData (88): how much traded at each price."""
    req_id = fields.integer()
    instrument, contract = read_instrument(client, req_id, fields, legs_later=True)
    fields.skip(2)  # includeExpired, useRTH
    period = fields.text()
    if instrument is None:
        if contract.sec_type == "BAG":
            client.error(req_id, 162, f"{SERVICE}No histogram data for combinations")
        return
    try:
        seconds = _period_seconds(period)
        shows = "AGGTRADES" if instrument.sec_type == "CRYPTO" else "TRADES"
        check_shows(instrument, contract.exchange, shows)
    except BadQueryError as problem:
        refuse(client, req_id, problem)
        return
    now = int(client.gateway.now())
    history = client.gateway.histories[instrument.con_id]
    sizes: dict[int, int] = {}
    since = now - seconds
    for session in history.sessions():
        if session.ends > since:
            for bar in history.intraday(session, 60, since, FOREVER):
                price = round(bar.average)
                sizes[price] = sizes.get(price, 0) + bar.volume
    found = [(instrument.quoted(p), instrument.size(sizes[p])) for p in sorted(sizes) if sizes[p]]
    client.write(rows([89, req_id], found))


def _period_seconds(text: str) -> int:
    match = _PERIOD.match(text.lower())
    seconds = int(match[1]) * _PERIOD_SECONDS[match[2]] if match else 0
    if not 0 < seconds <= _LONGEST_PERIOD:
        raise BadQueryError(f"Invalid period: {text[:40]}")
    return seconds


def cancel_histogram(client: Client, fields: Fields) -> None:
    """Take cancelHistogramData (89); the answer has always been sent already."""
    del client, fields


HANDLERS = {
    88: histogram,
    89: cancel_histogram,
    96: historical_ticks,
}
