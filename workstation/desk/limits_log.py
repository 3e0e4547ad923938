"""Reads from the journal who changed which limit, when, and from what to what (RK24).

The journal keeps an account's limits whole each time they change, and each lock; what differs
between two of them is the change. Its chain of hashes is what no one can edit unseen.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields

import msgspec

from workstation.desk.session_lock import LimitsLocked
from workstation.domain.account import masked
from workstation.domain.ids import AccountId
from workstation.domain.limit_changes import LimitChange
from workstation.domain.limit_profiles import LimitProfileChosen
from workstation.risk.limits import Limits, worded
from workstation.storage.journal_file import Entry

FIRST = "first limits of the account"
CONFIRMED = "confirmed by hand"
LOCKED = "lock until the next session"


def limit_changes(entries: Iterable[Entry]) -> tuple[LimitChange, ...]:
    """Return every change of every account's limits, the newest first. Any thread."""
    known: dict[AccountId, Limits] = {}
    found: list[LimitChange] = []
    chosen: dict[AccountId, str] = {}
    for entry in entries:
        if entry.event == Limits.__name__:
            after = msgspec.json.decode(entry.body, type=Limits)
            who = chosen.pop(after.account, CONFIRMED)
            found.extend(_differences(entry, known.get(after.account), after, who))
            known[after.account] = after
        elif entry.event == LimitProfileChosen.__name__:
            choice = msgspec.json.decode(entry.body, type=LimitProfileChosen)
            chosen[choice.account] = f"chosen by hand: the limits “{choice.name}”"
        elif entry.event == LimitsLocked.__name__:
            found.append(_locked(entry, msgspec.json.decode(entry.body, type=LimitsLocked)))
    return tuple(reversed(found))


def _differences(
    entry: Entry, before: Limits | None, after: Limits, who: str
) -> Iterator[LimitChange]:
    for field in fields(Limits):
        old = None if before is None else getattr(before, field.name)
        new = getattr(after, field.name)
        if field.name == "account" or (before is not None and old == new):
            continue
        yield LimitChange(
            seq=entry.seq,
            time=entry.when,
            account=masked(after.account),
            who=FIRST if before is None else who,
            figure=field.name,
            old="" if before is None else _full(old, new),
            new=_full(new, old),
        )


def _full(value: object, other: object) -> str:
    """Write a figure; in full where its short words would hide what changed."""
    words = worded(value)
    return repr(value) if words == worded(other) and value != other else words


def _locked(entry: Entry, lock: LimitsLocked) -> LimitChange:
    cooling = "" if lock.cooling_until is None else f", no entries until {_utc(lock.cooling_until)}"
    return LimitChange(
        seq=entry.seq,
        time=entry.when,
        account=masked(lock.account),
        who=lock.reason,
        figure=LOCKED,
        old="",
        new=f"only tighter until {_utc(lock.until)}{cooling}",
    )


def _utc(moment: object) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
