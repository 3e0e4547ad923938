"""Vertical lines where sessions open and close, on awkward days too."""

from datetime import UTC, date, datetime

import pytest

from tests.qt.fakes import AAPL
from tests.qt.test_chart_higher import CENTRAL, EASTERN, future_days, session, table_of
from tests.qt.test_chart_panel import paint
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.higher_bars import BarClock
from workstation.ui.chart.session_lines import session_turns
from workstation.ui.chart.sessions import regular_hours
from workstation.ui.chart.timeframe import read_timeframe
from workstation.ui.chart.view import ChartView

LIQUID = "20261125:0930-20261125:1600;20261126:CLOSED;20261127:0930-20261127:1300;20261130:0930-20261130:1600"


def a_view(table, liquid: str, zone, opening: int) -> ChartView:
    bars = BarArrays()
    bars.replace_all(table)
    view = ChartView(bars)
    view.studies.use_clock(BarClock(read_timeframe("5m"), zone, opening))
    view.use_contract(None, zone, regular_hours(liquid, zone))
    view.start_anew(is_intraday=True, span=300.0)
    if view.sessions.hours is not None:
        view.sessions.weigh(bars)
    return view


def clock_of(view: ChartView, indices: list[int], zone) -> list[str]:
    times = [datetime.fromtimestamp(view.bars.time(index), UTC) for index in indices]
    return [f"{moment.astimezone(zone):%d %H:%M}" for moment in times]


def test_a_stock_opens_and_closes_within_its_extended_day_and_early_on_a_half_day() -> None:
    days = [date(2026, 11, day) for day in (25, 27, 30)]
    table = table_of([session(day, "08:00", "18:00", EASTERN) for day in days])
    view = a_view(table, LIQUID, EASTERN, 4 * 3600)
    opens, closes = session_turns(view, view.bars.first, view.bars.end)

    assert clock_of(view, opens, EASTERN) == ["25 09:30", "27 09:30", "30 09:30"]
    assert clock_of(view, closes, EASTERN) == ["25 16:00", "27 13:00", "30 16:00"]


def test_without_bars_between_sessions_the_openings_stand_alone() -> None:
    days = [date(2026, 3, day) for day in (5, 6, 9)]  # the clocks change on the 8th
    table = table_of([session(day, "09:30", "16:00", EASTERN) for day in days])
    liquid = "20260305:0930-20260305:1600;20260306:0930-20260306:1600"
    view = a_view(table, liquid, EASTERN, 9 * 3600 + 1800)
    opens, closes = session_turns(view, view.bars.first, view.bars.end)

    assert clock_of(view, opens, EASTERN) == ["06 09:30", "09 09:30"]
    assert closes == []


def test_an_overnight_session_opens_on_the_evening_before() -> None:
    table = table_of(future_days("2026-03-05", 4))
    liquid = "20260304:1700-20260305:1600;20260305:1700-20260306:1600"
    view = a_view(table, liquid, CENTRAL, -7 * 3600)
    opens, _ = session_turns(view, view.bars.first, view.bars.end)

    assert clock_of(view, opens, CENTRAL) == ["05 17:00", "08 17:00", "09 17:00"]


@pytest.mark.parametrize("is_on", [True, False])
def test_the_lines_are_a_choice_that_the_layout_keeps(shown: ChartPanel, is_on) -> None:
    before = paint(shown)
    shown.restore_chart({"size": "5m", "session_lines": is_on})
    shown.canvas.view.zoom(-6, 400)
    shown.canvas.refresh()
    picture = paint(shown)
    shown.restore_chart({"size": "5m", "session_lines": not is_on})
    shown.canvas.refresh()

    assert shown.chart_state().get("session_lines", False) is not is_on
    assert paint(shown) != picture
    assert before
    assert shown.data.con_id == AAPL
