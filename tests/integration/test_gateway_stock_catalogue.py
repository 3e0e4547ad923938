"""Stock ibapi against a real gateway process: every kind of contract, and its data."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from ibapi.contract import ComboLeg, Contract
from ibapi.scanner import ScannerSubscription

from tests.unit.simgateway.gateway_support import (
    GatewayProcess,
    StockClient,
    running_gateway,
    stock,
    stock_client,
)


@pytest.fixture(scope="module")
def own_gateway() -> Iterator[GatewayProcess]:
    with running_gateway("--seed", "7", "--max-server-version", "226") as process:
        yield process


@pytest.fixture(params=[157, 178, 200, 226])
def app(own_gateway: GatewayProcess, request: pytest.FixtureRequest) -> Iterator[StockClient]:
    """Return a client of its own for each version."""
    with stock_client(own_gateway.port, request.param, 100 + request.param) as connected:
        yield connected


def contract(symbol: str, sec_type: str, exchange: str, currency: str = "USD", **more: Any):
    made = Contract()
    made.symbol, made.secType, made.exchange, made.currency = symbol, sec_type, exchange, currency
    for name, value in more.items():
        setattr(made, name, value)
    return made


def details(app: StockClient, req_id: int, wanted: Contract) -> list[Any]:
    app.reqContractDetails(req_id, wanted)
    app.wait("contractDetailsEnd", lambda i: i == req_id)
    found = app.since(0, "contractDetails", "bondContractDetails")
    return [args[1] for _, args in found if args[0] == req_id]


def test_details_of_every_kind(app: StockClient) -> None:
    quarters = details(app, 1, contract("ES", "FUT", "CME"))
    assert len(quarters) == 5
    first = quarters[0]
    assert (first.contract.multiplier, first.minTick, first.underSymbol) == ("50", 0.25, "SPX")
    assert first.contract.localSymbol.startswith("ES")
    assert first.contract.lastTradeDateOrContractMonth[:6] == first.contractMonth

    (pence,) = details(app, 2, contract("VOD", "STK", "LSE", "GBP"))
    assert (pence.priceMagnifier, pence.contract.currency) == (100, "GBP")
    (pair,) = details(app, 3, contract("EUR", "CASH", "IDEALPRO"))
    assert (pair.contract.localSymbol, pair.minTick) == ("EUR.USD", 0.00005)
    (coin,) = details(app, 4, contract("BTC", "CRYPTO", "ZEROHASH"))
    assert coin.minTick == 0.25
    if app.serverVersion() >= 164:
        assert (coin.minSize, coin.sizeIncrement) == (Decimal("0.0001"), Decimal("0.0001"))
    (bond,) = details(app, 5, contract("IBM", "BOND", "SMART"))
    assert (bond.cusip, bond.coupon) == ("459200AG6", 7.0)
    (index,) = details(app, 6, contract("SPX", "IND", "CBOE"))
    assert index.contract.conId == 416904
    assert len(details(app, 7, contract("SIMTWIN", "STK", "SMART"))) == 2
    by_isin = contract("", "STK", "SMART", secIdType="ISIN", secId="US0378331005")
    (apple,) = details(app, 8, by_isin)
    assert apple.contract.symbol == "AAPL"
    (rolling,) = details(app, 9, contract("CL", "CONTFUT", "NYMEX"))
    assert rolling.contract.secType == "CONTFUT"


def test_a_chain_its_greeks_and_a_spread(app: StockClient) -> None:
    app.reqSecDefOptParams(11, "AAPL", "", "STK", 265598)
    app.wait("securityDefinitionOptionParameterEnd", lambda i: i == 11)
    calls = app.since(0, "securityDefinitionOptionParameter")
    _, exchange, under, name, multiplier, days, strikes = calls[0][1]
    assert (exchange, under, name, multiplier) == ("SMART", 265598, "AAPL", "100")
    day, strike = sorted(days)[4], min(strikes, key=lambda s: abs(s - 430))

    terms = {"lastTradeDateOrContractMonth": day, "strike": strike, "right": "C"}
    (option,) = details(app, 12, contract("AAPL", "OPT", "SMART", **terms))
    assert (option.contract.strike, option.contract.right) == (strike, "C")
    assert option.underConId == 265598

    app.reqMktData(13, option.contract, "", False, False, [])
    model = app.wait("tickOptionComputation", lambda i, kind, *_: (i, kind) == (13, 13))
    iv, delta, price, _, gamma, vega, theta, base = model[3:]
    assert 0.1 < iv < 1
    assert 0.2 < delta < 0.8
    assert gamma > 0 < vega
    assert theta < 0
    app.calculateImpliedVolatility(14, option.contract, price, base, [])
    custom = app.wait("tickOptionComputation", lambda i, kind, *_: (i, kind) == (14, 53))
    assert custom[3] == pytest.approx(iv, abs=0.01)
    app.cancelMktData(13)

    higher = min(s for s in strikes if s > strike)
    terms["strike"] = higher
    (other,) = details(app, 15, contract("AAPL", "OPT", "SMART", **terms))
    spread = contract("AAPL", "BAG", "SMART", comboLegs=[_leg(option, "BUY"), _leg(other, "SELL")])
    app.reqMktData(16, spread, "", True, False, [])
    app.wait("tickSnapshotEnd", lambda i: i == 16)
    prices = {a[1]: a[2] for _, a in app.since(0, "tickPrice") if a[0] == 16}
    assert 0 < prices[1] < prices[2] < higher - strike + 1


def _leg(found: Any, side: str) -> ComboLeg:
    leg = ComboLeg()
    leg.conId, leg.ratio, leg.action, leg.exchange = found.contract.conId, 1, side, "SMART"
    return leg


def test_delayed_data(app: StockClient) -> None:
    app.reqMktData(21, stock("SIMPAID"), "", False, False, [])
    app.code(21, 10089)
    app.reqMarketDataType(3)
    app.reqMktData(22, stock("SIMPAID"), "", False, False, [])
    assert app.wait("marketDataType", lambda i, _: i == 22) == (22, 3)
    app.wait("tickPrice", lambda i, kind, *_: (i, kind) == (22, 68))
    app.cancelMktData(22)
    app.reqMktData(23, stock("SIMDARK"), "", False, False, [])
    app.code(23, 354)


def test_the_past(app: StockClient) -> None:
    app.reqHistoricalTicks(31, stock(), "", "20991231 00:00:00", 5, "TRADES", 1, False, [])
    _, ticks, done = app.wait("historicalTicksLast", lambda i, *_: i == 31)
    assert done
    assert len(ticks) >= 5
    assert all(tick.size > 0 and 300 < tick.price < 600 for tick in ticks)
    app.reqHistogramData(32, stock("IBM"), True, "2 days")
    (rows,) = app.wait("histogramData", lambda i, _: i == 32)[1:]
    assert len(rows) > 5
    if app.serverVersion() >= 165:
        app.reqHistoricalData(33, stock(), "", "5 D", "1 day", "SCHEDULE", 1, 1, False, [])
        _, start, end, zone, sessions = app.wait("historicalSchedule", lambda i, *_: i == 33)
        assert zone == "US/Eastern"
        assert len(sessions) == 5
        assert (start, end) == (sessions[0].startDateTime, sessions[-1].endDateTime)
    rolling = contract("ES", "CONTFUT", "CME")
    app.reqHistoricalData(34, rolling, "", "5 D", "1 day", "TRADES", 1, 1, False, [])
    app.wait("historicalDataEnd", lambda i, *_: i == 34)
    late = "20260601 12:00:00 US/Eastern"
    app.reqHistoricalData(35, rolling, late, "5 D", "1 day", "TRADES", 1, 1, False, [])
    app.code(35, 10339)
    for req_id in (36, 37):
        app.reqHistoricalData(req_id, stock(), "", "60 S", "5 secs", "TRADES", 1, 1, False, [])
    assert "pacing violation" in app.code(37, 162)


def test_live_bars_scans_and_bulletins(app: StockClient) -> None:
    app.reqRealTimeBars(41, stock(), 5, "TRADES", True, [])
    app.reqScannerParameters()
    assert "TOP_PERC_GAIN" in app.wait("scannerParameters")[0]
    scan = ScannerSubscription()
    scan.instrument, scan.locationCode, scan.scanCode = "STK", "STK.US.MAJOR", "TOP_PERC_GAIN"
    scan.numberOfRows = 5
    app.reqScannerSubscription(42, scan, [], [])
    assert app.wait("scannerDataEnd") == (42,)
    rows = [args for _, args in app.since(0, "scannerData")]
    assert [row[1] for row in rows[:5]] == [0, 1, 2, 3, 4]
    assert rows[0][2].contract.secType == "STK"
    app.cancelScannerSubscription(42)
    app.code(42, 162)
    app.reqNewsBulletins(True)
    bar = app.wait("realtimeBar")
    assert bar[0] == 41
    assert bar[1] % 5 == 0
    assert bar[4] <= min(bar[2], bar[5]) <= max(bar[2], bar[5]) <= bar[3]
    app.cancelRealTimeBars(41)
    app.cancelNewsBulletins()
