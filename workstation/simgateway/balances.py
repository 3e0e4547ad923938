"""The figures of an account at one moment, and of each of its currencies."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.simgateway.requirements import INITIAL_MARGIN, NOTHING, Requirement

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What an account has in one currency, in that currency."""

    currency: str
    rate: Decimal = ONE
    """USD for one unit."""

    cash: Decimal = ZERO
    stocks: Decimal = ZERO
    options: Decimal = ZERO
    others: Decimal = ZERO
    futures_pnl: Decimal = ZERO
    unrealized: Decimal = ZERO
    realized: Decimal = ZERO

    @property
    def equity(self) -> Decimal:
        """What all of it is worth."""
        return self.cash + self.stocks + self.options + self.others + self.futures_pnl


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
    ledgers: tuple[Ledger, ...] = ()
    """By currency, the base currency first."""

    reg_t: Decimal = ZERO
    """What Regulation T asks for at the day's end."""

    sma: Decimal = ZERO
    full: Requirement = NOTHING
    """Margins without what the day allows."""

    ahead: Requirement = NOTHING
    """Margins once they change next."""

    changes_at: int = 0
    """When that is, in seconds since 1970; 0 for never."""

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


@dataclass(frozen=True, slots=True)
class Bound:
    """What holdings bind, in USD."""

    initial: Decimal
    maintenance: Decimal
    relief: Decimal
    """What is not bound because one covers another; taken off the other two already."""
