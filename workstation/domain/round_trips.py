"""Which fills opened a position and which closed it: first in, first out."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.execution import Commission, Execution
from workstation.domain.ids import AccountId, ConId


@dataclass(frozen=True, slots=True)
class Fill:
    """The revision of an execution that stands, and its cost once the broker told it."""

    execution: Execution
    commission: Commission | None = None


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A quantity that one fill opened and another closed.

    `points` is what it made for one unit, in the price of the contract; `cost` is the part of
    both commissions that falls on it, in the contract's currency, as far as known. `points` is None
    where one of the fills has no price.
    """

    opened: Execution
    closed: Execution
    quantity: Decimal
    points: Decimal | None
    cost: Decimal

    def gain(self, per_point: Decimal) -> Decimal | None:
        """Return the result after costs, of money per point and unit; None without a price."""
        if self.points is None:
            return None
        return self.points * self.quantity * per_point - self.cost


@dataclass(slots=True)
class _Lot:
    fill: Fill
    left: Decimal


def round_trips(fills: Iterable[Fill]) -> tuple[RoundTrip, ...]:
    """Match the fills of one contract, each account on its own, in the order of their times.

    A fill of which the broker told a realised result closed something; where nothing is known
    that it could have closed, it opened before the record began and makes no round trip.
    """
    open_lots: dict[AccountId, deque[_Lot]] = {}
    trips: list[RoundTrip] = []
    for fill in sorted(fills, key=_when):
        execution = fill.execution
        lots = open_lots.setdefault(execution.account, deque())
        left = execution.quantity
        while left > 0 and lots and lots[0].fill.execution.side is not execution.side:
            lot = lots[0]
            size = min(left, lot.left)
            trips.append(_trip(lot.fill, fill, size))
            left -= size
            lot.left -= size
            if not lot.left:
                lots.popleft()
        if left > 0 and (lots or left < execution.quantity or not _closed_something(fill)):
            lots.append(_Lot(fill, left))
    return tuple(trips)


def _trip(opened: Fill, closed: Fill, size: Decimal) -> RoundTrip:
    first, last = opened.execution, closed.execution
    points = None
    if first.price is not None and last.price is not None:
        points = (last.price - first.price) * first.side.sign
    cost = _share(opened, size) + _share(closed, size)
    return RoundTrip(first, last, size, points, cost)


def _share(fill: Fill, size: Decimal) -> Decimal:
    paid = fill.commission
    return Decimal(0) if paid is None else paid.commission * size / fill.execution.quantity


def _closed_something(fill: Fill) -> bool:
    return fill.commission is not None and bool(fill.commission.realized_pnl)


def _when(fill: Fill) -> tuple[float, str]:
    return fill.execution.time.timestamp(), fill.execution.exec_id


@dataclass(frozen=True, slots=True)
class RequestFills:
    """Ask for every fill of a contract that the record holds; answered by FillsAnswer."""

    con_id: ConId


@dataclass(frozen=True, slots=True)
class FillsAnswer:
    """Fills of a contract in the order of their times, corrections in place of what they corrected."""

    con_id: ConId
    fills: tuple[Fill, ...]
