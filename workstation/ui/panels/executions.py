"""The executions: every fill of the day and what it cost."""

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workstation.ui.models.executions import ExecutionsModel
from workstation.ui.table_view import TableView


class ExecutionsPanel(QWidget):
    """Shows fills; a click selects the symbol."""

    execution_selected = Signal(object)
    """Execution the user chose."""

    def __init__(self, model: ExecutionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.table = TableView(model, "No executions today", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)
        self.table.clicked.connect(self._on_clicked)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        row = self.model.value_at(self.table.proxy.mapToSource(index).row())
        self.execution_selected.emit(row.execution)
