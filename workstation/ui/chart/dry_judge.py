"""What risk would say to a wish, asked while it is still in the hand."""

from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from workstation.bridge.commands import CommandPort
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import (
    CommandResult,
    Failed,
    PreviewChange,
    Previewed,
    PreviewOrder,
)
from workstation.domain.finding import Denied, Level, NeedsAcknowledgement
from workstation.domain.ids import IntentId
from workstation.domain.order import OrderChange, OrderDraft
from workstation.ui import text

Wish = OrderChange | OrderDraft | BracketDraft
"""What a chart may ask to have sent."""

_NO_NAME = IntentId("")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What risk would answer, in words; `tone` is "", "good", "warning" or "error"."""

    words: str
    tone: str = ""


ASKING = Verdict("Risk: asking…")


class DryJudge(QObject):
    """Asks the core without sending: one question under way, and only the newest counts.

    GUI thread; nothing waits for the answer. An answer to an older question is dropped.
    """

    judged = Signal()
    """The verdict is another one."""

    def __init__(self, commands: CommandPort, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self.verdict = ASKING
        self._wish: Wish | None = None
        self._round = 0
        self._is_asking = False
        self._is_due = False

    def ask(self, wish: Wish) -> None:
        """Have this wish judged; the same terms are not asked twice in a row."""
        if self._wish is not None and _terms(wish) == _terms(self._wish):
            return
        self._wish, self._is_due = wish, True
        self.verdict = ASKING
        self._ask_next()

    def forget(self) -> None:
        """Want no answer any more, also of what is under way."""
        self._wish, self._is_due, self._is_asking = None, False, False
        self._round += 1
        self.verdict = ASKING

    def _ask_next(self) -> None:
        wish = self._wish
        if wish is None or self._is_asking or not self._is_due:
            return
        self._is_asking, self._is_due = True, False
        command = PreviewChange(wish) if isinstance(wish, OrderChange) else PreviewOrder(wish)
        self._commands.send(command, partial(self._take, self._round))

    def _take(self, asked_in: int, result: CommandResult) -> None:
        if asked_in != self._round:
            return
        self._is_asking = False
        if self._is_due:
            self._ask_next()
            return
        self.verdict = verdict_of(result)
        self.judged.emit()


def verdict_of(result: CommandResult) -> Verdict:
    """Say in one line what an answer means."""
    if isinstance(result, Failed):
        return Verdict(f"Not possible: {text.one_line(result.reason, 160)}", "error")
    if not isinstance(result, Previewed):
        return ASKING
    match result.answer:
        case Denied(findings=findings):
            hard = [each.text for each in findings if each.level is Level.HARD]
            return Verdict(f"Risk denies: {_joined(hard)}", "error")
        case NeedsAcknowledgement(findings=findings):
            soft = [each.text for each in findings if each.level is Level.SOFT]
            return Verdict(f"Risk asks first: {_joined(soft)}", "warning")
    if result.is_exit:
        return Verdict("Risk: only lowers risk, asks nothing", "good")
    return Verdict("Risk: passes", "good")


def _joined(texts: list[str]) -> str:
    more = f" (+{len(texts) - 1} more)" if len(texts) > 1 else ""
    return text.one_line(texts[0], 120) + more if texts else ""


def _terms(wish: Wish) -> Wish:
    """Leave the wish's name out; each wish has its own."""
    if isinstance(wish, BracketDraft):
        return replace(wish, entry=replace(wish.entry, intent_id=_NO_NAME))
    return replace(wish, intent_id=_NO_NAME)
