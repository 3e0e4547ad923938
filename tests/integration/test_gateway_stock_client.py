"""Stock ibapi against a real gateway process: session, contracts, quotes, orders, account."""

from decimal import Decimal

import pytest
from ibapi.execution import ExecutionFilter
from ibapi.order_cancel import OrderCancel

from tests.unit.simgateway.gateway_support import (
    ACCOUNT,
    GatewayProcess,
    StockClient,
    order,
    raw_client,
    stock,
    stock_client,
)

UNSET = 1.7976931348623157e308


def buy(client: StockClient, order_id: int, quantity: int = 100, symbol: str = "AAPL") -> None:
    mark = client.mark()
    client.placeOrder(order_id, stock(symbol), order("BUY", quantity))
    client.wait("orderStatus", lambda i, s, *_: (i, s) == (order_id, "Filled"), since=mark)
    client.wait("commissionAndFeesReport", since=mark)


def first_perm_id(client: StockClient) -> int:
    """Return the gateway's first perm_id: beyond 32 bits, except for clients of the past."""
    return 4_000_000_001 if client.serverVersion() >= 191 else 4_000_000_001 - 2**31


def test_start_up_order(visitor: StockClient) -> None:
    visitor.code(-1, 2158)

    names = [name for name, _ in visitor.calls if name not in {"connectAck", "logAnswer"}]
    assert names == ["managedAccounts", "nextValidId", "error", "error", "error"]
    assert visitor.wait("managedAccounts") == (ACCOUNT,)
    assert visitor.wait("nextValidId") == (1,)
    assert [args[2] for name, args in visitor.calls if name == "error"] == [2104, 2106, 2158]


def test_session_requests(visitor: StockClient) -> None:
    visitor.reqCurrentTime()
    visitor.reqIds(1)
    visitor.reqManagedAccts()
    visitor.reqFamilyCodes()
    visitor.setServerLogLevel(3)
    visitor.reqMarketDataType(3)
    visitor.reqMarketRule(26)

    assert visitor.wait("currentTime")[0] > 1_700_000_000
    (increments,) = visitor.wait("marketRule")[1:]
    assert [(i.lowEdge, i.increment) for i in increments] == [(0.0, 0.01)]
    assert visitor.wait("familyCodes")[0][0].accountID == ACCOUNT
    if visitor.serverVersion() >= 167:
        visitor.reqUserInfo(5)
        assert visitor.wait("userInfo") == (5, "")
    if visitor.serverVersion() >= 197:
        visitor.reqCurrentTimeInMillis()
        assert visitor.wait("currentTimeInMillis")[0] > 1_700_000_000_000


@pytest.mark.parametrize("by", ["symbol", "conId"])
def test_contract_details(visitor: StockClient, by: str) -> None:
    wanted = stock("IBM") if by == "symbol" else stock("", 8314)
    visitor.reqContractDetails(21, wanted)
    visitor.wait("contractDetailsEnd", lambda i: i == 21)

    req_id, details = visitor.wait("contractDetails")
    found = details.contract
    assert req_id == 21
    assert (found.conId, found.symbol, found.secType) == (8314, "IBM", "STK")
    assert (found.exchange, found.primaryExchange, found.currency) == ("SMART", "NYSE", "USD")
    assert (found.localSymbol, found.tradingClass) == ("IBM", "IBM")
    assert (details.longName, details.minTick) == ("INTL BUSINESS MACHINES CORP", 0.01)
    assert details.timeZoneId == "US/Eastern"
    assert set(details.marketRuleIds.split(",")) == {"26"}
    assert len(details.marketRuleIds.split(",")) == len(details.validExchanges.split(","))
    assert "LMT" in details.orderTypes.split(",")
    assert (details.priceMagnifier, details.stockType, details.aggGroup) == (1, "COMMON", 1)
    assert [(t.tag, t.value) for t in details.secIdList] == [("ISIN", "US4592001014")]
    assert (details.industry, details.category) == ("Technology", "Computers")
    if visitor.serverVersion() >= 164:
        sizes = (details.minSize, details.sizeIncrement, details.suggestedSizeIncrement)
        assert sizes == (1, 1, 100)
    first, *_ = details.tradingHours.split(";")
    start, end = first.split("-")
    assert (start[8:], end[8:]) == (":0000", ":0000")
    assert details.liquidHours == details.tradingHours


def test_unknown_contract(visitor: StockClient) -> None:
    visitor.reqContractDetails(22, stock("NOSUCH"))

    assert visitor.code(22, 200).startswith("No security definition")


def test_matching_symbols(visitor: StockClient) -> None:
    visitor.reqMatchingSymbols(23, "aap")

    req_id, found = visitor.wait("symbolSamples")
    assert req_id == 23
    assert [d.contract.symbol for d in found] == ["AAPL"]
    assert (found[0].contract.conId, found[0].contract.primaryExchange) == (265598, "NASDAQ")


def test_quotes_stream(visitor: StockClient) -> None:
    visitor.reqMktData(31, stock(), "233", False, False, [])

    assert visitor.wait("tickReqParams") == (31, 0.01, "9c0001", 3)
    assert visitor.wait("marketDataType") == (31, 1)
    prices = {
        tick: visitor.wait("tickPrice", _tick(31, tick))[2] for tick in (1, 2, 4, 6, 7, 9, 14)
    }
    assert prices[7] <= prices[4] <= prices[6]
    assert 0 < round(prices[2] - prices[1], 2) <= 0.05
    assert prices[9] == 430.47
    lots = visitor.serverVersion() < 159  # an odd lot counts as none there
    for size in (0, 3, 5, 8):
        assert visitor.wait("tickSize", _tick(31, size))[2] >= (0 if lots else 1)
    assert visitor.wait("tickString", _tick(31, 45))[2].isdigit()
    assert visitor.wait("tickGeneric", _tick(31, 49)) == (31, 49, 0.0)
    mark = visitor.mark()
    for _ in range(2):
        visitor.wait("tickPrice", _tick(31, 1), since=mark)
        mark = visitor.mark()
    visitor.cancelMktData(31)
    visitor.cancelMktData(31)
    visitor.code(31, 300)


def _tick(req_id: int, tick: int):
    return lambda i, t, *_: (i, t) == (req_id, tick)


def test_snapshot_ends(visitor: StockClient) -> None:
    visitor.reqMktData(32, stock("MSFT"), "", True, False, [])

    assert visitor.wait("tickSnapshotEnd") == (32,)
    assert visitor.wait("tickPrice", _tick(32, 9))[2] == 27.95
    visitor.cancelMktData(32)
    visitor.code(32, 300)


def test_market_order_fills(visitor: StockClient) -> None:
    mark = visitor.mark()
    visitor.placeOrder(1, stock(), order("BUY", 100, orderRef="mine"))
    visitor.wait("commissionAndFeesReport")
    visitor.reqIds(1)
    visitor.wait("nextValidId", lambda i: i == 2)

    names = ("openOrder", "orderStatus", "execDetails", "commissionAndFeesReport")
    seen = visitor.since(mark, *names)
    assert [name for name, _ in seen[:3]] == ["openOrder", "orderStatus", "execDetails"]
    assert seen[0][1][3].status == seen[1][1][1] == "PreSubmitted"
    assert seen[-1][0] == "commissionAndFeesReport"
    fills = [args[2] for name, args in seen if name == "execDetails"]
    assert sum(f.shares for f in fills) == 100
    last = fills[-1]
    assert (last.side, last.cumQty, last.acctNumber) == ("BOT", 100, ACCOUNT)
    assert (last.orderId, last.clientId, last.orderRef) == (1, visitor.clientId, "mine")
    assert (last.permId > 2**31) == (visitor.serverVersion() >= 191)
    assert last.lastLiquidity == 2
    assert last.time.endswith(" US/Eastern") == (visitor.serverVersion() >= 174)
    assert last.execId.startswith("0000e0d5.")
    assert all(f.permId == last.permId for f in fills)
    reports = [args[0] for name, args in seen if name == "commissionAndFeesReport"]
    assert [r.execId for r in reports] == [f.execId for f in fills]
    assert sum(r.commissionAndFees for r in reports) == 1.0
    assert {(r.currency, r.realizedPNL) for r in reports} == {("USD", UNSET)}
    final = [args for name, args in seen if name == "orderStatus"][-1]
    average = sum(float(f.shares) * f.price for f in fills) / 100
    assert final[:4] == (1, "Filled", 100, 0)
    assert final[4] == pytest.approx(average)
    assert final[5:] == (last.permId, 0, last.price, visitor.clientId, "", 0.0)


def test_big_market_order_walks_the_book(client: StockClient) -> None:
    client.placeOrder(1, stock("IBM"), order("SELL", 9000))
    client.wait("orderStatus", lambda _i, s, *_: s == "Filled")
    client.reqIds(1)
    client.wait("nextValidId", lambda i: i == 2)

    fills = [args[2] for name, args in client.calls if name == "execDetails"]
    prices = [f.price for f in fills]
    assert sum(f.shares for f in fills) == 9000
    assert len(set(prices)) > 3
    assert [f.cumQty for f in fills][-1] == 9000


def test_limit_order_rests_changes_and_is_cancelled(visitor: StockClient) -> None:
    visitor.placeOrder(1, stock(), order("BUY", 100, 200.0, tif="GTC", outsideRth=True))
    args = visitor.wait("openOrder", lambda _i, _c, _o, s: s.status == "Submitted")
    _, contract, shown, state = args
    assert (contract.conId, contract.symbol, contract.exchange) == (265598, "AAPL", "SMART")
    assert (shown.action, shown.totalQuantity, shown.orderType) == ("BUY", 100, "LMT")
    assert (shown.lmtPrice, shown.tif, shown.account) == (200.0, "GTC", ACCOUNT)
    assert (shown.orderId, shown.clientId) == (1, visitor.clientId)
    assert (shown.permId > 2**31) == (visitor.serverVersion() >= 191)
    assert (shown.outsideRth, shown.whatIf, shown.clearingIntent) == (True, False, "IB")
    assert shown.deltaNeutralOrderType == "None"
    in_protobuf = visitor.serverVersion() >= 203  # where what is unset stays away
    assert state.initMarginChange == ("" if in_protobuf else "1.7976931348623157E308")
    if visitor.serverVersion() >= 170:
        assert shown.midOffsetAtHalf == UNSET
    if visitor.serverVersion() >= 193:
        assert shown.manualOrderIndicator == 2147483647

    mark = visitor.mark()
    visitor.placeOrder(1, stock(), order("BUY", 150, 201.5))
    visitor.wait("openOrder", lambda _i, _c, o, _s: o.lmtPrice == 201.5, since=mark)
    assert visitor.wait("orderStatus", since=mark)[:4] == (1, "Submitted", 0, 150)

    mark = visitor.mark()
    visitor.cancelOrder(1, OrderCancel())
    assert visitor.code(1, 202, mark) == "Order Canceled - reason:"
    statuses = [args[1] for _, args in visitor.since(mark, "orderStatus")]
    assert statuses == ["PendingCancel", "Cancelled"]
    if visitor.serverVersion() >= 194:
        assert visitor.wait("error", lambda i, _t, c, *_: c == 202)[1] % 1000 == 0
    visitor.cancelOrder(1, OrderCancel())
    said = visitor.code(1, 161)
    assert int(said.rpartition("permId =")[2]) % 2**31 == shown.permId % 2**31


def test_what_if_shows_margin_and_does_not_rest(client: StockClient) -> None:
    client.placeOrder(1, stock("MSFT"), order("BUY", 100, whatIf=True))
    order_id, _, shown, state = client.wait("openOrder")
    client.reqOpenOrders()
    client.wait("openOrderEnd")

    assert (order_id, shown.whatIf, state.status) == (1, True, "PreSubmitted")
    assert float(state.initMarginBefore) == 0
    change = Decimal(state.initMarginChange)
    assert Decimal(600) < change < Decimal(800)
    assert Decimal(state.initMarginAfter) == change
    assert float(state.equityWithLoanBefore) == 1_000_000
    assert float(state.equityWithLoanAfter) == 999_999
    assert (state.commissionAndFees, state.commissionAndFeesCurrency) == (1.0, "USD")
    if client.serverVersion() >= 195:
        assert state.marginCurrency == "USD"
    assert client.since(0, "orderStatus") == []
    assert len(client.since(0, "openOrder")) == 1


def test_untransmitted_order_is_invisible(visitor: StockClient) -> None:
    mark = visitor.mark()
    visitor.placeOrder(1, stock(), order("BUY", 100, 200.0, transmit=False))
    visitor.reqAllOpenOrders()
    visitor.wait("openOrderEnd")
    assert visitor.since(mark, "openOrder", "orderStatus") == []

    visitor.placeOrder(1, stock(), order("BUY", 100, 200.0))
    visitor.wait("orderStatus", lambda i, s, *_: (i, s) == (1, "Submitted"))
    visitor.cancelOrder(1, OrderCancel())
    visitor.code(1, 202)


def test_immediate_orders(visitor: StockClient) -> None:
    visitor.placeOrder(1, stock(), order("BUY", 100, 200.0, tif="IOC"))
    visitor.wait("orderStatus", lambda i, s, *_: (i, s) == (1, "Cancelled"))
    statuses = [args[1] for _, args in visitor.since(0, "orderStatus")]
    assert statuses == ["PreSubmitted", "PendingCancel", "Cancelled"]

    visitor.placeOrder(2, stock(), order("BUY", 100, 200.0, tif="FOK"))
    visitor.wait("orderStatus", lambda i, s, *_: (i, s) == (2, "Inactive"))


def test_positions_and_account(client: StockClient) -> None:
    client.reqPositions()
    client.wait("positionEnd")
    buy(client, 1)
    fills = [args[2] for name, args in client.calls if name == "execDetails"]
    cost = sum(float(f.shares) * f.price for f in fills)

    account, contract, _, average = client.wait("position", lambda _a, _c, p, _v: p == 100)
    assert (account, contract.symbol, contract.conId) == (ACCOUNT, "AAPL", 265598)
    assert average == pytest.approx((cost + 1) / 100)

    client.reqPositionsMulti(41, ACCOUNT, "")
    assert client.wait("positionMultiEnd") == (41,)
    multi = client.wait("positionMulti")
    assert (multi[0], multi[1], multi[3].symbol, multi[4]) == (41, ACCOUNT, "AAPL", 100)

    tags = "NetLiquidation,TotalCashValue,AccountType,DayTradesRemaining,Cushion,$LEDGER:USD"
    client.reqAccountSummary(42, "All", tags)
    client.wait("accountSummaryEnd", lambda i: i == 42)
    rows = {args[2]: args[3:] for _, args in client.since(0, "accountSummary")}
    assert rows["TotalCashValue"] == (f"{1_000_000 - cost - 1:.2f}", "USD")
    assert float(rows["NetLiquidation"][0]) == pytest.approx(1_000_000, abs=500)
    assert rows["AccountType"][0] == "INDIVIDUAL"
    assert rows["CashBalance"] == rows["TotalCashValue"]

    client.reqAccountUpdates(True, ACCOUNT)
    assert client.wait("accountDownloadEnd") == (ACCOUNT,)
    values = {args[0]: args[1] for _, args in client.since(0, "updateAccountValue")}
    assert values["TotalCashValue"] == rows["TotalCashValue"][0]
    portfolio = client.wait("updatePortfolio")
    assert (portfolio[0].symbol, portfolio[1], portfolio[7]) == ("AAPL", 100, ACCOUNT)
    assert portfolio[3] == pytest.approx(100 * portfolio[2])
    assert len(client.wait("updateAccountTime")[0]) == 5


def test_too_many_summaries(visitor: StockClient) -> None:
    for req_id in (1, 2, 3):
        visitor.reqAccountSummary(req_id, "All", "NetLiquidation")

    visitor.code(3, 322)
    visitor.cancelAccountSummary(1)
    visitor.reqAccountSummary(4, "All", "NetLiquidation")
    visitor.wait("accountSummaryEnd", lambda i: i == 4)


def test_profit_and_loss_streams(client: StockClient) -> None:
    buy(client, 1)
    client.reqPnL(51, ACCOUNT, "")
    client.reqPnLSingle(52, ACCOUNT, "", 265598)

    req_id, daily, unrealized, realized = client.wait("pnl")
    single = client.wait("pnlSingle")
    assert (req_id, realized) == (51, 0.0)
    assert daily == pytest.approx(unrealized)
    assert abs(daily) < 500
    assert single[:2] == (52, 100)
    assert single[2] == pytest.approx(single[3])
    mark = client.mark()
    client.wait("pnl", since=mark)
    client.wait("pnlSingle", since=mark)
    client.cancelPnL(51)
    client.cancelPnLSingle(52)


def test_executions_and_round_trip(client: StockClient) -> None:
    buy(client, 1)
    client.placeOrder(2, stock(), order("SELL", 100))
    client.wait("orderStatus", lambda i, s, *_: (i, s) == (2, "Filled"))
    client.wait("commissionAndFeesReport", lambda r: r.realizedPNL != UNSET)
    mark = client.mark()
    client.reqExecutions(61, _filter(side="SELL"))
    assert client.wait("execDetailsEnd") == (61,)

    found = client.since(mark, "execDetails")
    assert {args[0] for _, args in found} == {61}
    assert {args[2].side for _, args in found} == {"SLD"}
    assert sum(args[2].shares for _, args in found) == 100
    assert client.since(mark, "commissionAndFeesReport")
    client.reqExecutions(62, _filter(symbol="IBM"))
    client.wait("execDetailsEnd", lambda i: i == 62)
    assert not [1 for _, args in client.since(mark, "execDetails") if args[0] == 62]


def _filter(**values: object) -> ExecutionFilter:
    made = ExecutionFilter()
    for name, value in values.items():
        setattr(made, name, value)
    return made


def test_completed_orders(client: StockClient) -> None:
    buy(client, 1)
    client.placeOrder(2, stock(), order("BUY", 5, 100.0))
    client.wait("orderStatus", lambda i, s, *_: (i, s) == (2, "Submitted"))
    client.cancelOrder(2, OrderCancel())
    client.code(2, 202)
    client.reqCompletedOrders(False)
    client.wait("completedOrdersEnd")

    done = [args for _, args in client.since(0, "completedOrder")]
    assert [state.status for _, _, state in done] == ["Filled", "Cancelled"]
    contract, shown, state = done[0]
    assert (contract.symbol, shown.action, shown.filledQuantity) == ("AAPL", "BUY", 100)
    first = first_perm_id(client)
    assert (shown.permId, state.completedStatus) == (first, "Filled Size: 100")
    assert done[1][1].lmtPrice == 100.0


def test_refusals(visitor: StockClient) -> None:
    visitor.cancelOrder(481, OrderCancel())
    assert visitor.code(481, 10147) == "OrderId 481 that needs to be cancelled is not found."
    cases = [
        (200, stock("NOSUCH"), order("BUY", 1)),
        (110, stock(), order("BUY", 1, 200.005)),
        (434, stock(), order("BUY", 0)),
        (10243, stock(), order("BUY", Decimal("1.5"))),
        (321, stock(), order("BUY", 1, orderType="FOO")),
        (387, stock(), order("BUY", 1, orderType="PEG STK")),
        (321, stock(), order("BUY", 1, account="DU1")),
        (201, stock(), order("BUY", 1_000_000)),
    ]
    for number, (code, contract, wanted) in enumerate(cases, start=1):
        visitor.placeOrder(number, contract, wanted)
        visitor.code(number, code)
    visitor.wait("orderStatus", lambda i, s, *_: (i, s) == (8, "Inactive"))
    visitor.placeOrder(8, stock(), order("BUY", 1))
    visitor.code(8, 103)
    buy(visitor, 9)
    visitor.placeOrder(9, stock(), order("BUY", 200))
    visitor.code(9, 104)


def test_two_clients(gateway: GatewayProcess, client: StockClient) -> None:
    client.placeOrder(1, stock(), order("BUY", 10, 200.0))
    client.wait("orderStatus", lambda i, s, *_: (i, s) == (1, "Submitted"))
    with stock_client(gateway.port, client.serverVersion(), client_id=2) as other:
        other.reqOpenOrders()
        other.wait("openOrderEnd")
        assert other.since(0, "openOrder") == []
        other.reqAllOpenOrders()
        shown = other.wait("openOrder")[2]
        assert (shown.orderId, shown.clientId, shown.permId) == (1, 1, first_perm_id(client))
        other.cancelOrder(1, OrderCancel())
        other.code(1, 10147)
        other.placeOrder(1, stock(), order("BUY", 10))
        other.wait("execDetails")
        mark = client.mark()
        other.reqGlobalCancel(OrderCancel())
        client.code(1, 202, mark)
    assert client.since(0, "execDetails") == []


def test_client_id_in_use(shared_gateway: GatewayProcess, visitor: StockClient) -> None:
    with raw_client(shared_gateway.port) as second:
        second.shake_hands()
        second.request(71, 2, visitor.clientId, "")

        fields = second.read()
        assert (fields[:3], len(fields)) == (["4", "-1", "326"], 6)
        assert second.is_closed()


def test_live_orders_come_before_the_rest(gateway: GatewayProcess, version: int) -> None:
    with stock_client(gateway.port, version, client_id=3) as first:
        first.placeOrder(1, stock(), order("BUY", 10, 200.0))
        first.wait("orderStatus", lambda i, s, *_: (i, s) == (1, "Submitted"))
    with stock_client(gateway.port, version, client_id=3) as again:
        names = [name for name, _ in again.calls if name != "connectAck"][:5]
        assert names == [
            "openOrder",
            "orderStatus",
            "openOrderEnd",
            "managedAccounts",
            "nextValidId",
        ]
        assert again.wait("nextValidId") == (2,)
