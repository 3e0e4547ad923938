"""Orders as the broker holds them, with all of their terms, from what its library decoded.

A further term that cannot be read is left out.
"""

import math
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from workstation.broker.from_ib import (
    optional_decimal,
    optional_perm_id,
    optional_ref,
    side_of,
    time_of,
)
from workstation.domain.ats import AtsTerms
from workstation.domain.combo import ComboLeg
from workstation.domain.hedge import Hedge, HedgeKind
from workstation.domain.ids import AccountId, ClientId, ConId, OrderId
from workstation.domain.order import OrderTerms, Tif
from workstation.domain.order_extras import (
    AdjustedType,
    Adjustment,
    Algo,
    Condition,
    ConditionKind,
    Conditions,
    OcaGroup,
    OcaType,
    TriggerMethod,
)
from workstation.domain.reports import OpenOrderReport

_STOPS = frozenset({"STP", "STP LMT", "STP PRT", "MIT", "LIT"})
"""Kinds whose auxPrice is a trigger; of a trail it is the distance, of a peg the offset."""

_GIVEN_LIMIT = frozenset({"MTL", "MKT PRT", "STP PRT", "SNAP MID", "SNAP MKT", "SNAP PRIM"})
"""Kinds without a limit of their own, to which the broker gives one once it knows the price."""

_LIMITS = frozenset({"LIT", "LOC", "REL", "PEG MID", "MIDPRICE", "PEG BEST"}) | _GIVEN_LIMIT
"""Kinds whose lmtPrice is a limit or a cap, beside those that have LMT in their name."""

_TRAILS = frozenset({"TRAIL", "TRAIL LIMIT"})
_PEGS = frozenset({"REL", "PEG MID", "SNAP MID", "SNAP MKT", "SNAP PRIM"})
_VALUES = {
    ConditionKind.PRICE: "price",
    ConditionKind.MARGIN: "percent",
    ConditionKind.VOLUME: "volume",
    ConditionKind.PERCENT_CHANGE: "changePercent",
}

_MINUTES = Tif.MINUTES.value
"""The broker writes times in force in capitals, and this one so; whichever comes is understood."""

E = TypeVar("E", bound=Enum)


def open_order_of(
    order_id: int, contract: Any, order: Any, state: Any, *, completed: bool = False
) -> OpenOrderReport:
    """Translate openOrder and completedOrder."""
    filled = optional_decimal(getattr(order, "filledQuantity", None))
    quantity = optional_decimal(order.totalQuantity) or Decimal(0)
    return OpenOrderReport(
        order_id=OrderId(order_id),
        client_id=ClientId(order.clientId),
        perm_id=optional_perm_id(order.permId),
        order_ref=optional_ref(order.orderRef),
        account=AccountId(order.account),
        con_id=ConId(contract.conId),
        symbol=contract.symbol,
        side=side_of(order.action),
        quantity=quantity or filled or Decimal(0),
        order_type=order.orderType,
        limit_price=_limit_of(order),
        tif=_MINUTES if order.tif.upper() == _MINUTES.upper() else order.tif,
        outside_rth=bool(order.outsideRth),
        status=state.status,
        what_if=bool(order.whatIf),
        completed=completed,
        stop_price=optional_decimal(order.auxPrice) if order.orderType in _STOPS else None,
        parent_id=OrderId(order.parentId) if order.parentId > 0 else None,
        oca_group=order.ocaGroup or "",
        oca_type=order.ocaType,
        sec_type=contract.secType,
        terms=terms_of(order),
        legs=_legs(contract),
        filled=filled if completed else None,
        cash_quantity=optional_decimal(order.cashQty) or None,
    )


def _legs(contract: Any) -> tuple[ComboLeg, ...]:
    """Return the legs of a combination; one that is sold with it has a ratio below 0."""
    return tuple(
        ComboLeg(
            con_id=ConId(each.conId),
            ratio=each.ratio if each.action == "BUY" else -each.ratio,
            exchange=each.exchange,
        )
        for each in contract.comboLegs or ()
    )


def _limit_of(order: Any) -> Decimal | None:
    """Return the limit; a pegged order without a cap is echoed with a cap of 0."""
    limit = optional_decimal(order.lmtPrice)
    if "LMT" in order.orderType:
        return limit
    return (limit or None) if order.orderType in _LIMITS else None


def terms_of(order: Any) -> OrderTerms:
    """Read the further terms of openOrder and completedOrder.

    What the broker fills in of itself is no term of the order: the group of a bracket's exits,
    and the stop that every order echoes and only a trail has.
    """
    kind, aux = order.orderType, _positive(order.auxPrice)
    trails = kind in _TRAILS
    percent = _positive(order.trailingPercent) if trails else None
    return OrderTerms(
        trail_amount=aux if trails and percent is None else None,
        trail_percent=percent,
        trail_stop=_positive(order.trailStopPrice) if trails else None,
        limit_offset=optional_decimal(order.lmtPriceOffset) if kind == "TRAIL LIMIT" else None,
        peg_offset=aux if kind in _PEGS else None,
        display_size=_positive(order.displaySize),
        discretionary_amount=_positive(order.discretionaryAmt),
        hidden=bool(order.hidden),
        all_or_none=bool(order.allOrNone),
        trigger_method=_member(TriggerMethod, order.triggerMethod) or TriggerMethod.DEFAULT,
        good_after=time_of(order.goodAfterTime or ""),
        good_till=time_of(order.goodTillDate or ""),
        include_overnight=bool(getattr(order, "includeOvernight", False)),
        oca=_group(order),
        algo=_algo(order),
        conditions=_conditions(order),
        adjustment=_adjustment(order),
        hedge=_hedge(order),
        sweeps=bool(getattr(order, "sweepToFill", False)),
        minutes=_positive(getattr(order, "duration", None)),
        ats_seconds=_positive(getattr(order, "postToAts", None)),
        ats=_ats(order),
    )


def _positive(value: object) -> Decimal | None:
    number = optional_decimal(value)
    return number if number is not None and number > 0 else None


def _member(kind: type[E], value: object) -> E | None:
    try:
        return kind(value)
    except ValueError:
        return None


def _group(order: Any) -> OcaGroup | None:
    if not order.ocaGroup or order.parentId > 0:
        return None
    oca_type = _member(OcaType, order.ocaType) or OcaType.REDUCE_UNBLOCKED
    return OcaGroup(name=order.ocaGroup, oca_type=oca_type)


def _algo(order: Any) -> Algo | None:
    if not order.algoStrategy:
        return None
    params = tuple((str(each.tag), str(each.value)) for each in order.algoParams or ())
    return Algo(strategy=order.algoStrategy, params=params)


def _conditions(order: Any) -> Conditions | None:
    found = [_condition(each) for each in order.conditions or ()]
    each = tuple(one for one in found if one is not None)
    if not each:
        return None
    return Conditions(
        each=each,
        cancels=bool(order.conditionsCancelOrder),
        ignores_rth=bool(order.conditionsIgnoreRth),
    )


def _condition(ib: Any) -> Condition | None:
    kind = _member(ConditionKind, getattr(ib, "condType", None))
    if kind is None:
        return None
    name = _VALUES.get(kind)
    number = getattr(ib, "conId", None)
    method = _member(TriggerMethod, getattr(ib, "triggerMethod", 0))
    return Condition(
        kind=kind,
        joins_and=bool(ib.isConjunctionConnection),
        is_more=bool(getattr(ib, "isMore", True)),
        value=optional_decimal(getattr(ib, name)) if name is not None else None,
        time=time_of(ib.time or "") if kind is ConditionKind.TIME else None,
        con_id=ConId(number) if number else None,
        exchange=getattr(ib, "exchange", "") or "",
        symbol=getattr(ib, "symbol", "") or "",
        sec_type=getattr(ib, "secType", "") or "",
        trigger_method=method or TriggerMethod.DEFAULT,
    )


def _hedge(order: Any) -> Hedge | None:
    kind = _member(HedgeKind, getattr(order, "hedgeType", ""))
    if kind is None:
        return None
    _, _, value = str(getattr(order, "hedgeParam", "") or "").rpartition("=")
    ratio = _written_number(value.strip()) if kind.takes_ratio else None
    return Hedge(kind=kind, ratio=ratio)


def _written_number(words: str) -> Decimal | None:
    try:
        return optional_decimal(Decimal(words))
    except ArithmeticError:
        return None


def _ats(order: Any) -> AtsTerms | None:
    competes = order.orderType == "PEG BEST"
    follows = competes or order.orderType == "PEG MID"
    beyond = getattr(order, "competeAgainstBestOffset", None) if competes else None
    to_middle = isinstance(beyond, float) and math.isinf(beyond)
    terms = AtsTerms(
        least_trade=_positive(getattr(order, "minTradeQty", None)),
        least_rival=_positive(getattr(order, "minCompeteSize", None)),
        beyond_best=None if to_middle else optional_decimal(beyond),
        to_middle=to_middle,
        whole_offset=optional_decimal(order.midOffsetAtWhole) if follows else None,
        half_offset=optional_decimal(order.midOffsetAtHalf) if follows else None,
    )
    return None if terms == AtsTerms() else terms


def _adjustment(order: Any) -> Adjustment | None:
    becomes = _member(AdjustedType, order.adjustedOrderType)
    trigger = optional_decimal(order.triggerPrice)
    if becomes is None or trigger is None:
        return None
    return Adjustment(
        trigger_price=trigger,
        becomes=becomes,
        stop_price=optional_decimal(order.adjustedStopPrice),
        limit_price=optional_decimal(order.adjustedStopLimitPrice),
        trail_amount=optional_decimal(order.adjustedTrailingAmount),
        trails_by_percent=order.adjustableTrailingUnit == 100,
    )
