"""Where the events of a contract stand on its chart, also those that are still to come."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import numpy as np

from workstation.domain.company_events import CompanyEvent
from workstation.ui.chart.sessions import DAY_SECONDS
from workstation.ui.chart.time_marks import local_seconds
from workstation.ui.chart.view import ChartView

FARTHEST = 400
"""Trading days ahead that get a place."""

Mark = tuple[int, CompanyEvent]
"""The index of a bar, also of one that is still to come, and the event."""

_EPOCH = date(1970, 1, 1).toordinal()


def marks_of(view: ChartView, events: Iterable[CompanyEvent], *, is_live: bool) -> list[Mark]:
    """Return each event that has a place, in the order of places.

    The newest bar is the present: what was announced after it is not shown, so that a chart of
    the past tells nothing of its future. Where nobody says when it was announced, it is shown
    ahead only of bars that are up to date, `is_live`.
    """
    bars = view.bars
    if not len(bars):
        return []
    newest = _day_of(view, bars.time(bars.end - 1))
    found = []
    for event in events:
        index = _index_of(view, event, newest)
        is_known = is_live or (event.announced is not None and event.announced <= newest)
        if index is not None and (index < bars.end or is_known):
            found.append((index, event))
    return sorted(found, key=lambda mark: (mark[0], mark[1].kind))


def days_ahead(view: ChartView, event: CompanyEvent) -> int:
    """Return how many days the newest bar is from an event; not positive for one of the past."""
    bars = view.bars
    return (event.day - _day_of(view, bars.time(bars.end - 1))).days if len(bars) else 0


def _index_of(view: ChartView, event: CompanyEvent, newest: date) -> int | None:
    bars = view.bars
    if event.time is not None and (view.marks.is_intraday or view.span > DAY_SECONDS):
        return _holding(view, event.time.timestamp())
    if view.span > DAY_SECONDS:  # a week or more: the bar that holds the day
        return _holding(view, datetime.combine(event.day, datetime.min.time(), UTC).timestamp())
    if event.day > newest:
        return _ahead(view, event.day, newest)
    number = event.day.toordinal() - _EPOCH
    days = view.studies.source.days()
    place = int(np.searchsorted(days, number))  # its first bar, or the first after it
    if place == 0 and days[0] != number:
        return None  # before the oldest bar that is here
    return bars.first + place if place < len(days) else None


def _holding(view: ChartView, seconds: float) -> int | None:
    bars = view.bars
    if seconds < bars.time(bars.first):
        return None
    index = int(view.bar_at(seconds) // 1)
    return index if index < bars.end + FARTHEST else None


def _ahead(view: ChartView, day: date, newest: date) -> int | None:
    """Return where the first bar of a coming day will be, holidays not counted."""
    bars = view.bars
    sessions = int(np.busday_count(newest, day))
    if not 0 <= sessions <= FARTHEST:
        return None
    if not view.marks.is_intraday:
        return bars.end - 1 + max(1, sessions)
    source = view.studies.source
    begun = source.day_start(bars.end - 1, 0)
    before = source.day_start(bars.end - 1, 1)
    a_day = max(1, begun - before) if before < begun else max(1, bars.end - begun)
    return max(bars.end, begun + max(1, sessions) * a_day)


def _day_of(view: ChartView, seconds: int) -> date:
    """Return the trading day of a bar as the chart counts days."""
    zone = view.exchange_zone if view.marks.is_intraday else UTC
    local = int(local_seconds(np.array([seconds], np.int64), zone)[0])
    evening = view.studies.source.evening if view.marks.is_intraday else 0
    return date.fromordinal(_EPOCH + (local + evening) // DAY_SECONDS)
