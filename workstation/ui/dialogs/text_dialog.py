"""A text that the user edits as a file would have it, kept by whoever knows whether it is right."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.plain_label import PlainLabel


class TextDialog(QDialog):
    """Shows a text; *Keep* asks to keep it, and what is wrong with it is said above it."""

    keep_requested = Signal(object)
    """The text as it stands: str."""

    def __init__(self, title: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 460)
        self.label = PlainLabel(words, self, wrap=True)
        self.edit = QPlainTextEdit(self)
        self.edit.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.edit.setAccessibleName(title)
        self.edit.setTabChangesFocus(True)
        self.keep_button = QPushButton("Keep", self)
        self.close_button = QPushButton("Close", self)
        self.keep_button.clicked.connect(self._on_keep)
        self.close_button.clicked.connect(self.reject)
        for button in (self.keep_button, self.close_button):
            button.setAutoDefault(False)  # Enter belongs to the text
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.keep_button)
        line.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.addWidget(self.label)
        column.addWidget(self.edit, 1)
        column.addLayout(line)

    def show_text(self, content: str) -> None:
        """Fill the field."""
        self.edit.setPlainText(content)
        self.edit.setFocus()

    def say(self, words: str, tone: str = "") -> None:
        """Say one sentence above the text."""
        self.label.show_text(words)
        self.label.set_tone(tone)

    @Slot()
    def _on_keep(self) -> None:
        self.keep_requested.emit(self.edit.toPlainText())
