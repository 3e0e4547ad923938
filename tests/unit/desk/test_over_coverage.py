"""Several stops of one position: what they cover together is an exit, what goes beyond is none."""

from dataclasses import replace
from typing import Any

from tests.helpers.desk_fakes import SPY, D, Door, a_draft, open_order, status
from workstation.domain.finding import Denied, Submitted, TradingState
from workstation.domain.ids import ClientId, IntentId, OrderId, PermId
from workstation.domain.order import OrderTerms, OrderType, Side
from workstation.domain.order_extras import OcaGroup, OcaType
from workstation.oms.events import Reconciled

SELL = Side.SELL


def stop(quantity: int, price: str = "95.00", **changes: Any) -> dict[str, Any]:
    terms = {"side": SELL, "quantity": D(quantity), "order_type": OrderType.STOP}
    return {**terms, "limit_price": None, "stop_price": D(price), **changes}


def door_with(quantity: int = 100) -> Door:
    door = Door()
    door.hold(quantity)
    return door


def is_exit(door: Door, **terms: Any) -> bool:
    return door.judge(a_draft(**terms), None).entry_value is None


def test_a_second_stop_of_the_full_size_is_an_entry_and_of_the_uncovered_part_an_exit() -> None:
    door = door_with()
    door.working(**stop(60))
    assert is_exit(door, **stop(40, "94.00"))
    assert not is_exit(door, **stop(41, "94.00"))
    door.stand(trading_state=TradingState.REDUCING)
    answer = door.submit(**stop(100, "94.00", intent_id=IntentId("second")))
    assert isinstance(answer, Denied)
    beyond = next(each for each in answer.findings if "beyond" in each.text)
    assert (beyond.measured, beyond.limit) == ("100", "40 left to close")
    assert isinstance(door.submit(**stop(40, "94.00", intent_id=IntentId("rest"))), Submitted)


def test_no_stop_of_any_kind_is_left_out_and_whoever_placed_it() -> None:
    for kind in ("STP", "STP LMT", "TRAIL", "TRAIL LIMIT"):
        door = door_with()
        door.apply(open_order(side=SELL, order_type=kind, client_id=ClientId(0),
                              order_id=OrderId(-3), limit_price=None))  # fmt: skip
        assert not is_exit(door, **stop(1))


def test_stops_never_stand_before_a_close_or_a_target() -> None:
    door = door_with()
    door.working(**stop(100))
    door.stand(trading_state=TradingState.HALTED)
    assert is_exit(door, side=SELL, quantity=D(100), order_type=OrderType.MARKET, limit_price=None)
    assert is_exit(door, side=SELL, quantity=D(100), limit_price=D("110.00"))


def test_stops_of_one_group_end_each_other_and_count_once() -> None:
    door = door_with()
    for number in (1, 2):
        group = {"oca_group": "g", "oca_type": 1, "client_id": ClientId(7)}
        door.apply(open_order(side=SELL, order_type="STP", limit_price=None, quantity=D(60),
                              order_id=OrderId(number), perm_id=PermId(number), **group))  # fmt: skip
    assert is_exit(door, **stop(40))
    assert not is_exit(door, **stop(41))


def test_a_stop_may_join_the_group_of_a_full_stop() -> None:
    door = door_with()
    known = door.contracts.known[SPY]
    door.contracts.known[SPY] = replace(known, order_types=known.order_types | {"OCA"})
    oca = OrderTerms(oca=OcaGroup(name="exits", oca_type=OcaType.CANCEL))
    answer = door.submit(**stop(100, terms=oca))
    assert isinstance(answer, Submitted), answer
    key = answer.key
    assert door.order(key).view().oca_group == "exits"
    assert is_exit(door, **stop(100, "94.00", terms=oca))


def test_a_stop_that_may_not_stand_does_not_stand_before_one_that_does() -> None:
    door = door_with()
    key = door.working(**stop(100))
    order = door.order(key)
    assert isinstance(door.cancel(key), object)
    assert is_exit(door, **stop(100, "94.00"))
    other = door_with()
    other.apply(open_order(side=SELL, order_type="STP", limit_price=None, client_id=ClientId(7)))
    lost = next(iter(other.orders))
    assert not is_exit(other, **stop(100))
    other.apply(Reconciled(missing=(lost.key,), settled=False))
    assert is_exit(other, **stop(100))
    door.apply(status("Cancelled", perm_id=order.perm_id))
    assert is_exit(door, **stop(100, "94.00"))


def test_a_standing_stop_is_moved_and_shrunk_in_any_state_and_does_not_grow_beyond() -> None:
    door = door_with()
    first = door.working(**stop(60))
    second = door.working(**stop(40, "94.00"))
    door.hold(50)  # a part was closed elsewhere: together they close too much now
    door.stand(trading_state=TradingState.REDUCING)
    for number, wish in enumerate(({"stop_price": D("93.00")}, {"stop_price": D("94.50")})):
        answer = door.change(second, intent_id=IntentId(f"move{number}"), **wish)
        assert isinstance(answer, Submitted), answer
        door.apply(open_order(door.order(second), stop_price=wish["stop_price"]))
    more = door.change(second, intent_id=IntentId("more"), quantity=D(45))
    assert isinstance(more, Denied)
    assert isinstance(door.change(first, intent_id=IntentId("less"), quantity=D(10)), Submitted)
