"""Orders of TWS and other programs that are sized by cash count at what their cash may buy."""

from dataclasses import replace
from typing import Any

import pytest
from ibapi.contract import Contract as IbContract
from ibapi.order import Order as IbOrder
from ibapi.order_state import OrderState

from tests.helpers.desk_fakes import ACCOUNT, SPY, D, Door, fill, open_order
from tests.unit.desk.test_exits_without_a_market import DarkDoor
from workstation.broker.orders_from_ib import open_order_of
from workstation.domain.finding import Level, NeedsAcknowledgement, RiskCode, Submitted
from workstation.domain.hedge import Hedge, HedgeKind
from workstation.domain.ids import ClientId, IntentId, OrderId, PermId
from workstation.domain.order import OrderTerms, Side

OTHER = {"client_id": ClientId(3), "order_id": OrderId(41), "perm_id": PermId(4100)}


def by_cash(door: Door, cash: object = "240000", **changes: Any) -> None:
    sized = None if cash is None else D(str(cash))
    terms = {"quantity": D(0), "order_type": "MKT", "limit_price": None, "cash_quantity": sized}
    door.apply(open_order(**(OTHER | terms | changes)))


def place(door: Door) -> Any:
    return door.judge._ledger.at(ACCOUNT, SPY)


@pytest.mark.parametrize(
    ("cash", "read"), [(2500.0, D(2500)), (0.0, None), (1.7976931348623157e308, None)]
)
def test_the_cash_is_read_from_the_broker(cash: float, read: object) -> None:
    contract, order = IbContract(), IbOrder()
    contract.secType, order.action, order.cashQty = "STK", "BUY", cash
    state = OrderState()
    state.status = "Submitted"
    assert open_order_of(1, contract, order, state).cash_quantity == read


def test_cash_counts_as_what_it_buys_at_the_lowest_price_known() -> None:
    door = Door()
    by_cash(door, 9999)
    ((order, leaves),) = place(door).filling
    assert leaves == D("100")  # the bid is below the ask
    assert "sized by cash: 9999" in order.note
    door.market(49.99, 50.01)
    ((_, leaves),) = place(door).filling
    assert leaves == D("200.0200") + D("0.0001")  # the market fell: the same cash buys more

    door.apply(fill("x.1", 50, **OTHER))
    ((_, leaves),) = place(door).filling
    assert leaves == D("200.0200") + D("0.0001")  # never less than the cash could still buy


def test_an_entry_is_measured_with_them() -> None:
    door = Door()
    by_cash(door)
    answer = door.submit(quantity=D(200))  # 20,000 of 250,000, beside 240,000 in cash

    assert isinstance(answer, NeedsAcknowledgement)
    assert RiskCode.POSITION in {each.code for each in answer.findings}
    assert isinstance(Door().submit(quantity=D(200)), Submitted)  # alone it passes


def test_a_sale_by_cash_counts_among_what_is_closed_already() -> None:
    door = Door()
    door.hold(100)
    by_cash(door, 9999, side=Side.SELL)
    answer = door.submit(side=Side.SELL, quantity=D(100), limit_price=D("99.50"))
    closes = door.judge._facts(door.order(answer.key).draft, None).closes
    assert closes >= 100


def test_without_any_price_it_is_an_unknown_that_is_told_and_its_cash_still_counts() -> None:
    door = DarkDoor()
    by_cash(door)
    answer = door.submit()

    assert isinstance(answer, NeedsAcknowledgement)
    told = next(each for each in answer.findings if each.code is RiskCode.POSITION)
    assert (told.level, told.measured) == (Level.SOFT, "1 orders")
    assert place(door).value == D(240_000)


def test_an_order_that_tells_neither_quantity_nor_cash_is_told_a_hedge_is_not() -> None:
    door = Door()
    by_cash(door, None)
    answer = door.submit()
    assert isinstance(answer, NeedsAcknowledgement)
    assert any("how much" in each.text for each in answer.findings)

    door = Door()
    by_cash(door, None, terms=OrderTerms(hedge=Hedge(kind=HedgeKind.BETA, ratio=D(1))))
    assert isinstance(door.submit(), Submitted)


def test_an_exit_is_informed_and_leaves() -> None:
    door = Door()
    door.hold(100)
    by_cash(door, None)
    answer = door.submit(side=Side.SELL, limit_price=D("99.50"), intent_id=IntentId("out"))
    assert isinstance(answer, Submitted)
    assert any(each.level is Level.INFO and "how much" in each.text for each in answer.findings)


def test_without_rules_of_the_contract_the_cash_is_not_made_into_shares() -> None:
    door = Door()
    by_cash(door)
    door.contracts.known.clear()
    ledger = door.judge._ledger
    raw = door.orders.working()[0]
    assert ledger._in_shares(raw) is raw
    assert ledger._in_shares(replace(raw, cash_quantity=None)).quantity == 0
