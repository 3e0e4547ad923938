"""Takes a chart out of the program: its picture, and its bars with every indicator's values."""

import csv
import io
from datetime import UTC, datetime, tzinfo

import numpy as np
from PySide6.QtCore import QIODevice, QObject, QSaveFile, Qt, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QPixmap
from PySide6.QtWidgets import QFileDialog

from workstation.domain.csv_cell import csv_text
from workstation.ui import text
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.view import ChartView

_COLUMNS = ("open", "high", "low", "close", "volume")


class ChartExport(QObject):
    """Saves and copies the chart as it is seen, drawings and all. GUI thread."""

    told = Signal(object)
    """A sentence for the user and its tone, "" or "warning": tuple[str, str]."""

    def __init__(self, canvas: ChartCanvas, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self.files: QFileDialog | None = None
        self.save_action = QAction("Save picture…", self)
        self.copy_action = QAction("Copy picture", self)
        self.table_action = QAction("Export bars and indicators…", self)
        self.actions = [self.save_action, self.copy_action, self.table_action]
        self.save_action.triggered.connect(self._on_save_requested)
        self.copy_action.triggered.connect(self._on_copy_requested)
        self.table_action.triggered.connect(self._on_table_requested)

    def picture(self) -> QPixmap:
        """Return the chart as it is seen, without the crosshair."""
        mouse, self._canvas.mouse = self._canvas.mouse, None
        try:
            return self._canvas.grab()
        finally:
            self._canvas.mouse = mouse

    @Slot()
    def _on_copy_requested(self) -> None:
        QGuiApplication.clipboard().setPixmap(self.picture())
        self.told.emit(("The picture of the chart is on the clipboard.", ""))

    @Slot()
    def _on_save_requested(self) -> None:
        files = self.ask("Save picture of the chart", "Picture (*.png)", "png")
        files.fileSelected.connect(self.save_picture)

    @Slot()
    def _on_table_requested(self) -> None:
        files = self.ask("Export bars and indicators", "Comma-separated (*.csv)", "csv")
        files.fileSelected.connect(self.save_table)

    def ask(self, title: str, kinds: str, suffix: str) -> QFileDialog:
        """Open a question for the name of a file to write, which forgets itself."""
        name = "".join(c if c.isalnum() else "-" for c in self._canvas.words.title).strip("-")
        self.files = files = QFileDialog(self._canvas, title)
        self.files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.files.setNameFilter(kinds)
        self.files.setDefaultSuffix(suffix)
        self.files.selectFile(f"{name or 'chart'}.{suffix}")
        self.files.destroyed.connect(self._on_dialog_gone)
        files.open()
        return files

    @Slot()
    def _on_dialog_gone(self) -> None:
        self.files = None

    @Slot(str)
    def save_picture(self, name: str) -> None:
        """Write the picture; the file is the old one or the new one, never a part."""
        file = QSaveFile(name)
        is_open = file.open(QIODevice.OpenModeFlag.WriteOnly)
        if is_open and not self.picture().save(file, "PNG"):
            file.cancelWriting()
        self._finish(file, name, is_open=is_open)

    @Slot(str)
    def save_table(self, name: str) -> None:
        """Write every bar that is here and what the indicators give for it."""
        content = bar_table(self._canvas.view).encode()
        file = QSaveFile(name)
        is_open = file.open(QIODevice.OpenModeFlag.WriteOnly)
        if is_open and file.write(content) != len(content):
            file.cancelWriting()
        self._finish(file, name, is_open=is_open)

    def _finish(self, file: QSaveFile, name: str, *, is_open: bool) -> None:
        shown = text.one_line(name, 200)
        if is_open and file.commit():
            self.told.emit((f"Saved as {shown}.", ""))
        else:
            reason = text.one_line(file.errorString(), 200)
            self.told.emit((f"{shown} could not be written: {reason}.", "warning"))


def bar_table(view: ChartView) -> str:
    """Return bars and indicators as RFC 4180 text, a bar a line, oldest first.

    Times are the bars' openings, in UTC and on the exchange's clocks; numbers have all their
    digits; a value that does not exist is empty. Names of several outputs follow the
    indicator's after a colon.
    """
    view.studies.refresh()
    bars, zone = view.bars, view.exchange_zone or UTC
    names: list[str] = []
    tables = []
    for study in view.studies.all:
        label, outputs = csv_text(text.one_line(study.label, 80)), study.indicator.outputs
        names += [f"{label}: {o.name}" if len(outputs) > 1 else label for o in outputs]
        tables.append(study.known(np.arange(bars.first, bars.end)))
    values = np.concatenate(tables) if tables else np.zeros((0, len(bars)))
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("time_utc", "time_exchange", *_COLUMNS, *names))
    for place, seconds in enumerate(bars.times.tolist()):
        figures = (*bars.bar(bars.first + place), *values[:, place].tolist())
        writer.writerow((*_times(seconds, zone), *(_number(each) for each in figures)))
    return file.getvalue()


def _times(seconds: int, zone: tzinfo) -> tuple[str, str]:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(), moment.astimezone(zone).isoformat()


def _number(value: float) -> str:
    return repr(value) if np.isfinite(value) else ""
