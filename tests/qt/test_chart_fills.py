"""The user's own fills on the chart, of any day, corrected and told under the mouse."""

from datetime import timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint

from tests.helpers.mouse import move_mouse
from tests.qt.fakes import a_commission, an_execution
from tests.qt.test_chart_panel import START, answer, bars, paint
from workstation.domain.commands import BarsAnswer, FollowBars
from workstation.domain.ids import ConId, ExecId
from workstation.domain.messages import CommissionArrived, ExecutionArrived
from workstation.domain.order import Side
from workstation.domain.round_trips import Fill, FillsAnswer, RequestFills
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.fills_tool import MOST_EARLY

BOUGHT = an_execution(time=START + timedelta(minutes=1372), quantity=Decimal(100))
SOLD = an_execution(
    exec_id=ExecId("0001.02.01.01"),
    side=Side.SELL,
    quantity=Decimal(100),
    price=Decimal("189.20"),
    time=START + timedelta(minutes=1462),
)


COST = a_commission(realized_pnl=Decimal(0))


def mark_of(chart: ChartPanel, number: int = 0) -> QPoint:
    paint(chart)
    area = chart.fills._shown[number].place
    return QPoint(round(area.center().x()), round(area.center().y()))


def told(chart: ChartPanel, number: int = 0) -> str:
    return " | ".join(words for words, _ in chart.fills.told(mark_of(chart, number)))


@pytest.fixture
def asked(ready, chart):
    """A chart whose question for its fills is not answered yet."""
    ready.window.choose_symbol("MSFT")
    ready.commands.clear()
    ready.window.choose_symbol("AAPL")
    ready.commands.answer(FollowBars, answer(*bars(0, 300)))
    return chart


def test_the_record_is_asked_once_for_a_contract_and_every_day_is_marked(ready, qtbot) -> None:
    ready.commands.clear()
    ready.window.choose_symbol("MSFT")
    chart = ready.window.board.chart
    assert ready.commands.of(RequestFills) == [], "not before the chart has bars to mark"
    chart.feed.set_wanted()
    size = chart.data.timeframe.base
    con_id = chart.data.con_id
    ready.commands.answer(FollowBars, BarsAnswer(con_id, size, bars(0, 30), complete=False))
    asked = ready.commands.of(RequestFills)
    assert len(asked) == 1
    old = an_execution(exec_id=ExecId("0000.01.01.01"), time=START - timedelta(days=30))
    ready.commands.answer(
        RequestFills, FillsAnswer(asked[0].con_id, (Fill(old), Fill(BOUGHT, COST)))
    )
    assert len(chart.fills._order) == 2
    ready.window.choose_symbol("MSFT")
    assert len(ready.commands.of(RequestFills)) == 1


def test_a_fill_is_marked_at_its_bar_and_price_and_told_under_the_mouse(chart, ready) -> None:
    plain = paint(chart)
    ready.events(ExecutionArrived(BOUGHT), CommissionArrived(COST))
    assert paint(chart) != plain
    view = chart.canvas.view
    place = chart.fills.place_of(BOUGHT)
    assert view.time.index_at(place.x()) == 274
    assert place.y() == view.prices.y_of(187.2)
    said = told(chart)
    assert "BUY 100 @ 187.20" in said
    assert "commission 1.00 USD" in said
    assert f"{BOUGHT.time.astimezone(view.marks.zone):%H:%M:%S}" in said
    assert chart.fills.told(QPoint(2, 2)) == []


def test_a_round_trip_is_a_line_in_the_colour_of_its_result(chart, ready) -> None:
    ready.events(ExecutionArrived(BOUGHT))
    alone = paint(chart)
    ready.events(ExecutionArrived(SOLD), CommissionArrived(COST))
    assert paint(chart) != alone
    trip = chart.fills.trips[0]
    assert chart.fills.gain_of(trip) == Decimal("199.00")
    assert "round trip +199.00" in told(chart, 1)
    lost = an_execution(
        exec_id=ExecId("0001.02.01.02"),
        side=Side.SELL,
        quantity=Decimal(100),
        price=Decimal("186.20"),
        time=SOLD.time,
    )
    ready.events(ExecutionArrived(lost))
    assert chart.fills.gain_of(chart.fills.trips[0]) == Decimal("-101.00")


def test_a_correction_replaces_a_bust_removes_and_an_older_revision_comes_too_late(
    chart, ready
) -> None:
    ready.events(ExecutionArrived(BOUGHT))
    second = an_execution(
        exec_id=ExecId("0001.01.01.02"), price=Decimal("187.00"), time=BOUGHT.time
    )
    ready.events(ExecutionArrived(second), ExecutionArrived(BOUGHT))
    assert [fill.execution.price for fill in chart.fills._order] == [Decimal("187.00")]
    assert "correction 2" in told(chart)
    bust = an_execution(exec_id=ExecId("0001.01.01.03"), quantity=Decimal(0), time=BOUGHT.time)
    ready.events(ExecutionArrived(bust))
    assert chart.fills._order == []


def test_fills_of_other_contracts_and_late_answers_are_passed_over(asked, ready) -> None:
    ready.events(ExecutionArrived(an_execution(con_id=ConId(999))))
    assert asked.fills._order == []
    asked.fills.show_contract(ConId(998))
    ready.commands.answer(RequestFills, FillsAnswer(ConId(100), (Fill(BOUGHT),)))
    assert asked.fills._order == []


def test_marks_can_be_switched_off(chart, ready) -> None:
    plain = paint(chart)
    ready.events(ExecutionArrived(BOUGHT))
    chart.restore_chart({"size": "5m", "executions": False})
    paint(chart)
    assert chart.fills._shown == []
    assert paint(chart) == plain


def test_the_words_stand_on_the_chart_while_the_mouse_is_there(chart, ready) -> None:
    ready.events(ExecutionArrived(BOUGHT))
    place = mark_of(chart)
    move_mouse(chart.canvas, place + QPoint(60, 60))
    away = paint(chart)
    move_mouse(chart.canvas, place)
    assert paint(chart) != away


def test_what_other_contracts_fills_cost_is_not_kept_for_ever(chart) -> None:
    for number in range(MOST_EARLY + 200):
        chart.fills.take_commission(a_commission(exec_id=ExecId(f"{number:04}.01.01.01")))
    own = a_commission(exec_id=BOUGHT.exec_id, commission=Decimal("3.25"))
    chart.fills.take_commission(own)
    assert len(chart.fills._early) == MOST_EARLY
    chart.fills.take_execution(BOUGHT)
    assert "commission 3.25 USD" in told(chart)
