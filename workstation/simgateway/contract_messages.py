"""Messages about contracts: details, bonds, search results, option chains, market rules.

Source: tws-wire.md 2.5 (10, 18, 75, 79, 93), with the version gates of 2.3.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from workstation.simgateway.codec_text import escaped
from workstation.simgateway.instruments import BY_CON_ID, ORDER_TYPES, Instrument, MarketRule
from workstation.simgateway.messages import Message, expiry, multiplier, rows

HoursTexts = tuple[str, str]
"""tradingHours and liquidHours."""


def contract_data(
    sv: int, req_id: int, instrument: Instrument, exchange: str, hours: HoursTexts
) -> Message:
    """Build contractData (10)."""
    message: Message = [10] if sv >= 164 else [10, 8]
    message += [req_id, instrument.symbol, instrument.sec_type, expiry(instrument)]
    if sv >= 182:
        message.append(expiry(instrument))
    strike = 0 if instrument.strike is None else instrument.strike
    message += [strike, instrument.right, exchange, instrument.currency]
    message += [instrument.local_name, instrument.market_name, instrument.name_of_class]
    message += [instrument.con_id, instrument.rule.smallest]
    if sv < 164:
        message.append("100")  # mdSizeMultiplier
    message += [multiplier(instrument), ORDER_TYPES, ",".join(instrument.exchanges)]
    message += [instrument.price_magnifier, instrument.underlying]
    message += [escaped(instrument.long_name), instrument.primary_exchange]
    message += [instrument.contract_month, instrument.industry, instrument.category]
    message += [instrument.subcategory, instrument.time_zone, *hours, "", "0"]
    message += rows([], _identifiers(instrument))
    message += [1, *_underlying(instrument)]
    rules = ",".join([str(instrument.rule.rule_id)] * len(instrument.exchanges))
    message += [rules, expiry(instrument)]
    message.append(instrument.stock_type if instrument.sec_type == "STK" else "")
    if sv == 163:
        message.append(instrument.size_increment)  # sizeMinTick
    if sv >= 164:
        message += [instrument.min_size, instrument.size_increment, instrument.suggested_size]
    if sv >= 186:
        message.append(0)  # ineligibility reasons
    if sv >= 224:  # in protobuf alone
        message += [instrument.rule.smallest, instrument.size_increment]
    return message


def bond_data(
    sv: int, req_id: int, instrument: Instrument, exchange: str, hours: HoursTexts
) -> Message:
    """Build bondContractData (18)."""
    message: Message = [18] if sv >= 164 else [18, 6]
    message += [req_id, instrument.symbol, "BOND", instrument.cusip, instrument.coupon]
    message += [expiry(instrument), "", "", "CORP", "FIXED", False, False, False, ""]
    message += [exchange, instrument.currency, instrument.market_name, instrument.name_of_class]
    message += [instrument.con_id, instrument.rule.smallest]
    if sv < 164:
        message.append("1")  # mdSizeMultiplier
    message += [ORDER_TYPES, ",".join(instrument.exchanges), "", "", False, ""]
    message.append(escaped(instrument.long_name))
    if sv >= 188:
        message += [instrument.time_zone, *hours]
    message += ["", "0", *rows([], _identifiers(instrument)), 1, str(instrument.rule.rule_id)]
    if sv >= 164:
        message += [instrument.min_size, instrument.size_increment, instrument.suggested_size]
    return message


def option_chain(
    req_id: int,
    exchange: str,
    underlying: int,
    trading_class: str,
    multiplier: int,
    days: Iterable[date],
    strikes: Iterable[Decimal],
) -> Message:
    """Build securityDefinitionOptionParameter (75)."""
    head: Message = [75, req_id, exchange, underlying, trading_class, multiplier]
    return rows(rows(head, ([f"{day:%Y%m%d}"] for day in days)), ([strike] for strike in strikes))


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
        message += [instrument.primary_exchange, instrument.currency]
        message += rows([], ([kind] for kind in BY_CON_ID.derivatives(instrument)))
        if sv >= 176:
            message += [escaped(instrument.long_name), ""]
    return message


def market_rule(rule: MarketRule) -> Message:
    """Build marketRule (93)."""
    return rows([93, rule.rule_id], rule.rows)
