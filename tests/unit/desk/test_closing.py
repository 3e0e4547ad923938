"""Close is one command: never refused for size, never twice, never silently too much."""

from typing import Any

import pytest

from tests.helpers.desk_exits import Exits
from tests.helpers.desk_fakes import ACCOUNT, SPY, D, Door, a_draft, open_order
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import Done, Failed
from workstation.domain.finding import Denied, RiskCode, TradingState
from workstation.domain.ids import ClientId, IntentId, OrderId, PermId
from workstation.domain.order import OrderType, Side
from workstation.domain.order_status import Lifecycle, Pending

SELL = Side.SELL
STOP: dict[str, Any] = {
    "order_type": OrderType.STOP, "limit_price": None, "stop_price": D("95.00"), "side": SELL,
}  # fmt: skip


def holding(quantity: int = 100) -> Exits:
    exits = Exits()
    exits.door.hold(quantity)
    return exits


def bracketed(filled: int = 100) -> Exits:
    """A bracket whose entry has filled so much."""
    exits = Exits()
    exits.door.desk.submit_bracket(
        BracketDraft(entry=a_draft(), target_price=D(110), stop_price=D(95))
    )
    for order in list(exits.door.orders):
        exits.acknowledge(order, status="PreSubmitted")
    if filled:
        exits.fill(next(iter(exits.door.orders)), filled)
    return exits


def terms(order: Any) -> tuple[Any, ...]:
    return (order.side, order.quantity, order.order_type, order.limit_price)


# -- what leaves ------------------------------------------------------------------------------------


def test_a_close_is_a_limit_inside_the_collar() -> None:
    for held, side, limit in ((100, SELL, D("97.00")), (-70, Side.BUY, D("103.01"))):
        exits = holding(held)
        assert isinstance(exits.close(), Done)
        assert terms(exits.newest) == (side, abs(D(held)), "LMT", limit)
        assert exits.newest.outside_rth
        assert exits.newest.tif == "DAY"


def test_without_a_two_sided_market_it_is_a_market_order() -> None:
    for blind in (
        lambda d: d.quotes.mark_all_stale(), lambda d: d.quotes.forget(SPY),
        lambda d: d.quotes.set_price(SPY, 2, -1), lambda d: d.market(0.0, 0.01),
    ):  # fmt: skip
        exits = holding()
        blind(exits.door)
        assert isinstance(exits.close(), Done)
        assert terms(exits.newest) == (SELL, D(100), "MKT", None)


def test_it_is_never_refused_for_size_price_state_limits_or_arming() -> None:
    exits = holding(90_000)
    exits.limits = None
    exits.door.stand(trading_state=TradingState.HALTED, limits=None)
    exits.door.links(suspect=True, ready=False, wire_has_room=False)

    assert isinstance(exits.close(), Done)
    assert terms(exits.newest) == (SELL, D(90_000), "LMT", D("97.00"))


def test_what_protects_is_cancelled_before_the_exit_leaves() -> None:
    exits = bracketed()
    answer = exits.close()

    assert isinstance(answer, Done)
    assert "2 orders end with it" in answer.text
    entry, target, stop, leaving = exits.door.orders
    assert (target.cancel, stop.cancel, entry.cancel) == (
        Pending.REQUESTED, Pending.REQUESTED, Pending.NONE,
    )  # fmt: skip
    assert exits.door.broker.cancels == [2, 3]
    assert terms(leaving) == (SELL, D(100), "LMT", D("97.00"))
    events = exits.door.journal.events
    assert events.index("CancelIntent") < len(events) - events[::-1].index("Intent") - 1


def test_an_entry_that_could_still_add_ends_too_and_one_untouched_keeps_its_exits() -> None:
    partly = bracketed(40)
    assert isinstance(partly.close(), Done)
    assert set(partly.door.broker.cancels) == {1, 2, 3}
    assert partly.newest.quantity == D(40)

    waiting = bracketed(0)
    waiting.door.hold(50)
    assert isinstance(waiting.close(), Done)
    assert waiting.door.broker.cancels == []


def test_plain_stops_and_groups_end_and_other_sells_stay() -> None:
    exits = holding()
    stop = exits.door.working(**STOP)
    grouped = exits.door.working(side=SELL, limit_price=D("110.00"), quantity=D(50))
    exits.acknowledge(exits.door.order(grouped), oca_group="mine", oca_type=1)
    plain = exits.door.working(side=SELL, limit_price=D("120.00"), quantity=D(10))
    foreign = {"client_id": ClientId(3), "order_id": OrderId(0), "perm_id": PermId(4)}
    exits.door.apply(open_order(**foreign, side=SELL, order_type="STP", limit_price=None))

    answer = exits.close()

    assert [exits.door.order(key).cancel for key in (stop, grouped, plain)] == [
        Pending.REQUESTED, Pending.REQUESTED, Pending.NONE,
    ]  # fmt: skip
    assert "1 orders of other clients stay" in answer.text
    assert exits.newest.quantity == D(100)


def test_an_exit_under_way_counts() -> None:
    exits = holding()
    exits.door.working(side=SELL, quantity=D(60), order_type=OrderType.MARKET)
    assert isinstance(exits.close(), Done)
    assert exits.newest.quantity == D(40)

    again = exits.close()
    assert again == Done("The exit is under way.")
    assert len(exits.door.broker.frames) == 2


def test_pressed_again_it_moves_its_exit_to_the_market() -> None:
    exits = holding()
    exits.close()
    exits.acknowledge()
    exits.door.market(90.0, 90.02)

    assert exits.close() == Done("The exit is moved to the market.")

    assert len(list(exits.door.orders)) == 1
    assert exits.newest.pending_limit == D("87.30")
    assert exits.newest.pending_quantity == D(100)


# -- what cannot leave ------------------------------------------------------------------------------


def test_nothing_to_close_and_nothing_known_is_said() -> None:
    assert isinstance(Exits().close(), Failed)
    exits = holding()
    exits.door.contracts.known.clear()
    assert isinstance(exits.close(), Failed)


@pytest.mark.parametrize("state", [TradingState.LOCKED, TradingState.ACTIVE])
def test_a_denied_exit_leaves_the_protection_standing(state: TradingState) -> None:
    exits = bracketed()
    exits.door.stand(trading_state=state)
    exits.door.links(synced=state is not TradingState.ACTIVE)

    assert isinstance(exits.close(), Denied)
    assert exits.door.broker.cancels == []


def test_an_exit_that_breaks_after_the_cancels_is_alarmed() -> None:
    exits = bracketed()
    exits.door.broker.write_order = lambda _order, **_how: False  # type: ignore[method-assign]

    answer = exits.close()

    assert {each.code for each in answer.findings} == {RiskCode.LINK_NOT_READY}
    assert "did not leave" in exits.alarms[0]
    bare = holding()
    bare.door.broker.up = False
    assert isinstance(bare.close(), Denied)
    assert bare.alarms == []


# -- what is watched --------------------------------------------------------------------------------


def closing() -> tuple[Exits, Any, Any]:
    exits = bracketed()
    exits.close()
    exits.acknowledge()
    return exits, list(exits.door.orders)[2], exits.newest


def test_a_stop_that_fills_as_well_is_alarmed_by_name() -> None:
    exits, stop, leaving = closing()
    exits.fill(leaving, 100)
    assert exits.alarms == []
    exits.fill(stop, 100)

    over = [each for each in exits.door.out.notices if "more than was held" in each.text]
    assert len(over) == 1
    assert "Closing SPY sold 100 more than was held" in over[0].text
    assert "-100 SPY" in over[0].effect
    assert over[0].order == leaving.key
    exits.closer.check()
    assert sum("more than was held" in text for text in exits.said) == 1


def test_a_stop_that_fills_first_takes_the_exit_back() -> None:
    exits, stop, leaving = closing()
    exits.fill(stop, 100)

    assert leaving.cancel is Pending.REQUESTED
    assert not any("more than was held" in text for text in exits.said)


def test_a_stop_that_fills_a_part_makes_the_exit_smaller() -> None:
    exits, stop, leaving = closing()
    exits.fill(stop, 30)
    assert (leaving.pending_quantity, leaving.cancel) == (D(70), Pending.NONE)
    exits.closer.check()
    exits.acknowledge(leaving, quantity=D(70))
    exits.closer.check()
    assert leaving.quantity == D(70)

    exits.fill(leaving, 70)
    assert leaving.lifecycle is Lifecycle.FILLED
    assert not any("more than was held" in text for text in exits.said)


def test_a_close_is_watched_for_a_minute_after_its_end() -> None:
    exits, _, leaving = closing()
    exits.fill(leaving, 100)
    exits.door.clock.seconds += 61
    exits.closer.check()

    assert exits.closer._watched == []


def test_a_purchase_that_closes_too_much_is_named_as_one() -> None:
    exits = holding(-100)
    key = exits.door.working(**{**STOP, "side": Side.BUY, "stop_price": D("105.00")})
    exits.close()
    exits.fill(exits.acknowledge(), 100)
    exits.fill(exits.door.order(key), 100)

    assert any("bought 100 more than was held" in text for text in exits.said)


def test_the_exit_of_another_day_is_known_by_its_source() -> None:
    exits = holding()
    exits.close()
    exits.acknowledge()
    again = Exits(exits.door.restarted())

    assert again.closer.sent(again.newest.key)
    assert not again.closer.sent("nothing")  # type: ignore[arg-type]
    key = Door().submit(intent_id=IntentId("x")).key
    assert not again.closer.sent(key)
    assert again.door.positions.held(ACCOUNT) == {}
