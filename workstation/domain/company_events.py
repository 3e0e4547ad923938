"""What happens to a company on a day: dividends, splits, reports, and headlines about it.

Source: the broker's tick 59, and Wall Street Horizon's calendar, whose names stand in the
broker's "WSHE classes and fields for IB API".
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

MOST_EVENTS = 500
_WORDS = 120


class EventKind(StrEnum):
    """What kind of event it is."""

    DIVIDEND = "dividend"
    SPLIT = "split"
    EARNINGS = "earnings"
    NEWS = "news"


@dataclass(frozen=True, slots=True)
class DividendOutlook:
    """What a share paid and is to pay, in its currency; None where that is not told.

    Source: tickString 59.
    """

    past_year: float | None = None
    next_year: float | None = None
    next_day: date | None = None
    """The next day on which it trades without its dividend."""

    next_amount: float | None = None


@dataclass(frozen=True, slots=True)
class CompanyEvent:
    """One event. `day` is the exchange's; `time` is aware UTC, None where only the day is known.

    `announced` is the day since when it has been known, None where that is not told.
    """

    kind: EventKind
    day: date
    title: str
    notes: tuple[str, ...] = ()
    time: datetime | None = None
    announced: date | None = None
    is_certain: bool = True


class EventsUnreadableError(ValueError):
    """The calendar's answer makes no sense."""


def read_dividends(content: str) -> DividendOutlook:
    """Read tick 59: sums of the past and the next year, the next day, its amount; or nothing."""
    past, following, day, amount, *_ = (*content.split(","), "", "", "", "")
    return DividendOutlook(_number(past), _number(following), _day(day), _number(amount))


def read_calendar(content: str) -> tuple[CompanyEvent, ...]:
    """Read the calendar's answer, in order of days; kinds that nobody shows are left out.

    Cancelled events are left out too, and entries without a day. Raises EventsUnreadableError.
    """
    try:
        rows = json.loads(content) if content.strip() else []
    except ValueError as error:
        raise EventsUnreadableError("the calendar's answer is not JSON") from error
    if isinstance(rows, dict):
        rows = next((each for each in rows.values() if isinstance(each, list)), [])
    if not isinstance(rows, list):
        raise EventsUnreadableError("the calendar's answer is no list")
    found = {event: None for row in rows[:MOST_EVENTS] for event in _events_of(row)}
    return tuple(sorted(found, key=lambda event: (event.day, event.kind)))


def _events_of(row: object) -> Iterator[CompanyEvent]:
    if not isinstance(row, dict):
        return
    data = row.get("data")
    fields: dict[str, Any] = {**row, **data} if isinstance(data, dict) else row
    read = _READERS.get(str(row.get("event_type")))
    if read is not None and not _is_cancelled(fields):
        event = read(fields)
        if event is not None:
            yield event


def _dividend(fields: dict[str, Any]) -> CompanyEvent | None:
    day = _day(fields.get("ex_div_date"))
    if day is None:
        return None
    amount = _number(fields.get("dividend_oc", fields.get("dividend_amount")))
    currency = _words(fields.get("dividend_currency"))
    paid = "" if amount is None else f" {amount:g} {currency}".rstrip()
    pays = _day(fields.get("pay_date"))
    notes = (f"paid {_shown(pays)}",) if pays else ()
    return CompanyEvent(
        EventKind.DIVIDEND,
        day,
        f"ex-dividend{paid}",
        notes,
        announced=_day(fields.get("announce_datetime")),
        is_certain=_words(fields.get("wshe_approval_status")).lower() in {"", "approved"},
    )


def _split(fields: dict[str, Any]) -> CompanyEvent | None:
    day = _day(fields.get("ex_date")) or _day(fields.get("effective_date"))
    if day is None:
        return None
    new, _, old = _words(fields.get("ratio")).partition(":")
    ratio = f" {new.strip()} for {old.strip()}" if new and old else ""
    return CompanyEvent(
        EventKind.SPLIT,
        day,
        f"split{ratio}",
        announced=_day(fields.get("announce_date")),
        is_certain=_words(fields.get("wshe_split_status")).lower() in {"", "approved"},
    )


def _earnings(fields: dict[str, Any]) -> CompanyEvent | None:
    day = _day(fields.get("earnings_date"))
    if day is None:
        return None
    quarter, year = _words(fields.get("quarter")), _words(fields.get("fiscal_year"))
    when = _words(fields.get("time_of_day")).lower()
    status = _words(fields.get("wshe_earnings_date_status")).lower()
    return CompanyEvent(
        EventKind.EARNINGS,
        day,
        f"earnings {quarter} {year}".strip(),
        (when,) if when not in {"", "unspecified"} else (),
        announced=_day(fields.get("announce_datetime")),
        is_certain=status in {"", "confirmed"},
    )


_READERS = {"wshe_div": _dividend, "wshe_splits": _split, "wshe_ed": _earnings}

CALENDAR_TAGS = tuple(_READERS)
"""The calendar's own names of the kinds that are read."""


def _is_cancelled(fields: dict[str, Any]) -> bool:
    return any(
        name.endswith("_status") and _words(value).lower().startswith("cancel")
        for name, value in fields.items()
    )


def _shown(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _day(content: object) -> date | None:
    """Read the day at the beginning of 20261215, 2026-12-15 or either with a time behind it."""
    found = re.match(r"(\d{4})-?(\d{2})-?(\d{2})", str(content).strip())
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _number(content: object) -> float | None:
    try:
        number = float(str(content))
    except ValueError:
        return None
    return number if -1e12 < number < 1e12 else None


def _words(content: object) -> str:
    plain = "" if content is None else " ".join(str(content).split())
    return "".join(letter for letter in plain[:_WORDS] if letter.isprintable())
