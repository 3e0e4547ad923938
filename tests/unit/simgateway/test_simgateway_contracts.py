"""What contract details, look-ups and searches find."""

import math
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.simgateway.contracts import contract
from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.simgateway.instruments import (
    BY_CON_ID,
    CHAINS,
    RULES,
    TICK,
    ContractQuery,
    by_symbol,
    find,
)
from workstation.simgateway.instruments.futures import ROOTS, listed_futures
from workstation.simgateway.instruments.pricing import RATE, YEAR_SECONDS
from workstation.simgateway.instruments.stocks import STOCKS


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> VirtualClient:
    return VirtualClient(world, 1 + len(world.gateway.listeners), 200)


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


def test_the_currency_tells_two_listings_apart(client: VirtualClient) -> None:
    assert con_ids(details(client, contract("VOD", currency="USD"))) == [137127592]
    assert con_ids(details(client, contract("VOD", currency="GBP"))) == [133308337]


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


# ---- what ends --------------------------------------------------------------------------


def test_futures_of_a_root_are_listed_nearest_first(client: VirtualClient) -> None:
    found = details(client, contract("ES", "FUT", "CME"))
    assert [row[10] for row in found] == ["ESZ6", "ESH7", "ESM7", "ESU7", "ESZ7"]
    first = found[0]
    assert first[4] == "20261218"
    assert (first[12], first[14], first[15]) == ("ES", "0.25", "50")
    assert int(first[19]) == 416904
    by_month = details(client, contract("ES", "FUT", "CME", expiry="202703"))
    by_day = details(client, contract("ES", "FUT", "CME", expiry="20270319"))
    by_local = details(client, contract("", "FUT", "", local="ESH7"))
    assert con_ids(by_month) == con_ids(by_day) == con_ids(by_local) == con_ids(found[1:2])
    number = con_ids(found)[1]
    assert con_ids(details(client, contract("", "", "", "", con_id=number))) == [number]


def test_expired_futures_only_when_asked(client: VirtualClient) -> None:
    wanted = contract("ES", "FUT", "CME")
    answer = client.request(9, 8, 7, *wanted, 1, "", "", "")
    assert [row[10] for row in answer[:-1]][:5] == ["ESZ5", "ESH6", "ESM6", "ESU6", "ESZ6"]


def test_a_future_that_delivers_has_a_first_notice_day_before_it_ends_or_after() -> None:
    for root in ROOTS:
        for future in listed_futures(root, BY_CON_ID.today):
            assert (future.first_notice is not None) == root.delivers
            assert future.last_trade_date is not None
            assert future.last_trade_date.weekday() < 5
            assert BY_CON_ID[future.con_id] is future


def test_a_continuous_future_comes_with_its_root(client: VirtualClient) -> None:
    both = details(client, contract("CL", "FUT+CONTFUT", "NYMEX"))
    assert [row[3] for row in both] == ["FUT"] * 12 + ["CONTFUT"]
    assert [row[3] for row in details(client, contract("CL", "CONTFUT", "NYMEX"))] == ["CONTFUT"]


def test_an_option_chain_agrees_with_its_contracts(client: VirtualClient) -> None:
    answer = client.request(78, 11, "AAPL", "", "STK", 265598)
    assert answer[-1] == ["76", "11"]
    smart = next(row for row in answer if row[2] == "SMART")
    assert smart[3:6] == ["265598", "AAPL", "100"]
    count = int(smart[6])
    days, prices = smart[7 : 7 + count], smart[8 + count :]
    assert int(smart[7 + count]) == len(prices) > 30
    assert days == sorted(days)
    assert "20261218" in days
    found = details(client, contract("AAPL", "OPT", expiry="20261218", right="P"))
    assert [float(row[6]) for row in found] == [float(price) for price in prices]
    assert {row[7] for row in found} == {"P"}


def test_an_option_is_found_by_terms_by_name_and_by_number(client: VirtualClient) -> None:
    terms = contract("AAPL", "OPT", expiry="20261218", strike="430", right="CALL", multiplier="100")
    (row,) = details(client, terms)
    assert row[10] == "AAPL  261218C00430000"
    number = con_ids([row])[0]
    assert con_ids(details(client, contract("", "OPT", local=row[10]))) == [number]
    assert con_ids(details(client, contract("", "", "", "", con_id=number))) == [number]
    assert client.request(9, 8, 9, *contract("AAPL", "OPT", strike="430.25"), 0)[0][2] == "200"


def test_every_listed_option_is_known_by_its_number() -> None:
    numbers = set()
    for chain in CHAINS:
        for one in BY_CON_ID.chain(chain):
            assert BY_CON_ID[one.con_id] is one
            numbers.add(one.con_id)
    assert len(numbers) > 5000
    assert max(numbers) < 2**31


@pytest.mark.parametrize(
    "number", [599_999_999, 600_000_001, 699_999_999, 2**31 - 1, 1_000_000_001]
)
def test_numbers_that_mean_nothing(client: VirtualClient, number: int) -> None:
    answer = client.request(9, 8, 9, *contract("", "", "", "", con_id=number), 0)
    assert [m[:3] for m in answer] == [["4", "9", "200"]]


def test_bond_details_have_a_message_of_their_own(client: VirtualClient) -> None:
    answer = client.request(9, 8, 9, *contract("IBM", "BOND"), 0)
    assert [m[0] for m in answer] == ["18", "52"]
    assert answer[0][4:7] == ["459200AG6", "7", "20451201"]
    by_cusip = client.request(9, 8, 9, *contract("", "BOND"), 0, "CUSIP", "459200AG6")
    assert by_cusip[0][0] == "18"


def test_derived_prices_follow_what_they_derive_from(world: World) -> None:
    markets = world.gateway.markets
    call = next(
        o
        for o in BY_CON_ID.chain(CHAINS[0])
        if o.right == "C" and o.strike == 430 and str(o.last_trade_date) == "2026-12-18"
    )
    put = BY_CON_ID[call.con_id + 1]
    world.run(2)
    stock = markets[265598].fair_price()
    quotes = [markets[one.con_id].quote() for one in (call, put)]
    world.run(1)
    middle = [(q.bid + q.ask) / 2 for q in quotes if q.bid and q.ask]
    years = (call.pricing.ends - world.gateway.now()) / YEAR_SECONDS  # type: ignore[union-attr]
    parity = stock - 430 * math.exp(-RATE * years)
    assert middle[0] - middle[1] == pytest.approx(parity, abs=0.25)
    future = listed_futures(ROOTS[0], BY_CON_ID.today)[0]
    assert markets[future.con_id].fair_price() > markets[416904].fair_price()


def test_an_index_has_a_value_but_no_quote_and_no_volume(world: World) -> None:
    market = world.gateway.markets[416904]
    before = market.printed
    world.run(3)
    quote = market.quote()
    assert (quote.bid, quote.ask, quote.volume, quote.last_size) == (None, None, 0, 0)
    assert quote.low <= quote.last <= quote.high
    assert market.printed > before


def test_makers_quote_on_the_increment_of_the_price(world: World) -> None:
    for con_id in (133308337, _option("AAPL", "20261218", 380)):
        market = world.gateway.markets[con_id]
        world.run(1)
        rule = market.instrument.rule
        for buys in (True, False):
            prices = [market.instrument.price(p) for p in market.book.prices(buys=buys)]
            assert len(prices) > 4
            # an edge of the rule may lie between the quotes
            assert sum(rule.allows(p) for p in prices) >= len(prices) - 1


def _option(symbol: str, day: str, strike: int) -> int:
    query = ContractQuery(
        symbol=symbol, sec_type="OPT", last_trade_date=day, strike=Decimal(strike), right="C"
    )
    found = find(query)
    assert found is not None
    return found.con_id
