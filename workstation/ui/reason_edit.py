"""The line for the reason why an order may go above a limit of the trader's own."""

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from workstation.domain.finding import Finding
from workstation.domain.override import LONGEST_REASON, limits_overridden


class ReasonEdit(QLineEdit):
    """Shown only where a personal limit asks; Enter confirms what it stands beside."""

    confirmed = Signal()
    """Enter was pressed, once, whether or not there is a reason."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("override_reason")
        self.setAccessibleName("Reason for going above your limit")
        self.setPlaceholderText("Reason for going above your limit")
        self.setMaxLength(LONGEST_REASON)
        self._is_needed = False
        self.hide()

    @property
    def reason(self) -> str:
        """What was typed, without the spaces around it."""
        return self.text().strip() if self._is_needed else ""

    @property
    def is_answered(self) -> bool:
        """Whether a reason was typed, or none is needed."""
        return bool(self.reason) or not self._is_needed

    def ask_about(self, findings: Iterable[Finding]) -> bool:
        """Begin anew; show the line and return True where the findings need a reason."""
        self.clear()
        self._is_needed = bool(limits_overridden(findings))
        self.setVisible(self._is_needed)
        return self._is_needed

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Confirm with Enter; the ticket around the line must not take the same key again."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            event.accept()
            if not event.isAutoRepeat():
                self.confirmed.emit()
        else:
            super().keyPressEvent(event)
