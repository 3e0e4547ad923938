"""A rule while the program runs: its record, and what is only known of this run."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.rule import Rule, RuleRecord, RuleView


@dataclass(slots=True)
class LiveRule:
    """Mutable, owned by the rule desk. Core thread.

    `waits` says why it does nothing now. A rule fires when its conditions come true: `was_false`
    tells that they have been false since it was armed, `was_blind` that since then there was a
    time when they could not be told or nothing could leave. `best` is the best price for the
    position since an exit rule was armed, `asked` where the stop was last sent to, `moved_at` when
    (monotonic seconds), `refusals` how many moves in a row did not come about, `refused` why.
    """

    record: RuleRecord
    waits: str = ""
    was_false: bool = False
    was_blind: bool = False
    best: Decimal | None = None
    asked: Decimal | None = None
    moved_at: float | None = None
    moves: int = 0
    refusals: int = 0
    refused: str = ""

    @property
    def rule(self) -> Rule:
        """What it does, and when."""
        return self.record.rule

    def begin(self) -> None:
        """Watch from how things stand now."""
        self.waits = ""
        self.was_false = self.was_blind = False
        self.best = self.asked = self.moved_at = None
        self.refusals, self.refused = 0, ""

    def view(self) -> RuleView:
        """Return it as it is shown."""
        return RuleView(self.record, self.waits)
