"""Cash, positions, profit and loss, margin and commissions of the simulated account.

All money is USD. Exact identity, whatever trades: equity = starting cash + realized + unrealized.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

ACCOUNT = "SIM0000001"
ACCOUNTS = (ACCOUNT,)
"""Every account a client may trade in; the first is the default."""

CURRENCY = "USD"
STARTING_CASH = Decimal(1_000_000)

COMMISSION_PER_SHARE = Decimal("0.005")
COMMISSION_MINIMUM = Decimal("1.00")
INITIAL_MARGIN = Decimal("0.25")
MAINTENANCE_MARGIN = Decimal("0.20")

_COST_DIGITS = Decimal("0.00000001")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Shares held of one stock; negative when short.

    cost is what the open shares were bought for, commission included; for a short it is
    negative, what they were sold for less commission. realized, day_flow and day_value
    cover the present day.
    """

    con_id: int
    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    realized: Decimal = ZERO
    day_flow: Decimal = ZERO
    """Cash this stock's trades brought in today."""

    day_value: Decimal = ZERO
    """Market value at the start of the day."""

    @property
    def average_cost(self) -> Decimal:
        """Cost of one open share; 0 when flat."""
        return self.cost / self.quantity if self.quantity else ZERO

    def value(self, mark: Decimal) -> Decimal:
        """Return the market value at a mark price."""
        return self.quantity * mark

    def unrealized(self, mark: Decimal) -> Decimal:
        """Return what closing at the mark would realize, before commission."""
        return self.quantity * mark - self.cost

    def daily(self, mark: Decimal) -> Decimal:
        """Return profit and loss since the start of the day."""
        return self.value(mark) - self.day_value + self.day_flow


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """What of the account must survive a restart."""

    cash: Decimal
    realized: Decimal
    """Realized profit and loss since the account began."""

    day: str
    """The running day, yyyymmdd in the exchange's zone."""

    positions: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """Account values at one moment, in USD."""

    cash: Decimal
    equity: Decimal
    gross_value: Decimal
    net_value: Decimal
    initial_margin: Decimal
    maintenance_margin: Decimal
    realized: Decimal
    """Today's."""

    unrealized: Decimal
    daily: Decimal

    @property
    def available_funds(self) -> Decimal:
        """Equity above the initial margin."""
        return self.equity - self.initial_margin

    @property
    def excess_liquidity(self) -> Decimal:
        """Equity above the maintenance margin."""
        return self.equity - self.maintenance_margin

    @property
    def buying_power(self) -> Decimal:
        """Value of stock the available funds can carry."""
        return max(ZERO, self.available_funds / INITIAL_MARGIN)

    @property
    def cushion(self) -> Decimal:
        """Excess liquidity as a fraction of equity."""
        return self.excess_liquidity / self.equity if self.equity > 0 else ZERO


@dataclass(slots=True)
class Account:
    """The one account; changes through fills alone."""

    cash: Decimal = STARTING_CASH
    realized: Decimal = ZERO
    day: str = ""
    positions: dict[int, Position] = field(default_factory=dict)

    @classmethod
    def restored(cls, state: AccountState) -> "Account":
        """Return the account a state file describes."""
        held = {position.con_id: position for position in state.positions}
        return cls(cash=state.cash, realized=state.realized, day=state.day, positions=held)

    def state(self) -> AccountState:
        """Return what must survive a restart."""
        return AccountState(
            cash=self.cash,
            realized=self.realized,
            day=self.day,
            positions=tuple(self.positions[key] for key in sorted(self.positions)),
        )

    def position(self, con_id: int) -> Position:
        """Return the position in a stock, flat when it was never traded."""
        return self.positions.get(con_id) or Position(con_id=con_id)

    def apply_fill(
        self, con_id: int, signed_shares: Decimal, price: Decimal, commission: Decimal
    ) -> Decimal | None:
        """Book one fill; shares are positive for a buy.

        Returns the realized profit or loss, commission included, or None when the fill
        closed nothing.
        """
        old = self.position(con_id)
        closing = ZERO
        if old.quantity * signed_shares < 0:
            closing = min(abs(old.quantity), abs(signed_shares))
        opening = abs(signed_shares) - closing
        sign = Decimal(1) if signed_shares > 0 else Decimal(-1)
        closing_fee = (commission * closing / abs(signed_shares)).quantize(_COST_DIGITS)
        removed = ZERO
        if closing == abs(old.quantity):
            removed = old.cost
        elif closing:
            removed = (old.cost * closing / abs(old.quantity)).quantize(_COST_DIGITS)
        realized = -sign * closing * price - removed - closing_fee if closing else ZERO
        flow = -signed_shares * price - commission
        added = sign * opening * price + (commission - closing_fee)
        self.cash += flow
        self.realized += realized
        self.positions[con_id] = replace(
            old,
            quantity=old.quantity + signed_shares,
            cost=old.cost - removed + added,
            realized=old.realized + realized,
            day_flow=old.day_flow + flow,
        )
        return realized if closing else None

    def roll_day(self, day: str, marks: Mapping[int, Decimal]) -> None:
        """Begin a new day: daily and realized figures start over, flat stocks are dropped."""
        self.day = day
        self.positions = {
            con_id: replace(p, realized=ZERO, day_flow=ZERO, day_value=p.value(marks[con_id]))
            for con_id, p in self.positions.items()
            if p.quantity
        }

    def balances(self, marks: Mapping[int, Decimal]) -> Balances:
        """Return the account values at the given mark prices."""
        held = [(p, marks[p.con_id]) for p in self.positions.values()]
        net = sum((p.value(mark) for p, mark in held), ZERO)
        gross = sum((abs(p.value(mark)) for p, mark in held), ZERO)
        return Balances(
            cash=self.cash,
            equity=self.cash + net,
            gross_value=gross,
            net_value=net,
            initial_margin=gross * INITIAL_MARGIN,
            maintenance_margin=gross * MAINTENANCE_MARGIN,
            realized=sum((p.realized for p, _ in held), ZERO),
            unrealized=sum((p.unrealized(mark) for p, mark in held), ZERO),
            daily=sum((p.daily(mark) for p, mark in held), ZERO),
        )


def commission_for(shares: Decimal) -> Decimal:
    """Return the commission of an order of which so many shares have filled.

    Fixed pricing: 0.005 USD a share, 1.00 USD at least.
    """
    if shares <= 0:
        return ZERO
    return max(COMMISSION_MINIMUM, shares * COMMISSION_PER_SHARE)
