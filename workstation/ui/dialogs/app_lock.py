"""After how long the window locks, and the PIN that unlocks it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.plain_label import PlainLabel

SHORTEST_PIN, LONGEST_PIN, MOST_MINUTES = 4, 64, 480


class AppLockDialog(QDialog):
    """Asks; opened, never executed. A PIN that stands already is never shown."""

    chosen = Signal(object)
    """(minutes, new PIN, "" for none, None for the one there is): tuple[int, str | None]."""

    def __init__(self, minutes: int, *, has_pin: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Lock of the window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._has_pin = has_pin
        self.minutes_edit = QSpinBox(self)
        self.minutes_edit.setRange(0, MOST_MINUTES)
        self.minutes_edit.setSpecialValueText("never")
        self.minutes_edit.setSuffix(" min without a touch")
        self.minutes_edit.setValue(minutes)
        self.pin_box = QCheckBox("Unlocking takes a PIN", self)
        self.pin_box.setChecked(has_pin)
        self.pin_edit, self.again_edit = QLineEdit(self), QLineEdit(self)
        for edit, name in ((self.pin_edit, "New PIN"), (self.again_edit, "New PIN again")):
            edit.setEchoMode(QLineEdit.EchoMode.Password)
            edit.setMaxLength(LONGEST_PIN)
            edit.setAccessibleName(name)
            edit.textChanged.connect(self._show)
        if has_pin:
            self.pin_edit.setPlaceholderText("unchanged")
        self.words = PlainLabel("", self, wrap=True)
        self.words.set_tone("muted")
        self.buttons = QDialogButtonBox(self)
        self.ok_button = self.buttons.addButton(QDialogButtonBox.StandardButton.Ok)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        self.pin_box.toggled.connect(self._show)
        form = QFormLayout()
        form.addRow("Lock after", self.minutes_edit)
        form.addRow("", self.pin_box)
        form.addRow("New PIN", self.pin_edit)
        form.addRow("Again", self.again_edit)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.addLayout(form)
        column.addWidget(self.words)
        column.addWidget(self.buttons)
        self._show()

    @property
    def fault(self) -> str:
        """Why this cannot be kept, "" where it can."""
        pin, again = self.pin_edit.text(), self.again_edit.text()
        if not self.pin_box.isChecked() or (self._has_pin and not pin and not again):
            return ""
        if len(pin) < SHORTEST_PIN:
            return f"A PIN has at least {SHORTEST_PIN} characters."
        return "" if pin == again else "The two are not the same."

    @Slot()
    def _show(self) -> None:
        for edit in (self.pin_edit, self.again_edit):
            edit.setEnabled(self.pin_box.isChecked())
        said = "Stop entries, cancel all and flatten stay reachable while the window is locked."
        self.words.show_text(self.fault or said)
        self.ok_button.setEnabled(not self.fault)

    @Slot()
    def _on_accepted(self) -> None:
        if self.fault:
            return
        typed = self.pin_edit.text()
        pin = (typed or None) if self.pin_box.isChecked() else ""
        self.chosen.emit((self.minutes_edit.value(), pin))
        self.accept()
