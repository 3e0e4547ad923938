"""Protection: what stays of each position's stops if this computer dies, and what mends it."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workstation.domain.coverage import Coverage, LeaveOpen, RepairKind, RepairProtection
from workstation.domain.ids import ConId
from workstation.ui import text
from workstation.ui.decimal_edit import DecimalEdit
from workstation.ui.models.exposures import CoveragesModel, survival_words
from workstation.ui.plain_label import PlainLabel
from workstation.ui.table_view import TableView


class ProtectionPage(QWidget):
    """A row for each position; the chosen one in words, with one button that mends it."""

    repair_requested = Signal(object)
    """RepairProtection: what mends the chosen position."""

    choice_requested = Signal(object)
    """LeaveOpen: the chosen position stands without a stop on purpose, or no longer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[ConId, Coverage] = {}
        self._chosen: ConId | None = None
        self._suggested: Decimal | None = None
        self._read_only = False
        self.model = CoveragesModel(self)
        self.table = TableView(self.model, "No positions", self)
        self.words_label = PlainLabel("", self, wrap=True)
        self.price_edit = DecimalEdit(self)
        self.price_edit.setAccessibleName("Price of the stop")
        self.price_edit.setFixedWidth(110)
        self.repair_button = QPushButton("", self)
        self.price_edit.value_changed.connect(self._show_button)
        self.repair_button.clicked.connect(self._on_repair)
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        self.choice_box = QCheckBox("Open on purpose: do not warn", self)
        self.choice_box.setToolTip(
            text.tooltip("Closing the program asks nothing about this position while it is held")
        )
        self.choice_box.clicked.connect(self._on_choice)
        self.local_label = PlainLabel("", self, wrap=True)
        self.local_label.set_tone("muted")
        self.local_label.setContentsMargins(6, 0, 6, 3)
        line = QHBoxLayout()
        line.setContentsMargins(6, 0, 6, 3)
        line.addWidget(self.words_label, 1)
        line.addWidget(self.choice_box)
        line.addWidget(self.price_edit)
        line.addWidget(self.repair_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.table, 1)
        column.addLayout(line)
        column.addWidget(self.local_label)
        self._show_chosen()

    def show_rows(self, rows: Sequence[Coverage]) -> None:
        """Show these positions and no others; the first that is wrong is chosen."""
        self._rows = {row.con_id: row for row in rows}
        self.model.show_rows(rows)
        if self._chosen not in self._rows:
            self._chosen = None
        chosen = self._rows.get(self._chosen) if self._chosen is not None else None
        if chosen is None or (chosen.repair is None and not self._is_selected()):
            wrong = (row.con_id for row in rows if row.repair)
            self._choose(next(wrong, rows[0].con_id if rows else None))
        self._show_chosen()

    def show_local(self, words: str) -> None:
        """Say what is watched on this computer alone."""
        self.local_label.show_text(words)

    def set_read_only(self, *, read_only: bool) -> None:
        """Offer no repair where no order may be sent."""
        self._read_only = read_only
        self._show_button()

    def _is_selected(self) -> bool:
        return bool(self.table.selected_rows())

    def _choose(self, con_id: ConId | None) -> None:
        if con_id != self._chosen:
            self._chosen, self._suggested = con_id, None
            self.price_edit.set_value(None)

    @Slot()
    def _on_selected(self) -> None:
        chosen = [row for row in self.table.selected_rows() if isinstance(row, Coverage)]
        if chosen:
            self._choose(chosen[0].con_id)
            self._show_chosen()

    def _show_chosen(self) -> None:
        row = self._row()
        self.words_label.show_text("" if row is None else survival_words(row))
        is_wrong = row is not None and row.repair and not row.is_by_choice
        self.words_label.set_tone("error" if is_wrong else "")
        self.choice_box.setVisible(row is not None and bool(row.uncovered))
        self.choice_box.setChecked(row is not None and row.is_by_choice)
        suggested = None if row is None else row.suggested_stop
        if suggested is not None and self.price_edit.value in {None, self._suggested}:
            if self.price_edit.value != suggested:
                self.price_edit.set_value(suggested)
            self._suggested = suggested
        self._show_button()

    @Slot()
    def _show_button(self) -> None:
        """Say on the button exactly what it does."""
        row = self._row()
        kind = None if row is None or self._read_only else row.repair
        self.price_edit.setVisible(kind is RepairKind.PROTECT)
        self.repair_button.setVisible(kind is not None)
        if row is None or kind is None:
            return
        symbol, price = text.one_line(row.symbol, 20), self.price_edit.value
        if kind is RepairKind.PROTECT:
            side = "SELL" if row.quantity > 0 else "BUY"
            at = "at …" if price is None else f"at {text.exact_price(price)}"
            words = f"Send stop: {side} {text.size(row.uncovered)} {symbol} {at} GTC"
        elif kind is RepairKind.REDUCE:
            words = f"Reduce stops of {symbol} by {text.size(row.over)}"
        else:
            words = f"Cancel {text.count_of(row.orphans, 'exit')} of {symbol}"
        self.repair_button.setText(text.button_text(words))
        self.repair_button.setEnabled(kind is not RepairKind.PROTECT or price is not None)

    def refuse(self, reason: str) -> None:
        """Say why a mark was not kept, and show it as it is."""
        self._show_chosen()
        self.words_label.show_text(text.one_line(reason, 300))
        self.words_label.set_tone("error")

    @Slot(bool)
    def _on_choice(self, is_on: bool) -> None:  # noqa: FBT001 -- Qt's signature
        if (row := self._row()) is not None:
            self.choice_requested.emit(LeaveOpen(row.account, row.con_id, is_on))

    @Slot()
    def _on_repair(self) -> None:
        row = self._row()
        if row is not None and row.repair is not None:
            price = self.price_edit.value if row.repair is RepairKind.PROTECT else None
            self.repair_requested.emit(RepairProtection(row.account, row.con_id, row.repair, price))

    def _row(self) -> Coverage | None:
        return None if self._chosen is None else self._rows.get(self._chosen)
