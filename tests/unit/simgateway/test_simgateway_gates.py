"""What changes with the server version from 174 to 226, read by stock ibapi where it decodes it.

Source: tws-wire.md 2.3.
"""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from ibapi.decoder import Decoder
from ibapi.wrapper import EWrapper

from tests.unit.simgateway.contracts import contract as contract_fields
from tests.unit.simgateway.gateway_support import order, stock
from tests.unit.simgateway.test_simgateway_order_kinds import PRICE, Trader, condition
from tests.unit.simgateway.test_simgateway_place_order import read
from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.simgateway.codec_proto import encode
from workstation.simgateway.codec_text import Fields
from workstation.simgateway.order_request import NewOptions
from workstation.simgateway.order_times import moment
from workstation.simgateway.requests_contracts import contract_details
from workstation.simgateway.requests_history import head_timestamp
from workstation.simgateway.requests_market import market_data
from workstation.simgateway.sessions import Phase, Stretch

AAPL = 265598


@pytest.fixture
def trader() -> Trader:
    return Trader()


def answers(world: World, version: int, handler: Any, *values: Any) -> list[list[Any]]:
    """Return what a handler writes to a client of a version; fields as they are."""
    client = world.client(version, min(version, 200))
    found: list[list[Any]] = []
    inner = client.session.client
    assert inner is not None
    inner.sv, inner.write = version, found.append
    handler(inner, Fields([str(value) for value in values]))
    return found


# ---- times -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "form"),
    [
        (157, r"\d{8}  \d\d:\d\d:\d\d"),
        (174, r"\d{8}-\d\d:\d\d:\d\d"),
        (213, r"\d{8}-\d\d:\d\d:\d\d"),
        (214, r"\d{8}-\d\d:\d\d:\d\dZ"),
        (226, r"\d{8}-\d\d:\d\d:\d\dZ"),
    ],
)
def test_times_in_utc_end_with_a_z_from_214_on(version: int, form: str) -> None:
    request = [8, *contract_fields("AAPL"), 0, 1, "TRADES", 1]
    ((_, _, text),) = answers(World(), version, head_timestamp, *request)

    assert re.fullmatch(form, text), text


@pytest.mark.parametrize("text", ["20261120-15:30:00", "20261120-15:30:00Z"])
def test_times_with_and_without_a_z_are_read(text: str) -> None:
    assert moment(text, "US/Eastern") == moment("20261120 10:30:00 US/Eastern", "UTC")
    client = World().client(1)
    bars = [20, 8, *contract_fields("AAPL"), 0, text, "1 hour", "1 D", 1, "TRADES", 1, 0, ""]
    assert client.request(*bars)[0][0] == "17"
    news = client.request(86, 9, AAPL, "SIMB", "20261101-00:00:00Z", text, 5, "")
    assert news[-1][0] == "87"
    client.place(1, "BUY", 10)
    client.request(7, 3, 10, 0, "", "20261120-14:00:00Z", "", "", "", "", 2147483647, 0)
    client.request(7, 3, 11, 0, "", "20261120-16:00:00Z", "", "", "", "", 2147483647, 0)
    assert [m[1] for m in client.of(11) if m[1] in {"10", "11"}] == ["10"]


# ---- precisions and odd lots -------------------------------------------------------------


@pytest.mark.parametrize(("version", "more"), [(200, []), (223, []), (224, [Decimal("0.01"), 1])])
def test_precisions_come_with_the_parameters_of_ticks_from_224_on(
    version: int, more: list[Any]
) -> None:
    request = [11, 8, *contract_fields("AAPL"), 0, "", 0, 0, ""]
    found = answers(World(), version, market_data, *request)

    (params,) = (m for m in found if m[0] == 81)
    assert params[5:] == more
    encode(version, params)


@pytest.mark.parametrize(("version", "precision"), [(223, None), (224, Decimal("0.01"))])
def test_precisions_come_with_the_details_from_224_on(
    version: int, precision: Decimal | None
) -> None:
    found = answers(
        World(), version, contract_details, 8, 5, *contract_fields("AAPL"), 0, "", "", ""
    )
    details: list[Any] = []

    class Wrapper(EWrapper):
        def contractDetails(self, _id: int, it: Any) -> None:  # noqa: N802
            details.append(it)

    Decoder(Wrapper(), version).processProtoBuf(encode(version, found[0])[8:], 10)
    (one,) = details
    shown = one.lastPricePrecision
    assert (None if shown > 10 else shown) == precision
    assert (one.minTick, one.contract.conId, one.sizeIncrement) == (0.01, AAPL, 1)


@pytest.mark.parametrize("version", [224, 225])
def test_odd_lots_are_quoted_from_225_on(version: int) -> None:
    world = World()
    client = world.client(1)
    mark = world.gateway.markets[AAPL].mark()
    client.place(1, "BUY", 30, mark - Decimal("0.5"))
    request = [11, 8, *contract_fields("AAPL"), 0, "787", 0, 0, ""]
    ticks = {m[3]: m for m in answers(world, version, market_data, *request) if m[0] in {1, 2, 46}}

    if version < 225:
        assert not {105, 106, 107, 108, 109, 110} & set(ticks)
        return
    assert {105, 106, 107, 108, 109, 110} <= set(ticks)
    assert 0 < ticks[107][4] < 100
    assert ticks[105][4] <= float(mark)
    assert ticks[109][4]


# ---- order options -----------------------------------------------------------------------

OPTIONS = {
    "deactivate": 216,
    "postOnly": 216,
    "allowPreOpen": 216,
    "ignoreOpenAuction": 216,
    "routeMarketableToBbo": 217,
    "seekPriceImprovement": 217,
    "whatIfType": 217,
    "slOrderId": 218,
    "slOrderType": 218,
    "hedgeMaxSize": 223,
    "conditionsIncludeOvernight": 226,
}


@pytest.mark.parametrize("version", [216, 217, 218, 223, 226])
def test_every_option_of_a_version_is_read(version: int) -> None:
    wanted = order("BUY", 10, 99.5, hedgeType="D" if version >= 223 else "")
    for name, since in OPTIONS.items():
        if version >= since:
            setattr(wanted, name, "PRESET" if name == "slOrderType" else 1)

    request = read(version, stock(), wanted)

    late, later = version >= 217, version >= 218
    assert request.options == NewOptions(
        deactivate=True,
        post_only=True,
        allow_pre_open=True,
        ignore_open_auction=True,
        seek_price_improvement=1 if late else None,
        route_marketable_to_bbo=1 if late else None,
        what_if_type=1 if late else None,
        attached=("1", "PRESET") if later else (),
    )
    assert request.hedge_max_size == (1 if version >= 223 else None)
    assert request.conditions_include_overnight == (version >= 226)


def test_a_deactivated_order_is_inactive_until_it_is_changed(trader: Trader) -> None:
    limit = trader.mark + 1
    trader.place(1, "BUY", "LMT", limit_price=limit, options=NewOptions(deactivate=True))
    trader.run(2)
    assert trader.client.statuses(1)[-1] == "Inactive"
    assert trader.order(1).is_live
    assert trader.order(1).filled == 0
    trader.place(1, "BUY", "LMT", limit_price=limit)
    trader.run(1)
    assert trader.status(1) == "Filled"


def test_a_resting_order_leaves_the_book_when_it_is_deactivated(trader: Trader) -> None:
    low = trader.mark - 5
    trader.place(1, "BUY", "LMT", limit_price=low)
    assert trader.order(1).resting is not None
    trader.place(1, "BUY", "LMT", limit_price=low, options=NewOptions(deactivate=True))
    assert trader.order(1).resting is None
    trader.client.request(4, 1, "", "", 2147483647)
    assert trader.status(1) == "Cancelled"


def test_a_post_only_order_takes_nothing(trader: Trader) -> None:
    options = NewOptions(post_only=True)
    trader.place(1, "BUY", "LMT", limit_price=trader.mark + 1, options=options)
    trader.place(2, "BUY", "LMT", limit_price=trader.mark - 1, options=options)

    assert (trader.status(1), trader.order(1).filled) == ("Cancelled", 0)
    assert 202 in trader.client.errors(1)
    assert (trader.status(2), trader.order(2).filled) == ("Submitted", 0)
    assert trader.refusal("MKT", options=options) == 387


def test_attached_orders_need_presets_which_there_are_none_of(trader: Trader) -> None:
    attached = NewOptions(attached=["8", "PRESET"])
    assert trader.refusal("MKT", options=attached) == 321


@pytest.mark.parametrize("overnight", [False, True])
def test_conditions_may_be_met_overnight_if_they_say_so(trader: Trader, overnight: bool) -> None:
    floor = trader.world.gateway.desk.floor
    trader.place(
        1,
        "BUY",
        "MKT",
        conditions=[condition(PRICE, value=1, con_id=AAPL, more=True)],
        conditions_include_overnight=overnight,
        tif="GTC",
        options=NewOptions(deactivate=True),
    )
    found = trader.world.gateway.sessions.stretch(trader.market.instrument, 0.0)
    night = replace(found, phase=Phase.OVERNIGHT)

    class Night:
        def stretch(self, *_: Any) -> Stretch:
            return night

    floor._sessions = Night()  # type: ignore[assignment]
    trader.run(1)
    assert trader.order(1).conditions_met == overnight


# ---- groups and clients ------------------------------------------------------------------


@pytest.mark.parametrize("version", [176, 190, 191, 200])
def test_a_brackets_group_is_its_parents_perm_id_as_the_version_shows_it(version: int) -> None:
    client: VirtualClient = World().client(1, version)
    desk = client.world.gateway.desk
    trader = Trader.__new__(Trader)
    trader.world, trader.client = client.world, client
    trader.place(1, "BUY", "LMT", limit_price=trader.mark - 5, transmit=False)
    trader.place(2, "SELL", "LMT", limit_price=trader.mark + 5, parent_id=1)
    parent, child = desk.store.find(1, 1), desk.store.find(1, 2)
    assert parent is not None
    assert child is not None
    shown = next(m for m in client.of(5) if m[1] == "2")
    perm_id = next(m for m in client.of(3) if m[1] == "1")[6]

    assert child.terms.oca_group == str(parent.perm_id)
    assert perm_id in shown
    assert (str(parent.perm_id) in shown) == (version >= 191)
