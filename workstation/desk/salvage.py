"""What limits the trader, saved out of a damaged journal and put on record in the new one.

A damaged journal must not loosen anything: the limits of an account, what locks them, and what the
days so far add up to go on as far as they can be read. They are kept in a file of their own before
the journal is set aside, until the new one holds them, so that no end of the program in between
loses them. Source: orders-and-risk.md 3.
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from workstation.desk.session_lock import LimitsLocked
from workstation.domain.account import masked
from workstation.domain.errors import JournalError
from workstation.domain.ids import AccountId
from workstation.domain.ports import JournalPort
from workstation.portfolio.day_result import DayBest
from workstation.portfolio.periods import DaySoFar
from workstation.risk.limits import Limits
from workstation.risk.tighter import tighter
from workstation.storage.files import write_private_file
from workstation.storage.journal import Journal
from workstation.storage.journal_file import Entry
from workstation.storage.journal_salvage import Salvage, Salvaged

R = TypeVar("R")

_KINDS = (Limits, LimitsLocked, DaySoFar, DayBest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What limits the trader, as far as it is known; `mark` names this loss.

    `is_complete` tells that nothing of it can be missing: then nobody is asked.
    """

    mark: str
    fault: str
    is_complete: bool
    proven: int = 0
    limits: tuple[Limits, ...] = ()
    locks: tuple[LimitsLocked, ...] = ()
    days: tuple[DaySoFar, ...] = ()
    bests: tuple[DayBest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLost:
    """Entry of the journal: the one before was damaged, and this is what is not known of it."""

    mark: str
    fault: str
    proven: int
    accounts: tuple[AccountId, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LossAcknowledged:
    """Entry of the journal: the trader knows what may be missing, and answers for it."""

    mark: str


def salvage_file(journal: Path) -> Path:
    """Name the file that holds it between two journals."""
    return journal.with_name("salvaged.json")


def new_mark() -> str:
    """Name a loss."""
    return uuid.uuid4().hex


def keep_salvage(journal: Path, fault: str) -> None:
    """Save what can be read of a damaged journal in the file beside it. Raises OSError.

    One that is there already was not taken in yet, and stays: it knows more.
    """
    if not salvage_file(journal).exists():
        write_kept(journal, _kept_of(Salvage(journal, _events()), fault))


def write_kept(journal: Path, kept: Kept) -> None:
    """Write the file durably. Raises OSError."""
    write_private_file(salvage_file(journal), msgspec.json.encode(kept))


def _events() -> frozenset[str]:
    return frozenset(kind.__name__ for kind in _KINDS)


def _kept_of(found: Salvage, fault: str) -> Kept:
    days = {(d.account, d.measure, d.day): d for d, _ in _records(found.entries, DaySoFar)}
    bests = {(b.account, b.day, b.measure): b for b, _ in _records(found.entries, DayBest)}
    return Kept(
        mark=new_mark(),
        fault=fault,
        is_complete=False,
        proven=found.proven,
        limits=_limits_of(found.entries),
        locks=_locks_of(found.entries),
        days=tuple(days.values()),
        bests=tuple(bests.values()),
    )


def _limits_of(entries: Iterable[Salvaged]) -> tuple[Limits, ...]:
    """Return the newest proven limits of each account, made tighter by what cannot be proven."""
    proven: dict[AccountId, Limits] = {}
    doubtful: dict[AccountId, list[Limits]] = {}
    for limits, is_proven in _records(entries, Limits):
        if is_proven:
            proven[limits.account] = limits
            doubtful.pop(limits.account, None)
        else:
            doubtful.setdefault(limits.account, []).append(limits)
    for account, more in doubtful.items():
        for limits in more:
            proven[account] = tighter(proven.get(account, limits), limits)
    return tuple(proven.values())


def _locks_of(entries: Iterable[Salvaged]) -> tuple[LimitsLocked, ...]:
    """Return the lock of each account that holds longest: a lock can only stop something."""
    found: dict[AccountId, LimitsLocked] = {}
    for lock, _ in _records(entries, LimitsLocked):
        known = found.get(lock.account)
        if known is None or (lock.until, _cooling(lock)) >= (known.until, _cooling(known)):
            found[lock.account] = lock
    return tuple(found.values())


def _cooling(lock: LimitsLocked) -> float:
    return 0.0 if lock.cooling_until is None else lock.cooling_until.timestamp()


def _records(entries: Iterable[Salvaged], kind: type[R]) -> Iterator[tuple[R, bool]]:
    """Yield the records of one kind; one that cannot be read is none."""
    for each in entries:
        if each.entry.event == kind.__name__:
            try:
                yield msgspec.json.decode(each.entry.body, type=kind), each.is_proven
            except (msgspec.MsgspecError, ValueError):
                continue


def take_in_salvage(journal: Journal, first: Path) -> None:
    """Put what was saved on record in the journal that began anew, then drop the file.

    Raises JournalError; the file stays then.
    """
    path = salvage_file(first)
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Kept)
    except FileNotFoundError:
        return
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        fault = f"what was saved of the limits cannot be read: {error}"
        kept = Kept(mark=new_mark(), fault=fault, is_complete=False)
    if not any(_is_of(entry, kept.mark) for entry in journal.entries()):
        for record in (*kept.limits, *kept.locks, *kept.days, *kept.bests):
            journal.record(type(record).__name__, record, durable=False)
        lost = RecordLost(
            mark=kept.mark,
            fault=kept.fault,
            proven=kept.proven,
            accounts=tuple(each.account for each in kept.limits),
            is_complete=kept.is_complete,
        )
        journal.record(RecordLost.__name__, lost, durable=True)
    try:
        path.unlink()
    except OSError as error:
        raise JournalError(f"{path} cannot be removed: {error}") from error


def _is_of(entry: Entry, mark: str) -> bool:
    return entry.event == RecordLost.__name__ and mark.encode() in entry.body


class RecordLoss:
    """Knows whether the trader has yet to answer for a loss; until then no entry. Core thread."""

    def __init__(self, journal: JournalPort) -> None:
        self._journal = journal
        self._lost: RecordLost | None = None

    def remembering(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Pass the journal through, and take the newest loss that nobody has acknowledged."""
        for entry in entries:
            if entry.event == RecordLost.__name__:
                lost = msgspec.json.decode(entry.body, type=RecordLost)
                self._lost = None if lost.is_complete else lost
            elif entry.event == LossAcknowledged.__name__:
                self._lost = None
            yield entry

    @property
    def words(self) -> str:
        """What may be missing, for the trader to acknowledge; "" where nothing is."""
        lost = self._lost
        if lost is None:
            return ""
        known = ", ".join(map(masked, lost.accounts))
        limits = (
            f"The limits of {known} go on as they could be read; the limits file cannot loosen them."
            if known
            else "No limits could be read: those of the limits file count."
        )
        return (
            f"The record of orders was damaged ({lost.fault}). Its first {lost.proven:,} entries "
            f"are proven. {limits} What was changed after that may be missing: tighter limits, a "
            "lock until the next session, losses of earlier days, and orders."
        )

    def why_not_active(self) -> str:
        """Say why entries cannot be allowed yet, "" where they can."""
        if self._lost is None:
            return ""
        return "The record of orders was damaged: acknowledge what may be missing first."

    def acknowledge(self) -> str:
        """Put on record that the trader answers for it; return why not, or "". Raises JournalError."""
        if self._lost is None:
            return "There is no loss to acknowledge."
        done = LossAcknowledged(mark=self._lost.mark)
        self._journal.record(LossAcknowledged.__name__, done, durable=True)
        self._lost = None
        return ""
