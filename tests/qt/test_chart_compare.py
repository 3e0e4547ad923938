"""Other symbols beside the chart's own: aligned in time, honest where a bar is missing."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.qt.fakes import AAPL, CON_IDS, a_contract
from tests.qt.test_chart_panel import M5, a_bar, paint, panel, shown
from workstation.domain.bar import Bar, BarSize, BarUpdate
from workstation.domain.commands import (
    Answered,
    Ask,
    BarsAnswer,
    Failed,
    FollowBars,
    RequestBars,
    UnfollowBars,
)
from workstation.ui.chart.scale import ZOOMS
from workstation.ui.chart.symbol_finder import kinds_of
from workstation.ui.chart.timeframe import read_timeframe

__all__ = ["panel", "shown"]

MSFT, NVDA = CON_IDS["MSFT"], CON_IDS["NVDA"]


def flat(number: int, price: float) -> Bar:
    return replace(a_bar(number), open=price, high=price, low=price, close=price)


def add(panel: Any, commands: Any, symbol: str, *rows: Bar) -> None:
    panel.extras._on_symbol(symbol)
    commands.answer(Ask, Answered((a_contract(symbol),)))
    commands.answer(FollowBars, BarsAnswer(CON_IDS[symbol], M5, rows, complete=False))


def line(panel: Any) -> tuple[np.ndarray, float]:
    """Return prices of the first symbol's line on the columns in sight, and its change."""
    panel.canvas.repaint()
    view = panel.canvas.view
    view.settle()
    (_, prices, change), *_ = panel.extras.comparison.lines(view.columns)
    return prices, change


def test_a_symbol_is_typed_and_drawn_in_per_cent_from_the_left_edge(shown, commands, qtbot) -> None:
    before = paint(shown)
    commands.clear()
    shown.extras.actions[0].trigger()
    entry = shown.extras.compare_entry
    qtbot.keyClicks(entry.edit, "msft")
    qtbot.keyClick(entry.edit, Qt.Key.Key_Return)
    (ask,) = commands.of(Ask)
    assert ask.query.filter.symbol == "MSFT"
    commands.answer(Ask, Answered((a_contract("MSFT"),)))
    assert commands.of(FollowBars) == [FollowBars(MSFT, M5)]
    view = shown.canvas.view
    assert view.settings.percent
    rows = [flat(n, 50.0 if n < 599 else 60.0) for n in range(600)]
    commands.answer(FollowBars, BarsAnswer(MSFT, M5, tuple(rows), complete=False))
    assert paint(shown) != before
    prices, change = line(shown)
    base = float(view.columns.closes[0])
    assert prices[0] == pytest.approx(base)
    assert prices[-1] == pytest.approx(base * 1.2)
    assert change == pytest.approx(20.0)
    assert view.prices.high > base * 1.2  # the line is in sight


def test_a_missing_bar_is_a_gap_and_no_price_is_carried_over(shown, commands) -> None:
    rows = [flat(n, 50.0) for n in range(600) if n % 10 != 3]
    add(shown, commands, "MSFT", *rows)
    prices, _ = line(shown)
    first = shown.canvas.view.columns.first
    missing = [n for n, price in enumerate(prices.tolist(), first) if np.isnan(price)]
    assert missing == [n for n in range(first, first + len(prices)) if n % 10 == 3]


def test_a_symbol_that_began_later_starts_at_the_chart_s_price(shown, commands) -> None:
    add(shown, commands, "MSFT", *(flat(n, 50.0) for n in range(590, 600)))
    prices, change = line(shown)
    close = shown.feed.bars.bar(590)[3]
    assert np.isnan(prices[:-10]).all()
    assert prices[-10:].tolist() == pytest.approx([close] * 10)
    assert change == pytest.approx(0.0)


def test_columns_of_several_bars_take_the_last_of_their_time(shown, commands) -> None:
    rows = [flat(n, float(n + 1)) for n in range(600)]
    add(shown, commands, "MSFT", *rows)
    view = shown.canvas.view
    view.time.zoom = ZOOMS.index((4, 1))
    view.show_newest()
    assert view.time.factor > 1
    prices, change = line(shown)
    lasts = np.minimum((np.arange(len(prices)) + 1) * view.time.factor + view.columns.first, 600)
    assert (prices / prices[0] * lasts[0]).tolist() == pytest.approx(lasts.tolist())
    assert change == pytest.approx(100 * (600 / lasts[0] - 1))


def test_it_moves_with_its_own_updates_and_the_size_of_the_chart(shown, commands, qtbot) -> None:
    add(shown, commands, "MSFT", *(flat(n, 50.0) for n in range(600)))
    shown.take_updates([BarUpdate(MSFT, M5, flat(599, 55.0))])
    assert line(shown)[1] == pytest.approx(10.0)
    commands.clear()
    shown.sizes.chosen.emit(read_timeframe("1h"))
    qtbot.waitUntil(lambda: len(commands.of(FollowBars)) == 2)
    sizes = {(each.con_id, each.size) for each in commands.of(FollowBars)}
    assert sizes == {(AAPL, BarSize.HOUR_1), (MSFT, BarSize.HOUR_1)}


def test_it_reaches_back_as_far_as_the_chart(shown, commands) -> None:
    commands.clear()
    add(shown, commands, "MSFT", *(flat(n, 50.0) for n in range(300, 600)))
    asked = [each for each in commands.of(RequestBars) if each.con_id == MSFT]
    assert [each.before for each in asked] == [a_bar(300).time]


def test_six_at_most_none_twice_and_each_can_be_taken_away(shown, commands, qtbot) -> None:
    comparison = shown.extras.comparison
    for symbol in ("MSFT", "NVDA", "GOOGL", "AMZN", "META", "TSLA"):
        assert comparison.why_not(symbol) == ""
        add(shown, commands, symbol, *(flat(n, 50.0) for n in range(600)))
    assert "already" in comparison.why_not("msft")
    assert "At most 6" in comparison.why_not("SPY")
    assert len({each.colour for each in comparison.all}) == 6
    paint(shown)
    ratio = shown.canvas.view.layout.ratio
    cross = comparison.tool._rows[1][0].center() / ratio
    commands.clear()
    qtbot.mouseClick(shown.canvas, Qt.MouseButton.LeftButton, pos=cross)
    assert [each.symbol for each in comparison.all] == ["MSFT", "GOOGL", "AMZN", "META", "TSLA"]
    assert commands.of(UnfollowBars) == [UnfollowBars(NVDA, M5)]
    state = shown.chart_state()
    assert state["compare"] == ["MSFT", "GOOGL", "AMZN", "META", "TSLA"]
    shown.extras.actions[1].trigger()
    assert "compare" not in shown.chart_state()
    shown.restore_chart({"size": "5m", "compare": ["SPY", 3, "", "SPY"]})
    assert shown.chart_state()["compare"] == ["SPY"]


@pytest.mark.parametrize("result", [Answered(()), Failed("no link")])
def test_a_symbol_that_is_not_found_says_so_in_its_row(shown, commands, result) -> None:
    shown.extras._on_symbol("NOPE")
    for _ in kinds_of("NOPE")[: None if isinstance(result, Answered) else 1]:
        commands.answer(Ask, result)
    (compared,) = shown.extras.comparison.all
    assert "NOPE" in compared.problem
    paint(shown)
