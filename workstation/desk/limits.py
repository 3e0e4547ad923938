"""The limits in force, what proposes them, and what changes them: one confirmed action."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import msgspec

from workstation.desk.open_by_choice import OpenByChoice
from workstation.desk.salvage import RecordLoss
from workstation.desk.session_lock import LimitsLocked, SessionLock
from workstation.desk.shock_groups import ShockGroups
from workstation.domain.account import masked
from workstation.domain.clock import Clock
from workstation.domain.errors import SettingsError
from workstation.domain.ids import AccountId
from workstation.domain.limit_profiles import LimitProfileChosen
from workstation.domain.notice import Severity
from workstation.domain.ports import JournalPort
from workstation.risk.limits import MOST, Limits, differences, proposed
from workstation.storage.journal import Entry
from workstation.storage.limits_file import add_limits, put_limits, read_limits


class Notify(Protocol):
    """Owes the user a sentence."""

    def __call__(
        self, severity: Severity, text: str, *, effect: str = "", advice: str = "", **more: Any
    ) -> None:
        """Say what happened, what it means for orders, and what to do."""
        ...


class LimitsDesk:
    """Keeps in force what the journal says, and knows what the file says. Core thread.

    The file of an account that the journal does not know is in force at once. After that new
    figures wait until they are confirmed, and the journal keeps them before they count. A
    file that cannot be used at the start means no limits, and then only exits leave.
    """

    def __init__(self, path: Path, journal: JournalPort, notify: Notify, clock: Clock) -> None:
        self._path = self.file = path
        self.groups = ShockGroups(path.with_name("shocks.toml"))
        self._journal = journal
        self._notify = notify
        self._limits: dict[AccountId, Limits] = {}
        self.lock = SessionLock(clock, journal, self.of)
        self.loss = RecordLoss(journal)
        self.choices = OpenByChoice(journal)
        self._recorded: dict[AccountId, Limits] = {}
        self._announced: set[AccountId] = set()
        self._seen: tuple[int, int] | None = None
        self._in_file: dict[AccountId, Limits] = {}
        self.fault = "the account's net liquidation is not known yet"
        self._usable = True
        try:
            self._limits = read_limits(path)
            self._in_file = dict(self._limits)
        except SettingsError as error:
            self._usable = False
            self.fault = str(error)

    def remembering(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Pass the journal through, and take what it last recorded of each account as in force."""
        known = self.choices.remembering(self.lock.remembering(entries))
        for entry in self.loss.remembering(known):
            if entry.event == Limits.__name__:
                limits = msgspec.json.decode(entry.body, type=Limits)
                self._recorded[limits.account] = limits
            yield entry
        if self._usable:
            self._limits.update(self._recorded)

    def kept(self) -> tuple[tuple[Limits, ...], tuple[LimitsLocked, ...]]:
        """Return what the journal says is in force and locked, for one that begins anew."""
        return tuple(self._recorded.values()), self.lock.kept()

    def why_not_active(self) -> str:
        """Say why entries cannot be allowed yet, "" where they can."""
        return self.loss.why_not_active() or self.lock.why_not_active()

    def of(self, account: AccountId) -> Limits | None:
        """Return the limits of an account, None where none are in force."""
        return self._limits.get(account)

    def pending(self, account: AccountId) -> tuple[str, ...]:
        """Name each figure that the file has and that is not in force, "" for none."""
        self._look_at_file()
        before, after = self._limits.get(account), self._in_file.get(account)
        return differences(before, after) if before is not None and after is not None else ()

    def apply(self, account: AccountId) -> str:
        """Put the file's figures in force; return why not, or "" when done.

        The journal keeps them first: what it cannot keep does not count.
        """
        try:
            limits = read_limits(self._path).get(account)
        except SettingsError as error:
            return str(error)
        if limits is None:
            return f"{self._path.name} has no section for this account."
        if fault := self.lock.why_not(account, self._limits.get(account), limits):
            return fault
        self._journal.record(Limits.__name__, limits, durable=True)
        self._limits[account] = self._recorded[account] = self._in_file[account] = limits
        return ""

    def use(self, limits: Limits, name: str) -> str:
        """Put a named set in force for its account; return why not, or "" when done.

        The journal keeps its name and its figures first; the file follows, and where it cannot
        be written that is said: the next start would show the old figures as waiting.
        """
        account = limits.account
        if self._limits.get(account) is None:
            return "No limits are in force for this account yet."
        if fault := self.lock.why_not(account, self._limits[account], limits):
            return fault
        chosen = LimitProfileChosen(account=account, name=name)
        self._journal.record(LimitProfileChosen.__name__, chosen, durable=True)
        self._journal.record(Limits.__name__, limits, durable=True)
        self._limits[account] = self._recorded[account] = limits
        try:
            put_limits(self._path, limits)
            self._in_file[account] = limits
        except (OSError, SettingsError) as error:
            self._notify(
                Severity.WARNING,
                f"{self._path.name} could not be brought up to date: {error}.",
                effect=f"The limits {name} are in force and on record all the same.",
            )
        return ""

    def ensure(self, account: AccountId, net_liquidation: Decimal) -> None:
        """Propose and keep limits for an account seen for the first time; say what is in force."""
        if account in self._announced:
            return
        if not self._usable:
            self._announced.add(account)
            self._notify(
                Severity.ALARM,
                self.fault,
                effect="Only orders that close a position are sent.",
                advice="Mend or remove the file and restart.",
            )
            return
        if account not in self._limits:
            if not 0 < net_liquidation < MOST:
                self.fault = "the account's net liquidation is not positive"
                return
            self._propose(account, net_liquidation)
        elif account not in self._in_file:
            self._keep(self._limits[account])  # the section was removed; the limits were not
        self._announced.add(account)
        limits = self._limits[account]
        if self._recorded.get(account) != limits:
            self._journal.record(Limits.__name__, limits, durable=True)
            self._recorded[account] = limits
        self._announce(account, limits)

    def _announce(self, account: AccountId, limits: Limits) -> None:
        loss = "off" if limits.daily_loss is None else f"{limits.daily_loss:,}"
        self._notify(
            Severity.INFO,
            f"Limits of {masked(account)}: an order above {limits.order_size.personal:,} asks, "
            f"above {limits.order_size.catastrophic:,} is refused; a position above "
            f"{limits.position.personal:,} asks, above {limits.position.catastrophic:,} is refused; "
            f"the day's loss limit: {loss}.",
            advice=f"They are kept in {self._path.name}.",
        )
        if waiting := self.pending(account):
            self._notify(
                Severity.WARNING,
                f"{self._path.name} was edited: {'; '.join(waiting)}.",
                effect="The limits recorded before stay in force.",
                advice="Confirm the new ones in the risk panel.",
            )

    def _look_at_file(self) -> None:
        """Read the file anew if it changed; while it cannot be used nothing waits."""
        try:
            status = self._path.stat()
        except OSError:
            return
        seen = (status.st_mtime_ns, status.st_size)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self._in_file = read_limits(self._path)
        except SettingsError as error:
            self._in_file = {}
            self._notify(
                Severity.WARNING,
                f"The edited limits cannot be used: {error}",
                effect="The limits recorded before stay in force.",
            )

    def _propose(self, account: AccountId, net_liquidation: Decimal) -> None:
        self._limits[account] = proposed(account, net_liquidation)
        self._keep(self._limits[account])

    def _keep(self, limits: Limits) -> None:
        try:
            add_limits(self._path, limits)
        except (OSError, UnicodeDecodeError) as error:
            self._notify(
                Severity.WARNING,
                f"The limits could not be written to {self._path.name}: {error}.",
                effect="They are in force for this run only.",
            )
