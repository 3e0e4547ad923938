"""What the positions expose the account to, and what they did in the past: labelled estimates."""

import itertools
import math
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter

from workstation.domain.bar import Bar
from workstation.domain.contract import ContractDetails
from workstation.domain.greeks import Greeks
from workstation.domain.ids import ConId
from workstation.domain.limit_use import ExposureRow, TailRisk
from workstation.portfolio.exposures import Book, Holding

LEAST_DAYS = 60
"""Returns of fewer days say nothing about a tail."""

CONFIDENCE = 95

_LINEAR = frozenset({"STK", "FUT", "CASH", "CFD", "CRYPTO"})
_NONE = Decimal(0)

KINDS = ("account", "class", "sector", "currency", "underlying", "symbol")
"""What groups positions, in the order shown."""


AT_A_STEP = 25
"""Positions summed in one step, some 0.2 ms of work."""


def exposure_rows(book: Book) -> Generator[None, None, tuple[ExposureRow, ...]]:
    """Sum long and short values for the account, then by each other kind of group, in steps.

    They are of the positions that are there at the first step, at their values then.
    """
    groups: dict[tuple[str, str], tuple[Decimal, Decimal, int]] = {}
    for number, each in enumerate(tuple(book.holdings.values())):
        if number % AT_A_STEP == AT_A_STEP - 1:
            yield
        for key in (
            ("account", ""),
            ("class", each.sec_type or "unknown"),
            ("currency", each.currency or "unknown"),
            ("sector", each.sector or "not told"),
            ("underlying", each.underlying or each.symbol),
            ("symbol", each.name or each.symbol),
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
    order = {kind: place for place, kind in enumerate(KINDS)}
    ranked = []
    for number, ((kind, name), sums) in enumerate(groups.items()):
        if number % AT_A_STEP == AT_A_STEP - 1:
            yield
        row = ExposureRow(kind, name, *sums)
        ranked.append((order[kind], -row.gross, name, row))
    yield
    ranked.sort(key=itemgetter(0, 1, 2))
    return tuple(row for *_, row in ranked)


Returns = Mapping[date, float]
"""The change of a day's close against the one before, by date: 0.01 is one percent."""


def daily_returns(bars: Sequence[Bar]) -> Returns:
    """Return the change of each day; `bars` are daily, oldest first."""
    found: dict[date, float] = {}
    for before, bar in itertools.pairwise(bars):
        if before.close > 0 and math.isfinite(before.close) and math.isfinite(bar.close):
            found[bar.time.date()] = bar.close / before.close - 1
    return found


@dataclass(frozen=True, slots=True)
class OptionRisk:
    """How an option's position follows its underlying's return, in the account's currency.

    A return r gains `first` x r + `second` x r x r; volatility and time are left as they are.
    """

    underlying: ConId
    first: float
    second: float


def option_risk(
    holding: Holding, details: ContractDetails | None, greeks: Greeks | None, fx: Decimal | None
) -> OptionRisk | None:
    """Take delta and gamma from the broker's model; None where it has not told them."""
    if details is None or greeks is None or fx is None or not details.under_con_id:
        return None
    spot, delta = greeks.underlying_price, greeks.delta
    if spot is None or delta is None:
        return None
    units = float(holding.quantity * details.multiplier / details.price_magnifier * fx)
    second = units * (greeks.gamma or 0.0) * spot * spot / 2
    return OptionRisk(details.under_con_id, units * delta * spot, second)


def tail_risk(
    holdings: Iterable[Holding],
    history: Mapping[ConId, Returns],
    options: Mapping[ConId, OptionRisk] | None = None,
) -> TailRisk | None:
    """Revalue today's positions with each past day's returns; None with too few days.

    Options follow their underlying by delta and gamma. Only days on which every position
    counted has a return go in, so that what moved together still does. Losses are positive; a
    tail that gained is 0.
    """
    known: list[tuple[float, float, Returns]] = []
    missing = 0
    for each in holdings:
        option = (options or {}).get(each.con_id)
        returns = history.get(each.con_id if option is None else option.underlying, {})
        if len(returns) < LEAST_DAYS:
            missing += 1
        elif option is not None:
            known.append((option.first, option.second, returns))
        elif each.value is None or each.sec_type not in _LINEAR:
            missing += 1
        else:
            known.append((float(each.value), 0.0, returns))
    days = set.intersection(*(set(returns) for _, _, returns in known)) if known else set()
    if len(days) < LEAST_DAYS:
        return None
    results = sorted(
        sum(a * returns[day] + b * returns[day] ** 2 for a, b, returns in known) for day in days
    )
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
