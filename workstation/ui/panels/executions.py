"""The executions: every fill of the day and what it cost."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QVBoxLayout, QWidget

from workstation.ui.models.executions import ExecutionsModel
from workstation.ui.table_view import TableView
from workstation.ui.table_words import table_words


class ExecutionsPanel(QWidget):
    """Shows fills; a click selects the symbol."""

    execution_selected = Signal(object)
    """Execution the user chose."""

    export_requested = Signal(object)
    """Path, and titles and rows as they are shown: tuple[Path, list[list[str]]]."""

    def __init__(self, model: ExecutionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.table = TableView(model, "No executions today", self)
        self.menu: QMenu | None = None
        self.files: QFileDialog | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)
        self.table.clicked.connect(self._on_clicked)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._on_menu)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        row = self.model.value_at(self.table.proxy.mapToSource(index).row())
        self.execution_selected.emit(row.execution)

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        self.menu = QMenu(self)
        self.menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        export = self.menu.addAction("Export what is shown…")
        export.setEnabled(self.table.proxy.rowCount() > 0)
        export.triggered.connect(self._on_export)
        self.menu.popup(self.table.viewport().mapToGlobal(place))

    @Slot()
    def _on_export(self) -> None:
        self.files = QFileDialog(self, "Export executions")
        self.files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.files.setNameFilter("Comma-separated (*.csv)")
        self.files.setDefaultSuffix("csv")
        self.files.selectFile("executions.csv")
        self.files.fileSelected.connect(self._on_file_chosen)
        self.files.open()

    @Slot(str)
    def _on_file_chosen(self, name: str) -> None:
        self.export_requested.emit((Path(name), table_words(self.table)))
