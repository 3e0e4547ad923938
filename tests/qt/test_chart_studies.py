"""Indicators on the chart: menu, form, panes, values and layouts."""

import math

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QMenu, QSpinBox

from tests.helpers.mouse import move_mouse
from tests.qt.fakes import AAPL
from tests.qt.test_chart_panel import M5, a_bar, answer, bars, go_left, paint, panel, shown
from workstation.domain.bar import BarUpdate
from workstation.domain.commands import FollowBars, RequestBars
from workstation.indicators.library import load_library
from workstation.indicators.running import Running
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.study_form import StudyForm

__all__ = ["panel", "shown"]  # fixtures

LIBRARY = load_library()


@pytest.fixture
def ready(shown: ChartPanel) -> ChartPanel:
    shown.use_indicators(lambda: LIBRARY)
    return shown


def add(panel: ChartPanel, *keys: str) -> None:
    panel.restore_chart({"size": "5m", "studies": [{"key": key} for key in keys]})
    paint(panel)


def fresh(panel: ChartPanel) -> list[list[float]]:
    source = panel.canvas.view.studies.source
    found = []
    for study in panel.canvas.view.studies.all:
        whole = Running(study.indicator, study.running.values)
        whole.refresh(source, source.first)
        found.append(whole.at(source.end - 1))
    return found


def kept(panel: ChartPanel) -> list[list[float]]:
    end = panel.feed.bars.end - 1
    return [study.running.at(end) for study in panel.canvas.view.studies.all]


def actions(menu: QMenu) -> dict[str, object]:
    return {action.text(): action for action in menu.actions()}


def test_the_library_is_loaded_when_it_is_wanted_and_once(panel, commands) -> None:
    loaded = []

    def load():
        loaded.append(1)
        return LIBRARY

    panel.use_indicators(load)
    panel.restore_chart({"size": "5m", "studies": [{"key": "SMA"}]})
    panel.show_contract(AAPL, "AAPL")
    assert loaded == []
    assert panel.chart_state()["studies"] == [{"key": "SMA"}]

    commands.answer(FollowBars, answer(*bars(0, 100)))
    paint(panel)
    panel.study_menu._on_opening()
    assert loaded == [1]
    assert panel.canvas.view.studies.all[0].label == "SMA 30"


def test_a_chart_without_indicators_loads_none(panel, commands) -> None:
    panel.use_indicators(lambda: pytest.fail("loaded"))
    panel.restore_chart({"size": "5m"})
    panel.show_contract(AAPL, "AAPL")
    commands.answer(FollowBars, answer(*bars(0, 100)))
    paint(panel)


def test_values_follow_ticks_new_bars_older_bars_and_another_series(ready, commands, qtbot) -> None:
    add(ready, "EMA", "RSI", "VWAP bands", "OBV", "SAR")
    for ours, theirs in zip(kept(ready), fresh(ready), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-9)
    for number, close in ((599, 187.3), (599, 186.2), (600, 188.0), (601, 189.0)):
        ready.take_updates([BarUpdate(AAPL, M5, a_bar(number, close))])
        paint(ready)
        for ours, theirs in zip(kept(ready), fresh(ready), strict=True):
            assert ours == pytest.approx(theirs, abs=1e-9)
    ready.take_updates([BarUpdate(AAPL, M5, a_bar(550, 199.0))])
    paint(ready)
    go_left(ready, qtbot)
    commands.answer(RequestBars, answer(*bars(-300, 0)))
    paint(ready)
    studies = ready.canvas.view.studies
    assert {study.running.first for study in studies.all} == {-300}
    for ours, theirs in zip(kept(ready), fresh(ready), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-9)


def test_an_update_paints_what_a_full_drawing_paints(ready) -> None:
    add(ready, "BBANDS", "MACD", "SAR", "Pivots", "CDLENGULFING", "RSI")
    for number, close in ((599, 187.2), (600, 187.1)):
        ready.take_updates([BarUpdate(AAPL, M5, a_bar(number, close))])
        live = paint(ready)
        ready.canvas.refresh()
        assert live == paint(ready)


def test_every_indicator_there_is_can_be_painted(ready) -> None:
    for begin in range(0, len(LIBRARY), 20):
        keys = list(LIBRARY)[begin : begin + 20]
        add(ready, *keys)
        shown_keys = [study.indicator.key for study in ready.canvas.view.studies.all]
        assert shown_keys == keys
        assert all(not study.running.fault for study in ready.canvas.view.studies.all)


def test_the_menu_adds_changes_and_removes(ready, qtbot) -> None:
    menu = ready.study_menu
    menu._on_opening()
    found = actions(menu.menu)
    groups = [action.menu() for action in menu.menu.actions() if action.menu() is not None]
    for group in groups:
        group.aboutToShow.emit()
    offered = {action.data()[1] for group in groups for action in group.actions() if action.data()}
    assert offered == set(LIBRARY)

    next(action for name, action in found.items() if name.startswith("SMA")).trigger()
    form = menu.form
    assert isinstance(form, StudyForm)
    assert isinstance(form.edits["price"], QComboBox)
    period = form.edits["timeperiod"]
    assert isinstance(period, QSpinBox)
    period.setValue(50)
    form.buttons.accepted.emit()
    study = ready.canvas.view.studies.all[0]
    assert study.label == "SMA 50"
    paint(ready)
    closes = ready.feed.bars.closes(550, 600)
    assert study.running.at(599)[0] == pytest.approx(closes.mean())

    menu._on_opening()
    own = next(action.menu() for action in menu.menu.actions() if action.text() == "SMA 50")
    actions(own)["Remove"].trigger()
    assert ready.canvas.view.studies.all == []


def test_the_form_has_defaults_and_fractions(qtbot) -> None:
    indicator = LIBRARY["BBANDS"]
    form = StudyForm(indicator, {**indicator.clean({}), "nbdevup": 2.5, "timeperiod": 7.0})
    qtbot.addWidget(form)
    edit = form.edits["nbdevup"]
    assert isinstance(edit, QDoubleSpinBox)
    assert form.values()["nbdevup"] == 2.5
    form._on_defaults_requested()
    assert form.values() == indicator.clean({})


def test_panes_share_the_height_and_their_edges_can_be_dragged(ready, qtbot) -> None:
    add(ready, "RSI", "MACD")
    canvas, view = ready.canvas, ready.canvas.view
    panes = view.layout.panes
    assert len(panes) == 2
    assert not panes[0].intersects(panes[1])
    assert not panes[0].intersects(view.layout.volume)
    assert view.layout.prices.height() > view.layout.plot.height() // 3

    edge = QPoint(300, panes[0].top() - 2)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=edge)
    move_mouse(canvas, edge - QPoint(0, 20), Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=edge - QPoint(0, 20))
    paint(ready)
    assert view.layout.panes[0].height() >= panes[0].height() + 15
    assert view.layout.panes[1].height() == pytest.approx(panes[1].height(), abs=2)
    state = ready.chart_state()
    ready.restore_chart({"size": "5m"})
    assert ready.chart_state() == {"size": "5m"}
    ready.restore_chart(state)
    assert ready.chart_state() == state
    assert view.layout.panes[0].height() >= panes[0].height() + 15


@pytest.mark.parametrize(
    "garbage",
    [
        3,
        "SMA",
        [None, 4, {}, {"key": 3}, {"key": "NOSUCH"}, {"key": []}],
        [{"key": "SMA"}] * 500,
        [{"key": "SMA", "timeperiod": "x", "price": 1e300, "rogue": []}],
    ],
)
def test_broken_indicators_of_a_layout_are_left_out(ready, garbage) -> None:
    ready.restore_chart({"size": "5m", "studies": garbage, "shares": ["x", math.nan, 9.0, -1.0]})
    paint(ready)
    assert len(ready.canvas.view.studies.all) <= 24


def test_many_panes_leave_room_for_prices_on_a_small_chart(ready) -> None:
    add(ready, *["RSI"] * 12)
    for size in ((900, 320), (200, 120), (60, 40)):
        ready.canvas.setMinimumSize(1, 1)
        ready.canvas.resize(*size)
        paint(ready)
        layout = ready.canvas.view.layout
        lowest = max((pane.bottom() for pane in layout.panes), default=layout.prices.bottom())
        assert layout.prices.height() >= (lowest - layout.prices.top()) // 4, size


def test_a_fault_is_told_on_the_chart_and_harms_nothing_else(ready) -> None:
    add(ready, "SMA", "EMA")
    plain = paint(ready)
    study = ready.canvas.view.studies.all[0]
    study.running.fault = "the period is too long"
    assert paint(ready) != plain
