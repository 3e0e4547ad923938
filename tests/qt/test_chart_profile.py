"""Volume profiles on the chart: chosen by menu and mouse, right in number, kept with the layout."""

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.helpers.mouse import move_mouse
from tests.qt.test_chart_panel import M5, a_bar, paint, panel, shown
from workstation.domain.bar import BarUpdate
from workstation.indicators.profile import profile_of
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.profile_tool import ProfileKind

__all__ = ["panel", "shown"]  # fixtures


def choose(panel: ChartPanel, kind: ProfileKind) -> None:
    panel.study_menu._on_opening()
    menu = panel.kit.profile_menu
    assert menu.menu.menuAction() in panel.study_menu.menu.actions()
    menu.menu.aboutToShow.emit()
    menu.kinds[kind].trigger()


def test_what_is_in_sight_is_added_up_and_follows_the_view(shown) -> None:
    before = paint(shown)
    choose(shown, ProfileKind.VISIBLE)
    assert paint(shown) != before
    (placed,) = shown.kit.profile.placed()
    view, bars_ = shown.canvas.view, shown.feed.bars
    first, end = view.time.shown()
    end = min(end, bars_.end)
    assert placed.profile.volumes.sum() == pytest.approx(1000.0 * (end - first))
    highs, lows = bars_.highs(first, end), bars_.lows(first, end)
    same = profile_of(highs, lows, bars_.volumes(first, end), placed.profile.step)
    assert placed.profile.control_price == same.control_price

    view.pan(-200)
    (moved,) = shown.kit.profile.placed()
    assert moved.profile is not placed.profile


def test_a_tick_changes_the_profile(shown) -> None:
    choose(shown, ProfileKind.VISIBLE)
    (before,) = shown.kit.profile.placed()
    shown.take_updates([BarUpdate(shown._con_id, M5, a_bar(599, 190.0))])
    (after,) = shown.kit.profile.placed()
    assert len(after.profile.volumes) != len(before.profile.volumes)


def test_each_session_has_its_own(shown) -> None:
    choose(shown, ProfileKind.SESSION)
    paint(shown)
    source, bars_ = shown.canvas.view.studies.source, shown.feed.bars
    found = shown.kit.profile.placed()
    start = source.day_start(bars_.end - 1, 0)
    assert found[0].profile.volumes.sum() == pytest.approx(1000.0 * (bars_.end - start))
    assert [each.is_labelled for each in found] == [n == 0 for n in range(len(found))]
    if len(found) > 1:
        assert found[1].right <= found[0].left


def test_a_fixed_range_is_dragged_kept_and_comes_back(shown, qtbot) -> None:
    choose(shown, ProfileKind.FIXED)
    tool, canvas, bars_ = shown.kit.profile, shown.canvas, shown.feed.bars
    assert tool.is_choosing
    assert tool.placed() == []
    first, last = 560, 580
    places = [QPoint(canvas.view.time.middle_of(index), 100) for index in (last, first)]
    scroll = canvas.view.time.scroll
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=places[0])
    move_mouse(canvas, places[1], Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=places[1])
    assert canvas.view.time.scroll == scroll
    assert tool.span == (bars_.time(first), bars_.time(last))
    assert not tool.is_choosing
    (placed,) = tool.placed()
    assert placed.profile.volumes.sum() == pytest.approx(21_000.0)

    state = shown.chart_state()
    shown.restore_chart({"size": "5m"})
    assert tool.placed() == []
    assert shown.chart_state() == {"size": "5m"}
    shown.restore_chart(state)
    assert shown.chart_state() == state
    assert tool.placed()[0].profile.volumes.sum() == pytest.approx(21_000.0)


def test_rows_and_value_area_are_chosen_by_menu(shown) -> None:
    choose(shown, ProfileKind.VISIBLE)
    menu = shown.kit.profile_menu
    next(a for a in menu.rows.actions() if a.text() == "192 rows").trigger()
    (fine,) = shown.kit.profile.placed()
    next(a for a in menu.rows.actions() if a.text() == "24 rows").trigger()
    (coarse,) = shown.kit.profile.placed()
    assert len(coarse.profile.volumes) < len(fine.profile.volumes)
    next(a for a in menu.shares.actions() if "80" in a.text()).trigger()
    (wide,) = shown.kit.profile.placed()
    held = wide.profile.volumes[wide.profile.area[0] : wide.profile.area[1] + 1].sum()
    assert held >= 0.8 * wide.profile.volumes.sum()


@pytest.mark.parametrize(
    "garbage",
    [3, [], {"kinds": 4}, {"kinds": ["fixed"], "span": ["x", 2], "rows": [], "share": {}}],
)
def test_a_broken_profile_of_a_layout_is_left_out(shown, garbage) -> None:
    shown.restore_chart({"size": "5m", "profile": garbage})
    assert shown.kit.profile.placed() == []
    paint(shown)
