"""The ticket's route: the contract's exchanges, sent with the order, forgotten with the symbol."""

from dataclasses import replace
from decimal import Decimal

from tests.qt.conftest import Stage
from tests.qt.fakes import CON_IDS, a_contract, an_order
from workstation.domain.commands import SubmitOrder
from workstation.domain.messages import ContractKnown, OrderChanged


def offer(stage: Stage, symbol: str = "NVDA", *venues: str) -> None:
    venues = venues or ("SMART", "NYSE", "ARCA")
    stage.events(ContractKnown(replace(a_contract(symbol), valid_exchanges=venues)))
    stage.window.choose_symbol(symbol)


def test_a_direct_order_names_its_exchange_and_the_button_says_so(ready: Stage) -> None:
    offer(ready)
    ticket = ready.window.ticket
    box = ticket.form.route_box
    assert [box.itemText(n) for n in range(box.count())] == ["SMART", "ARCA", "NYSE"]
    ticket.form.quantity_edit.set_value(Decimal(10))
    ticket.form.price_edit.set_value(Decimal("187.10"))
    box.setCurrentText("ARCA")
    assert "directly to ARCA" in ticket.submit_button.text()
    ticket.submit_button.click()

    (sent,) = ready.commands.of(SubmitOrder)
    assert sent.draft.route == "ARCA"


def test_an_ordinary_order_leaves_the_route_to_the_contract(ready: Stage) -> None:
    offer(ready)
    form = ready.window.ticket.form
    form.quantity_edit.set_value(Decimal(10))
    form.price_edit.set_value(Decimal("187.10"))
    ready.window.ticket.submit_button.click()

    (sent,) = ready.commands.of(SubmitOrder)
    assert sent.draft.route == ""


def test_another_symbol_is_routed_by_the_broker_again(ready: Stage) -> None:
    offer(ready)
    box = ready.window.ticket.form.route_box
    box.setCurrentText("NYSE")
    offer(ready, "MSFT", "SMART", "NYSE")

    assert (box.route, box.currentText()) == ("", "SMART")


def test_the_choice_survives_news_of_the_same_contract(ready: Stage) -> None:
    offer(ready)
    box = ready.window.ticket.form.route_box
    box.setCurrentText("NYSE")
    offer(ready, "NVDA", "SMART", "NYSE", "ARCA", "BATS")

    assert box.route == "NYSE"


def test_the_route_of_a_working_order_is_shown_and_cannot_be_changed(ready: Stage) -> None:
    offer(ready)
    order = an_order(12, con_id=CON_IDS["NVDA"], symbol="NVDA", route="ISLAND")
    ready.events(OrderChanged(order))
    ready.window.ticket.start_change(order)
    box = ready.window.ticket.form.route_box

    assert (box.currentText(), box.isEnabled()) == ("ISLAND", False)
    assert ready.window.ticket.submit_button.text().startswith("Nothing changed yet")
