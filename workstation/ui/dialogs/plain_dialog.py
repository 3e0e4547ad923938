"""A small dialog of plain text and buttons; opened, never executed."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workstation.ui.plain_label import PlainLabel


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
        column.addLayout(line)
        self.rejected.connect(self._on_rejected)

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.answered.emit(sender.objectName())
            self.accept()

    @Slot()
    def _on_rejected(self) -> None:
        self.answered.emit(self._harmless)
