"""What is kept between decisions equals what would be worked out anew."""

from decimal import Decimal
from unittest.mock import PropertyMock, patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.desk_fakes import ACCOUNT, Door, execution, open_order, spy, status
from workstation.desk.working_ledger import WorkingLedger
from workstation.domain.contract import Contract
from workstation.domain.ids import ClientId, ConId, ExecId, OrderId, PermId
from workstation.domain.order import Side
from workstation.domain.reports import ExecutionReport, PositionReport

D = Decimal
CON_IDS = (ConId(101), ConId(102), ConId(103))

_numbers = st.integers(1, 6)
_con_ids = st.sampled_from(CON_IDS)
_sides = st.sampled_from(Side)
_events = st.lists(
    st.one_of(
        st.tuples(st.just("order"), _numbers, _con_ids, _sides, st.integers(1, 9) | st.none()),
        st.tuples(st.just("child"), _numbers, _con_ids, _sides, st.integers(1, 9)),
        st.tuples(st.just("cancelled"), _numbers),
        st.tuples(st.just("filled"), _numbers, st.integers(1, 5)),
        st.tuples(st.just("position"), _con_ids, st.integers(-20, 20)),
        st.tuples(
            st.just("learned"),
            _con_ids,
            st.sampled_from(("STK", "FUT")),
            st.sampled_from(("USD", "EUR", "JPY")),
        ),
        st.tuples(st.just("price"), _con_ids, st.integers(1, 9)),
    ),
    max_size=25,
)


class World:
    """A desk and the ledger that has lived through all of it."""

    def __init__(self) -> None:
        self.door = Door()
        self.ledger = self.fresh()
        self.executions = 0

    def fresh(self) -> WorkingLedger:
        door = self.door
        return WorkingLedger(door.orders, door.positions, door.quotes, door.contracts)

    def happen(self, kind: str, *told: object) -> None:
        getattr(self, f"_{kind}")(*told)

    def _order(self, number: int, con_id: ConId, side: Side, price: int | None) -> None:
        kind: dict[str, object] = {"order_type": "MKT", "limit_price": None}
        if price is not None:
            kind = {"order_type": "LMT", "limit_price": D(price)}
        self._open(number, con_id, side, **kind)

    def _child(self, number: int, con_id: ConId, side: Side, price: int) -> None:
        parent = OrderId(1 + number % 6)
        self._open(number, con_id, side, limit_price=D(price), parent_id=parent)

    def _open(self, number: int, con_id: ConId, side: Side, **terms: object) -> None:
        self.door.apply(
            open_order(
                order_id=OrderId(number),
                client_id=ClientId(3),
                perm_id=PermId(1000 * con_id + number + 500 * (side is Side.SELL)),
                con_id=con_id,
                side=side,
                quantity=D(10),
                **terms,
            )
        )

    def _cancelled(self, number: int) -> None:
        for order in list(self.door.orders):
            if order.order_id == number:
                self.door.apply(
                    status(
                        "Cancelled",
                        order_id=order.order_id,
                        client_id=order.client_id,
                        perm_id=order.perm_id,
                    )
                )

    def _filled(self, number: int, quantity: int) -> None:
        order = next((each for each in self.door.orders if each.order_id == number), None)
        if order is None:
            return
        self.executions += 1
        done = execution(
            quantity=quantity,
            exec_id=ExecId(f"e{self.executions}.1.01"),
            order_id=order.order_id,
            client_id=order.client_id,
            perm_id=order.perm_id,
            con_id=order.con_id,
            side=order.side,
        )
        for fill in self.door.apply(ExecutionReport(execution=done)):
            self.door.positions.apply_execution(fill)

    def _position(self, con_id: ConId, quantity: int) -> None:
        self.door.positions.apply_position(
            PositionReport(
                account=ACCOUNT,
                con_id=con_id,
                symbol=f"S{con_id}",
                quantity=D(quantity),
                average_cost=None,
            )
        )

    def _learned(self, con_id: ConId, sec_type: str, currency: str) -> None:
        contract = Contract(
            con_id=con_id, symbol=f"S{con_id}", sec_type=sec_type, currency=currency
        )
        multiplier = D(1) if sec_type == "STK" else D(50)
        self.door.contracts.known[con_id] = spy(contract=contract, multiplier=multiplier)

    def _price(self, con_id: ConId, price: int) -> None:
        self.door.quotes.set_price(con_id, 2, float(price))


def worth(currency: str) -> Decimal | None:
    return {"USD": D(1), "EUR": D("1.25")}.get(currency)


def seen(ledger: WorkingLedger) -> list[object]:
    """Say all that the ledger tells of every contract."""
    found: list[object] = []
    for con_id in CON_IDS:
        place = ledger.at(ACCOUNT, con_id)
        opening, elsewhere = ledger.opening(ACCOUNT, con_id, place.filling, worth)
        less, _ = ledger.opening(ACCOUNT, con_id, place.filling[1:], worth)
        found += [place.orders, place.filling, dict(opening), elsewhere, dict(less)]
    return found


@given(_events, st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_the_ledger_says_at_any_moment_what_a_new_one_would(
    events: list[tuple[object, ...]], every: int
) -> None:
    world = World()
    for number, (kind, *told) in enumerate(events):
        world.happen(str(kind), *told)
        if number % every == 0:
            assert seen(world.ledger) == seen(world.fresh())
    assert seen(world.ledger) == seen(world.fresh())


def test_what_closes_a_position_opens_nothing_and_the_rest_counts() -> None:
    world = World()
    long, other = CON_IDS[:2]
    world.happen("position", long, 6)
    world.happen("order", 1, long, Side.SELL, 5)  # ten to sell, six of them close
    world.happen("order", 2, other, Side.BUY, 3)
    filling = world.ledger.at(ACCOUNT, long).filling
    opening, elsewhere = world.ledger.opening(ACCOUNT, long, filling, worth)
    assert dict(opening) == {"STK": D(4 * 5 + 10 * 3)}
    assert elsewhere == D(30)
    assert world.ledger.opening(ACCOUNT, long, (), worth) == ((("STK", D(30)),), D(30))


def test_sums_are_in_the_currency_of_the_account() -> None:
    world = World()
    future, other = CON_IDS[:2]
    world.happen("learned", future, "FUT", "EUR")
    world.happen("order", 1, future, Side.BUY, 4)
    world.happen("order", 2, other, Side.BUY, 3)
    filling = world.ledger.at(ACCOUNT, other).filling
    opening, elsewhere = world.ledger.opening(ACCOUNT, other, filling, worth)
    euros = D(10 * 4 * 50)
    assert dict(opening) == {"FUT": euros * D("1.25"), "STK": D(30)}
    assert elsewhere == euros * D("1.25")


def test_an_ended_order_is_forgotten() -> None:
    world = World()
    world.happen("order", 1, CON_IDS[0], Side.BUY, 5)
    assert world.ledger.at(ACCOUNT, CON_IDS[0]).orders
    world.happen("cancelled", 1)
    place = world.ledger.at(ACCOUNT, CON_IDS[0])
    assert (place.orders, place.filling, place.value) == ((), (), D(0))
    assert world.ledger.opening(ACCOUNT, CON_IDS[0], (), worth) == ((), D(0))


def test_the_book_gives_the_working_orders_as_they_are_now() -> None:
    world = World()
    assert world.door.orders.working() == ()
    world.happen("order", 1, CON_IDS[0], Side.BUY, 5)
    (before,) = world.door.orders.working()
    assert world.door.orders.working()[0] is before
    world.happen("filled", 1, 4)
    (after,) = world.door.orders.working()
    assert (before.filled, after.filled) == (D(0), D(4))


def test_orders_that_came_again_unchanged_are_looked_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else every round of the loop compares all of them, however many there are."""
    world = World()
    world.happen("order", 1, CON_IDS[0], Side.BUY, 5)
    world.ledger.settle()
    looks: list[int] = []
    look = world.ledger._bring_up_to_date
    monkeypatch.setattr(world.ledger, "_bring_up_to_date", lambda: (looks.append(1), look()))

    world.happen("order", 1, CON_IDS[0], Side.BUY, 5)
    for _ in range(3):
        world.ledger.settle()
    assert len(looks) == 1


def test_rules_of_a_contract_are_compared_only_when_some_have_changed() -> None:
    world = World()
    contracts = world.door.contracts
    revision = PropertyMock(return_value=1)
    world.happen("learned", CON_IDS[0], "FUT", "USD")
    with patch.object(type(contracts), "revision", revision):
        world.happen("order", 1, CON_IDS[0], Side.BUY, 5)
        assert world.ledger.at(ACCOUNT, CON_IDS[0]).value == 10 * 5 * 50
        world.happen("learned", CON_IDS[0], "STK", "USD")
        assert world.ledger.at(ACCOUNT, CON_IDS[0]).value == 10 * 5 * 50
        revision.return_value = 2
        assert world.ledger.at(ACCOUNT, CON_IDS[0]).value == 10 * 5
