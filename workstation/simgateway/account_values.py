"""Account figures under the names the protocol uses.

Source: the account-summary tags of the official client, tws-wire.md 2.5 (6, 63, 73).
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from workstation.simgateway.accounts import ZERO
from workstation.simgateway.balances import Balances, Ledger
from workstation.simgateway.messages import money
from workstation.simgateway.requirements import Requirement

Row = tuple[str, str, str]
"""Tag, value, currency."""

LEDGER = "$LEDGER"

_YELLOW, _RED = Decimal("0.10"), Decimal("0.05")
"""Cushion below which an account is warned."""

_RATE_DIGITS = Decimal("0.0000001")


def _money(value: Decimal) -> str:
    return f"{money(value):f}"


def summary_values(balances: Balances) -> dict[str, tuple[str, str]]:
    """Return value and currency of every account-summary tag."""
    amounts = {
        "NetLiquidation": balances.equity,
        "TotalCashValue": balances.cash,
        "SettledCash": balances.cash,
        "AccruedCash": ZERO,
        "BuyingPower": balances.buying_power,
        "EquityWithLoanValue": balances.equity,
        "PreviousEquityWithLoanValue": balances.equity - balances.daily,
        "PreviousDayEquityWithLoanValue": balances.equity - balances.daily,
        "GrossPositionValue": balances.gross_value,
        "RegTEquity": balances.equity,
        "RegTMargin": balances.reg_t,
        "SMA": balances.sma,
        "InitMarginReq": balances.initial_margin,
        "MaintMarginReq": balances.maintenance_margin,
        "AvailableFunds": balances.available_funds,
        "ExcessLiquidity": balances.excess_liquidity,
        **_margins("Full", balances.equity, balances.full),
        **_margins("LookAhead", balances.equity, balances.ahead),
    }
    leverage = balances.gross_value / balances.equity if balances.equity > 0 else ZERO
    plain = {
        "AccountType": "INDIVIDUAL",
        "Cushion": f"{balances.cushion:.6f}",
        "LookAheadNextChange": str(balances.changes_at),
        "HighestSeverity": _severity(balances),
        "DayTradesRemaining": "-1",
        "Leverage": f"{leverage:.2f}",
    }
    values = {tag: (_money(value), "USD") for tag, value in amounts.items()}
    return {tag: (value, "") for tag, value in plain.items()} | values


def _margins(name: str, equity: Decimal, needs: Requirement) -> dict[str, Decimal]:
    """Return the figures of one set of margins, under names that begin alike."""
    return {
        f"{name}InitMarginReq": needs.initial,
        f"{name}MaintMarginReq": needs.maintenance,
        f"{name}AvailableFunds": equity - needs.initial,
        f"{name}ExcessLiquidity": equity - needs.maintenance,
    }


def _severity(balances: Balances) -> str:
    """Return how close to liquidation an account is: 0 well off, 3 about to be liquidated."""
    if not balances.maintenance_margin:
        return "0"
    if balances.excess_liquidity < 0:
        return "3"
    return "2" if balances.cushion < _RED else "1" if balances.cushion < _YELLOW else "0"


def ledger_values(ledger: Ledger) -> dict[str, str]:
    """Return the figures of one currency's ledger."""
    amounts = {
        "CashBalance": ledger.cash,
        "TotalCashBalance": ledger.cash,
        "AccruedCash": ZERO,
        "StockMarketValue": ledger.stocks,
        "OptionMarketValue": ledger.options,
        "FutureOptionValue": ZERO,
        "FuturesPNL": ledger.futures_pnl,
        "NetLiquidationByCurrency": ledger.equity,
        "UnrealizedPnL": ledger.unrealized,
        "RealizedPnL": ledger.realized,
    }
    values = {tag: _money(value) for tag, value in amounts.items()}
    rate = ledger.rate.quantize(_RATE_DIGITS) if ledger.rate != 1 else Decimal("1.00")
    return values | {"ExchangeRate": f"{rate:f}"}


def ledgers_of(balances: Balances) -> dict[str, Ledger]:
    """Return the ledger of each currency, and of all of them in the base currency."""
    found = {one.currency: one for one in balances.ledgers} or {"USD": Ledger(currency="USD")}
    names = ("cash", "stocks", "options", "others", "futures_pnl", "unrealized", "realized")
    sums = {
        name: sum((getattr(one, name) * one.rate for one in found.values()), ZERO) for name in names
    }
    return {"BASE": Ledger(currency="BASE", **sums)} | found


def known_tag(tag: str) -> bool:
    """Return whether an account summary can show a tag."""
    return tag.startswith(LEDGER) or tag in _TAGS


def summary_rows(balances: Balances, tags: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of an account summary."""
    values = summary_values(balances)
    for tag in tags:
        if tag.startswith(LEDGER):
            yield from _ledger_rows(balances, tag)
        elif tag in values:
            value, currency = values[tag]
            yield tag, value, currency


def _ledger_rows(balances: Balances, tag: str) -> Iterator[Row]:
    wanted = tag.removeprefix(LEDGER).removeprefix(":") or "BASE"
    for currency, ledger in ledgers_of(balances).items():
        if wanted in {"ALL", currency}:
            yield from _rows_of(currency, ledger)


def _rows_of(currency: str, ledger: Ledger) -> Iterator[Row]:
    yield "Currency", currency, currency
    for name, value in ledger_values(ledger).items():
        yield name, value, currency


def account_values(account: str, balances: Balances) -> Iterator[Row]:
    """Yield the rows of an account-updates subscription."""
    yield "AccountCode", account, ""
    yield "AccountReady", "true", ""
    for tag, (value, currency) in summary_values(balances).items():
        yield tag, value, currency
    for currency, ledger in ledgers_of(balances).items():
        yield from _rows_of(currency, ledger)


_TAGS = frozenset(
    summary_values(
        Balances(
            cash=ZERO,
            equity=ZERO,
            gross_value=ZERO,
            net_value=ZERO,
            initial_margin=ZERO,
            maintenance_margin=ZERO,
            realized=ZERO,
            unrealized=ZERO,
            daily=ZERO,
        )
    )
)
