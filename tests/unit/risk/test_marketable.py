"""The limit of an exit: at once, and not at any price."""

from dataclasses import replace

from tests.helpers.desk_fakes import LIMITS, NOON, SPY, D
from workstation.domain.order import Side
from workstation.domain.prices import PriceLadder
from workstation.domain.quote import Quote
from workstation.risk.marketable import marketable_limit

CENTS = PriceLadder.of_tick(D("0.01"))
QUOTE = Quote(con_id=SPY, bid=99.99, ask=100.01, received_at=NOON)


def test_it_stands_on_the_increment_inside_the_collar_and_never_beyond_the_hard_one() -> None:
    for step, sell, buy in ((1, "97.00", "103.01"), (2, "94.00", "106.01"), (9, "88.00", "112.01")):
        assert marketable_limit(Side.SELL, QUOTE, CENTS, LIMITS, step) == D(sell)
        assert marketable_limit(Side.BUY, QUOTE, CENTS, LIMITS, step) == D(buy)
        assert marketable_limit(Side.BUY, QUOTE, CENTS, None, step) == D(buy)


def test_there_is_none_without_two_sides() -> None:
    for quote in (
        None,
        replace(QUOTE, stale=True),
        replace(QUOTE, bid=None),
        replace(QUOTE, bid=101.0),
        replace(QUOTE, bid=0.0),
        replace(QUOTE, ask=float("inf")),
    ):
        side = Side.BUY if quote is not None and quote.ask == float("inf") else Side.SELL
        assert marketable_limit(side, quote, CENTS, LIMITS) is None


def test_a_collar_wider_than_the_price_is_no_limit() -> None:
    wide = replace(LIMITS, collar_percent=D(60))

    assert marketable_limit(Side.SELL, QUOTE, CENTS, wide) == D("40.00")
    assert marketable_limit(Side.SELL, QUOTE, CENTS, wide, 2) is None
    exactly = replace(LIMITS, collar_percent=D(50))
    assert marketable_limit(Side.SELL, QUOTE, CENTS, exactly, 2) is None


def test_a_price_of_a_tick_leaves_at_a_tick() -> None:
    penny = replace(QUOTE, bid=0.01, ask=0.02)

    assert marketable_limit(Side.SELL, penny, CENTS, LIMITS, 4) == D("0.01")
