"""What other limits would have done to the orders on record (RK25)."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from workstation.domain.finding import Finding


class DryRunOutcome(IntEnum):
    """What other limits would have made of an order; the first matter most."""

    BLOCKED = 1
    """It was sent; it would have been refused."""

    ASKED = 2
    """It was sent without this question; it would have needed one more confirmation."""

    FREED = 3
    """Your limits refused it; it would have been sent, with a question or without."""


@dataclass(frozen=True, slots=True)
class DryRunRow:
    """One order on record that would have gone another way, and why.

    `findings` are what stands against it under the other limits; of a freed one, what was
    against it and would be no more.
    """

    time: datetime
    order: str
    outcome: DryRunOutcome
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """The orders of the last `days` days under other limits, newest first.

    `sent` orders were judged again and `refused` ones too; `unknown` were sent by a version
    that did not keep what its decisions were made of. Each order is judged by itself, in the
    account as it was: that an earlier one would not have been sent changes nothing for it.
    `changes` names each figure that differs from the limits in force.
    """

    days: int
    sent: int
    refused: int
    unknown: int
    rows: tuple[DryRunRow, ...]
    changes: tuple[str, ...] = ()

    def count(self, outcome: DryRunOutcome) -> int:
        """Count the orders of one outcome."""
        return sum(1 for row in self.rows if row.outcome is outcome)

    @property
    def headline(self) -> str:
        """Say the result in one sentence, as "would have blocked 3 of 214 orders"."""
        blocked, asked = self.count(DryRunOutcome.BLOCKED), self.count(DryRunOutcome.ASKED)
        words = f"would have blocked {blocked} of {self.sent} orders"
        if asked:
            words += f" and asked about {asked} more"
        if freed := self.count(DryRunOutcome.FREED):
            words += f"; of {self.refused} refused ones {freed} would have left"
        return words
