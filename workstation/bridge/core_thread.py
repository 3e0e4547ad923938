"""The thread that runs the trading core."""

import logging

from PySide6.QtCore import QObject, QThread, Signal, Slot
from typing_extensions import override

from workstation.desk.core import Core

log = logging.getLogger(__name__)


class CoreThread(QThread):
    """Runs a core until it is asked to stop. Created and ended on the GUI thread."""

    failed = Signal(object)
    """str: the core ended by an error of its own; nothing can be sent any more."""

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self.setObjectName("core")

    @override
    def run(self) -> None:
        """Run the core's loop. Core thread."""
        try:
            self._core.run()
        except Exception as error:
            log.exception("the core ended by an error")
            self.failed.emit(f"{type(error).__name__}: {error}")

    @Slot()
    def stop(self) -> None:
        """Ask the core to disconnect and end, 2 s after the last order or cancel at the earliest.

        `finished` follows. GUI thread.
        """
        self._core.stop()
