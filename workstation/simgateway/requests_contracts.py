"""Requests about contracts: details, symbol search and market rules.

Source: tws-wire.md 2.4 (9, 78, 81, 91) and 2.5 (10, 52, 75, 76, 79, 93).
"""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Fields
from workstation.simgateway.contract_messages import (
    bond_data,
    contract_data,
    option_chain,
    symbol_samples,
)
from workstation.simgateway.contract_messages import market_rule as rule_message
from workstation.simgateway.instruments import (
    BY_CON_ID,
    CHAINS,
    RULES,
    ContractQuery,
    Instrument,
    LegTerms,
    combination,
    expiries,
    find_all,
    matching,
    strikes,
    underlying_of,
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


def read_instrument(
    client: Client, req_id: int, fields: Fields, *, legs_later: bool = False
) -> tuple[Instrument | None, ContractQuery]:
    """Read the contract of a market-data request, legs included, and find what it means.

    None when nothing or several fit; the client has been told. legs_later says that the legs
    of a combination do not follow at once: read_combination reads them.
    """
    query = read_contract(fields)
    if query.sec_type != "BAG":
        return the_one(client, req_id, query), query
    return None if legs_later else read_combination(client, req_id, query, fields), query


def read_combination(
    client: Client, req_id: int, query: ContractQuery, fields: Fields
) -> Instrument | None:
    """Read the legs of a combination and return it; None when there is none."""
    found = combination(query.symbol, query.currency, _read_legs(fields))
    if found is None:
        client.error(req_id, 200, NO_DEFINITION)
    return found


def _read_legs(fields: Fields) -> list[LegTerms]:
    legs = []
    for _ in range(fields.count(100)):
        con_id, ratio, side = fields.integer(), fields.integer(), fields.text().upper()
        fields.skip()  # exchange
        sold = side in {"SELL", "SSHORT", "SLD", "S"}
        legs.append(LegTerms(con_id=con_id, ratio=-ratio if sold else ratio))
    return legs


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
    now = client.gateway.now()
    found = [one for one in find_all(query) if query.include_expired or not one.has_ended(now)]
    if not found:
        client.error(req_id, 200, NO_DEFINITION)
        return
    for instrument in found:
        _send_details(client, req_id, instrument, query.exchange)
    client.write([52, 1, req_id])


def _send_details(client: Client, req_id: int, instrument: Instrument, asked: str) -> None:
    zone = ZoneInfo(instrument.time_zone)
    today = datetime.fromtimestamp(client.gateway.now(), zone).date()
    sessions = client.gateway.sessions
    trading, liquid = (sessions.hours(instrument, today, liquid=one) for one in (False, True))
    exchange = asked or instrument.exchanges[0]
    build = bond_data if instrument.sec_type == "BOND" else contract_data
    client.write(build(client.sv, req_id, instrument, exchange, (trading, liquid)))


def matching_symbols(client: Client, fields: Fields) -> None:
    """Answer reqMatchingSymbols (81)."""
    req_id = fields.integer()
    if not client.search_pace.allows(client.gateway.clock.monotonic()):
        text = "Error processing request.-'bW' : cause - Only one search a second is allowed"
        client.error(req_id, 322, text)
        return
    client.write(symbol_samples(client.sv, req_id, matching(fields.text())))


def market_rule(client: Client, fields: Fields) -> None:
    """Answer reqMarketRule (91)."""
    rule = RULES.get(fields.integer())
    if rule is None:
        refusal = invalid("Invalid market rule id")
        client.error(-1, refusal.code, refusal.text)
        return
    client.write(rule_message(rule))


def option_chains(client: Client, fields: Fields) -> None:
    """Answer reqSecDefOptParams (78): expiries and strikes, exchange by exchange."""
    req_id, symbol, exchange = fields.integer(), fields.text().upper(), fields.text().upper()
    sec_type, con_id = fields.text().upper(), fields.integer()
    underlying = BY_CON_ID.get(con_id)
    kind = "FOP" if sec_type == "FUT" else "OPT"
    for chain in CHAINS:
        if underlying is None or chain.sec_type != kind or chain.symbol != symbol:
            continue
        days = expiries(chain, BY_CON_ID.today)
        if kind == "FOP":
            days = [day for day in days if underlying_of(chain, day) == con_id]
        elif chain.underlying != con_id:
            continue
        prices = strikes(chain, BY_CON_ID.price_around(chain))
        for name in chain.exchanges:
            if exchange in {"", name} and days:
                head = (req_id, name, con_id, chain.trading_class, chain.multiplier)
                client.write(option_chain(*head, days, prices))
    client.write([76, req_id])


HANDLERS = {
    9: contract_details,
    78: option_chains,
    81: matching_symbols,
    91: market_rule,
}
