"""What the ticket's order would cost, asked of the broker by itself, and what a change changes."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from workstation.bridge.commands import CommandPort
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import CommandResult, Failed, PreviewMargin
from workstation.domain.ids import IntentId
from workstation.domain.order import OrderDraft
from workstation.domain.preview import MarginPreview
from workstation.domain.query import FailureKind
from workstation.ui import text
from workstation.ui.plain_label import PlainLabel
from workstation.ui.ticket_wishes import entry_of, margin_in_words

_MAY_WORK_LATER = {FailureKind.CANCELLED, FailureKind.SESSION_ENDED, FailureKind.TIMED_OUT}
"""Failures that say nothing about the order itself: the next look at it asks again."""


@dataclass(frozen=True, slots=True)
class _Question:
    draft: OrderDraft
    by_hand: bool


class TicketCost(QWidget):
    """One line under the ticket, and every what-if of it: never two under way. GUI thread."""

    answered = Signal(object)
    """Draft and answer of a what-if asked by hand: tuple[OrderDraft, CommandResult]."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._commands: CommandPort | None = None
        self._may_ask: Callable[[], bool] = lambda: False
        self._draft: OrderDraft | BracketDraft | None = None
        self._known: OrderDraft | None = None
        self._under_way: _Question | None = None
        self._next: _Question | None = None
        self.label = PlainLabel("", self, wrap=True)
        self.label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.label.ensurePolished()
        self.label.setFixedHeight(2 * self.label.fontMetrics().lineSpacing())
        self.label.setAccessibleName("What the order would cost")
        self.box = QCheckBox("Auto", parent)
        self.box.setAccessibleName("Ask for the what-if by itself")
        self.box.setToolTip(
            text.tooltip("Ask the broker what the order would cost 300 ms after its last change")
        )
        self.box.setChecked(True)
        self.box.toggled.connect(self._on_toggled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.label)
        self._clear()

    def serve(self, commands: CommandPort, may_ask: Callable[[], bool]) -> None:
        """Learn where questions go, and whether the broker could answer now."""
        self._commands, self._may_ask = commands, may_ask

    def kept(self) -> dict[str, object]:
        """Return the user's choice as plain values."""
        return {"asks": self.box.isChecked()}

    def restore(self, kept: object) -> None:
        """Take kept() back; what is not understood leaves the switch as it is."""
        asks = kept.get("asks") if isinstance(kept, dict) else None
        if isinstance(asks, bool):
            self.box.setChecked(asks)

    def follow(self, draft: OrderDraft | BracketDraft | None, change: str | None) -> None:
        """Forget figures of other terms; words about a change take their place."""
        if change is not None:
            self._known = self._draft = None
            self._show(f"Changes {change}" if change else "Changes nothing yet", "warning", change)
        elif draft is None or self._draft is None or _bare(draft) != _bare(self._draft):
            self._draft = draft
            self._clear()

    @Slot(object)
    def take_due(self, draft: OrderDraft | BracketDraft) -> None:
        """Ask about an order that stayed as it is for a while, unless its answer shows."""
        self.follow(draft, None)
        if not self.box.isChecked() or self._known == _bare(draft):
            return
        if not self._may_ask():
            self._show("What-if not available: the link is not ready", "muted")
            return
        self._put(_Question(entry_of(draft), by_hand=False))

    @Slot(object)
    def ask(self, draft: OrderDraft) -> None:
        """Ask because the user said so; the answer is told too."""
        self._put(_Question(draft, by_hand=True))

    def _put(self, question: _Question) -> None:
        running = self._under_way
        if running is not None and _bare(running.draft) == _bare(question.draft):
            self._under_way = replace(running, by_hand=running.by_hand or question.by_hand)
            self._next = None
        elif running is not None:
            self._next = question  # what waited before was about other terms
        elif self._commands is not None:
            self._under_way = question
            self._show("What-if: asking the broker…", "muted")
            self._commands.send(PreviewMargin(question.draft), self._take)

    def _take(self, result: CommandResult) -> None:
        question, waiting = self._under_way, self._next
        self._under_way = self._next = None
        if question is None:
            return
        if self._draft is not None and _bare(question.draft) == _bare(self._draft):
            self._show_answer(self._draft, result)
        if question.by_hand:
            self.answered.emit((question.draft, result))
        if waiting is not None:
            self._put(waiting)

    def _show_answer(self, draft: OrderDraft | BracketDraft, result: CommandResult) -> None:
        if isinstance(result, MarginPreview):
            self._known = _bare(draft)
            whole = margin_in_words(result, entry_only=isinstance(draft, BracketDraft))
            margin = text.signed_money(result.initial_margin_change)
            paid = text.money(result.commission, result.currency)
            self._show(f"What-if: margin {margin}, commission {paid}", "", whole)
        elif isinstance(result, Failed):
            self._known = None if result.kind in _MAY_WORK_LATER else _bare(draft)
            reason = text.one_line(result.reason)
            self._show(f"What-if not available: {reason}", "warning", reason)

    def _clear(self) -> None:
        self._known = None
        self._show(f"What-if: {text.ABSENT}" if self.box.isChecked() else "", "muted")

    def _show(self, words: str, tone: str, tip: str | None = None) -> None:
        self.label.show_text(text.one_line(words, 100), tip or "")
        self.label.set_tone(tone)

    @Slot()
    def _on_toggled(self) -> None:
        draft, self._next = self._draft, None
        self._clear()
        if draft is not None and self.box.isChecked():
            self.take_due(draft)


def _bare(draft: OrderDraft | BracketDraft) -> OrderDraft:
    """Leave out which wish it is: every look at the ticket makes a new one."""
    return replace(entry_of(draft), intent_id=IntentId(""))
