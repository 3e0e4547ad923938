"""The chart's wishes on their way to the one door, and what it answers, below the bars."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from workstation.bridge.commands import CommandPort
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import (
    ChangeOrder,
    Command,
    CommandResult,
    Failed,
    SubmitBracket,
    SubmitOrder,
)
from workstation.domain.finding import Denied, Finding, NeedsAcknowledgement, Submitted
from workstation.domain.order import OrderChange
from workstation.ui import text
from workstation.ui.chart.dry_judge import Wish
from workstation.ui.panels.answer_strip import AnswerStrip
from workstation.ui.ticket_wishes import acknowledging, sent_words

SHOWN_MS = 5000
"""How long a good answer stays."""

ANSWER_FIRST = (
    "The newer order was not sent: answer this question first. It is about the one before."
)

MOST_ROWS = 130
"""Logical pixels the strip takes of the chart at most."""


class ChartOrders(QObject):
    """Sends one wish at a time and shows its answer; a question waits for Enter or Esc.

    GUI thread. Nothing is sent twice: a wish has its own name from the first attempt on.
    """

    answered = Signal()
    """The user answered the question; the keyboard is for the chart again."""

    refused = Signal()
    """A wish has ended without being sent: refused, failed, or not confirmed."""

    def __init__(self, commands: CommandPort, parent: QWidget) -> None:
        super().__init__(parent)
        self._commands = commands
        self.strip = AnswerStrip(parent)
        self.strip.setMaximumHeight(MOST_ROWS)
        self.strip.setContentsMargins(8, 4, 4, 4)
        self.strip.hide()
        self.strip.confirmed.connect(self.confirm)
        self.strip.dismissed.connect(self.dismiss)
        self.name = ""
        """Which chart it is about, where there are several above the strip."""

        self._wish: Wish | None = None
        self._asked: tuple[Finding, ...] = ()
        self._is_waiting = False
        self._reason = ""
        self._leaving = QTimer(self)
        self._leaving.setSingleShot(True)
        self._leaving.setInterval(SHOWN_MS)
        self._leaving.timeout.connect(self._on_leaving)

    @property
    def is_asking(self) -> bool:
        """Whether a question waits for the user."""
        return self._wish is not None and not self._is_waiting

    @property
    def is_free(self) -> bool:
        """Whether a wish would be sent at once."""
        return self._wish is None

    def lock(self, reason: str) -> None:
        """Send nothing for this reason; "" sends again. A question that stands is put away."""
        self._reason = reason
        if reason:
            self.dismiss()

    @Slot(object)
    def send(self, wish: Wish) -> None:
        """Send a wish, unless another one is on its way or asks something."""
        if self._wish is None:
            self._send(wish)
        elif self.is_asking:
            self.strip.headline.show_text(self._named(ANSWER_FIRST))
        else:
            self._show("Not sent: the answer to the one before is awaited.", "warning")

    @Slot()
    def confirm(self) -> None:
        """Accept every finding shown and send the same wish."""
        if self._wish is not None and self.is_asking and self.strip.takes_confirmation:
            answer = self.strip.accepts(self._asked)
            self._send(acknowledging(self._wish, answer))
            self.answered.emit()

    @Slot()
    def dismiss(self) -> None:
        """Put the answer away; what was asked is not sent."""
        was_asking = self.is_asking
        if not self._is_waiting:
            self._wish = None
        self.strip.clear()
        self.strip.hide()
        if was_asking:
            self.refused.emit()
            self.answered.emit()

    @Slot(object)
    def tell(self, said: tuple[str, str]) -> None:
        """Say something for a while, unless an answer is awaited or a question stands."""
        if self._wish is None:
            self._show(*said)

    def link_lost(self) -> None:
        """Stop waiting: the order itself shows whether it is known what became of it."""
        if self._is_waiting:
            self._wish, self._is_waiting = None, False
            self._show(
                "The link was lost. Look at the order: its state says what is known.", "error"
            )

    def give_up(self) -> None:
        """Ask and tell nothing more: the chart is closed. What was sent is with the orders."""
        self._wish, self._is_waiting = None, False
        self._leaving.stop()
        self.strip.hide()

    def _send(self, wish: Wish) -> None:
        if self._reason:
            self._wish = None
            self._show(f"Not sent: {self._reason}", "warning")
            return
        self._wish, self._is_waiting = wish, True
        command: Command
        if isinstance(wish, OrderChange):
            command = ChangeOrder(wish)
        elif isinstance(wish, BracketDraft):
            command = SubmitBracket(wish)
        else:
            command = SubmitOrder(wish)
        self._show("Sending…", "muted")
        self._commands.send(command, partial(self._take, wish))

    def _take(self, wish: Wish, result: CommandResult) -> None:
        if self._wish is not wish:
            return
        self._wish, self._is_waiting = None, False
        match result:
            case Submitted(order_id=order_id, findings=findings):
                self._show(f"{sent_words(wish)} {order_id}", "good", findings)
            case NeedsAcknowledgement(findings=findings):
                self._wish = wish
                self._asked = findings
                self._leaving.stop()
                self.strip.show()
                question = self._named("Not sent yet. Please confirm:")
                self.strip.show_answer(question, "warning", findings, ask=True)
            case Denied(findings=findings):
                self._leaving.stop()
                self.strip.show()
                denied = self._named("Denied. Nothing was sent.")
                self.strip.show_answer(denied, "error", findings)
                self.refused.emit()
            case Failed(reason=reason):
                self._show(f"Not sent: {text.one_line(reason)}", "error")
                self.refused.emit()

    def _named(self, words: str) -> str:
        return f"{self.name}: {words}" if self.name else words

    def _show(self, words: str, tone: str, findings: tuple[Finding, ...] = ()) -> None:
        self.strip.show_answer(self._named(words), tone, findings)
        self.strip.show()
        self._leaving.start()

    @Slot()
    def _on_leaving(self) -> None:
        if self._wish is None:
            self.dismiss()
