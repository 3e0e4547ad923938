"""Groups, algorithms, conditions and adjustable stops, written for the broker's library."""

from datetime import UTC, datetime
from decimal import Decimal

from ibapi.const import UNSET_DOUBLE, UNSET_INTEGER
from ibapi.order import Order as IbOrder
from ibapi.order_condition import (
    ExecutionCondition,
    MarginCondition,
    OrderCondition,
    PercentChangeCondition,
    PriceCondition,
    TimeCondition,
    VolumeCondition,
)
from ibapi.tag_value import TagValue

from workstation.domain.hedge import Hedge
from workstation.domain.order import OrderTerms
from workstation.domain.order_extras import Adjustment, Condition, ConditionKind, Conditions

_PERCENT_UNIT = 100
"""adjustableTrailingUnit of a trail in per cent; 0 is an amount."""


def write_extras(ib: IbOrder, terms: OrderTerms) -> None:
    """Write what an order carries beside itself; what it does not carry is said to be absent."""
    ib.ocaGroup = "" if terms.oca is None else terms.oca.name
    ib.ocaType = 0 if terms.oca is None else int(terms.oca.oca_type)
    ib.algoStrategy, ib.algoParams = "", None
    if terms.algo is not None:
        ib.algoStrategy = terms.algo.strategy
        params = [TagValue(tag, value) for tag, value in terms.algo.params]
        setattr(ib, "algoParams", params)  # noqa: B010 - begins as None
    ib.includeOvernight = terms.include_overnight
    _write_conditions(ib, terms.conditions)
    _write_adjustment(ib, terms.adjustment)
    _write_hedge(ib, terms.hedge)


def _write_conditions(ib: IbOrder, conditions: Conditions | None) -> None:
    ib.conditions = [] if conditions is None else [_condition(each) for each in conditions.each]
    ib.conditionsCancelOrder = conditions is not None and conditions.cancels
    ib.conditionsIgnoreRth = conditions is not None and conditions.ignores_rth


def _condition(one: Condition) -> OrderCondition:
    """Build one condition. Raises ValueError where what it compares with is missing."""
    ib = _BUILDERS[one.kind](one)
    ib.isConjunctionConnection = one.joins_and
    return ib


def _price(one: Condition) -> OrderCondition:
    method = int(one.trigger_method)
    return PriceCondition(method, one.con_id, one.exchange, one.is_more, float(_value(one)))


def _time(one: Condition) -> OrderCondition:
    if one.time is None:
        raise ValueError("a time condition without a time")
    return TimeCondition(one.is_more, moment(one.time))


def _margin(one: Condition) -> OrderCondition:
    return MarginCondition(one.is_more, _plain(_value(one)))


def _execution(one: Condition) -> OrderCondition:
    return ExecutionCondition(one.sec_type, one.exchange, one.symbol)


def _volume(one: Condition) -> OrderCondition:
    return VolumeCondition(one.con_id, one.exchange, one.is_more, int(_value(one)))


def _change(one: Condition) -> OrderCondition:
    return PercentChangeCondition(one.con_id, one.exchange, one.is_more, float(_value(one)))


_BUILDERS = {
    ConditionKind.PRICE: _price,
    ConditionKind.TIME: _time,
    ConditionKind.MARGIN: _margin,
    ConditionKind.EXECUTION: _execution,
    ConditionKind.VOLUME: _volume,
    ConditionKind.PERCENT_CHANGE: _change,
}


def _value(one: Condition) -> Decimal:
    if one.value is None:
        raise ValueError(f"a {one.kind.name.lower()} condition without a value")
    return one.value


def _plain(value: Decimal) -> float:
    """Return whole numbers whole: the margin cushion is one on the wire."""
    return int(value) if value == value.to_integral_value() else float(value)


def _write_adjustment(ib: IbOrder, adjustment: Adjustment | None) -> None:
    ib.adjustedOrderType = "" if adjustment is None else adjustment.becomes.value
    ib.triggerPrice = UNSET_DOUBLE if adjustment is None else float(adjustment.trigger_price)
    ib.adjustedStopPrice = ib.adjustedStopLimitPrice = ib.adjustedTrailingAmount = UNSET_DOUBLE
    ib.adjustableTrailingUnit = 0
    if adjustment is None:
        return
    ib.adjustedStopPrice = number(adjustment.stop_price)
    ib.adjustedStopLimitPrice = number(adjustment.limit_price)
    ib.adjustedTrailingAmount = number(adjustment.trail_amount)
    ib.adjustableTrailingUnit = _PERCENT_UNIT if adjustment.trails_by_percent else 0


def _write_hedge(ib: IbOrder, hedge: Hedge | None) -> None:
    ib.hedgeType = "" if hedge is None else hedge.kind.value
    ib.hedgeParam = "" if hedge is None or hedge.ratio is None else f"{hedge.ratio:f}"
    ib.hedgeMaxSize = UNSET_INTEGER
    ib.dontUseAutoPriceForHedge = False


def number(value: Decimal | None) -> float:
    """Return the wire's double, the broker's unset mark for None."""
    return UNSET_DOUBLE if value is None else float(value)


def moment(time: datetime | None) -> str:
    """Write a time in UTC, which the broker tells by the dash; "" for none."""
    return "" if time is None else time.astimezone(UTC).strftime("%Y%m%d-%H:%M:%S")
