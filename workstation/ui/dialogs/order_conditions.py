"""Conditions of an order: rows that say what must hold before it is sent, or ends."""

from collections.abc import Mapping
from decimal import Decimal

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.contract import ContractDetails
from workstation.domain.ids import ConId
from workstation.domain.order_extras import Condition, ConditionKind, Conditions, TriggerMethod
from workstation.ui import text
from workstation.ui.decimal_edit import DecimalEdit
from workstation.ui.field_cells import show_time, time_edit, time_of
from workstation.ui.plain_label import PlainLabel

_KINDS = (
    ("Price", ConditionKind.PRICE),
    ("Time", ConditionKind.TIME),
    ("Margin cushion %", ConditionKind.MARGIN),
    ("Trade in", ConditionKind.EXECUTION),
    ("Volume", ConditionKind.VOLUME),
    ("Change %", ConditionKind.PERCENT_CHANGE),
)
_METHODS = tuple((each.name.replace("_", " ").capitalize(), each) for each in TriggerMethod)
_MOST = 12


class ConditionRow(QWidget):
    """One condition; what it needs is shown, the rest hidden."""

    removed = Signal()
    """The user wants it gone."""

    def __init__(
        self, contracts: Mapping[ConId, ContractDetails], chosen: ConId | None, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._contracts = contracts
        self.kind_box = _box(self, "Kind of condition", [words for words, _ in _KINDS])
        self.contract_box = _box(self, "Contract of the condition", [])
        for con_id, details in contracts.items():
            self.contract_box.addItem(text.one_line(details.contract.symbol, 24), con_id)
        self.contract_box.setCurrentIndex(max(self.contract_box.findData(chosen), 0))
        self.more_box = _box(self, "Compared how", ["≥", "≤"])
        self.value_edit = DecimalEdit(self)
        self.value_edit.setAccessibleName("Value of the condition")
        self.value_edit.setMinimumWidth(90)
        self.moment = time_edit(self, "Time of the condition")
        self.method_box = _box(self, "Which price", [words for words, _ in _METHODS])
        self.join_box = _box(self, "Joined to the next", ["and", "or"])
        self.remove_button = QPushButton("Remove", self)
        self.remove_button.setAutoDefault(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in self._widgets():
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.remove_button)
        self.kind_box.currentIndexChanged.connect(self._show_fields)
        self.remove_button.clicked.connect(self.removed)
        self._show_fields()

    @property
    def condition(self) -> Condition | str:
        """What stands in the row, or a sentence on what is missing."""
        kind, joins_and = self._kind, self.join_box.currentIndex() == 0
        is_more, value = self.more_box.currentIndex() == 0, self.value_edit.value
        if kind is ConditionKind.TIME:
            return Condition(
                kind=kind, joins_and=joins_and, is_more=is_more, time=time_of(self.moment)
            )
        details = self._contracts.get(self.contract_box.currentData())
        if kind is not ConditionKind.MARGIN and details is None:
            return "Choose a contract of the watchlist for the condition."
        if kind is ConditionKind.EXECUTION and details is not None:
            contract = details.contract
            return Condition(
                kind=kind, joins_and=joins_and, symbol=contract.symbol,
                sec_type=contract.sec_type, exchange=contract.exchange,
            )  # fmt: skip
        if value is None or self.value_edit.fault:
            return "Enter a number for each condition."
        if kind is ConditionKind.MARGIN or details is None:
            return Condition(kind=kind, joins_and=joins_and, is_more=is_more, value=value)
        return self._of_contract(details, value)

    def _of_contract(self, details: ContractDetails, value: Decimal) -> Condition:
        method = TriggerMethod.DEFAULT
        if self._kind is ConditionKind.PRICE:
            method = _METHODS[self.method_box.currentIndex()][1]
        return Condition(
            kind=self._kind,
            joins_and=self.join_box.currentIndex() == 0,
            is_more=self.more_box.currentIndex() == 0,
            value=value,
            con_id=details.contract.con_id,
            exchange=details.contract.exchange,
            symbol=details.contract.symbol,
            trigger_method=method,
        )

    def show_condition(self, condition: Condition) -> None:
        """Put a condition into the row."""
        kinds = [kind for _words, kind in _KINDS]
        self.kind_box.setCurrentIndex(kinds.index(condition.kind))
        self.join_box.setCurrentIndex(0 if condition.joins_and else 1)
        self.more_box.setCurrentIndex(0 if condition.is_more else 1)
        self.value_edit.set_value(condition.value)
        show_time(self.moment, condition.time)
        methods = [method for _words, method in _METHODS]
        self.method_box.setCurrentIndex(methods.index(condition.trigger_method))
        if condition.con_id is not None:
            place = self.contract_box.findData(condition.con_id)
        else:
            place = self.contract_box.findText(condition.symbol)
        self.contract_box.setCurrentIndex(place)

    @property
    def _kind(self) -> ConditionKind:
        return _KINDS[self.kind_box.currentIndex()][1]

    def _widgets(self) -> tuple[QWidget, ...]:
        compared = (self.more_box, self.value_edit, self.moment, self.method_box)
        return (self.kind_box, self.contract_box, *compared, self.join_box)

    @Slot()
    def _show_fields(self) -> None:
        kind = self._kind
        of_contract = kind.of_contract or kind is ConditionKind.EXECUTION
        self.contract_box.setVisible(of_contract)
        self.more_box.setVisible(kind is not ConditionKind.EXECUTION)
        is_number = kind not in {ConditionKind.TIME, ConditionKind.EXECUTION}
        self.value_edit.setVisible(is_number)
        self.moment.setVisible(kind is ConditionKind.TIME)
        self.method_box.setVisible(kind is ConditionKind.PRICE)


class ConditionsDialog(QDialog):
    """Edits all conditions of one order."""

    chosen = Signal(object)
    """Conditions, or None for an order without: Conditions | None."""

    def __init__(
        self,
        contracts: Mapping[ConId, ContractDetails],
        con_id: ConId | None,
        conditions: Conditions | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Conditions of the order")
        self._contracts, self._con_id = contracts, con_id
        self.rows: list[ConditionRow] = []
        self.cancels_box = QCheckBox("Cancel the order instead of sending it", self)
        self.rth_box = QCheckBox("Watch outside regular hours too", self)
        self.add_button = QPushButton("Add a condition", self)
        self.clear_button = QPushButton("No conditions", self)
        self.use_button = QPushButton("Use these conditions", self)
        self.use_button.setDefault(True)
        self.words = PlainLabel("", self, wrap=True)
        self.words.set_tone("error")
        self._lay_out()
        self.add_button.clicked.connect(self.add)
        self.clear_button.clicked.connect(self._on_clear)
        self.use_button.clicked.connect(self._on_use)
        if conditions is not None:
            self.cancels_box.setChecked(conditions.cancels)
            self.rth_box.setChecked(conditions.ignores_rth)
        for each in conditions.each if conditions is not None else ():
            self.add().show_condition(each)
        if not self.rows:
            self.add()

    @Slot()
    def add(self) -> ConditionRow:
        """Add an empty condition of the ticket's contract and return its row."""
        row = ConditionRow(self._contracts, self._con_id, self)
        row.removed.connect(self._on_removed)
        self.rows.append(row)
        self._list.addWidget(row)
        self._follow_rows()
        return row

    def _lay_out(self) -> None:
        self._list = QVBoxLayout()
        hint = PlainLabel("They are kept at the broker. “And” binds closer than “or”.", self)
        hint.set_tone("muted")
        buttons = QHBoxLayout()
        buttons.addWidget(self.add_button)
        buttons.addStretch(1)
        buttons.addWidget(self.clear_button)
        buttons.addWidget(self.use_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 14, 16, 12)
        whole.setSpacing(8)
        whole.addWidget(hint)
        whole.addLayout(self._list)
        whole.addWidget(self.cancels_box)
        whole.addWidget(self.rth_box)
        whole.addWidget(self.words)
        whole.addLayout(buttons)

    def _follow_rows(self) -> None:
        """Join every condition to the next, the last to none."""
        for row in self.rows:
            row.join_box.setVisible(row is not self.rows[-1])
        self.add_button.setEnabled(len(self.rows) < _MOST)

    @Slot()
    def _on_removed(self) -> None:
        row = self.sender()
        if isinstance(row, ConditionRow):
            self.rows.remove(row)
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
            self._follow_rows()

    @Slot()
    def _on_clear(self) -> None:
        self.chosen.emit(None)
        self.accept()

    @Slot()
    def _on_use(self) -> None:
        found: list[Condition] = []
        for row in self.rows:
            condition = row.condition
            if isinstance(condition, str):
                self.words.show_text(condition)
                return
            found.append(condition)
        each = tuple(found)
        cancels, ignores = self.cancels_box.isChecked(), self.rth_box.isChecked()
        wish = Conditions(each=each, cancels=cancels, ignores_rth=ignores) if each else None
        self.chosen.emit(wish)
        self.accept()


def _box(parent: QWidget, name: str, items: list[str]) -> QComboBox:
    box = QComboBox(parent)
    box.addItems(items)
    box.setAccessibleName(name)
    return box
