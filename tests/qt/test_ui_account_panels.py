"""Executions, account, risk and its three ways to stop."""

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import QElapsedTimer, QPoint, Qt

from tests.helpers.mouse import move_mouse
from tests.qt.conftest import Stage
from tests.qt.fakes import (
    ACCOUNT,
    HOSTILE,
    a_commission,
    a_contract,
    a_link,
    a_pnl,
    a_risk_view,
    a_summary,
    an_execution,
    an_order,
)
from workstation.domain.commands import (
    AcknowledgeLoss,
    CancelOrders,
    ConfirmNotPlaced,
    Done,
    Failed,
    Flatten,
    SetTradingState,
)
from workstation.domain.finding import TradingState
from workstation.domain.ids import AccountId, ExecId
from workstation.domain.limit_use import ApplyLimits, LimitUse, RiskView
from workstation.domain.link import LinkState
from workstation.domain.messages import (
    CommissionArrived,
    ContractKnown,
    ExecutionArrived,
    LinkChanged,
    OrderChanged,
)
from workstation.domain.order_status import Lifecycle, OrderFlag
from workstation.ui import hold_button
from workstation.ui.dialogs.plain_dialog import PlainDialog
from workstation.ui.hold_button import HOLD_MS
from workstation.ui.models.executions import ExecutionsModel
from workstation.ui.models.limits import LimitsModel
from workstation.ui.theme import paint


def by_key(model, row: int) -> dict[str, str]:
    return {spec.key: model.index(row, n).data() for n, spec in enumerate(model.columns)}


# -- executions -------------------------------------------------------------------------------


def test_a_fill_shows_what_it_cost_in_whichever_order_they_come(ready: Stage) -> None:
    model = ready.window.messages.executions
    first, second = ExecId("0001.01.01.01"), ExecId("0002.01.01.01")
    ready.events(
        ExecutionArrived(an_execution(exec_id=first)),
        CommissionArrived(a_commission(exec_id=first)),
        CommissionArrived(a_commission(exec_id=second, realized_pnl=None)),
        ExecutionArrived(an_execution(exec_id=second)),
    )

    assert by_key(model, 0)["commission"] == "1.00 USD"
    assert by_key(model, 0)["realized_pnl"] == "−12.34 USD"
    assert by_key(model, 1)["commission"] == "1.00 USD"
    assert by_key(model, 1)["realized_pnl"] == "—"
    assert by_key(model, 0)["exec_id"] == first


def test_a_correction_replaces_and_an_older_one_does_not(ready: Stage) -> None:
    model = ready.window.messages.executions

    def fill(revision: str, quantity: int) -> ExecutionArrived:
        return ExecutionArrived(
            an_execution(exec_id=ExecId(f"0001.01.01.{revision}"), quantity=Decimal(quantity))
        )

    ready.events(fill("01", 40), fill("03", 30), fill("02", 35))
    assert model.rowCount() == 1
    assert by_key(model, 0)["quantity"] == "30"

    ready.events(fill("04", 0))
    assert by_key(model, 0)["quantity"] == "bust"
    assert model.cell(0, 3).colour == paint().muted


def test_the_decimals_of_a_fill_come_with_the_rules_of_its_contract(ready: Stage) -> None:
    ready.events(ExecutionArrived(an_execution(price=Decimal("187.2"))))
    ready.events(ContractKnown(a_contract("AAPL")))

    assert by_key(ready.window.messages.executions, 0)["price"] == "187.20"


def test_a_click_on_a_fill_chooses_its_symbol(ready: Stage, qtbot) -> None:
    ready.window.docks.focus("executions")
    ready.events(ExecutionArrived(an_execution(con_id=102, symbol="NVDA")))
    table = ready.window.board.executions.table
    place = table.visualRect(table.proxy.index(0, 0)).center()

    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert ready.window.ticket.symbol == "NVDA"


@pytest.mark.parametrize("foreign", HOSTILE)
def test_foreign_text_of_fills_and_limits_is_plain(qapp, foreign: str) -> None:
    fills, limits = ExecutionsModel(), LimitsModel()
    fills.take_execution(an_execution(symbol=foreign, exchange=foreign), None)
    fills.take_commission(a_commission(currency=foreign))
    limits.show_view(RiskView(ACCOUNT, (LimitUse(foreign, Decimal(1), Decimal(2), None, foreign),)))

    for model in (fills, limits):
        for column in range(model.columnCount()):
            index = model.index(0, column)
            assert "\n" not in index.data()
            assert "\x00" not in index.data()
            tip = index.data(Qt.ItemDataRole.ToolTipRole) or ""
            assert "<" not in tip.removeprefix("<qt>").removesuffix("</qt>").replace("<br>", "")


# -- account ----------------------------------------------------------------------------------


def test_the_account_shows_every_figure_and_the_cushion(ready: Stage) -> None:
    ready.latest(
        a_summary(
            total_cash=Decimal(200000),
            excess_liquidity=Decimal("802603.336"),
            initial_margin=Decimal("158144.15"),
            maintenance_margin=Decimal("143767.41"),
        ),
        a_pnl(daily=-12.5),
    )
    values = {name: label.text() for name, label in ready.window.board.account.values.items()}

    assert values["daily"] == "−12.50"
    assert values["net_liquidation"] == "1,003,254.17 USD"
    assert values["excess_liquidity"] == "802,603.34 USD"
    assert values["cushion"] == "80 %"
    assert "—" not in values.values()


def test_figures_of_another_account_do_not_stay(ready: Stage) -> None:
    ready.latest(a_summary(), a_pnl(), a_risk_view())
    assert ready.window.board.risk.model.rowCount() == 6

    ready.events(LinkChanged(a_link(account=AccountId("SIM9999999"))))

    assert {label.text() for label in ready.window.board.account.values.values()} == {"—"}
    assert ready.window.board.risk.model.rowCount() == 0
    ready.latest(a_summary(), a_risk_view())
    assert ready.window.board.risk.model.rowCount() == 0


# -- risk -------------------------------------------------------------------------------------


def test_limits_show_both_numbers_and_colour_by_use(ready: Stage) -> None:
    ready.latest(a_risk_view())
    model = ready.window.board.risk.model

    rows = {by_key(model, row)["name"]: row for row in range(model.rowCount())}
    gross, loss = rows["Gross exposure"], rows["Daily loss"]
    assert by_key(model, gross)["used"] == "1,620,000 USD"
    assert by_key(model, gross)["personal"] == "2,000,000 USD"
    assert by_key(model, gross)["share"] == "81 %"
    assert model.cell(gross, 1).colour == paint().warning
    assert model.cell(loss, 1).colour == paint().error
    assert model.cell(rows["Largest position"], 1).colour is None
    assert by_key(model, rows["Restricted symbols"])["share"] == "—"


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (TradingState.ACTIVE, "Stop entries"),
        (TradingState.REDUCING, "Allow entries again…"),
        (TradingState.HALTED, "Allow entries again…"),
        (TradingState.LOCKED, "Allow entries again…"),
    ],
)
def test_the_trading_state_and_its_reason_are_told(ready: Stage, state, word: str) -> None:
    ready.events(LinkChanged(a_link(trading_state=state, trading_reason="daily loss reached")))
    panel = ready.window.board.risk

    assert state.value in panel.state_label.text()
    assert "daily loss reached" in panel.reason_label.text()
    assert panel.stop_button.text() == word
    assert panel.stop_button.isEnabled() == (state is not TradingState.LOCKED)
    assert panel.flatten_button.isEnabled() == (state is not TradingState.LOCKED)


def test_stop_entries_asks_nothing_and_the_way_back_asks_once(ready: Stage, qtbot) -> None:
    ready.window.docks.focus("risk")
    panel = ready.window.board.risk
    qtbot.mouseClick(panel.stop_button, Qt.MouseButton.LeftButton)
    assert ready.commands.of(SetTradingState) == [SetTradingState(TradingState.REDUCING)]

    ready.events(LinkChanged(a_link(trading_state=TradingState.REDUCING)))
    qtbot.mouseClick(panel.stop_button, Qt.MouseButton.LeftButton)
    assert len(ready.commands.of(SetTradingState)) == 1
    dialog = ready.window.findChild(PlainDialog)
    qtbot.mouseClick(dialog.buttons["resume"], Qt.MouseButton.LeftButton)
    assert ready.commands.of(SetTradingState)[-1] == SetTradingState(TradingState.ACTIVE)


def test_cancel_all_cancels_and_nothing_else(ready: Stage, qtbot) -> None:
    ready.window.docks.focus("risk")
    ready.events(OrderChanged(an_order(12)))
    panel = ready.window.board.risk
    assert panel.cancel_button.text() == "Cancel all orders (1)"

    qtbot.mouseClick(panel.cancel_button, Qt.MouseButton.LeftButton)

    assert ready.commands.sent[-1:] == [CancelOrders()]
    assert not ready.commands.of(SetTradingState)
    assert not ready.commands.of(Flatten)


STEPS_MS = 100
"""So long that a hold that went on would have shown progress."""


@pytest.fixture
def flatten(ready: Stage, qtbot):
    ready.window.docks.focus("risk")
    button = ready.window.board.risk.flatten_button
    assert "S•••321" in button.text()
    assert ACCOUNT in button.toolTip()
    return button


def test_a_click_does_not_flatten(ready: Stage, qtbot, flatten) -> None:
    qtbot.mouseClick(flatten, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(flatten, Qt.MouseButton.LeftButton)
    qtbot.wait(STEPS_MS)

    assert flatten.progress == 0.0
    assert ready.commands.of(Flatten) == []


def test_holding_for_a_second_flattens_once(ready: Stage, qtbot, flatten) -> None:
    since = QElapsedTimer()
    since.start()
    qtbot.mousePress(flatten, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(ready.commands.of(Flatten)), timeout=20 * HOLD_MS)
    assert since.elapsed() >= HOLD_MS
    qtbot.wait(STEPS_MS)
    assert flatten.progress == 0.0
    qtbot.mouseRelease(flatten, Qt.MouseButton.LeftButton)

    assert ready.commands.of(Flatten) == [Flatten(ACCOUNT)]
    assert ready.window.findChild(PlainDialog) is None


def test_holding_space_for_a_second_flattens_too(ready: Stage, qtbot, flatten) -> None:
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(ready.window, Qt.Key.Key_F, held)
    assert flatten.hasFocus()

    qtbot.keyPress(flatten, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(ready.commands.of(Flatten)), timeout=20 * HOLD_MS)
    qtbot.keyRelease(flatten, Qt.Key.Key_Space)

    assert ready.commands.of(Flatten) == [Flatten(ACCOUNT)]


def test_letting_go_or_leaving_the_button_starts_anew(
    ready: Stage, qtbot, flatten, monkeypatch
) -> None:
    monkeypatch.setattr(hold_button, "HOLD_MS", 600_000)  # so that a slow machine is no hand
    qtbot.mousePress(flatten, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: flatten.progress > 0.0)
    move_mouse(flatten, QPoint(-300, -300), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: flatten.progress == 0.0)
    qtbot.mouseRelease(flatten, Qt.MouseButton.LeftButton, pos=QPoint(-300, -300))
    qtbot.mousePress(flatten, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: flatten.progress > 0.0)
    ready.events(LinkChanged(a_link(LinkState.DISCONNECTED)))
    assert not flatten.isEnabled()
    assert flatten.progress == 0.0

    assert ready.commands.of(Flatten) == []


def test_a_refused_flatten_raises_an_alarm(ready: Stage, qtbot, flatten) -> None:
    flatten.held.emit()
    ready.commands.answer(Flatten, Failed("not built yet"))
    assert "not built yet" in ready.window.alarms.text_label.text()

    flatten.held.emit()
    ready.commands.answer(Flatten, Done("closing 2 positions"))
    assert "closing 2 positions" in ready.window.messages.log.values()[-1].notice.text


# -- edited limits ----------------------------------------------------------------------------


def test_edited_limits_are_put_in_force_by_one_confirmation(ready: Stage, qtbot) -> None:
    panel = ready.window.board.risk
    ready.window.docks.focus("risk")
    ready.latest(a_risk_view())
    assert not panel.limits_button.isVisible()
    ready.latest(replace(a_risk_view(), pending_limits=("order_size: 1 / 2 -> 3 / 4",)))
    qtbot.mouseClick(panel.limits_button, Qt.MouseButton.LeftButton)
    assert "order_size: 1 / 2 -> 3 / 4" in panel.dialog.label.text()
    assert ready.commands.of(ApplyLimits) == []
    qtbot.mouseClick(panel.dialog.buttons["apply"], Qt.MouseButton.LeftButton)

    assert ready.commands.of(ApplyLimits) == [ApplyLimits(ACCOUNT)]
    assert panel.dialog is None


# -- an order the broker knows nothing of -----------------------------------------------------


def menu_of(ready: Stage):
    table = ready.window.orders.table
    table.selectRow(0)
    table.customContextMenuRequested.emit(QPoint(5, 5))
    return {
        action.text().partition("\t")[0]: action for action in ready.window.orders.menu.actions()
    }


def test_an_absent_order_can_be_declared_not_placed(ready: Stage, qtbot) -> None:
    order = an_order(12, lifecycle=Lifecycle.UNKNOWN, flags=frozenset({OrderFlag.ABSENT}))
    ready.events(OrderChanged(order))

    menu_of(ready)["It never reached the broker…"].trigger()
    dialog = ready.window.orders.dialog
    assert ready.commands.of(ConfirmNotPlaced) == []
    qtbot.mouseClick(dialog.buttons["confirm"], Qt.MouseButton.LeftButton)

    assert ready.commands.of(ConfirmNotPlaced) == [ConfirmNotPlaced(order.key)]
    ready.commands.answer(ConfirmNotPlaced, Failed("it is working"))
    assert "it is working" in ready.window.messages.log.values()[-1].notice.text


def test_an_order_that_is_not_absent_has_no_such_entry(ready: Stage) -> None:
    ready.events(OrderChanged(an_order(12, lifecycle=Lifecycle.UNKNOWN)))

    assert "It never reached the broker…" not in menu_of(ready)
    ready.window.orders.menu.close()


def test_a_lost_record_is_acknowledged_before_trading_resumes(ready: Stage, qtbot) -> None:
    words = "The record of orders was damaged (the chain breaks). Limits may be missing."
    halted = a_link(trading_state=TradingState.HALTED, record_loss=words)
    ready.events(LinkChanged(halted))
    controls = ready.window.controls
    controls.resume()
    dialog = controls.dialog
    assert words in dialog.label.text()
    qtbot.mouseClick(dialog.buttons["stay"], Qt.MouseButton.LeftButton)
    assert ready.commands.of(AcknowledgeLoss) == []
    controls.resume()
    qtbot.mouseClick(controls.dialog.buttons["acknowledge"], Qt.MouseButton.LeftButton)
    assert ready.commands.of(AcknowledgeLoss) == [AcknowledgeLoss()]
    assert ready.commands.of(SetTradingState) == []  # that is a wish of its own

    ready.events(LinkChanged(a_link(trading_state=TradingState.HALTED)))
    controls.resume()
    assert "resume" in controls.dialog.buttons
