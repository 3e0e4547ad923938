"""The one scheduler under any traffic: never 46 in a second, the urgent first, entries never wait."""

import itertools

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.helpers.virtual_time import VirtualLoop
from workstation.broker.outbox import Outbox, Outgoing
from workstation.broker.pacing import FOR_CANCELS, FOR_ORDERS, MESSAGES, Pacer, Share
from workstation.domain.ids import OrderId

REQUESTS = [Share.ACCOUNT, Share.QUOTE, Share.HISTORY]


class Traffic(RuleBasedStateMachine):
    """Whatever is asked at whatever pace; every frame is a number that tells when it left."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.outbox = Outbox(self.loop, Pacer(self.loop.clock), self.write)
        self.numbers = itertools.count()
        self.log: list[tuple[float, int]] = []
        self.asked: dict[int, tuple[Share, float]] = {}
        self.waiting: dict[int, Outgoing] = {}
        self.told: list[int] = []

    @initialize()
    def begin(self) -> None:
        self.loop.pass_time(2)

    def write(self, frame: bytes, _order_id: OrderId | None) -> bool:
        self.log.append((self.loop.clock.seconds, int(frame)))
        return True

    def send(self, share: Share) -> Outgoing | None:
        number = next(self.numbers)
        self.asked[number] = (share, self.loop.clock.seconds)
        sent = self.outbox.send(share, b"%d" % number, left=lambda: self.told.append(number))
        if sent is not None:
            self.waiting[number] = sent
        return sent

    def recent(self, *shares: Share) -> int:
        """Count what left in the last second."""
        horizon = self.loop.clock.seconds - 1
        return sum(at > horizon and self.asked[n][0] in shares for at, n in self.log)

    @rule(share=st.sampled_from(REQUESTS), count=st.integers(1, 60))
    def request(self, share: Share, count: int) -> None:
        for _ in range(count):
            assert self.send(share) is not None

    @rule()
    def enter(self) -> None:
        room = self.outbox.has_room(Share.ENTRY)
        before = len(self.log)
        sent = self.send(Share.ENTRY)
        assert (sent is not None) is room
        assert len(self.log) - before == room, "an entry goes at once or not at all"

    @rule(count=st.integers(1, 15))
    def cancel(self, count: int) -> None:
        for _ in range(count):
            free = self.recent(Share.CANCEL) < FOR_CANCELS
            before = len(self.log)
            assert self.send(Share.CANCEL) is not None
            if free:
                assert len(self.log) > before, "the share of cancels was used by others"

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.waiting)))
        self.waiting.pop(number).withdraw()

    @rule(seconds=st.floats(0, 1.2))
    def wait(self, seconds: float) -> None:
        self.loop.pass_time(seconds)

    @invariant()
    def the_limits_hold(self) -> None:
        assert self.recent(*Share) <= MESSAGES
        assert self.recent(*REQUESTS) <= MESSAGES - FOR_CANCELS - FOR_ORDERS
        assert self.recent(*REQUESTS, Share.ENTRY) <= MESSAGES - FOR_CANCELS

    @invariant()
    def each_kind_leaves_in_order_and_tells_so(self) -> None:
        assert self.told == [number for _, number in self.log]
        for share in Share:
            mine = [number for _, number in self.log if self.asked[number][0] is share]
            assert mine == sorted(mine)

    def teardown(self) -> None:
        withdrawn = set(self.asked) - set(self.waiting)
        self.loop.pass_time(len(self.asked) / 20 + 5)
        left = {number for _, number in self.log}
        assert set(self.waiting) <= left, "something waits for ever"
        late = {n for at, n in self.log if n in withdrawn and self.asked[n][0] is not Share.ENTRY}
        assert all(self.waiting.get(n) is None for n in late)
        self.loop.close()


TestTraffic = Traffic.TestCase
TestTraffic.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


@pytest.fixture
def traffic() -> Traffic:
    made = Traffic()
    made.begin()
    return made


def test_what_waits_leaves_by_rank(traffic: Traffic) -> None:
    for share in [*reversed(REQUESTS), *reversed(REQUESTS)]:
        for _ in range(25):
            traffic.send(share)
    first = len(traffic.log)
    traffic.loop.pass_time(10)
    order = [traffic.asked[number][0].value for _, number in traffic.log[first:]]

    assert len(traffic.log) == 150
    assert order == sorted(order)
    traffic.loop.close()


def test_a_withdrawn_request_never_leaves(traffic: Traffic) -> None:
    for _ in range(30):
        last = traffic.send(Share.HISTORY)
    assert last is not None
    last.withdraw()
    traffic.loop.pass_time(5)

    assert [number for _, number in traffic.log] == list(range(29))
    traffic.loop.close()


def test_a_flood_of_a_thousand_requests_holds_up_neither_cancel_nor_entry(
    traffic: Traffic,
) -> None:
    for _ in range(1000):
        traffic.send(Share.HISTORY)
    for _ in range(40):
        asked = traffic.loop.clock.seconds
        number = len(traffic.asked)
        traffic.send(Share.CANCEL)
        assert traffic.send(Share.ENTRY) is not None
        traffic.loop.pass_time(0.11)
        left = {n: at for at, n in traffic.log}
        assert left[number] - asked <= 0.1
    traffic.loop.close()
