"""Indicators on longer bars: steps that know nothing of the future, on awkward days too."""

import itertools
import math
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from PySide6.QtGui import QColor

from tests.qt.fakes import AAPL
from tests.qt.test_chart_panel import M5, a_bar, paint
from workstation.domain.bar import BarUpdate
from workstation.indicators.definition import Kind
from workstation.indicators.library import load_library
from workstation.ui.chart.bar_source import BarSource
from workstation.ui.chart.bar_table import BarTable
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.higher_bars import BarClock, HigherBars, why_not
from workstation.ui.chart.studies import Studies, Study
from workstation.ui.chart.study_look import Style
from workstation.ui.chart.timeframe import Timeframe, read_timeframe

LIBRARY = load_library()
EASTERN, CENTRAL = ZoneInfo("US/Eastern"), ZoneInfo("US/Central")
MINUTES = 5

Session = tuple[datetime, datetime]


def session(day: date, opening: str, end: str, zone: ZoneInfo) -> Session:
    """Return opening and end of a day's session; an opening after its end is the day before's."""
    first, last = time.fromisoformat(opening), time.fromisoformat(end)
    begin = day - timedelta(days=1) if first >= last else day
    return datetime.combine(begin, first, zone), datetime.combine(day, last, zone)


def table_of(sessions: Sequence[Session], *, left_out: float = 0.0) -> BarTable:
    rng = np.random.default_rng(4)
    times: list[int] = []
    for opening, end in sessions:
        moment, stop = opening.timestamp(), end.timestamp()
        while moment < stop:
            times.append(int(moment))
            moment += 60 * MINUTES
    kept = rng.random(len(times)) >= left_out
    moments = np.array(times, np.int64)[kept]
    closes = 100 + np.cumsum(rng.normal(0, 0.3, len(moments)))
    opens = closes - rng.normal(0, 0.1, len(moments))
    highs = np.maximum(opens, closes) + rng.random(len(moments)) / 5
    lows = np.minimum(opens, closes) - rng.random(len(moments)) / 5
    return BarTable(moments, opens, highs, lows, closes, rng.integers(1, 900, len(moments)) * 1.0)


def days_from(first: str, count: int) -> list[date]:
    found, day = [], date.fromisoformat(first)
    while len(found) < count:
        if day.weekday() < 5:
            found.append(day)
        day += timedelta(days=1)
    return found


def stock_days(first: str, count: int, short: Sequence[str] = ()) -> list[Session]:
    return [
        session(day, "09:30", "13:00" if day.isoformat() in short else "16:00", EASTERN)
        for day in days_from(first, count)
    ]


def future_days(first: str, count: int) -> list[Session]:
    return [session(day, "17:00", "16:00", CENTRAL) for day in days_from(first, count)]


STOCK = BarClock(Timeframe(MINUTES, read_timeframe("5m").unit), EASTERN, 9 * 3600 + 1800)
FUTURE = BarClock(STOCK.timeframe, CENTRAL, -7 * 3600)

CASES = {
    "an ordinary week": (stock_days("2026-02-02", 6), STOCK, 0.0),
    "clocks go forward": (stock_days("2026-03-04", 6), STOCK, 0.0),
    "clocks go back": (stock_days("2026-10-28", 6), STOCK, 0.0),
    "a half day": (stock_days("2026-11-24", 6, ("2026-11-27",)), STOCK, 0.0),
    "gaps": (stock_days("2026-02-02", 6), STOCK, 0.25),
    "overnight": (future_days("2026-02-03", 5), FUTURE, 0.0),
    "overnight over a change of clocks": (future_days("2026-03-05", 5), FUTURE, 0.1),
}


def studies_on(table: BarTable, clock: BarClock, size: str, key: str = "SMA", **values) -> Studies:
    bars = BarArrays()
    bars.replace_all(table)
    studies = Studies(bars)
    studies.use_library(lambda: LIBRARY)
    studies.use_clock(clock)
    studies.source.use(clock.zone, clock.evening)
    studies.add(key, {"computed on": size, **values})
    studies.refresh()
    return studies


def shown_of(studies: Studies) -> np.ndarray:
    source = studies.source
    return studies.all[0].known(np.arange(source.first, source.end))


def group_of(seconds: int, clock: BarClock, size: str) -> tuple[date, int]:
    """Return trading day and number of the longer bar of a moment, by the calendar."""
    local = datetime.fromtimestamp(seconds, clock.zone)
    day = (local.replace(tzinfo=None) + timedelta(seconds=clock.evening)).date()
    if size == "1D":
        return day, 0
    midnight = datetime.combine(day, time())
    opening = (midnight + timedelta(seconds=clock.opening)).replace(tzinfo=clock.zone)
    span = read_timeframe(size).seconds
    return day, int((seconds - opening.timestamp()) // span)


def expected(table: BarTable, clock: BarClock, size: str, period: int) -> list[float]:
    """Work the steps out bar by bar, with nothing but what is over at each bar's end."""
    closed: list[float] = []
    groups = [group_of(t, clock, size) for t in table.times.tolist()]
    is_whole = size != "1D" and group_of(int(table.times[0]) - 1, clock, size) != groups[0]
    found, forming, whole = [], math.nan, is_whole
    for place, seconds in enumerate(table.times.tolist()):
        if place and groups[place] != groups[place - 1]:
            if whole and not math.isnan(forming):
                closed.append(forming)
            whole, forming = True, math.nan
        forming = float(table.closes[place])
        if group_of(seconds + 60 * MINUTES, clock, size) != groups[place]:
            if whole:
                closed.append(forming)
            forming = math.nan
        enough = len(closed) >= period
        found.append(sum(closed[-period:]) / period if enough else math.nan)
    return found


@pytest.mark.parametrize("size", ["30m", "1h", "1D"])
@pytest.mark.parametrize("case", CASES)
def test_steps_are_those_of_a_calendar_worked_out_bar_by_bar(case, size) -> None:
    sessions, clock, left_out = CASES[case]
    table = table_of(sessions, left_out=left_out)
    studies = studies_on(table, clock, size, timeperiod=3)

    wanted = expected(table, clock, size, 3)
    np.testing.assert_allclose(shown_of(studies)[0], wanted, rtol=1e-9)
    assert np.isfinite(wanted).sum() > len(wanted) / 6


@pytest.mark.parametrize("key", ["EMA", "VWAP bands", "RSI"])
@pytest.mark.parametrize("case", ["clocks go back", "a half day", "overnight", "gaps"])
def test_no_bar_knows_what_comes_after_it(case, key) -> None:
    sessions, clock, left_out = CASES[case]
    table = table_of(sessions, left_out=left_out)
    values = {} if key == "VWAP bands" else {"timeperiod": 4}
    whole = shown_of(studies_on(table, clock, "1h", key, **values))
    for end in range(90, len(table), 83):
        part = shown_of(studies_on(table.part(0, end), clock, "1h", key, **values))
        np.testing.assert_allclose(whole[:, end - 1], part[:, -1], rtol=1e-9)


@pytest.mark.parametrize("size", ["15m", "1h", "1D"])
def test_growing_bar_by_bar_gives_the_values_of_the_whole(size) -> None:
    sessions, clock, left_out = CASES["gaps"]
    table = table_of(sessions, left_out=left_out)
    studies = studies_on(table.part(0, 60), clock, size, timeperiod=3)
    bars = studies._bars
    for place in range(60, len(table)):
        bars.append(table.part(place, place + 1))
        studies.changed_since(bars.end - 2)
        studies.refresh()
    np.testing.assert_allclose(
        shown_of(studies), shown_of(studies_on(table, clock, size, timeperiod=3)), rtol=1e-9
    )


def test_older_bars_and_corrected_ones_are_taken_in() -> None:
    sessions, clock, _ = CASES["an ordinary week"]
    table = table_of(sessions)
    studies = studies_on(table.part(100, len(table)), clock, "1h", timeperiod=3)
    studies._bars.prepend(table.part(0, 100))
    studies.refresh()
    wanted = shown_of(studies_on(table, clock, "1h", timeperiod=3))
    np.testing.assert_allclose(shown_of(studies), wanted, rtol=1e-9)

    raised = BarTable(*table.columns[:4], table.closes + 1, table.volumes)
    studies._bars.merge(raised.part(200, 260))
    studies.changed_since(None)
    studies.refresh()
    corrected = table.closes.copy()
    corrected[200:260] += 1
    again = BarTable(*table.columns[:4], corrected, table.volumes)
    np.testing.assert_allclose(
        shown_of(studies), shown_of(studies_on(again, clock, "1h", timeperiod=3)), rtol=1e-9
    )


def test_a_week_on_daily_bars_is_complete_with_friday() -> None:
    days = np.arange(np.datetime64("2026-02-02"), np.datetime64("2026-04-01"))
    weekdays = days[np.is_busday(days)].astype("datetime64[s]").astype(np.int64)
    closes = np.arange(len(weekdays)) * 1.0
    table = BarTable(weekdays, closes, closes + 1, closes - 1, closes, closes)
    clock = BarClock(read_timeframe("1D"), EASTERN, STOCK.opening)
    shown = shown_of(studies_on(table, clock, "1W", "SMA", timeperiod=2))[0]

    friday = 5 * 2 + 4  # of the third week; the first may have lost its beginning
    assert math.isnan(shown[friday - 1])
    assert shown[friday] == pytest.approx((closes[9] + closes[friday]) / 2)
    assert shown[friday + 4] == shown[friday]


@pytest.mark.parametrize(
    ("size", "own", "is_fitting"),
    [
        ("1h", "5m", True), ("1h", "7m", False), ("5m", "1h", False), ("1D", "4h", True),
        ("1W", "1D", True), ("1W", "2D", False), ("1M", "1W", False), ("1Q", "1M", True),
        ("1h", "1D", False), ("1h", "100T", True), ("100T", "5m", False),
    ],
)  # fmt: skip
def test_only_bars_that_are_made_of_whole_ones_are_computed_on(size, own, is_fitting) -> None:
    reason = why_not(read_timeframe(size), BarClock(read_timeframe(own), EASTERN))
    assert (reason == "") is is_fitting
    assert is_fitting or (size in reason and own in reason)


def test_the_forming_bar_is_told_apart_and_a_complete_one_forms_nothing() -> None:
    sessions, clock, _ = CASES["an ordinary week"]
    table = table_of(sessions)
    studies = studies_on(table.part(0, 78 + 12), clock, "1h", timeperiod=1)
    assert studies.all[0].forming() == []  # 10:25 ends the hour that began at 9:30

    studies = studies_on(table.part(0, 78 + 15), clock, "1h", timeperiod=1)
    study = studies.all[0]
    assert study.forming() == [pytest.approx(table.closes[78 + 14])]
    assert study.at(studies.source.end - 1) == [pytest.approx(table.closes[78 + 11])]


# ---- levels of the day before ----------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_levels_of_the_day_before_are_those_of_the_trading_day(case) -> None:
    sessions, clock, left_out = CASES[case]
    table = table_of(sessions, left_out=left_out)
    bars = BarArrays()
    bars.replace_all(table)
    source = BarSource(bars)
    source.use(clock.zone, clock.evening)
    series = source.series(0, len(table))
    high, low, close = LIBRARY["Previous day"].compute(series, {})
    pivots = LIBRARY["Pivots"].compute(series, {})

    ends = [0, *np.searchsorted(table.times, [end.timestamp() for _, end in sessions]).tolist()]
    spans = list(itertools.pairwise(ends))
    assert np.isnan(high[: spans[0][1]]).all()
    for (begin, end), (_, today) in itertools.pairwise(spans):
        top, bottom, last = table.highs[begin:end].max(), table.lows[begin:end].min(), table.closes[end - 1]  # fmt: skip
        assert set(high[end:today]) == {top}
        assert set(low[end:today]) == {bottom}
        assert set(close[end:today]) == {last}
        pivot = (top + bottom + last) / 3
        wanted = pivot, 2 * pivot - bottom, 2 * pivot - top, pivot + top - bottom, pivot - top + bottom  # fmt: skip
        for values, level in zip(pivots, wanted, strict=True):
            np.testing.assert_allclose(values[end:today], level)


# ---- on the chart ----------------------------------------------------------------------------


@pytest.fixture
def chart(shown: ChartPanel) -> ChartPanel:
    shown.use_indicators(lambda: LIBRARY)
    return shown


def study_of(panel: ChartPanel) -> Study:
    return panel.canvas.view.studies.all[0]


def add(panel: ChartPanel, **state: object) -> Study:
    panel.restore_chart({"size": "5m", "studies": [{"key": "EMA", "timeperiod": 3, **state}]})
    paint(panel)
    return study_of(panel)


def changed_in_form(panel: ChartPanel, act: Callable[..., None]) -> None:
    panel.study_menu.open_form(study_of(panel))
    form = panel.study_menu.form
    act(form)
    form.buttons.accepted.emit()
    paint(panel)


def test_the_form_chooses_longer_bars_and_the_layout_keeps_them(chart) -> None:
    study = add(chart)
    own = study.at(599)
    changed_in_form(chart, lambda form: form.setup.bars_box.setCurrentText("1h"))

    study = study_of(chart)
    assert study.label == "EMA 3 · 1h"
    assert study.at(599) != own
    kept = chart.chart_state()
    chart.restore_chart({"size": "5m"})
    chart.restore_chart(kept)
    paint(chart)
    assert study_of(chart).label == "EMA 3 · 1h"
    assert study_of(chart).at(599) == study.at(599)


def test_the_form_offers_longer_bars_alone(chart) -> None:
    add(chart)
    chart.study_menu.open_form(study_of(chart))
    box = chart.study_menu.form.setup.bars_box
    offered = [box.itemText(place) for place in range(box.count())]
    assert offered[0] == "The chart's bars"
    assert "5m" not in offered
    assert {"10m", "1h", "1D"} <= set(offered)


def test_a_tick_moves_the_forming_value_and_not_the_line(chart) -> None:
    study = add(chart, **{"computed on": "1h"})
    line, forming = study.at(599), study.forming()
    chart.take_updates([BarUpdate(AAPL, M5, a_bar(599, close=250.0))])
    paint(chart)

    study = study_of(chart)
    has_ended = not forming
    assert (study.at(599) == line) is not has_ended
    assert has_ended or study.forming() != forming


def test_bars_that_do_not_fit_are_told_and_fit_again_later(chart, commands) -> None:
    add(chart, **{"computed on": "7m"})
    study = study_of(chart)
    assert "7m bars cannot be made of 5m bars" in study.fault
    assert np.isnan(study.at(599)).all()
    assert chart.chart_state()["studies"][0]["computed on"] == "7m"


def test_colour_width_and_style_are_chosen_painted_and_kept(chart) -> None:
    add(chart)

    def act(form) -> None:
        (edit,) = form.setup.edits
        edit.choose_colour(QColor("#ff00ff"))
        edit.width_box.setCurrentText("4 px")

    changed_in_form(chart, act)
    image = chart.canvas.layer.pixmap.toImage()
    found = {image.pixelColor(x, y).name() for x in range(0, 700, 2) for y in range(30, 200)}
    assert "#ff00ff" in found
    assert chart.chart_state()["studies"][0]["drawn as"] == [{"colour": "#ff00ff", "width": 4}]

    changed_in_form(chart, lambda form: form.setup.edits[0].style_box.setCurrentText("Not shown"))
    image = chart.canvas.layer.pixmap.toImage()
    found = {image.pixelColor(x, y).name() for x in range(0, 700, 2) for y in range(30, 200)}
    assert "#ff00ff" not in found
    kept = chart.chart_state()
    chart.restore_chart(kept)
    assert study_of(chart).look(0).style is Style.HIDDEN
    assert study_of(chart).look(0).colour == "#ff00ff"


@pytest.mark.parametrize("style", list(Style))
def test_every_style_can_be_drawn(chart, style) -> None:
    add(chart, **{"drawn as": [{"style": style.value}]})
    kinds = {Style.USUAL: Kind.LINE, Style.HIDDEN: None}
    look = study_of(chart).look(0)
    assert look.style is style
    assert look.kind(Kind.LINE) is kinds.get(style, look.kind(Kind.LINE))
    paint(chart)


@pytest.mark.parametrize(
    "odd", [7, "x", [7], [{"colour": "red"}], [{"width": 99}], [{"style": "?"}], [{"colour": 3}]]
)
def test_odd_looks_are_as_usual(chart, odd) -> None:
    study = add(chart, **{"drawn as": odd, "computed on": 5})
    assert study.look(0).plain() == {}
    assert study.timeframe is None


def test_the_defaults_bring_the_usual_back(chart) -> None:
    add(chart, **{"drawn as": [{"colour": "#ff00ff", "width": 3}], "computed on": "1h"})
    changed_in_form(chart, lambda form: form._on_defaults_requested())
    assert "drawn as" not in chart.chart_state()["studies"][0]
    assert study_of(chart).timeframe is None


def test_longer_bars_share_one_computation_by_size(chart) -> None:
    state = [{"key": key, "computed on": "1h"} for key in ("EMA", "SMA")]
    chart.restore_chart({"size": "5m", "studies": state})
    paint(chart)
    first, second = chart.canvas.view.studies.all
    assert isinstance(first.higher, HigherBars)
    assert first.higher is second.higher
    assert first.at(599) != second.at(599)


def test_a_replay_computes_longer_bars_of_what_is_shown_alone(chart) -> None:
    add(chart, **{"computed on": "1h"})
    whole = study_of(chart).known(np.arange(600))
    chart.replay.begin(299)
    for end in range(300, 330):
        paint(chart)
        np.testing.assert_allclose(study_of(chart).at(end - 1), whole[:, end - 1], rtol=1e-9)
        chart.replay.step()
