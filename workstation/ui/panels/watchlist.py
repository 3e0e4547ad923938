"""The watchlist: symbols with their quotes."""

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from workstation.ui import text
from workstation.ui.models.quotes import QuotesModel, WatchRow
from workstation.ui.table_view import TableView

SYMBOL_LENGTH = 24
"""Longest symbol that can be typed."""


class WatchlistPanel(QWidget):
    """Shows watched symbols; asks for more or fewer of them."""

    symbol_requested = Signal(object)
    """Symbol, in capitals, that the user wants to watch: str."""

    removal_requested = Signal(object)
    """Symbols the user no longer wants to watch: tuple[str, ...]."""

    row_selected = Signal(object)
    """WatchRow the user chose."""

    def __init__(self, model: QuotesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.table = TableView(model, "No symbols. Type one above and press Enter.", self)
        self.symbol_edit = QLineEdit(self)
        self.symbol_edit.setPlaceholderText("Add symbol, Enter")
        self.symbol_edit.setMaxLength(SYMBOL_LENGTH)
        self.symbol_edit.setClearButtonEnabled(True)
        self.symbol_edit.setAccessibleName("Symbol to watch")
        self.symbol_edit.returnPressed.connect(self._on_return_pressed)
        self.remove_button = QPushButton("Remove", self)
        self.remove_button.setToolTip(text.tooltip("Stop watching the selected symbols (Delete)"))
        self.remove_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.remove_button.clicked.connect(self._on_remove)
        line = QHBoxLayout()
        line.setContentsMargins(3, 3, 3, 0)
        line.addWidget(self.symbol_edit)
        line.addWidget(self.remove_button)
        line.addStretch(1)
        self.symbol_edit.setFixedWidth(170)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(line)
        column.addWidget(self.table)
        self._menu: QMenu | None = None
        self.table.delete_pressed.connect(self._on_remove)
        self.table.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.table.clicked.connect(self._on_clicked)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._on_menu)

    def select(self, symbol: str) -> None:
        """Put the cursor on a symbol, if it is in the list."""
        row = self.model.row_of(symbol)
        if row is not None:
            self.table.select_source_row(row)

    @Slot()
    def _on_return_pressed(self) -> None:
        symbol = text.one_line(self.symbol_edit.text(), SYMBOL_LENGTH).upper()
        if symbol:
            self.symbol_edit.clear()
            self.symbol_requested.emit(symbol)

    @Slot()
    def _on_remove(self) -> None:
        rows = self.table.selected_rows()
        symbols = tuple(row.symbol for row in rows if isinstance(row, WatchRow))
        if symbols:
            self.removal_requested.emit(symbols)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self._choose(current)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(index)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            row = self.model.value_at(self.table.proxy.mapToSource(index).row())
            self.row_selected.emit(row)

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        action = menu.addAction("Remove\tDel")
        action.setEnabled(bool(self.table.selected_rows()))
        action.triggered.connect(self._on_remove)
        self._menu = menu
        menu.popup(self.table.viewport().mapToGlobal(place))
