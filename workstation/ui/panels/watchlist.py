"""The watchlist: symbols with their quotes."""

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from workstation.domain.ids import ConId
from workstation.domain.quote import MarketDataType
from workstation.ui import text
from workstation.ui.live_panel import LivePanel
from workstation.ui.models.quotes import CHIPS, QuotesModel, WatchRow
from workstation.ui.table_view import TableView

SYMBOL_LENGTH = 24
"""Longest symbol that can be typed."""


_TYPES = {
    MarketDataType.LIVE: "Live",
    MarketDataType.FROZEN: "Live, frozen after the close",
    MarketDataType.DELAYED: "Delayed",
    MarketDataType.DELAYED_FROZEN: "Delayed, frozen after the close",
}


class WatchlistPanel(LivePanel):
    """Shows watched symbols; asks for more or fewer of them."""

    symbol_requested = Signal(object)
    """Symbol, in capitals, that the user wants to watch: str."""

    removal_requested = Signal(object)
    """Symbols the user no longer wants to watch: tuple[str, ...]."""

    data_type_requested = Signal(object)
    """(ConId, MarketDataType) that the user wants to see from now on."""

    chart_requested = Signal(object)
    """WatchRow of which the user wants a chart of its own."""

    seen = Signal()
    """The panel was shown or hidden."""

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
        self._types: dict[ConId, MarketDataType] = {}
        self.table.delete_pressed.connect(self._on_remove)
        self.table.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.table.clicked.connect(self._on_clicked)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._on_menu)

    def visible_contracts(self) -> frozenset[ConId]:
        """Return the contracts of the rows that can be seen."""
        if not self.is_seen:
            return frozenset()
        table, height = self.table, self.table.viewport().height()
        top = table.rowAt(0)
        bottom = table.rowAt(height - 1)
        if top < 0:
            return frozenset()
        last = bottom if bottom >= 0 else table.proxy.rowCount() - 1
        proxy = table.proxy
        places = (proxy.mapToSource(proxy.index(n, 0)).row() for n in range(top, last + 1))
        rows = (self.model.value_at(place) for place in places)
        return frozenset(row.con_id for row in rows if row.con_id is not None)

    @override
    def seen_changed(self, *, is_seen: bool) -> None:
        """Tell, so that a hidden list gives its lines back."""
        self.seen.emit()

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

    @Slot(object)
    def take_suggestion(self, symbol: str) -> None:
        """Ask to watch a symbol that was chosen while another was typed."""
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

    @Slot()
    def _on_chart(self) -> None:
        for row in self.table.selected_rows():
            if isinstance(row, WatchRow):
                self.chart_requested.emit(row)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open charts of the selected rows."""
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._on_chart()
        else:
            super().keyPressEvent(event)

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chart = menu.addAction("Open in a new chart\tCtrl+Enter")
        chart.setEnabled(bool(self.table.selected_rows()))
        chart.triggered.connect(self._on_chart)
        action = menu.addAction("Remove\tDel")
        action.setEnabled(bool(self.table.selected_rows()))
        action.triggered.connect(self._on_remove)
        self._add_types(menu)
        self._menu = menu
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _add_types(self, menu: QMenu) -> None:
        """Offer the types of market data for the selected rows."""
        rows = [row for row in self.table.selected_rows() if isinstance(row, WatchRow)]
        chosen = {self._types.get(row.con_id, MarketDataType.LIVE) for row in rows if row.con_id}
        types = menu.addMenu("Market data")
        types.setEnabled(bool(chosen))
        group = QActionGroup(types)
        for kind, label in _TYPES.items():
            action = types.addAction(f"{label}\t{CHIPS[kind]}")
            action.setCheckable(True)
            action.setChecked(chosen == {kind})
            action.setData(kind)
            group.addAction(action)
        group.triggered.connect(self._on_type_chosen)

    @Slot(QAction)
    def _on_type_chosen(self, action: QAction) -> None:
        kind = MarketDataType(action.data())
        for row in self.table.selected_rows():
            if isinstance(row, WatchRow) and row.con_id is not None:
                self._types[row.con_id] = kind
                self.data_type_requested.emit((row.con_id, kind))
