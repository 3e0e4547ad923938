"""Numbers and marks of orders are never used twice."""

from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.desk_fakes import D, Door, a_draft
from workstation.domain.ids import IntentId, OrderId
from workstation.oms.order_ids import OrderIds, OrderRefs

STEPS = st.lists(
    st.one_of(
        st.just(("new", 0)),
        st.tuples(st.sampled_from(["at_least", "used"]), st.integers(0, 50)),
    )
)


@given(STEPS)
def test_no_number_is_handed_out_twice_or_below_what_is_taken(steps: list[tuple[str, int]]) -> None:
    ids = OrderIds()
    given_out: list[int] = []
    floor = 1
    for step, number in steps:
        if step == "new":
            given_out.append(ids.new())
            assert given_out[-1] >= floor
        elif step == "used":
            ids.used(OrderId(number))
            floor = max(floor, number + 1)
        else:
            ids.at_least(OrderId(number))
            floor = max(floor, number)
    assert given_out == sorted(set(given_out))


def test_the_high_water_mark_survives_a_restart_and_a_gateway_that_forgot() -> None:
    door = Door()
    door.desk.controller.ids.at_least(OrderId(40))
    door.submit()
    door.submit(intent_id=IntentId("wish-2"), quantity=D(50))

    again = door.restarted()
    again.desk.controller.ids.at_least(OrderId(1))  # the gateway was reset

    assert again.desk.controller.ids.new() == 42


def test_a_number_spent_on_an_order_that_never_left_is_not_used_again() -> None:
    door = Door()
    door.broker.up = False
    door.submit()
    door.broker.up = True

    answer = door.submit(a_draft(intent_id=IntentId("wish-2")))

    assert answer.order_id == 2


def test_marks_differ_even_within_one_millisecond_and_name_the_installation() -> None:
    refs = OrderRefs("abcd1234", milliseconds=lambda: 1_700_000_000_000)
    marks = {refs.new() for _ in range(1000)}

    assert len(marks) == 1000
    assert all(mark.startswith("WS:abcd1234:") and len(mark) == 38 for mark in marks)


def test_marks_rise_with_time() -> None:
    times = iter((1, 2))
    refs = OrderRefs("x", milliseconds=lambda: next(times), randomness=lambda n: b"\xff" * n)

    assert refs.new() < refs.new()


def test_a_mark_is_a_ulid_as_the_standard_writes_it() -> None:
    def mark(milliseconds: int, random: bytes) -> str:
        return OrderRefs("x", lambda: milliseconds, lambda n: random * n).new()

    assert mark(2**48 - 1, b"\xff") == "WS:x:7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
    assert mark(1_469_918_176_385, b"\0") == "WS:x:01ARYZ6S410000000000000000"
    assert OrderRefs("x", lambda: 0, lambda n: b"\0" * (n - 1) + b"\x21").new().endswith("0011")
