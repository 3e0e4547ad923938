"""Which fills opened and which closed: first in, first out, costs shared by size."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from workstation.domain.execution import Commission, Execution
from workstation.domain.ids import AccountId, ClientId, ConId, ExecId, OrderId
from workstation.domain.order import Side
from workstation.domain.round_trips import Fill, round_trips

BUY, SELL = Side.BUY, Side.SELL
NOON = datetime(2026, 3, 18, 16, 0, tzinfo=UTC)
D = Decimal


def fill(number: int, side: Side, size: int, price: str, **more: Any) -> Fill:
    cost, realized = more.pop("cost", None), more.pop("realized", None)
    exec_id = ExecId(f"e{number}.01")
    execution = Execution(
        exec_id=exec_id,
        order_id=OrderId(number),
        client_id=ClientId(7),
        perm_id=None,
        order_ref=None,
        account=more.pop("account", AccountId("SIM1")),
        con_id=ConId(1),
        symbol="SPY",
        side=side,
        quantity=D(size),
        price=D(price),
        exchange="ARCA",
        time=NOON + timedelta(minutes=number),
    )
    paid = None
    if cost is not None:
        paid = Commission(
            exec_id=exec_id, commission=D(cost), currency="USD", realized_pnl=realized
        )
    return Fill(execution, paid)


def shape(*fills: Fill) -> list[tuple[int, int, Decimal, Decimal]]:
    return [
        (t.opened.order_id, t.closed.order_id, t.quantity, t.points) for t in round_trips(fills)
    ]


def test_the_first_bought_is_the_first_sold() -> None:
    found = shape(fill(1, BUY, 100, "10"), fill(2, BUY, 50, "11"), fill(3, SELL, 120, "12"))
    assert found == [(1, 3, D(100), D(2)), (2, 3, D(20), D(1))]


def test_a_short_trip_gains_when_the_price_falls() -> None:
    assert shape(fill(1, SELL, 10, "12"), fill(2, BUY, 10, "10")) == [(1, 2, D(10), D(2))]


def test_a_fill_that_turns_the_position_around_closes_and_opens() -> None:
    found = shape(fill(1, BUY, 10, "10"), fill(2, SELL, 30, "11"), fill(3, BUY, 20, "9"))
    assert found == [(1, 2, D(10), D(1)), (2, 3, D(20), D(2))]


def test_the_order_of_times_counts_not_that_of_arrival() -> None:
    assert shape(fill(2, SELL, 10, "12"), fill(1, BUY, 10, "10")) == [(1, 2, D(10), D(2))]


def test_costs_fall_on_a_trip_by_its_share() -> None:
    fills = (fill(1, BUY, 100, "10", cost="4"), fill(2, SELL, 50, "12", cost="1"))
    trip = round_trips(fills)[0]
    assert trip.cost == D(3)
    assert trip.gain(D(1)) == D(97)
    assert trip.gain(D(50)) == D(4997)


def test_accounts_do_not_close_each_others_positions() -> None:
    assert shape(fill(1, BUY, 10, "10"), fill(2, SELL, 10, "12", account=AccountId("SIM2"))) == []


def test_a_close_whose_opening_is_not_on_record_makes_no_trip_and_opens_nothing() -> None:
    closes = fill(1, SELL, 10, "12", cost="1", realized=D("55"))
    assert shape(closes, fill(2, BUY, 10, "10", cost="1", realized=D(0))) == []
    later = fill(3, SELL, 10, "13")
    assert shape(closes, fill(2, BUY, 10, "10"), later) == [(2, 3, D(10), D(3))]
