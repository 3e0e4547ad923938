"""Stock ibapi against a real gateway process: history, depth, prints, brackets, news."""

from ibapi.order_cancel import OrderCancel

from tests.unit.simgateway.gateway_support import (
    StockClient,
    order,
    stock,
)

UNSET = 1.7976931348623157e308


def test_historical_bars(visitor: StockClient) -> None:
    visitor.reqHistoricalData(71, stock(), "", "1 M", "1 day", "TRADES", 1, 1, False, [])
    end = visitor.wait("historicalDataEnd", lambda i, *_: i == 71)
    bars = [args[1] for _, args in visitor.since(0, "historicalData")]
    assert 20 <= len(bars) <= 24
    assert all(b.low <= min(b.open, b.close) <= max(b.open, b.close) <= b.high for b in bars)
    assert all(b.volume > 0 and b.low <= float(b.wap) <= b.high for b in bars)
    assert bars[-2].close == 430.47
    assert [len(b.date) for b in bars] == [8] * len(bars)
    zone = " US/Eastern" if visitor.serverVersion() >= 174 else ""
    assert end[2].endswith(zone)

    visitor.reqHistoricalData(72, stock(), "", "60 S", "5 secs", "MIDPOINT", 1, 2, True, [])
    visitor.wait("historicalDataEnd", lambda i, *_: i == 72)
    req_id, bar = visitor.wait("historicalDataUpdate")
    assert req_id == 72
    assert int(bar.date) % 5 == 0
    assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
    visitor.cancelHistoricalData(72)
    visitor.code(72, 162)
    visitor.cancelHistoricalData(72)
    visitor.code(72, 366)


def test_head_timestamp_and_refused_bars(visitor: StockClient) -> None:
    visitor.reqHeadTimeStamp(73, stock("META"), "TRADES", 1, 2)
    assert int(visitor.wait("headTimestamp", lambda i, _: i == 73)[1]) > 1_500_000_000
    visitor.reqHistoricalData(74, stock("NOSUCH"), "", "1 D", "1 min", "TRADES", 1, 1, False, [])
    visitor.code(74, 200)
    visitor.reqHistoricalData(75, stock(), "", "1 D", "1 parsec", "TRADES", 1, 1, False, [])
    visitor.code(75, 321)


def test_depth(visitor: StockClient) -> None:
    visitor.reqMktDepthExchanges()
    rows = visitor.wait("mktDepthExchanges")[0]
    assert [(r.exchange, r.secType, r.serviceDataType) for r in rows][:1] == [
        ("ISLAND", "STK", "Deep")
    ]
    visitor.reqSmartComponents(80, "9c0001")
    assert visitor.wait("smartComponents")[0] == 80

    visitor.reqMktDepth(81, stock(), 5, True, [])
    for position in range(5):
        for side in (0, 1):
            args = visitor.wait("updateMktDepthL2", _row(81, position, side))
            assert args[2] in {r.exchange for r in rows}
            assert (args[3], args[7]) == (0, True)
            assert 400 < args[5] < 460
            assert args[6] >= 1
    one = stock()
    one.exchange = "ARCA"
    visitor.reqMktDepth(82, one, 3, False, [])
    args = visitor.wait("updateMktDepth", lambda i, p, _o, s, *_: (i, p, s) == (82, 0, 1))
    assert args[2] == 0
    assert args[5] >= 1
    mark = visitor.mark()
    visitor.wait("updateMktDepthL2", since=mark)
    visitor.cancelMktDepth(81, True)
    visitor.cancelMktDepth(82, False)
    visitor.cancelMktDepth(82, False)
    visitor.code(82, 310)


def _row(req_id: int, position: int, side: int):
    return lambda i, p, _m, _o, s, *_: (i, p, s) == (req_id, position, side)


def test_tick_by_tick(visitor: StockClient) -> None:
    visitor.reqTickByTickData(83, stock(), "AllLast", 5, False)
    visitor.reqTickByTickData(84, stock(), "BidAsk", 1, True)
    visitor.reqTickByTickData(85, stock(), "MidPoint", 1, False)
    visitor.placeOrder(1, stock(), order("BUY", 100))
    assert visitor.wait("historicalTicksLast")[0] == 83
    assert visitor.wait("historicalTicksBidAsk")[1][0].priceBid > 400
    assert visitor.wait("historicalTicks")[1][0].price > 400
    fill = visitor.wait("execDetails")[2]
    shown = visitor.wait("tickByTickAllLast", lambda *a: (a[3], a[4]) == (fill.price, fill.shares))
    assert shown[:2] == (83, 2)
    assert shown[6] in {"ISLAND", "ARCA", "BATS", "IEX", "NYSE", "MEMX", "DRCTEDGE", "BYX"}
    bid, ask = visitor.wait("tickByTickBidAsk")[2:4]
    assert 0 < ask - bid < 0.1
    assert abs(visitor.wait("tickByTickMidPoint")[2] - bid) < 1  # of another moment
    for req_id in (83, 84, 85):
        visitor.cancelTickByTickData(req_id)
    visitor.cancelTickByTickData(85)
    visitor.code(85, 300)


def test_bracket(client: StockClient) -> None:
    client.placeOrder(1, stock(), order("BUY", 100, transmit=False))
    client.placeOrder(2, stock(), order("SELL", 100, 500.0, parentId=1, transmit=False))
    stop = order("SELL", 100, parentId=1, orderType="STP", auxPrice=300.0)
    client.placeOrder(3, stock(), stop)
    client.wait("orderStatus", lambda i, s, *_: (i, s) == (1, "Filled"))
    client.wait("orderStatus", lambda i, s, *_: (i, s) == (2, "Submitted"))
    client.wait("orderStatus", lambda i, *a: i == 3 and a[-2] == "trigger")

    statuses = [args for _, args in client.since(0, "orderStatus")]
    assert [(a[0], a[1], a[9], a[6]) for a in statuses[:3]] == [
        (1, "PreSubmitted", "", 0),
        (2, "PreSubmitted", "child", 1),
        (3, "PreSubmitted", "child,trigger", 1),
    ]
    shown = {args[0]: args[2] for _, args in client.since(0, "openOrder")}
    assert (shown[3].orderType, shown[3].auxPrice, shown[3].parentId) == ("STP", 300.0, 1)
    assert shown[2].ocaGroup == shown[3].ocaGroup
    assert int(shown[2].ocaGroup) % 2**31 == shown[1].permId % 2**31  # shorter in old versions
    assert shown[2].ocaType == 3
    mark = client.mark()
    client.cancelOrder(2, OrderCancel())
    client.code(2, 202, mark)
    client.placeOrder(3, stock(), order("SELL", 100, parentId=1, orderType="STP", auxPrice=600.0))
    client.wait("orderStatus", lambda i, s, *_: (i, s) == (3, "Filled"), since=mark)


def test_news(visitor: StockClient) -> None:
    visitor.reqNewsProviders()
    providers = {p.code: p.name for p in visitor.wait("newsProviders")[0]}
    assert providers["SIMB"] == "Simulated Briefing"
    visitor.reqHistoricalNews(91, 265598, "SIMB+SIMX", "", "", 10, [])
    assert visitor.wait("historicalNewsEnd") == (91, True)
    found = [args for _, args in visitor.since(0, "historicalNews")]
    assert len(found) == 10
    assert {args[2] for args in found} <= {"SIMB", "SIMX"}
    for number, (_, time, provider, article_id, headline) in enumerate(found, start=92):
        assert len(time) == 21
        assert "AAPL" in headline
        visitor.reqNewsArticle(number, provider, article_id, [])
        args = visitor.wait("newsArticle", lambda i, *_, n=number: i == n)
        assert args[1] == 0
        assert "<" in args[2]
    visitor.reqMktData(110, stock(), "292", False, False, [])
    tick = visitor.wait("tickNews")
    assert tick[0] == 110
    assert tick[1] > 1_700_000_000_000
    assert tick[2] in {"SIMB", "SIMW"}
    visitor.cancelMktData(110)
