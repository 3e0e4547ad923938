"""Messages to the client that are not about orders, as lists of fields.

Source: tws-wire.md 2.5, with the version gates of 2.3.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from workstation.simgateway.accounts import Position
from workstation.simgateway.codec_text import Field, escaped
from workstation.simgateway.instruments import (
    Instrument,
)

Message = list[Field]

_FRACTION = Decimal("0.00000001")


def money(value: Decimal) -> Decimal:
    """Return an amount rounded to what the wire shows."""
    return value.quantize(Decimal("0.01"))


def exact(value: Decimal) -> Decimal:
    """Return a price or cost rounded to eight places."""
    return value.quantize(_FRACTION)


def error(sv: int, req_id: int, code: int, text: str, time_ms: int) -> Message:
    """Build error (4)."""
    message: Message = [4] if sv >= 194 else [4, 2]
    message += [req_id, code, escaped(text)]
    if sv >= 166:
        message.append("")  # advancedOrderRejectJson
    if sv >= 194:
        message.append(time_ms)
    return message


def short_contract(instrument: Instrument, exchange: str, right: str = "") -> Message:
    """Return the eleven contract fields of orders, executions and positions."""
    return [
        instrument.con_id,
        instrument.symbol,
        instrument.sec_type,
        expiry(instrument),
        "0.0" if instrument.strike is None else instrument.strike,
        instrument.right or right,
        multiplier(instrument),
        exchange,
        instrument.currency,
        instrument.local_name,
        instrument.name_of_class,
    ]


def expiry(instrument: Instrument) -> str:
    """Return the last trading day of what has one."""
    day = instrument.last_trade_date
    return "" if day is None else f"{day:%Y%m%d}"


def multiplier(instrument: Instrument) -> Field:
    """Return the multiplier of what has one; a stock shows none."""
    return "" if instrument.sec_type in {"STK", "CASH", "IND", "BAG"} else instrument.multiplier


def tick_price(req_id: int, tick: int, price: float, size: Field, mask: int) -> Message:
    """Build tickPrice (1)."""
    return [1, 6, req_id, tick, price, size, mask]


def tick_size(req_id: int, tick: int, size: Field) -> Message:
    """Build tickSize (2)."""
    return [2, 6, req_id, tick, size]


def position(account: str, instrument: Instrument, held: Position) -> Message:
    """Build position (61)."""
    return [
        61,
        3,
        account,
        *short_contract(instrument, instrument.primary_exchange),
        held.quantity,
        exact(held.average_cost),
    ]


def position_multi(req_id: int, account: str, instrument: Instrument, held: Position) -> Message:
    """Build positionMulti (71)."""
    return [
        71,
        1,
        req_id,
        account,
        *short_contract(instrument, instrument.primary_exchange),
        held.quantity,
        exact(held.average_cost),
        "",
    ]


def portfolio_value(account: str, instrument: Instrument, held: Position, mark: Decimal) -> Message:
    """Build portfolioValue (7); its eighth contract field is the primary exchange."""
    return [
        7,
        8,
        *short_contract(instrument, instrument.primary_exchange, "0"),
        held.quantity,
        mark,
        money(held.value(instrument.money(mark))),
        exact(held.average_cost),
        money(held.unrealized(instrument.money(mark))),
        money(held.realized),
        account,
    ]


def rows(head: Sequence[Field], items: Iterable[Sequence[Field]]) -> Message:
    """Build a message that is a head, a count and that many groups of fields."""
    groups = list(items)
    message: Message = [*head, len(groups)]
    for group in groups:
        message += group
    return message
