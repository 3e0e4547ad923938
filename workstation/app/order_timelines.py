"""Reads the journal for one order on a pool thread, shows its timeline, and exports it."""

from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Slot
from PySide6.QtWidgets import QWidget

from workstation.app.pool_job import PoolJob, Told
from workstation.app.timeline_export import export_timeline
from workstation.desk.timeline import timeline
from workstation.domain.ids import ClientId
from workstation.domain.order_status import OrderView
from workstation.domain.past_trades import PastFill, PastOrder
from workstation.domain.timeline import Timeline
from workstation.storage.journal_reader import read_entries
from workstation.ui.dialogs.order_timeline import OrderTimelineDialog


class OrderTimelines(QObject):
    """Opens one timeline at a time. GUI thread."""

    def __init__(self, journal: Path, client_id: int, window: QWidget) -> None:
        super().__init__(window)
        self._journal = journal
        self._client_id = ClientId(client_id)
        self._window = window
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._read = Told(self)
        self._read.done.connect(self._on_read)
        self._written = Told(self)
        self._written.done.connect(self._on_written)
        self.dialog: OrderTimelineDialog | None = None
        self._wanted = 0
        """Readings that are still to come; only the last is of the order on the screen."""

    @Slot(object)
    def open(self, order: OrderView | PastOrder | PastFill) -> None:
        """Show the dialog at once; its table follows when the journal is read."""
        key = order.key
        if key is None:
            return
        if self.dialog is not None:
            self.dialog.close()
        self.dialog = OrderTimelineDialog(self._window)
        self.dialog.export_requested.connect(self._on_export_requested)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.show()
        journal, client_id = self._journal, self._client_id

        def read() -> object:
            found = timeline(read_entries(journal), key, client_id)
            return found or "The journal holds nothing of this order."

        self._wanted += 1
        self._pool.start(PoolJob(read, self._read))

    def wait(self) -> None:
        """Let work under way end; called when the program closes."""
        self._pool.waitForDone()

    @Slot(object)
    def _on_read(self, result: object) -> None:
        self._wanted -= 1
        if self.dialog is None or self._wanted:
            return
        if isinstance(result, Timeline):
            self.dialog.show_timeline(result)
        else:
            self.dialog.say(str(result))

    @Slot(object)
    def _on_export_requested(self, path: Path) -> None:
        shown = None if self.dialog is None else self.dialog.timeline
        if shown is not None:
            self._pool.start(PoolJob(lambda: export_timeline(path, shown), self._written))

    @Slot(object)
    def _on_written(self, result: object) -> None:
        if self.dialog is not None:
            self.dialog.say(str(result))

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None
