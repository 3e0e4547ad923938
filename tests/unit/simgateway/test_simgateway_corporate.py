"""Splits and dividends: prices, history, orders, positions and cash on the day and after."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.simgateway.contracts import contract
from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.simgateway.accounts import STARTING_CASH
from workstation.simgateway.corporate_actions import as_of, dividends, splits
from workstation.simgateway.instruments import BY_CON_ID, by_symbol
from workstation.simgateway.named_days import NAMED_DAYS
from workstation.simgateway.state import StateFile

SPLIT, DIVIDEND = 910_000_006, 910_000_007
IN_NOVEMBER = date(2026, 11, 20)


def bars(client: VirtualClient, symbol: str, shows: str, length: str = "2 M") -> list[list[str]]:
    answer = client.request(20, 40, *contract(symbol), 0, "", "1 day", length, 1, shows, 1, 0, "")
    (rows,) = (m for m in answer if m[0] == "17")
    count = int(rows[2])
    return [rows[3 + i * 8 : 11 + i * 8] for i in range(count)]


def hold(world: World, client: VirtualClient, symbol: str, quantity: int) -> None:
    side = "BUY" if quantity > 0 else "SELL"
    client.place(1, side, abs(quantity), symbol=symbol)
    world.run(2)
    assert client.statuses(1)[-1] == "Filled"


def test_the_calendar_says_when_and_which_way() -> None:
    stock = by_symbol("SIMSPLIT")
    assert stock is not None
    known = [(s.day.isoformat(), s.new, s.old) for s in splits(stock, IN_NOVEMBER)][-5:]
    assert known == [
        ("2026-11-04", 1, 3),
        ("2027-02-03", 3, 1),
        ("2027-05-05", 1, 3),
        ("2027-08-04", 3, 1),
        ("2027-11-03", 1, 3),
    ]
    assert as_of(stock, date(2026, 11, 4)).reference_price == Decimal("96.30")
    assert as_of(stock, date(2026, 11, 3)).reference_price == Decimal("32.10")
    payer = by_symbol("SIMDIV")
    assert payer is not None
    days = {one.day for one in dividends(payer, date(2028, 12, 1))}
    assert {date(2026, 11, 16), date(2029, 1, 16)} <= days  # a Sunday; a holiday on Monday


def test_a_reverse_split_divides_the_shares_and_multiplies_their_cost() -> None:
    world = World(day=NAMED_DAYS["split"])
    client = world.client()
    hold(world, client, "SIMSPLIT", 100)
    client.request(61, 1)
    client.place(2, "SELL", 30, Decimal("45.00"), symbol="SIMSPLIT", tif="GTC")
    before_bars = bars(client, "SIMSPLIT", "TRADES")
    account = world.gateway.account
    market = world.gateway.markets[SPLIT]
    held, before = account.position(SPLIT), market.mark()
    equity = world.gateway.balances(account.name).equity

    world.run(125)
    now, mark = account.position(SPLIT), market.mark()
    assert now.quantity == 33  # and a third in cash
    assert now.average_cost == pytest.approx(held.average_cost * 3)
    assert mark / before == pytest.approx(Decimal(3), rel=Decimal("0.02"))
    after = world.gateway.balances(account.name)
    assert abs(after.equity - equity) < equity * Decimal("0.0001")
    assert after.equity == STARTING_CASH + account.realized + after.unrealized
    assert client.statuses(2)[-1] == "Cancelled"
    assert 202 in client.errors(2)
    moved = [m for m in client.of(61) if m[3] == str(SPLIT)]
    assert (moved[-1][14], Decimal(moved[-1][15])) == ("33", round(now.average_cost, 8))
    quote = market.quote()
    assert quote.bid is not None
    assert quote.ask is not None
    assert quote.bid < quote.ask
    assert quote.previous_close == pytest.approx(float(before) * 3, rel=0.02)

    # trades of the days before are shown as if there had always been a third of the shares
    shown = {row[0]: row for row in bars(client, "SIMSPLIT", "TRADES")}
    both = [row for row in before_bars[:-1] if row[0] in shown]
    assert len(both) > 30
    for row in both:
        assert float(shown[row[0]][4]) == pytest.approx(float(row[4]) * 3, abs=0.011)
        assert int(shown[row[0]][5]) == pytest.approx(int(row[5]) / 3, abs=1)


def test_a_split_ends_orders_and_changes_shares_while_the_gateway_is_away(tmp_path: Path) -> None:
    path = tmp_path / "state"
    first = World(state_file=StateFile(path), day=NAMED_DAYS["split"])
    client = first.client()
    hold(first, client, "SIMSPLIT", 90)
    client.place(2, "BUY", 30, Decimal("20.00"), symbol="SIMSPLIT", tif="GTC")
    first.gateway.close()

    second = World(state_file=StateFile(path))  # sixteen days later
    assert second.gateway.account.position(SPLIT).quantity == 30
    (order,) = (o for o in second.gateway.desk.orders.values() if o.order_id == 2)
    assert order.status == "Cancelled"
    worth = second.gateway.markets[SPLIT].mark()
    assert worth == pytest.approx(Decimal("96.30"), rel=Decimal("0.1"))
    second.gateway.close()


@pytest.mark.parametrize("quantity", [200, -200])
def test_the_price_falls_by_a_dividend_and_the_cash_makes_up_for_it(quantity: int) -> None:
    world = World(day=NAMED_DAYS["dividend"])
    client = world.client()
    hold(world, client, "SIMDIV", quantity)
    price = Decimal("40.00") if quantity > 0 else Decimal("90.00")
    client.place(2, "BUY" if quantity > 0 else "SELL", 10, price, symbol="SIMDIV", tif="GTC")
    account, market = world.gateway.account, world.gateway.markets[DIVIDEND]
    cash = account.cash
    line = client.request(1, 11, 7, *contract("SIMDIV"), 0, "456", 0, 0, "")
    (told,) = (m[4].split(",") for m in line if m[:1] == ["46"] and m[3] == "59")
    while world.gateway.local_time(world.gateway.now()).hour == 23:
        fair = market.fair_price()
        world.run(0.1)

    assert market.fair_price() == pytest.approx(fair - 0.25, abs=0.02)
    fee = account.income - quantity * Decimal("0.25")  # for a night of borrowed shares
    assert account.cash - cash == account.income
    assert fee == 0 if quantity > 0 else Decimal("-0.10") < fee < 0
    today = world.gateway.local_time(world.gateway.now()).date()
    assert told[2:] == [f"{today:%Y%m%d}", "0.25"]
    assert client.statuses(2)[-1] == "Submitted"  # not reduced, not cancelled
    balances = world.gateway.balances(account.name)
    made = account.realized + balances.unrealized + account.income
    assert balances.equity == STARTING_CASH + made
    line = client.request(1, 11, 8, *contract("SIMDIV"), 0, "456", 0, 0, "")
    (told,) = (m[4].split(",") for m in line if m[:1] == ["46"] and m[3] == "59")
    payer = BY_CON_ID[DIVIDEND]
    year = [d.amount for d in dividends(payer, today) if 0 <= (today - d.day).days < 365]
    assert Decimal(told[0]) == sum(year) >= 3
    assert date.fromisoformat(told[2]) > today


def test_a_dividend_is_in_the_trades_of_the_past_and_not_in_what_is_adjusted() -> None:
    world = World()
    client = world.client()
    ex = date(2026, 11, 16)
    plain = {row[0]: row for row in bars(client, "SIMDIV", "TRADES", "1 M")}
    adjusted = {row[0]: row for row in bars(client, "SIMDIV", "ADJUSTED_LAST", "1 M")}
    eve = ex - timedelta(days=3)
    part = 1 - 0.25 / float(plain[f"{eve:%Y%m%d}"][4])
    for day, row in plain.items():
        factor = part if day < f"{ex:%Y%m%d}" else 1.0
        assert float(adjusted[day][4]) == pytest.approx(float(row[4]) * factor, abs=1e-4)
    assert set(plain) == set(adjusted)


def test_a_market_opened_on_the_day_has_lost_the_dividend_already() -> None:
    at = datetime(2026, 11, 16, 5, 1, tzinfo=UTC)  # a minute after midnight in New York
    on_the_day, before = (World(begin=at - timedelta(days=back)) for back in (0, 1))
    opened = [w.gateway.markets[DIVIDEND].quote().open for w in (on_the_day, before)]
    assert opened[0] == pytest.approx(opened[1] - 0.25, abs=0.011)
    assert on_the_day.gateway.markets[DIVIDEND].previous_close() == Decimal("62.90")


def test_borrowed_shares_cost_their_fee_every_night() -> None:
    world = World(begin=datetime(2026, 11, 21, 4, 58, tzinfo=UTC))
    client = world.client()
    client.place(1, "SELL", 1000, symbol="SIMHTB")
    world.run(30)
    assert client.statuses(1)[-1] == "Filled"
    account, market = world.gateway.account, world.gateway.markets[910_000_004]
    cash = account.cash
    while world.gateway.local_time(world.gateway.now()).hour == 23:
        mark = market.mark()
        world.run(0.1)
    assert account.income == account.cash - cash
    assert account.income == pytest.approx(
        -1000 * mark * Decimal("0.65") / 360, rel=Decimal("0.01")
    )
