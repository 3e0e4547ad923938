"""Attacks over the wire: what a gateway can do to keep a trader in, or to lose what was sent."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.gateway_rig import a_wish
from tests.helpers.kill_rig import ACCOUNT, KillRig
from workstation.domain.commands import (
    CancelOrder,
    CancelOrders,
    ClosePosition,
    Flatten,
    GlobalCancel,
    HalvePosition,
    SubmitOrder,
    UseEndpoint,
    WatchSymbol,
)
from workstation.domain.finding import TradingState
from workstation.domain.ids import ConId
from workstation.domain.link import LinkState
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.simgateway.fault_commands import run

AAPL = ConId(265598)
COMPLETED_ORDERS_END, SUMMARY_END, EXECUTION = 102, 64, 11


class Attack(KillRig):
    """A rig with AAPL priced, whose gateway takes fault commands."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 7)
        self.desk = self.core.desk
        self.wishes = 0

    def connect(self) -> None:
        self.send(UseEndpoint("127.0.0.1", self.port))

    def price(self) -> None:
        self.until(lambda: self.is_ready)
        self.send(WatchSymbol("AAPL"))
        self.until(lambda: self.quote is not None and self.quote.two_sided)

    @property
    def quote(self) -> Any:
        return self.desk.figures.quotes.quote(AAPL)

    def fault(self, name: str, **values: Any) -> None:
        assert self.server is not None
        run(self.server, {"do": name, **values})

    def draft(self, **changes: Any) -> OrderDraft:
        self.wishes += 1
        return a_wish(self.wishes, **changes)

    @property
    def position(self) -> Decimal:
        return self.desk.figures.positions.quantity(ACCOUNT, AAPL)

    def hold(self) -> None:
        self.send(SubmitOrder(self.draft()))
        self.until(lambda: self.position == 20)
        self.run(2)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Attack]:
    made = Attack(tmp_path)
    made.connect()
    yield made
    made.close()
    assert made.faults == []


@pytest.mark.parametrize("lost", [COMPLETED_ORDERS_END, SUMMARY_END])
def test_a_list_that_never_ends_keeps_nobody_in(rig: Attack, lost: int) -> None:
    rig.price()
    rig.hold()
    rig.fault("drop", messages=[lost])
    rig.fault("reset")
    rig.until(lambda: rig.desk.link.state is LinkState.DISCONNECTED)
    rig.until(lambda: rig.desk.link.state is LinkState.SYNCING)
    rig.until(lambda: rig.desk.standing.link_view().knows_exits, 10)
    rig.send(SubmitOrder(rig.draft()))
    rig.run(1)
    assert rig.position == 20, "an entry left before everything was compared"

    rig.send(ClosePosition(ACCOUNT, AAPL))
    rig.until(lambda: rig.position == 0, 20)
    assert rig.desk.link.state is LinkState.SYNCING


def test_flatten_needs_no_more_than_positions_and_orders(rig: Attack) -> None:
    rig.price()
    rig.hold()
    rig.fault("drop", messages=[COMPLETED_ORDERS_END])
    rig.fault("reset")
    rig.until(lambda: rig.desk.link.state is LinkState.SYNCING)
    rig.until(lambda: rig.desk.standing.link_view().knows_exits, 10)
    rig.send(Flatten(ACCOUNT))
    rig.until(lambda: rig.desk.trading.state is TradingState.HALTED, 40)
    assert rig.position == 0


def test_flatten_survives_a_killed_gateway(rig: Attack) -> None:
    rig.price()
    rig.hold()
    rig.send(Flatten(ACCOUNT))
    rig.kill_gateway()
    rig.until(lambda: rig.desk.link.state is LinkState.DISCONNECTED)
    assert rig.desk.trading.state is TradingState.REDUCING
    assert rig.position == 20, "nothing can have left"
    rig.start_gateway()

    rig.until(lambda: rig.desk.trading.state is TradingState.HALTED, 40)
    assert rig.desk.figures.positions.held(ACCOUNT) == {}


def test_a_contract_that_could_not_be_looked_up_is_asked_for_again_by_a_close(
    rig: Attack,
) -> None:
    rig.price()
    rig.hold()
    rig.desk.contracts._details.clear()  # as after a start in which the look-up was refused
    asked = rig.desk.session.market.look_up_con_id
    rig.desk.session.market.look_up_con_id = lambda _: asked(ConId(1))  # type: ignore[method-assign]
    rig.desk.contracts.need(AAPL)
    rig.run(2)
    assert rig.desk.contracts.details(AAPL) is None
    rig.desk.session.market.look_up_con_id = asked  # type: ignore[method-assign]

    rig.send(ClosePosition(ACCOUNT, AAPL))
    rig.until(lambda: rig.desk.contracts.details(AAPL) is not None, 20)
    rig.send(ClosePosition(ACCOUNT, AAPL))
    rig.until(lambda: rig.position == 0, 20)


def test_a_fill_told_after_the_position_it_made_does_not_count_twice(rig: Attack) -> None:
    rig.price()
    rig.fault("delay", messages=[EXECUTION], seconds=1)
    rig.send(SubmitOrder(rig.draft()))
    rig.until(lambda: bool(list(rig.desk.orders)[0:]) and next(iter(rig.desk.orders)).filled == 20)
    rig.run(10)
    assert rig.position == 20

    rig.send(ClosePosition(ACCOUNT, AAPL))
    rig.run(10)
    assert rig.position == 0


def test_a_position_told_before_the_fill_that_made_it_is_never_beyond_flat(rig: Attack) -> None:
    rig.price()
    rig.hold()
    rig.fault("delay", messages=[EXECUTION], seconds=1)
    rig.send(ClosePosition(ACCOUNT, AAPL))
    for _ in range(30):
        rig.run(0.1)
        assert 0 <= rig.position <= 20
        rig.send(HalvePosition(ACCOUNT, AAPL))  # of what was believed short it would buy
    assert [order.side for order in rig.desk.orders] == [Side.BUY, Side.SELL]


# -- what was sent must leave before the program ends -----------------------------------------------


def working_at_the_broker(rig: Attack) -> int:
    assert rig.server is not None
    return len(rig.server.gateway.desk.store.live())


def end(rig: Attack) -> None:
    """Quit as the window does, and let the gateway read what was written."""
    begun = rig.clock.seconds
    rig.core.stop()
    rig.until(lambda: rig.core.loop._stopped, 30)
    assert rig.clock.seconds - begun >= 2, "the link was cut right behind an order"
    assert rig.server is not None
    for _ in range(20):
        rig.server.step(0.0)


def resting(rig: Attack, number: int = 0) -> OrderDraft:
    bid = Decimal(str(rig.quote.bid)).quantize(Decimal(1)) - 5 - number
    return rig.draft(order_type=OrderType.LIMIT, limit_price=bid)


def test_cancels_that_wait_for_the_wire_leave_before_the_end(rig: Attack) -> None:
    rig.price()
    for number in range(3):
        rig.send(SubmitOrder(resting(rig, number)))
        rig.run(1)
    assert working_at_the_broker(rig) == 3
    first = next(iter(rig.desk.orders)).key
    for _ in range(150):
        rig.send(CancelOrder(first))  # somebody leans on the key
    rig.send(CancelOrders())
    rig.run(0.1)
    end(rig)
    assert working_at_the_broker(rig) == 0


@pytest.mark.parametrize("last", ["order", "global cancel"])
def test_the_program_ends_no_sooner_than_its_last_word_is_heard(rig: Attack, last: str) -> None:
    rig.price()
    rig.send(SubmitOrder(resting(rig)))
    rig.run(5)
    if last == "order":
        rig.send(SubmitOrder(resting(rig, 1)))  # and the window is closed with the same breath
    else:
        rig.send(GlobalCancel())
    end(rig)
    assert working_at_the_broker(rig) == (2 if last == "order" else 0)
