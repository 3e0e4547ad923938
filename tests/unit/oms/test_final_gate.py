"""The final gate: what is not approved, byte for byte, does not leave."""

import hashlib

import pytest

from tests.helpers.desk_fakes import ACCOUNT, D, FakeBroker
from tests.helpers.virtual_time import VirtualClock
from workstation.domain.ids import AccountId, OrderId
from workstation.domain.ports import EncodedOrder
from workstation.oms.final_gate import FinalGate, FinalGateError

OTHER = AccountId("SIM0000002")


class Gate:
    """A gate that lets 1000 a minute pass, and the wire behind it."""

    def __init__(self) -> None:
        self.broker = FakeBroker()
        self.clock = VirtualClock()
        self.fault = ""
        self.gate = FinalGate(self.broker, self.clock, lambda: self.fault)
        self.gate.limit(ACCOUNT, D(1000))

    def approve(self, number: int, data: bytes = b"order") -> EncodedOrder:
        sha256 = hashlib.sha256(data).hexdigest()
        self.gate.approve(OrderId(number), sha256)
        return EncodedOrder(OrderId(number), data, sha256)

    def send(self, order: EncodedOrder, value: D | None = None) -> bool:
        return self.gate.send(order, ACCOUNT, value)


def test_what_was_approved_leaves_once_and_only_once() -> None:
    gate = Gate()
    order = gate.approve(1)

    assert gate.send(order)
    with pytest.raises(FinalGateError, match="never approved"):
        gate.send(order)
    assert gate.broker.frames == [b"order"]


def test_an_entry_never_waits_for_the_wire_and_an_exit_may() -> None:
    gate = Gate()
    assert gate.send(gate.approve(1), D(100))
    assert gate.gate.send(gate.approve(2), ACCOUNT, None, may_wait=True)
    assert gate.broker.may_wait == [False, True]


def test_changed_bytes_stay_even_if_they_name_the_approved_hash() -> None:
    gate = Gate()
    order = gate.approve(1)

    with pytest.raises(FinalGateError, match="bytes"):
        gate.send(EncodedOrder(order.order_id, b"ORDER", order.sha256))
    with pytest.raises(FinalGateError, match="never approved"):
        gate.send(order)  # the approval is spent
    assert gate.broker.frames == []


def test_no_change_of_the_bytes_passes_whatever_its_hash() -> None:
    gate = Gate()
    for number in range(1, 33):
        order = gate.approve(number)
        with pytest.raises(FinalGateError, match="bytes"):
            gate.send(EncodedOrder(order.order_id, b"order%d" % number, order.sha256))
    assert gate.broker.frames == []


def test_another_number_does_not_borrow_an_approval() -> None:
    gate = Gate()
    order = gate.approve(1)

    with pytest.raises(FinalGateError, match="never approved"):
        gate.send(EncodedOrder(OrderId(2), order.data, order.sha256))
    assert gate.broker.frames == []


def test_the_wrong_world_stops_exits_too() -> None:
    gate = Gate()
    gate.fault = "the account is LIVE, the profile is PAPER"

    with pytest.raises(FinalGateError, match="LIVE"):
        gate.send(gate.approve(1))
    assert gate.broker.frames == []


def test_entries_of_a_minute_are_summed_and_exits_are_not() -> None:
    gate = Gate()

    assert gate.send(gate.approve(1), D(600))
    assert gate.send(gate.approve(2), D(400))  # exactly the limit
    assert gate.send(gate.approve(3))  # an exit
    with pytest.raises(FinalGateError, match="exceed"):
        gate.send(gate.approve(4), D("0.01"))
    gate.clock.seconds += 60.001
    assert gate.send(gate.approve(5), D(1000))
    assert len(gate.broker.frames) == 4


def test_accounts_are_counted_apart_and_an_unknown_one_lets_no_entry_pass() -> None:
    gate = Gate()
    assert gate.send(gate.approve(1), D(1000))

    with pytest.raises(FinalGateError, match="exceed"):
        gate.gate.send(gate.approve(2), OTHER, D(1))
    assert gate.gate.send(gate.approve(3), OTHER, None)
    gate.gate.limit(OTHER, D(5))
    assert gate.gate.send(gate.approve(4), OTHER, D(5))


def test_an_entry_of_no_measurable_size_stays() -> None:
    for value in ("NaN", "Infinity", "-1"):
        gate = Gate()

        with pytest.raises(FinalGateError, match="measurable"):
            gate.send(gate.approve(1), D(value))
        assert gate.broker.frames == []


def test_a_wire_that_takes_nothing_says_so() -> None:
    gate = Gate()
    gate.broker.up = False

    assert gate.send(gate.approve(1)) is False
