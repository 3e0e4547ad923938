"""Margin requirements: Reg-T style for stocks, a table for the rest.

The numbers are fixed ones of the size a broker asks for; they are not anybody's real ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workstation.simgateway.instruments import BY_CON_ID, Instrument

INITIAL_MARGIN = Decimal("0.25")
"""Of the value of a long stock, during the day; Reg T's half counts at its end."""

REG_T = Decimal("0.50")

_ZERO = Decimal(0)
_WHOLE = (Decimal(1), Decimal(1))
_LONG_STOCK = (INITIAL_MARGIN, Decimal("0.20"))
_SHORT_STOCK = (Decimal("0.30"), Decimal("0.30"))
_TABLE = {
    "FUT": (Decimal("0.08"), Decimal("0.065")),
    "CFD": (Decimal("0.20"), Decimal("0.15")),
    "CRYPTO": _WHOLE,
    "BOND": (Decimal("0.30"), Decimal("0.25")),
    "CASH": (_ZERO, _ZERO),
}
_OVERNIGHT = {
    "FUT": (Decimal("0.12"), Decimal("0.10")),
    "CFD": (Decimal("0.25"), Decimal("0.20")),
}
_LONG_STOCK_OVERNIGHT = (Decimal("0.30"), Decimal("0.25"))
_SHORT_STOCK_OVERNIGHT = (Decimal("0.40"), Decimal("0.35"))
_SHORT_OPTION = Decimal("0.20")
_SHORT_OPTION_LEAST = Decimal("0.10")


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a position binds, in the contract's currency."""

    initial: Decimal
    maintenance: Decimal


NOTHING = Requirement(_ZERO, _ZERO)


def margin_of(
    instrument: Instrument,
    quantity: Decimal,
    mark: Decimal,
    marks: Mapping[int, Decimal],
    *,
    overnight: bool = False,
) -> Requirement:
    """Return what holding so much of a contract binds; marks are what one contract is worth.

    overnight asks for what counts outside regular hours.

    A long option binds its whole value, so that it lends nothing; a short one the usual fifth
    of its underlying less what it is out of the money, a tenth at least, and its own value.
    """
    if not quantity:
        return NOTHING
    value = abs(quantity * mark)
    if instrument.sec_type in {"OPT", "FOP"}:
        bound = value if quantity > 0 else value + _short_option(instrument, quantity, marks)
        return Requirement(bound, bound)
    initial, maintenance = _rates(instrument.sec_type, is_long=quantity > 0, overnight=overnight)
    return Requirement(value * initial, value * maintenance)


def _rates(sec_type: str, *, is_long: bool, overnight: bool) -> tuple[Decimal, Decimal]:
    """Return which parts of a value are the initial and the maintenance margin."""
    if sec_type == "STK":
        if overnight:
            return _LONG_STOCK_OVERNIGHT if is_long else _SHORT_STOCK_OVERNIGHT
        return _LONG_STOCK if is_long else _SHORT_STOCK
    plain = _TABLE.get(sec_type, _WHOLE)
    return _OVERNIGHT.get(sec_type, plain) if overnight else plain


def _short_option(
    instrument: Instrument, quantity: Decimal, marks: Mapping[int, Decimal]
) -> Decimal:
    strike = instrument.strike or _ZERO
    price = marks.get(instrument.underlying, strike)
    is_call = instrument.right == "C"
    out = max(_ZERO, strike - price if is_call else price - strike)
    share = max(price * _SHORT_OPTION - out, price * _SHORT_OPTION_LEAST)
    return abs(quantity) * share * instrument.multiplier


# ---- options that cover each other ---------------------------------------------------------


def relief(held: Mapping[int, Decimal], marks: Mapping[int, Decimal]) -> dict[str, Decimal]:
    """Return by currency what holdings, by con_id, bind less than each of them alone does.

    A short option covered by a long one of the same right that ends no sooner binds what the
    pair can lose and its value; a short call covered by its stock binds nothing.
    """
    found: dict[str, Decimal] = {}
    families: dict[tuple[int, str], list[Instrument]] = {}
    for con_id, quantity in held.items():
        one = BY_CON_ID[con_id]
        if one.sec_type in {"OPT", "FOP"} and quantity:
            families.setdefault((one.underlying, one.right), []).append(one)
    for (underlying, right), options in families.items():
        left = {one.con_id: held[one.con_id] for one in options}
        ordered = sorted(options, key=_loss_order)
        saved = _paired(ordered, left, marks)
        if right == "C":
            saved += _covered(ordered, left, held.get(underlying, _ZERO), marks)
        if saved:
            currency = options[0].currency
            found[currency] = found.get(currency, _ZERO) + saved
    return found


def _paired(
    options: list[Instrument], left: dict[int, Decimal], marks: Mapping[int, Decimal]
) -> Decimal:
    """Pair shorts with longs, taking both from what is left; return what that saves."""
    saved = _ZERO
    for short in options:
        for long in options:
            size = min(-left[short.con_id], left[long.con_id])
            if size <= 0 or _ends(long) < _ends(short):
                continue
            alone = sum(
                margin_of(one, signed, marks[one.con_id], marks).initial
                for one, signed in ((short, -size), (long, size))
            )
            value = (marks[long.con_id] - marks[short.con_id]) * size
            together = max(_ZERO, _most_lost(short, long) * size * short.multiplier + value)
            if together < alone:
                saved += alone - together
                left[short.con_id] += size
                left[long.con_id] -= size
    return saved


def _covered(
    options: list[Instrument],
    left: Mapping[int, Decimal],
    shares: Decimal,
    marks: Mapping[int, Decimal],
) -> Decimal:
    """Return what calls written on shares, or on the future they are of, save."""
    saved = _ZERO
    for short in options:
        each = short.multiplier if short.sec_type == "OPT" else Decimal(1)
        size = min(-left[short.con_id], shares // each)
        if size > 0:
            saved += margin_of(short, -size, marks[short.con_id], marks).initial
            shares -= size * each
    return saved


def _most_lost(short: Instrument, long: Instrument) -> Decimal:
    """Return how much a unit of a pair can lose at the end."""
    short_strike, long_strike = short.strike or _ZERO, long.strike or _ZERO
    width = long_strike - short_strike if short.right == "C" else short_strike - long_strike
    return max(_ZERO, width)


def _loss_order(option: Instrument) -> tuple[Decimal, int]:
    """Return where an option stands when pairs are made: what is in the money most is first."""
    strike = option.strike or _ZERO
    return (strike if option.right == "C" else -strike, option.con_id)


def _ends(option: Instrument) -> date:
    return option.last_trade_date or date.min
