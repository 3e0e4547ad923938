"""The loop of the core thread: sockets, timers, and a wake-up from other threads."""

import contextlib
import heapq
import itertools
import logging
import math
import selectors
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from workstation.domain.clock import Clock

log = logging.getLogger(__name__)

_FEW_TIMERS = 1024
"""Below this many pending timers, cancelled ones are left until they are due."""


def _at_once() -> float:
    return 0.0


Ready = list[tuple[selectors.SelectorKey, int]]
Wait = Callable[[selectors.BaseSelector, float | None], Ready]
"""Waits on a selector for at most so many seconds, None for ever; tests put their time here."""


def select(selector: selectors.BaseSelector, timeout: float | None) -> Ready:
    """Wait on the machine's own clock."""
    return selector.select(timeout)


@dataclass(order=True, slots=True)
class LoopTimer:
    """One pending call of the loop."""

    due: float
    number: int
    call: Callable[[], None] | None = field(compare=False)

    def cancel(self) -> None:
        """Make sure the call does not happen."""
        self.call = None


class CoreLoop:
    """Runs callbacks of sockets and timers on one thread, until it is stopped.

    `wake()` and `stop_after()` may be called from any thread; everything else belongs to the
    thread that runs the loop. An exception in a callback is logged, handed to `on_error`
    and ends nothing. `after_pass` runs after each round of callbacks, before the next wait;
    `on_woken` as soon as the callback that runs at the wake-up has ended, or gives way: what
    another thread wishes for, a command, waits for one callback and not for a whole round.
    """

    def __init__(self, clock: Clock, wait: Wait = select) -> None:
        self.after_pass: Callable[[], None] = _nothing
        self.on_woken: Callable[[], None] = _nothing
        self.on_error: Callable[[Exception], None] = _ignore
        self._clock = clock
        self._wait = wait
        self._selector = selectors.DefaultSelector()
        self._timers: list[LoopTimer] = []
        self._tidy_at = _FEW_TIMERS
        self._numbers = itertools.count()
        self._stopped = False
        self._last: Callable[[], None] | None = None
        self._wait_before_last: Callable[[], float] = _at_once
        self._end_at = -math.inf
        self._is_woken = False
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)
        self._selector.register(self._wake_reader, selectors.EVENT_READ, self._on_wake)

    def call_later(self, delay: float, call: Callable[[], None]) -> LoopTimer:
        """Call after `delay` seconds of the clock."""
        timer = LoopTimer(self._clock.monotonic() + delay, next(self._numbers), call)
        heapq.heappush(self._timers, timer)
        if len(self._timers) > self._tidy_at:
            self._drop_cancelled()
        return timer

    def watch(self, sock: socket.socket, ready: Callable[[bool, bool], None]) -> None:
        """Call `ready(readable, writable)` whenever the socket is; reading only at first."""
        self._selector.register(sock, selectors.EVENT_READ, ready)

    def want_write(self, sock: socket.socket, *, wanted: bool) -> None:
        """Ask to be called, or no longer be called, when the socket can be written."""
        key = self._selector.get_key(sock)
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if wanted else 0)
        if key.events != events:
            self._selector.modify(sock, events, key.data)

    def unwatch(self, sock: socket.socket) -> None:
        """Forget the socket."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(sock)

    def wake(self) -> None:
        """End the current wait. Any thread."""
        self._is_woken = True
        with contextlib.suppress(OSError):  # a full pipe is a wake-up already under way
            self._wake_writer.send(b"\0")

    def stop(self) -> None:
        """Leave run() after the current round. Core thread."""
        self._stopped = True

    def stop_after(self, last: Callable[[], None], wait: Callable[[], float] = _at_once) -> None:
        """Run a last callback, then leave run(), even if it fails. Any thread.

        `wait` is asked on the loop's thread, after all that has been wished for was carried out,
        for the seconds until then; it is asked again when they have passed.
        """
        self._wait_before_last = wait
        self._last = last  # only now: the other thread looks for it
        self.wake()

    def run(self) -> None:
        """Run until stop()."""
        while not self._stopped:
            self.run_once()

    def run_once(self, longest: float | None = None) -> None:
        """Wait for one round of events and timers, at most `longest` seconds, and serve it."""
        ready = self._wait(self._selector, self._time_to_wait(longest))
        self.give_way()
        for key, mask in ready:
            current = self._selector.get_map().get(key.fd)
            if current is not None and current.fileobj is key.fileobj:  # else closed in this round
                self._guarded(self._ready_call(current, mask))
        self._run_due_timers()
        self._call(self._end_if_due)  # behind the last nothing may be wished
        self._guarded(self.after_pass)

    def give_way(self) -> None:
        """Do what another thread has woken the loop for; a long callback calls this in between."""
        if self._is_woken:
            self._is_woken = False  # before it is heard: a wake-up meanwhile is a new one
            with contextlib.suppress(OSError):  # a look lets another thread run: see domain/turns
                self._wake_reader.recv(1, socket.MSG_PEEK)
            self._call(self.on_woken)

    def _end_if_due(self) -> None:
        if self._last is None or self._end_at > self._clock.monotonic():
            return
        self._call(self.on_woken)  # what was wished for before the end must not be lost
        if (seconds := self._seconds_before_last()) > 0:
            self._end_at = self._clock.monotonic() + seconds
            self.call_later(seconds, _nothing)  # so that a round comes then
            return
        last, self._last = self._last, None
        self._stopped = True
        last()

    def _seconds_before_last(self) -> float:
        try:
            return self._wait_before_last()
        except Exception:
            log.exception("nothing tells how long to wait before the end")
            return 0.0

    def close(self) -> None:
        """Give the loop's own sockets back, after run() has returned."""
        self._selector.close()
        self._wake_reader.close()
        self._wake_writer.close()

    def _time_to_wait(self, longest: float | None) -> float | None:
        while self._timers and self._timers[0].call is None:
            heapq.heappop(self._timers)
        if self._stopped:
            return 0.0
        if not self._timers:
            return longest
        due = max(self._timers[0].due - self._clock.monotonic(), 0.0)
        return due if longest is None else min(due, longest)

    def _ready_call(self, key: selectors.SelectorKey, mask: int) -> Callable[[], None]:
        def call() -> None:
            key.data(bool(mask & selectors.EVENT_READ), bool(mask & selectors.EVENT_WRITE))

        return call

    def _run_due_timers(self) -> None:
        now = self._clock.monotonic()
        newest = next(self._numbers)  # what a timer adds waits for the next round
        later = []
        while self._timers and self._timers[0].due <= now:
            timer = heapq.heappop(self._timers)
            if timer.number > newest:
                later.append(timer)
            elif timer.call is not None:
                self._guarded(timer.call)
        for timer in later:
            heapq.heappush(self._timers, timer)

    def _drop_cancelled(self) -> None:
        self._timers = [timer for timer in self._timers if timer.call is not None]
        heapq.heapify(self._timers)
        self._tidy_at = max(_FEW_TIMERS, 2 * len(self._timers))

    def _on_wake(self, _readable: bool, _writable: bool) -> None:  # noqa: FBT001 - socket callback
        with contextlib.suppress(BlockingIOError):
            self._wake_reader.recv(65536)  # what it leaves ends the next wait at once

    def _guarded(self, call: Callable[[], None]) -> None:
        """Make one call of a round, and hear who has woken the loop meanwhile."""
        self._call(call)
        self.give_way()

    def _call(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:
            log.exception("a callback of the core failed")
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        try:
            self.on_error(error)
        except Exception:
            log.exception("the answer to a failed callback failed as well")


def _nothing() -> None:
    """Stand in until a desk takes the hook."""


def _ignore(_error: Exception) -> None:
    """Stand in until a desk takes the hook; the log has the error already."""
