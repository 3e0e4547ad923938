"""What the gateway refuses before an order exists, with the codes the real one uses.

Source: tws-wire.md 2.7 and 3.3.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

from workstation.simgateway import hedges
from workstation.simgateway.algos import STRATEGIES
from workstation.simgateway.combo_orders import TYPES
from workstation.simgateway.instruments import (
    BY_CON_ID,
    Instrument,
    LegTerms,
    Trading,
    combination,
    find,
)
from workstation.simgateway.order_kinds import (
    AT_ONCE,
    ATS,
    KINDS,
    PROTECTED,
    TIFS,
    UNSERVED,
    Auction,
    Aux,
    Limit,
    Peg,
    auction_of,
)
from workstation.simgateway.order_parts import PERCENT_CHANGE, PRICE, VOLUME
from workstation.simgateway.order_request import PlaceRequest
from workstation.simgateway.order_terms import condition_value, has_adjustment, order_type, terms_of
from workstation.simgateway.order_times import moment
from workstation.simgateway.orders import OrderTerms

_LARGEST_QUANTITY = Decimal(100_000_000)
_MOST_MINUTES = 1440
_LARGEST_PRICE = Decimal(1_000_000)
CASH_TYPES = frozenset({"STK", "CASH", "CRYPTO"})
"""Security types whose size may be given as money."""

_ADJUSTABLE = frozenset({"STP", "STP LMT", "TRAIL", "TRAIL LIMIT"})

NO_DEFINITION = "No security definition has been found for the request"
_REJECTED = "Order rejected - reason:"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error code of the real gateway and its text."""

    code: int
    text: str


def invalid(cause: str) -> Refusal:
    """Return error 321 with its usual wrapping."""
    return Refusal(321, f"Error validating request.-'bT' : cause - {cause}")


def rejected(reason: str) -> Refusal:
    """Return error 201."""
    return Refusal(201, _REJECTED + reason)


def checked(request: PlaceRequest, now: float, accounts: Collection[str]) -> OrderTerms | Refusal:
    """Return the terms of an order the gateway can take, or why it cannot.

    now is in seconds since 1970.
    """
    if request.account not in {"", *accounts}:
        return invalid("Invalid account code")
    instrument = _meant(request)
    if instrument is None or instrument.has_ended(now):
        return Refusal(200, NO_DEFINITION)
    refusal = next(_refusals(request, instrument, now), None)
    return refusal or terms_of(request, instrument)


def _meant(request: PlaceRequest) -> Instrument | None:
    """Return the contract of an order; of a combination the one its legs make."""
    asked = request.contract
    if asked.sec_type != "BAG":
        return find(asked)
    sold = {"SELL", "SSHORT", "SLD", "S"}
    legs = [
        LegTerms(con_id=leg.con_id, ratio=-leg.ratio if leg.side in sold else leg.ratio)
        for leg in request.legs
    ]
    if any(leg.ratio < 1 for leg in request.legs):
        return None
    return combination(asked.symbol, asked.currency, legs)


def _refusals(request: PlaceRequest, instrument: Instrument, now: float) -> Iterator[Refusal]:
    """Yield what is wrong, the first thing first; later checks rely on the earlier."""
    for check in (_check_basics, _check_tif, _check_quantity, _check_prices):
        yield from check(request, instrument)
    yield from _check_times(request, instrument, now)
    for check in (
        _check_display,
        _check_least,
        _check_options,
        _check_algo,
        _check_adjustment,
        _check_conditions,
    ):
        yield from check(request, instrument)


def _is_special(request: PlaceRequest) -> bool:
    """Return whether an order asks for what no combination can have."""
    sizes = (request.display_size, request.min_quantity, request.cash_quantity)
    named = (request.algo_strategy, request.hedge_type, request.adjusted_order_type)
    return any(sizes) or any(named) or request.all_or_none or request.options.post_only


def _check_basics(request: PlaceRequest, instrument: Instrument) -> Iterator[Refusal]:
    kind = order_type(request.order_type)
    if not request.contract.exchange:
        yield invalid("Please enter exchange")
    if request.side not in {"BUY", "SELL"}:
        yield invalid("Invalid side was entered")
    if kind in UNSERVED:
        yield Refusal(387, "Unsupported order type for this exchange and security type.")
    if kind not in KINDS:
        yield invalid("Invalid order type was entered")
    if instrument.legs and (kind not in TYPES or _is_special(request)):
        yield Refusal(387, "Unsupported order type for this exchange and security type.")
    if instrument.trading is not Trading.FULL:
        text = f"The security {instrument.symbol} is not available or allowed for this account"
        yield Refusal(203, text)
    routed = {Auction.OPENING, Auction.CLOSING}
    is_auction = auction_of(kind, request.tif) in routed
    pegs = KINDS[kind].peg is not Peg.NOTHING
    if not _goes_there(request, kind, instrument):
        yield Refusal(387, "Unsupported order type for this exchange and security type.")
    if (is_auction or pegs) and instrument.sec_type not in {"STK", "FUT", "OPT"}:
        yield Refusal(387, "Unsupported order type for this exchange and security type.")


def _goes_there(request: PlaceRequest, kind: str, instrument: Instrument) -> bool:
    """Return whether the exchange of an order takes its kind, and what it asks for there."""
    at_ats = request.contract.exchange == ATS
    if kind in PROTECTED and instrument.sec_type != "FUT":
        return False
    if kind == "PEG BEST" and not at_ats:
        return False
    if at_ats and not request.not_held:
        return False
    is_smart = request.contract.exchange in {"SMART", "BEST"}
    return is_smart or not (request.sweep_to_fill or request.post_to_ats)


def _check_tif(request: PlaceRequest, instrument: Instrument) -> Iterator[Refusal]:
    del instrument
    kind = KINDS[order_type(request.order_type)]
    if request.tif and request.tif not in TIFS:
        yield Refusal(10052, f"Invalid time in force:{request.tif}")
    if request.tif == "MINUTES" and not 0 < (request.duration or 0) <= _MOST_MINUTES:
        yield invalid("Invalid duration was entered")
    if request.tif == "OPG" and order_type(request.order_type) not in {"MKT", "LMT", "MOO", "LOO"}:
        yield Refusal(10052, "Invalid time in force:OPG")
    if request.tif in AT_ONCE and (kind.auction is not Auction.NONE or kind.peg is not Peg.NOTHING):
        yield Refusal(10052, f"Invalid time in force:{request.tif}")


def _check_quantity(request: PlaceRequest, instrument: Instrument) -> Iterator[Refusal]:
    quantity = request.quantity
    if request.hedge_type:
        yield from _check_hedge(request)
        return
    if request.cash_quantity:
        yield from _check_cash(request, instrument)
        return
    if quantity is None or quantity <= 0:
        yield Refusal(434, "The order size cannot be zero.")
        return
    yield from check_size(quantity, instrument)


def check_size(quantity: Decimal, instrument: Instrument) -> Iterator[Refusal]:
    """Yield what is wrong with a size above zero."""
    if quantity % instrument.size_increment:
        text = (
            "Fractional-sized order cannot be placed via API. "
            "Please use desktop version to place this order."
        )
        yield Refusal(10243, text)
    if quantity < instrument.min_size:
        yield rejected(f"The minimum order size is {instrument.min_size:f}.")
    if quantity > _LARGEST_QUANTITY:
        yield rejected("The order size exceeds the limit.")


def _check_hedge(request: PlaceRequest) -> Iterator[Refusal]:
    """Yield what is wrong with an order whose size follows its parent's."""
    if request.hedge_type not in hedges.KINDS:
        yield invalid("Invalid hedge type was entered")
    elif hedges.factor(request.hedge_type, request.hedge_param) is None:
        yield invalid("Invalid hedge parameter was entered")
    if not request.parent_id:
        yield invalid("A hedge order must be attached to a parent order")
    if request.quantity:
        yield invalid("The size of a hedge order must be zero")


def _check_cash(request: PlaceRequest, instrument: Instrument) -> Iterator[Refusal]:
    cash = request.cash_quantity
    if instrument.sec_type not in CASH_TYPES:
        yield Refusal(10244, "Cash Quantity cannot be used for this order")
    if cash is None or cash <= 0:
        yield Refusal(434, "The order size cannot be zero.")


# ---- prices ------------------------------------------------------------------------------


def _check_prices(request: PlaceRequest, instrument: Instrument) -> Iterator[Refusal]:
    kind = KINDS[order_type(request.order_type)]
    if kind.limit is Limit.REQUIRED or (kind.limit is Limit.OPTIONAL and request.limit_price):
        yield from check_price("limit", request.limit_price, instrument)
    if kind.aux is Aux.TRIGGER:
        yield from check_price("stop", request.stop_price, instrument)
    if kind.trails:
        yield from _check_trail(request, instrument)
    if kind.aux is Aux.OFFSET and request.stop_price and request.stop_price < 0:
        yield invalid("The offset cannot be negative")


def _check_trail(request: PlaceRequest, instrument: Instrument) -> Iterator[Refusal]:
    amount, percent = request.stop_price or Decimal(0), request.trailing_percent or Decimal(0)
    if amount < 0 or not 0 <= percent < 100 or not (amount or percent):
        yield invalid("Trailing amount or percent must be specified")
    elif not percent and amount % instrument.tick:
        yield bad_price()
    if request.trail_stop_price is not None:
        yield from check_price("trailing stop", request.trail_stop_price, instrument)
    limit_is_missing = request.limit_price_offset is None and (
        request.limit_price is None or request.trail_stop_price is None
    )
    if order_type(request.order_type) == "TRAIL LIMIT" and limit_is_missing:
        yield invalid("Limit price or limit price offset must be specified")


def check_price(name: str, price: Decimal | None, instrument: Instrument) -> Iterator[Refusal]:
    """Yield what is wrong with one price."""
    if price is None:
        yield invalid(f"A {name} price is required")
    elif not instrument.rule.allows(price) or not _is_possible(price, instrument):
        yield bad_price()


def _is_possible(price: Decimal, instrument: Instrument) -> bool:
    lowest = -_LARGEST_PRICE if instrument.may_be_negative else instrument.tick
    return lowest <= price <= _LARGEST_PRICE


def bad_price() -> Refusal:
    """Return error 110."""
    return Refusal(
        110, "The price does not conform to the minimum price variation for this contract."
    )


# ---- what else an order may ask for ------------------------------------------------------


def _check_times(request: PlaceRequest, instrument: Instrument, now: float) -> Iterator[Refusal]:
    zone = instrument.time_zone
    if request.good_after_time and moment(request.good_after_time, zone) is None:
        yield invalid("The date, time, or time-zone entered is invalid")
    if request.tif == "GTD":
        until = moment(request.good_till_date, zone)
        if until is None:
            yield invalid("The date, time, or time-zone entered is invalid")
        elif until <= now:
            yield rejected("The good till date is in the past.")
    elif request.good_till_date:
        yield invalid("Good till date requires the time in force GTD")


def _check_display(request: PlaceRequest, instrument: Instrument) -> Iterator[Refusal]:
    del instrument
    size = request.display_size
    if size is None:
        return
    if size < 0 or (size and Decimal(size) > (request.quantity or 0)):
        yield invalid("The display size should be smaller than the order size")
    if size and KINDS[order_type(request.order_type)].limit is Limit.NONE:
        yield invalid("The display size needs a limit price")


def _check_algo(request: PlaceRequest, instrument: Instrument) -> Iterator[Refusal]:
    if not request.algo_strategy:
        return
    if request.algo_strategy.upper() not in STRATEGIES:
        yield Refusal(439, "The order processing failed. Algorithm definition not found.")
    if order_type(request.order_type) not in {"MKT", "LMT"} or request.tif in {"OPG", *AT_ONCE}:
        yield Refusal(443, "Algo attribute validation failed: unsupported order type.")
    for name, value in request.algo_params:
        times = {"starttime", "endtime"}
        if name.lower() in times and value and moment(value, instrument.time_zone) is None:
            yield Refusal(443, f"Algo attribute validation failed: {name}.")


def _check_adjustment(request: PlaceRequest, instrument: Instrument) -> Iterator[Refusal]:
    if not has_adjustment(request):
        return
    kind = order_type(request.adjusted_order_type)
    if kind not in _ADJUSTABLE or order_type(request.order_type) not in _ADJUSTABLE:
        yield invalid("Invalid adjusted order type")
        return
    yield from check_price("trigger", request.trigger_price, instrument)
    trails = KINDS[kind].trails
    if not trails or request.adjusted_stop_price is not None:
        yield from check_price("adjusted stop", request.adjusted_stop_price, instrument)
    if kind == "STP LMT":
        yield from check_price("adjusted stop limit", request.adjusted_stop_limit_price, instrument)
    if trails and not (request.adjusted_trailing_amount or 0) > 0:
        yield invalid("Adjusted trailing amount must be specified")


def _check_conditions(request: PlaceRequest, instrument: Instrument) -> Iterator[Refusal]:
    for asked in request.conditions:
        if condition_value(asked, instrument.time_zone) is None:
            yield invalid("Invalid condition value")
        if asked.kind in {PRICE, VOLUME, PERCENT_CHANGE} and asked.con_id not in BY_CON_ID:
            yield Refusal(200, NO_DEFINITION)


def _check_options(request: PlaceRequest, instrument: Instrument) -> Iterator[Refusal]:
    del instrument
    if request.options.attached:
        yield invalid("No presets for attached orders are defined")
    kind = order_type(request.order_type)
    if request.options.post_only and (kind != "LMT" or request.tif in AT_ONCE):
        yield Refusal(387, "Unsupported order type for this exchange and security type.")


def _check_least(request: PlaceRequest, instrument: Instrument) -> Iterator[Refusal]:
    """Yield what keeps an order from filling whole, or with a least part, when it asks so."""
    del instrument
    least = request.min_quantity or 0
    if least < 0 or (least and Decimal(least) > (request.quantity or 0)):
        yield invalid("The minimum quantity should not be larger than the order size")
    if not (request.all_or_none or least):
        return
    kind = order_type(request.order_type)
    simple = KINDS[kind].peg is Peg.NOTHING and auction_of(kind, request.tif) is Auction.NONE
    if not simple or request.algo_strategy:
        yield Refusal(387, "Unsupported order type for this exchange and security type.")
    if request.all_or_none and request.display_size:
        yield invalid("An all-or-none order cannot show a part of its size")
