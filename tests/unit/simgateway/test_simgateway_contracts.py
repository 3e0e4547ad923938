"""What contract details, look-ups and searches find."""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.simgateway.instruments import BY_CON_ID, RULES, TICK, by_symbol
from workstation.simgateway.instruments.stocks import STOCKS


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> VirtualClient:
    return VirtualClient(world, 1 + len(world.gateway.listeners), 200)


def contract(
    symbol: str = "",
    sec_type: str = "STK",
    exchange: str = "SMART",
    currency: str = "USD",
    **more: Any,
) -> list[Any]:
    """Return the twelve contract fields of a request."""
    return [
        more.get("con_id", 0),
        symbol,
        sec_type,
        more.get("expiry", ""),
        more.get("strike", ""),
        more.get("right", ""),
        more.get("multiplier", ""),
        exchange,
        more.get("primary", ""),
        currency,
        more.get("local", ""),
        more.get("trading_class", ""),
    ]


def details(client: VirtualClient, wanted: list[Any], *more: Any) -> list[list[str]]:
    """Return the contract data of a request that is answered."""
    answer = client.request(9, 8, 7, *wanted, 0, *(more or ("", "")), "")
    assert answer[-1] == ["52", "1", "7"], answer
    return answer[:-1]


def con_ids(found: list[list[str]]) -> list[int]:
    return [int(row[13]) for row in found]


def test_every_stock_is_found_by_its_number_and_has_a_rule() -> None:
    assert len({stock.con_id for stock in STOCKS}) == len(STOCKS)
    for stock in STOCKS:
        assert BY_CON_ID[stock.con_id] is stock
        assert RULES[stock.rule.rule_id] is stock.rule
        assert stock.reference_price % stock.tick == 0


def test_one_symbol_may_mean_several_contracts(client: VirtualClient) -> None:
    assert con_ids(details(client, contract("SIMTWIN"))) == [910000001, 910000002]
    assert con_ids(details(client, contract("SIMTWIN", primary="ARCA"))) == [910000002]
    assert con_ids(details(client, contract("VOD", currency=""))) == [137127592, 133308337]


def test_an_ambiguous_contract_gets_neither_data_nor_orders(client: VirtualClient) -> None:
    answer = client.request(1, 11, 8, *contract("SIMTWIN"), 0, "", 0, 0, "")
    assert [(m[0], m[2]) for m in answer] == [("4", "200")]
    assert "ambiguous" in answer[0][3]
    client.place(1, "BUY", 100, symbol="SIMTWIN")
    assert client.errors(1) == [200]


def test_look_up_by_number_isin_and_local_symbol(client: VirtualClient) -> None:
    assert con_ids(details(client, contract("", "", "", "", con_id=8314))) == [8314]
    found = details(client, contract("", "STK"), "ISIN", "US0378331005")
    assert con_ids(found) == [265598]
    assert con_ids(details(client, contract("", local="IBM"))) == [8314]
    nothing = client.request(9, 8, 9, *contract("", "STK"), 0, "ISIN", "US0000000000", "")
    assert [m[:3] for m in nothing] == [["4", "9", "200"]]


def test_a_london_share_is_quoted_in_pence(client: VirtualClient) -> None:
    (row,) = details(client, contract("VOD", exchange="LSE", currency="GBP"))
    assert row[8:11] == ["LSE", "GBP", "VOD"]
    assert row[14] == "0.005"
    assert row[18] == "100"
    share = BY_CON_ID[133308337]
    assert share.money(Decimal("92.5")) == Decimal("0.925")
    assert share.price(share.ticks(Decimal("92.45"))) == Decimal("92.45")


def test_the_increment_of_a_rule_depends_on_the_price(client: VirtualClient) -> None:
    rule = BY_CON_ID[133308337].rule
    assert [rule.increment(Decimal(p)) for p in ("9.9", "10", "99.95", "100")] == [
        Decimal("0.005"),
        Decimal("0.01"),
        Decimal("0.05"),
        Decimal("0.1"),
    ]
    assert rule.allows(Decimal("99.95"))
    assert not rule.allows(Decimal("100.05"))
    (answer,) = client.request(91, rule.rule_id)
    assert answer[:3] == ["93", str(rule.rule_id), "4"]
    assert answer[3:] == ["0", "0.005", "10", "0.01", "50", "0.05", "100", "0.1"]
    assert client.request(91, 31337)[0][2] == "321"


def test_a_limit_price_must_lie_on_the_increment_of_its_level(client: VirtualClient) -> None:
    assert by_symbol("IBM") is not None
    client.place(20, "BUY", 100, Decimal("150.005"), symbol="IBM")
    assert client.errors(20) == [110]
    client.place(21, "BUY", 100, Decimal(150) + TICK, symbol="IBM")
    assert client.errors(21) == []


def test_a_market_opens_when_it_is_first_needed(world: World, client: VirtualClient) -> None:
    con_id = 13977  # XOM
    before = len(world.gateway.markets)
    answer = client.request(1, 11, 30, *contract("XOM"), 0, "", 0, 0, "")
    assert con_id in list(world.gateway.markets)
    assert len(world.gateway.markets) == before + 1
    close = next(m for m in answer if m[:1] == ["1"] and m[3] == "9")
    assert close[4] == "117.22"


def test_days_of_a_stock_without_files_end_at_its_last_close(client: VirtualClient) -> None:
    answer = client.request(20, 40, *contract("JPM"), 0, "", "1 day", "1 M", 1, "TRADES", 1, 0, "")
    rows = answer[0]
    count = int(rows[2])
    bars = [rows[3 + i * 8 : 11 + i * 8] for i in range(count)]
    assert count > 15
    assert bars[-2][4] == "309.4"
    for _, opened, high, low, close, volume, *_ in bars:
        assert float(low) <= min(float(opened), float(close))
        assert max(float(opened), float(close)) <= float(high)
        assert int(volume) > 0
