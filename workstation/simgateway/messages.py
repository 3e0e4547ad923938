"""Messages to the client that are not about orders, as lists of fields.

Source: tws-wire.md 2.5, with the version gates of 2.3.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from workstation.simgateway.accounts import Position
from workstation.simgateway.codec_text import Field, escaped
from workstation.simgateway.instruments import (
    BY_CON_ID,
    ORDER_TYPES,
    Instrument,
    MarketRule,
)

Message = list[Field]

TICK_BID, TICK_ASK, TICK_LAST = 1, 2, 4
TICK_BID_SIZE, TICK_ASK_SIZE, TICK_LAST_SIZE = 0, 3, 5
TICK_HIGH, TICK_LOW, TICK_CLOSE, TICK_OPEN = 6, 7, 9, 14
TICK_VOLUME, TICK_LAST_TIME, TICK_RT_VOLUME, TICK_HALTED = 8, 45, 48, 49

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
        _expiry(instrument),
        "0.0" if instrument.strike is None else instrument.strike,
        instrument.right or right,
        _multiplier(instrument),
        exchange,
        instrument.currency,
        instrument.local_name,
        instrument.name_of_class,
    ]


def _expiry(instrument: Instrument) -> str:
    day = instrument.last_trade_date
    return "" if day is None else f"{day:%Y%m%d}"


def _multiplier(instrument: Instrument) -> Field:
    """Return the multiplier of what has one; a stock shows none."""
    return "" if instrument.sec_type in {"STK", "CASH", "IND"} else instrument.multiplier


def contract_data(
    sv: int, req_id: int, instrument: Instrument, exchange: str, trading: str, liquid: str
) -> Message:
    """Build contractData (10); trading and liquid are its hours."""
    message: Message = [10] if sv >= 164 else [10, 8]
    message += [req_id, instrument.symbol, instrument.sec_type, _expiry(instrument)]
    if sv >= 182:
        message.append(_expiry(instrument))
    strike = 0 if instrument.strike is None else instrument.strike
    message += [strike, instrument.right, exchange, instrument.currency]
    message += [instrument.local_name, instrument.market_name, instrument.name_of_class]
    message += [instrument.con_id, instrument.rule.smallest]
    if sv < 164:
        message.append("100")  # mdSizeMultiplier
    message += [_multiplier(instrument), ORDER_TYPES, ",".join(instrument.exchanges)]
    message += [instrument.price_magnifier, instrument.underlying]
    message += [escaped(instrument.long_name), instrument.primary_exchange]
    message += [instrument.contract_month, instrument.industry, instrument.category]
    message += [instrument.subcategory, instrument.time_zone, trading, liquid, "", "0"]
    message += rows([], _identifiers(instrument))
    message += [1, *_underlying(instrument)]
    rules = ",".join([str(instrument.rule.rule_id)] * len(instrument.exchanges))
    message += [rules, _expiry(instrument)]
    message.append(instrument.stock_type if instrument.sec_type == "STK" else "")
    if sv == 163:
        message.append(instrument.size_increment)  # sizeMinTick
    if sv >= 164:
        message += [instrument.min_size, instrument.size_increment, instrument.suggested_size]
    if sv >= 186:
        message.append(0)  # ineligibility reasons
    return message


def _identifiers(instrument: Instrument) -> list[tuple[str, str]]:
    named = (("ISIN", instrument.isin), ("CUSIP", instrument.cusip))
    return [(tag, value) for tag, value in named if value]


def _underlying(instrument: Instrument) -> tuple[str, str]:
    """Return symbol and security type of what a contract derives from."""
    if not instrument.underlying:
        return ("", "")
    known = BY_CON_ID.get(instrument.underlying)
    return ("", "") if known is None else (known.symbol, known.sec_type)


def symbol_samples(sv: int, req_id: int, found: Sequence[Instrument]) -> Message:
    """Build symbolSamples (79)."""
    message: Message = [79, req_id, len(found)]
    for instrument in found:
        message += [instrument.con_id, instrument.symbol, instrument.sec_type]
        message += [instrument.primary_exchange, instrument.currency, 0]
        if sv >= 176:
            message += [instrument.long_name, ""]
    return message


def market_rule(rule: MarketRule) -> Message:
    """Build marketRule (93)."""
    return rows([93, rule.rule_id], rule.rows)


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
        money(held.value(mark)),
        exact(held.average_cost),
        money(held.unrealized(mark)),
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
