"""What practice came to: commissions, what each round trip made of its risk, and how many won."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workstation.matching.fees import ZERO, Fee
from workstation.matching.practice_account import PracticeResult, PracticeTrip
from workstation.matching.practice_orders import PracticeFill


@dataclass(frozen=True, slots=True)
class Money:
    """What a contract's ticks are worth; all sums are in its currency."""

    tick: Decimal
    per_point: Decimal = Decimal(1)

    def of(self, ticks: int | Decimal) -> Decimal:
        """Return the money of ticks times units."""
        return ticks * self.tick * self.per_point


@dataclass(frozen=True, slots=True)
class TripFigures:
    """One round trip after its commissions."""

    trip: PracticeTrip
    commission: Decimal
    gain: Decimal
    """What it made, its commissions taken off."""

    r: Decimal | None
    """The gain in parts of what the stop of the entry put at risk; None without a stop."""


@dataclass(frozen=True, slots=True)
class PracticeSummary:
    """Figures of all round trips, and the commissions of every fill."""

    trips: tuple[TripFigures, ...] = ()
    commission: Decimal = ZERO
    gross: Decimal = ZERO
    """What the round trips made before commissions."""

    @property
    def net(self) -> Decimal:
        """What they made after all commissions, those of what is still held too."""
        return self.gross - self.commission

    @property
    def won(self) -> int:
        """How many trips made something after their commissions."""
        return sum(1 for each in self.trips if each.gain > 0)

    @property
    def win_rate(self) -> Decimal | None:
        """The part of the trips that won, in per cent; None without any."""
        return Decimal(100 * self.won) / len(self.trips) if self.trips else None

    @property
    def average_r(self) -> Decimal | None:
        """The mean of the trips that had a stop, None where none had one."""
        known = [each.r for each in self.trips if each.r is not None]
        return sum(known, ZERO) / len(known) if known else None

    @property
    def with_r(self) -> int:
        """How many trips had a stop."""
        return sum(1 for each in self.trips if each.r is not None)


def summary_of(
    fills: Sequence[PracticeFill], result: PracticeResult, fee: Fee, money: Money
) -> PracticeSummary:
    """Work the figures out from fills in their order and what they came to."""
    costs = commissions(fills, fee, money)
    of_fill = dict(zip(map(id, fills), costs, strict=True))
    trips = tuple(_figures(trip, of_fill, money) for trip in result.trips)
    return PracticeSummary(trips, sum(costs, ZERO), money.of(result.realized))


def commissions(fills: Iterable[PracticeFill], fee: Fee, money: Money) -> list[Decimal]:
    """Return what each fill adds to the commission of its order."""
    sums: dict[int, tuple[Decimal, Decimal]] = {}
    found: list[Decimal] = []
    for fill in fills:
        size, value = sums.get(fill.order, (ZERO, ZERO))
        now = size + fill.size, value + money.of(fill.price * fill.size)
        found.append(fee.of(*now) - fee.of(size, value))
        sums[fill.order] = now
    return found


def _figures(trip: PracticeTrip, of_fill: dict[int, Decimal], money: Money) -> TripFigures:
    shares = (
        of_fill[id(fill)] * trip.size / fill.size if id(fill) in of_fill else ZERO
        for fill in (trip.opened, trip.closed)
    )
    commission = sum(shares, ZERO)
    gain = money.of(trip.ticks * trip.size) - commission
    risk = trip.risk
    r = gain / money.of(risk * trip.size) if risk else None
    return TripFigures(trip, commission, gain, r)
