"""Combinations of contracts: their price is that of their legs."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from zlib import crc32

from workstation.simgateway.instruments.catalogue import BY_CON_ID
from workstation.simgateway.instruments.pricing import Scaled
from workstation.simgateway.instruments.record import Instrument, Leg, Trading
from workstation.simgateway.instruments.rules import CENT

MOST_LEGS = 8
_FIRST_ID = 700_000_000
_IDS = 90_000_000
_MOST_RATIO = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class LegTerms:
    """One leg as a request names it; ratio is negative for a leg that is sold."""

    con_id: int
    ratio: int


def combination(symbol: str, currency: str, legs: Sequence[LegTerms]) -> Instrument | None:
    """Return the combination of some legs, listing it the first time; None when there is none.

    Legs are sorted, so the same ones in another order are the same combination.
    """
    ordered = sorted(legs, key=lambda leg: (leg.con_id, leg.ratio))
    parts = _parts(ordered)
    if not parts or {part.currency for part in parts} != {currency or parts[0].currency}:
        return None
    text = ";".join(f"{leg.con_id}*{leg.ratio}" for leg in ordered)
    con_id = _FIRST_ID + crc32(text.encode()) % _IDS
    while (taken := BY_CON_ID.get(con_id)) is not None:
        if taken.long_name == text:
            return taken
        con_id += 1
    made = _made(con_id, text, symbol, parts, ordered)
    BY_CON_ID.add(made)
    return made


def _parts(legs: Sequence[LegTerms]) -> list[Instrument]:
    """Return the contracts of the legs; none when the legs make no combination."""
    known = [BY_CON_ID.get(leg.con_id) for leg in legs]
    parts = [one for one in known if one is not None and one.trading is Trading.FULL]
    fits = (
        2 <= len(legs) <= MOST_LEGS
        and len(parts) == len(legs)
        and all(0 < abs(leg.ratio) <= _MOST_RATIO for leg in legs)
        and not any(part.sec_type == "BAG" for part in parts)
    )
    return parts if fits else []


def _made(
    con_id: int, text: str, symbol: str, parts: list[Instrument], legs: Sequence[LegTerms]
) -> Instrument:
    whole = max(part.money(Decimal(1)) for part in parts)
    rule = min((part.rule for part in parts), key=lambda rule: rule.smallest)
    return Instrument(
        con_id=con_id,
        symbol=symbol or parts[0].symbol,
        sec_type="BAG",
        currency=parts[0].currency,
        long_name=text,
        primary_exchange="SMART",
        exchanges=("SMART", *parts[0].exchanges),
        market_name="COMB",
        trading_class="COMB",
        local_symbol=str(con_id),
        multiplier=whole,
        rule=rule if len(rule.rows) == 1 else CENT,
        suggested_size=Decimal(1),
        typical_size=min(part.typical_size for part in parts),
        hours=parts[0].hours,
        priced_from=parts[0].con_id,
        pricing=Scaled(1.0),
        legs=tuple(Leg(leg.con_id, leg.ratio, _weight(leg, whole)) for leg in legs),
        may_be_negative=True,
        reference_price=Decimal(0),
        daily_volatility=0.01,
        activity=0.1,
    )


def _weight(leg: LegTerms, whole: Decimal) -> Decimal:
    """Return what the price of a leg counts; whole is what a price of 1 of all is worth."""
    return leg.ratio * BY_CON_ID[leg.con_id].money(Decimal(1)) / whole
