"""A hedge on the wire, out and in."""

import pytest

from tests.unit.broker.test_encoding import AAPL, Decimal, draft, named, one_message
from tests.unit.broker.test_linked_orders import sent, shown
from workstation.broker.adapter import Encoder
from workstation.broker.to_ib import ib_contract, ib_order
from workstation.domain.hedge import Hedge, HedgeKind
from workstation.domain.ids import ClientId, OrderId, OrderRef
from workstation.domain.order import OrderLinks, OrderTerms, OrderType

LINKS = OrderLinks(parent_id=OrderId(16))
NAMES = ("parentId", "transmit", "totalQuantity", "orderType", "hedgeType")


def hedge(kind: HedgeKind, ratio: str | None = None) -> Hedge:
    return Hedge(kind=kind, ratio=None if ratio is None else Decimal(ratio))


@pytest.mark.parametrize("ratio", ["1.5", "2E+1"])
def test_a_hedge_names_its_kind_and_its_number(ratio: str) -> None:
    terms = OrderTerms(hedge=hedge(HedgeKind.PAIR, ratio))
    child = {"order_type": OrderType.MARKET, "limit_price": None, "terms": terms}
    order = ib_order(OrderRef("ref-1"), draft(quantity=Decimal(0), **child), LINKS)
    values = one_message(Encoder(200, ClientId(5)).order(OrderId(17), ib_contract(AAPL), order))
    out = named(200, values)
    assert [out[name] for name in NAMES] == ["16", "1", "0", "MKT", "P"]
    assert values[list(out).index("hedgeType") + 1] == f"{Decimal(ratio):f}"


def test_an_order_that_is_no_hedge_says_so() -> None:
    assert sent()["hedgeType"] == ""


@pytest.mark.parametrize("words", ["1.2", "beta=1.2", "Beta = 1.20"])
def test_a_hedge_comes_back_however_its_number_is_written(words: str) -> None:
    report = shown(orderType="MKT", hedgeType="B", hedgeParam=words, parentId=1)
    assert report.terms is not None
    assert report.terms.hedge == hedge(HedgeKind.BETA, "1.2")


@pytest.mark.parametrize(
    ("kind", "param", "found"),
    [
        ("D", "", hedge(HedgeKind.DELTA)),
        ("F", "7", hedge(HedgeKind.FX)),
        ("P", "much", hedge(HedgeKind.PAIR)),
        ("Q", "1", None),
        ("", "", None),
    ],
)
def test_what_cannot_be_read_is_left_out(kind: str, param: str, found: Hedge | None) -> None:
    report = shown(orderType="MKT", hedgeType=kind, hedgeParam=param, parentId=1)
    assert report.terms is not None
    assert report.terms.hedge == found
