"""What the positions would do in a shock, and what they did in the past: labelled estimates."""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from workstation.domain.bar import Bar
from workstation.domain.ids import ConId
from workstation.domain.limit_use import ExposureRow, Scenario, TailRisk
from workstation.portfolio.exposures import Book, Holding

SHOCKS = tuple(Decimal(percent) for percent in (-20, -10, -5, -2, 2, 5, 10, 20))
"""Percent that every price moves at once. Stocks and futures follow it one for one."""

LEAST_DAYS = 60
"""Returns of fewer days say nothing about a tail."""

CONFIDENCE = 95

_LINEAR = frozenset({"STK", "FUT", "CASH", "CFD", "CRYPTO"})
_NONE = Decimal(0)


def exposure_rows(book: Book) -> tuple[ExposureRow, ...]:
    """Sum long and short values for the account, then by class, currency and symbol."""
    groups: dict[tuple[str, str], tuple[Decimal, Decimal, int]] = {}
    for each in book.holdings.values():
        for key in (
            ("account", ""),
            ("class", each.sec_type or "unknown"),
            ("currency", each.currency or "unknown"),
            ("symbol", each.symbol),
        ):
            long, short, unvalued = groups.get(key, (_NONE, _NONE, 0))
            value = each.value
            if value is None:
                unvalued += 1
            elif value > 0:
                long += value
            else:
                short -= value
            groups[key] = (long, short, unvalued)
    order = {"account": 0, "class": 1, "currency": 2, "symbol": 3}
    rows = [ExposureRow(kind, name, *sums) for (kind, name), sums in groups.items()]
    return tuple(sorted(rows, key=lambda row: (order[row.kind], -row.gross, row.name)))


def scenario_grid(holdings: Iterable[Holding]) -> tuple[Scenario, ...]:
    """Return the result of each shock for what follows its price one for one; none without any.

    Options are left out: their answer to a shock needs a model and their volatility.
    """
    values = [x.value for x in holdings if x.value is not None and x.sec_type in _LINEAR]
    if not values:
        return ()
    total = sum(values, _NONE)
    return tuple(Scenario(percent, total * percent / 100) for percent in SHOCKS)


Returns = Mapping[date, float]
"""The change of a day's close against the one before, by date: 0.01 is one percent."""


def daily_returns(bars: Sequence[Bar]) -> Returns:
    """Return the change of each day; `bars` are daily, oldest first."""
    found: dict[date, float] = {}
    for before, bar in itertools.pairwise(bars):
        if before.close > 0 and math.isfinite(before.close) and math.isfinite(bar.close):
            found[bar.time.date()] = bar.close / before.close - 1
    return found


def tail_risk(holdings: Iterable[Holding], history: Mapping[ConId, Returns]) -> TailRisk | None:
    """Revalue today's positions with each past day's returns; None with too few days.

    Only days on which every position counted has a return go in, so that what moved together
    still does. Losses are positive; a tail that gained is 0.
    """
    known: list[tuple[float, Returns]] = []
    missing = 0
    for each in holdings:
        returns = history.get(each.con_id, {})
        if each.value is None or each.sec_type not in _LINEAR or len(returns) < LEAST_DAYS:
            missing += 1
        else:
            known.append((float(each.value), returns))
    days = set.intersection(*(set(returns) for _, returns in known)) if known else set()
    if len(days) < LEAST_DAYS:
        return None
    results = sorted(sum(value * returns[day] for value, returns in known) for day in days)
    tail = results[: max(1, len(results) * (100 - CONFIDENCE) // 100)]
    return TailRisk(
        confidence=CONFIDENCE,
        value_at_risk=_loss(tail[-1]),
        expected_shortfall=_loss(math.fsum(tail) / len(tail)),
        days=len(days),
        missing=missing,
    )


def _loss(result: float) -> Decimal:
    return max(Decimal(str(round(-result, 2))), _NONE)
