"""How much of each limit is used, what the account is exposed to, and what protects it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from workstation.domain.coverage import Coverage
from workstation.domain.ids import AccountId
from workstation.domain.pnl_check import PnlCheck
from workstation.domain.shock_groups import GroupScenario

ORDER_EFFICIENCY = "Order efficiency, today"
OPTION_ORDERS = "Option orders a day, month"
DAY_TRADES = "Day trades, 5 days"
"""Names of what the broker counts of an account; one that it has not told is no row."""


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One limit with its use, in `unit`; a level that does not exist is None."""

    name: str
    used: Decimal
    personal: Decimal | None
    catastrophic: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class ExposureRow:
    """Market values of one group of positions, in the account's currency.

    `kind` says what groups them: symbol, underlying, class, sector, currency, strategy, or
    account for all of them.
    `unvalued` positions have no price or no exchange rate and are missing in the sums.
    """

    kind: str
    name: str
    long: Decimal
    short: Decimal
    unvalued: int = 0

    @property
    def net(self) -> Decimal:
        """Long less short."""
        return self.long - self.short

    @property
    def gross(self) -> Decimal:
        """Long plus short."""
        return self.long + self.short


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a shock of all prices, in percent, would do to the positions; an estimate.

    `volatility` is in percent of itself, `currencies` in percent of the foreign ones against
    the account's own.
    """

    percent: Decimal
    result: Decimal
    volatility: Decimal = Decimal(0)
    currencies: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class TailRisk:
    """Historical one-day value at risk and expected shortfall, as losses; an estimate.

    `confidence` is in percent; `days` is how many days of bars went in, `missing` counts the
    positions without enough of them, which are left out.
    """

    confidence: int
    value_at_risk: Decimal
    expected_shortfall: Decimal
    days: int
    missing: int


@dataclass(frozen=True, slots=True)
class ApplyLimits:
    """Put the edited limits file of an account in force, recorded; answered by Done or Failed."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class LockLimits:
    """Let the limits of an account only get tighter until the next session.

    Nothing takes it back. Answered by Done or Failed.
    """

    account: AccountId


@dataclass(frozen=True, slots=True)
class RiskView:
    """Every limit of an account with its use, and what its positions are exposed to.

    `pending_limits` names each figure of the edited limits file that is not in force yet,
    `unmodelled` the positions that the scenarios leave out. `pnl_checks` compares the day's
    result with the broker's. While the limits are locked `locked_until` says until when and
    `lock_reason` why; until `cooling_until` entries cannot be allowed again. `shock_groups` are
    what moves more or less than the rest in the scenarios; `shock_fault` why their file is of no use.
    """

    account: AccountId
    uses: tuple[LimitUse, ...]
    exposures: tuple[ExposureRow, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    coverages: tuple[Coverage, ...] = ()
    tail: TailRisk | None = None
    pending_limits: tuple[str, ...] = ()
    unmodelled: tuple[str, ...] = ()
    pnl_checks: tuple[PnlCheck, ...] = ()
    locked_until: datetime | None = None
    lock_reason: str = ""
    cooling_until: datetime | None = None
    shock_groups: tuple[GroupScenario, ...] = ()
    shock_fault: str = ""
