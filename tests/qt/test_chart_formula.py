"""Formulas of symbols: read without eval, clear about faults, calculated bar by bar and live."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from tests.qt.fakes import AAPL, CON_IDS, a_contract
from tests.qt.test_chart_panel import M5, START, a_bar, bars, panel, shown
from workstation.domain.bar import Bar, BarUpdate
from workstation.domain.commands import (
    Answered,
    Ask,
    BarsAnswer,
    Failed,
    FollowBars,
    RequestBars,
    UnfollowBars,
)
from workstation.domain.query import FailureKind, RequestFailure
from workstation.ui.chart.formula import FormulaError, read_formula
from workstation.ui.chart.source import Series
from workstation.ui.chart.symbol_finder import kinds_of

__all__ = ["panel", "shown"]

MSFT = CON_IDS["MSFT"]


def value(text: str, **prices: float) -> float:
    arrays = {name: np.array([price]) for name, price in prices.items()}
    return float(read_formula(text).value(arrays)[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A/B", 2.0),
        ("A-10*B", -40.0),
        ("A - B - B", 0.0),
        ("A/B/B", 0.4),
        ("(A+B)*2", 30.0),
        ("-A+B", -5.0),
        ("--A", 10.0),
        ("A*-B", -50.0),
        (".5*A", 5.0),
        ("a + 1.25", 11.25),
        ("2*(3+(A))", 26.0),
    ],
)
def test_a_formula_is_calculated_as_written(text, expected) -> None:
    assert value(text, A=10, B=5) == pytest.approx(expected)


def test_symbols_are_named_once_and_may_stand_in_quotes() -> None:
    formula = read_formula('("BRK B"+aapl)/AAPL')
    assert formula.symbols == ("BRK B", "AAPL")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at least one symbol|ends where"),
        ("1+2", "at least one symbol"),
        ("AAPL/", "ends where"),
        ("AAPL MSFT", "“MSFT” at place 6"),
        ("(AAPL", "bracket at place 1 is not closed"),
        ("AAPL)", "place 5"),
        ("*AAPL", "“\\*” at place 1"),
        ("AAPL^2", "“\\^” at place 5 means nothing"),
        ("__import__('os')", "place 1 means nothing"),
        ("A+B+C+D+E+F+G", "at most 6"),
        ("A" * 300, "at most 200"),
    ],
)
def test_what_cannot_be_calculated_is_said_with_its_place(text, said) -> None:
    with pytest.raises(FormulaError, match=said):
        read_formula(text)


@given(st.text(alphabet="AB1.()+-*/ \"^_'", max_size=220))
def test_nothing_typed_breaks_the_reader(text) -> None:
    try:
        formula = read_formula(text)
    except FormulaError:
        return
    formula.value({name: np.ones(3) for name in formula.symbols})


def test_no_number_where_there_is_none() -> None:
    zero = read_formula("A/B").value({"A": np.array([1.0, 2.0]), "B": np.array([0.0, 4.0])})
    assert np.isnan(zero[0])
    assert zero[1] == 0.5


# ---- on the chart ----------------------------------------------------------------------------


def answer_look_up(commands: Any, *symbols: str) -> None:
    for symbol in symbols:
        commands.answer(Ask, Answered((a_contract(symbol),)))


def type_formula(panel: Any, qtbot: Any, text: str) -> None:
    panel.extras.actions[2].trigger()
    entry = panel.extras.formula_entry
    entry.edit.clear()
    qtbot.keyClicks(entry.edit, text)
    qtbot.keyClick(entry.edit, Qt.Key.Key_Return)


def plain(number: int, price: float) -> Bar:
    return replace(a_bar(number), open=price, high=price + 1, low=price - 1, close=price + 0.5)


def page(con_id: Any, *rows: Bar) -> BarsAnswer:
    return BarsAnswer(con_id, M5, rows, complete=False)


@pytest.fixture
def ratio(shown, commands, qtbot):
    """A chart of AAPL/MSFT with bars 1 to 3; MSFT lacks bar 0, AAPL bar 4."""
    commands.clear()
    type_formula(shown, qtbot, "AAPL/MSFT")
    assert UnfollowBars(AAPL, M5) in commands.sent
    answer_look_up(commands, "AAPL", "MSFT")
    assert commands.of(FollowBars) == [FollowBars(AAPL, M5), FollowBars(MSFT, M5)]
    commands.answer(FollowBars, page(AAPL, *(plain(n, 100 + n) for n in (0, 1, 2, 3))))
    commands.answer(FollowBars, page(MSFT, *(plain(n, 50) for n in (1, 2, 3, 4))))
    return shown


def test_bars_stand_where_every_symbol_has_one(ratio) -> None:
    data = ratio.feed.bars
    assert [(t - int(START.timestamp())) // 300 for t in data.times.tolist()] == [1, 2, 3]
    opened, high, low, close, _ = data.bar(data.end - 1)
    assert (opened, close) == pytest.approx((103 / 50, 103.5 / 50.5))
    assert (high, low) == (max(opened, close), min(opened, close))
    assert ratio.canvas.words.title.startswith("AAPL/MSFT  5m")
    assert "Calculated" in ratio.canvas.words.note


def test_a_formula_moves_with_each_of_its_symbols(ratio) -> None:
    data = ratio.feed.bars
    ratio.take_updates([BarUpdate(AAPL, M5, plain(4, 110))])
    assert data.bar(data.end - 1)[0] == pytest.approx(110 / 50)
    ratio.take_updates([BarUpdate(MSFT, M5, plain(4, 40))])
    assert data.bar(data.end - 1)[0] == pytest.approx(110 / 40)
    ratio.take_updates([BarUpdate(MSFT, M5, plain(n, 20)) for n in (5, 6, 7, 8, 9)])
    assert data.end == 4  # AAPL did not trade
    ratio.take_updates([BarUpdate(AAPL, M5, plain(9, 60))])
    assert data.bar(data.end - 1)[0] == pytest.approx(3.0)
    ratio.take_updates([BarUpdate(AAPL, M5, plain(6, 80))])  # late
    assert [data.bar(index)[0] for index in range(data.end - 2, data.end)] == [4.0, 3.0]


def test_older_bars_of_a_formula_keep_the_newer_in_place(ratio, commands) -> None:
    data = ratio.feed.bars
    end = data.end
    asked = commands.of(RequestBars)
    assert asked
    commands.answer(RequestBars, page(asked[0].con_id, *(plain(n, 50) for n in (-9, -5, 0))))
    older = [each for each in commands.of(RequestBars) if each.con_id == AAPL]
    assert older
    commands.answer(RequestBars, page(AAPL, *(plain(n, 100) for n in (-9, -7, -5))))
    assert data.end == end
    assert [(t - int(START.timestamp())) // 300 for t in data.times.tolist()][:2] == [-9, -5]


def test_a_symbol_nobody_knows_is_named(shown, commands, qtbot) -> None:
    type_formula(shown, qtbot, "AAPL/NOPE")
    commands.answer(Ask, Answered((a_contract("AAPL"),)))
    for _ in kinds_of("NOPE"):
        commands.answer(
            Ask,
            RequestFailure(
                kind=FailureKind.REFUSED, text="No security definition", meaning="", advice="",
                code=200,
            ),
        )  # fmt: skip
    assert shown.feed.series is Series.FAILED
    assert "NOPE" in shown.canvas.words.state


def test_a_symbol_without_bars_is_named(shown, commands, qtbot) -> None:
    type_formula(shown, qtbot, "AAPL/MSFT")
    answer_look_up(commands, "AAPL", "MSFT")
    follows = [c for c in commands.of(FollowBars) if c.con_id == MSFT]
    assert follows
    commands.answer(FollowBars, page(AAPL, *(plain(n, 100) for n in range(3))))
    commands.answer(FollowBars, Failed("no market data permissions"))
    assert "MSFT: no market data permissions" in shown.canvas.words.state


def test_nothing_is_traded_on_a_formula_and_another_contract_ends_it(
    ratio, commands, qtbot
) -> None:
    assert ratio.trading.con_id is None
    assert ratio.chart_state()["formula"] == "AAPL/MSFT"
    ratio.show_contract(MSFT, "MSFT")
    qtbot.waitUntil(lambda: bool(commands.of(FollowBars)))
    assert "formula" not in ratio.chart_state()
    assert ratio.trading.con_id == MSFT
    assert ratio.canvas.words.title.startswith("MSFT")


def test_a_layout_brings_the_formula_back(panel, commands) -> None:
    panel.restore_chart({"size": "5m", "formula": "AAPL-MSFT"})
    answer_look_up(commands, "AAPL", "MSFT")
    commands.answer(FollowBars, page(AAPL, *bars(0, 3)))
    commands.answer(FollowBars, page(MSFT, *bars(0, 3)))
    assert panel.feed.bars.bar(panel.feed.bars.end - 1)[3] == 0.0
    panel.restore_chart({"size": "5m", "formula": "AAPL-"})
    assert panel.data.formula is None
