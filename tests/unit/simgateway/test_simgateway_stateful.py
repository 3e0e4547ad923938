"""Random sequences of orders of every kind: no share, no money and no priority is ever lost.

The gate runs a few; all of them, of seed 1:
python -m tests.unit.simgateway.test_simgateway_stateful 10000 1
"""

import sys
import time
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.unit.simgateway.test_simgateway_trading import check_books
from tests.unit.simgateway.virtual import World
from workstation.simgateway.instruments import ContractQuery
from workstation.simgateway.order_kinds import KINDS, Aux, Limit
from workstation.simgateway.order_request import NewOptions, PlaceRequest

AAPL = 265598
IN_THE_GATE = 25
STEPS = 20
CENT = Decimal("0.01")

quantities = st.integers(1, 3000)
offsets = st.integers(-60, 60)
kinds = st.sampled_from(sorted(KINDS))
tifs = st.sampled_from(["DAY", "GTC", "IOC", "FOK", "GTD", "OPG"])
groups = st.sampled_from([("", 0), ("", 0), ("", 0), ("a", 1), ("b", 2), ("b", 3)])
hedges = st.sampled_from([("", ""), ("", ""), ("D", ""), ("B", "0.5"), ("P", "2")])
ALL = -1
algos = st.sampled_from(["", "", "", "Twap", "Vwap", "Adaptive"])


class Orders(RuleBasedStateMachine):
    """A client that does whatever it likes with one stock."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(3)
        closed = [con_id for con_id in self.world.gateway.markets if con_id != AAPL]
        for con_id in closed:  # nobody trades there, and they would take most of the time
            del self.world.gateway.markets._open[con_id]
        self.client = self.world.client()
        self.next_id = 1

    def send(self, order_id: int, **fields: Any) -> None:
        contract = ContractQuery(symbol="AAPL", sec_type="STK", exchange="SMART")
        request = PlaceRequest(order_id=order_id, contract=contract, **fields)
        self.world.gateway.desk.place(1, request)
        self.world.gateway.commit()

    def terms(self, kind: str, tif: str, quantity: int, near: int, far: int) -> dict[str, Any]:
        """Return prices that fit a kind of order, around the market."""
        mark = self.world.gateway.markets[AAPL].mark().quantize(CENT)  # it may be half a cent
        found = KINDS[kind]
        fields: dict[str, Any] = {
            "order_type": kind,
            "quantity": Decimal(quantity),
            "tif": tif,
        }
        if found.limit is not Limit.NONE and not found.trails:
            fields["limit_price"] = mark + near * CENT
        if found.aux is Aux.TRIGGER:
            fields["stop_price"] = mark + far * CENT
        elif found.aux is not Aux.NOTHING:
            fields["stop_price"] = abs(far) * CENT + CENT
        if found.trails and found.limit is Limit.OPTIONAL:
            fields["limit_price_offset"] = abs(near) * CENT
        if tif == "GTD":
            fields["good_till_date"] = "20261120 10:05:00 US/Eastern"
        return fields

    @rule(
        side=st.sampled_from(["BUY", "SELL"]),
        kind=kinds,
        tif=tifs,
        quantity=quantities,
        near=offsets,
        far=offsets,
        group=groups,
        algo=algos,
        display=st.sampled_from([None, None, 1, 50]),
        attached=st.booleans(),
        least=st.sampled_from([0, 0, 0, 10, ALL]),
        hedge=hedges,
        post_only=st.sampled_from([False, False, True]),
    )
    def place(
        self,
        side: str,
        kind: str,
        tif: str,
        quantity: int,
        near: int,
        far: int,
        group: tuple[str, int],
        algo: str,
        display: int | None,
        attached: bool,
        least: int,
        hedge: tuple[str, str],
        post_only: bool,
    ) -> None:
        terms = self.terms(kind, tif, quantity, near, far)
        if attached and hedge[0]:
            terms |= {"quantity": Decimal(0), "hedge_type": hedge[0], "hedge_param": hedge[1]}
        self.send(
            self.next_id,
            side=side,
            all_or_none=least == ALL,
            min_quantity=0 if least == ALL else least,
            options=NewOptions(post_only=post_only),
            oca_group=group[0],
            oca_type=group[1],
            algo_strategy=algo,
            display_size=display,
            parent_id=self.next_id - 1 if attached else 0,
            **terms,
        )
        self.next_id += 1

    @rule(
        side=st.sampled_from(["BUY", "SELL"]),
        kind=st.sampled_from(["MKT", "LMT", "PEG MID", "MIDPRICE"]),
        money=st.integers(1, 900_000),
        near=st.integers(-5, 5),
    )
    def spend(self, side: str, kind: str, money: int, near: int) -> None:
        terms = self.terms(kind, "DAY", 0, near, near)
        self.send(self.next_id, side=side, cash_quantity=Decimal(money), **terms)
        self.next_id += 1

    @rule(
        side=st.sampled_from(["BUY", "SELL"]),
        kind=st.sampled_from(["MKT", "LMT", "STP", "TRAIL", "MIT", "REL"]),
        quantity=quantities,
        near=st.integers(-5, 5),
        group=groups,
    )
    def trade(self, side: str, kind: str, quantity: int, near: int, group: tuple[str, int]) -> None:
        terms = self.terms(kind, "DAY", quantity, near, near)
        self.send(self.next_id, side=side, oca_group=group[0], oca_type=group[1], **terms)
        self.next_id += 1

    @rule(back=st.integers(1, 6), kind=kinds, quantity=quantities, near=offsets, far=offsets)
    def modify(self, back: int, kind: str, quantity: int, near: int, far: int) -> None:
        order = self.world.gateway.desk.store.find(1, self.next_id - back)
        if order is not None:
            terms = self.terms(kind, "DAY", quantity, near, far)
            self.send(order.order_id, side=order.terms.side, **terms)

    @rule(back=st.integers(1, 6))
    def cancel(self, back: int) -> None:
        self.world.gateway.desk.cancel(1, self.next_id - back)

    @rule(seconds=st.sampled_from([0.1, 1, 5]))
    def wait(self, seconds: float) -> None:
        self.world.run(seconds)

    @rule(ticks=st.integers(-300, 300))
    def jump(self, ticks: int) -> None:
        self.world.gateway.desk.jump(AAPL, ticks)

    @rule()
    def halt_and_resume(self) -> None:
        self.world.gateway.desk.halt(AAPL)
        self.world.run(0.5)
        self.world.gateway.desk.resume(AAPL)

    @invariant()
    def nothing_is_lost(self) -> None:
        check_books(self.world)
        desk = self.world.gateway.desk
        floor = desk.floor
        waiting = floor.asleep | floor.unfilled | floor.whole | floor.pegged | floor.scheduled
        for order in desk.orders.values():
            at_work = order.resting is not None or order.perm_id in waiting
            if order.is_live:
                assert at_work or order.waits_for_parent, order
            else:
                assert not at_work, order


def run(count: int, chosen: int | None = None) -> None:
    """Try so many sequences, those of a seed if one is chosen."""
    machine = Orders if chosen is None else seed(chosen)(Orders)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=count,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def test_no_sequence_of_orders_loses_a_share() -> None:
    run(IN_THE_GATE)


if __name__ == "__main__":
    COUNT, SEED, *_ = [*map(int, sys.argv[1:]), *(10_000, 1)[len(sys.argv) - 1 :]]
    STARTED = time.monotonic()
    run(COUNT, SEED)
    print(f"{COUNT} sequences of seed {SEED} in {time.monotonic() - STARTED:.0f} s")
