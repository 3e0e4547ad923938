"""What the gateway refuses before an order exists, with the codes the real one uses.

Source: tws-wire.md 2.7 and 3.3.
"""

from dataclasses import dataclass
from decimal import Decimal

from workstation.simgateway.accounts import ACCOUNT
from workstation.simgateway.instruments import Instrument, find
from workstation.simgateway.order_request import PlaceRequest
from workstation.simgateway.orders import OrderTerms

LIMIT_TYPES = frozenset({"LMT", "STP LMT"})
STOP_TYPES = frozenset({"STP", "STP LMT"})
SERVED_TYPES = LIMIT_TYPES | STOP_TYPES | {"MKT"}
KNOWN_TYPES = SERVED_TYPES | {
    "TRAIL",
    "TRAIL LIMIT",
    "MIT",
    "LIT",
    "MOC",
    "LOC",
    "MOO",
    "LOO",
    "MTL",
    "MIDPRICE",
    "REL",
    "RPI",
    "BOX TOP",
    "STP PRT",
    "MKT PRT",
    "PEG MKT",
    "PEG MID",
    "PEG BEST",
    "PEG BENCH",
    "PEG PRIM",
    "PEG STK",
    "SNAP MKT",
    "SNAP MID",
    "SNAP PRIM",
    "VOL",
    "VWAP",
    "TWAP",
}
SERVED_TIFS = frozenset({"DAY", "GTC", "IOC", "FOK"})

_LARGEST_QUANTITY = Decimal(100_000_000)
_LARGEST_PRICE = Decimal(1_000_000)

NO_DEFINITION = "No security definition has been found for the request"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error code of the real gateway and its text."""

    code: int
    text: str


def invalid(cause: str) -> Refusal:
    """Return error 321 with its usual wrapping."""
    return Refusal(321, f"Error validating request.-'bT' : cause - {cause}")


def checked(request: PlaceRequest) -> OrderTerms | Refusal:
    """Return the terms of an order the gateway can take, or why it cannot."""
    instrument = find(request.contract)
    if instrument is None:
        return Refusal(200, NO_DEFINITION)
    refusal = (
        _check_basics(request)
        or _check_account_and_tif(request)
        or _check_quantity(request.quantity)
        or _check_price(request, instrument)
        or _check_features(request)
    )
    return refusal or _terms(request, instrument)


def _check_basics(request: PlaceRequest) -> Refusal | None:
    if not request.contract.exchange:
        return invalid("Please enter exchange")
    if request.side not in {"BUY", "SELL"}:
        return invalid("Invalid side was entered")
    if request.order_type not in KNOWN_TYPES:
        return invalid("Invalid order type was entered")
    if request.order_type not in SERVED_TYPES:
        return Refusal(387, "Unsupported order type for this exchange and security type.")
    return None


def _check_account_and_tif(request: PlaceRequest) -> Refusal | None:
    if request.account not in {"", ACCOUNT}:
        return invalid("Invalid account code")
    if request.tif and request.tif not in SERVED_TIFS:
        return Refusal(10052, f"Invalid time in force:{request.tif}")
    return None


def _check_quantity(quantity: Decimal | None) -> Refusal | None:
    if quantity is None or quantity <= 0:
        return Refusal(434, "The order size cannot be zero.")
    if quantity != quantity.to_integral_value():
        return Refusal(
            10243,
            "Fractional-sized order cannot be placed via API. "
            "Please use desktop version to place this order.",
        )
    if quantity > _LARGEST_QUANTITY:
        return Refusal(201, "Order rejected - reason:The order size exceeds the limit.")
    return None


def _check_price(request: PlaceRequest, instrument: Instrument) -> Refusal | None:
    for name, price, types in (
        ("limit", request.limit_price, LIMIT_TYPES),
        ("stop", request.stop_price, STOP_TYPES),
    ):
        if request.order_type in types:
            refusal = _check_one_price(name, price, instrument)
            if refusal:
                return refusal
    return None


def _check_one_price(name: str, price: Decimal | None, instrument: Instrument) -> Refusal | None:
    if price is None:
        return invalid(f"A {name} price is required")
    if not instrument.tick <= price <= _LARGEST_PRICE or not instrument.rule.allows(price):
        return Refusal(
            110, "The price does not conform to the minimum price variation for this contract."
        )
    return None


def _check_features(request: PlaceRequest) -> Refusal | None:
    wanted = {
        "Conditional orders": bool(request.conditions),
        "Algorithmic orders": bool(request.algo_strategy),
        "Hedge orders": bool(request.hedge_type),
        "Orders with a start or end time": bool(request.good_after_time or request.good_till_date),
        "All-or-none orders": request.all_or_none,
        "Cash quantity orders": bool(request.cash_quantity),
    }
    for name, present in wanted.items():
        if present:
            return Refusal(201, f"Order rejected - reason:{name} are not supported here.")
    return None


def _terms(request: PlaceRequest, instrument: Instrument) -> OrderTerms:
    assert request.quantity is not None
    return OrderTerms(
        con_id=instrument.con_id,
        exchange=request.contract.exchange,
        side=request.side,
        quantity=request.quantity.to_integral_value(),
        order_type=request.order_type,
        limit_price=request.limit_price if request.order_type in LIMIT_TYPES else None,
        stop_price=request.stop_price if request.order_type in STOP_TYPES else None,
        parent_id=request.parent_id,
        oca_group=request.oca_group,
        oca_type=request.oca_type if request.oca_type in {1, 2} else 3,
        tif=request.tif or "DAY",
        account=ACCOUNT,
        order_ref=request.order_ref,
        open_close=request.open_close,
        model_code=request.model_code,
        origin=request.origin,
        outside_rth=request.outside_rth,
        transmit=request.transmit,
    )
