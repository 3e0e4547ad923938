"""A stock ibapi of any age in a process of its own: asks for everything, prints what it heard.

Run as: python ibapi_probe.py PORT CLIENT_ID HIGHEST_VERSION [FOLDER_OF_ANOTHER_IBAPI]. Every
callback becomes one JSON line [name, arguments]; objects become their attributes.
"""

import enum
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

if len(sys.argv) > 4:
    sys.path.insert(0, sys.argv[4])

import ibapi.client
import ibapi.connection
from ibapi.client import EClient
from ibapi.contract import ComboLeg, Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.scanner import ScannerSubscription
from ibapi.wrapper import EWrapper

try:
    from ibapi.order_cancel import OrderCancel
    from ibapi.protobuf.ConfigRequest_pb2 import ConfigRequest
except ImportError:  # an old one, which is never asked for them
    OrderCancel = ConfigRequest = None

PATIENCE = 45.0
QUIET = ("tickPrice", "tickSize", "tickString", "updateMktDepth", "updateMktDepthL2")
"""Callbacks of which a few tell as much as thousands."""


class Connection(ibapi.connection.Connection):  # type: ignore[misc]
    """WORKAROUND: ibapi loses a burst that ends on a 4096-byte boundary (tws-wire.md 1.1)."""

    def recvMsg(self) -> bytes:  # noqa: N802
        peer = self.socket
        if peer is None:
            return b""
        try:
            data: bytes = peer.recv(65536)
        except socket.timeout:  # noqa: UP041 not the same thing in an old Python
            return b""
        except OSError:
            data = b""
        if not data:
            self.disconnect()
        return data


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, float):
        return "unset" if value > 1e300 else value
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(one) for one in value]
    if isinstance(value, bool | int | str | type(None)):
        return value
    return _plain_object(value)


def _plain_object(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, Decimal):
        return format(value, "f")
    return {name: plain(one) for name, one in vars(value).items()}


class Probe(EWrapper, EClient):  # type: ignore[misc]
    """Stock ibapi; every callback is kept."""

    def __init__(self) -> None:
        EWrapper.__init__(self)
        EClient.__init__(self, self)
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.arrived = threading.Condition()

    def record(self, name: str, args: tuple[Any, ...]) -> None:
        with self.arrived:
            self.calls.append((name, args))
            self.arrived.notify_all()

    def wait(self, name: str, test: Callable[..., bool] = lambda *_: True, since: int = 0) -> Any:
        deadline = time.monotonic() + PATIENCE
        with self.arrived:
            position = since
            while True:
                for called, args in self.calls[position:]:
                    if called == name and test(*args):
                        return args
                position = len(self.calls)
                left = deadline - time.monotonic()
                if left <= 0 or not self.arrived.wait(left):
                    raise TimeoutError(name)

    def refused(self, req_id: int, code: int) -> None:
        """Wait for an error, whose time the newer clients pass as the second argument."""
        self.wait("error", lambda *args: args[0] == req_id and code in args[1:3])


def _recorder(name: str) -> Callable[..., None]:
    return lambda self, *args: self.record(name, args)


Probe.configResponseProtoBuf = lambda self, it: self.record(  # type: ignore[attr-defined]
    "configResponseProtoBuf", (it.reqId, it.api.settings.readOnlyApi)
)
for _name in dir(EWrapper):
    if not _name.startswith("_") and not _name.endswith("ProtoBuf") and _name != "logAnswer":
        setattr(Probe, _name, _recorder(_name))


def contract(symbol: str = "AAPL", exchange: str = "SMART") -> Contract:
    made = Contract()
    made.symbol, made.secType, made.exchange, made.currency = symbol, "STK", exchange, "USD"
    return made


def order(side: str, quantity: int, limit: float = 0.0, **more: Any) -> Order:
    made = Order()
    made.action, made.totalQuantity, made.tif = side, quantity, "DAY"
    made.orderType = "LMT" if limit else "MKT"
    if limit:
        made.lmtPrice = limit
    # what older clients set and newer ones have dropped
    for name in ("eTradeOnly", "firmQuoteOnly"):
        if hasattr(made, name):
            setattr(made, name, False)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def session(app: Probe) -> None:
    """Ask about the session, accounts and reference data."""
    version = app.serverVersion()
    app.reqCurrentTime()
    app.reqIds(1)
    app.reqManagedAccts()
    app.setServerLogLevel(2)
    app.reqFamilyCodes()
    app.reqMarketRule(26)
    app.reqSmartComponents(101, "9c0001")
    app.reqMktDepthExchanges()
    app.reqMatchingSymbols(102, "IBM")
    app.reqContractDetails(103, contract("IBM"))
    app.reqSoftDollarTiers(104)
    app.queryDisplayGroups(105)
    app.reqScannerParameters()
    if hasattr(app, "reqFundamentalData"):  # gone from newer ones
        app.reqFundamentalData(106, contract(), "ReportSnapshot", [])
        app.refused(106, 430)
    app.reqContractDetails(107, contract("NOSUCH"))
    for name in ("familyCodes", "marketRule", "smartComponents", "mktDepthExchanges"):
        app.wait(name)
    for name in ("symbolSamples", "contractDetailsEnd", "softDollarTiers", "displayGroupList"):
        app.wait(name)
    app.wait("scannerParameters")
    app.refused(107, 200)
    if version >= 161:
        app.reqWshMetaData(108)
        app.wait("wshMetaData")
    if version >= 167:
        app.reqUserInfo(109)
        app.wait("userInfo")
    if version >= 197:
        app.reqCurrentTimeInMillis()
        app.wait("currentTimeInMillis")
    if version >= 219:
        app.reqConfigProtoBuf(ConfigRequest(reqId=110))
        app.wait("configResponseProtoBuf")
    app.wait("currentTime")


def news(app: Probe) -> None:
    """Ask for providers, headlines and an article."""
    app.reqNewsProviders()
    app.reqHistoricalNews(201, 265598, "", "", "", 3, [])
    app.wait("newsProviders")
    app.wait("historicalNewsEnd")
    _, _, provider, article, _ = app.wait("historicalNews")
    app.reqNewsArticle(202, provider, article, [])
    app.wait("newsArticle")


def data(app: Probe) -> None:
    """Stream quotes, depth, prints and bars until each has come."""
    app.reqMarketDataType(1)
    app.reqMktData(301, contract(), "233,236,292", False, False, [])
    app.reqMktData(302, contract("IBM"), "", True, False, [])
    app.reqMktDepth(303, contract(), 5, True, [])
    app.reqMktDepth(304, contract("IBM", "NYSE"), 5, False, [])
    for req_id, kind in enumerate(("Last", "AllLast", "BidAsk", "MidPoint"), 305):
        app.reqTickByTickData(req_id, contract(), kind, 2, False)
    app.reqHeadTimeStamp(309, contract(), "TRADES", 1, 1)
    app.reqHistoricalData(310, contract(), "", "3 D", "1 day", "TRADES", 1, 1, False, [])
    app.reqHistoricalData(311, contract(), "", "3600 S", "5 mins", "TRADES", 1, 1, True, [])
    for name in ("tickReqParams", "marketDataType", "tickPrice", "tickSize", "tickGeneric"):
        app.wait(name)
    for name in ("tickSnapshotEnd", "updateMktDepth", "updateMktDepthL2", "tickNews"):
        app.wait(name)
    for name in ("tickByTickAllLast", "tickByTickBidAsk", "tickByTickMidPoint", "headTimestamp"):
        app.wait(name)
    for name in ("historicalTicksLast", "historicalTicksBidAsk", "historicalTicks"):
        app.wait(name)
    app.wait("historicalDataEnd", lambda i, *_: i == 310)
    app.wait("historicalDataEnd", lambda i, *_: i == 311)
    app.wait("historicalDataUpdate")
    app.wait("tickString", lambda _i, kind, _v: kind == 48)
    app.cancelMktData(301)
    app.cancelTickByTickData(305)
    app.cancelHistoricalData(311)


def named(symbol: str, sec_type: str, exchange: str = "SMART", **more: Any) -> Contract:
    made = contract(symbol, exchange)
    made.secType = sec_type
    for name, value in more.items():
        setattr(made, name, value)
    return made


def options(app: Probe) -> None:
    """Ask for a chain, and for one option of it: its details, its greeks and what they imply."""
    app.reqSecDefOptParams(601, "AAPL", "", "STK", 265598)
    app.wait("securityDefinitionOptionParameterEnd")
    chain = app.wait("securityDefinitionOptionParameter")
    last = next(a for n, a in app.calls if n == "tickPrice" and a[:2] == (301, 4))[2]
    strike = min(chain[6], key=lambda price: abs(price - last))
    terms = {"lastTradeDateOrContractMonth": min(chain[5]), "strike": strike, "right": "C"}
    call = named("AAPL", "OPT", **terms)
    app.reqContractDetails(602, call)
    app.reqMktData(603, call, "", False, False, [])
    app.calculateImpliedVolatility(604, call, 12.5, last, [])
    app.calculateOptionPrice(605, call, 0.4, last, [])
    app.wait("contractDetails", lambda i, *_: i == 602)
    for req_id, kind in ((603, 13), (604, 53), (605, 53)):
        app.wait("tickOptionComputation", lambda i, k, *_, w=(req_id, kind): (i, k) == w)
    app.cancelMktData(603)


def more_data(app: Probe) -> None:
    """Ask for what else there is: bonds, combinations, scans, bulletins, schedules, groups."""
    bond = Contract()
    bond.secType, bond.symbol, bond.exchange, bond.currency = "BOND", "IBM", "SMART", "USD"
    app.reqContractDetails(701, bond)
    spread = named("AAPL,IBM", "BAG")
    spread.comboLegs = [leg(265598, "BUY"), leg(8314, "SELL")]
    app.reqMktData(702, spread, "", True, False, [])
    app.reqHistogramData(703, contract(), True, "1 day")
    if app.serverVersion() >= 165:
        app.reqHistoricalData(704, contract(), "", "5 D", "1 day", "SCHEDULE", 1, 1, False, [])
    app.reqRealTimeBars(705, contract("IBM"), 5, "TRADES", True, [])
    scan = ScannerSubscription()
    scan.instrument, scan.locationCode, scan.scanCode = "STK", "STK.US.MAJOR", "TOP_PERC_GAIN"
    app.reqScannerSubscription(706, scan, [], [])
    app.reqNewsBulletins(True)
    app.reqHistoricalTicks(
        707, contract(), "", "20301120 10:00:00 US/Eastern", 5, "TRADES", 1, True, []
    )
    app.queryDisplayGroups(708)
    app.subscribeToGroupEvents(709, 3)
    app.updateDisplayGroup(709, "8314@SMART")
    app.reqMktDepth(710, named("AAPL", "CFD"), 5, False, [])
    app.requestFA(1)
    app.wait("bondContractDetails")
    app.wait("tickSnapshotEnd", lambda i: i == 702)
    for name in ("histogramData", "realtimeBar", "scannerData", "scannerDataEnd"):
        app.wait(name)
    app.wait("updateNewsBulletin")
    app.wait("historicalTicksLast", lambda i, *_: i == 707)
    app.wait("displayGroupUpdated", lambda _i, text: text == "8314@SMART")
    app.wait("rerouteMktDepthReq")
    if app.serverVersion() >= 165:
        app.wait("historicalSchedule")
    app.refused(-1, 321)
    app.cancelRealTimeBars(705)
    app.cancelScannerSubscription(706)
    app.cancelNewsBulletins()
    app.unsubscribeFromGroupEvents(709)


def leg(con_id: int, side: str) -> ComboLeg:
    made = ComboLeg()
    made.conId, made.ratio, made.action, made.exchange = con_id, 1, side, "SMART"
    return made


def account(app: Probe) -> None:
    """Ask for everything about the account."""
    app.reqPositions()
    app.reqPositionsMulti(401, "SIM0000001", "")
    app.reqAccountSummary(402, "All", "NetLiquidation,BuyingPower")
    app.reqAccountUpdates(True, "SIM0000001")
    app.reqAccountUpdatesMulti(403, "SIM0000001", "", False)
    app.reqPnL(404, "SIM0000001", "")
    app.reqPnLSingle(405, "SIM0000001", "", 265598)
    for name in ("position", "positionEnd", "positionMulti", "positionMultiEnd"):
        app.wait(name)
    for name in ("accountSummary", "accountSummaryEnd", "accountDownloadEnd", "pnl", "pnlSingle"):
        app.wait(name)
    for name in ("updateAccountValue", "updatePortfolio", "updateAccountTime"):
        app.wait(name)
    for name in ("accountUpdateMulti", "accountUpdateMultiEnd"):
        app.wait(name)


def orders(app: Probe) -> None:
    """Fill one order, preview one, rest and cancel one, and ask for all."""
    version = app.serverVersion()
    commission = "commissionReport" if version < 158 else "commissionAndFeesReport"
    app.placeOrder(1, contract(), order("BUY", 10, orderRef="filled"))
    app.wait("orderStatus", lambda i, s, *_: (i, s) == (1, "Filled"))
    app.wait(commission)
    app.placeOrder(2, contract(), order("BUY", 10, whatIf=True))
    app.wait("openOrder", lambda i, *_: i == 2)
    app.placeOrder(3, contract(), order("BUY", 10, 1.25, orderRef="resting", outsideRth=True))
    app.wait("orderStatus", lambda i, s, *_: (i, s) == (3, "Submitted"))
    mark = len(app.calls)
    app.reqOpenOrders()
    app.wait("openOrderEnd", since=mark)
    app.reqAllOpenOrders()
    app.reqAutoOpenOrders(True)
    app.refused(-1, 327)
    if version > 157:
        app.cancelOrder(3, OrderCancel())
    else:
        app.cancelOrder(3)
    app.wait("orderStatus", lambda i, s, *_: (i, s) == (3, "Cancelled"))
    app.refused(3, 202)
    app.reqExecutions(501, ExecutionFilter())
    app.reqCompletedOrders(False)
    app.wait("execDetailsEnd")
    app.wait("completedOrdersEnd")


def main() -> int:
    """Run the script; 1 when something did not come."""
    port, client_id, highest = (int(word) for word in sys.argv[1:4])
    ibapi.client.MAX_CLIENT_VER = min(highest, ibapi.client.MAX_CLIENT_VER)
    ibapi.client.Connection = Connection
    app = Probe()
    app.connect("127.0.0.1", port, client_id)
    threading.Thread(target=app.run, daemon=True).start()
    code = 0
    try:
        app.wait("nextValidId")
        for step in (session, news, orders, account, data, options, more_data):
            step(app)
    except TimeoutError as missing:
        print(f"{missing} did not come", file=sys.stderr)
        code = 1
    seen: dict[str, int] = {}
    for name, args in list(app.calls):
        seen[name] = seen.get(name, 0) + 1
        if name not in QUIET or seen[name] < 400:
            print(json.dumps([name, plain(args)]))
    print(json.dumps(["serverVersion", [app.serverVersion()]]))
    sys.stdout.flush()
    with suppress(Exception):
        app.disconnect()
    os._exit(code)  # ibapi's threads would take another second


if __name__ == "__main__":
    main()
