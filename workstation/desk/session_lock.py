"""Limits that cannot be loosened until the next session, and the time to cool down (RK18).

Locked by choice, or because a limit of the day, the week or all days was reached. Tighter limits
are taken at any time, and nothing here stands before an exit.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from workstation.domain.clock import Clock
from workstation.domain.ids import AccountId
from workstation.domain.ports import JournalPort
from workstation.risk.limits import Limits
from workstation.risk.loosening import loosened
from workstation.risk.trading_day import MIDNIGHT, boundary_of
from workstation.storage.journal import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsLocked:
    """The limits of an account stay or get tighter `until` then; on record before it counts.

    `cooling_until` is how long entries cannot be allowed again, None for no such time.
    """

    account: AccountId
    until: datetime
    reason: str
    cooling_until: datetime | None = None


class SessionLock:
    """Keeps what is locked, over restarts too. Core thread."""

    def __init__(
        self, clock: Clock, journal: JournalPort, limits: Callable[[AccountId], Limits | None]
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._limits = limits
        self._locks: dict[AccountId, LimitsLocked] = {}

    def remembering(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Pass the journal through, and take the newest lock of each account from it."""
        for entry in entries:
            if entry.event == LimitsLocked.__name__:
                lock = msgspec.json.decode(entry.body, type=LimitsLocked)
                self._locks[lock.account] = lock
            yield entry

    def lock(self, account: AccountId, reason: str, *, cools: bool = False) -> LimitsLocked:
        """Lock the limits until the next session; a breach also begins the time to cool down.

        Raises JournalError; nothing is locked then.
        """
        now, limits = self._clock.now(), self._limits(account)
        day = boundary_of(MIDNIGHT if limits is None else limits.day_begins)
        until, cooling, known = day.next_session(now), self.cooling_until(account), self.of(account)
        minutes = None if limits is None else limits.cooldown_minutes
        if cools and minutes is not None:
            fresh = now + timedelta(minutes=minutes)
            cooling = fresh if cooling is None else max(cooling, fresh)
        made = LimitsLocked(
            account=account,
            until=until if known is None else max(until, known.until),
            reason=reason,
            cooling_until=cooling,
        )
        self._journal.record(LimitsLocked.__name__, made, durable=True)
        self._locks[account] = made
        return made

    def kept(self) -> tuple[LimitsLocked, ...]:
        """Return the newest lock of each account, over or not."""
        return tuple(self._locks.values())

    def of(self, account: AccountId) -> LimitsLocked | None:
        """Return what locks the limits of an account now."""
        lock = self._locks.get(account)
        return lock if lock is not None and lock.until > self._clock.now() else None

    def cooling_until(self, account: AccountId) -> datetime | None:
        """Return until when entries cannot be allowed again, None where they can."""
        lock = self._locks.get(account)
        until = None if lock is None else lock.cooling_until
        return until if until is not None and until > self._clock.now() else None

    def why_not_active(self) -> str:
        """Say why entries cannot be allowed yet, "" where they can."""
        times = [(self.cooling_until(account), account) for account in self._locks]
        latest = max(((at, account) for at, account in times if at is not None), default=None)
        if latest is None:
            return ""
        reason = self._locks[latest[1]].reason
        return f"Cooling down until {latest[0]:%H:%M} UTC: {reason}. Exits leave at any time."

    def why_not(self, account: AccountId, before: Limits | None, after: Limits) -> str:
        """Say why new limits cannot be taken, "" where they can."""
        lock = self.of(account)
        looser = loosened(before, after) if lock is not None and before is not None else ()
        if lock is None or not looser:
            return ""
        return (
            f"The limits are locked until {lock.until:%Y-%m-%d %H:%M} UTC ({lock.reason}). "
            f"This would loosen them: {'; '.join(looser)}."
        )
