"""When the program became useful, for the log and the start-up benchmark."""

import logging
import time

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workstation.domain.quote import Quote

log = logging.getLogger(__name__)


class Milestones(QObject):
    """Logs the first painted window and the first price, as monotonic seconds. GUI thread."""

    painted = Signal()
    """The window is on the screen for the first time."""

    def __init__(self, window: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._priced = False
        window.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            QTimer.singleShot(0, self, self._on_painted)
        return super().eventFilter(watched, event)

    @Slot()
    def _on_painted(self) -> None:
        _reached("painted")
        self.painted.emit()

    @Slot(object)
    def on_latest(self, messages: tuple[object, ...]) -> None:
        """Wait for the first quote with a bid. Connected to Inbox.latest_arrived."""
        if self._priced:
            return
        if any(isinstance(each, Quote) and each.bid is not None for each in messages):
            self._priced = True
            _reached("first price")


def _reached(name: str) -> None:
    log.info("milestone: %s at %.6f", name, time.monotonic())
