"""45 messages a second at most, cancels before everything, orders keep their share (F12)."""

from collections import deque

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.scripted_peer import Rig, framed, hello
from tests.helpers.virtual_time import VirtualLoop
from workstation.broker.outbox import MOST_WAITING, Outbox
from workstation.broker.pacing import FOR_CANCELS, FOR_ORDERS, MESSAGES, Pacer, Share
from workstation.domain.ids import OrderId
from workstation.domain.ports import EncodedOrder

FOR_REQUESTS = MESSAGES - FOR_CANCELS - FOR_ORDERS


class Line:
    """Writes down when each frame left."""

    def __init__(self) -> None:
        self.loop = VirtualLoop()
        self.pacer = Pacer(self.loop.clock)
        self.log: list[tuple[float, bytes]] = []
        self.outbox = Outbox(self.loop, self.pacer, self.write)

    def write(self, frame: bytes, order_id: OrderId | None = None) -> bool:
        self.log.append((self.loop.clock.seconds, frame))
        return True

    def most_in_a_second(self) -> int:
        window: deque[float] = deque()
        most = 0
        for moment, _ in self.log:
            window.append(moment)
            while window[0] <= moment - 1:
                window.popleft()
            most = max(most, len(window))
        return most


def test_cancels_pass_a_flood_of_requests_within_100_ms() -> None:
    line = Line()
    for _ in range(1000):
        assert line.outbox.send(Share.ACCOUNT, b"request")
    for _ in range(8):
        line.loop.pass_time(0.37)
        asked = line.loop.clock.seconds
        line.outbox.send(Share.CANCEL, b"cancel")
        line.loop.pass_time(0.1)
        (left,) = [moment for moment, frame in line.log if frame == b"cancel" and moment >= asked]
        assert left - asked <= 0.1

    line.loop.pass_time(60)
    assert len(line.log) == 1008
    assert line.most_in_a_second() <= MESSAGES
    line.loop.close()


def test_a_hundred_cancels_leave_within_two_and_a_half_seconds() -> None:
    line = Line()
    for _ in range(1000):
        line.outbox.send(Share.ACCOUNT, b"request")
    begun = line.loop.clock.seconds
    for number in range(100):
        line.outbox.send(Share.CANCEL, b"%d" % number)
    line.loop.pass_time(4)

    cancels = [(moment, frame) for moment, frame in line.log if frame != b"request"]
    assert [frame for _, frame in cancels] == [b"%d" % number for number in range(100)]
    assert cancels[-1][0] - begun <= 2.5
    assert line.most_in_a_second() <= MESSAGES
    line.loop.close()


@settings(max_examples=100)
@given(
    wishes=st.lists(
        st.tuples(st.sampled_from(list(Share)), st.floats(0, 0.3)), min_size=1, max_size=250
    )
)
def test_no_window_of_a_second_holds_more_than_45(wishes: list[tuple[Share, float]]) -> None:
    line = Line()
    for share, pause in wishes:
        if share is not Share.ENTRY:
            line.outbox.send(share, b"x")
        elif line.pacer.allows(share):
            line.pacer.take(share)
            line.write(b"order")
        line.loop.pass_time(pause)
    line.loop.pass_time(20)

    assert line.most_in_a_second() <= MESSAGES
    orders = sum(1 for _, frame in line.log if frame == b"order")
    others = sum(1 for share, _ in wishes if share is not Share.ENTRY)
    assert len(line.log) == orders + others, "something waits for ever"
    line.loop.close()


def test_orders_keep_their_share_in_a_flood() -> None:
    line = Line()
    for _ in range(1000):
        line.outbox.send(Share.ACCOUNT, b"request")
    room = 0
    while line.pacer.allows(Share.ENTRY):
        line.pacer.take(Share.ENTRY)
        room += 1
    assert room == FOR_ORDERS
    assert line.pacer.allows(Share.CANCEL)
    line.loop.close()


def test_requests_are_not_kept_without_limit_but_cancels_are() -> None:
    line = Line()
    sent = [line.outbox.send(Share.ACCOUNT, b"r") for _ in range(MOST_WAITING + 500)]
    assert sum(each is not None for each in sent) == MOST_WAITING + FOR_REQUESTS
    assert all(line.outbox.send(Share.CANCEL, b"c") for _ in range(500))
    line.loop.close()


def test_a_session_never_writes_the_46th_message(rig: Rig) -> None:
    rig.up()
    rig.loop.pass_time(2)
    rig.received()
    written = 0
    while rig.session.write_order(an_order(written + 1), may_wait=False):
        written += 1
        assert written <= MESSAGES
    assert written == MESSAGES - FOR_CANCELS, "entries leave the cancels their share"
    assert not rig.session.may_write_entry()
    assert rig.session.may_write_exit()
    for number in range(FOR_CANCELS + 1):
        assert rig.session.cancel_order(OrderId(number + 1)), "cancels wait, not refused"
    assert rig.session.write_order(an_order(90), may_wait=True), "an exit waits"
    assert not rig.session.write_order(an_order(91), may_wait=False), "an entry does not"
    assert [each[0] for each in rig.received()] == [b"3"] * written + [b"4"] * FOR_CANCELS
    rig.loop.pass_time(1.1)
    assert [each[0] for each in rig.received()] == [b"4", b"3"]


def test_an_exit_that_waits_when_the_link_ends_is_in_doubt(rig: Rig) -> None:
    rig.up()
    for number in range(MESSAGES):
        assert rig.session.cancel_order(OrderId(number + 1))
    assert rig.session.write_order(an_order(90), may_wait=True)
    rig.session.close("the test")

    assert rig.ended is not None
    assert rig.ended.orders_in_doubt == (90,)


def an_order(number: int) -> EncodedOrder:
    return EncodedOrder(OrderId(number), framed(b"3\0"), "")


def test_a_start_does_not_wait_behind_the_last_session(rig: Rig) -> None:
    rig.up()
    for _ in range(100):
        rig.session.account.time()
    rig.session.close("again")
    rig.connect()
    rig.say(hello())

    assert [each[0] for each in rig.received()] == [b"71"]
