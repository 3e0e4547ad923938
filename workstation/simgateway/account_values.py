"""Account figures under the names the protocol uses.

Source: the account-summary tags of the official client, tws-wire.md 2.5 (6, 63, 73).
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from workstation.simgateway.accounts import ACCOUNT, ZERO, Balances
from workstation.simgateway.messages import money

Row = tuple[str, str, str]
"""Tag, value, currency."""

LEDGER = "$LEDGER"


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
        "RegTMargin": balances.gross_value / 2,
        "SMA": balances.equity - balances.gross_value / 2,
        "InitMarginReq": balances.initial_margin,
        "MaintMarginReq": balances.maintenance_margin,
        "AvailableFunds": balances.available_funds,
        "ExcessLiquidity": balances.excess_liquidity,
        "FullInitMarginReq": balances.initial_margin,
        "FullMaintMarginReq": balances.maintenance_margin,
        "FullAvailableFunds": balances.available_funds,
        "FullExcessLiquidity": balances.excess_liquidity,
        "LookAheadInitMarginReq": balances.initial_margin,
        "LookAheadMaintMarginReq": balances.maintenance_margin,
        "LookAheadAvailableFunds": balances.available_funds,
        "LookAheadExcessLiquidity": balances.excess_liquidity,
    }
    leverage = balances.gross_value / balances.equity if balances.equity > 0 else ZERO
    plain = {
        "AccountType": "INDIVIDUAL",
        "Cushion": f"{balances.cushion:.6f}",
        "LookAheadNextChange": "0",
        "HighestSeverity": "0",
        "DayTradesRemaining": "-1",
        "Leverage": f"{leverage:.2f}",
    }
    values = {tag: (_money(value), "USD") for tag, value in amounts.items()}
    return {tag: (value, "") for tag, value in plain.items()} | values


def ledger_values(balances: Balances) -> dict[str, str]:
    """Return the figures of one currency's ledger."""
    amounts = {
        "CashBalance": balances.cash,
        "TotalCashBalance": balances.cash,
        "AccruedCash": ZERO,
        "StockMarketValue": balances.net_value,
        "OptionMarketValue": ZERO,
        "FutureOptionValue": ZERO,
        "FuturesPNL": ZERO,
        "NetLiquidationByCurrency": balances.equity,
        "UnrealizedPnL": balances.unrealized,
        "RealizedPnL": balances.realized,
    }
    values = {tag: _money(value) for tag, value in amounts.items()}
    return values | {"ExchangeRate": "1.00"}


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
    wanted = tag.removeprefix(LEDGER).removeprefix(":")
    currencies = {"": ["BASE"], "ALL": ["BASE", "USD"], "USD": ["USD"]}.get(wanted, [])
    for currency in currencies:
        yield "Currency", currency, currency
        for name, value in ledger_values(balances).items():
            yield name, value, currency


def account_values(balances: Balances) -> Iterator[Row]:
    """Yield the rows of an account-updates subscription."""
    yield "AccountCode", ACCOUNT, ""
    yield "AccountReady", "true", ""
    for tag, (value, currency) in summary_values(balances).items():
        yield tag, value, currency
    for currency in ("BASE", "USD"):
        yield "Currency", currency, currency
        for name, value in ledger_values(balances).items():
            yield name, value, currency


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
