"""What stock ibapi hears of options, combinations, scans, schedules and groups.

How it is asked: conformance_support.py. Source: tws-wire.md 2.5.
"""

import pytest

from tests.integration.conformance_support import (
    AAPL,
    CONFORMANCE,
    IBM,
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


def test_a_chain(heard: Heard) -> None:
    chains = heard["securityDefinitionOptionParameter"]

    assert heard["securityDefinitionOptionParameterEnd"] == [[601]]
    assert len({exchange for _, exchange, *_ in chains}) == len(chains) > 1
    for req_id, _, underlying, trading_class, multiplier, days, strikes in chains:
        assert (req_id, underlying, trading_class, multiplier) == (601, AAPL, "AAPL", "100")
        assert all(len(day) == 8 for day in days)
        assert len(strikes) > 20
        assert all(strike > 0 for strike in strikes)


def test_an_option(heard: Heard, version: int) -> None:
    details = next(args[1] for args in heard["contractDetails"] if args[0] == 602)
    contract = details["contract"]

    assert (contract["symbol"], contract["secType"], contract["multiplier"]) == (
        "AAPL",
        "OPT",
        "100",
    )
    assert (contract["right"], contract["currency"], contract["exchange"]) == ("C", "USD", "SMART")
    assert (details["underConId"], details["underSymbol"], details["underSecType"]) == (
        AAPL,
        "AAPL",
        "STK",
    )
    assert contract["lastTradeDateOrContractMonth"][:8] == details["realExpirationDate"]
    assert contract["strike"] > 0
    assert details["contractMonth"] == details["realExpirationDate"][:6]
    assert version < 182 or contract.get("lastTradeDate", "") in {
        "",
        details["realExpirationDate"],
    }


def test_greeks_and_what_they_imply(heard: Heard) -> None:
    computed = {(args[0], args[1]): args[2:] for args in heard["tickOptionComputation"]}
    attribute, implied, delta, price, dividend, gamma, vega, theta, base = computed[603, 13]

    assert attribute == 1
    assert 0.05 < implied < 2
    assert 0 < delta < 1
    assert price > 0
    assert dividend == 0
    assert gamma > 0
    assert vega > 0
    assert theta < 0
    assert base == pytest.approx(430, rel=0.2)
    assert {10, 11, 12, 13} <= {kind for req_id, kind in computed if req_id == 603}
    _, volatility, *_ = computed[604, 53]
    assert computed[604, 53][3] == 12.5
    assert volatility > 0
    _, volatility, _, price, *_ = computed[605, 53]
    assert volatility == pytest.approx(0.4)
    assert price > 0


def test_a_combination_is_quoted(heard: Heard) -> None:
    prices = {args[1]: args[2] for args in heard["tickPrice"] if args[0] == 702}

    assert prices[1] < prices[2]
    assert [702] in heard["tickSnapshotEnd"]


def test_a_bond(heard: Heard, version: int) -> None:
    ((req_id, details),) = heard["bondContractDetails"]
    contract = details["contract"]

    assert req_id == 701
    assert (contract["symbol"], contract["secType"]) == ("IBM", "BOND")
    assert (details["cusip"], details["coupon"], details["bondType"]) == ("459200AG6", 7.0, "CORP")
    assert (details["couponType"], details["minTick"]) == ("FIXED", 0.001)
    assert details["longName"] == "IBM 7.0 2045-12-01"
    assert (details["timeZoneId"] != "") == (version >= 188)
    assert [701] in heard["contractDetailsEnd"]


def test_a_histogram(heard: Heard, version: int) -> None:
    ((req_id, rows),) = heard["histogramData"]
    prices = [row["price"] for row in rows]

    assert req_id == 703
    assert prices == sorted(set(prices))
    assert all(number(row["count" if version == OLD else "size"]) > 0 for row in rows)


def test_a_schedule(heard: Heard, version: int) -> None:
    if version < 165:
        assert "historicalSchedule" not in heard
        return
    ((req_id, begins, ends, zone, sessions),) = heard["historicalSchedule"]

    assert (req_id, zone) == (704, "US/Eastern")
    assert [one["refDate"] for one in sessions] == sorted({one["refDate"] for one in sessions})
    assert (begins, ends) == (sessions[0]["startDateTime"], sessions[-1]["endDateTime"])
    assert all(one["startDateTime"] < one["endDateTime"] for one in sessions)


def test_a_live_bar(heard: Heard) -> None:
    for req_id, time, opened, high, low, close, volume, average, count in heard["realtimeBar"]:
        assert (req_id, time % 5) == (705, 0)
        assert low <= min(opened, close) <= max(opened, close) <= high
        assert number(volume) >= 0
        assert low - 0.01 <= number(average) <= high + 0.01
        assert count >= 0


def test_a_scan(heard: Heard) -> None:
    rows = [args for args in heard["scannerData"] if args[0] == 706]

    assert heard["scannerDataEnd"][0] == [706]
    assert rows[0][1] == 0
    assert [rank for _, rank, *_ in rows][: len({r[1] for r in rows})] == sorted(
        {r[1] for r in rows}
    )
    details = rows[0][2]
    assert details["contract"]["secType"] == "STK"
    assert details["contract"]["conId"] > 0
    assert details["marketName"]
    assert len(rows[0]) == 7


def test_bulletins(heard: Heard) -> None:
    number_, kind, text, exchange = heard["updateNewsBulletin"][0]

    assert number_ > 0
    assert kind in {1, 2, 3}
    assert text.startswith("Simulated")
    assert exchange


def test_prints_of_the_past(heard: Heard) -> None:
    _, ticks, done = next(args for args in heard["historicalTicksLast"] if args[0] == 707)

    assert done is True
    assert len(ticks) >= 5
    times = [tick["time"] for tick in ticks]
    assert times == sorted(times)
    assert all(tick["price"] > 1 and number(tick["size"]) > 0 for tick in ticks)
    assert all(tick["exchange"] for tick in ticks)


def test_groups_and_a_reroute(heard: Heard, version: int) -> None:
    assert [708, "1|2|3|4|5|6|7"] in heard["displayGroupList"]
    assert heard["displayGroupUpdated"][-1] == [709, f"{IBM}@SMART"]
    assert heard["rerouteMktDepthReq"] == [[710, AAPL, "SMART"]]
    advice = [text for req_id, code, text in errors(heard, version) if (req_id, code) == (-1, 321)]
    assert advice == [
        "Error validating request.-'bV' : cause - FA data operations ignored for non FA customers."
    ]
