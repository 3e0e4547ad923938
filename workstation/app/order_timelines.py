"""Reads the journal for one order on a pool thread, shows its timeline, and exports it."""

import csv
import io
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Slot
from PySide6.QtWidgets import QWidget

from workstation.app.pool_job import PoolJob, Told
from workstation.desk.timeline import timeline
from workstation.domain.csv_cell import csv_text
from workstation.domain.ids import ClientId
from workstation.domain.order_status import OrderView
from workstation.domain.past_trades import PastFill, PastOrder
from workstation.domain.timeline import Timeline, TimelineStep
from workstation.storage.files import write_private_file
from workstation.storage.journal_reader import read_entries
from workstation.ui.dialogs.order_timeline import OrderTimelineDialog

HEAD = (
    *("entry", "time_utc", "kind", "what", "state", "bid", "ask", "last", "bid_size", "ask_size"),
    *("market_time_utc", "market_stale", "journal"),
)


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
            self._pool.start(PoolJob(lambda: _written(path, shown), self._written))

    @Slot(object)
    def _on_written(self, result: object) -> None:
        if self.dialog is not None:
            self.dialog.say(str(result))

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None


def _written(path: Path, shown: Timeline) -> str:
    write_private_file(path, timeline_csv(shown).encode())
    return f"Exported to {path}."


def timeline_csv(shown: Timeline) -> str:
    """Write a timeline as comma-separated text, one step a line, RFC 4180."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for step in shown.steps:
        writer.writerow(_row(step))
    return text.getvalue()


def _row(step: TimelineStep) -> tuple[object, ...]:
    market = step.market
    seen: tuple[object, ...] = ("",) * 7
    if market is not None:
        prices = (market.bid, market.ask, market.last, market.bid_size, market.ask_size)
        known = tuple("" if each is None else repr(each) for each in prices)
        seen = (*known, market.at.isoformat(), "yes" if market.stale else "no")
    return (
        step.seq,
        step.time.isoformat(),
        step.kind.value,
        csv_text(step.title),
        csv_text(step.state),
        *seen,
        csv_text(step.detail),
    )
