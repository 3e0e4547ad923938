"""Styles of bars, scales and sessions of the chart."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.qt.fakes import AAPL, a_contract, a_link, a_quote
from tests.qt.test_chart_panel import M5, a_bar, answer, bars, paint, panel, shown
from workstation.domain.bar import Bar, BarUpdate
from workstation.domain.commands import FollowBars
from workstation.ui import text
from workstation.ui.chart.bars import HIGH, LOW, BarArrays
from workstation.ui.chart.candles import columns_between
from workstation.ui.chart.price_scale import PriceScale
from workstation.ui.chart.scale import ZOOMS, TimeScale
from workstation.ui.chart.sessions import SessionMarks, regular_hours
from workstation.ui.chart.settings import ChartSettings, Style, Zone, read_settings, zone_named
from workstation.ui.chart.styles import heikin_ashi, shown_columns

__all__ = ["panel", "shown"]  # fixtures

NEW_YORK = ZoneInfo("America/New_York")
LIQUID = (
    "20260306:0930-20260306:1600;20260307:CLOSED;20260309:0930-20260309:1600;"
    "20260310:0930-20260310:1300;20260311:0930-20260311:1600"
)


def utc(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[misc]


# ---- scales ----------------------------------------------------------------------------------


@given(
    st.floats(0.01, 1e4),
    st.floats(1.01, 50),
    st.booleans(),
    st.booleans(),
    st.floats(-0.2, 1.2),
)
def test_rows_and_prices_are_each_others_inverse(low, ratio, log, inverted, part) -> None:
    scale = PriceScale()
    scale.top, scale.height, scale.is_log, scale.is_inverted = 7, 400, log, inverted
    scale.fit(low, low * ratio, 0.01)
    row = scale.top + part * (scale.height - 1)
    price = scale.price_at(row)

    assert scale.exact_ys(np.array([price]))[0] == pytest.approx(row, abs=1e-3)
    assert abs(scale.y_of(price) - row) <= 0.501
    higher = scale.price_at(row - 10)
    assert (higher > price) is not inverted


def test_a_logarithmic_scale_gives_equal_shares_equal_room() -> None:
    scale = PriceScale()
    scale.height, scale.is_log = 601, True
    scale.fit(10, 1000, 0.01)
    assert scale.y_of(10) - scale.y_of(100) == pytest.approx(
        scale.y_of(100) - scale.y_of(1000), abs=1
    )
    rows = [scale.y_of(price) for price in scale.round_prices(30, 0.01)]
    assert len(rows) > 8
    assert all(late - early <= -15 for early, late in itertools.pairwise(rows))


def test_prices_of_zero_and_below_make_the_scale_linear() -> None:
    scale = PriceScale()
    scale.height, scale.is_log = 101, True
    scale.fit(-5, 5, 0.01)
    assert scale.y_of(0) == 50
    assert scale.ys_of(np.array([np.nan]))[0] > 1000


def test_a_range_set_by_hand_survives_updates_and_other_axes(shown) -> None:
    prices = shown.canvas.view.prices
    prices.stretch(40)
    kept = prices.low, prices.high
    shown.menus.chosen.emit(ChartSettings(log=True))
    shown.take_updates([BarUpdate(AAPL, M5, a_bar(600, 250.0))])
    paint(shown)
    assert (prices.low, prices.high) == kept
    assert prices.is_log

    shown.menus.auto_range_requested.emit()
    paint(shown)
    assert prices.high > 250


# ---- styles ----------------------------------------------------------------------------------


def test_averaged_bars_equal_their_definition_at_every_place() -> None:
    table = [a_bar(n, 180 + (n * 37) % 23) for n in range(500)]
    arrays = BarArrays()
    arrays.append(table)
    opened = (table[0].open + table[0].close) / 2
    closed = (table[0].open + table[0].high + table[0].low + table[0].close) / 4
    expected = [(opened, closed)]
    for bar in table[1:]:
        opened = (opened + closed) / 2
        closed = (bar.open + bar.high + bar.low + bar.close) / 4
        expected.append((opened, closed))
    scale = TimeScale()
    scale.set_width(300)
    scale.zoom = ZOOMS.index((1, 5))
    for first in (0, 3, 250):
        scale.scroll = first * scale.spacing
        found = shown_columns(arrays, scale, 0, 300, Style.HEIKIN_ASHI)
        here = expected[first : first + 60]
        assert found.first == first
        assert found.opens == pytest.approx([each[0] for each in here], abs=1e-9)
        assert found.closes == pytest.approx([each[1] for each in here], abs=1e-9)
        bodies = np.maximum(found.opens, found.closes)
        assert (found.ranges[HIGH] >= bodies).all()
        assert (-found.ranges[LOW] <= np.minimum(found.opens, found.closes)).all()


def test_averaging_nothing_gives_nothing() -> None:
    scale = TimeScale()
    scale.set_width(100)
    assert not len(heikin_ashi(columns_between(BarArrays(), scale, 0, 100)).lefts)


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("inverted", [False, True])
def test_every_style_is_painted_and_an_update_paints_what_a_full_drawing_does(
    shown, style, inverted
) -> None:
    shown.menus.chosen.emit(ChartSettings(style=style, inverted=inverted))
    pictures = {paint(shown)}
    for number in (599, 600):
        shown.take_updates([BarUpdate(AAPL, M5, a_bar(number, 187.4))])
        live = paint(shown)
        shown.canvas.refresh()
        assert live == paint(shown)
        pictures.add(live)
    assert len(pictures) == 3


def test_styles_look_different(shown) -> None:
    pictures = set()
    for style in Style:
        shown.menus.chosen.emit(ChartSettings(style=style))
        pictures.add(paint(shown))
    assert len(pictures) == len(Style)


# ---- hours and zones -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "is_outside"),
    [
        ((2026, 3, 6, 14, 29), True),  # Friday in winter: New York opens at 14:30
        ((2026, 3, 6, 14, 30), False),
        ((2026, 3, 6, 20, 59), False),
        ((2026, 3, 6, 21, 0), True),
        ((2026, 3, 7, 16, 0), True),  # said to be closed
        ((2026, 3, 9, 13, 29), True),  # Monday after the clocks changed: 13:30
        ((2026, 3, 9, 13, 30), False),
        ((2026, 3, 10, 16, 59), False),  # a half day
        ((2026, 3, 10, 17, 0), True),
        ((2025, 12, 3, 14, 30), False),  # a day the broker does not name any more
        ((2025, 12, 3, 21, 0), True),
    ],
)
def test_regular_hours_follow_the_clocks_and_the_calendar(moment, is_outside) -> None:
    hours = regular_hours(LIQUID, NEW_YORK)
    assert hours is not None
    assert hours.outside(np.array([utc(*moment)])).tolist() == [is_outside]


def test_a_session_over_midnight_belongs_to_the_day_it_ends() -> None:
    hours = regular_hours("20260309:1800-20260310:1700;20260310:1800-20260311:1700", NEW_YORK)
    assert hours is not None
    times = [utc(2026, 3, 11, hour, 30) for hour in (20, 21, 22, 23)]
    assert hours.outside(np.array(times)).tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    "sentence", ["", ";;", "garbage", "20269999:0930-20269999:1600", "20260309:0000-20260310:0000"]
)
def test_hours_that_tell_nothing_apart_are_none(sentence) -> None:
    assert regular_hours(sentence, NEW_YORK) is None
    assert regular_hours(LIQUID, None) is None


def test_session_marks_stay_right_when_bars_come_at_both_ends() -> None:
    marks, arrays = SessionMarks(), BarArrays()
    marks.use(regular_hours(LIQUID, NEW_YORK))
    start = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
    made = [Bar(start + timedelta(minutes=15 * n), 1, 1, 1, 1, 1) for n in range(60)]
    for page in (made[20:30], made[20:40]):
        arrays.merge(page)
        marks.weigh(arrays)
    arrays.prepend(made[:20])
    arrays.append(made[40:])
    marks.weigh(arrays)

    found = marks.outside(np.arange(arrays.first, arrays.end))
    expected = [not 14.5 <= each.time.hour + each.time.minute / 60 < 21 for each in made]
    assert found.tolist() == expected


def test_time_outside_regular_hours_is_shaded(shown) -> None:
    plain = paint(shown)
    details = replace(a_contract(), time_zone_id="US/Eastern", liquid_hours=LIQUID)
    shown._state.details[AAPL] = details
    shown.contract_known(AAPL)
    shaded = paint(shown)
    assert shaded != plain
    shown.menus.chosen.emit(ChartSettings(sessions=False))
    assert paint(shown) == plain


def test_the_axis_shows_the_clocks_that_were_chosen(shown) -> None:
    shown._state.details[AAPL] = replace(a_contract(), time_zone_id="US/Eastern")
    shown.contract_known(AAPL)
    marks = shown.canvas.view.marks
    winter, summer = utc(2026, 1, 5, 14, 30), utc(2026, 7, 6, 13, 30)
    shown.menus.chosen.emit(ChartSettings(zone=Zone.EXCHANGE))
    assert marks.full_label(winter) == "Mon 05 Jan 2026 09:30"
    assert marks.full_label(summer) == "Mon 06 Jul 2026 09:30"
    assert [marks.zone_label(each) for each in (winter, summer)] == ["EST", "EDT"]
    shown.menus.chosen.emit(ChartSettings(zone=Zone.UTC))
    assert marks.full_label(summer) == "Mon 06 Jul 2026 13:30"


@pytest.mark.parametrize("name", ["", "Nowhere/City", "../../etc/passwd", "\0", "Not A Zone (X)"])
def test_a_zone_nobody_knows_is_none(name) -> None:
    assert zone_named(name) is None


def test_the_brokers_old_names_of_zones_are_known() -> None:
    found = zone_named("EST (Eastern Standard Time)")
    assert found is not None
    assert zone_named("US/Eastern") is not None


# ---- lines, countdown and layouts ------------------------------------------------------------


def test_bid_and_ask_are_drawn_and_can_be_left_out(shown) -> None:
    plain = paint(shown)
    shown._state.quotes[AAPL] = a_quote(bid=187.05, ask=187.15)
    shown.quotes.on_changed(frozenset({AAPL}))
    assert paint(shown) != plain
    shown.menus.chosen.emit(ChartSettings(quotes=False))
    assert paint(shown) == plain


def test_the_forming_bar_counts_down_on_the_brokers_clock(panel, commands, monkeypatch) -> None:
    panel._state.link = replace(a_link(), clock_offset=-10.0)
    panel.show_contract(AAPL, "AAPL")
    commands.answer(FollowBars, answer(*bars(0, 3)))
    end = a_bar(2).time + timedelta(minutes=5)
    monkeypatch.setattr(
        "workstation.ui.chart.chart_panel.time.time", lambda: end.timestamp() - 55.0
    )
    panel._on_clock()
    assert panel.canvas.words.countdown == "1:05"
    monkeypatch.setattr(
        "workstation.ui.chart.chart_panel.time.time", lambda: end.timestamp() + 50.0
    )
    panel._on_clock()
    assert panel.canvas.words.countdown == ""


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-3, "0:00"), (0.9, "0:00"), (65, "1:05"), (3723, "1:02:03"), (262_923, "3 d 1:02:03")],
)
def test_time_left_reads_as_a_clock(seconds, said) -> None:
    assert text.time_left(seconds) == said


def test_a_layout_keeps_what_differs_from_a_new_chart(panel) -> None:
    chosen = ChartSettings(style=Style.OHLC, zone=Zone.UTC, log=True, quotes=False)
    panel.menus.chosen.emit(chosen)
    state = panel.chart_state()
    assert state == {"size": "5m", "style": "ohlc", "zone": "utc", "log": True, "quotes": False}
    panel.restore_chart({"size": "1h"})
    assert panel.canvas.view.settings == ChartSettings()
    panel.restore_chart(state)
    assert panel.canvas.view.settings == chosen


@pytest.mark.parametrize("garbage", [None, 3, {"style": 4}, {"log": "yes"}, {"zone": [], 3: 4}])
def test_settings_that_are_not_understood_are_as_in_a_new_chart(garbage) -> None:
    assert read_settings(garbage) == ChartSettings()


def test_the_menus_turn_one_thing_at_a_time(panel, qtbot) -> None:
    menus = panel.menus
    menus._on_axes_opening()
    actions = {str(action.data()): action for action in menus._axes_menu.actions()}
    actions["log"].trigger()
    assert panel.canvas.view.settings == ChartSettings(log=True)
    actions["percent"].trigger()
    assert panel.canvas.view.settings == ChartSettings(percent=True)
    menus._on_style_opening()
    menus._style_menu.actions()[3].trigger()
    assert panel.canvas.view.settings.style is Style.OHLC
