"""The thread that builds and runs the trading core."""

import logging
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal, Slot
from typing_extensions import override

from workstation.desk.core import Core
from workstation.domain.errors import WorkstationError
from workstation.storage.journal import Told

log = logging.getLogger(__name__)

TOLD_SECONDS = 0.1
"""The window hears this often at most how far the journal is read."""

_WORDS = {"checked": "checking the journal", "replayed": "reading the journal"}

Build = Callable[[Told], tuple[Core, str]]
"""Builds a core and says what was wrong with its journal, "" for nothing. Core thread."""


class _GivenUpError(Exception):
    """The program ends while the journal is still being read."""


class CoreThread(QThread):
    """Builds a core and runs it until it is asked to stop. Created and ended on the GUI thread.

    The journal is opened, checked and replayed here too, however long it is: the window waits for
    none of it.
    """

    failed = Signal(object)
    """str: the core ended by an error of its own; nothing can be sent any more."""

    refused = Signal(object)
    """str: the core could not be built; the thread ends."""

    opened = Signal(object)
    """str: the core is built; what was wrong with the journal, "" for nothing."""

    progressed = Signal(object)
    """str: how far the journal is read, in words for the window."""

    def __init__(self, build: Build, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._build = build
        self._core: Core | None = None
        self._stopping = False
        self._told_at = time.monotonic()
        self.setObjectName("core")

    @override
    def run(self) -> None:
        """Build the core and run its loop. Core thread."""
        try:
            core, fault = self._build(self._tell)
        except _GivenUpError:
            return
        except (OSError, WorkstationError) as error:
            self.refused.emit(str(error))
            return
        except Exception as error:
            log.exception("the core could not be built")
            self.failed.emit(f"{type(error).__name__}: {error}")
            return
        self._core = core
        if self._stopping:  # asked before there was a core to be told
            core.close()
            return
        self.opened.emit(fault)
        self._run(core)

    def _run(self, core: Core) -> None:
        try:
            core.run()
        except _GivenUpError:
            log.info("the program ended before the journal was read")
        except Exception as error:
            log.exception("the core ended by an error")
            self.failed.emit(f"{type(error).__name__}: {error}")

    def _tell(self, what: str, done: int, of: int) -> None:
        """Pass on how far the journal is read; end that if the program ends. Core thread."""
        if self._stopping:
            raise _GivenUpError
        now = time.monotonic()
        if now - self._told_at >= TOLD_SECONDS:
            self._told_at = now
            share = done * 100 // max(of, 1)
            self.progressed.emit(f"{_WORDS[what]}, {share} % of {of:,} entries")

    @Slot()
    def stop(self) -> None:
        """Ask the core to disconnect and end, 2 s after the last order or cancel at the earliest.

        `finished` follows. GUI thread.
        """
        self._stopping = True
        if self._core is not None:
            self._core.stop()
