"""From a placeOrder request that was found in order to the terms the desk works with."""

from dataclasses import replace
from decimal import Decimal

from workstation.simgateway.accounts import ACCOUNT
from workstation.simgateway.hedges import factor as hedge_factor
from workstation.simgateway.instruments import Instrument, LegTerms
from workstation.simgateway.order_kinds import KINDS, SPELLINGS, Aux, Kind, Limit
from workstation.simgateway.order_parts import EXECUTION, TIME, ConditionRequest
from workstation.simgateway.order_request import PlaceRequest
from workstation.simgateway.order_times import moment
from workstation.simgateway.orders import Adjustment, Ats, Condition, Hedge, Options, OrderTerms


def order_type(text: str) -> str:
    """Return an order type as the gateway spells it."""
    return SPELLINGS.get(text, text)


def terms_of(request: PlaceRequest, instrument: Instrument) -> OrderTerms:
    """Return the terms of a request that the checks have passed."""
    kind = KINDS[order_type(request.order_type)]
    plain = OrderTerms(
        con_id=instrument.con_id,
        exchange=request.contract.exchange,
        side=request.side,
        quantity=Decimal(0) if request.hedge_type else request.quantity or Decimal(0),
        order_type=order_type(request.order_type),
        limit_price=_limit(request, kind),
        stop_price=request.stop_price if kind.aux is Aux.TRIGGER else None,
        parent_id=request.parent_id,
        oca_group=request.oca_group,
        oca_type=request.oca_type if request.oca_type in {1, 2} else 3,
        tif=request.tif or "DAY",
        account=request.account or ACCOUNT,
        order_ref=request.order_ref,
        open_close=request.open_close,
        model_code=request.model_code,
        origin=request.origin,
        outside_rth=request.outside_rth,
        transmit=request.transmit,
        trigger_method=request.trigger_method,
        display_size=request.display_size or 0,
        liquidates=request.liquidates,
        combo_symbol=instrument.symbol if instrument.legs else "",
        legs=tuple(LegTerms(con_id=leg.con_id, ratio=leg.ratio) for leg in instrument.legs),
    )
    return _with_extras(_with_trail(plain, request, kind), request, instrument.time_zone)


def _limit(request: PlaceRequest, kind: Kind) -> Decimal | None:
    """Return the limit; that of a TRAIL LIMIT comes only with its stop."""
    if kind.limit is Limit.NONE or kind.trails:
        return None
    return request.limit_price or None


def _with_trail(terms: OrderTerms, request: PlaceRequest, kind: Kind) -> OrderTerms:
    """Add the distances of what trails or is pegged."""
    trails_to_limit = kind.trails and kind.limit is Limit.OPTIONAL
    return replace(
        terms,
        offset=_offset(request, kind),
        trailing_percent=(request.trailing_percent or None) if kind.trails else None,
        trail_stop=request.trail_stop_price if kind.trails else None,
        limit_offset=_limit_offset(request) if trails_to_limit else None,
    )


def _with_extras(terms: OrderTerms, request: PlaceRequest, zone: str) -> OrderTerms:
    """Add times, conditions, algorithm and adjustment."""
    return replace(
        terms,
        good_after_time=request.good_after_time,
        good_till_date=request.good_till_date,
        good_after=moment(request.good_after_time, zone) or 0.0,
        good_till=(moment(request.good_till_date, zone) or 0.0) if request.tif == "GTD" else 0.0,
        conditions=tuple(_condition(asked, zone) for asked in request.conditions),
        conditions_ignore_rth=request.conditions_ignore_rth,
        conditions_cancel=bool(request.conditions) and request.conditions_cancel_order,
        algo=request.algo_strategy.upper(),
        algo_params=tuple(request.algo_params),
        adjustment=_adjustment(request),
        include_overnight=request.include_overnight,
        hidden=request.hidden,
        discretionary=request.discretionary_amount or Decimal(0),
        all_or_none=request.all_or_none,
        min_quantity=request.min_quantity or 0,
        cash_quantity=request.cash_quantity or Decimal(0),
        hedge=_hedge(request),
        options=_options(request),
        sweeps=request.sweep_to_fill,
        not_held=request.not_held,
        minutes=(request.duration or 0) if request.tif == "MINUTES" else 0,
        ats_seconds=request.post_to_ats or 0,
        ats=_ats(request),
    )


def _ats(request: PlaceRequest) -> Ats:
    return Ats(
        min_trade_quantity=request.min_trade_quantity or 0,
        min_compete_size=request.min_compete_size or 0,
        beyond_best=request.compete_against_best_offset,
        to_middle=request.compete_to_middle,
        whole_offset=request.mid_offset_at_whole,
        half_offset=request.mid_offset_at_half,
    )


def _options(request: PlaceRequest) -> Options:
    asked = request.options
    return Options(
        deactivate=asked.deactivate,
        post_only=asked.post_only,
        allow_pre_open=asked.allow_pre_open,
        ignore_open_auction=asked.ignore_open_auction,
        seek_price_improvement=asked.seek_price_improvement,
        route_marketable_to_bbo=asked.route_marketable_to_bbo,
        conditions_overnight=request.conditions_include_overnight,
    )


def _hedge(request: PlaceRequest) -> Hedge | None:
    """Return how the size follows the parent's; None for an order with a size of its own."""
    if not request.hedge_type:
        return None
    factor = hedge_factor(request.hedge_type, request.hedge_param)
    assert factor is not None
    return Hedge(
        kind=request.hedge_type,
        param=request.hedge_param,
        factor=factor,
        max_size=request.hedge_max_size or 0,
    )


def _offset(request: PlaceRequest, kind: Kind) -> Decimal | None:
    """Return the distance of what trails or is pegged; a percentage comes before an amount."""
    if kind.trails and request.trailing_percent:
        return None
    if kind.aux in {Aux.TRAIL, Aux.OFFSET}:
        return request.stop_price or None
    return None


def _limit_offset(request: PlaceRequest) -> Decimal | None:
    """Return how far the limit of a TRAIL LIMIT lies from its stop."""
    if request.limit_price_offset is not None:
        return request.limit_price_offset
    if request.limit_price is None or request.trail_stop_price is None:
        return None
    return abs(request.limit_price - request.trail_stop_price)


def _adjustment(request: PlaceRequest) -> Adjustment | None:
    """Return what a stop becomes later; None for what never changes."""
    if not has_adjustment(request):
        return None
    assert request.trigger_price is not None
    return Adjustment(
        trigger_price=request.trigger_price,
        order_type=order_type(request.adjusted_order_type),
        stop_price=request.adjusted_stop_price,
        limit_price=request.adjusted_stop_limit_price,
        trailing_amount=request.adjusted_trailing_amount,
        trails_by_percent=request.adjustable_trailing_unit == 100,
    )


def has_adjustment(request: PlaceRequest) -> bool:
    """Return whether a request asks for an adjustable stop; some clients write None."""
    return request.adjusted_order_type not in {"", "NONE", "MKT"}


def _condition(asked: ConditionRequest, zone: str) -> Condition:
    return Condition(
        kind=asked.kind,
        is_and=asked.is_and,
        is_more=asked.is_more,
        value=condition_value(asked, zone) or Decimal(0),
        text=asked.value,
        con_id=asked.con_id,
        exchange=asked.exchange,
        trigger_method=asked.trigger_method,
        sec_type=asked.sec_type,
        symbol=asked.symbol,
    )


def condition_value(asked: ConditionRequest, zone: str) -> Decimal | None:
    """Return the number a condition compares with; None when it does not read as one."""
    if asked.kind == EXECUTION:
        return Decimal(0)
    if asked.kind == TIME:
        at = moment(asked.value, zone)
        return None if at is None else Decimal(int(at))
    try:
        value = Decimal(asked.value)
    except ArithmeticError:
        return None
    return value if value.is_finite() else None
