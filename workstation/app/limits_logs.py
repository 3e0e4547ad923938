"""Reads the journal's changes of limits on a pool thread and shows them."""

from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Slot
from PySide6.QtWidgets import QWidget

from workstation.app.pool_job import PoolJob, Told
from workstation.desk.limits_log import limit_changes
from workstation.storage.journal_reader import read_entries
from workstation.ui.dialogs.limits_log import LimitsLogDialog


class LimitsLogs(QObject):
    """Opens one log at a time. GUI thread."""

    def __init__(self, journal: Path, window: QWidget) -> None:
        super().__init__(window)
        self._journal = journal
        self._window = window
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._read = Told(self)
        self._read.done.connect(self._on_read)
        self.dialog: LimitsLogDialog | None = None

    @Slot()
    def open(self) -> None:
        """Show the dialog at once; its table follows when the journal is read."""
        if self.dialog is not None:
            self.dialog.raise_()
            return
        self.dialog = LimitsLogDialog(self._window)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.show()
        journal = self._journal
        self._pool.start(PoolJob(lambda: limit_changes(read_entries(journal)), self._read))

    def wait(self) -> None:
        """Let work under way end; called when the program closes."""
        self._pool.waitForDone()

    @Slot(object)
    def _on_read(self, result: object) -> None:
        if self.dialog is None:
            return
        if isinstance(result, tuple):
            self.dialog.show_changes(result)
        else:
            self.dialog.say(str(result))

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None
