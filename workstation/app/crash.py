"""What the user is told when the window itself fails: one dialog a fault, and a report on disk."""

import logging
import platform
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from workstation import __version__
from workstation.domain.account import redacted
from workstation.storage.files import write_private_file
from workstation.ui.dialogs.plain_dialog import PlainDialog

log = logging.getLogger(__name__)

MOST_REPORTS = 20


class CrashDialog(QObject):
    """Shows each different fault once; orders are not touched by any. GUI thread."""

    def __init__(self, folder: Path, now: Callable[[], datetime], window: QWidget) -> None:
        super().__init__(window)
        self._folder = folder
        self._now = now
        self._window = window
        self._seen: set[str] = set()
        self.dialog: PlainDialog | None = None

    def show(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Log the fault, write a report without accounts, and say so once."""
        log.error("an error in the window", exc_info=(kind, error, trace))
        text = redacted("".join(traceback.format_exception(kind, error, trace)))
        place = "".join(traceback.format_tb(trace)[-1:])
        if place in self._seen or len(self._seen) >= MOST_REPORTS:
            return
        self._seen.add(place)
        path = self._write(text)
        where = f"A report without account names is in {path}." if path else "See the log."
        if self.dialog is not None:
            return
        self.dialog = PlainDialog(
            "Internal error",
            f"An internal error was caught in the window ({kind.__name__}).\n\n"
            "Orders are not touched by it: the trading core runs apart from the window. "
            f"Compare orders and positions before you go on.\n\n{where}",
            {"ok": "Go on"},
            self._window,
        )
        self.dialog.answered.connect(self._on_answered)
        self.dialog.open()

    @Slot(object)
    def _on_answered(self, _answer: object) -> None:
        self.dialog = None

    def _write(self, text: str) -> Path | None:
        now = self._now()
        path = self._folder / f"crash-{now:%Y%m%dT%H%M%S%fZ}.txt"
        head = (
            f"workstation {__version__}, Python {platform.python_version()}\n{now.isoformat()}\n\n"
        )
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            write_private_file(path, (head + text).encode())
        except OSError:
            log.exception("the crash report could not be written")
            return None
        return path
