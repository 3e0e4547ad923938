"""Combinations, hours and corporate days as stock ibapi sees them, in text and in protobuf."""

from collections.abc import Iterator

import ibapi.client
import pytest
from ibapi.contract import ComboLeg, Contract
from ibapi.execution import ExecutionFilter

from tests.unit.simgateway.gateway_support import (
    GatewayProcess,
    StockClient,
    order,
    running_gateway,
    stock,
    stock_client,
)

NEWEST = ibapi.client.MAX_CLIENT_VER
VERSIONS = [v for v in (176, 200, 213, NEWEST) if v <= NEWEST]


@pytest.fixture(scope="module")
def gateway() -> Iterator[GatewayProcess]:
    with running_gateway("--max-server-version", "226") as running:
        yield running


def spread(client: StockClient) -> Contract:
    """Return a bought and a sold call on AAPL, found through the chain."""
    mark = client.mark()
    wanted = stock()
    client.reqSecDefOptParams(900, "AAPL", "", "STK", 265598)
    expiry = max(client.wait("securityDefinitionOptionParameter", since=mark)[5])
    wanted.secType, wanted.right, wanted.lastTradeDateOrContractMonth = "OPT", "C", expiry
    client.reqContractDetails(901, wanted)
    client.wait("contractDetailsEnd", lambda i: i == 901, since=mark)
    found = [c[1][1].contract for c in client.since(mark, "contractDetails") if c[1][0] == 901]
    found.sort(key=lambda one: one.strike)
    middle = len(found) // 2
    made = Contract()
    made.symbol, made.secType, made.currency, made.exchange = "AAPL", "BAG", "USD", "SMART"
    made.comboLegs = []
    for one, action in ((found[middle], "BUY"), (found[middle + 1], "SELL")):
        leg = ComboLeg()
        leg.conId, leg.ratio, leg.action, leg.exchange = one.conId, 1, action, "SMART"
        made.comboLegs.append(leg)
    return made


@pytest.mark.parametrize("version", VERSIONS)
def test_a_combination_is_ordered_filled_and_told_leg_by_leg(
    gateway: GatewayProcess, version: int
) -> None:
    with stock_client(gateway.port, version, client_id=version) as client:
        combination = spread(client)
        legs = {leg.conId: leg.action for leg in combination.comboLegs}
        mark = client.mark()
        order_id = client.wait("nextValidId")[0]
        client.placeOrder(order_id, combination, order("BUY", 3))
        shown = client.wait("openOrder", lambda i, *_: i == order_id, since=mark)[1]
        assert shown.secType == "BAG"
        assert {leg.conId: leg.action for leg in shown.comboLegs} == legs
        client.wait("orderStatus", lambda i, s, *_: (i, s) == (order_id, "Filled"), since=mark)
        wanted = ExecutionFilter()
        wanted.clientId = version
        client.reqExecutions(77, wanted)
        client.wait("execDetailsEnd", lambda i: i == 77, since=mark)
        fills = [c[1][1:] for c in client.since(mark, "execDetails") if c[1][0] == 77]
        mine = [(c, e) for c, e in fills if e.orderId == order_id and e.clientId == version]
        assert [c.secType for c, _ in mine[:3]] == ["BAG", "OPT", "OPT"]
        bought = sum(e.shares for c, e in mine if c.secType == "BAG")
        assert bought == 3
        for con_id, action in legs.items():
            sides = {e.side for c, e in mine if c.conId == con_id}
            assert sides == {"BOT" if action == "BUY" else "SLD"}
            assert sum(e.shares for c, e in mine if c.conId == con_id) == 3


def test_real_hours_and_an_early_close_reach_a_stock_client() -> None:
    options = ("--real-hours", "--begin", "2026-11-25 10:00", "--max-server-version", "226")
    with (
        running_gateway(*options) as running,
        stock_client(running.port, 200) as client,
    ):
        client.reqContractDetails(1, stock())
        details = client.wait("contractDetails")[1]
        assert details.timeZoneId == "US/Eastern"
        assert details.tradingHours.split(";")[:3] == [
            "20261125:0400-20261125:2000",
            "20261126:CLOSED",
            "20261127:0400-20261127:1700",
        ]
        assert details.liquidHours.split(";")[2] == "20261127:0930-20261127:1300"
        client.reqHistoricalData(
            2, stock(), "", "3 D", "1 day", "SCHEDULE", 1, 1, keepUpToDate=False, chartOptions=[]
        )
        sessions = client.wait("historicalSchedule")[4]
        assert sessions[-1].startDateTime == "20261125-09:30:00"


@pytest.mark.parametrize(
    ("option", "text"),
    [
        (("--begin", "yesterday"), "not a time"),
        (("--begin", "1999-01-04 10:00"), "not 2020 to 2040"),
        (("--day", "doomsday"), "invalid choice"),
    ],
)
def test_wrong_options_are_told_in_one_line(option: tuple[str, ...], text: str) -> None:
    with pytest.raises(AssertionError, match=text):
        GatewayProcess(*option)
