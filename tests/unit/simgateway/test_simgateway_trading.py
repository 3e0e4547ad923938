"""Matching, money and the market: what must hold whatever is traded."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.simgateway.virtual import World, place_fields
from workstation.matching.order_book import MAKER, OrderBook
from workstation.simgateway.accounts import STARTING_CASH, Account, commission_for
from workstation.simgateway.depth import top_rows
from workstation.simgateway.instruments import DEMO
from workstation.simgateway.market import InstrumentMarket

AAPL = 265598

book_orders = st.lists(
    st.tuples(st.booleans(), st.integers(95, 105), st.integers(1, 50)), max_size=60
)


@given(book_orders)
def test_a_book_is_never_crossed_and_loses_no_share(
    orders: list[tuple[bool, int, int]],
) -> None:
    book, traded, sent = OrderBook(), 0, 0
    for owner, (buys, price, size) in enumerate(orders, start=1):
        matches = book.take(owner, size, buys=buys, limit=price)
        assert all(m.size > 0 and (m.price <= price if buys else m.price >= price) for m in matches)
        filled = sum(m.size for m in matches)
        if filled < size:
            book.rest(owner, price, size - filled, buys=buys)
        traded, sent = traded + filled, sent + size
        bid, ask = book.best_bid(), book.best_ask()
        assert bid is None or ask is None or bid < ask
    left = [r.size for buys in (True, False) for r in book.resting(buys=buys)]
    assert all(size > 0 for size in left)
    assert sum(left) + 2 * traded == sent


def test_earlier_orders_of_a_price_fill_first() -> None:
    book = OrderBook()
    book.rest(1, 100, 10, buys=True)
    book.rest(2, 100, 10, buys=True)
    book.rest(3, 101, 10, buys=True)
    book.resize(1, 100, 4, buys=True)

    matches = book.take(9, 17, buys=False, limit=None)

    assert [(m.maker, m.price, m.size) for m in matches] == [(3, 101, 10), (1, 100, 4), (2, 100, 3)]


fills = st.lists(
    st.tuples(
        st.integers(-500, 500).filter(bool),
        st.decimals("1", "1000", places=2),
    ),
    max_size=40,
)


@given(fills, st.decimals("1", "1000", places=2))
def test_equity_is_what_was_put_in_plus_profit(
    trades: list[tuple[int, Decimal]], mark: Decimal
) -> None:
    account = Account()
    account.roll_day("20261120", {})
    flow = Decimal(0)
    for shares, price in trades:
        fee = commission_for(Decimal(abs(shares)))
        account.apply_fill(AAPL, Decimal(shares), price, fee)
        flow += -shares * price - fee
    balances = account.balances({AAPL: mark})
    held = account.position(AAPL)

    assert account.cash == STARTING_CASH + flow
    assert held.quantity == sum(shares for shares, _ in trades)
    assert balances.equity == STARTING_CASH + account.realized + balances.unrealized
    assert balances.daily == balances.equity - STARTING_CASH
    if not held.quantity:
        assert held.cost == 0


def test_commission() -> None:
    assert commission_for(Decimal(0)) == 0
    assert commission_for(Decimal(1)) == Decimal("1.00")
    assert commission_for(Decimal(1000)) == Decimal("5.000")


def test_realized_profit_counts_both_commissions() -> None:
    account = Account()
    one = Decimal(1)
    assert account.apply_fill(AAPL, Decimal(100), Decimal(10), one) is None
    assert account.position(AAPL).average_cost == Decimal("10.01")

    assert account.apply_fill(AAPL, Decimal(-50), Decimal(11), one) == Decimal("48.50")
    assert account.apply_fill(AAPL, Decimal(-150), Decimal(11), Decimal(3)) == Decimal("48.50")
    assert account.position(AAPL).quantity == -100
    assert account.position(AAPL).cost == Decimal(-1098)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_market_is_believable_and_repeats(seed: int) -> None:
    def run() -> list[tuple[float | None, ...]]:
        market = InstrumentMarket(DEMO[0], seed, 0, None)
        seen = []
        for second in range(1500):
            market.step(second)
            quote = market.quote()
            assert quote.bid is not None
            assert quote.ask is not None
            assert 0 < round(quote.ask - quote.bid, 2) <= 0.06
            assert quote.low <= quote.last <= quote.high
            assert 0 < quote.bid_size < 10_000
            assert 0 < quote.ask_size < 10_000
            seen.append((quote.bid, quote.ask, quote.volume))
        return seen

    first = run()
    assert first == run()
    assert len({bid for bid, *_ in first}) > 20
    volumes = [volume for *_, volume in first]
    assert volumes == sorted(volumes)
    assert volumes[-1] > volumes[0]
    spreads = Counter(round(ask - bid, 2) for bid, ask, _ in first)
    assert sum(spreads[s] for s in (0.01, 0.02, 0.03)) > 0.9 * len(first)


actions = st.lists(
    st.tuples(
        st.sampled_from(["BUY", "SELL", "cancel", "modify", "wait"]),
        st.integers(1, 3000),
        st.integers(-8, 8),
        st.sampled_from(["DAY", "GTC", "IOC", "FOK"]),
        st.booleans(),
    ),
    max_size=15,
)


@settings(max_examples=40)
@given(actions, st.integers(1, 50))
def test_orders_and_money_agree_whatever_is_done(actions, seed: int) -> None:
    world = World(seed)
    client = world.client()
    desk, market = world.gateway.desk, world.gateway.markets[AAPL]
    order_id = 0
    for action, quantity, offset, tif, is_market in actions:
        limit = "" if is_market else market.mark() + Decimal(offset) / 100
        if action == "wait":
            world.run(1)
        elif action == "cancel":
            client.request(4, order_id, "", "", 2147483647)
        elif action == "modify" and order_id:
            side = desk.orders[max(desk.orders)].terms.side
            client.request(*place_fields(order_id, side, quantity, limit, tif=tif))
        elif action in {"BUY", "SELL"}:
            order_id += 1
            client.place(order_id, action, quantity, limit, tif=tif)
        check_books(world)


def check_market(market: InstrumentMarket) -> None:
    """Prints, quote, depth, day bar and volume of a market tell one story."""
    quote, book, day = market.quote(), market.book, market.day.day_bar()
    quoted = market.instrument.quoted
    assert all(r.size > 0 and r.reserve >= 0 for b in (True, False) for r in book.resting(buys=b))
    for buys, price, size in (
        (True, quote.bid, quote.bid_size),
        (False, quote.ask, quote.ask_size),
    ):
        rows = top_rows(book, 12, buys=buys, venue=None)
        if price is None:
            assert not rows
            continue
        assert quoted(rows[0].price) == price
        assert sum(row.size for row in rows if row.price == rows[0].price) == size
    if market.prints:
        newest = market.prints[-1]
        assert (quoted(newest.price), newest.size, newest.time) == (
            quote.last,
            quote.last_size,
            quote.last_time,
        )
    if day is not None:
        shown = (quote.open, quote.high, quote.low, quote.last, quote.volume)
        assert (*map(quoted, day[2:6]), day.volume) == shown
    half_ticks = 2 * market.mark() / market.instrument.rule.smallest
    assert half_ticks == int(half_ticks)
    if quote.bid is not None and quote.ask is not None:
        assert quote.bid <= float(market.mark()) <= quote.ask


def check_books(world: World) -> None:
    desk, account = world.gateway.desk, world.gateway.account
    executions = desk.executions.values()
    for market in world.gateway.markets.values():
        bid, ask = market.book.best_bid(), market.book.best_ask()
        assert bid is None or ask is None or bid < ask
        owned = {
            r.owner: r.total
            for buys in (True, False)
            for r in market.book.resting(buys=buys)
            if r.owner != MAKER
        }
        standing = {
            o.perm_id: o.remaining
            for o in desk.live_orders()
            if o.terms.con_id == market.instrument.con_id and o.resting is not None
        }
        assert owned == standing
        check_market(market)
    for order in desk.orders.values():
        shares = [e.shares for e in executions if e.perm_id == order.perm_id]
        assert order.filled == sum(shares) <= order.terms.quantity
        assert order.commission == commission_for(order.filled)
        if order.status == "Filled":
            assert order.remaining == 0
    signed = [(e.shares if e.side == "BUY" else -e.shares, e) for e in executions]
    assert account.position(AAPL).quantity == sum(shares for shares, _ in signed)
    paid = sum(shares * e.price + e.commission for shares, e in signed)
    assert account.cash == STARTING_CASH - paid
    balances = account.balances(desk.marks())
    assert balances.equity == STARTING_CASH + account.realized + balances.unrealized
    assert balances.daily == balances.equity - STARTING_CASH
