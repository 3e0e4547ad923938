"""Requests for depth and for every single print, and their streams.

Source: tws-wire.md 2.4 (10, 11, 82, 83, 97, 98), 2.5 (12, 13, 80, 82, 96-99) and 3.1.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Field, Fields
from workstation.simgateway.depth import DELETE, Row, steps, top_rows
from workstation.simgateway.instruments import BY_CON_ID, Entitlement, Instrument, Trading
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.messages import Message, rows
from workstation.simgateway.order_checks import invalid
from workstation.simgateway.requests_contracts import read_instrument
from workstation.simgateway.tape import Print, Quote
from workstation.simgateway.venues import VENUES, shown_venue, venue_number

MAX_DEPTH = 3
"""Depth subscriptions of one client."""

MAX_TICK_STREAMS = 5
"""Tick-by-tick subscriptions of one client."""

MAX_ROWS = 50

_NO_AGGREGATION = 2147483647
_NO_DEPTH = "Deep market data is not supported for this combination of security type/exchange"
_TICK_TYPES = {"Last": 1, "AllLast": 2, "BidAsk": 3, "MidPoint": 4}
_ONE_PLACE = {"FUT", "CASH", "CRYPTO"}
"""What has a book at one place, not of many venues."""

_ODD_LOT = " I"
_TICKS_TOO_SOON = "The same instrument may be requested once in 15 seconds"


def depth_exchanges(client: Client, fields: Fields) -> None:
    """Answer reqMktDepthExchanges (82)."""
    del fields
    client.write(list(_depth_exchanges(BY_CON_ID.today)))


@lru_cache(maxsize=1)
def _depth_exchanges(today: date) -> tuple[Field, ...]:
    """Return the whole answer, which changes at most with what is listed on a day."""
    del today
    listed = [(venue, "STK", "", "Deep", _NO_AGGREGATION) for venue in VENUES]
    others = sorted({(one.primary_exchange, one.sec_type) for one in BY_CON_ID.values()})
    listed += [
        (place, kind, "", "Deep2", _NO_AGGREGATION) for place, kind in others if kind in _ONE_PLACE
    ]
    return tuple(rows([80], listed))


def smart_components(client: Client, fields: Fields) -> None:
    """Answer reqSmartComponents (83): which letter of a quote means which venue."""
    req_id = fields.integer()
    letters = "QPZVNUKY"
    parts = [(bit, venue, letters[bit]) for bit, venue in enumerate(VENUES)]
    client.write(rows([82, req_id], parts))


# ---- depth -------------------------------------------------------------------------------


@dataclass(slots=True)
class DepthStream:
    """One depth subscription; shown is what the client has been told, bids under True."""

    req_id: int
    con_id: int
    rows: int
    venue: int | None
    """None for every venue."""

    is_smart: bool = True
    """Whether rows name their venue; else they are sums of one place."""

    shown: dict[bool, list[Row]] = field(default_factory=lambda: {True: [], False: []})

    def publish(self, client: Client, now: float) -> None:
        """Send the changes since the last time."""
        del now
        book = client.gateway.markets[self.con_id].book
        for buys in (False, True):
            new = top_rows(book, self.rows, buys=buys, venue=self.venue, is_sum=not self.is_smart)
            for step in steps(self.shown[buys], new):
                client.write(
                    self._message(client, step.operation, step.position, step.row, buys=buys)
                )
            self.shown[buys] = new

    def _message(
        self, client: Client, operation: int, position: int, row: Row, *, buys: bool
    ) -> Message:
        gone = operation == DELETE
        instrument = client.gateway.markets[self.con_id].instrument
        shown = instrument.quoted(row.price)
        price, size = (0.0, 0) if gone else (shown, client.size(instrument, row.size))
        tail: Message = [operation, int(buys), price, size]
        if self.is_smart:
            return [13, 1, self.req_id, position, VENUES[row.venue], *tail, 1]
        return [12, 1, self.req_id, position, *tail]


def market_depth(client: Client, fields: Fields) -> None:
    """Answer reqMktDepth (10)."""
    fields.skip()
    req_id = fields.integer()
    instrument, contract = read_instrument(client, req_id, fields)
    count, smart = fields.integer(), fields.flag()
    is_smart = contract.exchange == "SMART"
    if instrument is None:
        return
    venue = venue_number(contract.exchange) if instrument.sec_type == "STK" else None
    is_served = smart if is_smart else venue is not None
    if instrument.sec_type in _ONE_PLACE:
        is_smart, is_served = False, True
    if count < 1:
        refusal = invalid("Invalid number of rows")
        client.error(req_id, refusal.code, refusal.text)
    elif instrument.sec_type == "CFD" and BY_CON_ID[instrument.underlying].sec_type == "STK":
        client.write([92, req_id, instrument.underlying, "SMART"])  # its share has the book
    elif not is_served or instrument.sec_type not in {"STK", *_ONE_PLACE}:
        client.error(req_id, 10092, _NO_DEPTH)
    elif instrument.entitlement is not Entitlement.LIVE:
        client.error(req_id, 354, "Requested market data is not subscribed.")
    elif ("depth", req_id) in client.streams:
        client.error(req_id, 102, "Duplicate ticker ID.")
    elif client.number_of("depth") >= MAX_DEPTH:
        text = f"Max number ({MAX_DEPTH}) of market depth requests has been reached"
        client.error(req_id, 309, text)
    else:
        if is_smart:
            client.error(req_id, 2152, f"Exchanges - Depth: {'; '.join(VENUES)}; ")
        stream = DepthStream(req_id, instrument.con_id, min(count, MAX_ROWS), venue, is_smart)
        client.streams["depth", req_id] = stream
        stream.publish(client, 0.0)


def cancel_depth(client: Client, fields: Fields) -> None:
    """Answer cancelMktDepth (11)."""
    fields.skip()
    req_id = fields.integer()
    if client.streams.pop(("depth", req_id), None) is None:
        text = f"Can't find the subscribed market depth with tickerId:{req_id}"
        client.error(req_id, 310, text)


# ---- tick by tick ------------------------------------------------------------------------


@dataclass(slots=True)
class TickStream:
    """One tick-by-tick subscription."""

    req_id: int
    con_id: int
    kind: int
    ignore_size: bool
    seen: int
    """Number of prints of the market already sent."""

    quote: Quote | None = None

    def publish(self, client: Client, now: float) -> None:
        """Send the prints, or the changes of the quote, since the last time."""
        del now
        market = client.gateway.markets[self.con_id]
        if self.kind <= 2:
            for one in market.newest(market.printed - self.seen):
                shown = _print(market.instrument, one)
                client.write([99, self.req_id, self.kind, one.time, *shown])
            self.seen = market.printed
            return
        old, quote = self.quote, market.quote()
        if quote.bid is None or quote.ask is None:
            return
        self.quote = quote
        if old is None or self._view(old) != self._view(quote):
            time = int(client.gateway.now())
            client.write(
                [99, self.req_id, self.kind, time, *_quote(market.instrument, self.kind, quote)]
            )

    def _view(self, quote: Quote) -> tuple[float | None, ...]:
        if self.kind == 4:
            return ((quote.bid or 0.0) + (quote.ask or 0.0),)
        if self.ignore_size:
            return (quote.bid, quote.ask)
        return (quote.bid, quote.ask, quote.bid_size, quote.ask_size)


def _print(instrument: Instrument, one: Print) -> Message:
    """Return price, size, attributes, exchange and conditions."""
    price = instrument.quoted(one.price)
    is_odd = instrument.sec_type == "STK" and one.size < 100
    size = instrument.size(one.size)
    return [price, size, 0, shown_venue(instrument, one.venue), _ODD_LOT if is_odd else ""]


def _quote(instrument: Instrument, kind: int, quote: Quote) -> Message:
    assert quote.bid is not None
    assert quote.ask is not None
    if kind == 4:
        return [round((quote.bid + quote.ask) / 2, 8)]
    bid_size, ask_size = instrument.size(quote.bid_size), instrument.size(quote.ask_size)
    return [quote.bid, quote.ask, bid_size, ask_size, 0]


def tick_by_tick(client: Client, fields: Fields) -> None:
    """Answer reqTickByTickData (97)."""
    req_id = fields.integer()
    instrument, _ = read_instrument(client, req_id, fields)
    name, count, ignore_size = fields.text().strip(), fields.integer(), fields.flag()
    kind = _TICK_TYPES.get(name)
    if instrument is None:
        return
    reason = _no_ticks(instrument, kind)
    if kind is None:
        refusal = invalid(f"Invalid tick type: {name[:40]}")
        client.error(req_id, refusal.code, refusal.text)
    elif reason:
        client.error(req_id, 10189, f"Failed to request tick-by-tick data.{reason}")
    elif ("ticks", req_id) in client.streams:
        client.error(req_id, 102, "Duplicate ticker ID.")
    elif client.number_of("ticks") >= MAX_TICK_STREAMS:
        client.error(req_id, 10190, "Max number of tick-by-tick requests has been reached.")
    elif not client.tick_pace.allows(client.gateway.clock.monotonic(), (instrument.con_id, kind)):
        client.error(req_id, 10189, f"Failed to request tick-by-tick data.{_TICKS_TOO_SOON}")
    else:
        market = client.gateway.markets[instrument.con_id]
        stream = TickStream(req_id, instrument.con_id, kind, ignore_size, market.printed)
        client.streams["ticks", req_id] = stream
        if count > 0:
            client.write(_earlier(req_id, kind, market, count, int(client.gateway.now())))
        stream.publish(client, 0.0)


def _no_ticks(instrument: Instrument, kind: int | None) -> str:
    """Return why a contract has no such ticks; empty when it has."""
    place = f"{instrument.primary_exchange} {instrument.sec_type}"
    if instrument.entitlement is not Entitlement.LIVE:
        return f"No market data permissions for {place}"
    if instrument.sec_type in {"OPT", "FOP", "BAG"} or instrument.trading is Trading.HISTORY:
        return f"Tick-by-tick data are not available for {instrument.sec_type}"
    if kind in {1, 2} and not instrument.has_trades:
        return f"No trades for {place}"
    if kind in {3, 4} and instrument.trading is Trading.VALUE:
        return f"No quotes for {place}"
    return ""


def _earlier(req_id: int, kind: int, market: InstrumentMarket, count: int, now: int) -> Message:
    """Return the ticks before the stream: the prints still kept, or the present quote."""
    if kind <= 2:
        ticks: list[Message] = []
        for one in market.newest(count):
            price, size, mask, venue, conditions = _print(market.instrument, one)
            ticks.append([one.time, mask, price, size, venue, conditions])
        return [*rows([98, req_id], ticks), 1]
    quote = market.quote()
    if quote.bid is None or quote.ask is None:
        return [*rows([97 if kind == 3 else 96, req_id], []), 1]
    values: list[Field] = [*_quote(market.instrument, kind, quote)]
    if kind == 4:
        return [96, req_id, 1, now, 0, values[0], 0, 1]
    return [97, req_id, 1, now, 0, *values[:4], 1]


def cancel_tick_by_tick(client: Client, fields: Fields) -> None:
    """Answer cancelTickByTickData (98)."""
    req_id = fields.integer()
    if client.streams.pop(("ticks", req_id), None) is None:
        client.error(req_id, 300, f"Can't find EId with tickerId:{req_id}")


HANDLERS = {
    10: market_depth,
    11: cancel_depth,
    82: depth_exchanges,
    83: smart_components,
    97: tick_by_tick,
    98: cancel_tick_by_tick,
}
