"""Writes what fills cost, one row a fill, as comma-separated text or as a typed table."""

import csv
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import IO

from workstation.domain.account import masked
from workstation.domain.csv_cell import csv_text
from workstation.domain.execution_quality import HORIZONS, NO_PRICE, FillQuality, MarketSample
from workstation.domain.trading_costs import FillCosts, basis_points, costs_of, money_of
from workstation.domain.typed_table import Kind, TypedColumn, TypedTable

_COSTS = ("spread", "effective", "realized", "against_arrival", "against_mid", "against_vwap")

HEAD = (
    *("time_utc", "account", "symbol", "con_id", "side", "quantity", "price", "currency"),
    *("order_type", "algo", "venue", "order_id", "exec_id"),
    *("arrival_bid", "arrival_ask", "arrival_mid", "bid", "ask", "mid", "vwap", "vwap_of"),
    *(f"mid_{each}s" for each in HORIZONS),
    *_COSTS,
    *(f"mark_out_{each}s" for each in HORIZONS),
    *(f"{each}_bp" for each in _COSTS),
    *(f"mark_out_{each}s_bp" for each in HORIZONS),
    *("against_arrival_money", "commission", "commission_currency", "not_measured"),
)
"""Columns. Prices and costs are per unit as quoted, `_bp` is basis points of the fill's price,
money is in `currency`. A cost above 0 was paid, a mark-out above 0 was gained. `realized` takes
the middle 300 s after the fill."""

_TEXTS = ("account", "symbol", "side", "currency", "order_type", "algo", "venue", "exec_id")
_KINDS = {
    "time_utc": Kind.TIME,
    **dict.fromkeys((*_TEXTS, "vwap_of", "commission_currency", "not_measured"), Kind.TEXT),
    **dict.fromkeys(("con_id", "order_id"), Kind.INTEGER),
    **dict.fromkeys(("quantity", "price", "commission"), Kind.DECIMAL),
}
"""Columns that are not floats, as all that is measured at the market is."""


def write_quality(file: IO[str], fills: Iterable[FillQuality]) -> int:
    """Write fills in RFC 4180 with the accounts masked, and return how many."""
    writer = csv.writer(file)
    writer.writerow(HEAD)
    count = 0
    for count, fill in enumerate(fills, 1):  # noqa: B007 - the number of the last
        writer.writerow(map(_cell, _row(fill)))
    return count


def quality_table(fills: Iterable[FillQuality]) -> TypedTable:
    """Return fills with the accounts masked; floats have all their digits."""
    columns = tuple(TypedColumn(name, _KINDS.get(name, Kind.FLOAT)) for name in HEAD)
    return TypedTable(columns, map(_row, fills))


def _cell(value: object) -> str:
    """Write a value without the noise of a float's last digits, and never as a formula."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, Decimal | int):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return value.isoformat() if isinstance(value, datetime) else csv_text(str(value))


def _row(fill: FillQuality) -> tuple[object, ...]:
    costs, price = costs_of(fill), fill.price
    each = [getattr(costs, name) for name in _COSTS]
    return (
        *_names(fill),
        *_markets(fill),
        *each,
        *costs.mark_outs,
        *(basis_points(value, price) for value in each),
        *(basis_points(value, price) for value in costs.mark_outs),
        *_money(fill, costs),
        faults(fill) or None,
    )


def _names(fill: FillQuality) -> tuple[object, ...]:
    execution, market = fill.execution, fill.market
    return (
        execution.time,
        masked(execution.account),
        execution.symbol,
        execution.con_id,
        execution.side.value,
        execution.quantity,
        execution.price,
        None if market is None else market.currency,
        None if market is None else market.order_type,
        None if market is None else market.algo,
        execution.exchange,
        execution.order_id,
        execution.exec_id,
    )


def _markets(fill: FillQuality) -> tuple[object, ...]:
    market, first = fill.market, fill.mark(HORIZONS[0])
    mids = (mark.market.mid if (mark := fill.mark(each)) else None for each in HORIZONS)
    return (
        *_sample(None if market is None else market.arrival),
        *_sample(None if market is None else market.at_fill),
        None if first is None else first.vwap,
        None if first is None else first.vwap_of,
        *mids,
    )


def _sample(sample: MarketSample | None) -> tuple[float | None, ...]:
    return (None,) * 3 if sample is None else (sample.bid, sample.ask, sample.mid)


def _money(fill: FillQuality, costs: FillCosts) -> tuple[object, ...]:
    paid = fill.commission
    return (
        money_of(fill, costs.against_arrival),
        None if paid is None else paid.commission,
        None if paid is None else paid.currency,
    )


def faults(fill: FillQuality) -> str:
    """Say what was not measured of a fill and why, "" where all was."""
    found: list[str] = [] if fill.price is not None else [f"price {NO_PRICE}"]
    if fill.market is not None:
        found += [f"arrival {fault}" for fault in [fill.market.arrival.fault] if fault]
        found += [f"fill {fault}" for fault in [fill.market.at_fill.fault] if fault]
    found += [f"{each} s {fault}" for each in HORIZONS if (fault := fill.mark_fault(each))]
    return "; ".join(found)
