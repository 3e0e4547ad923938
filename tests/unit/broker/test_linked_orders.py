"""Stops, brackets and what-ifs on the wire, out and in."""

from types import SimpleNamespace
from typing import Any

from ibapi.contract import Contract as IbContract
from ibapi.order import Order as IbOrder
from ibapi.order_state import OrderState

from tests.unit.broker.test_encoding import AAPL, Decimal, draft, named, one_message
from workstation.broker import from_ib, orders_from_ib
from workstation.broker.adapter import Encoder
from workstation.broker.to_ib import ib_contract, ib_order
from workstation.domain.ids import ClientId, OrderId, OrderRef
from workstation.domain.order import OrderLinks, OrderType

UNSET = 1.7976931348623157e308


def sent(links: OrderLinks | None = None, **changes: Any) -> dict[str, str]:
    terms = () if links is None else (links,)
    order = ib_order(OrderRef("ref-1"), draft(**changes), *terms)
    data = Encoder(200, ClientId(5)).order(OrderId(17), ib_contract(AAPL), order)
    return named(200, one_message(data))


def test_a_stop_travels_as_the_auxiliary_price() -> None:
    stop = sent(order_type=OrderType.STOP, limit_price=None, stop_price=Decimal("180.05"))
    both = sent(order_type=OrderType.STOP_LIMIT, stop_price=Decimal("180.05"))

    assert [stop[name] for name in ("orderType", "lmtPrice", "auxPrice")] == ["STP", "", "180.05"]
    assert [both[name] for name in ("orderType", "lmtPrice", "auxPrice")] == [
        "STP LMT", "187.25", "180.05",
    ]  # fmt: skip
    assert sent()["auxPrice"] == ""


def test_an_exit_names_its_parent_and_waits() -> None:
    names = ("parentId", "transmit", "whatIf", "ocaGroup")

    assert [sent()[name] for name in names] == ["0", "1", "0", ""]
    waiting = sent(OrderLinks(parent_id=OrderId(16), transmit=False))
    assert [waiting[name] for name in names] == ["16", "0", "0", ""]
    assert sent(OrderLinks(what_if=True))["whatIf"] == "1"


def shown(*, completed: bool = False, **terms: Any) -> Any:
    order = IbOrder()
    order.action, order.totalQuantity, order.tif = "SELL", Decimal(100), "GTC"
    for name, value in terms.items():
        setattr(order, name, value)
    contract = IbContract()
    contract.conId, contract.symbol = 1, "AAPL"
    state = SimpleNamespace(status="PreSubmitted")
    return orders_from_ib.open_order_of(3, contract, order, state, completed=completed)


def test_the_terms_of_an_exit_come_back() -> None:
    report = shown(
        orderType="STP", auxPrice=95.05, parentId=1, ocaGroup="9001", ocaType=3, lmtPrice=0.0
    )

    assert (report.stop_price, report.limit_price) == (Decimal("95.05"), None)
    assert (report.parent_id, report.oca_group, report.oca_type) == (1, "9001", 3)


def test_what_is_no_stop_and_has_no_parent_has_none() -> None:
    for kind in ("LMT", "MKT", "TRAIL"):
        assert shown(orderType=kind, auxPrice=0.5).stop_price is None
    assert shown(orderType="STP", auxPrice=UNSET).stop_price is None
    assert shown(orderType="LMT").parent_id is None
    assert shown(orderType="STP LMT", auxPrice=95.05, lmtPrice=95.0).limit_price == Decimal("95.0")


def test_a_what_if_answer_holds_the_figures_and_none_for_what_is_unset() -> None:
    state = OrderState()
    state.initMarginChange, state.maintMarginChange = "4680.5", "1.7976931348623157E308"
    state.initMarginAfter, state.maintMarginAfter = "9000", ""
    state.equityWithLoanAfter = "100000.25"
    state.warningText = "Look out"
    preview = from_ib.margin_report_of(7, state).preview

    assert (preview.initial_margin_change, preview.maintenance_margin_change) == (
        Decimal("4680.5"), None,
    )  # fmt: skip
    assert (preview.initial_margin_after, preview.maintenance_margin_after) == (Decimal(9000), None)
    assert preview.equity_after == Decimal("100000.25")
    assert (preview.commission, preview.currency, preview.warning) == (None, "", "Look out")


def test_a_what_if_answer_of_an_older_library_is_read_as_well() -> None:
    names = ("initMarginChange", "maintMarginChange", "initMarginAfter", "maintMarginAfter")
    old = SimpleNamespace(
        **dict.fromkeys(names, "1"), equityWithLoanAfter="2", commission=1.5,
        commissionCurrency="USD", warningText="",
    )  # fmt: skip
    preview = from_ib.margin_report_of(7, old).preview

    assert (preview.commission, preview.currency) == (Decimal("1.5"), "USD")


def test_a_completed_order_tells_how_much_of_it_filled() -> None:
    done = shown(completed=True, orderType="LMT", filledQuantity=Decimal(60))
    assert (done.filled, done.quantity) == (Decimal(60), Decimal(100))
    assert (
        shown(completed=True, totalQuantity=Decimal(0), filledQuantity=Decimal(60)).quantity == 60
    )
    assert shown(orderType="LMT", filledQuantity=Decimal(60)).filled is None
