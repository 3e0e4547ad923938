"""A reactor whose time is moved by hand, for parts that only set timers."""

from typing import Any

from tests.helpers.virtual_time import VirtualClock


class Timers:
    """A reactor whose time is moved by hand."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.waiting: list[Any] = []
        self.given_way = 0

    def call_later(self, delay: float, call: Any) -> Any:
        timer = Timer(self, self.clock.seconds + delay, call)
        self.waiting.append(timer)
        return timer

    def give_way(self) -> None:
        self.given_way += 1

    def advance(self, seconds: float) -> None:
        end = self.clock.seconds + seconds
        while due := [timer for timer in self.waiting if timer.due <= end]:
            timer = min(due, key=lambda each: each.due)
            self.waiting.remove(timer)
            self.clock.seconds = max(self.clock.seconds, timer.due)
            timer.call()
        self.clock.seconds = end


class Timer:
    """One pending call."""

    def __init__(self, timers: Timers, due: float, call: Any) -> None:
        self.timers, self.due, self.call = timers, due, call

    def cancel(self) -> None:
        if self in self.timers.waiting:
            self.timers.waiting.remove(self)
