"""A burst of messages lets a command come in between."""

from itertools import pairwise

import pytest

from tests.helpers.scripted_peer import RecordingTicks
from tests.unit.broker.test_hot_decoder import _raise, guard_of, plain, subscribed, wire_of
from workstation.broker.adapter import LibraryComplaints
from workstation.broker.framing import split
from workstation.broker.inbound import PIECE, Inbound


@pytest.mark.parametrize("version", [200, 226])
def test_a_burst_gives_way_often_and_ends_where_that_ends_the_session(version: int) -> None:
    """A command must not wait for a burst; it may close the session, and then nothing follows."""
    kinds = [(1, 12), (201, 213)][version > 200]
    stream = [plain(kinds[number % 2], number) for number in range(400)]
    ticks, turns = RecordingTicks(), []
    inbound = Inbound(
        version,
        guard_of(ticks),
        ticks.sinks,
        subscribed(),
        LibraryComplaints(),
        on_bad=_raise_text,
        on_fault=_raise,
    )
    inbound.give_way = lambda: turns.append(len(ticks.calls))
    inbound.feed(split(wire_of(stream, version)))
    steps = [after - before for before, after in pairwise(turns)]
    assert len(turns) >= 400 // PIECE
    assert max(steps) <= 2 * PIECE  # a price tells a size as well

    taken = len(ticks.calls)
    inbound.give_way = inbound.stop
    inbound.feed(split(wire_of(stream, version)))
    assert len(ticks.calls) - taken <= 2 * PIECE


def _raise_text(text: str) -> None:
    raise AssertionError(text)
