"""Options that end in assignment, exercise or nothing, and futures that are settled."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.unit.simgateway.test_simgateway_accounts import Book
from workstation.simgateway.accounts import STARTING_CASH
from workstation.simgateway.instruments import BY_CON_ID, Instrument
from workstation.simgateway.instruments.futures import ROOTS, listed_futures
from workstation.simgateway.instruments.options import CHAINS, option
from workstation.simgateway.state import StateFile

AAPL, SPX = 265598, 416904
FRIDAY = date(2026, 12, 18)


def book_at(text: str, **options: Any) -> Book:
    begin = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZoneInfo("US/Eastern"))
    return Book(begin=begin.astimezone(UTC), **options)


def aapl(strike: int, right: str) -> Instrument:
    return option(CHAINS[0], FRIDAY, Decimal(strike), right)


@pytest.fixture
def book() -> Book:
    return book_at("2026-12-18 15:59:50")


@pytest.mark.parametrize(
    ("strike", "right", "quantity", "shares"),
    [
        (400, "C", 2, 200),  # exercised
        (400, "C", -2, -200),  # assigned
        (460, "P", 3, -300),
        (460, "P", -1, 100),
    ],
)
def test_an_option_in_the_money_becomes_shares_at_the_strike(
    book: Book, strike: int, right: str, quantity: int, shares: int
) -> None:
    one = aapl(strike, right)
    order = book.trade(one, quantity)
    assert order is not None
    assert order.status == "Filled"
    cost = book.account.position(one.con_id).cost
    cash = book.account.cash
    book.client.request(61, 1)
    book.world.run(12)
    assert book.account.position(one.con_id).quantity == 0
    held = book.account.position(AAPL)
    assert held.quantity == shares
    assert held.cost == shares * strike + cost
    assert book.account.cash == cash - shares * strike
    book.check()
    told = {int(m[3]): m[14] for m in book.client.of(61)}
    assert told[one.con_id] == "0"
    assert told[AAPL] == str(shares)


def test_shares_that_are_called_away_realize_what_they_made(book: Book) -> None:
    one = aapl(400, "C")
    book.trade(BY_CON_ID[AAPL], 100)
    book.trade(one, -1)
    held, written = (book.account.position(c).cost for c in (AAPL, one.con_id))
    book.world.run(12)
    assert {c for c, p in book.account.positions.items() if p.quantity} == set()
    assert book.account.realized == 40_000 - held - written
    assert book.account.cash == STARTING_CASH + book.account.realized
    book.check()


@pytest.mark.parametrize("quantity", [2, -2])
def test_an_option_out_of_the_money_is_worth_nothing(book: Book, quantity: int) -> None:
    one = aapl(470, "C")
    book.trade(one, quantity)
    cost = book.account.position(one.con_id).cost
    book.world.run(12)
    assert book.account.position(one.con_id).quantity == 0
    assert book.account.position(AAPL).quantity == 0
    assert book.account.realized == -cost
    book.check()


def test_an_index_option_is_settled_in_cash(book: Book) -> None:
    chain = next(c for c in CHAINS if c.symbol == "SPX")
    one = option(chain, FRIDAY, Decimal(6500), "C")
    book.trade(one, 1)
    cost, cash = book.account.position(one.con_id).cost, book.account.cash
    book.world.run(12)
    made = book.account.cash - cash
    index = book.world.gateway.markets[SPX].mark()
    assert made == pytest.approx((index - 6500) * 100, abs=200)
    assert book.account.realized == made - cost
    assert {c for c, p in book.account.positions.items() if p.quantity} == set()
    book.check()


def test_what_has_ended_takes_no_order_and_shows_no_quote(book: Book) -> None:
    one = aapl(430, "C")
    book.trade(one, 1)
    waiting = book.trade(one, -1, kind="LMT", limit_price=Decimal("90.00"), tif="GTC")
    assert waiting is not None
    book.world.run(12)
    desk = book.world.gateway.desk
    assert desk.orders[waiting.perm_id].status == "Cancelled"
    quote = book.world.gateway.markets[one.con_id].quote()
    assert (quote.bid, quote.ask) == (None, None)
    book.trade(one, 1)
    assert book.refusals() == [200]
    wanted = [one.con_id, "", "", "", "", "", "", "", "", "", "", ""]
    assert book.client.request(9, 8, 7, *wanted, 0, "", "", "")[0][2] == "200"


def test_a_future_is_settled_on_its_last_day() -> None:
    book = book_at("2026-12-18 16:59:50")  # four in the afternoon in Chicago
    future = listed_futures(ROOTS[0], BY_CON_ID.today)[0]
    assert future.local_symbol == "ESZ6"
    book.trade(future, 2)
    cost = book.account.position(future.con_id).cost
    book.world.run(12)
    assert book.account.position(future.con_id).quantity == 0
    final = book.world.gateway.markets[SPX].mark() * 50 * 2
    assert book.account.cash == STARTING_CASH + book.account.realized
    assert book.account.realized == pytest.approx(final - cost, abs=400)


@pytest.mark.parametrize(("quantity", "left"), [(1, 0), (-1, -1)])
def test_who_holds_a_future_that_delivers_is_closed_on_first_notice_day(
    quantity: int, left: int
) -> None:
    gold = next(root for root in ROOTS if root.symbol == "GC")
    day = date(2026, 11, 30)
    book = book_at("2026-11-29 23:59:50")
    future = next(f for f in listed_futures(gold, day) if f.first_notice == day)
    book.trade(future, quantity)
    book.world.run(12)
    assert book.account.position(future.con_id).quantity == left
    balances = book.world.gateway.balances(book.account.name)
    assert balances.equity == STARTING_CASH + book.account.realized + balances.unrealized


def test_positions_that_no_fill_changed_are_on_record(tmp_path: Path) -> None:
    path = tmp_path / "state"
    book = book_at("2026-12-18 15:59:50", state_file=StateFile(path))
    told: list[tuple[str, int]] = []
    book.world.gateway.truth = lambda changes, _: told.extend(changes.positions)
    one = aapl(400, "C")
    book.trade(one, 1)
    told.clear()
    book.world.run(12)
    assert set(told) == {(book.account.name, one.con_id), (book.account.name, AAPL)}

    # the process dies: what was settled is in the file
    crashed = path.with_name("crashed")
    crashed.write_bytes(path.read_bytes())
    begin = datetime(2026, 12, 18, 21, 1, tzinfo=UTC)
    again = Book(begin=begin, state_file=StateFile(crashed))
    assert again.account.position(AAPL).quantity == 100
    assert again.account.position(one.con_id).quantity == 0
    assert again.account.cash == book.account.cash
    for each in (book, again):
        each.world.gateway.close()
