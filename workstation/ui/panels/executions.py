"""The executions: every fill of the day and what it cost."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from workstation.ui.export_dialog import ExportDialog
from workstation.ui.models.executions import ExecutionsModel
from workstation.ui.models.export_values import EXECUTION_VALUES
from workstation.ui.table_view import TableView
from workstation.ui.table_words import table_content


class ExecutionsPanel(QWidget):
    """Shows fills; a click selects the symbol."""

    execution_selected = Signal(object)
    """Execution the user chose."""

    export_requested = Signal(object)
    """Path, and what is shown: tuple[Path, TypedTable | list[list[str]]], as table_content() says."""

    def __init__(self, model: ExecutionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.table = TableView(model, "No executions today", self)
        self.menu: QMenu | None = None
        self.files: ExportDialog | None = None
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
        self.files = ExportDialog("Export executions", "executions", self)
        self.files.fileSelected.connect(self._on_file_chosen)
        self.files.open()

    @Slot(str)
    def _on_file_chosen(self, name: str) -> None:
        path = Path(name)
        self.export_requested.emit((path, table_content(self.table, EXECUTION_VALUES, path)))
