"""The strip in the ticket that shows what risk says: before, and after, the order is sent."""

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.finding import Finding, Level
from workstation.domain.override import accepted, accepted_today
from workstation.ui.plain_label import PlainLabel
from workstation.ui.reason_edit import ReasonEdit
from workstation.ui.ticket_rules import finding_text

READING_MS = 400
"""A confirmation is not taken sooner, so that one keystroke too many sends nothing."""

_TONES = {Level.HARD: "error", Level.SOFT: "warning", Level.INFO: "muted"}


class AnswerStrip(QWidget):
    """Shows one headline and all findings; asks for one confirmation of them all.

    Where a personal limit is among them, the confirmation needs a typed reason. On wish the same
    rules ask no more for the symbol that day.
    """

    confirmed = Signal()
    """The user accepts every finding shown."""

    dismissed = Signal()
    """The user does not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headline = PlainLabel("", self, wrap=True)
        self.send_button = QPushButton("Send anyway (Enter)", self)
        self.send_button.setObjectName("send_anyway")
        self.back_button = QPushButton("Do not send (Esc)", self)
        self.reason_edit = ReasonEdit(self)
        self.today_box = QCheckBox("Do not ask this again for the symbol &today", self)
        self.today_box.setToolTip("The same rules; what is refused stays refused")
        self._since = QElapsedTimer()
        self._labels: list[PlainLabel] = []
        self._content = QWidget(self)
        self._list = QVBoxLayout(self._content)
        self._list.setContentsMargins(0, 0, 4, 0)
        self._list.setSpacing(4)
        self._list.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._content)
        buttons = QHBoxLayout()
        buttons.addWidget(self.send_button)
        buttons.addWidget(self.back_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.headline)
        column.addWidget(self.reason_edit)
        column.addWidget(self.today_box)
        column.addLayout(buttons)
        column.addWidget(self._scroll, 1)
        self.send_button.clicked.connect(self._on_send)
        self.back_button.clicked.connect(self.dismissed)
        self.reason_edit.confirmed.connect(self._on_send)
        self.reason_edit.textChanged.connect(self._show_send)
        self.clear()

    @property
    def is_asking(self) -> bool:
        """Whether a confirmation is awaited."""
        return not self.send_button.isHidden()

    @property
    def takes_confirmation(self) -> bool:
        """Whether the findings could be read, and a limit among them has its reason."""
        was_read = self._since.isValid() and self._since.hasExpired(READING_MS)
        return self.is_asking and was_read and self.reason_edit.is_answered

    def accepts(self, findings: Sequence[Finding]) -> frozenset[str]:
        """Return what a draft carries that accepts these findings as the user has confirmed them."""
        names = accepted(findings, self.reason_edit.reason)
        return names | accepted_today(findings) if self.today_box.isChecked() else names

    @property
    def finding_texts(self) -> tuple[str, ...]:
        """All findings as they are shown."""
        return tuple(label.text() for label in self._labels)

    def clear(self) -> None:
        """Show nothing."""
        self.show_answer("", "", ())

    def show_answer(
        self, headline: str, tone: str, findings: Sequence[Finding], *, ask: bool = False
    ) -> None:
        """Show a headline and every finding, heaviest first; `ask` awaits one confirmation."""
        self.headline.show_text(headline)
        self.headline.set_tone(tone)
        self.headline.setVisible(bool(headline))
        for button in (self.send_button, self.back_button):
            button.setVisible(ask)
        self._show_findings(findings)
        self.today_box.setChecked(False)
        self.today_box.setVisible(ask and bool(accepted_today(findings)))
        needs_reason = self.reason_edit.ask_about(findings if ask else ())
        self._show_send()
        if ask:
            self._since.start()
            first = self.reason_edit if needs_reason else self.send_button
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._since.invalidate()

    def _show_findings(self, findings: Sequence[Finding]) -> None:
        ordered = sorted(findings, key=_weight)
        texts = tuple(finding_text(finding) for finding in ordered)
        if texts == self.finding_texts:
            return
        for label in self._labels:
            self._list.removeWidget(label)
            label.hide()
            label.deleteLater()
        self._labels = []
        for place, (finding, shown) in enumerate(zip(ordered, texts, strict=True)):
            label = PlainLabel(shown, self._content, wrap=True)
            label.set_tone(_TONES[finding.level])
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._list.insertWidget(place, label)
            self._labels.append(label)
        self._scroll.verticalScrollBar().setValue(0)

    @Slot()
    def _show_send(self) -> None:
        self.send_button.setEnabled(self.reason_edit.is_answered)

    @Slot()
    def _on_send(self) -> None:
        if self.takes_confirmation:
            self.confirmed.emit()


def _weight(finding: Finding) -> int:
    return -finding.level
