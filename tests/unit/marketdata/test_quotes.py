"""Quotes hold what the feed said, and say when it is no market."""

from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.desk_fakes import SPY, D
from tests.helpers.virtual_time import VirtualClock
from workstation.domain.ids import ConId
from workstation.domain.quote import MarketDataType, Quote
from workstation.marketdata.quotes import Quotes

BID, ASK, LAST, CLOSE = 1, 2, 4, 9


def quotes_with(*ticks: tuple[int, float]) -> Quotes:
    quotes = Quotes(VirtualClock())
    for tick_type, price in ticks:
        quotes.set_price(SPY, tick_type, price)
    return quotes


def of(quotes: Quotes) -> Quote:
    quote = quotes.quote(SPY)
    assert quote is not None
    return quote


def test_nothing_is_known_before_the_first_tick() -> None:
    assert Quotes(VirtualClock()).quote(SPY) is None


def test_an_absent_mark_withdraws_a_side() -> None:
    for price in (-1, float("nan"), float("inf"), float("-inf"), 1.7976931348623157e308):
        quote = of(quotes_with((BID, 99.0), (ASK, 100.0), (BID, price)))

        assert (quote.bid, quote.ask, quote.two_sided) == (None, 100.0, False)


def test_a_zero_bid_is_a_price_and_other_zeros_are_not() -> None:
    quote = of(quotes_with((BID, 0), (ASK, 0), (LAST, 0), (6, 0), (7, 0), (CLOSE, 0), (14, 0)))

    assert (quote.bid, quote.ask, quote.last, quote.close) == (0, None, None, None)
    assert (quote.high, quote.low, quote.open) == (None, None, None)


def test_a_negative_price_is_a_price() -> None:
    assert of(quotes_with((BID, -1.05))).bid == -1.05


def test_live_and_delayed_ticks_fill_the_same_fields() -> None:
    live = of(quotes_with((1, 1.0), (2, 2.0), (4, 3.0), (6, 4.0), (7, 5.0), (9, 6.0), (14, 7.0)))
    delayed = of(
        quotes_with((66, 1.0), (67, 2.0), (68, 3.0), (72, 4.0), (73, 5.0), (75, 6.0), (76, 7.0))
    )

    assert live == delayed


def test_sizes_and_types_are_kept_and_unknown_ones_ignored() -> None:
    quotes = quotes_with()
    for tick_type, size in ((0, 1.0), (3, 2.0), (5, 3.0), (8, 4.0), (99, 9.0)):
        quotes.set_size(SPY, tick_type, size)
    quotes.set_price(SPY, 99, 9.0)
    quotes.set_data_type(SPY, 3)
    quotes.set_data_type(SPY, 99)
    quote = of(quotes)

    assert (quote.bid_size, quote.ask_size, quote.last_size, quote.volume) == (1, 2, 3, 4)
    assert quote.data_type is MarketDataType.DELAYED
    quotes.set_size(SPY, 0, float("nan"))
    assert of(quotes).bid_size is None


def test_stale_lasts_until_the_next_tick_and_age_alone_is_not_stale() -> None:
    quotes = quotes_with((BID, 99.0), (ASK, 100.0))
    quotes.mark_all_stale()
    assert of(quotes).stale
    quotes.set_price(SPY, BID, 99.0)
    assert not of(quotes).stale


def test_changes_are_handed_out_once_and_forgotten_contracts_never() -> None:
    quotes = quotes_with((BID, 99.0))
    assert quotes.changed
    assert [quote.con_id for quote in quotes.take_changed()] == [SPY]
    assert not quotes.changed
    quotes.set_price(SPY, BID, 98.0)
    quotes.forget(SPY)
    quotes.forget(ConId(1))
    assert quotes.take_changed() == ()
    assert quotes.quote(SPY) is None


@given(st.lists(st.tuples(st.sampled_from([BID, ASK, LAST, CLOSE]), st.floats())))
def test_no_price_that_is_no_number_is_ever_shown(ticks: list[tuple[int, float]]) -> None:
    quotes = quotes_with(*ticks)
    quote = quotes.quote(SPY)
    if quote is not None:
        for price in (quote.bid, quote.ask, quote.last, quote.close):
            assert price is None or D(str(price)).is_finite()


def test_a_crossed_market_is_not_two_sided_and_a_locked_one_is() -> None:
    assert not of(quotes_with((BID, 100.01), (ASK, 100.0))).two_sided
    assert of(quotes_with((BID, 100.0), (ASK, 100.0))).two_sided
