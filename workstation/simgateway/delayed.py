"""Quotes of a quarter of an hour ago, from the same bars that history shows."""

from workstation.simgateway.gateway import Gateway
from workstation.simgateway.tape import Quote

DELAY_SECONDS = 900


def delayed_quote(gateway: Gateway, con_id: int) -> Quote:
    """Return what stood a quarter of an hour ago; bid and ask lie one step beside the last.

    Early in the day that is the close of the day before.
    """
    market = gateway.markets[con_id]
    instrument = market.instrument
    until = int(gateway.now()) - DELAY_SECONDS
    bars = [bar for bar in market.day.minutes() if bar.time + bar.seconds <= until]
    quote = market.quote()
    close = instrument.ticks(instrument.reference_price)
    if instrument.pricing is None:
        close = round(quote.previous_close / instrument.rule.unit)
    last = bars[-1].close if bars else close
    step = instrument.step_at(last)
    quoted = instrument.quoted
    return Quote(
        bid=quoted(last - step),
        ask=quoted(last + step),
        bid_size=2 * instrument.typical_size,
        ask_size=2 * instrument.typical_size,
        last=quoted(last),
        last_size=instrument.typical_size,
        last_time=bars[-1].time + bars[-1].seconds if bars else market.day.midnight,
        open=quoted(bars[0].open if bars else close),
        high=quoted(max((bar.high for bar in bars), default=close)),
        low=quoted(min((bar.low for bar in bars), default=close)),
        previous_close=quote.previous_close,
        volume=sum(bar.volume for bar in bars),
    )
