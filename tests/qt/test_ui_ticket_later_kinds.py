"""The ticket's fields of the later kinds, times in force and routes: each reaches the draft."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.qt.conftest import Stage
from tests.qt.fakes import AAPL, a_contract, an_order
from workstation.domain.ats import ATS_ROUTE, AtsTerms
from workstation.domain.commands import SubmitOrder
from workstation.domain.messages import ContractKnown, OrderChanged
from workstation.domain.order import OrderDraft, OrderTerms, OrderType, Tif
from workstation.ui.panels.ticket import TicketPanel
from workstation.ui.ticket_rules import KINDS, TIFS

D = Decimal


@pytest.fixture
def ticket(ready: Stage) -> TicketPanel:
    details = replace(a_contract("AAPL"), valid_exchanges=("SMART", ATS_ROUTE))
    ready.events(ContractKnown(details))
    ready.window.choose_symbol("AAPL")
    ready.window.ticket.form.quantity_edit.set_value(D(100))
    ready.commands.clear()
    return ready.window.ticket


def sent(ready: Stage, ticket: TicketPanel) -> OrderDraft:
    assert ticket.submit_button.isEnabled(), ticket.submit_button.text()
    ticket.submit_button.click()
    return ready.commands.of(SubmitOrder)[-1].draft


def choose(ticket: TicketPanel, kind: OrderType, tif: Tif = Tif.DAY) -> None:
    ticket.form.type_box.setCurrentText(kind.value)
    ticket.form.tif_box.setCurrentText(tif.value)


def test_every_kind_and_time_in_force_has_its_fields() -> None:
    assert set(KINDS) == set(OrderType)
    assert set(TIFS) == set(Tif)


@pytest.mark.parametrize(
    "kind", [OrderType.MARKET_TO_LIMIT, OrderType.MARKET_PROTECTED, OrderType.SNAP_MID]
)
def test_a_kind_without_prices_asks_for_none(ready: Stage, ticket, kind: OrderType) -> None:
    choose(ticket, kind)
    assert not ticket.form.price_edit.isEnabled()
    assert not ticket.form.stop_edit.isEnabled()
    draft = sent(ready, ticket)
    assert (draft.order_type, draft.limit_price, draft.stop_price) == (kind, None, None)


def test_a_snap_order_has_an_offset_and_a_protected_stop_its_price(ready: Stage, ticket) -> None:
    choose(ticket, OrderType.SNAP_PRIMARY)
    special = ticket.form.special
    assert special.offset_edit.isVisible()
    special.offset_edit.set_value(D("0.02"))
    assert sent(ready, ticket).terms == OrderTerms(peg_offset=D("0.02"))


def test_a_protected_stop_needs_its_price(ready: Stage, ticket) -> None:
    choose(ticket, OrderType.STOP_PROTECTED)
    assert ticket.submit_button.text() == "Enter a stop price"
    ticket.form.stop_edit.set_value(D("190.00"))
    assert sent(ready, ticket).stop_price == D("190.00")


def test_an_order_for_minutes_asks_how_many(ready: Stage, ticket) -> None:
    choose(ticket, OrderType.LIMIT, Tif.MINUTES)
    ticket.form.price_edit.set_value(D("187.00"))
    assert ticket.submit_button.text() == "Enter for how many minutes"
    ticket.form.special.minutes_edit.set_value(D(45))
    assert "minutes 45" in ticket.submit_button.text()
    draft = sent(ready, ticket)
    assert (draft.tif, draft.terms.minutes) == (Tif.MINUTES, 45)


def test_a_peg_best_asks_how_far_it_goes(ready: Stage, ticket) -> None:
    choose(ticket, OrderType.PEG_BEST)
    ticket.form.price_edit.set_value(D("187.00"))
    assert ticket.form.route_box.route == ATS_ROUTE, "the one place where it trades"
    ats = ticket.form.special.ats
    assert ticket.submit_button.text() == "Enter how far beyond the best price"
    assert not ats.whole_edit.isVisible()
    ats.middle_box.setChecked(True)
    assert not ats.beyond_edit.isVisible()
    ats.whole_edit.set_value(D("0.02"))
    ats.rival_edit.set_value(D(200))
    ats.trade_edit.set_value(D(50))
    draft = sent(ready, ticket)
    assert draft.route == ATS_ROUTE
    assert draft.terms.ats == AtsTerms(
        to_middle=True, whole_offset=D("0.02"), least_rival=D(200), least_trade=D(50)
    )


def test_the_route_of_a_peg_best_goes_with_it(ready: Stage, ticket) -> None:
    route = ticket.form.route_box
    choose(ticket, OrderType.PEG_BEST)
    choose(ticket, OrderType.LIMIT)
    assert route.route == ""
    route.set_route(ATS_ROUTE)  # by hand
    choose(ticket, OrderType.PEG_BEST)
    choose(ticket, OrderType.LIMIT)
    assert route.route == ATS_ROUTE
    choose(ticket, OrderType.PEG_BEST)
    ticket.fill_in(AAPL, "AAPL", replace(ticket.form.terms, route=""), "of a preset")
    assert route.route == ATS_ROUTE


def test_where_a_contract_does_not_trade_no_route_is_chosen(ready: Stage, ticket) -> None:
    ready.events(ContractKnown(replace(a_contract("MSFT"), valid_exchanges=("SMART", "ARCA"))))
    ready.window.choose_symbol("MSFT")
    choose(ticket, OrderType.PEG_BEST)
    assert ticket.form.route_box.route == ""


def test_sweep_and_time_at_the_network_are_further_terms(ready: Stage, ticket) -> None:
    ticket.form.price_edit.set_value(D("187.00"))
    special = ticket.form.special
    assert not special.sweep_box.isVisible()
    special.more_box.setChecked(True)
    special.sweep_box.setChecked(True)
    special.ats_seconds_edit.set_value(D(5))
    draft = sent(ready, ticket)
    assert (draft.terms.sweeps, draft.terms.ats_seconds, draft.terms.ats) == (True, 5, None)


def test_a_change_shows_what_the_order_has_and_leaves_its_route_alone(ready: Stage, ticket) -> None:
    ats = AtsTerms(beyond_best=D("0.01"), least_trade=D(10))
    terms = OrderTerms(ats=ats, minutes=D(30))
    order = replace(an_order(5), order_type="PEG BEST", tif="Minutes", terms=terms, route=ATS_ROUTE)
    ready.events(OrderChanged(order))
    ticket.start_change(order)
    form = ticket.form
    assert form.terms.special == terms
    assert not form.special.ats.isEnabled()
    assert form.special.minutes_edit.value == 30
