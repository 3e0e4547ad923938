"""Looks each second whether the account as it stands breaks a limit, and says so once (RK20)."""

from collections.abc import Callable

from workstation.desk.limits import Notify
from workstation.domain.ids import AccountId
from workstation.domain.limit_use import LimitUse
from workstation.domain.notice import Severity

DAY_LOSS = "Day's loss"

LATCHES = frozenset(
    {
        DAY_LOSS,
        "Fall from the day's best",
        "Week's loss",
        "Day's profit",
        "Fall from the best of all days",
    }
)
"""Limits that leave only exits once they are reached (R12, R13)."""

Breached = Callable[[AccountId, str, str], None]
"""Takes the account, the name of the limit that latches, and the sentence about it."""


class LimitMonitor:
    """Speaks when a level is crossed, and again only after it was left. Core thread."""

    def __init__(
        self, notify: Notify, reduce_only: Callable[[str], None], breached: Breached
    ) -> None:
        self._breached = breached
        self._notify = notify
        self._reduce_only = reduce_only
        self._broken: dict[tuple[AccountId, str], int] = {}

    def check(self, account: AccountId, uses: tuple[LimitUse, ...], whose: str = "") -> None:
        """Compare every use with its levels; `whose` names an account that is not shown."""
        for use in uses:
            key, level = (account, use.name), _level(use)
            before = self._broken.get(key, 0)
            self._broken[key] = level
            if level > before:
                reason = self._say(use, level, whose)
                if use.name in LATCHES:
                    self._breached(account, use.name, reason)

    def _say(self, use: LimitUse, level: int, whose: str) -> str:
        name = f"{whose}: {use.name}" if whose else use.name
        latches = use.name in LATCHES
        reason = f"{name if whose else name.lower()} reached {_amount(use)}"
        if latches:
            self._reduce_only(reason)
        limit = use.catastrophic if level > 1 else use.personal
        assert limit is not None  # it was reached
        self._notify(
            Severity.ALARM if level > 1 else Severity.WARNING,
            f"{name}: {_amount(use)}, your limit is {limit:,.2f}.",
            effect="Only orders that close a position are sent." if latches else "",
            advice="" if latches else "Nothing is closed by itself.",
        )
        return reason


def _level(use: LimitUse) -> int:
    """Return 2 above the catastrophic limit, 1 above the personal one; a latch counts at it."""
    if use.name in LATCHES:
        most = use.catastrophic
        return 2 if most is not None and use.used >= most else 0
    if use.catastrophic is not None and use.used > use.catastrophic:
        return 2
    return 1 if use.personal is not None and use.used > use.personal else 0


def _amount(use: LimitUse) -> str:
    return f"{use.used:,.2f} {use.unit}".rstrip()
