"""Reads the recorded orders of the last days and decides them again under other limits (RK25)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from workstation.domain.dry_run import DryRun, DryRunRow
from workstation.domain.ids import AccountId
from workstation.oms.events import Intent
from workstation.risk.dry_run import retried
from workstation.risk.inputs import RiskInputs
from workstation.risk.limits import Limits, differences
from workstation.storage.journal_file import Entry


class _Account(msgspec.Struct):
    account: str


class _Wish(msgspec.Struct):
    """What of an intent is needed; the exits of a bracket were decided with their entry."""

    intent_id: str
    draft: _Account
    parent: str | None = None


class DryRunner:
    """Takes the journal from its first entry on: the limits of the past are in it. Any thread."""

    def __init__(self, other: Limits, days: int, now: datetime) -> None:
        self._other = other
        self._days = days
        self._since = now - timedelta(days=days)
        self._then: Limits | None = None
        self._rows: list[DryRunRow] = []
        self._wishes: set[str] = set()
        self._judged: set[str] = set()
        self._refused = 0

    def take(self, entry: Entry) -> None:
        """Take the next entry of the journal."""
        if entry.event == Limits.__name__:
            limits = msgspec.json.decode(entry.body, type=Limits)
            if limits.account == self._other.account:
                self._then = limits
        elif entry.when < self._since:
            return
        elif entry.event == Intent.__name__:
            wish = msgspec.json.decode(entry.body, type=_Wish)
            if wish.parent is None and wish.draft.account == self._other.account:
                self._wishes.add(wish.intent_id)
        elif entry.event == RiskInputs.__name__:
            self._decide(entry)

    def finish(self) -> DryRun:
        """Return what the other limits would have done."""
        then = self._then
        return DryRun(
            days=self._days,
            sent=len(self._judged),
            refused=self._refused,
            unknown=len(self._wishes - self._judged),
            rows=tuple(sorted(self._rows, key=lambda row: row.time, reverse=True)),
            changes=() if then is None else differences(then, self._other),
        )

    def _decide(self, entry: Entry) -> None:
        try:
            inputs = msgspec.json.decode(entry.body, type=RiskInputs)
        except msgspec.ValidationError:
            return  # kept by a version that knew other facts; counted as unknown
        draft = inputs.facts.draft
        if self._then is None or draft.account != self._other.account:
            return
        if inputs.sent:
            self._judged.add(draft.intent_id)
        else:
            self._refused += 1
        if (row := retried(inputs, self._then, self._other)) is not None:
            self._rows.append(row)


def dry_run(entries: Iterable[Entry], other: Limits, days: int, now: datetime) -> DryRun:
    """Decide the orders of the last `days` days again under other limits of their account."""
    runner = DryRunner(other, days, now)
    for entry in entries:
        runner.take(entry)
    return runner.finish()


def limits_for(account: AccountId, given: dict[AccountId, Limits]) -> Limits | None:
    """Choose an account's section; one section alone is meant for whichever account."""
    if account in given or len(given) != 1:
        return given.get(account)
    return replace(next(iter(given.values())), account=account)
