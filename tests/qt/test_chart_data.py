"""What a chart asks for: any size of bars, other prices, regular hours, room on the right."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from tests.qt.fakes import AAPL, CON_IDS, a_contract
from tests.qt.test_chart_panel import M5, a_bar, answer, bars, panel, shown
from workstation.domain.bar import BarSize, BarUpdate, Show
from workstation.domain.commands import BarsAnswer, FollowBars, RequestBars, UnfollowBars
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.timeframe import read_timeframe

__all__ = ["panel", "shown"]

MSFT = CON_IDS["MSFT"]
HOURS = "20260318:0930-20260318:1600;20260319:0930-20260319:1600"


def choose(panel: ChartPanel, size: str) -> None:
    panel.sizes.chosen.emit(read_timeframe(size))


def actions(panel: ChartPanel) -> dict[str, object]:
    menu = panel.data_menu.menu
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions()}


def test_a_size_the_broker_lacks_is_added_up_live_and_into_the_past(shown, commands, qtbot) -> None:
    choose(shown, "10m")
    qtbot.waitUntil(lambda: len(commands.of(FollowBars)) == 2)
    commands.clear()
    choose(shown, "25m")
    qtbot.waitUntil(lambda: bool(commands.of(FollowBars)))
    assert commands.of(FollowBars) == [FollowBars(AAPL, M5)]
    commands.answer(FollowBars, answer(*bars(0, 600)))
    data = shown.feed.bars
    assert 120 <= len(data) <= 123  # 600 bars over the midnights of three days
    assert data.volumes(data.first, data.end).sum() == 600 * 1000
    newest = data.bar(data.end - 1)
    shown.take_updates([BarUpdate(AAPL, M5, bars(599, 600)[0])])
    assert data.bar(data.end - 1) == newest  # the same bar again is not added twice
    shown.take_updates([BarUpdate(AAPL, M5, replace(a_bar(599), close=250.0))])
    assert data.bar(data.end - 1)[3] == 250.0
    assert shown.canvas.words.title.startswith("AAPL  25m")

    shown.canvas.view.zoom(-12, 0)
    shown.canvas.view_moved.emit()
    (page,) = commands.of(RequestBars)
    assert (page.size, page.before) == (M5, a_bar(0).time)
    before = data.end
    commands.answer(RequestBars, answer(*bars(-500, 0)))
    assert data.end == before
    assert data.first < 0


def test_a_digit_typed_at_the_chart_asks_for_the_size(shown, commands, qtbot) -> None:
    shown.canvas.setFocus()
    qtbot.keyClick(shown.canvas, Qt.Key.Key_7)
    entry = shown.sizes.entry
    assert entry.isVisible()
    assert entry.edit.text() == "7"
    qtbot.keyClicks(entry.edit, "x")
    qtbot.keyClick(entry.edit, Qt.Key.Key_Return)
    assert entry.isVisible()
    assert "“x”" in entry.hint.text()
    qtbot.keyClick(entry.edit, Qt.Key.Key_Backspace)
    qtbot.keyClicks(entry.edit, "m")
    commands.clear()
    qtbot.keyClick(entry.edit, Qt.Key.Key_Return)
    assert not entry.isVisible()
    assert shown.data.timeframe == read_timeframe("7m")
    qtbot.waitUntil(lambda: commands.of(FollowBars) == [FollowBars(AAPL, BarSize.MINUTE_1)])
    assert shown.chart_state()["size"] == "7m"


def test_escape_leaves_the_size_as_it_was(shown, qtbot) -> None:
    shown.canvas.setFocus()
    qtbot.keyClick(shown.canvas, Qt.Key.Key_3)
    qtbot.keyClick(shown.sizes.entry.edit, Qt.Key.Key_Escape)
    assert not shown.sizes.entry.isVisible()
    assert shown.data.timeframe == read_timeframe("5m")


def test_a_size_of_the_menu_shows_in_the_header(shown) -> None:
    choose(shown, "45s")
    assert shown.sizes.more.text().strip() == "45s"
    assert shown.sizes.buttons.checkedButton() is None
    choose(shown, "1h")
    assert shown.sizes.buttons.checkedButton().text() == "1h"


def test_other_prices_are_another_series(shown, commands, qtbot) -> None:
    commands.clear()
    actions(shown)["Midpoint of bid and ask"].trigger()
    qtbot.waitUntil(lambda: bool(commands.of(FollowBars)))
    assert commands.sent == [UnfollowBars(AAPL, M5), FollowBars(AAPL, M5, Show.MIDPOINT)]
    commands.answer(FollowBars, answer(*bars(0, 10)))
    shown.take_updates([BarUpdate(AAPL, M5, a_bar(10, 199.0))])  # of the trades: another series
    assert shown.feed.bars.end == 10
    shown.take_updates([BarUpdate(AAPL, M5, a_bar(10, 199.0), Show.MIDPOINT)])
    assert shown.feed.bars.end == 11
    assert "mid" in shown.canvas.words.title
    assert shown.chart_state()["show"] == "MIDPOINT"


def test_prices_a_contract_lacks_are_greyed_with_the_reason(panel) -> None:
    details = a_contract()
    pair = replace(details, contract=replace(details.contract, sec_type="CASH"))
    panel._state.details[AAPL] = pair
    panel.show_contract(AAPL, "EUR.USD")
    found = actions(panel)
    trades = next(action for text, action in found.items() if text.startswith("Trades —"))
    assert not trades.isEnabled()
    assert "no trades are reported for a currency pair" in trades.text()
    assert found["Midpoint of bid and ask"].isEnabled()
    assert panel.data.show is Show.MIDPOINT  # what there is instead


def test_adjusted_prices_take_no_end_and_come_in_longer_pages(shown, commands, qtbot) -> None:
    actions(shown)["Trades, adjusted for dividends"].trigger()
    qtbot.waitUntil(lambda: len(commands.of(FollowBars)) == 2)
    commands.answer(FollowBars, BarsAnswer(AAPL, M5, bars(0, 5), complete=False, is_live=False))
    assert "does not update" in shown.canvas.words.warning
    (page,) = commands.of(RequestBars)
    assert (page.show, page.pages) == (Show.ADJUSTED_LAST, 2)


def test_regular_hours_narrow_at_once_and_then_by_request(shown, commands, qtbot) -> None:
    shown._state.details[AAPL] = replace(
        a_contract(), time_zone_id="US/Eastern", liquid_hours=HOURS
    )
    shown.contract_known(AAPL)
    whole = len(shown.feed.bars)
    commands.clear()
    actions(shown)["Regular hours only"].trigger()
    inside = len(shown.feed.bars)
    assert 0 < inside < whole
    qtbot.waitUntil(lambda: bool(commands.of(FollowBars)))
    assert commands.of(FollowBars) == [FollowBars(AAPL, M5, regular_hours=True)]
    assert "regular hours" in shown.canvas.words.title
    commands.answer(FollowBars, answer(*bars(0, 40)))
    assert shown.feed.bars.end == 40  # the broker's word stands
    assert shown.chart_state()["regular_only"] is True


def test_room_on_the_right_is_a_setting_that_is_kept(shown) -> None:
    view = shown.canvas.view

    def room() -> int:
        return view.time.width - view.time.middle_of(view.bars.end - 1)

    usual = room()
    margins = next(a for a in actions(shown).values() if a.text().startswith("Room")).menu()
    next(a for a in margins.actions() if a.text().startswith("30")).trigger()
    assert room() > usual + view.time.width // 5
    assert shown.chart_state()["margin"] == 30
    shown.restore_chart({"size": "5m", "margin": 500})
    assert view.settings.margin == 6


@pytest.mark.parametrize("size", ["15m", "1D"])
def test_a_range_set_by_hand_stays_for_other_sizes_but_not_other_contracts(
    shown, commands, qtbot, size
) -> None:
    prices = shown.canvas.view.prices
    prices.show_range(150.0, 160.0)
    choose(shown, size)
    qtbot.waitUntil(lambda: len(commands.of(FollowBars)) == 2)
    other = read_timeframe(size).base
    commands.answer(FollowBars, answer(*bars(0, 50, other), size=other))
    assert (prices.is_manual, prices.low, prices.high) == (True, 150.0, 160.0)
    shown.show_contract(MSFT, "MSFT")
    qtbot.waitUntil(lambda: len(commands.of(FollowBars)) == 3)
    commands.answer(FollowBars, answer(*bars(0, 50, other), size=other))
    assert not prices.is_manual
