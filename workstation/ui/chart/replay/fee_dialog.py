"""Asks what practice orders pay."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from workstation.matching.fees import ZERO, Fee
from workstation.ui.decimal_edit import DecimalEdit
from workstation.ui.plain_label import PlainLabel


class FeeDialog(QDialog):
    """Commission by unit, by value and the least of an order. Opened, never executed."""

    chosen = Signal(object)
    """The user wants this commission: Fee."""

    def __init__(self, fee: Fee, usual: Fee, currency: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Commission in practice")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._usual = usual
        money = f", {currency}" if currency else ""
        form = QFormLayout()
        self.each_edit = self._edit(form, f"Per share or contract{money}")
        self.part_edit = self._edit(form, "Of the value, %")
        self.least_edit = self._edit(form, f"Least per order{money}")
        self.fault_label = PlainLabel("", self)
        self.fault_label.set_tone("error")
        self.buttons = QDialogButtonBox(self)
        self.ok_button = self.buttons.addButton(QDialogButtonBox.StandardButton.Ok)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.usual_button = self.buttons.addButton(
            "Usual rates", QDialogButtonBox.ButtonRole.ResetRole
        )
        self.usual_button.clicked.connect(self._on_usual)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.addWidget(PlainLabel("Paid by every practice order, for the whole order.", self))
        column.addLayout(form)
        column.addWidget(self.fault_label)
        column.addWidget(self.buttons)
        self.show_fee(fee)

    def _edit(self, form: QFormLayout, title: str) -> DecimalEdit:
        edit = DecimalEdit(self)
        edit.setAccessibleName(title)
        edit.value_changed.connect(self._on_edited)
        form.addRow(title, edit)
        return edit

    def show_fee(self, fee: Fee) -> None:
        """Put a commission into the fields."""
        self.each_edit.set_value(fee.each)
        self.part_edit.set_value((fee.part * 100).normalize() + ZERO)
        self.least_edit.set_value(fee.least)

    @property
    def fee(self) -> Fee | None:
        """What stands in the fields; nothing in a field is nothing to pay. None for nonsense."""
        edits = (self.each_edit, self.part_edit, self.least_edit)
        if any(edit.fault for edit in edits):
            return None
        each, part, least = (edit.value or ZERO for edit in edits)
        is_sane = min(each, part, least) >= 0 and part <= 100 and max(each, least) <= 10_000
        return Fee(each, part / 100, least) if is_sane else None

    @Slot()
    def _on_edited(self) -> None:
        is_fine = self.fee is not None
        self.ok_button.setEnabled(is_fine)
        self.fault_label.show_text("" if is_fine else "Numbers from 0 on; at most 100 %.")

    @Slot()
    def _on_usual(self) -> None:
        self.show_fee(self._usual)

    @Slot()
    def _on_accepted(self) -> None:
        fee = self.fee
        if fee is not None:
            self.accept()
            self.chosen.emit(fee)
