"""Transaction costs of fills, from the market before, at and after each of them.

D is +1 for a purchase and -1 for a sale, P the price of the fill, M(t) the middle of bid and ask.
Prices and results are floats per unit as quoted; a positive cost was paid, a positive mark-out was
gained. None stands where a market was not measured.

Sources: Perold, The Implementation Shortfall (1988) for slippage against arrival; Huang and Stoll,
Dealer versus auction markets (1996) for effective and realised spread and price impact; 17 CFR
242.600(b), definitions of average effective and realised spread, for the factor of two.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from workstation.domain.execution_quality import HORIZONS, FillQuality
from workstation.domain.order import Side

REALIZED_HORIZON = 300
"""Seconds after the fill whose middle the realised spread of the tables takes (five minutes)."""

_BASIS_POINTS = 10_000.0


def slippage(side: Side, price: float, benchmark: float | None) -> float | None:
    """Return D (P - benchmark): what was paid beyond the benchmark, per unit."""
    return None if benchmark is None else side.sign * (price - benchmark)


def effective_spread(side: Side, price: float, mid: float | None) -> float | None:
    """Return 2 D (P - M) with the middle at the fill, per unit; negative inside the other half."""
    paid = slippage(side, price, mid)
    return None if paid is None else 2 * paid


def realized_spread(side: Side, price: float, later_mid: float | None) -> float | None:
    """Return 2 D (P - M') with the middle some time after the fill, per unit."""
    return effective_spread(side, price, later_mid)


def mark_out(side: Side, price: float, later_mid: float | None) -> float | None:
    """Return D (M' - P): what the fill gained, or lost below 0, by then, per unit."""
    return None if later_mid is None else side.sign * (later_mid - price)


def basis_points(value: float | None, price: float | None) -> float | None:
    """Return a value per unit in hundredths of a per cent of the price; None for no such price."""
    return None if value is None or price is None or price <= 0 else _BASIS_POINTS * value / price


@dataclass(frozen=True, slots=True, kw_only=True)
class FillCosts:
    """What one fill cost, per unit as quoted; None where it was not measured.

    `spread` is the quoted spread at the fill. `mark_outs` are by horizon, as in HORIZONS.
    """

    spread: float | None
    effective: float | None
    realized: float | None
    against_arrival: float | None
    against_mid: float | None
    against_vwap: float | None
    mark_outs: tuple[float | None, ...]


def costs_of(fill: FillQuality) -> FillCosts:
    """Work out what a fill cost."""
    side, price = fill.execution.side, fill.price
    if price is None:
        return FillCosts(
            spread=_spread(fill),
            effective=None,
            realized=None,
            against_arrival=None,
            against_mid=None,
            against_vwap=None,
            mark_outs=(None,) * len(HORIZONS),
        )
    market = fill.market
    arrival = None if market is None else market.arrival.mid
    mid = None if market is None else market.at_fill.mid
    marks = {mark.horizon: mark for mark in fill.marks}
    later = {horizon: marks[horizon].market.mid for horizon in marks}
    first = marks.get(HORIZONS[0])
    return FillCosts(
        spread=_spread(fill),
        effective=effective_spread(side, price, mid),
        realized=realized_spread(side, price, later.get(REALIZED_HORIZON)),
        against_arrival=slippage(side, price, arrival),
        against_mid=slippage(side, price, mid),
        against_vwap=slippage(side, price, None if first is None else first.vwap),
        mark_outs=tuple(mark_out(side, price, later.get(each)) for each in HORIZONS),
    )


def _spread(fill: FillQuality) -> float | None:
    market = None if fill.market is None else fill.market.at_fill
    if market is None or market.mid is None or market.bid is None or market.ask is None:
        return None
    return market.ask - market.bid


def money_of(fill: FillQuality, per_unit: float | None) -> float | None:
    """Return a value per unit as money in the contract's currency, None where it is not known."""
    value = None if fill.market is None else fill.market.point_value
    if per_unit is None or value is None:
        return None
    return per_unit * float(value) * float(fill.execution.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A cost over many fills: weighted by their value, in basis points of it, and the sum in money.

    `fills` counts those it was measured of; `points` is None for none of them.
    """

    points: float | None
    money: float
    fills: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityGroup:
    """What the fills of one group cost together; one currency only.

    `value` is price by quantity in money. `commission` sums what is known of it, in the currency
    the broker charged; `commissions` counts those fills.
    """

    name: str
    currency: str
    fills: int
    quantity: Decimal
    value: float
    effective: Mean
    realized: Mean
    against_arrival: Mean
    against_vwap: Mean
    mark_outs: tuple[Mean, ...]
    commission: Decimal
    commissions: int


Naming = Callable[[FillQuality], str]


def groupings(zone: tzinfo | None = None) -> dict[str, Naming]:
    """Return how fills can be grouped; hours are of this zone, of this machine's without one."""
    return {
        "Type": lambda fill: "" if fill.market is None else fill.market.order_type,
        "Algo": lambda fill: "" if fill.market is None else fill.market.algo or "none",
        "Venue": lambda fill: fill.execution.exchange,
        "Hour": lambda fill: f"{fill.execution.time.astimezone(zone):%H}:00",
        "Symbol": lambda fill: fill.execution.symbol,
    }


def grouped(fills: Iterable[FillQuality], name_of: Naming) -> tuple[QualityGroup, ...]:
    """Put fills together by name and currency, sorted; busts and unvalued contracts are left out."""
    groups: dict[tuple[str, str], list[FillQuality]] = {}
    for fill in fills:
        currency = _currency(fill)
        if fill.execution.quantity and currency:
            groups.setdefault((name_of(fill), currency), []).append(fill)
    return tuple(_group(*key, members) for key, members in sorted(groups.items()))


def _currency(fill: FillQuality) -> str:
    return "" if fill.market is None or fill.market.point_value is None else fill.market.currency


def _group(name: str, currency: str, members: list[FillQuality]) -> QualityGroup:
    costs = [costs_of(fill) for fill in members]
    values = [_value(fill) for fill in members]
    paid = [fill.commission.commission for fill in members if fill.commission is not None]

    def mean(of: Callable[[FillCosts], float | None]) -> Mean:
        each = zip(members, values, costs, strict=True)
        sums = [(money_of(fill, of(cost)), value) for fill, value, cost in each]
        known = [(money, value) for money, value in sums if money is not None]
        weighed = sum(money for money, value in known if value > 0)
        points = basis_points(weighed, sum(value for _, value in known))
        return Mean(points=points, money=sum(money for money, _ in known), fills=len(known))

    return QualityGroup(
        name=name,
        currency=currency,
        fills=len(members),
        quantity=sum((fill.execution.quantity for fill in members), Decimal(0)),
        value=sum(values),
        effective=mean(lambda cost: cost.effective),
        realized=mean(lambda cost: cost.realized),
        against_arrival=mean(lambda cost: cost.against_arrival),
        against_vwap=mean(lambda cost: cost.against_vwap),
        mark_outs=tuple(
            mean(lambda cost, place=place: cost.mark_outs[place])  # type: ignore[misc]
            for place in range(len(HORIZONS))
        ),
        commission=sum(paid, Decimal(0)),
        commissions=len(paid),
    )


def _value(fill: FillQuality) -> float:
    """Return what was traded, as money; 0 without a positive price, so it weighs nothing."""
    return max(money_of(fill, fill.price) or 0.0, 0.0)
