"""Writes what a table shows as comma-separated text, on a pool thread."""

import csv
import io
import re
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Signal, Slot

from workstation.app.pool_job import PoolJob, Told
from workstation.domain.csv_cell import csv_text
from workstation.storage.files import write_private_file
from workstation.ui import text

_NUMBER = re.compile(r"−?[\d,]*\.?\d+")


class TableFiles(QObject):
    """Takes rows of text and says what became of the file. GUI thread."""

    told = Signal(object)
    """One sentence: str."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._written = Told(self)
        self._written.done.connect(self.told)

    @Slot(object)
    def write(self, wish: tuple[Path, list[list[str]]]) -> None:
        """Write the rows; the first holds the titles."""
        path, rows = wish
        self._pool.start(PoolJob(lambda: _written(path, rows), self._written))

    def wait(self) -> None:
        """Let work under way end."""
        self._pool.waitForDone()


def _written(path: Path, rows: list[list[str]]) -> str:
    content = io.StringIO(newline="")
    csv.writer(content).writerows([_cell(each) for each in row] for row in rows)
    write_private_file(path, content.getvalue().encode())
    return f"{text.count_of(len(rows) - 1, 'row')} exported to {path}."


def _cell(shown: str) -> str:
    """Write a number as a number, without separators; all else so that no formula comes of it."""
    if _NUMBER.fullmatch(shown):
        return shown.replace(",", "").replace("−", "-")
    return csv_text("" if shown == text.ABSENT else shown)
