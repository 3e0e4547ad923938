"""Reading placeOrder: every field of the text form, with its version gates.

Source: tws-wire.md 2.4, placeOrder.
"""

from dataclasses import dataclass
from decimal import Decimal

from workstation.simgateway.codec_text import Fields
from workstation.simgateway.instruments import ContractQuery

_MAX_REPEATS = 200
_CONDITION_FIELDS = {1: 6, 3: 3, 4: 3, 5: 4, 6: 5, 7: 5}
"""Fields of each condition type after the type itself."""

_PEG_BENCH = {"PEG BENCH", "PEGBENCH"}


@dataclass(slots=True, kw_only=True)
class PlaceRequest:
    """The parts of a placeOrder request that the gateway acts on."""

    order_id: int
    contract: ContractQuery
    side: str = ""
    quantity: Decimal | None = None
    order_type: str = ""
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    """auxPrice."""

    tif: str = ""
    oca_group: str = ""
    oca_type: int = 0
    account: str = ""
    open_close: str = ""
    origin: int = 0
    order_ref: str = ""
    transmit: bool = True
    parent_id: int = 0
    outside_rth: bool = False
    hidden: bool = False
    good_after_time: str = ""
    good_till_date: str = ""
    model_code: str = ""
    all_or_none: bool = False
    hedge_type: str = ""
    algo_strategy: str = ""
    what_if: bool = False
    conditions: int = 0
    cash_quantity: Decimal | None = None


def read_contract(fields: Fields) -> ContractQuery:
    """Read the twelve contract fields every request shares (C12 in tws-wire.md 2.4)."""
    con_id = fields.integer()
    symbol = fields.text()
    sec_type = fields.text()
    fields.skip(4)  # last trade date, strike, right, multiplier
    exchange = fields.text()
    primary_exchange = fields.text()
    currency = fields.text()
    local_symbol = fields.text()
    fields.skip()  # trading class
    return ContractQuery(
        con_id=con_id,
        symbol=symbol,
        sec_type=sec_type,
        exchange=exchange,
        primary_exchange=primary_exchange,
        currency=currency,
        local_symbol=local_symbol,
    )


def read_place_order(fields: Fields, sv: int) -> PlaceRequest:
    """Read a whole placeOrder request, message id already taken."""
    order_id = fields.integer()
    request = PlaceRequest(order_id=order_id, contract=read_contract(fields))
    fields.skip(2)  # secIdType, secId
    _read_main(fields, request)
    if request.contract.sec_type == "BAG":
        _skip_combo(fields)
    _read_extended(fields, request, sv)
    _read_volatility_and_scale(fields)
    _read_hedge_and_algo(fields, request)
    _read_conditions(fields, request)
    _read_tail(fields, request)
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
    fields.skip(4)  # blockOrder, sweepToFill, displaySize, triggerMethod
    request.outside_rth = fields.flag()
    request.hidden = fields.flag()


def _skip_combo(fields: Fields) -> None:
    fields.skip(8 * fields.count(_MAX_REPEATS))
    fields.skip(fields.count(_MAX_REPEATS))
    fields.skip(2 * fields.count(_MAX_REPEATS))


def _read_extended(fields: Fields, request: PlaceRequest, sv: int) -> None:
    fields.skip(2)  # sharesAllocation, discretionaryAmt
    request.good_after_time = fields.text()
    request.good_till_date = fields.text()
    fields.skip(3)  # faGroup, faMethod, faPercentage
    if sv < 177:
        fields.skip()  # faProfile
    request.model_code = fields.text()
    fields.skip(3)  # shortSaleSlot, designatedLocation, exemptCode
    request.oca_type = fields.integer()
    fields.skip(2)  # rule80A, settlingFirm
    request.all_or_none = fields.flag()
    fields.skip(5)  # minQty, percentOffset, eTradeOnly, firmQuoteOnly, nbboPriceCap
    fields.skip(7)  # auctionStrategy .. overridePercentageConstraints


def _read_volatility_and_scale(fields: Fields) -> None:
    fields.skip(2)  # volatility, volatilityType
    delta_neutral_type = fields.text()
    fields.skip()  # deltaNeutralAuxPrice
    if delta_neutral_type:
        fields.skip(8)
    fields.skip(4)  # continuousUpdate, referencePriceType, trailStopPrice, trailingPercent
    fields.skip(2)  # scaleInitLevelSize, scaleSubsLevelSize
    increment = fields.decimal()
    if increment is not None and increment > 0:
        fields.skip(7)
    fields.skip(3)  # scaleTable, activeStartTime, activeStopTime


def _read_hedge_and_algo(fields: Fields, request: PlaceRequest) -> None:
    request.hedge_type = fields.text()
    if request.hedge_type:
        fields.skip()
    fields.skip(4)  # optOutSmartRouting, clearingAccount, clearingIntent, notHeld
    if fields.flag():
        fields.skip(3)  # delta-neutral contract
    request.algo_strategy = fields.text()
    if request.algo_strategy:
        fields.skip(2 * fields.count(_MAX_REPEATS))
    fields.skip()  # algoId
    request.what_if = fields.flag()
    fields.skip(4)  # miscOptions, solicited, randomizeSize, randomizePrice


def _read_conditions(fields: Fields, request: PlaceRequest) -> None:
    if request.order_type in _PEG_BENCH:
        fields.skip(5)
    request.conditions = fields.count(_MAX_REPEATS)
    for _ in range(request.conditions):
        fields.skip(_CONDITION_FIELDS.get(fields.integer(), 0))
    if request.conditions:
        fields.skip(2)  # ignoreRth, cancelOrder


def _read_tail(fields: Fields, request: PlaceRequest) -> None:
    """Read up to cashQty; nothing after it matters, whatever the version adds there."""
    fields.skip(7)  # adjustedOrderType .. adjustableTrailingUnit
    fields.skip(3)  # extOperator, softDollarName, softDollarVal
    request.cash_quantity = fields.decimal()
