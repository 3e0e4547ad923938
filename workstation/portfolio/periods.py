"""Results over more than a day: the week's, and the fall from the best of all days (RK18)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workstation.domain.ids import AccountId
from workstation.risk.limits import LossMeasure

_NONE = Decimal(0)

Key = tuple[AccountId, LossMeasure]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySoFar:
    """A day's result as last seen, and its best, in base currency; the journal's newest counts."""

    account: AccountId
    day: date
    measure: LossMeasure
    pnl: Decimal
    best: Decimal


class Periods:
    """Adds up days. What happened while the program did not run is in no day. Core thread."""

    def __init__(self) -> None:
        self._days: dict[Key, dict[date, DaySoFar]] = {}

    def take(self, day: DaySoFar) -> None:
        """Take a day's newest figures."""
        self._days.setdefault((day.account, day.measure), {})[day.day] = day

    def known(self, account: AccountId, measure: LossMeasure, day: date) -> DaySoFar | None:
        """Return what was last taken of a day."""
        return self._days.get((account, measure), {}).get(day)

    def is_over(self, account: AccountId, measure: LossMeasure, day: date) -> bool:
        """Tell whether a later day has a result: the day is looked at by a clock set back."""
        days = self._days.get((account, measure), {})
        return any(later > day and (each.pnl or each.best) for later, each in days.items())

    def all(self) -> tuple[DaySoFar, ...]:
        """Return the newest figures of every day."""
        return tuple(day for days in self._days.values() for day in days.values())

    def ended_with(self, account: AccountId, measure: LossMeasure, today: date) -> Decimal | None:
        """Return the last result known of the newest day before today, None without one."""
        days = self._days.get((account, measure), {})
        before = max((day for day in days if day < today), default=None)
        return None if before is None else days[before].pnl

    def week(self, account: AccountId, measure: LossMeasure, today: date, pnl: Decimal) -> Decimal:
        """Return the result of the week of today, Monday first, with today's as it is now."""
        week = today.isocalendar()[:2]
        days = self._days.get((account, measure), {}).items()
        return pnl + sum(
            (each.pnl for day, each in days if day < today and day.isocalendar()[:2] == week), _NONE
        )

    def below_best(
        self, account: AccountId, measure: LossMeasure, today: date, pnl: Decimal, best: Decimal
    ) -> Decimal:
        """Return how far the sum of all days is below the best it ever was; never negative."""
        days = self._days.get((account, measure), {})
        total = peak = _NONE
        for day in sorted(each for each in days if each < today):
            peak = max(peak, total + days[day].best)
            total += days[day].pnl
        return max(peak, total + best) - (total + pnl)
