"""Looks after a long journal: checks what the start left unchecked, and has snapshots made.

Both are done by processes beside the program, which read only: an order never waits for them.
Source: orders-and-risk.md 3.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import msgspec

from workstation.desk.limits import Notify
from workstation.domain.errors import JournalError
from workstation.domain.notice import Severity
from workstation.domain.ports import Checkpoint, Reactor
from workstation.storage.journal import Journal
from workstation.storage.journal_reader import FROM_THE_FIRST, CheckedSoFar
from workstation.storage.snapshot_file import SnapshotSealed

log = logging.getLogger(__name__)

CHECK_SECONDS = 1.0
NOTE_SECONDS = 30.0
"""How often it is put on record how far a check has come: that much is lost by a crash."""

AGAIN_SECONDS = 600.0
END_SECONDS = 30.0
"""How long the end of the program waits for a snapshot at most."""

VERIFY, SNAPSHOT = "verify", "snapshot"
SOUND, DAMAGED = 0, 1
"""Exit codes of both; any other means that it could not be done."""

SNAPSHOT_EVERY, END_EVERY = 20_000, 5_000
"""A snapshot is made after so many entries, and at the end of the program after fewer."""


@dataclass(frozen=True, slots=True)
class JobEnd:
    """How a process ended, and its last words."""

    code: int
    words: str


class Job(Protocol):
    """A process that reads the journal. Core thread."""

    def wait(self, seconds: float) -> JobEnd | None:
        """Return how it ended, None if it has not after so many seconds."""
        ...

    def so_far(self) -> CheckedSoFar | None:
        """Return how far a check has come, None while it has not said."""
        ...

    def stop(self) -> None:
        """End it; nothing of what it did counts, but what it has checked."""
        ...


StartJob = Callable[[str, CheckedSoFar], Job]
"""Starts VERIFY, from where a check came to, or SNAPSHOT, for the journal that is open.

Raises OSError.
"""


class BeginAnew(Protocol):
    """Does with a damaged journal what a start does. Core thread."""

    def begin(self, fault: str) -> None:
        """Save what limits the trader, set the journal aside, begin anew, and halt."""
        ...


class JournalKeeper:
    """Starts one process at a time and does with the journal what it found. Core thread.

    `anew` sets a damaged journal aside, begins a new one, and halts.
    """

    def __init__(
        self,
        reactor: Reactor,
        journal: Journal,
        start_job: StartJob | None,
        notify: Notify,
        anew: BeginAnew,
        reached: Checkpoint,
    ) -> None:
        self._reactor = reactor
        self._journal = journal
        self._start_job = start_job
        self._notify = notify
        self._anew = anew
        self._reached = reached
        self._job: Job | None = None
        self._what = ""
        self._wait = self._unnoted = 0.0
        self._has_told = False

    def start(self) -> None:
        """Begin to look after it; once what a start needs of the journal was read."""
        self._tidy()
        if self._start_job is None:
            return
        if older := self._journal.unchecked:
            done = min(self._journal.checked.seq, older)
            before = f"; {done:,} of them were checked in sessions before" if done else ""
            self._notify(
                Severity.INFO,
                f"The record of orders was checked from entry {older + 1:,} on; the {older:,} "
                f"before it are being checked in the background{before}.",
            )
        self._look()

    def _tidy(self) -> None:
        self._reactor.call_later(CHECK_SECONDS, self._tidy)
        self._journal.tidy()

    def finish(self) -> None:
        """Have a last snapshot made if much came since the one before; before the journal closes."""
        if self._job is not None and self._what == VERIFY:
            self._note_checked(self._job)
            self._job.stop()
            self._job = None
        if self._job is None and self._is_due(END_EVERY, 50) and not self._journal.unchecked:
            self._begin(SNAPSHOT)
        if self._job is None:
            return
        self._take(self._job.wait(END_SECONDS))
        if self._job is not None:
            self._job.stop()

    def _look(self) -> None:
        self._reactor.call_later(CHECK_SECONDS, self._look)
        if self._job is not None:
            self._take(self._job.wait(0.0))
        self._unnoted += CHECK_SECONDS
        if self._job is not None and self._what == VERIFY and self._unnoted >= NOTE_SECONDS:
            self._note_checked(self._job)
        self._wait = max(self._wait - CHECK_SECONDS, 0.0)
        if self._job is not None or self._wait:
            return
        if self._journal.unchecked:
            self._begin(VERIFY)
        elif self._is_due(SNAPSHOT_EVERY, 20):
            self._begin(SNAPSHOT)

    def _note_checked(self, job: Job) -> None:
        """Put on record how far the check has come; the next session goes on from there."""
        self._unnoted = 0.0
        if (so_far := job.so_far()) is not None:
            self._note(so_far)

    def _note(self, so_far: CheckedSoFar) -> None:
        try:
            self._journal.note_checked(so_far)
        except JournalError as error:
            log.warning("how far the check came is not kept: %s", error)

    def _is_due(self, most: int, share: int) -> bool:
        """Tell whether enough came since the last snapshot to be worth reading all for."""
        sealed = self._journal.sealed_seq
        return self._journal.last_seq - sealed >= max(most, sealed // share)

    def _begin(self, what: str) -> None:
        if self._start_job is None:
            return
        try:
            self._what, self._job = what, self._start_job(what, self._journal.checked)
        except OSError as error:
            self._could_not(what, str(error))

    def _take(self, end: JobEnd | None) -> None:
        if end is None:
            return
        self._job = None
        if end.code == DAMAGED:
            self._set_aside(end.words)
        elif end.code != SOUND:
            self._could_not(self._what, end.words)
        elif self._what == VERIFY:
            self._journal.unchecked = 0
            self._note(FROM_THE_FIRST)  # the next check begins at the first entry again
            found = end.words.partition("\n")[0]
            self._notify(Severity.INFO, f"The whole record of orders was checked: {found}.")
        else:
            self._seal(end.words)

    def _seal(self, words: str) -> None:
        try:
            sealed = msgspec.json.decode(words, type=SnapshotSealed)
            self._reached("before the seal")
            self._journal.seal(sealed)
            self._reached("after the seal")
        except (msgspec.MsgspecError, JournalError) as error:
            self._could_not(SNAPSHOT, str(error))

    def _could_not(self, what: str, why: str) -> None:
        """Try again later. A check that cannot be made must be known, a snapshot is only speed."""
        self._wait = AGAIN_SECONDS
        log.warning("journal %s could not be done: %s", what, why)
        if what == VERIFY and not self._has_told:
            self._has_told = True
            self._notify(
                Severity.WARNING,
                f"The older entries of the record of orders could not be checked yet: {why}",
                effect="What trading rests on was checked at the start. It is tried again.",
                advice="'main.py journal verify' checks them, too.",
            )

    def _set_aside(self, why: str) -> None:
        """Do with a damaged journal what a start does: set it aside, begin anew, halt."""
        fault = why.removeprefix("workstation: ").strip() or "the chain breaks"
        self._anew.begin(fault)
        self._notify(
            Severity.ALARM,
            f"The record of orders was damaged and set aside: {fault}",
            effect="Trading is halted; limits and locks stay. Working orders stay at the broker, and are known here "
            "until the program ends; after that they are read from the broker.",
            advice="Compare every order and position with TWS before you activate trading.",
        )
