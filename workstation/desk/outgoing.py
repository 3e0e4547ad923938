"""What the core owes the window, held back until the journal holds what it rests on."""

from collections.abc import Callable
from typing import Any

from workstation.domain.clock import Clock
from workstation.domain.commands import CommandResult
from workstation.domain.messages import (
    CommandAnswered,
    EventMessage,
    LatestMessage,
    NoticeArrived,
)
from workstation.domain.notice import Notice, Severity
from workstation.domain.ports import Publisher


class Outgoing:
    """Collects the events of one round of the loop; flush() sends them. Core thread."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._events: list[EventMessage] = []

    def post(self, message: EventMessage) -> None:
        """Send a message with the next flush."""
        self._events.append(message)

    def notice(self, notice: Notice) -> None:
        """Send a sentence with the next flush."""
        self.post(NoticeArrived(notice))

    def notifier(self, clock: Clock) -> Callable[..., None]:
        """Return what owes the user a sentence of now."""

        def notify(
            severity: Severity, text: str, *, effect: str = "", advice: str = "", **more: Any
        ) -> None:
            now = clock.now()
            self.notice(
                Notice(severity=severity, text=text, effect=effect, advice=advice, time=now, **more)
            )

        return notify

    def answer(self, number: int, result: CommandResult) -> None:
        """Send the answer to a command with the next flush."""
        self.post(CommandAnswered(number, result))

    def post_latest(self, message: LatestMessage) -> None:
        """Send a value that replaces the one before it, at once."""
        self._publisher.post_latest(message)

    def flush(self) -> None:
        """Send what was collected, in order."""
        events, self._events = self._events, []
        for event in events:
            self._publisher.post(event)
