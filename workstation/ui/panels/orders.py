"""The orders: what is working and what became of the rest."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.commands import CancelOrders
from workstation.domain.order import Side
from workstation.domain.order_status import OrderFlag, OrderView
from workstation.ui import text
from workstation.ui.dialogs.plain_dialog import PlainDialog
from workstation.ui.export_dialog import ExportDialog
from workstation.ui.models.export_values import ORDER_VALUES
from workstation.ui.models.order_rows import (
    Grouping,
    OrderRow,
    RecordRow,
    Row,
    not_editable_reason,
)
from workstation.ui.models.orders import OrdersModel
from workstation.ui.order_table import OrderTable
from workstation.ui.plain_label import PlainLabel
from workstation.ui.table_words import table_content

IN_PLACE = frozenset({"quantity", "limit", "stop"})
"""Columns whose cells can be changed where they stand."""

_STOPS = frozenset({"STP", "STP LMT"})


class OrdersPanel(QWidget):
    """Shows orders; asks for cancels and changes. Cancels need no confirmation."""

    cancel_requested = Signal(object)
    """Orders to cancel: tuple[OrderView, ...]."""

    cancel_all_requested = Signal()
    """Cancel the orders of this client; what protects an open position stays."""

    cancel_some_requested = Signal(object)
    """CancelOrders of a contract, or of one side of it."""

    family_cancel_requested = Signal(object)
    """Family of which every working order shall be cancelled."""

    renew_requested = Signal(object)
    """OrderView to be cancelled and written anew in the ticket."""

    group_requested = Signal(object)
    """Orders to be written anew as one one-cancels-all group: tuple[OrderView, ...]."""

    change_requested = Signal(object)
    """OrderView the user wants to change."""

    not_placed_confirmed = Signal(object)
    """OrderView flagged ABSENT that never reached the broker, says the user."""

    edit_requested = Signal(object)
    """Cell to change in place: QModelIndex of the table."""

    export_requested = Signal(object)
    """Path, and what is shown: tuple[Path, TypedTable | list[list[str]]], as table_content() says."""

    grouping_chosen = Signal(object)
    """Grouping by which the rows shall be put together."""

    fold_all_requested = Signal(object)
    """Hide the parts of every row, or show them all: bool."""

    order_selected = Signal(object)
    """OrderView the user chose."""

    timeline_requested = Signal(object)
    """OrderView whose every message, decision and market the user wants to see."""

    exit_rule_requested = Signal(object)
    """OrderView of a stop that shall follow the profit, moved by this program."""

    def __init__(self, model: OrdersModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.table = OrderTable(model, "No orders", self)
        self.table.setObjectName("orders_table")
        self.menu: QMenu | None = None
        self._absent: OrderView | None = None
        self._working, self._doubt, self._advice = 0, "", ""
        self._is_read_only = False
        self.dialog: PlainDialog | None = None
        self.files: ExportDialog | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(self._build_line())
        column.addWidget(self.table)
        self.table.delete_pressed.connect(self._on_cancel)
        self.table.change_pressed.connect(self._on_change)
        self.table.doubleClicked.connect(self._on_double_clicked)
        self.table.clicked.connect(self._on_clicked)
        self.table.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._on_menu)
        model.dataChanged.connect(self._on_selection_changed)
        self._on_filter_changed()

    def _build_line(self) -> QHBoxLayout:
        self.filter_box = QComboBox(self)
        self.filter_box.addItems(["Working", "All today"])
        self.filter_box.setCurrentIndex(1)
        self.filter_box.setAccessibleName("Which orders are shown")
        self.filter_box.currentIndexChanged.connect(self._on_filter_changed)
        self.group_box = QComboBox(self)
        self.group_box.addItems([each.value for each in Grouping])
        self.group_box.setAccessibleName("By what orders are put together")
        self.group_box.currentTextChanged.connect(self._on_group_chosen)
        self.find_edit = QLineEdit(self)
        self.find_edit.setPlaceholderText("Filter")
        self.find_edit.setClearButtonEnabled(True)
        self.find_edit.setMaximumWidth(130)
        self.find_edit.setAccessibleName("Show only orders with these words")
        self.find_edit.setToolTip(
            text.tooltip("Words of symbol, side, type, state, note, number or account")
        )
        self.find_edit.textChanged.connect(self._on_filter_changed)
        self._build_buttons()
        self.count_label = PlainLabel("", self)
        self.count_label.set_tone("muted")
        line = QHBoxLayout()
        line.setContentsMargins(3, 3, 3, 0)
        for widget in (self.filter_box, self.group_box, self.find_edit, self.count_label):
            line.addWidget(widget)
        line.addStretch(1)
        for button in (self.change_button, self.cancel_button, self.cancel_all_button):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            line.addWidget(button)
        return line

    def _build_buttons(self) -> None:
        self.cancel_button = QPushButton("Cancel", self)
        self.cancel_button.setToolTip(text.tooltip("Cancel the selected orders (Delete)"))
        self.cancel_button.clicked.connect(self._on_cancel)
        self.change_button = QPushButton("Change…", self)
        self.change_button.setToolTip(text.tooltip("Change quantity or limit (F2)"))
        self.change_button.clicked.connect(self._on_change)
        self.cancel_all_button = QPushButton("Cancel all", self)
        self.cancel_all_button.setToolTip(
            text.tooltip(
                "Cancel the orders of this client; what protects a position stays (Ctrl+Shift+X)"
            )
        )
        self.cancel_all_button.clicked.connect(self.cancel_all_requested)

    def set_read_only(self, *, read_only: bool) -> None:
        """Show what cancels and changes, or hide it: the broker would refuse both."""
        self._is_read_only = read_only
        for button in (self.change_button, self.cancel_button, self.cancel_all_button):
            button.setVisible(not read_only)
        self._on_selection_changed()

    def can_act(self, order: OrderView) -> bool:
        """Tell whether this session may change or cancel an order now."""
        return can_act(order) and not self._is_read_only

    def show_count(self, working: int, *, can_cancel: bool) -> None:
        """Say how many orders of this client are working, and whether they may be cancelled."""
        self._working = working
        self.cancel_all_button.setEnabled(can_cancel and working > 0)
        self._show_words()

    def show_doubt(self, doubt: str, advice: str = "") -> None:
        """Say why orders may not be as shown, and what to do; empty where nothing is in doubt."""
        if (doubt, advice) != (self._doubt, self._advice):
            self._doubt, self._advice = doubt, advice
            self._show_words()

    def _show_words(self) -> None:
        working = f"{text.count_of(self._working, 'order')} working"
        is_known = self._working or not self._doubt
        words = "   ".join(part for part in (working if is_known else "", self._doubt) if part)
        self.count_label.show_text(words)
        self.count_label.set_tone("warning" if self._doubt else "muted")
        working_only = self.filter_box.currentIndex() == 0
        empty = "No working orders" if working_only else "No orders today"
        unknown = "\n".join(part for part in (self._doubt, self._advice) if part)
        self.table.set_empty_text(unknown or empty)

    @Slot()
    def on_shape_changed(self) -> None:
        """Choose anew what is shown: rows were folded, or put together another way."""
        self._on_filter_changed()

    @Slot(str)
    def _on_group_chosen(self, words: str) -> None:
        self.grouping_chosen.emit(Grouping(words))

    @Slot()
    def _on_filter_changed(self) -> None:
        working_only = self.filter_box.currentIndex() == 0
        words = self.find_edit.text().casefold().split()

        def passes(order: OrderView) -> bool:
            row = self.model.order_row(order.key)
            if row is None or (working_only and not order.is_working):
                return False
            return not words or all(map(row.words.__contains__, words))

        def accepts(row: Row) -> bool:
            if self.model.is_hidden(row):
                return False
            if isinstance(row, RecordRow):
                return any(map(passes, row.orders))
            return passes(row.order) or any(map(passes, row.parts))

        is_whole = not (working_only or words or self.model.folded)
        self.table.proxy.set_filter(None if is_whole else accepts)
        self._show_words()
        self._on_selection_changed()

    @Slot()
    def _on_selection_changed(self) -> None:
        orders = self._selected()
        self.cancel_button.setEnabled(any(map(self.can_act, [*orders, *self._recorded()])))
        self.change_button.setEnabled(len(orders) == 1 and self.can_act(orders[0]))

    @Slot()
    def _on_cancel(self) -> None:
        chosen = {order.key: order for order in (*self._selected(), *self._recorded())}
        orders = tuple(filter(self.can_act, chosen.values()))
        if orders:
            self.cancel_requested.emit(orders)

    @Slot()
    def _on_change(self) -> None:
        orders = self._selected()
        if len(orders) == 1 and self.can_act(orders[0]):
            self.change_requested.emit(orders[0])

    @Slot()
    def _on_renew(self) -> None:
        orders = self._selected()
        if len(orders) == 1 and self.can_act(orders[0]):
            self.renew_requested.emit(orders[0])

    @Slot()
    def _on_exit_rule(self) -> None:
        orders = self._selected()
        if len(orders) == 1 and can_act(orders[0]):
            self.exit_rule_requested.emit(orders[0])

    @Slot()
    def _on_group(self) -> None:
        orders = self._selected()
        if len(orders) > 1 and all(map(self.can_act, orders)):
            self.group_requested.emit(tuple(orders))

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        row = self.model.value_at(self.table.proxy.mapToSource(index).row())
        if not isinstance(row, OrderRow):
            return
        if self.model.columns[index.column()].key in IN_PLACE and self.can_act(row.order):
            self.edit_requested.emit(index)
        else:
            self._on_change()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        row = self.model.value_at(self.table.proxy.mapToSource(index).row())
        if isinstance(row, OrderRow):
            self.order_selected.emit(row.order)

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        orders = self._selected()
        if not self._is_read_only:
            self._add_changes(menu, orders)
        if len(orders) == 1 and OrderFlag.ABSENT in orders[0].flags and orders[0].is_working:
            absent = menu.addAction("It never reached the broker…")
            absent.triggered.connect(self._on_absent)
        history = menu.addAction("Timeline…")
        history.setEnabled(len(orders) == 1)
        history.triggered.connect(self._on_timeline)
        menu.addSeparator()
        if not self._is_read_only:
            self._add_whole_cancels(menu, orders)
        self._add_table_actions(menu)
        self.menu = menu
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _add_whole_cancels(self, menu: QMenu, orders: list[OrderView]) -> None:
        """Offer to cancel what belongs together, and everything."""
        self._add_family(menu)
        if orders:
            self._add_cancels(menu, orders[0])
        everything = menu.addAction("Cancel all (protection stays)\tCtrl+Shift+X")
        everything.triggered.connect(self.cancel_all_requested)
        menu.addSeparator()

    def _add_changes(self, menu: QMenu, orders: list[OrderView]) -> None:
        """Offer what is done to the selected orders, and say why nothing can be."""
        foreign = [order for order in orders if not order.editable]
        if foreign:
            reason = text.one_line(not_editable_reason(foreign[0]))
            menu.addAction(f"Not editable: {reason}").setEnabled(False)
        change = menu.addAction("Change…\tF2")
        change.setEnabled(self.change_button.isEnabled())
        change.triggered.connect(self._on_change)
        renew = menu.addAction("Cancel and write anew…")
        renew.setEnabled(self.change_button.isEnabled())
        renew.triggered.connect(self._on_renew)
        rule = menu.addAction("Exit rule…")
        rule.setEnabled(self.change_button.isEnabled() and orders[0].order_type in _STOPS)
        rule.triggered.connect(self._on_exit_rule)
        group = menu.addAction("Tie into a one-cancels-all group…")
        group.setEnabled(len(orders) > 1 and all(map(self.can_act, orders)))
        group.triggered.connect(self._on_group)
        count = len(list(filter(self.can_act, [*orders, *self._recorded()])))
        cancel = menu.addAction("Cancel order\tDel" if count < 2 else f"Cancel {count} orders\tDel")
        cancel.setEnabled(self.cancel_button.isEnabled())
        cancel.triggered.connect(self._on_cancel)

    def _add_table_actions(self, menu: QMenu) -> None:
        """Offer what concerns the whole table."""
        for words, folded in (("Fold all", True), ("Unfold all", False)):
            action = menu.addAction(words)
            action.setData(folded)
            action.triggered.connect(self._on_fold_all)
        export = menu.addAction("Export what is shown…")
        export.setEnabled(self.table.proxy.rowCount() > 0)
        export.triggered.connect(self._on_export)

    @Slot()
    def _on_fold_all(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.fold_all_requested.emit(bool(action.data()))

    def _add_family(self, menu: QMenu) -> None:
        """Offer to cancel the whole of which the selected orders are parts."""
        rows = [r for r in self.table.selected_rows() if isinstance(r, OrderRow | RecordRow)]
        families = {row.family.family_id: row.family for row in rows if row.family is not None}
        for family in families.values():
            action = menu.addAction(f"Cancel the whole {family.kind.value}")
            action.setData(family)
            action.triggered.connect(self._on_cancel_family)

    @Slot()
    def _on_cancel_family(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.family_cancel_requested.emit(action.data())

    def _add_cancels(self, menu: QMenu, order: OrderView) -> None:
        """Offer to cancel all of a contract, or one side of it; what protects stays."""
        symbol = text.one_line(order.symbol, 24)
        for side in (None, *Side):
            words = f"all {side.value} orders" if side is not None else "all orders"
            action = menu.addAction(f"Cancel {words} of {symbol}")
            chosen = CancelOrders(account=order.account, con_id=order.con_id, side=side)
            action.setData(chosen)
            action.setEnabled(self.cancel_all_button.isEnabled())
            action.triggered.connect(self._on_cancel_some)

    @Slot()
    def _on_cancel_some(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.cancel_some_requested.emit(action.data())

    @Slot()
    def _on_timeline(self) -> None:
        orders = self._selected()
        if len(orders) == 1:
            self.timeline_requested.emit(orders[0])

    @Slot()
    def _on_absent(self) -> None:
        orders = self._selected()
        if len(orders) != 1 or OrderFlag.ABSENT not in orders[0].flags:
            return
        self._absent = order = orders[0]
        what = f"{order.side.value} {text.size(order.quantity)} {text.one_line(order.symbol, 24)}"
        question = (
            f"Order {order.order_id}, {what}: the broker was asked twice and knows nothing of it.\n"
            "If you have looked in TWS too and it is not there, its record can be closed here. "
            "Nothing is sent."
        )
        answers = {"confirm": "It never reached the broker", "stay": "Leave it as it is"}
        self.dialog = PlainDialog("Close the record of an order", question, answers, self.window())
        self.dialog.answered.connect(self._on_absent_answered)
        self.dialog.open()

    @Slot(object)
    def _on_absent_answered(self, answer: str) -> None:
        order, self._absent, self.dialog = self._absent, None, None
        if answer == "confirm" and order is not None:
            self.not_placed_confirmed.emit(order)

    @Slot()
    def _on_export(self) -> None:
        self.files = ExportDialog("Export orders", "orders", self)
        self.files.fileSelected.connect(self._on_file_chosen)
        self.files.open()

    @Slot(str)
    def _on_file_chosen(self, name: str) -> None:
        path = Path(name)
        self.export_requested.emit((path, table_content(self.table, ORDER_VALUES, path)))

    def selected_rows(self) -> list[OrderRow]:
        """Return the selected rows, top first."""
        return [row for row in self.table.selected_rows() if isinstance(row, OrderRow)]

    def _selected(self) -> list[OrderView]:
        return [row.order for row in self.selected_rows()]

    def _recorded(self) -> list[OrderView]:
        """Return what the selected records stand for; what the table only groups is left out."""
        rows = [row for row in self.table.selected_rows() if isinstance(row, RecordRow)]
        return [order for row in rows if not row.is_grouping for order in row.orders]


def can_act(order: OrderView) -> bool:
    """Tell whether this client may change or cancel an order now."""
    return order.is_working and order.editable
