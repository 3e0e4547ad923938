"""Requests about market data, time and the session itself."""

from workstation.simgateway import messages, requests_contracts
from workstation.simgateway.client import Client, QuoteStream
from workstation.simgateway.codec_text import BadFieldError, Fields
from workstation.simgateway.instruments import Instrument
from workstation.simgateway.order_checks import NO_DEFINITION, invalid
from workstation.simgateway.order_request import read_contract
from workstation.simgateway.requests_news import subscribe_news

MAX_LINES = 100
"""Market-data lines of one client (tws-wire.md 3.1)."""


def req_ids(client: Client, fields: Fields) -> None:
    """Answer reqIds (8)."""
    del fields
    client.write([9, 1, client.gateway.desk.numbers.next_order_id(client.client_id)])


def current_time(client: Client, fields: Fields) -> None:
    """Answer reqCurrentTime (49)."""
    del fields
    client.write([49, 1, int(client.gateway.now())])


def current_time_ms(client: Client, fields: Fields) -> None:
    """Answer reqCurrentTimeInMillis (105)."""
    del fields
    client.write([109, int(client.gateway.now() * 1000)])


def nothing(client: Client, fields: Fields) -> None:
    """Take a request that has no answer: log level, bulletins, cancels of nothing."""
    del client, fields


def market_data_type(client: Client, fields: Fields) -> None:
    """Take reqMarketDataType (59); the data are always live, so it changes nothing."""
    fields.skip()
    if fields.integer() not in {1, 2, 3, 4}:
        refusal = invalid("Invalid market data type")
        client.error(-1, refusal.code, refusal.text)


def market_data(client: Client, fields: Fields) -> None:
    """Answer reqMktData (1): a stream of ticks, or a snapshot."""
    fields.skip()
    req_id = fields.integer()
    query = read_contract(fields)
    if query.sec_type == "BAG":
        client.error(req_id, 200, NO_DEFINITION)
        return
    if fields.flag():
        fields.skip(3)  # delta-neutral contract
    wanted = fields.text()
    generic = _generic_ticks(wanted)
    snapshot = fields.flag()
    regulatory = fields.flag()
    instrument = requests_contracts.the_one(client, req_id, query)
    if instrument is None:
        return
    if not query.exchange:
        refusal = invalid("Please enter exchange")
        client.error(req_id, refusal.code, refusal.text)
    elif regulatory:
        client.error(req_id, 10170, "Regulatory snapshots are not permitted for this account.")
    elif req_id in client.quotes:
        client.error(req_id, 102, "Duplicate ticker ID.")
    elif not snapshot and len(client.quotes) >= MAX_LINES:
        client.error(req_id, 101, "Max number of tickers has been reached")
    else:
        _start_quotes(client, req_id, instrument, generic, snapshot=snapshot)
        if not snapshot:
            subscribe_news(client, req_id, instrument.con_id, wanted)


def _start_quotes(
    client: Client,
    req_id: int,
    instrument: Instrument,
    generic: frozenset[int],
    *,
    snapshot: bool,
) -> None:
    stream = QuoteStream(instrument.con_id, generic)
    client.send([81, req_id, instrument.tick, "9c0001", 3], [58, 1, req_id, 1])
    client.send_quote(req_id, stream)
    if 236 in generic:  # shortable: plenty of shares
        client.send([45, 6, req_id, 46, "3.0"], messages.tick_size(req_id, 89, 10_000_000))
    if snapshot:
        client.write([57, 1, req_id])
    else:
        client.quotes[req_id] = stream


def _generic_ticks(text: str) -> frozenset[int]:
    wanted = [part.split(":")[0].strip() for part in text.split(",")]
    try:
        return frozenset(int(part) for part in wanted if part and not part.startswith("mdoff"))
    except ValueError:
        raise BadFieldError(f"not a generic tick list: {text[:40]!r}") from None


def cancel_market_data(client: Client, fields: Fields) -> None:
    """Answer cancelMktData (2)."""
    fields.skip()
    req_id = fields.integer()
    client.streams.pop(("news", req_id), None)
    if client.quotes.pop(req_id, None) is None:
        client.error(req_id, 300, f"Can't find EId with tickerId:{req_id}")


HANDLERS = {
    **requests_contracts.HANDLERS,
    1: market_data,
    2: cancel_market_data,
    8: req_ids,
    12: nothing,
    13: nothing,
    14: nothing,
    49: current_time,
    59: market_data_type,
    105: current_time_ms,
}
