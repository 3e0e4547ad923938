"""The meter in the status bar: how much of each limit of the session is in use."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workstation.domain.subscription import DataUse, Use
from workstation.ui import text
from workstation.ui.plain_label import PlainLabel

NEARLY = 0.9
"""From this share of a limit on its use is shown as a warning."""


class Meter(PlainLabel):
    """Shows lines, books, tapes, messages and history in one line; the tooltip says more."""

    clicked = Signal()
    """The user wants to see more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName("Use of the market data limits")
        self.set_tone("muted")

    def show_use(self, use: DataUse) -> None:
        """Show the newest use."""
        short = (
            ("Lines", use.lines),
            ("Depth", use.depth),
            ("Tape", use.tape),
            ("Msg/s", use.messages),
            ("History", use.history),
        )
        words = "   ".join(f"{name} {each.used}/{each.most}" for name, each in short)
        waiting = sum(each.waiting for each in use.all)
        words += f"   {waiting} paused" if waiting else ""
        lines = [_sentence(each) for each in use.all]
        self.show_text(words, "\n".join((*lines, "Click for the connection in full.")))
        self.set_tone("warning" if waiting or any(map(_is_nearly_full, use.all)) else "muted")

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask for more."""
        self.clicked.emit()
        event.accept()


def _sentence(use: Use) -> str:
    waiting = f", {use.waiting} paused" if use.waiting else ""
    detail = f" ({text.one_line(use.detail, 200)})" if use.detail else ""
    return f"{use.used} of {use.most} {use.name}{waiting}{detail}"


def _is_nearly_full(use: Use) -> bool:
    """Tell whether little room is left; few slots are meant to be used up."""
    return use.most >= 20 and use.used >= NEARLY * use.most
