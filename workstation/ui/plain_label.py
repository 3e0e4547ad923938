"""A label that never reads HTML."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from workstation.ui import text


class PlainLabel(QLabel):
    """Shows text exactly as it is, whoever wrote it."""

    def __init__(
        self, content: str = "", parent: QWidget | None = None, *, wrap: bool = False
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setOpenExternalLinks(False)
        if wrap:
            self.setWordWrap(True)
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.setText(content)

    def show_text(self, content: str, tip: str = "") -> None:
        """Replace the text and the tooltip, where they differ."""
        if content != self.text():
            self.setText(content)
        escaped = text.tooltip(tip)
        if escaped != self.toolTip():
            self.setToolTip(escaped)

    def set_tone(self, tone: str) -> None:
        """Choose the colour by its name in the style sheet; empty is the ordinary one."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)
