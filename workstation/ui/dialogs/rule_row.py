"""One condition of a rule in a line of fields: what it needs is shown, the rest hidden."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from workstation.domain.alert import Direction
from workstation.domain.contract import ContractDetails
from workstation.domain.ids import ConId
from workstation.domain.order_status import OrderView
from workstation.domain.rule_conditions import OrderHappens, RuleCondition, Watched
from workstation.ui import text
from workstation.ui.decimal_edit import DecimalEdit
from workstation.ui.field_cells import show_time, time_edit

_KINDS = (
    ("Last price", Watched.LAST),
    ("Bid", Watched.BID),
    ("Ask", Watched.ASK),
    ("Change on the day, %", Watched.CHANGE),
    ("Position's P&L", Watched.PNL),
    ("Time", Watched.TIME),
    ("Order of mine", Watched.ORDER),
)
_AHEAD = timedelta(hours=1)
_BEFORE = "the order of the rule before"


def order_name(order: OrderView) -> str:
    """Name an order in a few words."""
    price = order.limit_price if order.stop_price is None else order.stop_price
    at = "" if price is None else f" {price:f}"
    words = f"{order.side} {text.size(order.quantity)} {order.symbol} {order.order_type}{at}"
    return text.one_line(f"{words} (order {order.order_id})", 80)


class RuleConditionRow(QWidget):
    """Says one RuleCondition."""

    changed = Signal()
    """Something in the row changed."""

    removed = Signal()
    """The user wants it gone."""

    def __init__(
        self,
        contracts: Mapping[ConId, ContractDetails],
        chosen: ConId | None,
        orders: Sequence[OrderView],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._orders = {order.key: order for order in orders}
        self.kind_box = _box(self, "What the condition looks at", [words for words, _ in _KINDS])
        self.contract_box = _box(self, "Contract of the condition", [])
        for con_id, details in contracts.items():
            self.contract_box.addItem(text.one_line(details.contract.symbol, 24), con_id)
        self.contract_box.setCurrentIndex(max(self.contract_box.findData(chosen), 0))
        self.way_box = _box(self, "Which way", ["rises to", "falls to"])
        self.value_edit = DecimalEdit(self)
        self.value_edit.setAccessibleName("Value of the condition")
        self.value_edit.setMinimumWidth(90)
        self.moment = time_edit(self, "Time of the condition")
        self.moment.setDisplayFormat("yyyy-MM-dd HH:mm:ss")
        show_time(self.moment, datetime.now(UTC) + _AHEAD)
        self.order_box = _box(self, "Order of the condition", [])
        self.order_box.addItem(_BEFORE, None)
        for order in orders:
            self.order_box.addItem(order_name(order), order.key)
        self.happens_box = _box(self, "What happens to it", [each.value for each in OrderHappens])
        self.join_box = _box(self, "Joined to the next", ["and", "or"])
        self.remove_button = QPushButton("Remove", self)
        self.remove_button.setAutoDefault(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.kind_box, self.contract_box, self.way_box, self.value_edit,
                       self.moment, self.order_box, self.happens_box, self.join_box):  # fmt: skip
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.remove_button)
        self._connect()
        self._show_fields()

    def _connect(self) -> None:
        boxes = (self.contract_box, self.way_box, self.order_box, self.happens_box, self.join_box)
        for box in boxes:
            box.currentIndexChanged.connect(self.changed)
        self.kind_box.currentIndexChanged.connect(self._show_fields)
        self.kind_box.currentIndexChanged.connect(self.changed)
        self.value_edit.value_changed.connect(self.changed)
        self.moment.dateTimeChanged.connect(self.changed)
        self.remove_button.clicked.connect(self.removed)

    @property
    def condition(self) -> RuleCondition:
        """What stands in the row; its fault says what is missing."""
        watches, joins_and = self._kind, self.join_box.currentIndex() == 0
        if watches is Watched.TIME:
            return RuleCondition(watches=watches, joins_and=joins_and, time=self._time)
        if watches is Watched.ORDER:
            order = self._orders.get(self.order_box.currentData())
            return RuleCondition(
                watches=watches,
                joins_and=joins_and,
                order=None if order is None else order.key,
                name="" if order is None else order_name(order),
                happens=list(OrderHappens)[self.happens_box.currentIndex()],
            )
        rises = self.way_box.currentIndex() == 0
        return RuleCondition(
            watches=watches,
            joins_and=joins_and,
            direction=Direction.RISES if rises else Direction.FALLS,
            value=None if self.value_edit.fault else self.value_edit.value,
            con_id=self.contract_box.currentData(),
            name=self.contract_box.currentText(),
        )

    def show_condition(self, condition: RuleCondition) -> None:
        """Put a condition into the row."""
        kinds = [kind for _words, kind in _KINDS]
        self.kind_box.setCurrentIndex(kinds.index(condition.watches))
        self.join_box.setCurrentIndex(0 if condition.joins_and else 1)
        self.way_box.setCurrentIndex(0 if condition.direction is Direction.RISES else 1)
        self.value_edit.set_value(condition.value)
        if condition.time is not None:
            show_time(self.moment, condition.time)
        self.happens_box.setCurrentIndex(list(OrderHappens).index(condition.happens))
        if condition.con_id is not None:
            self.contract_box.setCurrentIndex(self.contract_box.findData(condition.con_id))
        if condition.order is not None:
            self.order_box.setCurrentIndex(self.order_box.findData(condition.order))

    @property
    def _time(self) -> datetime:
        return datetime.fromtimestamp(self.moment.dateTime().toSecsSinceEpoch(), UTC)

    @property
    def _kind(self) -> Watched:
        return _KINDS[self.kind_box.currentIndex()][1]

    @Slot()
    def _show_fields(self) -> None:
        kind = self._kind
        for widget in (self.contract_box, self.way_box, self.value_edit):
            widget.setVisible(kind.of_contract)
        self.moment.setVisible(kind is Watched.TIME)
        self.order_box.setVisible(kind is Watched.ORDER)
        self.happens_box.setVisible(kind is Watched.ORDER)


def _box(parent: QWidget, name: str, items: list[str]) -> QComboBox:
    box = QComboBox(parent)
    box.addItems(items)
    box.setAccessibleName(name)
    return box
