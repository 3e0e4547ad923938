"""What a practice account holds and made in ticks: position, result and round trips."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from workstation.matching.practice_orders import PracticeFill


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeTrip:
    """A quantity that one fill opened and another closed; prices in ticks."""

    opened: PracticeFill
    closed: PracticeFill
    size: int

    @property
    def ticks(self) -> int:
        """What one unit made."""
        return (self.closed.price - self.opened.price) * self.opened.sign

    @property
    def risk(self) -> int | None:
        """What one unit stood to lose at the stop of its entry; None where it had none."""
        if self.opened.stop is None:
            return None
        risk = (self.opened.price - self.opened.stop) * self.opened.sign
        return risk if risk > 0 else None


@dataclass(slots=True)
class _Lot:
    fill: PracticeFill
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeResult:
    """Figures in ticks times units; the trips are in the order in which they were closed."""

    position: int
    cost: int
    """Prices of what is held, times their sizes: positive for what was bought."""

    realized: int
    trips: tuple[PracticeTrip, ...]

    @property
    def average(self) -> Decimal | None:
        """The average price of the position in ticks, None without one."""
        return Decimal(self.cost) / self.position if self.position else None

    def unrealized(self, last: int) -> int:
        """Return what closing the position at a price would make."""
        return last * self.position - self.cost


def result_of(fills: Iterable[PracticeFill]) -> PracticeResult:
    """Match fills in their order, first in, first out."""
    lots: deque[_Lot] = deque()
    trips: list[PracticeTrip] = []
    for fill in fills:
        left = fill.size
        while left and lots and lots[0].fill.buys is not fill.buys:
            lot = lots[0]
            size = min(left, lot.left)
            trips.append(PracticeTrip(opened=lot.fill, closed=fill, size=size))
            left -= size
            lot.left -= size
            if not lot.left:
                lots.popleft()
        if left:
            lots.append(_Lot(fill, left))
    return PracticeResult(
        position=sum(lot.left * lot.fill.sign for lot in lots),
        cost=sum(lot.left * lot.fill.sign * lot.fill.price for lot in lots),
        realized=sum(trip.ticks * trip.size for trip in trips),
        trips=tuple(trips),
    )
