"""Asks which other rule one waits for, and says what that means."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from workstation.domain.ids import RuleId
from workstation.domain.rule import Rule, before_words, rule_words
from workstation.ui import text
from workstation.ui.models.rules import local_time
from workstation.ui.plain_label import PlainLabel

_AT_ONCE = "at once"


class RuleBefore(QWidget):
    """Offers the rules that are not over; below it, when the turn of this one comes."""

    changed = Signal()
    """Another rule was chosen, or none."""

    def __init__(
        self, rules: Sequence[Rule], own: Rule | None, parent: QWidget | None = None
    ) -> None:
        """`own` is the rule that is changed, which cannot wait for itself."""
        super().__init__(parent)
        self._rules = [each for each in rules if own is None or each.rule_id != own.rule_id]
        self.box = QComboBox(self)
        self.box.setAccessibleName("Rule that comes before")
        self.box.addItem(_AT_ONCE)
        for each in self._rules:
            self.box.addItem(text.one_line(f"after: {rule_words(each, local_time)}", 80))
        self.meaning = PlainLabel("", self, wrap=True)
        self.meaning.set_tone("muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.box)
        column.addWidget(self.meaning)
        self.setFocusProxy(self.box)
        known = [each.rule_id for each in self._rules]
        after = None if own is None else own.after
        self.box.setCurrentIndex(known.index(after) + 1 if after in known else 0)
        self.box.currentIndexChanged.connect(self._on_changed)
        self._show_meaning()

    @property
    def rule(self) -> Rule | None:
        """The rule that is waited for, None to watch at once."""
        place = self.box.currentIndex()
        return self._rules[place - 1] if place > 0 else None

    @property
    def rule_id(self) -> RuleId | None:
        """Its id, None to watch at once."""
        return None if self.rule is None else self.rule.rule_id

    def _show_meaning(self) -> None:
        before = self.rule
        self.meaning.setVisible(before is not None)
        if before is not None:
            ends = "If that never comes about, this one is withdrawn."
            self.meaning.show_text(f"Watched {before_words(before)}. {ends}")

    @Slot()
    def _on_changed(self) -> None:
        self._show_meaning()
        self.changed.emit()
