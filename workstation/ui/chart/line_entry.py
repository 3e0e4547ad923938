"""A field over the chart for one line of typing, with what it means or what is wrong below it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from workstation.ui.plain_label import PlainLabel

Check = Callable[[str], tuple[bool, str]]
"""Tells whether what was typed will do, and what it means or what is wrong."""

FOR_A_WHILE = frozenset({Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason})
"""Why the keyboard goes to another window and comes back: the user means nothing by it."""


WIDTH = 320
LEAST_FOR_WORDS = 10
"""Lines of text that a chart must be high, or only the field is shown."""


class LineEntry(QFrame):
    """Opens over the chart; Enter takes the line, Esc leaves it. GUI thread."""

    entered = Signal(object)
    """A line that will do: str."""

    def __init__(self, chart: QWidget, name: str, example: str, check: Check) -> None:
        super().__init__(chart)
        self._chart = chart
        self._check = check
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.edit = QLineEdit(self)
        self.edit.setAccessibleName(name)
        self.edit.setPlaceholderText(example)
        self.hint = PlainLabel(parent=self, wrap=True)
        self._name = PlainLabel(name, self)
        column = QVBoxLayout(self)
        column.addWidget(self._name)
        column.addWidget(self.edit)
        column.addWidget(self.hint)
        column.addStretch(1)
        self.edit.returnPressed.connect(self._on_returned)
        self.edit.textChanged.connect(self._on_changed)
        self.edit.installEventFilter(self)
        self.hide()

    def begin(self, typed: str) -> None:
        """Open the field with what was typed so far."""
        self.edit.setText(typed)
        self._on_changed(typed)
        line = self.fontMetrics().height()
        is_small = self._chart.height() < LEAST_FOR_WORDS * line
        for words in (self._name, self.hint):
            words.setHidden(is_small)
        self.setFixedWidth(min(WIDTH, self._chart.width()))
        self.setFixedHeight(self.sizeHint().height() + (0 if is_small else 2 * line))
        left = (self._chart.width() - self.width()) // 2
        self.move(max(0, left), max(0, self._chart.height() // 4))
        self.show()
        self.raise_()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)  # others would select what was typed
        self.edit.end(False)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave with the keyboard, unless it has only gone to another window for a while."""
        focus = event if isinstance(event, QFocusEvent) else None
        if focus is not None and focus.lostFocus() and focus.reason() not in FOR_A_WHILE:
            self.hide()
        return super().eventFilter(watched, event)

    @Slot(str)
    def _on_changed(self, typed: str) -> None:
        self.hint.setText(self._check(typed)[1])

    @Slot()
    def _on_returned(self) -> None:
        typed = self.edit.text()
        if self._check(typed)[0]:
            self._close()
            self.entered.emit(typed)

    def _close(self) -> None:
        self.hide()
        self._chart.setFocus(Qt.FocusReason.OtherFocusReason)
