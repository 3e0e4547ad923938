"""Silent streams: found in their hours and asked for again, not by night and not by impatience."""

from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.stream_rig import DEPTH, QUOTES, TAPE, StreamRig
from workstation.desk.silence import LONGEST_SECONDS, QUIET_SECONDS, SilenceWatch
from workstation.domain.ids import ConId
from workstation.domain.subscription import StreamKey


class Ward(StreamRig):
    """A watch over the streams of ten stocks on a Friday, 10:00 in New York."""

    def __init__(self) -> None:
        super().__init__()
        self.healthy = True
        self.silent: list[StreamKey] = []
        quotes: Any = self.market.quotes
        self.watch_dog = SilenceWatch(
            self.clock,
            self.streams,
            self.contracts,
            quotes,
            lambda: self.healthy,
            self.silent.append,
        )

    def pass_time(self, seconds: int, *ticking: int, every: int = 1) -> None:
        for second in range(seconds):
            self.clock.seconds += 1.0
            for con_id in ticking:
                if second % every == 0:
                    self.tick(con_id, 10.0 + second)
            self.watch_dog.sweep()
            self.streams.sweep()
            self.streams.settle()


@pytest.fixture
def ward() -> Ward:
    return Ward()


def test_a_quote_that_stops_in_its_hours_is_asked_for_again(ward: Ward) -> None:
    ward.watch(1, 2)
    ward.pass_time(30, 1, 2)
    ward.pass_time(55, 2)
    assert ward.silent == []
    ward.pass_time(10, 2)
    assert ward.silent == [ward.key(1)]
    assert ward.wire.said[-2:] == [("-quotes", 1), ("quotes", 1)]


def test_what_seldom_moves_is_given_time(ward: Ward) -> None:
    ward.watch(1)
    ward.pass_time(300, 1, every=30)
    ward.pass_time(200)
    assert ward.silent == []
    ward.pass_time(500)
    assert ward.silent == [ward.key(1)]


def test_asking_again_without_an_answer_becomes_rarer(ward: Ward) -> None:
    ward.watch(1)
    ward.pass_time(10, 1)
    ward.pass_time(3600)
    assert 3 <= len(ward.silent) <= 7
    assert LONGEST_SECONDS <= 3600


def test_outside_its_hours_nothing_is_silent(ward: Ward) -> None:
    ward.watch(1)
    ward.clock._start += timedelta(hours=8)
    ward.pass_time(10, 1)
    ward.pass_time(600)
    assert ward.silent == []


def test_a_halt_is_no_silence(ward: Ward) -> None:
    ward.watch(1)
    ward.pass_time(10, 1)
    ward.market.quotes.set_number(ConId(1), 49, 1.0)
    ward.pass_time(300)
    assert ward.silent == []


def test_a_sick_link_is_the_cause_and_not_the_stream(ward: Ward) -> None:
    ward.watch(1)
    ward.pass_time(10, 1)
    ward.healthy = False
    ward.pass_time(300)
    ward.healthy = True
    ward.pass_time(30)
    assert ward.silent == []


def test_a_book_or_a_tape_is_silent_only_while_the_quote_moves(ward: Ward) -> None:
    ward.watch(1)
    ward.want(DEPTH, 1)
    ward.want(TAPE, 1)
    ward.pass_time(20, 1)
    ward.watch_dog.hear(ConId(1), DEPTH)
    ward.pass_time(int(QUIET_SECONDS) - 10, 1)
    assert [key.kind for key in ward.silent] == [TAPE]
    ward.pass_time(20, 1)
    assert {key.kind for key in ward.silent} == {TAPE, DEPTH}
    assert QUOTES not in {key.kind for key in ward.silent}
