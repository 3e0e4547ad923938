"""The dialog for an order with a hedge, and how the order table shows the two."""

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import AAPL, CON_IDS, FINDINGS, a_contract, an_order
from workstation.domain.contract import Contract
from workstation.domain.finding import NeedsAcknowledgement, Submitted
from workstation.domain.hedge import Hedge, HedgeKind
from workstation.domain.ids import ConId, OrderId, OrderKey
from workstation.domain.messages import ContractKnown, OrderChanged
from workstation.domain.order import OrderTerms, Side
from workstation.domain.override import accepted
from workstation.domain.several import SubmitHedged

OTHER = next(name for name in CON_IDS if name != "AAPL")
PAIR = ConId(9001)


@pytest.fixture
def dialog(ready: Stage, qtbot):
    """The dialog over a ticket that buys 100 AAPL at 187.20."""
    pair = replace(
        a_contract(), contract=Contract(con_id=PAIR, symbol="EUR", sec_type="CASH", currency="USD")
    )
    ready.events(ContractKnown(a_contract()), ContractKnown(a_contract(OTHER)), ContractKnown(pair))
    ready.window.choose_symbol("AAPL")
    form = ready.window.ticket.form
    form.quantity_edit.set_value(Decimal(100))
    form.price_edit.set_value(Decimal("187.20"))
    menu = ready.window.menu
    menu.menus.by_name["hedge"].trigger()
    return menu.several.dialog


def press(dialog, qtbot) -> None:
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)


def test_the_dialog_asks_for_the_beta_and_sends_both(ready: Stage, dialog, qtbot) -> None:
    dialog.contract.setCurrentText(OTHER)
    assert dialog.side.currentText() == "SELL"
    press(dialog, qtbot)
    assert "Enter the beta" in dialog.words.text()
    dialog.ratio.set_value(Decimal("1.2"))
    press(dialog, qtbot)
    (first,) = ready.commands.of(SubmitHedged)
    wish = first.wish
    assert (wish.parent.con_id, wish.parent.quantity, wish.parent.limit_price) == (
        AAPL, 100, Decimal("187.20"),
    )  # fmt: skip
    assert (wish.con_id, wish.side) == (CON_IDS[OTHER], Side.SELL)
    assert wish.hedge == Hedge(kind=HedgeKind.BETA, ratio=Decimal("1.2"))

    ready.commands.answer(SubmitHedged, NeedsAcknowledgement(FINDINGS))
    press(dialog, qtbot)
    assert len(ready.commands.of(SubmitHedged)) == 1  # a limit needs its reason
    dialog.reason_edit.setText("whole block")
    press(dialog, qtbot)
    second = ready.commands.of(SubmitHedged)[1].wish
    assert second.parent.intent_id == wish.parent.intent_id
    assert second.parent.acknowledged == accepted(FINDINGS, "whole block")
    ready.commands.answer(SubmitHedged, Submitted(OrderId(12), OrderKey("7:12"), ()))
    assert ready.window.menu.several.dialog is None


def test_each_kind_offers_what_it_can_be_in(dialog) -> None:
    def offered() -> set[str]:
        return {dialog.contract.itemText(n) for n in range(dialog.contract.count())}

    dialog.choose(HedgeKind.FX)
    assert offered() == {"EUR.USD"}
    assert dialog.form.isRowVisible(dialog.ratio) is False
    assert dialog.side.currentText() == "SELL"  # dollars are bought by selling the euros
    dialog.choose(HedgeKind.PAIR)
    assert OTHER in offered()
    assert not offered() & {"AAPL", "EUR.USD"}
    assert dialog.form.isRowVisible(dialog.ratio)


def test_without_an_order_in_the_ticket_no_dialog_opens(ready: Stage, qtbot) -> None:
    ready.events(ContractKnown(a_contract()))
    ready.window.choose_symbol("AAPL")
    ready.window.ticket.form.quantity_edit.clear()
    menu = ready.window.menu
    menu.menus.by_name["hedge"].trigger()
    assert menu.several.dialog is None
    assert "complete the order in the ticket" in ready.window.status_line.currentMessage()


def test_the_table_shows_the_hedge_below_its_order(ready: Stage) -> None:
    parent = an_order(12)
    terms = OrderTerms(hedge=Hedge(kind=HedgeKind.DELTA))
    hedge = an_order(
        13, symbol=OTHER, side=Side.SELL, quantity=Decimal(0), order_type="MKT", limit_price=None,
        parent=parent.key, terms=terms, created_at=parent.created_at,
    )  # fmt: skip
    ready.events(OrderChanged(parent), OrderChanged(hedge))
    model = ready.window.orders.model
    row = next(r for r in map(model.value_at, range(model.rowCount())) if r.order is hedge)
    assert row.symbol == f"└ {OTHER}"
    assert row.note.startswith("delta hedge of order 12")
    assert row.quantity == "—"
