"""A small dialog that asks for one name."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from workstation.ui import text
from workstation.ui.plain_label import PlainLabel


class NameDialog(QDialog):
    """Asks for a name; opened, never executed."""

    named = Signal(object)
    """The name that was typed: str, never empty."""

    def __init__(
        self, title: str, question: str, name: str, longest: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._longest = longest
        self.edit = QLineEdit(name, self)
        self.edit.setMaxLength(longest)
        self.edit.setMinimumWidth(300)
        self.edit.selectAll()
        self.edit.textChanged.connect(self._on_edited)
        self.buttons = QDialogButtonBox(self)
        self.ok_button = self.buttons.addButton(QDialogButtonBox.StandardButton.Ok)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.addWidget(PlainLabel(question, self))
        column.addWidget(self.edit)
        column.addWidget(self.buttons)
        self._on_edited()

    @property
    def name(self) -> str:
        """What stands in the field, clean."""
        return text.one_line(self.edit.text(), self._longest)

    @Slot()
    def _on_edited(self) -> None:
        self.ok_button.setEnabled(bool(self.name))

    @Slot()
    def _on_accepted(self) -> None:
        name = self.name
        self.accept()
        if name:
            self.named.emit(name)
