"""The strip below the banner that stays until each alarm was seen."""

from collections import deque

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.notice import Notice
from workstation.ui import text
from workstation.ui.plain_label import PlainLabel

MAX_ALARMS = 200
"""More alarms than this drop the oldest; the log keeps them."""


_LOOKS = "#alarm_strip { background: #a3101f; } #alarm_text { color: #ffffff; }"
"""The same in all themes; a palette would be lost with the next theme."""


class AlarmStrip(QWidget):
    """Shows the oldest alarm not dismissed yet, and how many more wait."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._alarms: deque[Notice] = deque(maxlen=MAX_ALARMS)
        self.setObjectName("alarm_strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(_LOOKS)
        self.text_label = PlainLabel("", self)
        self.effect_label = PlainLabel("", self)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        for label in (self.text_label, self.effect_label):
            label.setObjectName("alarm_text")
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            lines.addWidget(label)
        font = self.text_label.font()
        font.setBold(True)
        self.text_label.setFont(font)
        self.dismiss_button = QPushButton("Dismiss", self)
        self.dismiss_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.dismiss_button.clicked.connect(self._on_dismiss)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 4, 8, 4)
        line.addLayout(lines, 1)
        line.addWidget(self.dismiss_button)
        self.hide()

    @property
    def waiting(self) -> int:
        """How many alarms have not been dismissed."""
        return len(self._alarms)

    def add(self, alarm: Notice) -> None:
        """Show an alarm, behind those that wait already."""
        self._alarms.append(alarm)
        self._show_first()
        QApplication.alert(self.window())  # the task bar shows it where another program is in front

    @Slot()
    def _on_dismiss(self) -> None:
        if self._alarms:
            self._alarms.popleft()
        self._show_first()

    def _show_first(self) -> None:
        self.setVisible(bool(self._alarms))
        if not self._alarms:
            return
        alarm = self._alarms[0]
        count = f"[1 of {len(self._alarms)}]  " if len(self._alarms) > 1 else ""
        code = "" if alarm.code is None else f" (code {alarm.code})"
        what = text.one_line(alarm.text)
        whole = f"{alarm.text}\n{alarm.effect}\n{alarm.advice}"
        self.text_label.show_text(f"{count}{text.clock_time(alarm.time)}  {what}{code}", whole)
        rest = [text.one_line(part) for part in (alarm.effect, alarm.advice) if part]
        self.effect_label.show_text("  ".join(rest), whole)
        self.effect_label.setVisible(bool(rest))
