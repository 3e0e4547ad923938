"""The repeated parts of placeOrder: combo legs, tags with values, conditions.

Source: tws-wire.md 2.4, placeOrder.
"""

from dataclasses import dataclass
from decimal import Decimal

from workstation.simgateway.codec_text import BadFieldError, Fields

MAX_REPEATS = 200
PRICE, TIME, MARGIN, EXECUTION, VOLUME, PERCENT_CHANGE = 1, 3, 4, 5, 6, 7
"""Condition types as the protocol numbers them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRequest:
    """One leg of a combination."""

    con_id: int
    ratio: int
    side: str
    exchange: str
    price: Decimal | None = None
    """Price of this leg alone, when the client named one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRequest:
    """One condition of an order; which fields count depends on the kind."""

    kind: int
    is_and: bool
    """Whether it is joined to the next by "and"; else by "or"."""

    is_more: bool = False
    value: str = ""
    """Price, time text, margin percent, volume or percent of change."""

    con_id: int = 0
    exchange: str = ""
    trigger_method: int = 0
    sec_type: str = ""
    symbol: str = ""


def read_tags(fields: Fields) -> tuple[tuple[str, str], ...]:
    """Read a count and that many tags with their values."""
    return tuple((fields.text(), fields.text()) for _ in range(fields.count(MAX_REPEATS)))


def read_legs(fields: Fields) -> tuple[LegRequest, ...]:
    """Read the legs of an order for a combination, their prices and the routing parameters."""
    legs: list[tuple[int, int, str, str]] = []
    for _ in range(fields.count(MAX_REPEATS)):
        legs.append((fields.integer(), fields.integer(), fields.text().upper(), fields.text()))
        fields.skip(4)  # openClose, shortSaleSlot, designatedLocation, exemptCode
    prices = [fields.decimal() for _ in range(fields.count(MAX_REPEATS))]
    prices += [None] * (len(legs) - len(prices))
    read_tags(fields)
    return tuple(
        LegRequest(con_id=con_id, ratio=ratio, side=side, exchange=exchange, price=price)
        for (con_id, ratio, side, exchange), price in zip(legs, prices, strict=False)
    )


def read_conditions(fields: Fields, count: int) -> tuple[ConditionRequest, ...]:
    """Read that many conditions."""
    return tuple(_read_condition(fields) for _ in range(count))


def _read_condition(fields: Fields) -> ConditionRequest:
    kind = fields.integer()
    is_and = fields.text() != "o"
    if kind == EXECUTION:
        sec_type, exchange, symbol = fields.text(), fields.text(), fields.text()
        return ConditionRequest(
            kind=kind, is_and=is_and, sec_type=sec_type, exchange=exchange, symbol=symbol
        )
    is_more, value = fields.flag(), fields.text()
    if kind in {TIME, MARGIN}:
        return ConditionRequest(kind=kind, is_and=is_and, is_more=is_more, value=value)
    if kind not in {PRICE, VOLUME, PERCENT_CHANGE}:
        raise BadFieldError(f"not a condition type: {kind}")
    return ConditionRequest(
        kind=kind,
        is_and=is_and,
        is_more=is_more,
        value=value,
        con_id=fields.integer(),
        exchange=fields.text(),
        trigger_method=fields.integer() if kind == PRICE else 0,
    )
