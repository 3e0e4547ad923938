"""Regulation T figures, margins of day and night, warnings, liquidation."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.unit.simgateway.test_simgateway_accounts import Book
from workstation.simgateway.account_values import summary_values
from workstation.simgateway.accounts import ACCOUNT, STARTING_CASH
from workstation.simgateway.instruments import BY_CON_ID, Instrument
from workstation.simgateway.instruments.futures import ROOTS, listed_futures
from workstation.simgateway.named_days import ORDINARY, NamedDay
from workstation.simgateway.state import StateFile

AAPL = BY_CON_ID[265598]
SHORT_GRACE = NamedDay(name="test", text="", liquidation_grace=20.0)


def values(book: Book) -> dict[str, Decimal]:
    """Return the account-summary figures that are numbers."""
    shown = summary_values(book.world.gateway.balances(ACCOUNT))
    return {tag: Decimal(text) for tag, (text, _) in shown.items() if tag != "AccountType"}


def book_at(text: str, **options: Any) -> Book:
    begin = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZoneInfo("US/Eastern"))
    return Book(begin=begin.astimezone(UTC), real_hours=True, **options)


def future() -> Instrument:
    return listed_futures(ROOTS[0], BY_CON_ID.today)[0]


# ---- Regulation T --------------------------------------------------------------------------


def test_the_memorandum_falls_with_what_is_bought_and_rises_with_what_is_sold() -> None:
    book = Book()
    assert values(book)["SMA"] == STARTING_CASH
    first = book.trade(AAPL, 1000)
    assert first is not None
    worth = first.filled_value
    memo = STARTING_CASH - worth / 2 - first.commission
    shown = values(book)
    mark = book.world.gateway.desk.marks()[AAPL.con_id] * 1000
    assert shown["RegTMargin"] == round(mark / 2, 2)
    assert shown["SMA"] == max(round(memo, 2), shown["RegTEquity"] - shown["RegTMargin"])

    book.world.gateway.desk.jump(AAPL.con_id, -4000)  # 40 dollars: the memorandum stays
    assert values(book)["SMA"] == round(memo, 2)
    second = book.trade(AAPL, -1000)
    assert second is not None
    memo += second.filled_value / 2 - second.commission
    assert book.account.memo == memo
    assert values(book)["SMA"] == round(memo, 2)


def test_the_memorandum_keeps_what_the_market_gave_once_a_day_has_ended() -> None:
    book = Book(begin=datetime(2026, 11, 21, 4, 59, 30, tzinfo=UTC))
    book.trade(AAPL, 1000)
    book.world.gateway.desk.jump(AAPL.con_id, 8000)
    high = values(book)["SMA"]
    book.world.run(31)
    remembered = book.account.memo
    assert remembered == pytest.approx(high, rel=Decimal("0.001"))
    book.world.gateway.desk.jump(AAPL.con_id, -8000)
    assert values(book)["SMA"] == round(remembered or 0, 2)


def test_a_future_is_outside_of_the_memorandum() -> None:
    book = Book()
    order = book.trade(future(), 1)
    assert order is not None
    assert book.account.memo == STARTING_CASH - order.commission
    assert values(book)["RegTMargin"] == 0


# ---- day and night -------------------------------------------------------------------------


def test_margins_look_ahead_to_the_night() -> None:
    book = book_at("2026-11-20 15:59:50")
    book.trade(AAPL, 1000)
    book.trade(future(), 2)
    marks = book.world.gateway.desk.marks()
    stock, notional = marks[AAPL.con_id] * 1000, marks[future().con_id] * 2
    shown = values(book)
    close = datetime(2026, 11, 20, 21, 0, tzinfo=UTC).timestamp()
    assert shown["InitMarginReq"] == round(stock / 4 + notional * Decimal("0.08"), 2)
    night = stock * Decimal("0.30") + notional * Decimal("0.12")
    assert shown["LookAheadInitMarginReq"] == shown["FullInitMarginReq"] == round(night, 2)
    assert shown["LookAheadNextChange"] == close
    ahead = shown["NetLiquidation"] - shown["LookAheadMaintMarginReq"]
    assert shown["LookAheadExcessLiquidity"] == ahead
    book.world.run(12)
    marks = book.world.gateway.desk.marks()
    stock, notional = marks[AAPL.con_id] * 1000, marks[future().con_id] * 2
    shown = values(book)
    night = stock * Decimal("0.30") + notional * Decimal("0.12")
    day = stock / 4 + notional * Decimal("0.08")
    assert shown["InitMarginReq"] == round(night, 2)
    assert shown["LookAheadInitMarginReq"] == round(day, 2)
    opening = datetime(2026, 11, 23, 14, 30, tzinfo=UTC).timestamp()
    assert shown["LookAheadNextChange"] == opening


def test_a_gateway_that_never_closes_has_nothing_to_look_ahead_to() -> None:
    book = Book()
    book.trade(AAPL, 1000)
    shown = values(book)
    assert shown["LookAheadNextChange"] == 0
    assert shown["LookAheadInitMarginReq"] == shown["InitMarginReq"] < shown["FullInitMarginReq"]
    assert shown["Cushion"] == pytest.approx(
        shown["ExcessLiquidity"] / shown["NetLiquidation"], abs=Decimal("0.000001")
    )


# ---- liquidation ---------------------------------------------------------------------------


def overextended(day: NamedDay = ORDINARY, **options: Any) -> Book:
    """Return an account with four dollars of stock for each of its own, and a falling price."""
    book = Book(day=day, **options)
    book.client.request(12, 1, 0)
    book.client.request(6, 2, 1, "")
    order = book.trade(AAPL, 8000)
    assert order is not None
    for _ in range(100):
        book.world.run(0.5)
        if book.world.gateway.desk.orders[order.perm_id].status == "Filled":
            break
    waiting = book.trade(AAPL, 10, kind="LMT", limit_price=Decimal(100), tif="GTC")
    assert waiting is not None
    book.world.gateway.desk.jump(AAPL.con_id, -4000)
    return book


def bulletins(book: Book) -> list[str]:
    return [m[4] for m in book.client.of(14) if ACCOUNT in m[4]]


def test_an_account_short_of_margin_is_warned_first() -> None:
    book = overextended()
    assert values(book)["ExcessLiquidity"] > 0
    book.world.gateway.desk.jump(AAPL.con_id, -5000)
    before = book.world.gateway.balances(ACCOUNT)
    assert before.excess_liquidity < 0
    book.world.run(7)
    (text,) = bulletins(book)
    assert "margin deficiency of" in text
    assert "within 10 minutes" in text
    severity = [m[3] for m in book.client.of(6) if m[2] == "HighestSeverity"][-1]
    assert severity == "3"
    book.world.run(60)
    assert book.account.position(AAPL.con_id).quantity == 8000

    book.world.gateway.desk.jump(AAPL.con_id, 7000)
    book.world.run(7)
    assert "has been met" in bulletins(book)[-1]
    assert book.account.deficient_since == 0


def run_to_the_end() -> Book:
    book = overextended(SHORT_GRACE)
    book.world.gateway.desk.jump(AAPL.con_id, -5000)
    book.world.run(40)
    return book


def test_a_warned_account_is_liquidated_as_far_as_it_must() -> None:
    book = run_to_the_end()
    held = book.account.position(AAPL.con_id).quantity
    assert 0 < held < 8000
    assert values(book)["ExcessLiquidity"] > 0
    book.check()
    waiting = [o for o in book.world.gateway.desk.live_orders() if o.terms.account == ACCOUNT]
    assert waiting == []
    assert any("being liquidated" in text for text in bulletins(book))
    answer = book.client.request(7, 3, 9, 0, "", "", "", "", "", "", 2147483647, 0)
    fills = [m for m in answer if m[0] == "11"]
    closing = [m for m in fills if m[18] == "SLD"]
    assert sum(int(m[19]) for m in closing) == 8000 - held
    assert {m[23] for m in closing} == {"1"}
    assert {m[23] for m in fills if m[18] == "BOT"} == {"0"}


def test_a_liquidation_repeats() -> None:
    def shown() -> object:
        return [
            (e.shares, e.price) for e in run_to_the_end().world.gateway.desk.executions.values()
        ]

    assert shown() == shown()


def test_the_grace_of_a_warned_account_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state"
    first = overextended(SHORT_GRACE, state_file=StateFile(path))
    first.world.gateway.desk.jump(AAPL.con_id, -5000)
    first.world.run(7)
    since, memo = first.account.deficient_since, first.account.memo
    assert since > 0
    seconds = first.world.clock.seconds
    first.world.gateway.close()
    second = Book(day=SHORT_GRACE, state_file=StateFile(path), seconds=seconds + 1)
    assert (second.account.deficient_since, second.account.memo) == (since, memo)
    second.world.run(30)
    assert second.account.position(AAPL.con_id).quantity < 8000
    second.world.gateway.close()
