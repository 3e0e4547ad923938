"""Requests for Wall Street Horizon's calendar of company events: its kinds, and those of a stock.

The kinds must have been asked for before; one request names either a contract and a span of days,
or a filter with one kind of event. Names of kinds and fields: the broker's "WSHE classes and
fields for IB API". Earnings dates are made up by the calendar, dividends and splits are those
that happen here.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import BadFieldError, Fields
from workstation.simgateway.corporate_actions import dividends, splits
from workstation.simgateway.instruments import BY_CON_ID, Instrument
from workstation.simgateway.order_checks import invalid

MOST_EVENTS = 100
UNSET = 2**31 - 1

_KINDS = {"wshe_div": "WSHE Dividend", "wshe_ed": "Earnings Date", "wshe_splits": "Splits"}
_ANNOUNCED_DAYS = 40
"""A dividend, a split and the date of a report are known so many days before."""

_Event = dict[str, Any]


def event_kinds(client: Client, fields: Fields) -> None:
    """Answer reqWshMetaData (100)."""
    req_id = fields.integer()
    client.knows_event_kinds = True
    types = [{"name": name, "tag": tag} for tag, name in _KINDS.items()]
    filters = [{"name": name, "tag": name} for name in ("country", "watchlist")]
    meta = {"meta_data": {"event_types": types, "filters": filters}}
    client.write([104, req_id, json.dumps(meta)])


def events(client: Client, fields: Fields) -> None:
    """Answer reqWshEventData (102)."""
    req_id, con_id = fields.integer(), fields.integer()
    chosen = fields.text() if client.sv >= 171 else ""
    if client.sv >= 171:
        fields.skip(3)  # watchlist, portfolio, competitors: there are none here
    first = fields.text() if client.sv >= 173 else ""
    last = fields.text() if client.sv >= 173 else ""
    most = fields.integer() if client.sv >= 173 else MOST_EVENTS
    if not client.knows_event_kinds:
        _refuse(client, req_id, "Request WSH metadata first")
        return
    if chosen and con_id not in {0, UNSET}:
        _refuse(client, req_id, "Either a contract or a filter may be given, not both")
        return
    con_ids, tag = _filter(chosen) if chosen else ([con_id], "")
    today = client.gateway.local_time(client.gateway.now()).date()
    since, until = _day(first) or date.min, _day(last) or date.max
    found = [
        event
        for number in con_ids
        if (instrument := BY_CON_ID.get(number)) is not None and instrument.sec_type == "STK"
        for day, event in sorted(_events(instrument, today), key=lambda pair: pair[0])
        if since <= day <= until and tag in {"", event["event_type"]}
    ]
    client.write([105, req_id, json.dumps(found[: min(max(most, 1), MOST_EVENTS)])])


def _refuse(client: Client, req_id: int, cause: str) -> None:
    refusal = invalid(cause)
    client.error(req_id, refusal.code, refusal.text)


def stop(_client: Client, _fields: Fields) -> None:
    """Take cancelWshMetaData (101) and cancelWshEventData (103): every answer is at once."""


def _filter(content: str) -> tuple[list[int], str]:
    """Return the contracts and the kind of event that a filter names."""
    try:
        wanted = json.loads(content)
        con_ids = [int(each) for each in wanted.get("watchlist", [])]
    except (ValueError, TypeError, AttributeError) as error:
        raise BadFieldError("not a filter of events") from error
    named = [tag for tag in _KINDS if str(wanted.get(tag)).lower() == "true"]
    return con_ids, named[-1] if named else ""


def _day(content: str) -> date | None:
    try:
        return date.fromisoformat(content.strip()) if content.strip() else None
    except ValueError as error:
        raise BadFieldError(f"not a day: {content[:20]!r}") from error


def _events(instrument: Instrument, today: date) -> Iterator[tuple[date, _Event]]:
    """Return what was and what is known to come, each with its day."""
    known = today + timedelta(days=_ANNOUNCED_DAYS)
    for paid in dividends(instrument, today):
        if paid.day <= known:
            fields = {
                "wshe_approval_status": "Approved",
                "dividend_amount": float(paid.amount),
                "dividend_oc": float(paid.amount),
                "dividend_currency": instrument.currency,
                "ex_div_date": f"{paid.day:%Y%m%d}",
                "pay_date": f"{paid.day + timedelta(days=14):%Y%m%d}",
                "announce_datetime": _announced(paid.day),
            }
            yield paid.day, _event("wshe_div", instrument, fields)
    for split in splits(instrument, today):
        if split.day <= known:
            fields = {
                "split_type": "STOCK SPLIT" if split.new > split.old else "REVERSE",
                "wshe_split_status": "APPROVED",
                "ratio": f"{split.new}:{split.old}",
                "ex_date": f"{split.day:%Y%m%d}",
                "announce_date": _announced(split.day),
            }
            yield split.day, _event("wshe_splits", instrument, fields)
    for number in range(-12, 3):
        day, report = _report(instrument, today, number)
        status = "CONFIRMED" if day <= known else "UNCONFIRMED"
        fields = {**report, "wshe_earnings_date_status": status}
        if day <= known:
            fields["announce_datetime"] = _announced(day)
        yield day, _event("wshe_ed", instrument, fields)


def _report(instrument: Instrument, today: date, number: int) -> tuple[date, _Event]:
    """Return the day of a quarter's report, so many quarters from now, and what is said of it."""
    quarter = today.year * 4 + (today.month - 1) // 3 + number
    year, place = divmod(quarter, 4)
    day = date(year, place * 3 + 1, 1) + timedelta(days=18 + instrument.con_id % 17)
    while day.weekday() > 4:
        day += timedelta(days=1)
    told_year, told = divmod(quarter - 1, 4)
    fields = {
        "earnings_date": f"{day:%Y%m%d}",
        "quarter": f"Q{told + 1}",
        "fiscal_year": told_year,
        "time_of_day": "AFTER MARKET" if instrument.con_id % 2 else "BEFORE MARKET",
    }
    return day, fields


def _announced(day: date) -> str:
    return f"{day - timedelta(days=_ANNOUNCED_DAYS):%Y%m%d}T080000"


def _event(tag: str, instrument: Instrument, fields: _Event) -> _Event:
    day = fields.get("ex_div_date") or fields.get("ex_date") or fields.get("earnings_date")
    return {
        "event_type": tag,
        "index_date": day,
        "conids": [str(instrument.con_id)],
        "contract_description": instrument.symbol,
        "data": fields,
    }


HANDLERS = {100: event_kinds, 101: stop, 102: events, 103: stop}
