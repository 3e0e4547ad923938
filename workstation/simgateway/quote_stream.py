"""Market-data lines: the ticks a subscriber is sent when a quote changes.

Source: tws-wire.md 2.5 (1, 2, 21, 45, 46) and 2.7.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Field
from workstation.simgateway.delayed import delayed_quote
from workstation.simgateway.instruments import Instrument, OptionPricing, Trading
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.messages import Message, tick_price, tick_size
from workstation.simgateway.tape import Quote
from workstation.simgateway.venues import VENUES

LIVE, FROZEN, DELAYED, DELAYED_FROZEN = 1, 2, 3, 4
"""Market-data types; frozen is what a closed market last showed."""

MODEL_SECONDS = 1.0
DELAYED_SECONDS = 1.0

_ROUND_LOT = 100
_PRICE_TICKS = {"high": 6, "low": 7, "previous_close": 9, "open": 14}
_NOT_COMPUTED = (-1.0, -2.0, -1.0, -1.0, -2.0, -2.0, -2.0, -1.0)


@dataclass(frozen=True, slots=True)
class Ticks:
    """Tick types of live or of delayed data."""

    bid: int
    ask: int
    last: int
    bid_size: int
    ask_size: int
    last_size: int
    volume: int
    last_time: int
    halted: int
    prices: dict[str, int]
    computations: tuple[int, int, int, int]
    """Of bid, ask, last and model."""


LIVE_TICKS = Ticks(1, 2, 4, 0, 3, 5, 8, 45, 49, _PRICE_TICKS, (10, 11, 12, 13))
DELAYED_TICKS = Ticks(
    66,
    67,
    68,
    69,
    70,
    71,
    74,
    88,
    90,
    {"high": 72, "low": 73, "previous_close": 75, "open": 76},
    (80, 81, 82, 83),
)


@dataclass(slots=True)
class QuoteStream:
    """One market-data line; sent is what the client has already been told."""

    req_id: int
    con_id: int
    generic_ticks: frozenset[int]
    kind: int = LIVE
    """LIVE or DELAYED, as the client is entitled."""

    freezes: bool = False
    """Whether it shows the last quote of a closed market, not that nobody quotes."""

    told: int = 0
    """Type of market data the client was told of last."""

    sent: Quote | None = None
    printed: int = 0
    """Number of prints of the market already sent as RTVolume."""

    odd_lots: list[tuple[float, int, str] | None] = field(default_factory=lambda: [None, None])
    """Price, size and venue of the best odd-lot bid and ask as sent."""

    model_sent: float = float("-inf")
    checked: float = float("-inf")

    def publish(self, client: Client, now: float) -> None:
        """Send the ticks that differ from what was sent before."""
        market = client.gateway.markets[self.con_id]
        is_frozen = self.freezes and market.is_closed
        shown = self.kind + is_frozen
        if shown != self.told:
            self.told = shown
            client.write([58, 1, self.req_id, shown])
        if self.kind == DELAYED:
            if now - self.checked < DELAYED_SECONDS:
                return
            self.checked = now
            quote = delayed_quote(client.gateway, self.con_id)
            if market.is_closed and not is_frozen:
                quote = replace(quote, bid=None, ask=None, bid_size=0, ask_size=0)
        else:
            quote = market.frozen_quote() if is_frozen else market.quote()
        self._send_changes(client, market, quote)
        if 787 in self.generic_ticks and client.sv >= 225 and self.kind == LIVE:
            self._send_odd_lots(client, market)
        if isinstance(market.instrument.pricing, OptionPricing):
            self._send_model(client, market, quote, now)

    def _send_odd_lots(self, client: Client, market: InstrumentMarket) -> None:
        """Send the best bid and ask of less than a round lot."""
        if market.instrument.sec_type != "STK":
            return
        for number, buys in enumerate((True, False)):
            best = market.book.best_odd_lot(_ROUND_LOT, buys=buys)
            found = (-1.0, 0, "")
            if best is not None:
                found = (market.instrument.quoted(best.price), best.size, VENUES[best.venue])
            if self.odd_lots[number] != found:
                self.odd_lots[number] = found
                price, size, venue = found
                client.write(tick_price(self.req_id, 105 + number, price, size, 0))
                client.write(tick_size(self.req_id, 107 + number, size))
                client.write([46, 6, self.req_id, 109 + number, venue])

    def _send_changes(self, client: Client, market: InstrumentMarket, quote: Quote) -> None:
        old, self.sent = self.sent, quote
        if old == quote:
            return
        ticks = DELAYED_TICKS if self.kind == DELAYED else LIVE_TICKS
        instrument = market.instrument
        before = (old.bid, old.bid_size) if old else None
        self._send_side(client, instrument, before, (quote.bid, quote.bid_size), is_bid=True)
        before = (old.ask, old.ask_size) if old else None
        self._send_side(client, instrument, before, (quote.ask, quote.ask_size), is_bid=False)
        if instrument.has_trades and (old is None or _trade(old) != _trade(quote)):
            self._send_trade(client, instrument, ticks, old, quote)
        for name, tick in ticks.prices.items():
            value: float = getattr(quote, name)
            if old is None or getattr(old, name) != value:
                client.write(tick_price(self.req_id, tick, value, 0, 0))
        if old is None or old.is_halted != quote.is_halted:
            client.write([45, 6, self.req_id, ticks.halted, "1.0" if quote.is_halted else "0.0"])
        if 233 in self.generic_ticks and self.kind == LIVE:
            self._send_prints(client, market)

    def _send_side(
        self,
        client: Client,
        instrument: Instrument,
        old: tuple[float | None, int] | None,
        new: tuple[float | None, int],
        *,
        is_bid: bool,
    ) -> None:
        if old == new or instrument.trading is Trading.VALUE:
            return
        ticks = DELAYED_TICKS if self.kind == DELAYED else LIVE_TICKS
        price_tick = ticks.bid if is_bid else ticks.ask
        size_tick = ticks.bid_size if is_bid else ticks.ask_size
        price, size = new
        shown = client.size(instrument, size)
        if old is None or old[0] != price:
            value = -1.0 if price is None else price  # -1: no data on this side
            client.write(tick_price(self.req_id, price_tick, value, shown, 1))
        client.write(tick_size(self.req_id, size_tick, shown))

    def _send_trade(
        self, client: Client, instrument: Instrument, ticks: Ticks, old: Quote | None, new: Quote
    ) -> None:
        shown = client.size(instrument, new.last_size)
        if old is None or old.last != new.last:
            client.write(tick_price(self.req_id, ticks.last, new.last, shown, 0))
        if instrument.trading is Trading.VALUE:
            return
        client.write(tick_size(self.req_id, ticks.last_size, shown))
        if old is None or old.last_time != new.last_time:
            client.write([46, 6, self.req_id, ticks.last_time, str(new.last_time)])
        volume = client.volume(instrument, new.volume)
        client.write(tick_size(self.req_id, ticks.volume, volume))

    def _send_prints(self, client: Client, market: InstrumentMarket) -> None:
        """Send RTVolume: price, size, time, volume of the day, its average price, single."""
        instrument = market.instrument
        new = market.newest(market.printed - self.printed)
        self.printed = market.printed
        volume = market.quote().volume - sum(one.size for one in new)
        average = round(instrument.quoted(market.day.average()), 4)
        for one in new:
            volume += one.size
            parts: Sequence[Field] = (
                instrument.quoted(one.price),
                instrument.size(one.size),
                f"{one.time}000",
                instrument.size(volume),
                average,
                "true",
            )
            client.write([46, 6, self.req_id, 48, ";".join(map(str, parts))])

    def _send_model(
        self, client: Client, market: InstrumentMarket, quote: Quote, now: float
    ) -> None:
        """Send greeks: of the quote, of the last trade, and of the model."""
        if now - self.model_sent < MODEL_SECONDS:
            return
        self.model_sent = now
        ticks = DELAYED_TICKS if self.kind == DELAYED else LIVE_TICKS
        base = client.gateway.markets[market.instrument.priced_from].fair_price()
        at = client.gateway.now()
        prices = (quote.bid, quote.ask, quote.last)
        for tick, price in zip(ticks.computations[:3], prices, strict=True):
            client.write(computation(client, self.req_id, tick, market.instrument, price, base, at))
        model = market.fair_price()
        client.write(
            computation(
                client, self.req_id, ticks.computations[3], market.instrument, model, base, at
            )
        )


def _trade(quote: Quote) -> tuple[float, int, int, int]:
    return quote.last, quote.last_size, quote.last_time, quote.volume


def computation(
    client: Client,
    req_id: int,
    tick: int,
    instrument: Instrument,
    price: float | None,
    base: float,
    at: float,
) -> Message:
    """Build tickOptionComputation (21) of an option at a price."""
    head: Message = [21, req_id, tick] if client.sv >= 156 else [21, 6, req_id, tick]
    if client.sv >= 156:
        head.append(1)  # by price, not by return
    pricing = instrument.pricing
    assert isinstance(pricing, OptionPricing)
    implied = None if price is None else pricing.implied(price, base, at)
    if implied is None or price is None:
        iv, delta, _, dividend, gamma, vega, theta, _ = _NOT_COMPUTED
        shown = -1.0 if price is None else price
        return [*head, iv, delta, shown, dividend, gamma, vega, theta, round(base, 6)]
    greeks = pricing.at(base, at, implied)
    values = (implied, greeks.delta, price, 0.0, greeks.gamma, greeks.vega, greeks.theta, base)
    return [*head, *(round(value, 8) for value in values)]
