"""Reading placeOrder: every field of the text form, with its version gates.

Source: tws-wire.md 2.4, placeOrder.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from workstation.simgateway.codec_text import Fields
from workstation.simgateway.instruments import ContractQuery
from workstation.simgateway.order_parts import (
    MAX_REPEATS,
    ConditionRequest,
    LegRequest,
    read_conditions,
    read_legs,
    read_tags,
)

_PEG_BENCH = {"PEG BENCH", "PEGBENCH"}
_PEG_BEST = {"PEG BEST", "PEGBEST"}
_PEG_MID = {"PEG MID", "PEGMID"}


@dataclass(slots=True, kw_only=True)
class NewOptions:
    """What has only a form in protobuf, from version 216 on."""

    deactivate: bool = False
    post_only: bool = False
    allow_pre_open: bool = False
    ignore_open_auction: bool = False
    seek_price_improvement: int | None = None
    route_marketable_to_bbo: int | None = None
    what_if_type: int | None = None
    attached: Sequence[str] = ()
    """Order ids and types of a stop and a target to be attached by presets."""


@dataclass(slots=True, kw_only=True)
class PlaceRequest:
    """A placeOrder request; prices and sizes are None when the client left them unset."""

    order_id: int
    contract: ContractQuery
    legs: Sequence[LegRequest] = ()
    side: str = ""
    quantity: Decimal | None = None
    order_type: str = ""
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    """auxPrice: stop, touch or offset, as the type says."""

    tif: str = ""
    oca_group: str = ""
    oca_type: int = 0
    account: str = ""
    open_close: str = ""
    origin: int = 0
    order_ref: str = ""
    transmit: bool = True
    parent_id: int = 0
    display_size: int | None = None
    trigger_method: int = 0
    outside_rth: bool = False
    hidden: bool = False
    discretionary_amount: Decimal | None = None
    good_after_time: str = ""
    good_till_date: str = ""
    model_code: str = ""
    short_sale_slot: int = 0
    all_or_none: bool = False
    min_quantity: int | None = None
    percent_offset: Decimal | None = None
    trail_stop_price: Decimal | None = None
    trailing_percent: Decimal | None = None
    hedge_type: str = ""
    hedge_param: str = ""
    hedge_max_size: int | None = None
    algo_strategy: str = ""
    algo_params: Sequence[tuple[str, str]] = ()
    what_if: bool = False
    conditions: Sequence[ConditionRequest] = ()
    conditions_ignore_rth: bool = False
    conditions_cancel_order: bool = False
    conditions_include_overnight: bool = False
    adjusted_order_type: str = ""
    trigger_price: Decimal | None = None
    limit_price_offset: Decimal | None = None
    adjusted_stop_price: Decimal | None = None
    adjusted_stop_limit_price: Decimal | None = None
    adjusted_trailing_amount: Decimal | None = None
    adjustable_trailing_unit: int = 0
    cash_quantity: Decimal | None = None
    use_price_mgmt_algo: bool = False
    duration: int | None = None
    post_to_ats: int | None = None
    sweep_to_fill: bool = False
    not_held: bool = False
    auto_cancel_parent: bool = False
    manual_order_time: str = ""
    min_trade_quantity: int | None = None
    min_compete_size: int | None = None
    compete_against_best_offset: Decimal | None = None
    compete_to_middle: bool = False
    mid_offset_at_whole: Decimal | None = None
    mid_offset_at_half: Decimal | None = None
    include_overnight: bool = False
    imbalance_only: bool = False
    liquidates: bool = False
    """Whether the broker closes a position of an account that is short of margin."""

    options: NewOptions = field(default_factory=NewOptions)


def read_contract(fields: Fields, *, has_primary: bool = True) -> ContractQuery:
    """Read the twelve contract fields that requests share (C12 in tws-wire.md 2.4).

    One request leaves out the primary exchange: that of an exercise.
    """
    return ContractQuery(
        con_id=fields.integer(),
        symbol=fields.text(),
        sec_type=fields.text(),
        last_trade_date=fields.text(),
        strike=fields.decimal(),
        right=fields.text(),
        multiplier=fields.text(),
        exchange=fields.text(),
        primary_exchange=fields.text() if has_primary else "",
        currency=fields.text(),
        local_symbol=fields.text(),
        trading_class=fields.text(),
    )


def read_place_order(fields: Fields, sv: int) -> PlaceRequest:
    """Read a whole placeOrder request, message id already taken."""
    order_id = fields.integer()
    request = PlaceRequest(order_id=order_id, contract=read_contract(fields))
    fields.skip(2)  # secIdType, secId
    _read_main(fields, request)
    if request.contract.sec_type == "BAG":
        request.legs = read_legs(fields)
    _read_extended(fields, request, sv)
    _read_volatility_and_scale(fields, request)
    _read_hedge_and_algo(fields, request)
    _read_conditions(fields, request)
    _read_adjustment(fields, request)
    _read_tail(fields, request, sv)
    return request


def _read_main(fields: Fields, request: PlaceRequest) -> None:
    request.side = fields.text().upper()
    request.quantity = fields.decimal()
    request.order_type = fields.text().upper()
    request.limit_price = fields.decimal()
    request.stop_price = fields.decimal()
    request.tif = fields.text().upper()
    request.oca_group = fields.text()
    request.account = fields.text()
    request.open_close = fields.text()
    request.origin = fields.integer()
    request.order_ref = fields.text()
    request.transmit = fields.flag()
    request.parent_id = fields.integer()
    fields.skip()  # blockOrder
    request.sweep_to_fill = fields.flag()
    request.display_size = fields.optional_integer()
    request.trigger_method = fields.integer()
    request.outside_rth = fields.flag()
    request.hidden = fields.flag()


def _read_extended(fields: Fields, request: PlaceRequest, sv: int) -> None:
    fields.skip()  # sharesAllocation
    request.discretionary_amount = fields.decimal()
    request.good_after_time = fields.text()
    request.good_till_date = fields.text()
    fields.skip(3)  # faGroup, faMethod, faPercentage
    if sv < 177:
        fields.skip()  # faProfile
    request.model_code = fields.text()
    request.short_sale_slot = fields.integer()
    fields.skip(2)  # designatedLocation, exemptCode
    request.oca_type = fields.integer()
    fields.skip(2)  # rule80A, settlingFirm
    request.all_or_none = fields.flag()
    request.min_quantity = fields.optional_integer()
    request.percent_offset = fields.decimal()
    fields.skip(3)  # eTradeOnly, firmQuoteOnly, nbboPriceCap
    fields.skip(7)  # auctionStrategy .. overridePercentageConstraints


def _read_volatility_and_scale(fields: Fields, request: PlaceRequest) -> None:
    fields.skip(2)  # volatility, volatilityType
    delta_neutral_type = fields.text()
    fields.skip()  # deltaNeutralAuxPrice
    if delta_neutral_type:
        fields.skip(8)
    fields.skip(2)  # continuousUpdate, referencePriceType
    request.trail_stop_price = fields.decimal()
    request.trailing_percent = fields.decimal()
    fields.skip(2)  # scaleInitLevelSize, scaleSubsLevelSize
    increment = fields.decimal()
    if increment is not None and increment > 0:
        fields.skip(7)
    fields.skip(3)  # scaleTable, activeStartTime, activeStopTime


def _read_hedge_and_algo(fields: Fields, request: PlaceRequest) -> None:
    request.hedge_type = fields.text().strip().upper()
    if request.hedge_type:
        request.hedge_param = fields.text()
    fields.skip(3)  # optOutSmartRouting, clearingAccount, clearingIntent
    request.not_held = fields.flag()
    if fields.flag():
        fields.skip(3)  # delta-neutral contract
    request.algo_strategy = fields.text()
    if request.algo_strategy:
        request.algo_params = read_tags(fields)
    fields.skip()  # algoId
    request.what_if = fields.flag()
    fields.skip(4)  # miscOptions, solicited, randomizeSize, randomizePrice


def _read_conditions(fields: Fields, request: PlaceRequest) -> None:
    if request.order_type in _PEG_BENCH:
        fields.skip(5)
    request.conditions = read_conditions(fields, fields.count(MAX_REPEATS))
    if request.conditions:
        request.conditions_ignore_rth = fields.flag()
        request.conditions_cancel_order = fields.flag()


def _read_adjustment(fields: Fields, request: PlaceRequest) -> None:
    request.adjusted_order_type = fields.text().upper()
    request.trigger_price = fields.decimal()
    request.limit_price_offset = fields.decimal()
    request.adjusted_stop_price = fields.decimal()
    request.adjusted_stop_limit_price = fields.decimal()
    request.adjusted_trailing_amount = fields.decimal()
    request.adjustable_trailing_unit = fields.optional_integer() or 0


def _read_tail(fields: Fields, request: PlaceRequest, sv: int) -> None:
    fields.skip(3)  # extOperator, softDollarName, softDollarVal
    request.cash_quantity = fields.decimal()
    fields.skip(4)  # MiFID decision maker, algo, execution trader, algo
    fields.skip(3)  # dontUseAutoPriceForHedge, isOmsContainer, discretionaryUpToLimitPrice
    request.use_price_mgmt_algo = fields.flag()
    if sv >= 158:
        request.duration = fields.optional_integer()
    if sv >= 160:
        request.post_to_ats = fields.optional_integer()
    if sv >= 162:
        request.auto_cancel_parent = fields.flag()
    _read_newest(fields, request, sv)


def _read_newest(fields: Fields, request: PlaceRequest, sv: int) -> None:
    fields.skip(sv >= 166)  # advancedErrorOverride
    if sv >= 169:
        request.manual_order_time = fields.text()
    if sv >= 170:
        _read_pegs(fields, request)
    fields.skip((sv >= 183) + (sv >= 184))  # customerAccount, professionalCustomer
    if 187 <= sv < 190:
        fields.skip(2)
    if sv >= 189:
        request.include_overnight = fields.flag()
    fields.skip(sv >= 192)  # manualOrderIndicator
    if sv >= 199:
        request.imbalance_only = fields.flag()
    if sv >= 203:  # not in text: the codec of protobuf adds them here
        _read_options(fields, request)


def _read_options(fields: Fields, request: PlaceRequest) -> None:
    request.conditions_include_overnight = fields.flag()
    request.hedge_max_size = fields.optional_integer()
    options = request.options
    options.deactivate, options.post_only = fields.flag(), fields.flag()
    options.allow_pre_open, options.ignore_open_auction = fields.flag(), fields.flag()
    options.seek_price_improvement = fields.optional_integer()
    options.route_marketable_to_bbo = fields.optional_integer()
    options.what_if_type = fields.optional_integer()
    options.attached = tuple(text for text in (fields.text() for _ in range(4)) if text)


def _read_pegs(fields: Fields, request: PlaceRequest) -> None:
    if request.contract.exchange == "IBKRATS":
        request.min_trade_quantity = fields.optional_integer()
    to_mid = request.order_type in _PEG_MID
    if request.order_type in _PEG_BEST:
        request.min_compete_size = fields.optional_integer()
        to_mid = fields.peek().strip().lower() in {"infinity", "inf"}  # up to the middle
        request.compete_to_middle = to_mid
        if to_mid:
            fields.skip()
        else:
            request.compete_against_best_offset = fields.decimal()
    if to_mid:
        request.mid_offset_at_whole = fields.decimal()
        request.mid_offset_at_half = fields.decimal()
