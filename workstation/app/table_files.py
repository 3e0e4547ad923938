"""Writes what a table shows as comma-separated text or as Parquet, on a pool thread."""

import csv
import io
import re
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Signal, Slot

from workstation.app.parquet import write_parquet
from workstation.app.pool_job import PoolJob, Told
from workstation.domain.csv_cell import csv_text
from workstation.domain.typed_table import TypedTable
from workstation.storage.files import write_private_file
from workstation.ui import text

_NUMBER = re.compile(r"−?[\d,]*\.?\d+")


class TableFiles(QObject):
    """Takes the rows of a table and says what became of the file. GUI thread."""

    told = Signal(object)
    """One sentence: str."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._written = Told(self)
        self._written.done.connect(self.told)

    @Slot(object)
    def write(self, wish: tuple[Path, TypedTable | list[list[str]]]) -> None:
        """Write a typed table as Parquet; of rows of text the first holds the titles."""
        path, content = wish
        self._pool.start(PoolJob(lambda: _written(path, content), self._written))

    def wait(self) -> None:
        """Let work under way end."""
        self._pool.waitForDone()


def _written(path: Path, content: TypedTable | list[list[str]]) -> str:
    if isinstance(content, TypedTable):
        written = write_parquet(path, content)
        return f"{text.count_of(written.rows, 'row')} exported to {path}.{written.note}"
    file = io.StringIO(newline="")
    csv.writer(file).writerows([_cell(each) for each in row] for row in content)
    write_private_file(path, file.getvalue().encode())
    return f"{text.count_of(len(content) - 1, 'row')} exported to {path}."


def _cell(shown: str) -> str:
    """Write a number as a number, without separators; all else so that no formula comes of it."""
    if _NUMBER.fullmatch(shown):
        return shown.replace(",", "").replace("−", "-")
    return csv_text("" if shown == text.ABSENT else shown)
