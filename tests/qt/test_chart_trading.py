"""Orders and the position on the chart: seen, dragged once, put back, cancelled, taken as a price."""

from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from tests.helpers.mouse import move_mouse
from tests.qt.chart_rig import at, let_go, take_hold
from tests.qt.fakes import AAPL, CON_IDS, a_link, a_position, a_quote, an_order
from tests.qt.test_chart_panel import paint
from workstation.domain.commands import CancelOrder, ChangeOrder
from workstation.domain.contract import ContractDetails
from workstation.domain.finding import Denied, NeedsAcknowledgement
from workstation.domain.ids import ClientId
from workstation.domain.link import LinkState
from workstation.domain.messages import LinkChanged, OrderChanged
from workstation.domain.order import OrderType, Side
from workstation.domain.order_status import Lifecycle, Pending
from workstation.ui.chart.order_lines import nearest_price, order_lines, preview_words

FINDINGS = ()


# ---- dragging --------------------------------------------------------------------------------


def test_a_dragged_stop_is_changed_once_when_it_is_let_go(chart, stop, ready, qtbot) -> None:
    take_hold(chart, qtbot, 185.0, 186.5)
    assert ready.commands.of(ChangeOrder) == []
    let_go(chart, qtbot, 186.5)

    changes = [each.change for each in ready.commands.of(ChangeOrder)]
    assert [(c.key, c.limit_price, c.quantity) for c in changes] == [(stop.key, None, None)]
    assert changes[0].stop_price == pytest.approx(Decimal("186.50"), abs=Decimal("0.06"))
    assert changes[0].stop_price % Decimal("0.01") == 0
    assert changes[0].source == "chart"
    assert not chart.canvas.view.time.scroll < 0


def test_escape_puts_the_line_back(chart, stop, ready, qtbot) -> None:
    still = paint(chart)
    take_hold(chart, qtbot, 185.0, 188.0)
    qtbot.keyClick(chart.canvas, Qt.Key.Key_Escape)
    let_go(chart, qtbot, 188.0)
    assert ready.commands.of(ChangeOrder) == []
    move_mouse(chart.canvas, QPoint(5, 5))
    chart.canvas._move_crosshair(None)
    assert paint(chart) == still


@pytest.mark.parametrize(("start", "end"), [(185.0, 185.0), (188.0, 191.0)])
def test_a_click_and_a_drag_beside_the_line_change_nothing(
    chart, stop, ready, qtbot, start, end
) -> None:
    take_hold(chart, qtbot, start, end)
    let_go(chart, qtbot, end)
    assert ready.commands.of(ChangeOrder) == []


def test_a_line_let_go_outside_the_prices_stays(chart, stop, ready, qtbot) -> None:
    take_hold(chart, qtbot, 185.0, 190.0)
    outside = QPoint(200, chart.canvas.view.layout.header.top() + 1)
    move_mouse(chart.canvas, outside, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(chart.canvas, Qt.MouseButton.LeftButton, pos=outside)
    assert ready.commands.of(ChangeOrder) == []


def test_an_order_that_is_over_while_it_is_dragged_is_not_changed(
    chart, stop, ready, qtbot
) -> None:
    take_hold(chart, qtbot, 185.0, 188.0)
    ready.events(OrderChanged(an_order(21, side=Side.SELL, lifecycle=Lifecycle.FILLED)))
    let_go(chart, qtbot, 188.0)
    assert ready.commands.of(ChangeOrder) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"editable": False, "client_id": ClientId(0)},
        {"replace": Pending.REQUESTED, "pending_stop": Decimal("185.00")},
        {"cancel": Pending.REQUESTED},
        {"order_type": "TRAIL"},
    ],
)
def test_what_may_not_be_changed_is_not_taken_hold_of(chart, ready, qtbot, changes) -> None:
    values = {"side": Side.SELL, "order_type": "STP", "stop_price": Decimal("185.00")}
    ready.events(OrderChanged(an_order(22, limit_price=None, **{**values, **changes})))
    paint(chart)
    take_hold(chart, qtbot, 185.0, 188.0)
    let_go(chart, qtbot, 188.0)
    assert ready.commands.of(ChangeOrder) == []


def test_without_a_link_nothing_is_taken_hold_of(chart, stop, ready, qtbot) -> None:
    ready.events(LinkChanged(a_link(LinkState.DISCONNECTED)))
    paint(chart)
    take_hold(chart, qtbot, 185.0, 188.0)
    let_go(chart, qtbot, 188.0)
    assert ready.commands.of(ChangeOrder) == []


def test_a_stop_limit_order_has_two_lines_and_each_moves_its_own_price(chart, ready, qtbot) -> None:
    order = an_order(
        23, order_type="STP LMT", stop_price=Decimal("189.00"), limit_price=Decimal("190.00")
    )
    ready.events(OrderChanged(order))
    paint(chart)
    take_hold(chart, qtbot, 190.0, 191.0)
    let_go(chart, qtbot, 191.0)
    change = ready.commands.of(ChangeOrder)[0].change
    assert change.stop_price is None
    assert change.limit_price == pytest.approx(Decimal(191), abs=Decimal("0.06"))


def test_a_refusal_is_shown_below_the_chart(chart, stop, ready, qtbot) -> None:
    take_hold(chart, qtbot, 185.0, 188.0)
    let_go(chart, qtbot, 188.0)
    ready.commands.answer(ChangeOrder, Denied(FINDINGS))
    assert chart.orders.strip.isVisible()
    assert chart.orders.strip.headline.text() == "Denied. Nothing was sent."


def test_a_question_is_asked_below_the_chart_and_blocks_the_next_drag(
    chart, stop, ready, qtbot
) -> None:
    take_hold(chart, qtbot, 185.0, 188.0)
    let_go(chart, qtbot, 188.0)
    ready.commands.answer(ChangeOrder, NeedsAcknowledgement(FINDINGS))
    assert chart.orders.strip.is_asking
    take_hold(chart, qtbot, 185.0, 189.0)
    let_go(chart, qtbot, 189.0)
    assert len(ready.commands.of(ChangeOrder)) == 1


# ---- crosses ---------------------------------------------------------------------------------


def test_the_cross_of_a_line_cancels_its_order(chart, stop, ready, qtbot) -> None:
    cross = chart.trading._shown[0].cross.center()
    qtbot.mousePress(chart.canvas, Qt.MouseButton.LeftButton, pos=cross)
    assert ready.commands.of(CancelOrder) == []
    qtbot.mouseRelease(chart.canvas, Qt.MouseButton.LeftButton, pos=cross)
    assert ready.commands.of(CancelOrder) == [CancelOrder(stop.key)]


def test_a_press_on_the_cross_that_is_let_go_elsewhere_cancels_nothing(
    chart, stop, ready, qtbot
) -> None:
    cross = chart.trading._shown[0].cross.center()
    qtbot.mousePress(chart.canvas, Qt.MouseButton.LeftButton, pos=cross)
    move_mouse(chart.canvas, QPoint(20, 60), Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(chart.canvas, Qt.MouseButton.LeftButton, pos=QPoint(20, 60))
    assert ready.commands.of(CancelOrder) == []
    assert ready.commands.of(ChangeOrder) == []


def test_labels_at_one_price_do_not_cover_each_other(chart, ready) -> None:
    for number in (31, 32, 33):
        ready.events(OrderChanged(an_order(number, limit_price=Decimal("186.00"))))
    paint(chart)
    labels = [shown.label for shown in chart.trading._shown]
    assert len(labels) == 3
    assert not any(a.intersects(b) for n, a in enumerate(labels) for b in labels[:n])


# ---- prices for the ticket -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (183.0, [(Side.BUY, OrderType.LIMIT), (Side.SELL, OrderType.STOP)]),
        (193.0, [(Side.BUY, OrderType.STOP), (Side.SELL, OrderType.LIMIT)]),
    ],
)
def test_a_price_on_the_chart_fills_the_ticket_and_sends_nothing(
    chart, ready, price, expected
) -> None:
    assert chart.trading.context(at(chart, price), QPointF(50, 50))
    menu = chart.trading._menu
    wishes = [action.data() for action in menu.actions()[:2]]
    assert [(wish.side, wish.order_type) for wish in wishes] == expected
    ready.commands.sent.clear()
    menu.actions()[1].trigger()
    terms = ready.window.ticket.form.terms
    found = terms.stop_price if expected[1][1] is OrderType.STOP else terms.limit_price
    assert (terms.side, terms.order_type) == expected[1]
    assert found == wishes[1].price
    assert ready.commands.of(ChangeOrder) == []
    menu.close()


# ---- lines and figures -----------------------------------------------------------------------


def test_the_position_and_its_profit_stand_on_the_chart(chart, ready) -> None:
    plain = paint(chart)
    ready.latest(a_position(average_cost=Decimal("186.00")))
    assert paint(chart) != plain
    line = chart.trading._position
    assert line.label(chart.canvas.view.ladder) == "LONG 300 @ 186.00  +1,781.01"


def test_orders_of_other_contracts_and_orders_that_are_over_have_no_line(chart, ready) -> None:
    ready.events(
        OrderChanged(an_order(41, con_id=CON_IDS["MSFT"])),
        OrderChanged(an_order(42, lifecycle=Lifecycle.CANCELLED)),
    )
    assert order_lines(ready.window.state, AAPL) == []
    assert order_lines(ready.window.state, None) == []


def test_a_preview_tells_distance_money_and_multiples_of_risk(chart, ready) -> None:
    ready.latest(a_position(average_cost=Decimal("187.00")), a_quote(last=187.5))
    ready.events(
        OrderChanged(an_order(51, side=Side.SELL, quantity=Decimal(300), order_type="STP", limit_price=None, stop_price=Decimal("186.00"))),
        OrderChanged(an_order(52, side=Side.SELL, quantity=Decimal(300), limit_price=Decimal("189.00"))),
    )  # fmt: skip
    state = ready.window.state
    target, stop = order_lines(state, AAPL)
    said = preview_words(target, Decimal("189.50"), state)
    assert said == "189.00 → 189.50 · 2.00 above last · P&L there +750.00 · +2.5 R"
    assert "−300.00 · −1.0 R" in preview_words(stop, Decimal("186.00"), state)
    closer = preview_words(stop, Decimal("186.50"), state)
    assert closer.endswith("P&L there −150.00 · −0.5 R · target then +4.0 R")
    assert preview_words(stop, Decimal("187.50"), state).endswith("P&L there +150.00 · +0.5 R")
    buy = order_lines(state, AAPL)[0].__class__(an_order(53), Decimal("187.20"), is_stop=False)
    assert "value 18,720.00" in preview_words(buy, Decimal("187.20"), state)


def test_the_stop_of_an_entry_that_waits_is_measured_against_the_entry(chart, ready) -> None:
    ready.latest(a_quote(last=187.5))
    entry = an_order(61, limit_price=Decimal("187.00"))
    exits = {"side": Side.SELL, "parent": entry.key, "limit_price": None}
    ready.events(
        OrderChanged(entry),
        OrderChanged(an_order(62, order_type="STP", stop_price=Decimal("186.00"), **exits)),
        OrderChanged(an_order(63, **{**exits, "limit_price": Decimal("190.00")})),
    )
    state = ready.window.state
    state.positions.clear()
    target, _, stop = order_lines(state, AAPL)
    said = preview_words(stop, Decimal("186.50"), state)
    assert said.endswith("P&L there −50.00 · −0.5 R · target then +6.0 R")
    assert preview_words(target, Decimal("190.00"), state).endswith("P&L there +300.00 · +3.0 R")


def test_prices_are_those_the_contract_allows(chart) -> None:
    ladder = chart.canvas.view.ladder
    assert nearest_price(187.2349999, ladder) == Decimal("187.23")
    assert nearest_price(0.12344, ladder) == Decimal("0.1234")
    assert nearest_price(5.005, None) % Decimal("0.01") == 0


def test_futures_show_the_cost_as_prices_are_quoted(chart, ready) -> None:
    details = ready.window.state.details[AAPL]
    changed = {name: getattr(details, name) for name in ContractDetails.__dataclass_fields__} | {
        "multiplier": Decimal(50)
    }
    ready.window.state.details[AAPL] = ContractDetails(**changed)
    ready.latest(a_position(average_cost=Decimal(9350)))
    assert chart.trading._position.price == 187.0
