"""Requests for bars of five seconds as they end.

Source: tws-wire.md 2.4 (50, 51), 2.5 (50), 2.7 and 3.1.
"""

from dataclasses import dataclass

from workstation.simgateway.bar_answers import amounts_of, prices_of
from workstation.simgateway.bar_queries import (
    FOREVER,
    BadQueryError,
    BarQuery,
    Duration,
    check_shows,
)
from workstation.simgateway.bars import Bar, generated_bar
from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Fields
from workstation.simgateway.instruments import Entitlement, Instrument
from workstation.simgateway.requests_contracts import read_instrument
from workstation.simgateway.requests_history import pace, refuse
from workstation.simgateway.requests_market import MAX_LINES

SECONDS = 5
_SHOWS = {"TRADES", "MIDPOINT", "BID", "ASK"}


@dataclass(slots=True)
class LiveBars:
    """One subscription; upto is when the last bar sent ended."""

    req_id: int
    query: BarQuery
    upto: int

    def publish(self, client: Client, now: float) -> None:
        """Send every bar that has ended since the last time."""
        del now
        ended = _edge(client.gateway.now())
        history = client.gateway.histories[self.query.instrument.con_id]
        while self.upto < ended:
            start, self.upto = self.upto, self.upto + SECONDS
            sessions = [s for s in history.sessions()[-2:] if s.opens <= start < s.ends]
            found = [b for s in sessions for b in history.intraday(s, SECONDS, start, self.upto)]
            bar = found[0] if found else self._empty(client, start)
            volume, average, count = amounts_of(self.query, bar)
            prices = prices_of(self.query, bar)
            client.write([50, 3, self.req_id, start, *prices, volume, average, count])

    def _empty(self, client: Client, start: int) -> Bar:
        """Return the bar of a time in which nothing traded: the last price stands."""
        instrument = self.query.instrument
        last = instrument.ticks(client.gateway.markets[instrument.con_id].last())
        return generated_bar(start, SECONDS, (last, last, last, last), 0)


def _edge(now: float) -> int:
    return int(now) - int(now) % SECONDS


def live_bars(client: Client, fields: Fields) -> None:
    """Answer reqRealTimeBars (50)."""
    fields.skip()
    req_id = fields.integer()
    instrument, contract = read_instrument(client, req_id, fields)
    size, shows = fields.integer(SECONDS), fields.text().strip().upper()
    regular = fields.flag()
    if instrument is None:
        return
    try:
        _check(client, req_id, instrument, contract.exchange, shows=shows, size=size)
    except BadQueryError as problem:
        refuse(client, req_id, problem)
        return
    shown = "AGGTRADES" if instrument.sec_type == "CRYPTO" and shows == "TRADES" else shows
    query = BarQuery(
        instrument=instrument,
        exchange=contract.exchange,
        size="5 secs",
        duration=Duration(1, "D"),
        until=FOREVER,
        shows=shown,
        regular=regular,
        epoch=True,
        keeps=True,
    )
    # the running one is sent when it ends
    client.streams["livebars", req_id] = LiveBars(req_id, query, _edge(client.gateway.now()))


def _check(
    client: Client, req_id: int, instrument: Instrument, exchange: str, *, shows: str, size: int
) -> None:
    if shows not in _SHOWS:
        raise BadQueryError(f"Invalid data type: {shows[:40]}")
    if size != SECONDS:
        raise BadQueryError("Bar size must be 5 seconds")
    if ("livebars", req_id) in client.streams:
        raise BadQueryError("Duplicate ticker ID.", 102)
    if client.number_of("quotes") + client.number_of("livebars") >= MAX_LINES:
        raise BadQueryError("Max number of tickers has been reached", 101)
    if instrument.entitlement is not Entitlement.LIVE:
        place = f"{instrument.primary_exchange} {instrument.sec_type}"
        text = f"Invalid Real-time Query:No market data permissions for {place}"
        raise BadQueryError(text, 420)
    is_coin = instrument.sec_type == "CRYPTO" and shows == "TRADES"
    check_shows(instrument, exchange, "AGGTRADES" if is_coin else shows)
    pace(client, (instrument.con_id, exchange, shows), "real-time")


def cancel_live_bars(client: Client, fields: Fields) -> None:
    """Answer cancelRealTimeBars (51)."""
    fields.skip()
    req_id = fields.integer()
    if client.streams.pop(("livebars", req_id), None) is None:
        client.error(req_id, 300, f"Can't find EId with tickerId:{req_id}")


HANDLERS = {50: live_bars, 51: cancel_live_bars}
