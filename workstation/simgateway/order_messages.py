"""Messages about orders and executions, as lists of fields.

Source: tws-wire.md 2.5, order block of openOrder and completedOrder, including what the real
server puts into fields nobody asked for.
"""

from collections.abc import Sequence
from decimal import Decimal

from workstation.simgateway.codec_text import UNSET_DOUBLE, UNSET_INT, UNSET_LONG, Field
from workstation.simgateway.instruments import BY_CON_ID, Instrument
from workstation.simgateway.messages import Message, exact, money, short_contract
from workstation.simgateway.order_parts import EXECUTION, PERCENT_CHANGE, PRICE, VOLUME
from workstation.simgateway.orders import (
    DONE,
    INACTIVE,
    Ats,
    Execution,
    MarginPreview,
    Order,
    OrderTerms,
)

MANUAL_CLIENT = -1
"""Stands for nobody: the order was placed by hand, and clients see it as id 0 of client 0."""

_ONE = Decimal(1)


def shown_ids(order: Order | Execution) -> tuple[int, int]:
    """Return the order id and the client id under which clients see an order."""
    if order.client_id == MANUAL_CLIENT:
        return 0, 0
    return order.order_id, order.client_id


def shown_perm_id(sv: int, perm_id: int) -> int:
    """Return a perm_id as a version shows it: clients below 191 read it into 32 bits."""
    return perm_id if sv >= 191 else perm_id % 2**31


def shown_status(order: Order) -> str:
    """Return a status as clients see it: a deactivated order is not dead but inactive."""
    if order.is_live and order.terms.options.deactivate:
        return INACTIVE
    return order.status


def order_status(sv: int, order: Order) -> Message:
    """Build orderStatus (3)."""
    remaining = order.terms.quantity - order.filled
    order_id, client_id = shown_ids(order)
    return [
        3,
        order_id,
        shown_status(order),
        order.filled,
        remaining,
        exact(order.average_price),
        shown_perm_id(sv, order.perm_id),
        order.terms.parent_id,
        order.last_fill_price,
        client_id,
        order.why_held,
        "0",
    ]


def open_order(sv: int, order: Order, preview: MarginPreview | None = None) -> Message:
    """Build openOrder (5); with a preview it answers a what-if."""
    terms = order.terms
    instrument = BY_CON_ID[terms.con_id]
    order_id, client_id = shown_ids(order)
    perm_id = shown_perm_id(sv, order.perm_id)
    message: Message = [5, order_id, *short_contract(instrument, terms.exchange, "?")]
    message += _main_terms(sv, order)
    message += [terms.order_ref, client_id, perm_id, *_shown_how(terms)]
    message += [terms.good_after_time, f"{perm_id}.0/{terms.account}/100", "", "", ""]
    message += _fa_profile(sv)
    message += [terms.model_code, terms.good_till_date]
    message += ["", "", "", 0, "", -1, 0, "", "", "", "", ""]
    message += [terms.display_size or UNSET_INT, 0, terms.sweeps, terms.all_or_none, _least(terms)]
    message += [terms.oca_type, 0, 0, ""]
    message += [terms.parent_id, terms.trigger_method, "", 0, "None", ""]
    message += [0, "", "", "", "?", 0, 0, ""]  # the eight delta-neutral fields
    message += [0, 0, _trail_stop(order), _unset_text(terms.trailing_percent), "", ""]
    message += [*_legs(instrument), 0, UNSET_INT, UNSET_INT, ""]
    message += [*_hedge(terms), 0, "", "IB", terms.not_held, 0, *_algo(terms), 0]
    message += _order_state(sv, order, preview)
    message += [0, 0, *_conditions(terms), *_adjustment(order)]
    message += ["", "", "", terms.cash_quantity, 1, 0, 0, 0]
    message += _open_order_tail(sv, terms)
    return message + _options(sv, terms)


def _shown_how(terms: OrderTerms) -> Message:
    return [terms.outside_rth, terms.hidden, terms.discretionary]


def _least(terms: OrderTerms) -> Field:
    return terms.min_quantity or ""


def _hedge(terms: OrderTerms) -> Message:
    return [""] if terms.hedge is None else [terms.hedge.kind, terms.hedge.param]


def _options(sv: int, terms: OrderTerms) -> Message:
    """Return what has no text form: the codec puts it into protobuf."""
    if sv < 216:
        return []
    one = terms.options
    flags: Message = [one.deactivate, one.post_only, one.allow_pre_open, one.ignore_open_auction]
    later: Message = [one.seek_price_improvement, one.route_marketable_to_bbo]
    largest = terms.hedge.max_size if terms.hedge and terms.hedge.max_size else None
    return [
        *flags,
        *(later if sv >= 217 else [None, None]),
        largest if sv >= 223 else None,
        one.conditions_overnight if sv >= 226 else None,
    ]


def _legs(instrument: Instrument) -> Message:
    """Return the description of a combination, its legs, and the prices of none of them."""
    text = ",".join(f"{leg.con_id}|{leg.ratio}" for leg in instrument.legs)
    message: Message = [text, len(instrument.legs)]
    for leg in instrument.legs:
        side = "BUY" if leg.ratio > 0 else "SELL"
        message += [leg.con_id, abs(leg.ratio), side, "SMART", 0, 0, "", -1]
    return [*message, 0]


def _algo(terms: OrderTerms) -> Message:
    """Return the name of an algorithm, and its parameters when there is one."""
    if not terms.algo:
        return [""]
    name = terms.algo.capitalize()  # as the field spells it: Vwap, Twap, Adaptive
    pairs = [text for pair in terms.algo_params for text in pair]
    return [name, len(terms.algo_params), *pairs]


def _conditions(terms: OrderTerms) -> Message:
    message: Message = [len(terms.conditions)]
    for one in terms.conditions:
        message += [one.kind, "a" if one.is_and else "o"]
        if one.kind == EXECUTION:
            message += [one.sec_type, one.exchange, one.symbol]
            continue
        message += [one.is_more, one.text]
        if one.kind in {PRICE, VOLUME, PERCENT_CHANGE}:
            message += [one.con_id, one.exchange]
        if one.kind == PRICE:
            message.append(one.trigger_method)
    if terms.conditions:
        message += [terms.conditions_ignore_rth, terms.conditions_cancel]
    return message


def _adjustment(order: Order) -> Message:
    """Return what a stop becomes, from adjustedOrderType to adjustableTrailingUnit."""
    plan = order.terms.adjustment
    stop, offset = _trail_stop(order) or UNSET_DOUBLE, _unset(order.terms.limit_offset)
    if plan is None:
        return ["None", UNSET_DOUBLE, stop, offset, *[UNSET_DOUBLE] * 3, 0]
    prices = (plan.stop_price, plan.limit_price, plan.trailing_amount)
    unit = 100 if plan.trails_by_percent else 0
    return [plan.order_type, plan.trigger_price, stop, offset, *map(_unset, prices), unit]


def _unset(value: Decimal | None) -> Field:
    return UNSET_DOUBLE if value is None else value


def _unset_text(value: Decimal | None) -> Field:
    return "" if value is None else value


def shown_group(sv: int, group: str) -> str:
    """Return a group as a version shows it: one named after a perm_id follows that."""
    if sv < 191 and group.isdecimal() and len(group) < 20 and int(group) >= 2**31:
        return str(shown_perm_id(sv, int(group)))
    return group


def _units(order: Order) -> Decimal:
    """Return the size that clients see: what is sized by money by hand names its money alone."""
    is_money_alone = order.client_id == MANUAL_CLIENT and order.terms.cash_quantity
    return Decimal(0) if is_money_alone else order.terms.quantity


def _main_terms(sv: int, order: Order) -> Message:
    terms = order.terms
    return [
        terms.side,
        _units(order),
        terms.order_type,
        _limit(order),
        _aux(terms),
        "Minutes" if terms.tif == "MINUTES" else terms.tif,
        shown_group(sv, terms.oca_group),
        terms.account,
        terms.open_close,
        terms.origin,
    ]


def _limit(order: Order) -> Field:
    limit = order.terms.limit_price
    return "0.0" if limit is None else limit


def _aux(terms: OrderTerms) -> Field:
    """Return auxPrice: the stop or touch price, or the distance of what trails or is pegged."""
    price = terms.offset if terms.stop_price is None else terms.stop_price
    return "0.0" if price is None else price


def _trail_stop(order: Order) -> Field:
    """Return where a trailing stop stands; of any other order what the real server puts there."""
    if order.terms.offset is not None or order.terms.trailing_percent is not None:
        return order.terms.trail_stop if order.stop_now is None else order.stop_now
    limit = order.terms.limit_price
    return None if limit is None else limit + _ONE


def _fa_profile(sv: int) -> Message:
    return [""] if sv < 177 else []


def _order_state(sv: int, order: Order, preview: MarginPreview | None) -> Message:
    message: Message = [preview is not None, shown_status(order)]
    if preview is None:
        message += [UNSET_DOUBLE] * 9
        message += [UNSET_DOUBLE, "", "", ""]
    else:
        message += _margins(preview)
        message += [preview.commission, "", "", "USD"]
    if sv >= 195:
        message += ["USD" if preview else ""]
        message += [UNSET_DOUBLE] * 9
        message += [UNSET_LONG, "", 0]
    message.append("")  # warningText
    return message


def _margins(preview: MarginPreview) -> Message:
    before = (preview.initial_before, preview.maintenance_before, preview.equity_before)
    after = (preview.initial_after, preview.maintenance_after, preview.equity_after)
    change = tuple(new - old for new, old in zip(after, before, strict=True))
    return [money(value) for value in before + change + after]


def _open_order_tail(sv: int, terms: OrderTerms) -> Message:
    gates: Sequence[tuple[int, Message]] = (
        (158, [terms.minutes or UNSET_INT]),
        (160, [terms.ats_seconds or UNSET_INT]),
        (162, [0]),
        (170, _ats(terms.ats)),
        (183, [""]),
        (184, [0]),
        (185, [""]),
        (189, [terms.include_overnight]),
        (193, ["", UNSET_INT]),
        (198, [""]),
        (199, [0]),
    )
    return [value for gate, values in gates if sv >= gate for value in values]


def _ats(terms: Ats) -> Message:
    """Return what an order asks of the broker's own network, from minTradeQty on."""
    sizes: Message = [terms.min_trade_quantity or UNSET_INT, terms.min_compete_size or UNSET_INT]
    beyond: Field = "Infinity" if terms.to_middle else _unset(terms.beyond_best)
    return [*sizes, beyond, _unset(terms.whole_offset), _unset(terms.half_offset)]


def completed_order(sv: int, order: Order, completed_time: str) -> Message:
    """Build completedOrder (101)."""
    assert order.status in DONE
    terms, instrument = order.terms, BY_CON_ID[order.terms.con_id]
    message: Message = [101, *short_contract(instrument, terms.exchange, "?")]
    message += _main_terms(sv, order)
    message += [terms.order_ref, shown_perm_id(sv, order.perm_id), *_shown_how(terms)]
    message += [terms.good_after_time, "", "", ""]
    message += _fa_profile(sv)
    message += [terms.model_code, terms.good_till_date, "", "", "", 0, "", -1]
    message += ["", "", "", "", "", terms.display_size or UNSET_INT]
    message += [
        terms.sweeps,
        terms.all_or_none,
        _least(terms),
        terms.oca_type,
        terms.trigger_method,
        "",
        0,
        "None",
        "",
    ]
    message += [0, 0, 0, ""]  # the four delta-neutral fields
    message += [0, 0, _trail_stop(order), _unset_text(terms.trailing_percent)]
    message += [*_legs(instrument), 0, UNSET_INT, UNSET_INT, "", *_hedge(terms), "", "IB"]
    message += [terms.not_held, 0, *_algo(terms)]
    message += [0, order.status]
    message += [0, 0, *_conditions(terms), _trail_stop(order) or UNSET_DOUBLE]
    message += [_unset(terms.limit_offset), terms.cash_quantity, 1, 0, "", order.filled]
    message += [UNSET_INT, 0, "Not an insider or substantial shareholder", 0, 0]
    message += ["0", completed_time, _completed_text(order)]
    if sv >= 170:
        message += _ats(terms.ats)
    if sv >= 183:
        message.append("")
    if sv >= 184:
        message.append(0)
    if sv >= 198:
        message.append("")
    return message + _options(sv, terms)


def _completed_text(order: Order) -> str:
    if order.done_reason:
        return order.done_reason
    return f"Filled Size: {order.filled:f}"


def execution_details(sv: int, req_id: int, execution: Execution, time_text: str) -> Message:
    """Build execDetails (11)."""
    instrument = BY_CON_ID[execution.con_id]
    order_id, client_id = shown_ids(execution)
    message: Message = [11, req_id, order_id]
    message += short_contract(instrument, execution.exchange)
    message += [
        execution.exec_id,
        time_text,
        execution.account,
        execution.exchange,
        "BOT" if execution.side == "BUY" else "SLD",
        execution.shares,
        execution.price if execution.tells_price else UNSET_DOUBLE,
        shown_perm_id(sv, execution.perm_id),
        client_id,
        execution.liquidates,
        execution.cumulative,
        exact(execution.average_price) if execution.tells_price else UNSET_DOUBLE,
        execution.order_ref,
        "",
        "",
        execution.model_code,
        execution.liquidity,
    ]
    if sv >= 178:
        message.append(0)
    if sv >= 198:
        message.append("")
    return message


def order_bound(sv: int, order: Order) -> Message:
    """Build orderBound (100)."""
    return [100, shown_perm_id(sv, order.perm_id), order.client_id, order.order_id]


def commission_report(execution: Execution) -> Message:
    """Build commissionReport (59)."""
    realized: Field = UNSET_DOUBLE if execution.realized is None else exact(execution.realized)
    currency = BY_CON_ID[execution.con_id].currency
    return [59, 1, execution.exec_id, execution.commission, currency, realized, UNSET_DOUBLE, ""]
