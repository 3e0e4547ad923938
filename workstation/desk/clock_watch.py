"""How far the broker's clock is from ours, and one warning when it is too far (Z4).

The broker's answer was stamped somewhere between our question and its arrival, so that one
answer gives two bounds. Only a difference that is certain is spoken of: a slow link or a busy
start of the program is no wrong clock.
"""

from collections.abc import Callable

from workstation.desk.limits import Notify
from workstation.desk.settings import Presence
from workstation.domain.clock import Clock
from workstation.domain.notice import Severity
from workstation.domain.reports import ServerTime

MOST_DIFFERENCE = 0.5
"""Seconds; beyond them times of bars, tape and good-till orders are visibly off."""

_STEP = 1.0
"""Seconds; a smaller change of what is known is not worth a message to the window."""


class ClockWatch:
    """Measures at the beginning of each session; the probe's whole seconds add little. Core thread."""

    def __init__(self, clock: Clock, presence: Presence, notify: Notify) -> None:
        self._clock, self._presence, self._notify = clock, presence, notify
        self._asked: float | None = None
        self._is_exact = self._has_warned = False

    def ask(self, question: Callable[[], bool]) -> None:
        """Ask for the broker's clock and note when."""
        self._is_exact = False
        self._asked = self._clock.monotonic() if question() else None

    def take(self, report: ServerTime) -> bool:
        """Take an answer; True where the difference that is shown has changed."""
        offset = (report.time - self._clock.now()).total_seconds()
        self._warn(offset, report)
        known = self._presence.clock_offset
        is_better = report.is_exact and not self._is_exact
        self._is_exact |= report.is_exact
        if known is not None and not is_better and abs(offset - known) <= _STEP:
            return False
        self._presence.clock_offset = offset
        return known is None or abs(offset - known) > _STEP or is_better

    def _warn(self, least: float, report: ServerTime) -> None:
        """Warn once a run where the clocks certainly differ; `least` is how far at least ahead."""
        taken, self._asked = self._asked, None
        if self._has_warned:
            return
        most = None
        if taken is not None:
            grain = 0.0 if report.is_exact else 1.0
            most = least + grain + self._clock.monotonic() - taken
        if least > MOST_DIFFERENCE:
            self._say(least, "behind")
        elif most is not None and most < -MOST_DIFFERENCE:
            self._say(-most, "ahead of")

    def _say(self, seconds: float, where: str) -> None:
        self._has_warned = True
        self._notify(
            Severity.WARNING,
            f"This computer's clock is at least {seconds:.1f} s {where} the broker's.",
            effect="Orders go out all the same; times shown here, and orders good till a time, "
            "are off by as much.",
            advice="Let the system set its clock from the network (NTP).",
        )
