"""Requests that compute options: volatility from a price, price from a volatility.

Source: tws-wire.md 2.4 (54-57) and 2.5 (21).
"""

from decimal import Decimal

from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Fields
from workstation.simgateway.instruments import Instrument, OptionPricing
from workstation.simgateway.messages import Message
from workstation.simgateway.order_checks import invalid
from workstation.simgateway.requests_contracts import read_instrument

CUSTOM_COMPUTATION = 53
"""Tick type of an answer."""

_LARGEST_VOLATILITY = Decimal(10)
_LARGEST_PRICE = Decimal(10_000_000)


def implied_volatility(client: Client, fields: Fields) -> None:
    """Answer calculateImpliedVolatility (54)."""
    _compute(client, fields, gives_price=True)


def option_price(client: Client, fields: Fields) -> None:
    """Answer calculateOptionPrice (55)."""
    _compute(client, fields, gives_price=False)


def _compute(client: Client, fields: Fields, *, gives_price: bool) -> None:
    fields.skip()
    req_id = fields.integer()
    instrument, _ = read_instrument(client, req_id, fields)
    given, base = fields.decimal(), fields.decimal()
    if instrument is None:
        return
    most = _LARGEST_PRICE if gives_price else _LARGEST_VOLATILITY
    cause = ""
    if not isinstance(instrument.pricing, OptionPricing):
        cause = "The contract is not an option"
    elif given is None or not 0 < given <= most:
        cause = "Invalid option price" if gives_price else "Invalid volatility"
    elif base is None or not 0 < base <= _LARGEST_PRICE:
        cause = "Invalid underlying price"
    if cause or given is None or base is None:
        refusal = invalid(cause)
        client.error(req_id, refusal.code, refusal.text)
        return
    client.write(_answer(client, req_id, instrument, float(given), float(base), gives_price))


def _answer(
    client: Client,
    req_id: int,
    instrument: Instrument,
    given: float,
    base: float,
    gives_price: bool,  # noqa: FBT001
) -> Message:
    pricing, now = instrument.pricing, client.gateway.now()
    assert isinstance(pricing, OptionPricing)
    volatility = pricing.implied(given, base, now) if gives_price else given
    head: Message = [21, req_id, CUSTOM_COMPUTATION] if client.sv >= 156 else [21, 6, req_id, 53]
    if client.sv >= 156:
        head.append(1)
    if volatility is None:  # no volatility gives this price
        return [*head, -1.0, -2.0, given, -1.0, -2.0, -2.0, -2.0, base]
    found = pricing.at(base, now, volatility)
    price = given if gives_price else found.price
    values = (volatility, found.delta, price, 0.0, found.gamma, found.vega, found.theta, base)
    return [*head, *(round(value, 8) for value in values)]


def cancel(client: Client, fields: Fields) -> None:
    """Take a cancel (56, 57); the answer has always been sent already."""
    del client, fields


HANDLERS = {54: implied_volatility, 55: option_price, 56: cancel, 57: cancel}
