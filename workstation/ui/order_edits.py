"""Changes of orders in their own table: a tick up or down by one key, a price or quantity in place."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.ids import OrderKey
from workstation.domain.order import OrderChange
from workstation.domain.order_helpers import neighbour
from workstation.domain.order_status import OrderView, Pending
from workstation.ui.chart.chart_orders import ChartOrders
from workstation.ui.decimal_edit import DecimalEdit, PriceEdit, QuantityEdit
from workstation.ui.models.order_rows import OrderRow
from workstation.ui.panels.orders import OrdersPanel
from workstation.ui.ticket_wishes import limit_of, new_intent, quantity_of, stop_of

COARSE = 10
"""Ticks of a step with Ctrl held."""

_UP = {Qt.Key.Key_Plus, Qt.Key.Key_Equal}
_DOWN = {Qt.Key.Key_Minus, Qt.Key.Key_Underscore}
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


@dataclass(frozen=True, slots=True)
class Prices:
    """Limit and stop as they shall stand, None for what the order does not have."""

    limit: Decimal | None
    stop: Decimal | None


class OrderEdits(QObject):
    """Serves the order table; every change goes through the one door. GUI thread.

    One change of an order is under way at a time; keys pressed meanwhile add up to one more.
    """

    def __init__(self, panel: OrdersPanel, commands: CommandPort) -> None:
        super().__init__(panel)
        self._panel = panel
        self._table = panel.table
        self.sending = ChartOrders(commands, panel)
        layout = panel.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.addWidget(self.sending.strip)
        self._wanted: dict[OrderKey, Prices] = {}
        self.editor: DecimalEdit | None = None
        self._place: QPersistentModelIndex | None = None
        self._row: OrderRow | None = None
        self._table.installEventFilter(self)
        panel.edit_requested.connect(self.edit)
        panel.model.dataChanged.connect(self._on_orders_changed)
        self.sending.answered.connect(self._table.setFocus)
        self.sending.refused.connect(self._on_refused)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys of the table and of the field in it."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            if watched is self.editor and event.type() == QEvent.Type.FocusOut:
                self._close()
            return False
        key = Qt.Key(event.key())
        if watched is self.editor:
            return self._editor_key(key, is_repeat=event.isAutoRepeat())
        if self.sending.is_asking and (key in _ENTER or key == Qt.Key.Key_Escape):
            self._answer(key, is_repeat=event.isAutoRepeat())
            return True
        return self._table_key(key, event)

    def _table_key(self, key: Qt.Key, event: QKeyEvent) -> bool:
        if key in _UP or key in _DOWN:
            is_coarse = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.step((COARSE if is_coarse else 1) * (1 if key in _UP else -1))
            return True
        if key in _ENTER and not event.isAutoRepeat():
            wants_quantity = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            return self._edit_current(wants_quantity=wants_quantity)
        return False

    # -- ticks ------------------------------------------------------------------------------------

    def step(self, ticks: int) -> None:
        """Move the limit of the selected order, and its stop, by ticks of the ladder."""
        rows = self._panel.selected_rows()
        if len(rows) != 1 or not self._panel.can_act(rows[0].order) or rows[0].ladder is None:
            return
        order, ladder = rows[0].order, rows[0].ladder
        at = self._wanted.get(order.key) or Prices(limit_of(order), stop_of(order))

        def moved(price: Decimal | None) -> Decimal | None:
            for _ in range(abs(ticks) if price is not None else 0):
                assert price is not None
                price = neighbour(ladder, price, up=ticks > 0)
            return price

        self._wanted[order.key] = Prices(moved(at.limit), moved(at.stop))
        self._send_wanted(order)

    def _send_wanted(self, order: OrderView) -> None:
        """Send what the keys add up to, once nothing of this order is under way."""
        wanted = self._wanted.get(order.key)
        if wanted is None or order.replace is not Pending.NONE or not self.sending.is_free:
            return
        del self._wanted[order.key]
        is_new = (wanted.limit, wanted.stop) != (order.limit_price, order.stop_price)
        if self._panel.can_act(order) and is_new:
            self._send(order, limit_price=wanted.limit, stop_price=wanted.stop)

    @Slot()
    def _on_refused(self) -> None:
        """Forget what waited behind a change that was not sent: it was meant on top of it."""
        self._wanted.clear()

    @Slot()
    def _on_orders_changed(self) -> None:
        for key in list(self._wanted):
            row = self._panel.model.order_row(key)
            if row is None or not row.order.is_working:
                del self._wanted[key]
            else:
                self._send_wanted(row.order)

    def _send(self, order: OrderView, **terms: Any) -> None:
        """Send new terms: `quantity`, `limit_price` or `stop_price`, each a Decimal or None."""
        self.sending.send(
            OrderChange(intent_id=new_intent(), key=order.key, source="orders", **terms)
        )

    # -- in place ---------------------------------------------------------------------------------

    @Slot(object)
    def edit(self, index: QModelIndex) -> None:
        """Open a field over a cell: the quantity, the limit or the stop of a working order."""
        self._close()
        row = self._panel.model.value_at(self._table.proxy.mapToSource(index).row())
        key = self._panel.model.columns[index.column()].key
        value = _values(row.order).get(key) if isinstance(row, OrderRow) else None
        if not isinstance(row, OrderRow) or value is None or not self._panel.can_act(row.order):
            return
        editor: DecimalEdit
        if key == "quantity":
            editor = QuantityEdit(self._table.viewport())
        else:
            editor = PriceEdit(self._table.viewport())
            editor.set_ladder(row.ladder)
        editor.setAccessibleName(f"New {key} of order {row.order.order_id}")
        editor.set_value(value)
        editor.setGeometry(self._table.visualRect(index))
        editor.installEventFilter(self)
        self.editor, self._row, self._place = editor, row, QPersistentModelIndex(index)
        editor.show()
        editor.setFocus()
        editor.selectAll()

    def _edit_current(self, *, wants_quantity: bool) -> bool:
        rows = self._panel.selected_rows()
        current = self._table.currentIndex()
        if len(rows) != 1 or not current.isValid() or not self._panel.can_act(rows[0].order):
            return False
        keys = [column.key for column in self._panel.model.columns]
        has_limit = rows[0].order.limit_price is not None
        wanted = "quantity" if wants_quantity else "limit" if has_limit else "stop"
        self.edit(current.siblingAtColumn(keys.index(wanted)))
        return True

    def _editor_key(self, key: Qt.Key, *, is_repeat: bool) -> bool:
        if key == Qt.Key.Key_Escape:
            self._close()
            self._table.setFocus()
            return True
        if key in _ENTER:
            if not is_repeat:
                self._take()
            return True
        return False

    def _take(self) -> None:
        """Send what stands in the field; a price between two ticks is moved first, and shown."""
        editor, row, place = self.editor, self._row, self._place
        if editor is None or row is None or place is None:
            return
        value = editor.value
        if value is None or editor.fault:
            return
        key = self._panel.model.columns[place.column()].key
        away = row.order.side.opposite if key == "stop" else row.order.side
        if isinstance(editor, PriceEdit) and editor.snap(away):
            editor.selectAll()
            return
        self._close()
        self._table.setFocus()
        if value != _values(row.order)[key]:
            name = {"quantity": "quantity", "limit": "limit_price", "stop": "stop_price"}[key]
            self._send(row.order, **{name: value})

    def _close(self) -> None:
        editor, self.editor, self._row = self.editor, None, None
        if editor is not None:
            editor.removeEventFilter(self)
            editor.hide()
            editor.deleteLater()

    def _answer(self, key: Qt.Key, *, is_repeat: bool) -> None:
        if is_repeat:
            return
        answer: Callable[[], None] = (
            self.sending.dismiss if key == Qt.Key.Key_Escape else self.sending.confirm
        )
        answer()


def _values(order: OrderView) -> dict[str, Decimal | None]:
    """Return what can be changed in place, under the keys of the columns."""
    return {
        "quantity": quantity_of(order),
        "limit": limit_of(order),
        "stop": stop_of(order),
    }
