"""From received messages to slots and reports: by columns, by hand, or by the library."""

from collections.abc import Callable

from workstation.broker.adapter import RAW_ID_SERVER_VERSION, FrameDecoder, LibraryComplaints
from workstation.broker.faults import CallbackGuard
from workstation.broker.framing import Frames
from workstation.broker.hot_batch import FEWEST, FEWEST_AT_ONCE, HotBatch, stretches
from workstation.broker.hot_decoder import HotDecoder
from workstation.broker.requests import Subscriptions
from workstation.domain.market_sinks import MarketSinks

PIECE = 16
"""After so many messages commands have their turn: a tenth of a millisecond's work."""


def _ignore(_body: bytes) -> None:
    """Take a message that nobody wants to see."""


def _nothing() -> None:
    """Stand in where nobody waits for a turn."""


class Inbound:
    """Decodes the messages of one session, in order. Core thread.

    Nothing is raised: what cannot be read goes to `on_bad` in words, an exception of a sink to
    `on_fault`. stop() ends it, also from within.
    """

    def __init__(
        self,
        server_version: int,
        guard: CallbackGuard,
        sinks: MarketSinks,
        subscriptions: Subscriptions,
        complaints: LibraryComplaints,
        *,
        on_bad: Callable[[str], None],
        on_fault: Callable[[Exception], None],
        fewest_at_once: int = FEWEST_AT_ONCE,
    ) -> None:
        self._raw_ids = raw_ids = server_version >= RAW_ID_SERVER_VERSION
        self._hot = HotDecoder(sinks, subscriptions, raw_ids=raw_ids, on_fault=on_fault)
        self._batch = HotBatch(sinks, subscriptions, raw_ids=raw_ids, on_fault=on_fault)
        self._decoder = FrameDecoder(guard, server_version)
        self._guard = guard
        self._complaints = complaints
        self._on_bad = on_bad
        self._on_fault = on_fault
        self.on_slow: Callable[[bytes], None] = _ignore
        """Sees every message that is left to the library: all that is not market data."""
        self.give_way: Callable[[], None] = _nothing
        """Called between messages, often: lets those have a turn that must not wait for a burst."""
        self._fewest_at_once = fewest_at_once
        self._stopped = False
        self.received = 0
        """Messages so far."""

    def stop(self) -> None:
        """Take nothing more."""
        self._stopped = True

    def feed(self, frames: Frames, first: int = 0) -> None:
        """Take messages from number `first` on."""
        count = frames.begins.size
        self.received += count - first
        if count - first < self._fewest_at_once:
            self._one_by_one(frames, first, count)
            return
        done = first
        for run in self._batch.runs(frames, first):
            if run.kind and run.stop - run.first >= FEWEST:
                self._one_by_one(frames, done, run.first)
                self._many(frames, run.first, run.stop)
                self.give_way()
                done = run.stop
        self._one_by_one(frames, done, count)

    def _many(self, frames: Frames, first: int, stop: int) -> None:
        """Take a run; what is not plain divides it."""
        if self._stopped:
            return
        try:
            ok = self._batch.feed(frames, first, stop)
        except Exception as error:  # noqa: BLE001 - the slow way knows them all
            self._on_fault(error)
            self._one_by_one(frames, first, stop)
            return
        if ok.all():
            return
        for begin, end, is_plain in stretches(ok):
            if is_plain and end - begin >= FEWEST:
                self._many(frames, first + begin, first + end)
            else:
                self._one_by_one(frames, first + begin, first + end)

    def _one_by_one(self, frames: Frames, first: int, stop: int) -> None:
        for begin in range(first, stop, PIECE):
            self._piece(frames, begin, min(begin + PIECE, stop))
            self.give_way()

    def _piece(self, frames: Frames, first: int, stop: int) -> None:
        raw_ids, feed = self._raw_ids, self._hot.feed
        for body in frames.bodies(first, stop):
            if self._stopped:
                return
            if raw_ids:
                head, rest = body[:4], body[4:]
            else:
                head, _, rest = body.partition(b"\0")
            try:
                if not feed(head, rest):
                    self._leave_to_library(body)
            except Exception as error:  # noqa: BLE001 - a bad message must not end the session
                self._tell_bad(body, error)

    def _tell_bad(self, body: bytes, error: Exception) -> None:
        if not body:
            self._on_bad("an empty message")
            return
        try:
            name = str(self._decoder.parse(body)[0])
        except ValueError:
            name = "of unreadable kind"
        self._on_bad(f"{type(error).__name__} in message {name}")

    def _leave_to_library(self, body: bytes) -> None:
        self.on_slow(body)
        message_id, rest = self._decoder.parse(body)
        before = self._complaints.count
        self._guard.body = body
        try:
            self._decoder.feed(message_id, rest)
        finally:
            self._guard.body = b""
        if self._complaints.count > before:
            self._on_bad(f"wrong number of fields in message {message_id}")
