"""Puts a chart on paper or into a PDF: fitted to the page, in light colours, with what it is of."""

from datetime import UTC, datetime

from PySide6.QtCore import QFileInfo, QMarginsF, QObject, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFont, QPageLayout, QPainter, QPixmap
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog

from workstation.ui import text
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_export import ChartExport
from workstation.ui.chart.layer import ChartLayer
from workstation.ui.theme import LIGHT

DOTS = 300
"""Dots per inch of a page, as long as the user chooses no other."""

WIDEST = 4200
"""Pixels of a picture; a finer page gets them enlarged."""

SCREEN_DOTS = 112
"""Pixels of a chart that make an inch of a page: words are about 8 points high on it."""

MARGIN_MM = 10.0
HEAD_POINTS = 9.0


class ChartPrinter(QObject):
    """Prints the chart with its drawings, as it is seen but for the mouse. GUI thread."""

    told = Signal(object)
    """A sentence for the user and its tone, "" or "warning": tuple[str, str]."""

    def __init__(self, canvas: ChartCanvas, export: ChartExport, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas, self._export = canvas, export
        self.dialog: QPrintDialog | None = None
        self._printer: QPrinter | None = None
        self.print_action = QAction("Print…", self)
        self.pdf_action = QAction("Save as PDF…", self)
        self.actions = [self.print_action, self.pdf_action]
        self.print_action.triggered.connect(self._on_print_requested)
        self.pdf_action.triggered.connect(self._on_pdf_requested)

    @Slot()
    def _on_print_requested(self) -> None:
        self._printer = _new_printer()
        self.dialog = QPrintDialog(self._printer, self._canvas)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.setWindowTitle("Print the chart")
        self.dialog.accepted.connect(self._on_accepted)
        self.dialog.destroyed.connect(self._on_dialog_gone)
        QDialog.open(self.dialog)  # its own way to open wants the name of a slot

    @Slot()
    def _on_dialog_gone(self) -> None:
        self.dialog = None

    @Slot()
    def _on_accepted(self) -> None:
        printer, self._printer = self._printer, None
        if printer is not None:
            name = printer.outputFileName() or printer.printerName()
            self._print(printer, f"Sent to {text.one_line(name, 200) or 'the printer'}.")

    @Slot()
    def _on_pdf_requested(self) -> None:
        files = self._export.ask("Save the chart as PDF", "PDF (*.pdf)", "pdf")
        files.fileSelected.connect(self.save_pdf)

    @Slot(str)
    def save_pdf(self, name: str) -> None:
        """Write one page as a PDF."""
        if not QFileInfo(QFileInfo(name).absolutePath()).isWritable():
            reason = "its folder is not there or takes no files"
            self.told.emit(
                (f"{text.one_line(name, 200)} could not be written: {reason}.", "warning")
            )
            return
        printer = _new_printer()
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(name)
        self._print(printer, f"Saved as {text.one_line(name, 200)}.")

    def _print(self, printer: QPrinter, done: str) -> None:
        printer.setDocName(text.one_line(self._canvas.words.title, 80))
        painter = QPainter()
        if not printer.isValid() or not painter.begin(printer):
            self.told.emit(("The page could not be printed: nothing takes it.", "warning"))
            return
        page = printer.pageRect(QPrinter.Unit.DevicePixel).toRect()
        self.paint_page(painter, QRect(0, 0, page.width(), page.height()), printer.resolution())
        is_done = painter.end() and printer.printerState() is not QPrinter.PrinterState.Error
        failed = ("The page could not be printed completely.", "warning")
        self.told.emit((done, "") if is_done else failed)

    def paint_page(self, painter: QPainter, page: QRect, dots: int) -> None:
        """Draw the head and the chart into a rectangle, at so many dots per inch."""
        font = QFont(self._canvas.font())
        font.setPixelSize(max(1, round(HEAD_POINTS * dots / 72)))
        painter.setFont(font)
        line = painter.fontMetrics().height()
        head = QRect(page.left(), page.top(), page.width(), line)
        painter.setPen(Qt.GlobalColor.black)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        title, stamp = self.head(datetime.now(UTC))
        painter.drawText(head, right, stamp)
        room = page.width() - painter.fontMetrics().horizontalAdvance(stamp) - line
        cut = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(head, left, cut)
        place = page.adjusted(0, line + line // 2, 0, 0)
        painter.drawPixmap(place, self.picture(place.size(), dots))

    def head(self, now: datetime) -> tuple[str, str]:
        """Return what the chart is of, and when it was printed in whose clocks."""
        view = self._canvas.view
        zone = view.marks.zone
        local = now.astimezone(zone)
        clocks = f"{zone}" if zone is not None else local.tzname() or "local"
        times = f"times: {clocks}" if view.marks.is_intraday else "bars are dates"
        stamp = f"printed {local.day} {local:%b %Y %H:%M:%S %Z} · {times}"
        return text.one_line(self._canvas.words.title, 80), stamp

    def picture(self, size: QSize, dots: int = DOTS) -> QPixmap:
        """Return the chart in light colours, laid out for as many pixels as the page has.

        The page has the bars that are seen; its words are as large as a page wants them,
        however small or large the chart is on the screen. `dots` are those of an inch.
        """
        canvas, time = self._canvas, self._canvas.view.time
        seen = time.shown()
        part = min(1.0, WIDEST / max(1, size.width()))
        width, height = max(1, round(size.width() * part)), max(1, round(size.height() * part))
        ratio = part * dots / SCREEN_DOTS
        with canvas.view.laid_out(width, height, canvas.font(), ratio):
            time.show_span(*seen, canvas.view.bars.first, canvas.view.bars.end)
            canvas.view.settle()
            layer = ChartLayer()
            layer.use_theme(LIGHT)
            layer.refresh(canvas.view)
            picture = layer.pixmap
            painter = QPainter(picture)
            painter.setFont(canvas.view.layout.font)
            canvas.draw_over(painter, LIGHT)
            painter.end()
        canvas.refresh()
        return picture


def _new_printer() -> QPrinter:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setResolution(DOTS)
    printer.setPageOrientation(QPageLayout.Orientation.Landscape)
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    printer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    return printer
