"""Reads older fills from the journal and exports what fills cost, on a pool thread."""

import io
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Slot

from workstation.app.parquet import SUFFIX, write_parquet
from workstation.app.pool_job import PoolJob, Told
from workstation.app.quality_export import quality_table, write_quality
from workstation.desk.quality_book import fills_of
from workstation.domain.execution_quality import FillQuality
from workstation.storage.files import write_private_file
from workstation.storage.journal_reader import read_entries
from workstation.ui import text
from workstation.ui.panels.quality import QualityPanel


class QualityFiles(QObject):
    """Serves the panel of execution quality. GUI thread."""

    def __init__(self, journal: Path, panel: QualityPanel) -> None:
        super().__init__(panel)
        self._journal = journal
        self._panel = panel
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._read, self._written = Told(self), Told(self)
        self._wanted = 0
        """Readings that are still to come; only the last is of the period on the screen."""
        self._read.done.connect(self._on_read)
        self._written.done.connect(self._on_written)
        panel.history_requested.connect(self._on_history_requested)
        panel.export_requested.connect(self._on_export_requested)

    def wait(self) -> None:
        """Let work under way end; called when the program closes."""
        self._pool.waitForDone()

    @Slot(object)
    def _on_history_requested(self, start: datetime | None) -> None:
        journal = self._journal
        self._wanted += 1
        self._pool.start(
            PoolJob(
                lambda: fills_of(read_entries(journal), datetime.now(UTC), start, None), self._read
            )
        )

    @Slot(object)
    def _on_read(self, result: object) -> None:
        self._wanted -= 1
        if not self._wanted:
            self._panel.show_history(result)

    @Slot(object)
    def _on_export_requested(self, wish: tuple[Path, tuple[FillQuality, ...]]) -> None:
        path, fills = wish
        self._pool.start(PoolJob(lambda: _export(path, fills), self._written))

    @Slot(object)
    def _on_written(self, result: object) -> None:
        self._panel.say(str(result))


def _export(path: Path, fills: tuple[FillQuality, ...]) -> str:
    note = ""
    if path.suffix.lower() == SUFFIX:
        note = write_parquet(path, quality_table(fills)).note
    else:
        content = io.StringIO(newline="")
        write_quality(content, fills)
        write_private_file(path, content.getvalue().encode())
    return f"{text.count_of(len(fills), 'fill')} exported to {path}.{note}"
