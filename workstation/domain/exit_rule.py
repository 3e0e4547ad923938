"""Exit rules: where a stop at the broker should stand by now, as the market has gone.

They only work out a price; the stop stays at the broker, and this program moves it there.
"""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from workstation.domain.ids import ConId, OrderKey
from workstation.domain.order import Side
from workstation.domain.prices import PriceLadder


class ExitKind(StrEnum):
    """How a stop follows a profit."""

    BREAKEVEN = "breakeven"
    """To the entry, once, when the profit is large enough."""

    TRAIL = "trail"
    """Behind the best price, at a distance."""

    STEP = "step trail"
    """A step nearer with each step of profit."""


class ReachUnit(StrEnum):
    """In what a way from the entry is said."""

    TICKS = "ticks"
    PRICE = "in price"
    PERCENT = "% of the entry"
    RISK = "R"
    """Times the way from the entry to where the stop first stood."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A way from a price, in the direction of profit; below 0 against it."""

    amount: Decimal
    unit: ReachUnit

    @property
    def words(self) -> str:
        """Say it."""
        return f"{self.amount:f} {self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRule:
    """One rule for one working stop.

    `side` is the stop's. `entry` is what profit counts from, None for the average cost of the
    position. `first_stop` is where the stop stood when the rule was made. The rule acts from a
    profit of `begins` on, None for at once. `reach` is, of a breakeven, how far beyond the entry
    the stop goes; of a trail, how far behind the best price it stands; of a step trail, how far
    it goes with each profit of `begins`.
    """

    kind: ExitKind
    stop: OrderKey
    con_id: ConId
    symbol: str
    side: Side
    first_stop: Decimal
    begins: Reach | None
    reach: Reach
    entry: Decimal | None = None

    @property
    def fault(self) -> str:
        """Why it could not work, "" where it can."""
        ways = [each for each in (self.begins, self.reach) if each is not None]
        prices = [price for price in (self.first_stop, self.entry) if price is not None]
        if not all(number.is_finite() for number in (*prices, *(way.amount for way in ways))):
            return "Each figure must be a number."
        if self.begins is not None and self.begins.amount <= 0:
            return "The profit from which on it acts must be above 0."
        if self.begins is None and self.kind is not ExitKind.TRAIL:
            return "Enter the profit from which on it acts."
        if self.kind is not ExitKind.BREAKEVEN and self.reach.amount <= 0:
            return "The distance must be above 0."
        return ""

    def why_not_at(self, entry: Decimal, ladder: PriceLadder) -> str:
        """Say why it could not work from this entry, "" where it can."""
        in_risk = ReachUnit.RISK in {self.reach.unit, self.begins and self.begins.unit}
        if in_risk and self._sign * (entry - self.first_stop) <= 0:
            return "The stop stands at the entry or beyond: there is no risk to count in (R)."
        begins = self.length(self.begins, entry, ladder)
        if self.kind is ExitKind.BREAKEVEN and begins <= self.length(self.reach, entry, ladder):
            return "The stop would stand at or beyond the market when the profit is reached."
        return ""

    @property
    def _sign(self) -> int:
        """Give +1 where profit is above the entry: a sale closes."""
        return -self.side.sign

    def length(self, way: Reach | None, entry: Decimal, ladder: PriceLadder) -> Decimal:
        """Return a way as a difference of prices, 0 for none."""
        if way is None:
            return Decimal(0)
        match way.unit:
            case ReachUnit.TICKS:
                return way.amount * ladder.increment_at(entry)
            case ReachUnit.PRICE:
                return way.amount
            case ReachUnit.PERCENT:
                return abs(entry) * way.amount / 100
            case _:
                return abs(entry - self.first_stop) * way.amount

    def profit(self, entry: Decimal, price: Decimal) -> Decimal:
        """Return how far a price is from the entry, above 0 for a profit."""
        return self._sign * (price - entry)

    def to_go(self, entry: Decimal, price: Decimal, ladder: PriceLadder) -> Decimal:
        """Return how much profit is missing until the rule begins to act, 0 or less for none."""
        return self.length(self.begins, entry, ladder) - self.profit(entry, price)

    def better(self, best: Decimal | None, price: Decimal) -> Decimal:
        """Return the better of two prices for the position."""
        return price if best is None or self._sign * (price - best) > 0 else best

    def wanted(self, entry: Decimal, best: Decimal, ladder: PriceLadder) -> Decimal | None:
        """Return where the stop should stand, on the ladder; None for nowhere else yet.

        A trail keeps its distance at least; a breakeven loses nothing.
        """
        if self.to_go(entry, best, ladder) > 0:
            return None
        reach = self._sign * self.length(self.reach, entry, ladder)
        if self.kind is ExitKind.BREAKEVEN:
            return self._towards_profit(entry + reach, ladder)
        if self.kind is ExitKind.TRAIL:
            return self._towards_loss(best - reach, ladder)
        step = self.length(self.begins, entry, ladder)
        if step <= 0:
            return None
        steps = (self.profit(entry, best) / step).to_integral_value(rounding=ROUND_FLOOR)
        return self._towards_loss(self.first_stop + steps * reach, ladder)

    def tightens(self, before: Decimal, after: Decimal) -> bool:
        """Tell whether a stop that moves so comes nearer to the market."""
        return self._sign * (after - before) > 0

    def is_inside(self, stop: Decimal, market: Decimal) -> bool:
        """Tell whether a stop could stand here without leaving at once."""
        return self._sign * (market - stop) > 0

    def _towards_profit(self, price: Decimal, ladder: PriceLadder) -> Decimal:
        return ladder.snap_up(price) if self._sign > 0 else ladder.snap_down(price)

    def _towards_loss(self, price: Decimal, ladder: PriceLadder) -> Decimal:
        return ladder.snap_down(price) if self._sign > 0 else ladder.snap_up(price)


def exit_words(rule: ExitRule) -> str:
    """Say what an exit rule does."""
    begins = "" if rule.begins is None else rule.begins.words
    match rule.kind:
        case ExitKind.BREAKEVEN:
            sign = "+" if rule.reach.amount >= 0 else "−"
            beyond = f" {sign} {abs(rule.reach.amount):f} {rule.reach.unit}"
            where = f"the entry{beyond if rule.reach.amount else ''}"
            return f"at a profit of {begins}: stop of {rule.symbol} to {where}"
        case ExitKind.TRAIL:
            begin = f"from a profit of {begins} on: " if begins else ""
            return f"{begin}stop of {rule.symbol} follows the best price at {rule.reach.words}"
        case _:
            return f"with each profit of {begins}: stop of {rule.symbol} {rule.reach.words} nearer"
