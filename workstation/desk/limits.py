"""The limits in force, and what proposes them for an account seen for the first time."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from workstation.domain.account import masked
from workstation.domain.errors import SettingsError
from workstation.domain.ids import AccountId
from workstation.domain.notice import Severity
from workstation.domain.ports import JournalPort
from workstation.risk.limits import MOST, Limits, proposed
from workstation.storage.limits_file import add_limits, read_limits


class Notify(Protocol):
    """Owes the user a sentence."""

    def __call__(
        self, severity: Severity, text: str, *, effect: str = "", advice: str = "", **more: Any
    ) -> None:
        """Say what happened, what it means for orders, and what to do."""
        ...


class LimitsDesk:
    """Reads the file once, at the start. Core thread.

    A file that cannot be used means no limits, and without limits only exits leave.
    """

    def __init__(self, path: Path, journal: JournalPort, notify: Notify) -> None:
        self._path = path
        self._journal = journal
        self._notify = notify
        self._limits: dict[AccountId, Limits] = {}
        self._announced: set[AccountId] = set()
        self.fault = "the account's net liquidation is not known yet"
        self._usable = True
        try:
            self._limits = read_limits(path)
        except SettingsError as error:
            self._usable = False
            self.fault = str(error)

    def of(self, account: AccountId) -> Limits | None:
        """Return the limits of an account, None where none are in force."""
        return self._limits.get(account)

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
        self._announced.add(account)
        limits = self._limits[account]
        self._journal.record("Limits", limits, durable=True)
        self._notify(
            Severity.INFO,
            f"Limits of {masked(account)}: an order above {limits.order_size.personal:,} asks, "
            f"above {limits.order_size.catastrophic:,} is refused; a position above "
            f"{limits.position.personal:,} asks, above {limits.position.catastrophic:,} is refused.",
            advice=f"They are kept in {self._path.name}.",
        )

    def _propose(self, account: AccountId, net_liquidation: Decimal) -> None:
        limits = proposed(account, net_liquidation)
        try:
            add_limits(self._path, limits)
        except (OSError, UnicodeDecodeError) as error:
            self._notify(
                Severity.WARNING,
                f"The limits could not be written to {self._path.name}: {error}.",
                effect="They are in force for this run only.",
            )
        self._limits[account] = limits
