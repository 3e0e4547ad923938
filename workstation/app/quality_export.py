"""Writes what fills cost as comma-separated text: one line a fill."""

import csv
from collections.abc import Iterable
from typing import IO

from workstation.domain.account import masked
from workstation.domain.csv_cell import csv_text
from workstation.domain.execution_quality import HORIZONS, NO_PRICE, FillQuality, MarketSample
from workstation.domain.trading_costs import FillCosts, basis_points, costs_of, money_of

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


def write_quality(file: IO[str], fills: Iterable[FillQuality]) -> int:
    """Write fills in RFC 4180 with the accounts masked, and return how many."""
    writer = csv.writer(file)
    writer.writerow(HEAD)
    count = 0
    for count, fill in enumerate(fills, 1):  # noqa: B007 - the number of the last
        writer.writerow(_row(fill))
    return count


def _row(fill: FillQuality) -> tuple[str, ...]:
    costs, price = costs_of(fill), fill.price
    each = [getattr(costs, name) for name in _COSTS]
    return (
        *_names(fill),
        *_markets(fill),
        *map(_number, each),
        *map(_number, costs.mark_outs),
        *(_number(basis_points(value, price)) for value in each),
        *(_number(basis_points(value, price)) for value in costs.mark_outs),
        *_money(fill, costs),
        csv_text(faults(fill)),
    )


def _names(fill: FillQuality) -> tuple[str, ...]:
    execution, market = fill.execution, fill.market
    return (
        execution.time.isoformat(),
        csv_text(masked(execution.account)),
        csv_text(execution.symbol),
        str(execution.con_id),
        execution.side.value,
        f"{execution.quantity:f}",
        "" if execution.price is None else f"{execution.price:f}",
        "" if market is None else csv_text(market.currency),
        "" if market is None else csv_text(market.order_type),
        "" if market is None else csv_text(market.algo),
        csv_text(execution.exchange),
        str(execution.order_id),
        csv_text(execution.exec_id),
    )


def _markets(fill: FillQuality) -> tuple[str, ...]:
    market, first = fill.market, fill.mark(HORIZONS[0])
    mids = (mark.market.mid if (mark := fill.mark(each)) else None for each in HORIZONS)
    return (
        *_sample(None if market is None else market.arrival),
        *_sample(None if market is None else market.at_fill),
        _number(None if first is None else first.vwap),
        "" if first is None else first.vwap_of,
        *map(_number, mids),
    )


def _sample(sample: MarketSample | None) -> tuple[str, str, str]:
    if sample is None:
        return "", "", ""
    return _number(sample.bid), _number(sample.ask), _number(sample.mid)


def _money(fill: FillQuality, costs: FillCosts) -> tuple[str, str, str]:
    paid = fill.commission
    return (
        _number(money_of(fill, costs.against_arrival)),
        "" if paid is None else f"{paid.commission:f}",
        "" if paid is None else csv_text(paid.currency),
    )


def faults(fill: FillQuality) -> str:
    """Say what was not measured of a fill and why, "" where all was."""
    found: list[str] = [] if fill.price is not None else [f"price {NO_PRICE}"]
    if fill.market is not None:
        found += [f"arrival {fault}" for fault in [fill.market.arrival.fault] if fault]
        found += [f"fill {fault}" for fault in [fill.market.at_fill.fault] if fault]
    found += [f"{each} s {fault}" for each in HORIZONS if (fault := fill.mark_fault(each))]
    return "; ".join(found)


def _number(value: float | None) -> str:
    """Write a float without the noise of its last digits."""
    return "" if value is None else f"{value:.10g}"
