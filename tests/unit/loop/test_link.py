"""The link keeper: tries again, later each time, and never with a stale reason."""

import pytest

from tests.helpers.scripted_peer import Rig, framed, hello, message, start_up
from workstation.broker.session import Phase
from workstation.desk.link import LinkKeeper
from workstation.domain.link import LinkState
from workstation.domain.reports import BrokerNotice, Report, SessionEnded, SessionStarted


class Kept:
    """A link keeper that hears of the session as the desk would tell it."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.link = LinkKeeper(rig.loop, rig.loop.clock, rig.session)
        self.changes: list[tuple[LinkState, str]] = []
        self.link.on_changed = lambda: self.changes.append((self.link.state, self.link.reason))
        rig.on_report = self.on_report

    def on_report(self, report: Report) -> None:
        if isinstance(report, SessionStarted):
            self.link.started()
        elif isinstance(report, SessionEnded):
            self.link.ended(report.reason)
        elif isinstance(report, BrokerNotice) and report.code == 326:
            self.link.conflict()

    def attempts_within(self, seconds: float) -> int:
        before = len(self.rig.peers)
        self.rig.loop.pass_time(seconds)
        return len(self.rig.peers) - before

    def refuse(self) -> None:
        """End what connects at the moment."""
        self.rig.loop.settle()
        self.rig.peer.close()
        self.rig.loop.settle()

    def begin(self) -> None:
        self.rig.loop.settle()
        self.rig.say(hello() + start_up())
        assert self.rig.session.phase is Phase.UP


@pytest.fixture
def kept(rig: Rig) -> Kept:
    return Kept(rig)


def test_it_connects_says_so_and_begins(kept: Kept) -> None:
    kept.link.use("127.0.0.1", 4002)
    kept.begin()
    assert [state for state, _ in kept.changes] == [LinkState.CONNECTING, LinkState.SYNCING]


def test_each_attempt_comes_later_up_to_a_minute_and_it_never_gives_up(kept: Kept) -> None:
    kept.link.use("127.0.0.1", 4002)
    waits = []
    for _ in range(12):
        kept.refuse()
        begun, made = kept.rig.loop.clock.seconds, len(kept.rig.peers)
        kept.rig.loop.run_until(lambda made=made: len(kept.rig.peers) > made)
        waits.append(kept.rig.loop.clock.seconds - begun)

    assert 0.4 <= waits[0] <= 0.6
    assert all(48 <= wait <= 72 for wait in waits[8:])
    assert kept.link.state is LinkState.CONNECTING


def test_a_broker_that_ends_each_session_at_once_is_not_hammered(kept: Kept) -> None:
    kept.link.use("127.0.0.1", 4002)
    for _ in range(8):
        kept.begin()
        kept.rig.say(framed(b"") * 4)
        made = len(kept.rig.peers)
        kept.rig.loop.run_until(lambda made=made: len(kept.rig.peers) > made)
    kept.refuse()
    assert kept.attempts_within(30) == 0


def test_after_a_good_session_the_next_attempt_comes_soon(kept: Kept) -> None:
    kept.link.use("127.0.0.1", 4002)
    for _ in range(8):
        kept.refuse()
        made = len(kept.rig.peers)
        kept.rig.loop.run_until(lambda made=made: len(kept.rig.peers) > made)
    kept.begin()
    for _ in range(20):
        kept.rig.loop.pass_time(4)
        kept.rig.say(framed(b"49\0001\0001\0"))
    kept.refuse()
    assert kept.attempts_within(0.7) == 1


def test_a_client_id_in_use_is_tried_again_after_15_s_and_only_then_named(kept: Kept) -> None:
    kept.link.use("127.0.0.1", 4002)
    kept.rig.loop.settle()
    kept.rig.say(hello() + framed(b"4\0-1\000326\0in use\0\0000\0"))
    kept.refuse()
    assert "client id" in kept.link.reason
    assert kept.attempts_within(14.9) == 0
    assert kept.attempts_within(0.2) == 1

    kept.refuse()
    assert "client id" not in kept.link.reason, "the reason is that of an earlier attempt"


def test_another_endpoint_ends_the_session_and_is_tried_at_once(kept: Kept) -> None:
    kept.link.use("127.0.0.1", 4002)
    for _ in range(8):
        kept.refuse()
        made = len(kept.rig.peers)
        kept.rig.loop.run_until(lambda made=made: len(kept.rig.peers) > made)
    kept.begin()
    made = len(kept.rig.peers)
    kept.link.use("127.0.0.1", 7497)
    assert len(kept.rig.peers) == made + 1
    kept.refuse()
    assert kept.attempts_within(0.7) == 1, "the patience with the old endpoint went on"


def test_using_the_same_endpoint_again_leaves_the_session(kept: Kept) -> None:
    kept.link.use("127.0.0.1", 4002)
    kept.begin()
    kept.link.use("127.0.0.1", 4002)
    kept.link.connect_now()
    assert kept.attempts_within(1) == 0
    assert kept.rig.session.phase is Phase.UP


def test_stopped_is_stopped(kept: Kept) -> None:
    kept.link.use("127.0.0.1", 4002)
    kept.begin()
    kept.link.stop("the program is closing")
    kept.link.connect_now()
    kept.link.use("127.0.0.1", 7497)
    assert kept.attempts_within(600) == 0
    assert (kept.link.state, kept.link.reason) == (
        LinkState.DISCONNECTED,
        "the program is closing",
    )


def test_a_silent_broker_is_suspect_before_10_s(kept: Kept) -> None:
    kept.link.use("127.0.0.1", 4002)
    kept.begin()
    kept.rig.loop.pass_time(8.9)
    assert not kept.link.suspect
    kept.rig.loop.pass_time(0.2)
    assert kept.link.suspect
    kept.rig.say(framed(b"49\0001\0001\0"))
    assert not kept.link.suspect
    kept.rig.loop.pass_time(31)
    assert kept.link.state is not LinkState.SYNCING
    assert not kept.link.suspect


def test_a_link_that_says_nothing_is_called_silent_before_it_is_suspect(kept: Kept) -> None:
    kept.link.use("127.0.0.1", 4002)
    kept.begin()
    kept.rig.loop.pass_time(4)
    assert not kept.link.silent
    kept.rig.loop.pass_time(4)
    assert kept.link.silent
    assert not kept.link.suspect
    kept.rig.say(message(49, 1, 1_700_000_000))
    assert not kept.link.silent


def test_the_moment_of_the_next_attempt_is_known_while_it_is_waited_for(kept: Kept) -> None:
    kept.link.use("127.0.0.1", 4002)
    assert kept.link.retry_at is None
    kept.refuse()
    assert kept.link.retry_at is not None
    assert kept.link.retry_at > kept.rig.loop.clock.now()
    kept.link.connect_now()
    assert kept.link.retry_at is None


def test_tws_that_moves_to_another_port_is_followed_at_once(kept: Kept) -> None:
    kept.link.use("127.0.0.1", 4002)
    kept.begin()
    made = len(kept.rig.peers)
    kept.link.follow_port(7498)
    assert len(kept.rig.peers) == made + 1
    assert (kept.link.host, kept.link.port) == ("127.0.0.1", 7498)


def test_a_broker_that_was_in_order_is_tried_again_soon(kept: Kept) -> None:
    kept.link.use("127.0.0.1", 4002)
    for _ in range(8):
        kept.refuse()
        made = len(kept.rig.peers)
        kept.rig.loop.run_until(lambda made=made: len(kept.rig.peers) > made)
    kept.begin()
    kept.link.works()
    kept.refuse()
    assert kept.attempts_within(0.7) == 1


def test_every_state_says_what_follows(kept: Kept) -> None:
    kept.link.use("127.0.0.1", 4002)
    kept.begin()
    assert "Entries are denied" in kept.link.next_step
    kept.refuse()
    assert "by itself" in kept.link.next_step
    kept.link.conflict()
    kept.link.connect_now()
    kept.refuse()
    assert "client id 6" in kept.link.next_step, "another client id is offered"
