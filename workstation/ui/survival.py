"""What works only on this computer, and what of the positions stands without it (RK27)."""

from PySide6.QtCore import QObject, Slot

from workstation.domain.limit_use import RiskView
from workstation.ui import text
from workstation.ui.messages import Messages
from workstation.ui.panels.protection import ProtectionPage
from workstation.ui.screen_state import ScreenState

_MOST_NAMES = 5
RENEWALS = "Dead-man renewals"
"""The row of the meter that is there while entries are renewed from here."""


class Survival(QObject):
    """Keeps the page of what survives up to date. GUI thread."""

    def __init__(self, messages: Messages, state: ScreenState, page: ProtectionPage) -> None:
        super().__init__(page)
        self._state = state
        self._page = page
        messages.alerts_changed.connect(self.refresh)
        messages.rules_changed.connect(self.refresh)
        messages.risk_arrived.connect(self._on_risk)
        self.refresh()

    @Slot(object)
    def _on_risk(self, view: RiskView) -> None:
        self._state.risk = view
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Say what ends with this program."""
        self._page.show_local(local_words(self._state))


def local_words(state: ScreenState) -> str:
    """Say what is watched on this computer alone and ends with the program."""
    words = [
        "Only on this computer: your limits, alarms, and the resizing of stops while you scale"
    ]
    waiting = [each.symbol for each in state.alerts if each.fired_at is None]
    if waiting:
        words.append(f"{text.count_of(len(waiting), 'price alert')} ({_names(waiting)})")
    if rules := _rules(state):
        words.append(f"{text.count_of(len(rules), 'rule')} ({_names(rules)})")
    if state.risk is not None and any(use.name == RENEWALS for use in state.risk.uses):
        words.append("the renewal of entries, which lapse without it")
    return f"{'; '.join(words)}. The broker knows nothing of these."


def closing_words(state: ScreenState) -> str:
    """Say what the positions lose when the program closes, "" for nothing.

    What is open on purpose is not spoken of.
    """
    waiting = [each.symbol for each in state.alerts if each.fired_at is None]
    rows = () if state.risk is None else state.risk.coverages
    bare = [each.symbol for each in rows if each.uncovered and not each.is_by_choice]
    sentences = []
    if bare:
        part = "position stands" if len(bare) == 1 else "positions stand"
        sentences.append(f"{len(bare)} {part} without a stop for all of it: {_names(bare)}.")
    if waiting:
        alerts = text.count_of(len(waiting), "price alert")
        sentences.append(f"{alerts} ({_names(waiting)}) will not be watched.")
    if rules := _rules(state):
        verb = "does" if len(rules) == 1 else "do"
        many = text.count_of(len(rules), "client-side rule")
        sentences.append(f"{many} ({_names(rules)}) {verb} nothing from then on.")
    return " ".join(sentences)


def _rules(state: ScreenState) -> list[str]:
    """Name what each rule is about that could still act."""
    return [each.record.rule.symbol for each in state.rules if each.record.state.is_active]


def _names(symbols: list[str]) -> str:
    """Name each symbol once, the first few of many."""
    different = [text.one_line(each, 24) for each in dict.fromkeys(symbols)]
    more = len(different) - _MOST_NAMES
    shown = ", ".join(different[:_MOST_NAMES])
    return f"{shown} and {more} more" if more > 0 else shown
