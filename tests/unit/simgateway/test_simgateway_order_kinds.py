"""Every order type and time in force: when it works, at what price, and when it ends."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.simgateway.test_simgateway_trading import check_books
from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.simgateway.instruments import ContractQuery
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.order_parts import ConditionRequest
from workstation.simgateway.order_request import PlaceRequest
from workstation.simgateway.orders import Order

AAPL = 265598
CENT = Decimal("0.01")
PRICE, TIME, MARGIN, EXECUTION, VOLUME, PERCENT = 1, 3, 4, 5, 6, 7


class Trader:
    """A client of a world that places orders of any kind in one stock."""

    def __init__(self) -> None:
        self.world = World()
        self.client: VirtualClient = self.world.client()

    @property
    def market(self) -> InstrumentMarket:
        return self.world.gateway.markets[AAPL]

    @property
    def mark(self) -> Decimal:
        return self.market.mark()

    @property
    def bid(self) -> int:
        best = self.market.book.best_bid()
        assert best is not None
        return best

    @property
    def ask(self) -> int:
        best = self.market.book.best_ask()
        assert best is not None
        return best

    def place(self, order_id: int, side: str, kind: str, quantity: int = 100, **more: Any) -> Order:
        contract = ContractQuery(symbol="AAPL", sec_type="STK", exchange="SMART", currency="USD")
        request = PlaceRequest(
            order_id=order_id,
            contract=contract,
            side=side,
            quantity=Decimal(quantity),
            order_type=kind,
            **more,
        )
        self.world.gateway.desk.place(1, request)
        self.world.gateway.commit()
        return self.order(order_id)

    def refusal(self, kind: str, **more: Any) -> int:
        """Return the code an order is refused with."""
        with pytest.raises(LookupError):
            self.place(99, more.pop("side", "BUY"), kind, **more)
        return self.client.errors(99)[-1]

    def order(self, order_id: int) -> Order:
        found = self.world.gateway.desk.store.find(1, order_id)
        if found is None:
            raise LookupError(order_id)
        return found

    def status(self, order_id: int) -> str:
        return self.order(order_id).status

    def move(self, dollars: int, seconds: float = 6) -> None:
        """Move the stock's price at once, let the noise trade there, and let stops look."""
        self.world.gateway.desk.jump(AAPL, dollars * 100)
        self.run(seconds)

    def run(self, seconds: float) -> None:
        self.world.run(seconds)

    def stamp(self, seconds: float) -> str:
        """Return a moment from now as clients write it in UTC."""
        return f"{self.world.clock.now() + timedelta(seconds=seconds):%Y%m%d-%H:%M:%S}"


@pytest.fixture
def trader() -> Trader:
    return Trader()


def test_a_trailing_stop_follows_the_price_up_and_sells_on_the_way_down(trader: Trader) -> None:
    trader.place(1, "SELL", "TRAIL", stop_price=Decimal(3))
    trader.run(1)
    first = trader.order(1).stop_now
    assert first is not None
    assert abs(first - (trader.mark - 3)) < Decimal("0.2")

    trader.move(5)
    second = trader.order(1).stop_now
    assert second is not None
    assert second > first + 4
    trader.move(-2)
    third = trader.order(1).stop_now
    assert third is not None
    assert third >= second
    assert trader.status(1) == "PreSubmitted"

    trader.move(-3)
    assert trader.status(1) == "Filled"
    check_books(trader.world)


def test_a_trailing_stop_for_a_buyer_begins_where_it_is_told(trader: Trader) -> None:
    begin = trader.mark + 2
    trader.place(1, "BUY", "TRAIL", trailing_percent=Decimal(5), trail_stop_price=begin)
    trader.run(1)
    assert trader.order(1).stop_now == begin

    trader.move(3)
    assert trader.status(1) == "Filled"
    assert trader.order(1).average_price >= begin


def test_a_trailing_limit_has_its_limit_from_where_the_stop_was_hit(trader: Trader) -> None:
    trader.place(
        1, "SELL", "TRAIL LIMIT", stop_price=Decimal(1), limit_price_offset=Decimal("0.50")
    )
    trader.run(1)
    stop = trader.order(1).stop_now
    assert stop is not None
    trader.move(-9)  # beyond the limit at once: it stands there
    order = trader.order(1)
    assert order.status == "Submitted"
    assert order.terms.limit_price is not None
    assert stop - Decimal("0.50") <= order.terms.limit_price <= stop
    assert order.resting == order.terms.limit_price * 100


def test_an_if_touched_order_buys_below_and_a_limit_if_touched_keeps_its_price(
    trader: Trader,
) -> None:
    below = trader.mark - 2
    trader.place(1, "BUY", "MIT", stop_price=below)
    trader.place(2, "BUY", "LIT", stop_price=below, limit_price=below - 3)
    trader.run(2)
    assert [trader.status(i) for i in (1, 2)] == ["PreSubmitted", "PreSubmitted"]

    trader.move(-3)
    assert trader.status(1) == "Filled"
    assert trader.order(1).average_price < below
    assert trader.status(2) == "Submitted"
    check_books(trader.world)


def test_what_a_market_to_limit_leaves_open_rests_at_its_first_price(trader: Trader) -> None:
    best = trader.ask
    size = trader.market.book.size_at(best, buys=False)
    order = trader.place(1, "BUY", "MTL", size + 500)
    assert order.status == "Submitted"
    assert order.filled == size
    assert order.terms.limit_price == trader.market.instrument.price(best)
    assert order.resting == best
    assert trader.client.of(5)[-1][16] == f"{order.terms.limit_price}".rstrip("0")


def test_an_iceberg_shows_a_part_and_fills_whole(trader: Trader) -> None:
    limit = trader.market.instrument.price(trader.bid + 1)
    if trader.bid + 1 >= trader.ask:
        limit = trader.market.instrument.price(trader.bid)
    order = trader.place(1, "BUY", "LMT", 1000, limit_price=limit, display_size=100)
    assert order.resting is not None
    shown = trader.market.book.size_at(order.resting, buys=True, owner=order.perm_id)
    assert shown == 100
    trader.move(-2)
    assert trader.status(1) == "Filled"
    assert trader.order(1).filled == 1000
    check_books(trader.world)


@pytest.mark.parametrize("kind", ["REL", "PEG MID", "MIDPRICE"])
def test_a_pegged_order_follows_the_book_and_never_crosses_its_cap(
    trader: Trader, kind: str
) -> None:
    cap = trader.mark + 3
    trader.place(1, "BUY", kind, 8000, limit_price=cap, stop_price=Decimal(0))
    before = trader.order(1).resting
    assert before is not None
    trader.move(1, seconds=0.2)
    higher = trader.order(1)
    assert higher.status == "Submitted"
    assert higher.resting is not None
    assert before + 80 < higher.resting < trader.ask
    trader.move(10, seconds=0.2)
    assert trader.order(1).resting == cap * 100
    trader.place(1, "BUY", kind, 8000, limit_price=cap - 5, stop_price=Decimal(0))
    assert trader.order(1).resting == (cap - 5) * 100
    check_books(trader.world)


def test_day_orders_end_with_the_day_and_others_do_not(trader: Trader) -> None:
    low = trader.mark - 50
    trader.place(1, "BUY", "LMT", limit_price=low)
    trader.place(2, "BUY", "LMT", limit_price=low, tif="GTC")
    trader.place(3, "BUY", "LMT", limit_price=low, tif="GTD", good_till_date=trader.stamp(30))
    trader.run(31)
    assert [trader.status(i) for i in (1, 2, 3)] == ["Submitted", "Submitted", "Cancelled"]
    assert trader.client.errors(3) == [202]

    trader.world.clock.start = datetime(2026, 11, 21, 4, 59, 25, tzinfo=UTC)
    trader.run(10)
    assert [trader.status(i) for i in (1, 2)] == ["Cancelled", "Submitted"]


def test_orders_for_the_auctions_cross_at_one_price(trader: Trader) -> None:
    far = Decimal(40)
    trader.place(1, "BUY", "MOC")
    trader.place(2, "SELL", "LOC", limit_price=trader.mark - far)
    trader.place(3, "BUY", "LOC", limit_price=trader.mark - far)
    trader.place(4, "BUY", "MKT", tif="OPG")
    trader.place(5, "SELL", "LMT", tif="OPG", limit_price=trader.mark + far)
    trader.place(6, "SELL", "LOO", limit_price=trader.mark - far)
    trader.run(3)
    assert {trader.status(i) for i in range(1, 7)} == {"PreSubmitted"}

    trader.world.clock.start = datetime(2026, 11, 21, 4, 59, 50, tzinfo=UTC)
    trader.run(10)
    ended = [trader.status(i) for i in range(1, 7)]
    assert ended == ["Filled", "Filled", "Cancelled", "Filled", "Cancelled", "Filled"]
    assert trader.order(1).average_price == trader.order(2).average_price
    assert trader.order(4).average_price == trader.order(6).average_price
    check_books(trader.world)


def test_an_order_starts_when_it_is_told_to(trader: Trader) -> None:
    trader.place(1, "BUY", "MKT", good_after_time=trader.stamp(20))
    trader.run(19)
    assert trader.status(1) == "PreSubmitted"
    trader.run(2)
    assert trader.status(1) == "Filled"


def condition(kind: int, *, value: object = "", more: bool = True, **fields: Any) -> Any:
    is_and = fields.pop("is_and", True)
    return ConditionRequest(kind=kind, is_and=is_and, is_more=more, value=str(value), **fields)


def test_conditions_hold_an_order_until_they_are_met(trader: Trader) -> None:
    above = trader.mark + 3
    price = condition(PRICE, value=above, con_id=AAPL, exchange="SMART")
    later = condition(TIME, value=trader.stamp(60))
    percent = condition(PERCENT, value=-90, more=False, con_id=AAPL, exchange="SMART")
    trader.place(1, "BUY", "MKT", conditions=[price])
    trader.place(2, "BUY", "MKT", conditions=[price, later])
    trader.place(
        3,
        "BUY",
        "MKT",
        conditions=[condition(PRICE, value=above, con_id=AAPL, is_and=False), later],
    )
    trader.place(4, "BUY", "MKT", conditions=[percent])
    trader.run(2)
    assert {trader.status(i) for i in range(1, 5)} == {"PreSubmitted"}
    trader.move(4)
    assert [trader.status(i) for i in range(1, 5)] == [
        "Filled",
        "PreSubmitted",
        "Filled",
        "PreSubmitted",
    ]
    trader.run(60)
    assert trader.status(2) == "Filled"
    assert trader.status(4) == "PreSubmitted"


def test_volume_margin_and_execution_conditions(trader: Trader) -> None:
    volume = trader.market.quote().volume
    trader.place(1, "BUY", "MKT", conditions=[condition(VOLUME, value=volume + 500, con_id=AAPL)])
    trader.place(2, "BUY", "MKT", conditions=[condition(MARGIN, value=10)])
    trader.place(3, "BUY", "MKT", conditions=[condition(MARGIN, value=10, more=False)])
    trader.place(4, "BUY", "MKT", conditions=[condition(EXECUTION, symbol="IBM", sec_type="STK")])
    trader.place(5, "BUY", "MKT", conditions=[condition(EXECUTION, symbol="AAPL", sec_type="STK")])
    assert trader.status(5) == "PreSubmitted"
    trader.run(30)
    ended = [trader.status(i) for i in range(1, 6)]
    assert ended == ["Filled", "Filled", "PreSubmitted", "PreSubmitted", "Filled"]


def test_conditions_may_cancel_instead(trader: Trader) -> None:
    trader.place(
        1,
        "BUY",
        "LMT",
        limit_price=trader.mark - 50,
        conditions=[condition(TIME, value=trader.stamp(5))],
        conditions_cancel_order=True,
    )
    assert trader.status(1) == "Submitted"
    trader.run(6)
    assert trader.status(1) == "Cancelled"


@pytest.mark.parametrize("algo", ["Twap", "Vwap"])
def test_a_schedule_spreads_an_order_over_its_window(trader: Trader, algo: str) -> None:
    trader.place(
        1,
        "BUY",
        "MKT",
        400,
        algo_strategy=algo,
        algo_params=[("endTime", trader.stamp(100))],
    )
    trader.run(50)
    assert 120 <= trader.order(1).filled <= 280
    trader.run(60)
    assert trader.status(1) == "Filled"
    assert len({e.time for e in trader.world.gateway.desk.executions.values()}) > 20
    check_books(trader.world)


def test_an_adaptive_order_waits_at_its_side_and_then_pays(trader: Trader) -> None:
    trader.place(
        1,
        "BUY",
        "MKT",
        5000,
        algo_strategy="Adaptive",
        algo_params=[("adaptivePriority", "Urgent")],
    )
    trader.run(1)
    assert trader.order(1).resting is not None
    trader.run(60)
    assert trader.status(1) == "Filled"
    assert {e.liquidity for e in trader.world.gateway.desk.executions.values()} == {1, 2}
    check_books(trader.world)


def test_a_stop_turns_into_a_trailing_one_once_the_price_is_good(trader: Trader) -> None:
    start = trader.mark
    trader.place(
        1,
        "SELL",
        "STP",
        stop_price=start - 10,
        adjusted_order_type="TRAIL",
        trigger_price=start + 3,
        adjusted_stop_price=start - 2,
        adjusted_trailing_amount=Decimal(5),
    )
    trader.run(2)
    assert trader.order(1).terms.order_type == "STP"
    trader.move(4)
    order = trader.order(1)
    assert order.terms.order_type == "TRAIL"
    assert order.stop_now is not None
    assert order.stop_now >= start - 2
    trader.move(-7)
    assert trader.status(1) == "Filled"


@pytest.mark.parametrize("oca_type", [1, 2, 3])
def test_a_group_without_parents_ends_together(trader: Trader, oca_type: int) -> None:
    low = trader.mark - 50
    group = {"oca_group": "pair", "oca_type": oca_type}
    trader.place(1, "BUY", "LMT", 300, limit_price=low, **group)
    trader.place(2, "SELL", "STP", 300, stop_price=low, **group)
    trader.place(3, "BUY", "MKT", 100, **group)
    other = [trader.order(i) for i in (1, 2)]
    assert {o.status for o in other} == {"Cancelled"}
    assert trader.client.errors(1) == [202]


def test_a_partial_fill_reduces_a_group_of_type_two(trader: Trader) -> None:
    limit = trader.market.instrument.price(trader.ask)
    size = trader.market.book.size_at(trader.ask, buys=False)
    trader.place(
        1, "BUY", "LMT", size + 700, limit_price=trader.mark - 50, oca_group="g", oca_type=2
    )
    trader.place(2, "BUY", "LMT", size + 700, limit_price=limit, oca_group="g", oca_type=2)
    assert trader.order(2).filled == size
    assert trader.order(1).terms.quantity == 700


def test_double_trigger_methods_want_the_price_twice(trader: Trader) -> None:
    stop = trader.mark + 1
    trader.place(1, "BUY", "STP", stop_price=stop, trigger_method=8)
    trader.place(2, "BUY", "STP", stop_price=stop, trigger_method=3)
    trader.place(3, "BUY", "STP", stop_price=stop, trigger_method=4)
    trader.run(1)
    assert {trader.status(i) for i in (1, 2, 3)} == {"PreSubmitted"}
    trader.move(3)
    assert {trader.status(i) for i in (1, 2, 3)} == {"Filled"}


@pytest.mark.parametrize(
    ("code", "kind", "fields"),
    [
        (110, "TRAIL", {"stop_price": Decimal("0.001")}),
        (110, "LMT", {"limit_price": Decimal("1.001")}),
        (200, "MKT", {"conditions": [condition(PRICE, value=1, con_id=5)]}),
        (201, "MKT", {"tif": "GTD", "good_till_date": "20200101 10:00:00"}),
        (321, "MKT", {"tif": "GTD", "good_till_date": "soon"}),
        (321, "MKT", {"good_after_time": "99999999 10:00:00"}),
        (321, "TRAIL", {}),
        (321, "TRAIL LIMIT", {"stop_price": Decimal(1)}),
        (321, "STP", {}),
        (321, "NONSENSE", {}),
        (321, "MKT", {"conditions": [condition(PRICE, value="x", con_id=AAPL)]}),
        (321, "LMT", {"limit_price": Decimal(1), "display_size": 200}),
        (321, "MKT", {"account": "DU1"}),
        (387, "PEG STK", {}),
        (434, "MKT", {"quantity": 0}),
        (439, "MKT", {"algo_strategy": "Magic"}),
        (443, "STP", {"algo_strategy": "Twap", "stop_price": Decimal(1)}),
        (10052, "MOC", {"tif": "IOC"}),
        (10052, "MKT", {"tif": "ALWAYS"}),
        (10052, "STP", {"tif": "OPG", "stop_price": Decimal(1)}),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(
    trader: Trader, code: int, kind: str, fields: dict[str, Any]
) -> None:
    assert trader.refusal(kind, **fields) == code
