"""Requests about market data, time and the session itself."""

from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import BadFieldError, Fields
from workstation.simgateway.generic_ticks import LEGAL, generic_ticks
from workstation.simgateway.instruments import Entitlement, Instrument, Trading
from workstation.simgateway.messages import Message
from workstation.simgateway.order_checks import NO_DEFINITION, Refusal, invalid
from workstation.simgateway.quote_stream import DELAYED, DELAYED_FROZEN, FROZEN, LIVE, QuoteStream
from workstation.simgateway.requests_contracts import read_instrument
from workstation.simgateway.requests_news import subscribe_news

MAX_LINES = 100
"""Market-data lines of one client (tws-wire.md 3.1)."""

BBO_EXCHANGE = "9c0001"
"""Key of reqSmartComponents."""

_SUBSCRIPTION = (
    "Requested market data requires additional subscription for API. "
    "See link in 'Market Data Connections' dialog for more details."
)


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
    """Take a request that has no answer: the log level."""
    del client, fields


def market_data_type(client: Client, fields: Fields) -> None:
    """Take reqMarketDataType (59): what later lines show where live data are not to be had."""
    fields.skip()
    kind = fields.integer()
    if kind not in {1, 2, 3, 4}:
        refusal = invalid("Invalid market data type")
        client.error(-1, refusal.code, refusal.text)
        return
    client.market_data_type = kind


def market_data(client: Client, fields: Fields) -> None:
    """Answer reqMktData (1): a stream of ticks, or a snapshot."""
    fields.skip()
    req_id = fields.integer()
    instrument, query = read_instrument(client, req_id, fields)
    if fields.flag():
        fields.skip(3)  # delta-neutral contract
    wanted = fields.text()
    generic = _generic_ticks(wanted)
    snapshot, regulatory = fields.flag(), fields.flag()
    if instrument is None:
        return
    refusal = _refusal(client, ("quotes", req_id), generic, snapshot=snapshot)
    if not query.exchange and instrument.sec_type != "BAG":
        refusal = invalid("Please enter exchange")
    elif regulatory:
        refusal = Refusal(10170, "Regulatory snapshots are not permitted for this account.")
    if refusal is not None:
        client.error(req_id, refusal.code, refusal.text)
        return
    kind = _kind(client, req_id, instrument)
    if kind is not None:
        _start_quotes(client, req_id, instrument, generic, kind=kind, snapshot=snapshot)
        if not snapshot:
            subscribe_news(client, req_id, instrument.con_id, wanted)


def _refusal(
    client: Client, key: tuple[str, int], generic: frozenset[int], *, snapshot: bool
) -> Refusal | None:
    illegal = sorted(generic - LEGAL)
    if illegal:
        return invalid(f"Incorrect generic tick list of {','.join(map(str, illegal))}")
    if snapshot and generic:
        text = "Snapshot market data subscription is not applicable to generic ticks"
        return invalid(text)
    if key in client.streams:
        return Refusal(102, "Duplicate ticker ID.")
    if not snapshot and client.number_of("quotes") >= MAX_LINES:
        return Refusal(101, "Max number of tickers has been reached")
    return None


def _kind(client: Client, req_id: int, instrument: Instrument) -> int | None:
    """Return the type of data a line may show; else say why it shows none."""
    if instrument.trading is Trading.HISTORY:
        client.error(req_id, 200, NO_DEFINITION)
        return None
    if instrument.entitlement is Entitlement.LIVE:
        return LIVE
    if instrument.entitlement is Entitlement.NONE:
        client.error(req_id, 354, "Requested market data is not subscribed.")
        return None
    if client.market_data_type in {1, 2}:
        client.write(tick_params(client.sv, req_id, instrument, 4))
        place = f"{instrument.symbol} {instrument.primary_exchange}/TOP/ALL"
        client.error(req_id, 10089, f"{_SUBSCRIPTION}Delayed market data is available.{place}")
        return None
    client.error(
        req_id,
        10167,
        "Requested market data is not subscribed. Displaying delayed market data.",
    )
    return DELAYED


def _start_quotes(
    client: Client,
    req_id: int,
    instrument: Instrument,
    generic: frozenset[int],
    *,
    kind: int,
    snapshot: bool,
) -> None:
    printed = client.gateway.markets[instrument.con_id].printed
    freezes = client.market_data_type in {FROZEN, DELAYED_FROZEN}
    stream = QuoteStream(req_id, instrument.con_id, generic, kind, freezes=freezes, printed=printed)
    permissions = 4 if kind == DELAYED else 3
    client.send(tick_params(client.sv, req_id, instrument, permissions))
    stream.publish(client, client.gateway.clock.monotonic())
    generic_ticks(client, req_id, instrument, generic)
    if snapshot:
        client.write([57, 1, req_id])
    else:
        client.streams["quotes", req_id] = stream


def tick_params(sv: int, req_id: int, instrument: Instrument, permissions: int) -> Message:
    """Build tickReqParams (81), from 224 on with the precisions of prices and sizes."""
    message: Message = [81, req_id, instrument.tick, BBO_EXCHANGE, permissions]
    if sv >= 224:
        message += [instrument.rule.smallest, instrument.size_increment]
    return message


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
    if client.streams.pop(("quotes", req_id), None) is None:
        client.error(req_id, 300, f"Can't find EId with tickerId:{req_id}")


HANDLERS = {
    1: market_data,
    2: cancel_market_data,
    8: req_ids,
    14: nothing,
    49: current_time,
    59: market_data_type,
    105: current_time_ms,
}
