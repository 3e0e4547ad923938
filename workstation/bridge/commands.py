"""The way out: commands of the window, and the answers that come back."""

import itertools
from collections import deque
from collections.abc import Callable
from functools import partial

import shiboken6
from PySide6.QtCore import QObject, Slot

from workstation.domain.commands import Command, CommandResult
from workstation.domain.messages import CommandAnswered, RequestProgressed
from workstation.domain.query import Progress
from workstation.domain.turns import TURNS

Answered = Callable[[CommandResult], None]
"""Takes the answer to one command. GUI thread."""
Progressed = Callable[[Progress], None]
"""Hears how far an answer has come. GUI thread."""


class CommandQueue:
    """Commands on their way from the GUI thread to the core thread.

    put() is called on the GUI thread, take() on the core thread; a deque needs no lock.
    """

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, Command]] = deque()
        self.wake: Callable[[], None] = lambda: None
        """Ends the core's wait; set by the core thread once there is a core, which then looks here."""

    def put(self, number: int, command: Command) -> None:
        """Queue a command and wake the core. GUI thread."""
        self._waiting.append((number, command))
        TURNS.ask()
        self.wake()

    def take(self) -> tuple[int, Command] | None:
        """Return the oldest command, or None. Core thread."""
        try:
            return self._waiting.popleft()
        except IndexError:
            return None


class CommandPort(QObject):
    """Sends commands and brings each answer to the one who asked. GUI thread."""

    def __init__(self, queue: CommandQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Answered] = {}
        self._progressed: dict[int, Progressed] = {}

    def send(
        self,
        command: Command,
        answered: Answered | None = None,
        progressed: Progressed | None = None,
    ) -> int:
        """Post a command; `answered` is called once with its result. Returns its number.

        `progressed` is called before that, as often as an answer in pages has come further.
        """
        number = next(self._numbers)
        if answered is not None:
            self._waiting[number] = answered
        if progressed is not None:
            self._progressed[number] = progressed
        self._queue.put(number, command)
        return number

    @Slot(object)
    def on_events(self, messages: tuple[object, ...]) -> None:
        """Find the answers among the events. Connected to Inbox.events_arrived."""
        for message in messages:
            if isinstance(message, RequestProgressed):
                progressed = self._progressed.get(message.number)
                if progressed is not None and not _is_gone(progressed):
                    progressed(message.progress)
            if isinstance(message, CommandAnswered):
                self._progressed.pop(message.number, None)
                answered = self._waiting.pop(message.number, None)
                if answered is not None and not _is_gone(answered):
                    answered(message.result)


def _is_gone(listener: object) -> bool:
    """Tell whether who asked was closed in the meantime: a method of an object Qt has deleted."""
    function = listener
    while isinstance(function, partial):
        function = function.func
    owner = getattr(function, "__self__", None)
    return isinstance(owner, QObject) and not shiboken6.isValid(owner)
