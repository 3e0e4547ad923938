"""Whether the broker's own daily figure of an account is of today.

The broker begins its day when it likes: by the reset schedule of TWS, by default one of each
instrument, which no message tells (https://interactivebrokers.github.io/tws-api/pnl.html). Our
day turns at the moment the limits name, so for a while the figure that comes is still of the day
before. It counts for today only once the broker was seen to begin anew.

A day's figure is what positions gained since its beginning plus what was realised since, so it
moves as both do together, and jumps away from them only where it begins anew: by what
it was, against its sign. What was realised changes without a fill only there.
"""

from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.reports import PnlReport
from workstation.risk.facts import exact

_NONE = Decimal(0)
LEAST = Decimal(1)
"""A figure below one unit of money carries nothing over that could matter."""

SAME_SHARE = Decimal("0.05")
"""So near to what yesterday ended with, the first figure of a start is yesterday's."""


@dataclass(frozen=True, slots=True)
class _Told:
    daily: Decimal
    unrealized: Decimal | None
    realized: Decimal | None


@dataclass(frozen=True, slots=True)
class DayMark:
    """How a day was left: what was carried into it, and whether the broker was seen to begin it."""

    carried: Decimal | None
    began: bool


class BrokerDay:
    """Follows the figure of one account. Core thread."""

    def __init__(self) -> None:
        self._told: _Told | None = None
        self._carried: Decimal | None = None
        self._filled = self._began = False

    @property
    def pnl(self) -> Decimal | None:
        """The figure of today; None while none came, or while it is still yesterday's."""
        return None if self._told is None or self.is_of_yesterday else self._told.daily

    @property
    def is_of_yesterday(self) -> bool:
        """Whether the broker has not been seen to begin anew since our day turned."""
        return self._carried is not None

    def filled(self) -> None:
        """Note that something has filled: the next figure may have realised a part."""
        self._filled = True

    def turn(self) -> None:
        """Begin a new day: what the figure is now was made in the last one."""
        self._began = False
        if self._told is not None and abs(self._told.daily) >= LEAST:
            self._carried = self._told.daily

    @property
    def mark(self) -> DayMark:
        """What to come back to, should the machine's clock return to this day."""
        return DayMark(self._carried, self._began)

    def come_back(self, mark: DayMark) -> None:
        """Go on with a day that the machine's clock had left by mistake."""
        self._carried, self._began = mark.carried, mark.began

    def take(self, report: PnlReport, ended_with: Decimal | None = None) -> None:
        """Take what the broker tells; `ended_with` is the last known figure of the day before."""
        daily = exact(report.daily)
        if daily is None:
            return
        told = _Told(daily, exact(report.unrealized), exact(report.realized))
        before, self._told = self._told, told
        filled, self._filled = self._filled, False
        if before is None:
            if ended_with is not None and _is_the_same(daily, ended_with):
                self._carried = daily
        elif self._carried is not None and _begins_anew(before, told, self._carried, filled=filled):
            self._carried, self._began = None, True


def _is_the_same(daily: Decimal, ended_with: Decimal) -> bool:
    return abs(ended_with) >= LEAST and abs(daily - ended_with) <= abs(ended_with) * SAME_SHARE


def _begins_anew(before: _Told, told: _Told, carried: Decimal, *, filled: bool) -> bool:
    """Tell whether the figure jumped by most of what it was, with nothing to explain it."""
    if before.realized and told.realized == 0:
        return True
    explained = _moved(before.unrealized, told.unrealized)
    if filled or not _is_nearer_nothing(before.realized, told.realized):
        explained += _moved(before.realized, told.realized)
    jump = told.daily - before.daily - explained
    enough = max(abs(before.daily) / 2, abs(carried) * SAME_SHARE, LEAST)
    return abs(jump) >= enough and jump * before.daily <= 0


def _moved(before: Decimal | None, after: Decimal | None) -> Decimal:
    return _NONE if before is None or after is None else after - before


def _is_nearer_nothing(before: Decimal | None, after: Decimal | None) -> bool:
    """Tell whether what was realised fell back; gains and losses of others' fills add to it."""
    return before is not None and after is not None and abs(after) < abs(before)
