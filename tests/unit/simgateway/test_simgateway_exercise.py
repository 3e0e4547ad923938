"""Options that are exercised or given up by request, and what is refused of that."""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.simgateway.test_simgateway_accounts import Book
from tests.unit.simgateway.test_simgateway_expiries import AAPL, FRIDAY, SPX, aapl, book_at
from workstation.simgateway.instruments import Instrument
from workstation.simgateway.instruments.options import CHAINS, option

EXERCISE, LAPSE = 1, 2


def ask(book: Book, one: Instrument, action: int, quantity: int, **more: Any) -> str:
    """Send the request and return the code it was refused with and the words, "" for neither."""
    name = more.get("con_id", one.con_id)
    terms = (name, "", "", "", "", "", "", "SMART", "", "", "")
    tail = (action, quantity, more.get("account", ""), more.get("override", 0), "", "", 0)
    answer = book.client.request(21, 2, 900, *terms, *tail)
    errors = [message for message in answer if message[0] == "4"]
    return f"{errors[0][2]} {errors[0][3]}" if errors else ""


@pytest.fixture
def book() -> Book:
    return book_at("2026-12-16 12:00:00")


@pytest.mark.parametrize(("strike", "right", "shares"), [(400, "C", 200), (460, "P", -200)])
def test_a_part_of_a_position_is_exercised_at_the_strike(
    book: Book, strike: int, right: str, shares: int
) -> None:
    one = aapl(strike, right)
    book.trade(one, 3)
    cost, cash = book.account.position(one.con_id).cost, book.account.cash
    book.client.request(61, 1)
    assert ask(book, one, EXERCISE, 2) == ""
    left, held = book.account.position(one.con_id), book.account.position(AAPL)
    assert (left.quantity, held.quantity) == (1, shares)
    assert left.cost == cost / 3
    assert held.cost == shares * strike + cost - left.cost
    assert book.account.cash == cash - shares * strike
    book.check()
    told = {int(m[3]): m[14] for m in book.client.of(61)}
    assert (told[one.con_id], told[AAPL]) == ("1", str(shares))


def test_an_index_option_pays_what_it_is_in_the_money_by_on_its_last_day() -> None:
    chain = next(each for each in CHAINS if each.underlying == SPX)
    early, late = book_at("2026-12-17 12:00:00"), book_at("2026-12-18 12:00:00")
    one = option(chain, FRIDAY, Decimal(6000), "C")
    for each in (early, late):
        each.trade(one, 1)
    assert "European" in ask(early, one, EXERCISE, 1)
    cash = late.account.cash
    inside = late.world.gateway.markets[SPX].mark() - 6000
    assert ask(late, one, EXERCISE, 1) == ""
    assert inside > 0
    assert late.account.cash == cash + 100 * inside
    assert late.account.position(one.con_id).quantity == 0
    assert late.account.position(SPX).quantity == 0
    late.check()


def test_an_option_lapses_on_its_last_day_alone_and_brings_nothing() -> None:
    one = aapl(400, "C")
    early, late = book_at("2026-12-17 12:00:00"), book_at("2026-12-18 12:00:00")
    for each in (early, late):
        each.trade(one, 2)
    cash = late.account.cash
    assert "last trading day only" in ask(early, one, LAPSE, 1, override=1)
    assert "in the money and the override" in ask(late, one, LAPSE, 1)
    assert ask(late, one, LAPSE, 1, override=1) == ""
    assert late.account.position(one.con_id).quantity == 1
    assert late.account.position(AAPL).quantity == 0
    assert late.account.cash == cash
    late.check()


def test_what_is_out_of_the_money_is_exercised_only_when_that_is_meant(book: Book) -> None:
    one = aapl(460, "C")
    book.trade(one, 1)
    assert ask(book, one, EXERCISE, 1).startswith("322 ")
    assert "not in the money and the override" in ask(book, one, EXERCISE, 1)
    assert book.account.position(one.con_id).quantity == 1
    assert ask(book, one, EXERCISE, 1, override=1) == ""
    assert book.account.position(AAPL).quantity == 100


def test_what_is_not_held_is_not_exercised(book: Book) -> None:
    one, sold = aapl(400, "C"), aapl(405, "C")
    book.trade(one, 2)
    book.trade(sold, -1)
    before = book.account.state()
    assert "322" in (answer := ask(book, one, EXERCISE, 3))
    assert "exercise quantity 3 exceeds the position 2" in answer
    assert "No long position" in ask(book, sold, EXERCISE, 1)
    assert ask(book, one, EXERCISE, 0).startswith("321 ")
    assert ask(book, one, 3, 1).startswith("321 ")
    assert ask(book, one, EXERCISE, 1, account="DU9").startswith("321 ")
    assert "not an option" in ask(book, one, EXERCISE, 1, con_id=AAPL)
    assert ask(book, one, EXERCISE, 1, con_id=987654321).startswith("200 ")
    assert book.account.state() == before
