"""Orders for combinations as the broker tells them: with their legs, whoever placed them."""

from decimal import Decimal
from types import SimpleNamespace

import msgspec
from ibapi.contract import ComboLeg as IbLeg
from ibapi.contract import Contract as IbContract
from ibapi.order import Order as IbOrder

from workstation.broker.market_requests import GENERIC_TICKS
from workstation.broker.orders_from_ib import open_order_of
from workstation.domain.combo import ComboLeg
from workstation.domain.ids import ConId
from workstation.domain.reports import OpenOrderReport


def report(contract: IbContract) -> OpenOrderReport:
    order = IbOrder()
    order.action, order.totalQuantity, order.orderType = "BUY", Decimal(1), "LMT"
    return open_order_of(3, contract, order, SimpleNamespace(status="Submitted"))


def leg(con_id: int, ratio: int, action: str) -> IbLeg:
    ib = IbLeg()
    ib.conId, ib.ratio, ib.action, ib.exchange = con_id, ratio, action, "CBOE"
    return ib


def test_the_legs_of_a_combination_are_read_with_their_sides() -> None:
    contract = IbContract()
    contract.secType = "BAG"
    contract.comboLegs = [leg(11, 1, "BUY"), leg(12, 2, "SELL"), leg(13, 1, "SSHORT")]

    assert report(contract).legs == (
        ComboLeg(con_id=ConId(11), ratio=1, exchange="CBOE"),
        ComboLeg(con_id=ConId(12), ratio=-2, exchange="CBOE"),
        ComboLeg(con_id=ConId(13), ratio=-1, exchange="CBOE"),
    )


def test_a_contract_alone_has_no_legs_and_records_of_before_are_read() -> None:
    plain = report(IbContract())
    assert plain.legs == ()
    old = msgspec.to_builtins(plain)
    del old["legs"]
    assert msgspec.convert(old, OpenOrderReport) == plain


def test_stocks_are_asked_whether_they_can_be_sold_short() -> None:
    assert GENERIC_TICKS == {"STK": "236"}
