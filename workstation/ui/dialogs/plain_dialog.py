"""A small dialog of plain text and buttons; opened, never executed."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workstation.domain.finding import Finding
from workstation.ui.plain_label import PlainLabel
from workstation.ui.reason_edit import ReasonEdit


class PlainDialog(QDialog):
    """Says something and offers answers; closing it is the last answer, the harmless one."""

    answered = Signal(object)
    """Name of the button that was pressed: str."""

    def __init__(
        self, title: str, content: str, answers: dict[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._harmless = list(answers)[-1]
        self.label = PlainLabel(content, self)
        self.label.setWordWrap(True)
        self.label.setMinimumWidth(380)
        self.reason_edit = ReasonEdit(self)
        self.buttons: dict[str, QPushButton] = {}
        line = QHBoxLayout()
        line.addStretch(1)
        for name, words in answers.items():
            button = QPushButton(words, self)
            button.setObjectName(name)
            button.setAutoDefault(True)  # Enter presses the button that has the focus
            button.clicked.connect(self._on_clicked)
            line.addWidget(button)
            self.buttons[name] = button
        self.buttons[self._harmless].setDefault(True)
        self.buttons[self._harmless].setFocus()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(12)
        column.addWidget(self.label)
        column.addWidget(self.reason_edit)
        column.addLayout(line)
        self.rejected.connect(self._on_rejected)

    def ask_reason(self, findings: tuple[Finding, ...]) -> None:
        """Offer only the harmless answer until a limit among the findings has its reason."""
        if self.reason_edit.ask_about(findings):
            self.reason_edit.textChanged.connect(self._on_reason)
            self._on_reason()
            self.reason_edit.setFocus()

    @Slot()
    def _on_reason(self) -> None:
        for name, button in self.buttons.items():
            button.setEnabled(name == self._harmless or self.reason_edit.is_answered)

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.answered.emit(sender.objectName())
            self.accept()

    @Slot()
    def _on_rejected(self) -> None:
        self.answered.emit(self._harmless)
