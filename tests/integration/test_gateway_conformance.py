"""What stock ibapi hears of the session, its orders, its account and the first kinds of data.

How it is asked: conformance_support.py. Source: tws-wire.md 2.5.
"""

import pytest

from tests.integration.conformance_support import (
    AAPL,
    ACCOUNT,
    CONFORMANCE,
    FIRES,
    IBM,
    LATER,
    OLD,
    Heard,
    errors,
    number,
)


@pytest.fixture(params=CONFORMANCE)
def version(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture
def heard(sessions: dict[int, Heard], version: int) -> Heard:
    return sessions[version]


def test_the_version_is_the_clients_highest(heard: Heard, version: int) -> None:
    assert heard["serverVersion"] == [[version]]


def test_every_callback_fires(heard: Heard, version: int) -> None:
    commission = "commissionReport" if version == OLD else "commissionAndFeesReport"
    later = {name for name, since in LATER.items() if version >= since}

    assert set(heard) - {"serverVersion"} == FIRES | later | {commission}


def test_the_session(heard: Heard, version: int) -> None:
    assert heard["managedAccounts"] == [[ACCOUNT]] * 2
    assert heard["nextValidId"] == [[1]] * 2
    assert heard["currentTime"][0][0] > 1_700_000_000
    assert heard["familyCodes"] == [[[{"accountID": ACCOUNT, "familyCodeStr": ""}]]]
    assert heard["marketRule"] == [[26, [{"lowEdge": 0.0, "increment": 0.01}]]]
    assert heard["softDollarTiers"] == [[104, []]]
    assert heard["displayGroupList"][0][0] == 105
    assert heard["scannerParameters"][0][0].startswith("<")
    if version >= 167:
        assert heard["userInfo"] == [[109, ""]]
    if version >= 197:
        assert heard["currentTimeInMillis"][0][0] > 1_700_000_000_000
    if version >= 219:
        assert heard["configResponseProtoBuf"] == [[110, False]]


def test_the_venues(heard: Heard, version: int) -> None:
    _, parts = heard["smartComponents"][0]
    if version == OLD:
        pairs = [(part["bitNumber"], part["exchange"], part["exchangeLetter"]) for part in parts]
    else:
        pairs = [
            (int(bit), *part.values()) if isinstance(part, dict) else (int(bit), *part)
            for bit, part in (parts.items() if isinstance(parts, dict) else enumerate(parts))
        ]
    venues = heard["mktDepthExchanges"][0][0]

    assert [name for *_, name, _ in pairs][:4] == ["ISLAND", "ARCA", "BATS", "IEX"]
    assert [letter for *_, letter in pairs][:4] == ["Q", "P", "Z", "V"]
    assert venues[0] == {
        "exchange": "ISLAND",
        "secType": "STK",
        "listingExch": "",
        "serviceDataType": "Deep",
        "aggGroup": 2147483647,
    }


def test_refusals(heard: Heard, version: int) -> None:
    found = errors(heard, version)

    assert found[:3] == [
        (-1, 2104, "Market data farm connection is OK:usfarm"),
        (-1, 2106, "HMDS data farm connection is OK:ushmds"),
        (-1, 2158, "Sec-def data farm connection is OK:secdefil"),
    ]
    codes = {req_id: code for req_id, code, _ in found if req_id > 0}
    codes.pop(706, None)  # the cancelled scan says so, perhaps too late to be heard
    wanted = {107: 200, 3: 202, 303: 2152, 311: 162}  # and nothing else was refused
    if version == OLD:
        wanted[106] = 430
    assert codes == wanted
    assert (-1, 327, "Only the default client (i.e 0) can auto bind orders") in found
    assert {text for req_id, _, text in found if req_id == 3} == {"Order Canceled - reason:"}
    if version >= 194:  # 202 is rounded to the second
        (time,) = (args[1] for args in heard["error"] if args[0] == 3)
        assert time > 1_700_000_000_000
        assert time % 1000 == 0


def test_contract_details(heard: Heard, version: int) -> None:
    (details,) = (args[1] for args in heard["contractDetails"] if args[0] == 103)
    contract = details["contract"]

    assert heard["contractDetailsEnd"].count([103]) == 1
    wanted = {
        "conId": IBM,
        "symbol": "IBM",
        "secType": "STK",
        "lastTradeDateOrContractMonth": "",
        "strike": 0.0,
        "right": "",
        "multiplier": "",
        "exchange": "SMART",
        "primaryExchange": "NYSE",
        "currency": "USD",
        "localSymbol": "IBM",
        "tradingClass": "IBM",
    }
    assert {name: contract[name] for name in wanted} == wanted
    more = {
        "marketName": "IBM",
        "minTick": 0.01,
        "priceMagnifier": 1,
        "longName": "INTL BUSINESS MACHINES CORP",
        "timeZoneId": "US/Eastern",
        "secIdList": [{"tag": "ISIN", "value": "US4592001014"}],
        "aggGroup": 1,
        "stockType": "COMMON",
    }
    assert {name: details[name] for name in more} == more
    if version >= 164:
        sizes = [details[n] for n in ("minSize", "sizeIncrement", "suggestedSizeIncrement")]
        assert sizes == ["1", "1", "100"]


def test_symbol_samples(heard: Heard, version: int) -> None:
    ((req_id, rows),) = heard["symbolSamples"]
    contract = rows[0]["contract"]

    assert req_id == 102
    names = ("conId", "symbol", "secType", "primaryExchange", "currency")
    assert [contract[name] for name in names] == [IBM, "IBM", "STK", "NYSE", "USD"]
    if version >= 176:
        assert contract["description"] == "INTL BUSINESS MACHINES CORP"


def test_an_order_fills(heard: Heard, version: int) -> None:
    statuses = [args for args in heard["orderStatus"] if args[0] == 1]
    last = statuses[-1]
    fills = [args[2] for args in heard["execDetails"] if args[0] == -1]

    assert [number(last[2]), number(last[3])] == [10, 0]
    assert (last[1], last[6], last[8:]) == ("Filled", 0, [version, "", 0.0])
    assert last[4] == pytest.approx(
        sum(number(f["shares"]) * f["price"] for f in fills) / 10, abs=1e-6
    )
    assert last[5] == fills[0]["permId"]
    assert (last[5] > 2**31) == (version >= 191)
    assert sum(number(f["shares"]) for f in fills) == 10
    wanted = {
        "acctNumber": ACCOUNT,
        "side": "BOT",
        "clientId": version,
        "orderId": 1,
        "liquidation": 0,
        "orderRef": "filled",
        "evRule": "",
        "modelCode": "",
        "lastLiquidity": 2,
    }
    assert {name: fills[0][name] for name in wanted} == wanted
    assert fills[0]["time"].endswith(" US/Eastern") == (version >= 174)


def test_commissions(heard: Heard, version: int) -> None:
    old = version == OLD
    reports = [a[0] for a in heard["commissionReport" if old else "commissionAndFeesReport"]]
    asked = {f["execId"] for _, _, f in heard["execDetails"]}

    assert {report["execId"] for report in reports} == asked
    first = reports[0]
    assert first["commission" if old else "commissionAndFees"] == 1.0
    assert (first["currency"], first["realizedPNL"], first["yield_"]) == ("USD", "unset", "unset")


def test_open_orders(heard: Heard, version: int) -> None:
    shown = next(args for args in heard["openOrder"] if args[0] == 3)
    _, contract, order, state = shown

    assert (contract["conId"], contract["right"], contract["tradingClass"]) == (AAPL, "?", "NMS")
    wanted = {
        "orderId": 3,
        "clientId": version,
        "action": "BUY",
        "orderType": "LMT",
        "lmtPrice": 1.25,
        "auxPrice": 0.0,
        "tif": "DAY",
        "ocaType": 3,
        "orderRef": "resting",
        "outsideRth": True,
        "hidden": False,
        "account": ACCOUNT,
        "clearingIntent": "IB",
        "deltaNeutralOrderType": "None",
        "trailStopPrice": 2.25,
        "adjustedOrderType": "None",
        "whatIf": False,
        "parentId": 0,
        "conditions": [],
    }
    assert {name: order[name] for name in wanted} == wanted
    assert number(order["totalQuantity"]) == 10
    assert state["status"] in {"PreSubmitted", "Submitted"}


def test_a_preview_has_margins(heard: Heard, version: int) -> None:
    ((_, _, order, state),) = (args for args in heard["openOrder"] if args[0] == 2)

    assert (order["whatIf"], state["status"]) == (True, "PreSubmitted")
    for name in ("initMargin", "maintMargin", "equityWithLoan"):
        before, change, after = (float(state[f"{name}{w}"]) for w in ("Before", "Change", "After"))
        assert after == pytest.approx(before + change, abs=0.02)  # each is rounded
    assert float(state["initMarginChange"]) > 100
    assert not [args for args in heard["orderStatus"] if args[0] == 2]


def test_completed_orders(heard: Heard, version: int) -> None:
    mine = {o["orderRef"]: (o, s) for _, o, s in heard["completedOrder"] if o["orderRef"]}
    filled, resting = mine["filled"], mine["resting"]

    assert (filled[1]["status"], resting[1]["status"]) == ("Filled", "Cancelled")
    assert filled[1]["completedStatus"] == "Filled Size: 10"
    assert resting[1]["completedStatus"] == "Cancelled by Trader"
    assert number(filled[0]["filledQuantity"]) == 10
    assert (resting[0]["lmtPrice"], resting[0]["tif"]) == (1.25, "DAY")


def test_the_account(heard: Heard, version: int) -> None:
    account, contract, quantity, cost = heard["position"][0]
    assert (account, contract["conId"], contract["exchange"]) == (ACCOUNT, AAPL, "NASDAQ")
    assert number(quantity) >= 10
    assert cost > 1
    req_id, account, model, contract, quantity, cost = heard["positionMulti"][0]
    assert (req_id, account, model, contract["conId"]) == (401, ACCOUNT, "", AAPL)
    tags = {(*tuple(args[:3]), args[4]) for args in heard["accountSummary"]}
    assert (402, ACCOUNT, "NetLiquidation", "USD") in tags
    assert (402, ACCOUNT, "BuyingPower", "USD") in tags
    assert heard["accountSummaryEnd"] == [[402]]
    assert heard["accountDownloadEnd"] == [[ACCOUNT]]
    assert heard["accountUpdateMultiEnd"] == [[403]]
    assert ["AccountCode", ACCOUNT, "", ACCOUNT] in heard["updateAccountValue"]
    assert [403, ACCOUNT, "", "AccountCode", ACCOUNT, ""] in heard["accountUpdateMulti"]
    assert heard["updateAccountTime"][0][0][2] == ":"
    contract, quantity, price, value, *_ = heard["updatePortfolio"][0]
    assert (contract["conId"], contract["primaryExchange"]) == (AAPL, "NASDAQ")
    assert value == pytest.approx(number(quantity) * price)
    assert heard["updatePortfolio"][0][-1] == ACCOUNT


def test_profit_and_loss(heard: Heard) -> None:
    req_id, *values = heard["pnl"][0]
    assert req_id == 404
    assert all(isinstance(value, float) for value in values)
    req_id, quantity, *values = heard["pnlSingle"][0]
    assert (req_id, len(values)) == (405, 4)
    assert number(quantity) >= 10
    assert values[3] > 1000


def test_quotes(heard: Heard, version: int) -> None:
    prices = {args[1]: args for args in heard["tickPrice"] if args[0] == 301}
    assert {1, 2, 4, 6, 7, 9, 14} <= set(prices)
    assert 0 < prices[2][2] - prices[1][2] < 1
    assert prices[1][3] == {"canAutoExecute": True, "pastLimit": False, "preOpen": False}
    assert {0, 3, 5, 8} <= {args[1] for args in heard["tickSize"] if args[0] == 301}
    assert heard["tickReqParams"][0][:3] == [301, 0.01, "9c0001"]
    assert [301, 1] in heard["marketDataType"]
    assert [301, 49, 0.0] in heard["tickGeneric"]
    assert heard["tickSnapshotEnd"].count([302]) == 1
    prints = [args[2] for args in heard["tickString"] if args[:2] == [301, 48]]
    assert all(len(text.split(";")) == 6 for text in prints)
    req_id, time, provider, article, headline, extra = heard["tickNews"][0]
    assert (req_id, provider, extra) == (301, article[:4], "")
    assert time > 1_700_000_000_000
    assert headline


def test_volume_counts_shares_from_220_on(sessions: dict[int, Heard]) -> None:
    volumes = {
        version: next(number(a[2]) for a in sessions[version]["tickSize"] if a[:2] == [301, 8])
        for version in (200, 226)
    }

    assert volumes[226] / volumes[200] == pytest.approx(100, rel=0.05)


def test_depth(heard: Heard) -> None:
    for name, req_id, extra in (("updateMktDepthL2", 303, 8), ("updateMktDepth", 304, 6)):
        rows = heard[name]
        assert {len(row) for row in rows} == {extra}
        assert {row[0] for row in rows} == {req_id}
        assert rows[0][1] == 0
        assert {row[extra - 4 if name == "updateMktDepth" else 3] for row in rows} <= {0, 1, 2}
    first = heard["updateMktDepthL2"][0]
    assert (first[2], first[7]) != ("", False)
    assert first[5] > 1


def test_ticks(heard: Heard) -> None:
    req_id, kind, time, price, size, attributes, venue, _ = heard["tickByTickAllLast"][0]
    assert (req_id, kind) in {(305, 1), (306, 2)}
    assert time > 1_700_000_000
    assert price > 1
    assert number(size) >= 1
    assert attributes == {"pastLimit": False, "unreported": False}
    assert venue
    _, _, bid, ask, bid_size, ask_size, past = heard["tickByTickBidAsk"][0]
    assert bid < ask
    assert number(bid_size) > 0 < number(ask_size)
    assert past == {"bidPastLow": False, "askPastHigh": False}
    assert heard["tickByTickMidPoint"][0][2] == pytest.approx((bid + ask) / 2, abs=0.5)
    assert [a[0] for a in heard["historicalTicksBidAsk"]] == [307]
    req_id, ticks, done = heard["historicalTicksLast"][0]
    assert done is True
    assert all(set(t) >= {"time", "price", "size", "exchange"} for t in ticks)
    req_id, ticks, done = heard["historicalTicks"][0]
    assert (req_id, done, len(ticks)) == (308, True, 1)


def test_bars(heard: Heard, version: int) -> None:
    bars = [bar for req_id, bar in heard["historicalData"] if req_id == 310]
    ends = {args[0]: args[1:] for args in heard["historicalDataEnd"]}
    update = heard["historicalDataUpdate"][0][1]

    assert len(bars) == 3
    for bar in [*bars, update]:
        assert bar["low"] <= min(bar["open"], bar["close"])
        assert bar["high"] >= max(bar["open"], bar["close"])
        assert number(bar["volume"]) > 0
        average = bar["average"] if version == OLD else number(bar["wap"])
        assert bar["low"] <= average <= bar["high"]
    assert all(len(bar["date"]) == 8 for bar in bars)
    assert update["date"].endswith(" US/Eastern") == (version >= 174)
    assert set(ends) == {310, 311}
    assert all(len(end) == 2 and all(end) for end in ends.values())
    assert heard["headTimestamp"][0][0] == 309


def test_news(heard: Heard) -> None:
    assert {"code": "SIMB", "name": "Simulated Briefing"} in heard["newsProviders"][0][0]
    req_id, time, provider, article, headline = heard["historicalNews"][0]
    assert (req_id, time[-2:]) == (201, ".0")
    assert article.startswith(provider)
    assert headline
    assert heard["historicalNewsEnd"] == [[201, True]]
    req_id, kind, text = heard["newsArticle"][0]
    assert (req_id, kind) == (202, 0)
    assert text
