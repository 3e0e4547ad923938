"""Requests about contracts: details, symbol search and market rules.

Source: tws-wire.md 2.4 (9, 78, 81, 91) and 2.5 (10, 52, 75, 76, 79, 93).
"""

from dataclasses import replace

from workstation.simgateway import messages
from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Fields
from workstation.simgateway.instruments import (
    RULES,
    ContractQuery,
    Instrument,
    find_all,
    matching,
    round_the_clock_hours,
)
from workstation.simgateway.order_checks import NO_DEFINITION, invalid
from workstation.simgateway.order_request import read_contract


def the_one(client: Client, req_id: int, query: ContractQuery) -> Instrument | None:
    """Return the contract a request means; else answer it with error 200 and return None."""
    found = find_all(query)
    if len(found) == 1:
        return found[0]
    text = NO_DEFINITION
    if found:
        named = query.symbol or query.local_symbol
        text = f"The contract description specified for {named} is ambiguous."
    client.error(req_id, 200, text)
    return None


def contract_details(client: Client, fields: Fields) -> None:
    """Answer reqContractDetails (9) with every contract that fits."""
    fields.skip()
    req_id = fields.integer()
    query = read_contract(fields)
    query = replace(query, include_expired=fields.flag())
    id_type, identifier = fields.text().strip().upper(), fields.text().strip()
    if id_type == "ISIN":
        query = replace(query, isin=identifier)
    elif id_type == "CUSIP":
        query = replace(query, cusip=identifier)
    found = find_all(query)
    if not found:
        client.error(req_id, 200, NO_DEFINITION)
        return
    for instrument in found:
        _send_details(client, req_id, instrument, query.exchange)
    client.write([52, 1, req_id])


def _send_details(client: Client, req_id: int, instrument: Instrument, asked: str) -> None:
    today = client.gateway.local_time(client.gateway.now()).date()
    hours = round_the_clock_hours(today)
    exchange = asked or instrument.exchanges[0]
    client.write(messages.contract_data(client.sv, req_id, instrument, exchange, hours, hours))


def matching_symbols(client: Client, fields: Fields) -> None:
    """Answer reqMatchingSymbols (81)."""
    req_id = fields.integer()
    client.write(messages.symbol_samples(client.sv, req_id, matching(fields.text())))


def market_rule(client: Client, fields: Fields) -> None:
    """Answer reqMarketRule (91)."""
    rule = RULES.get(fields.integer())
    if rule is None:
        refusal = invalid("Invalid market rule id")
        client.error(-1, refusal.code, refusal.text)
        return
    client.write(messages.market_rule(rule))


def no_option_chain(client: Client, fields: Fields) -> None:
    """Answer reqSecDefOptParams (78): no options are listed."""
    client.write([76, fields.integer()])


HANDLERS = {
    9: contract_details,
    78: no_option_chain,
    81: matching_symbols,
    91: market_rule,
}
