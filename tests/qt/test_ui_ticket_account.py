"""Several managed accounts: the ticket's order has one that was chosen, and all figures are its."""

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.qt.conftest import Stage
from tests.qt.fakes import AAPL, ACCOUNT, a_link, a_position, a_summary, an_order
from workstation.domain.commands import Done, PreviewOrder, ShowAccount, SubmitOrder
from workstation.domain.ids import AccountId, IntentId
from workstation.domain.link import LinkState
from workstation.domain.messages import LinkChanged, OrderChanged
from workstation.domain.order import OrderType, Side
from workstation.ui.chart.staged_order import StagedOrder
from workstation.ui.panels.ticket_account import GAP

D = Decimal
OTHER = AccountId("SIM0045678")
BOTH = (ACCOUNT, OTHER)
LATER_MS = 10_000


@pytest.fixture
def two(ready: Stage) -> Stage:
    ready.events(LinkChanged(a_link(accounts=BOTH)))
    ready.window.choose_symbol("AAPL")
    ready.commands.clear()
    return ready


def fill_in(stage: Stage, side: Side = Side.BUY) -> None:
    form = stage.window.ticket.form
    form.set_side(side)
    form.quantity_edit.set_value(D(100))
    form.price_edit.set_value(D("187.20"))


def choose(stage: Stage, account: AccountId) -> None:
    box = stage.window.ticket.account.box
    box.setCurrentIndex(box.findData(account))


def test_nothing_leaves_before_an_account_was_chosen(two: Stage, qtbot) -> None:
    ticket = two.window.ticket
    fill_in(two)
    assert ticket.account.box.isVisible()
    assert ticket.account.box.currentData() is None
    assert ticket.submit_button.text() == GAP
    assert not ticket.submit_button.isEnabled()
    QTest.keyClick(ticket.form.quantity_edit, Qt.Key.Key_Return)
    assert two.commands.of(SubmitOrder) == []

    choose(two, OTHER)
    assert two.commands.of(ShowAccount) == [ShowAccount(OTHER)]
    assert ticket.submit_button.text().splitlines()[-1] == "ACCOUNT S•••678"
    assert OTHER not in ticket.submit_button.text()
    ticket.submit_button.click()
    assert [one.draft.account for one in two.commands.of(SubmitOrder)] == [OTHER]


def test_risk_judges_the_order_for_the_chosen_account(two: Stage, qtbot) -> None:
    fill_in(two)
    choose(two, OTHER)
    qtbot.waitUntil(lambda: bool(two.commands.of(PreviewOrder)), timeout=LATER_MS)
    assert [one.draft.account for one in two.commands.of(PreviewOrder)] == [OTHER]


def test_the_position_is_that_of_the_chosen_account(two: Stage, qtbot) -> None:
    ticket = two.window.ticket
    two.latest(a_position(quantity=D(300)), a_position(account=OTHER, quantity=D(-40)))
    assert ticket.figures_label.text().endswith("Position —")
    choose(two, OTHER)
    assert ticket.figures_label.text().endswith("Position −40")
    choose(two, ACCOUNT)
    assert ticket.figures_label.text().endswith("Position 300")


def test_all_figures_follow_the_account_that_the_core_shows(two: Stage, qtbot) -> None:
    two.latest(a_position(quantity=D(300)), a_position(account=OTHER, quantity=D(-40)))
    two.latest(a_summary(account=OTHER, net_liquidation=D(500)))
    model = two.window.positions.model
    assert [row.position.account for row in model.values()] == [ACCOUNT]
    choose(two, OTHER)
    two.commands.answer(ShowAccount, Done())
    two.events(LinkChanged(a_link(accounts=BOTH, account=OTHER)))
    two.latest(a_summary(account=OTHER, net_liquidation=D(500)))

    assert [row.position.account for row in model.values()] == [OTHER]
    assert "S•••678" in two.window.banner.account_label.text()
    shown = two.window.positions.account_line.values["net_liquidation"].text()
    assert shown.startswith("500.00")


def test_the_choice_outlives_the_link_but_not_the_account(two: Stage, qtbot) -> None:
    ticket = two.window.ticket
    choose(two, OTHER)
    two.events(LinkChanged(a_link(LinkState.DISCONNECTED, accounts=BOTH)))
    two.events(LinkChanged(a_link(accounts=BOTH)))
    assert ticket.account.account == OTHER
    two.events(LinkChanged(a_link(accounts=(ACCOUNT, AccountId("SIM0099999")))))
    assert ticket.account.account is None
    assert ticket.account.box.currentData() is None
    two.events(LinkChanged(a_link()))
    assert ticket.account.account == ACCOUNT  # the only one is no question
    assert ticket.account.box.isHidden()


def test_a_change_stays_with_the_account_of_its_order(two: Stage, qtbot) -> None:
    ticket = two.window.ticket
    choose(two, ACCOUNT)
    order = replace(an_order(7), account=OTHER)
    two.events(OrderChanged(order))
    ticket.start_change(order)
    assert ticket.account.box.currentData() == OTHER
    assert not ticket.account.box.isEnabled()
    QTest.keyClick(ticket.form.quantity_edit, Qt.Key.Key_Escape)
    assert ticket.account.box.currentData() == ACCOUNT
    assert ticket.account.box.isEnabled()


def test_accounts_that_end_alike_are_told_apart(ready: Stage, qtbot) -> None:
    alike = (AccountId("SIM1112321"), AccountId("SIM2212321"), AccountId("SIM0000777"))
    ready.events(LinkChanged(a_link(accounts=alike, account=alike[0])))
    box = ready.window.ticket.account.box
    names = [box.itemText(place) for place in range(1, box.count())]
    assert names == ["S•••112321", "S•••212321", "S•••777"]


def test_the_chart_sends_nothing_without_a_summary(two: Stage) -> None:
    order = StagedOrder(
        intent_id=IntentId("one"),
        con_id=AAPL,
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        entry=D(180),
        quantity=D(1),
    )
    assert order.draft(two.window.state) is None
    choose(two, OTHER)
    assert order.draft(two.window.state).account == OTHER


@pytest.mark.parametrize("ask", ["combine", "ladder", "targets", "basket"])
def test_orders_of_several_ask_for_the_account_first(two: Stage, ask: str) -> None:
    said: list[tuple[str, str]] = []
    two.window.ordering.failed.connect(said.append)
    getattr(two.window.menu.several, ask)()
    assert said == [("This order", "choose an account in the ticket")]
