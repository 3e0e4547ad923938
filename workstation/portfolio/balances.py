"""Money figures of the accounts."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from workstation.domain.account import AccountSummary
from workstation.domain.clock import Clock
from workstation.domain.ids import AccountId
from workstation.domain.reports import AccountValueReport

RATE, CASH = "ExchangeRate", "CashBalance"
"""Tags of the ledger of one currency. Source: account summary, $LEDGER:ALL."""

_FIELDS = {
    "NetLiquidation": "net_liquidation",
    "TotalCashValue": "total_cash",
    "AvailableFunds": "available_funds",
    "ExcessLiquidity": "excess_liquidity",
    "BuyingPower": "buying_power",
    "InitMarginReq": "initial_margin",
    "MaintMarginReq": "maintenance_margin",
    "DayTradesRemaining": "day_trades_remaining",
}


class Balances:
    """Collects the account summary tag by tag. Core thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._summaries: dict[AccountId, AccountSummary] = {}
        self._dirty: set[AccountId] = set()
        self._rates: dict[tuple[AccountId, str], Decimal] = {}
        self._cash: dict[tuple[AccountId, str], Decimal] = {}

    def summary(self, account: AccountId) -> AccountSummary | None:
        """Return the newest figures of an account, None before the first."""
        return self._summaries.get(account)

    def rate(self, account: AccountId, currency: str) -> Decimal | None:
        """Return what one unit of a currency is worth in the account's own; None if not told."""
        return self._rates.get((account, currency))

    def cash(self, account: AccountId) -> dict[str, Decimal]:
        """Return the cash of each currency, in that currency."""
        return {key[1]: amount for key, amount in self._cash.items() if key[0] == account}

    def apply(self, report: AccountValueReport) -> None:
        """Take one tag; an unreadable number makes the figure absent, never zero."""
        field = _FIELDS.get(report.tag)
        if field is None:
            self._apply_ledger(report)
            return
        now = self._clock.now()
        known = self._summaries.get(report.account) or AccountSummary(
            account=report.account, updated_at=now
        )
        self._summaries[report.account] = replace(
            known,
            currency=report.currency or known.currency,
            updated_at=now,
            **{field: _money(report.value)},  # type: ignore[arg-type]
        )
        self._dirty.add(report.account)

    def _apply_ledger(self, report: AccountValueReport) -> None:
        """Take a figure of one currency; a rate that is no price of a currency is none."""
        kept = {RATE: self._rates, CASH: self._cash}.get(report.tag)
        if kept is None or report.currency in {"", "BASE"}:
            return
        figure, key = _money(report.value), (report.account, report.currency)
        if figure is None or (report.tag == RATE and figure <= 0):
            kept.pop(key, None)
        else:
            kept[key] = figure

    def tell(self, account: AccountId) -> None:
        """Publish the figures of an account once more, whether or not they changed."""
        if account in self._summaries:
            self._dirty.add(account)

    @property
    def changed(self) -> bool:
        """Whether anything waits to be published."""
        return bool(self._dirty)

    def take_changed(self) -> tuple[AccountSummary, ...]:
        """Return the figures of each account that changed since the last call."""
        changed, self._dirty = self._dirty, set()
        return tuple(self._summaries[account] for account in changed)


def _money(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal("1e300") else None
