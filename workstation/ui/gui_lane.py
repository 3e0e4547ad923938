"""The way back to the GUI thread for what was worked out on another one."""

import functools
import weakref
from collections.abc import Callable
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

Told = TypeVar("Told")


class GuiLane(QObject):
    """Does jobs on the GUI thread, in the order in which other threads gave them."""

    _given = Signal(object)
    """A job that another thread gave: Callable[[], None]."""

    def __init__(self) -> None:
        super().__init__()
        self._given.connect(self._on_given, Qt.ConnectionType.QueuedConnection)

    def do(self, job: Callable[[], None]) -> None:
        """Do a job on the GUI thread, soon. Any thread; returns at once."""
        self._given.emit(job)

    @Slot(object)
    def _on_given(self, job: Callable[[], None]) -> None:
        job()


@functools.cache
def gui_lane() -> GuiLane:
    """Return the one of this program, which outlives every thread. Made on the GUI thread."""
    return GuiLane()


def while_alive(method: Callable[[Told], None]) -> Callable[[Told], None]:
    """Return what calls a QObject's method for as long as the object is there, and keeps it not."""
    found = weakref.WeakMethod(method)

    def call(told: Told) -> None:
        bound = found()
        if bound is not None and shiboken6.isValid(getattr(bound, "__self__", None)):
            bound(told)

    return call
