"""The request that exercises options or lets them lapse.

An exercise is carried out at once, where the real service does it after the close; a lapse is
taken on the last trading day alone and ends the options without value. Nothing but positions
and account values tells that it was done. The codes are those of other refused requests (321
malformed, 322 cannot be done); the words are this gateway's own. Source: tws-wire.md 2.4 (21).
"""

from decimal import Decimal

from workstation.simgateway.accounts import ZERO, Account
from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Fields
from workstation.simgateway.exercises import LEAST_INSIDE, bring_about, inside_of
from workstation.simgateway.instruments import Instrument, OptionPricing
from workstation.simgateway.order_checks import Refusal, invalid
from workstation.simgateway.order_request import read_contract
from workstation.simgateway.requests_contracts import the_one

EXERCISE, LAPSE = 1, 2


def exercise_options(client: Client, fields: Fields) -> None:
    """Answer exerciseOptions (21): do it, or say why not."""
    fields.skip()
    req_id = fields.integer()
    option = the_one(client, req_id, read_contract(fields, has_primary=False))
    action, quantity = fields.integer(), Decimal(fields.integer())
    account, override = fields.text(), fields.flag()
    if option is None:
        return
    accounts = client.gateway.accounts
    book = accounts.get(account or client.gateway.account.name)
    refusal = _malformed(option, action, quantity, book)
    if refusal is None and book is not None:
        refusal = _impossible(client, option, action, quantity, book)
        refusal = refusal or _unnatural(client, option, action, override=override)
    if refusal is not None:
        client.error(req_id, refusal.code, refusal.text)
    elif book is not None:
        _carry_out(client, book, option, action, quantity)


def _malformed(
    option: Instrument, action: int, quantity: Decimal, account: Account | None
) -> Refusal | None:
    if not isinstance(option.pricing, OptionPricing):
        return invalid("The contract is not an option")
    if action not in {EXERCISE, LAPSE}:
        return invalid("Invalid exercise action")
    if quantity <= 0:
        return invalid("Invalid exercise quantity")
    return invalid("Invalid account code") if account is None else None


def _impossible(
    client: Client, option: Instrument, action: int, quantity: Decimal, account: Account
) -> Refusal | None:
    held = account.position(option.con_id).quantity
    if held <= 0:
        return _refused("No long position in the option")
    if quantity > held:
        return _refused(f"The exercise quantity {quantity} exceeds the position {held}")
    now = client.gateway.now()
    is_last_day = f"{client.gateway.local_time(now):%Y%m%d}" == f"{option.last_trade_date:%Y%m%d}"
    if action == LAPSE and not is_last_day:
        return _refused("The option can be lapsed on its last trading day only")
    if not option.is_american and not is_last_day:
        return _refused("A European option cannot be exercised before its last trading day")
    return None


def _unnatural(
    client: Client, option: Instrument, action: int, *, override: bool
) -> Refusal | None:
    """Refuse what the option would not do by itself, unless that is meant."""
    is_inside = inside_of(client.gateway.markets, option) >= LEAST_INSIDE
    if override or is_inside == (action == EXERCISE):
        return None
    place = "in the money" if is_inside else "not in the money"
    return _refused(f"The option is {place} and the override is not set")


def _refused(cause: str) -> Refusal:
    return Refusal(322, f"Error processing request.-'bT' : cause - {cause}")


def _carry_out(
    client: Client, account: Account, option: Instrument, action: int, quantity: Decimal
) -> None:
    gateway = client.gateway
    if action == LAPSE:
        account.apply_fill(option.con_id, -quantity, ZERO, ZERO)
    else:
        inside = inside_of(gateway.markets, option)
        bring_about(account, option, quantity, inside, gateway.position_moved)
    gateway.position_moved(account.name, option.con_id)


HANDLERS = {21: exercise_options}
