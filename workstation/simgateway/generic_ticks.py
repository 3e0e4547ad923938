"""Ticks a market-data line carries only when asked: shortability, dividends, statistics.

Source: tws-wire.md 2.4 (1) and the tick types of its messages 45 and 46.
"""

import math
from itertools import islice

from workstation.simgateway.bars import joined
from workstation.simgateway.client import Client
from workstation.simgateway.corporate_actions import dividends
from workstation.simgateway.instruments import CHAINS, Instrument
from workstation.simgateway.messages import Message, tick_price, tick_size

LEGAL = frozenset(
    {
        *(100, 101, 104, 105, 106, 125, 162, 165, 197, 220, 221, 225, 232, 233, 236, 256, 258),
        *(292, 293, 294, 295, 318, 370, 375, 377, 381, 387, 391, 407, 411, 428, 439, 456, 459),
        *(460, 499, 506, 511, 512, 513, 514, 515, 516, 517, 545, 576, 577, 578, 584, 585, 586),
        *(587, 588, 595, 596, 597, 598, 599, 600, 619, 623, 645, 646, 658, 684, 685, 686, 777),
        *(778, 780, 786, 787),
    }
)
"""What a request may name; most are never sent."""

YEAR_DAYS = 252
_WEEKS = ((13, 15, 16), (26, 17, 18), (52, 19, 20))
"""Weeks, tick of the low, tick of the high."""

_VOLUME_DAYS = 63


def generic_ticks(
    client: Client, req_id: int, instrument: Instrument, wanted: frozenset[int]
) -> None:
    """Send what a list of generic ticks asks for and does not change while one looks."""
    if 104 in wanted:
        yearly = instrument.daily_volatility * math.sqrt(YEAR_DAYS)
        client.write([45, 6, req_id, 23, round(yearly, 6)])
    chain = next((c for c in CHAINS if c.underlying == instrument.con_id), None)
    if 106 in wanted and chain is not None:
        client.write([45, 6, req_id, 24, chain.volatility])
    if 105 in wanted and chain is not None:
        client.write(tick_size(req_id, 87, _average_volume(client, instrument) // 400))
    if 165 in wanted:
        _send_statistics(client, req_id, instrument)
    if 232 in wanted:
        mark = float(client.gateway.markets[instrument.con_id].mark())
        client.write(tick_price(req_id, 37, mark, 0, 0))
    if 236 in wanted and instrument.sec_type == "STK":
        client.write([45, 6, req_id, 46, instrument.borrow.shortable.value])
        client.write(tick_size(req_id, 89, instrument.borrow.shares))
    if 456 in wanted and instrument.sec_type == "STK":
        client.write(_dividends(client, req_id, instrument))


def _send_statistics(client: Client, req_id: int, instrument: Instrument) -> None:
    """Send highs and lows of 13, 26 and 52 weeks and the average volume of a quarter."""
    history = client.gateway.histories[instrument.con_id]
    days = [bar for _, bar in history.spans(history.sessions()[-YEAR_DAYS:], 2**62)]
    for weeks, low, high in _WEEKS:
        bar = joined(islice(days, max(0, len(days) - 5 * weeks), None), 0, 0)
        if bar is not None:
            client.write(tick_price(req_id, low, instrument.quoted(bar.low), 0, 0))
            client.write(tick_price(req_id, high, instrument.quoted(bar.high), 0, 0))
    volume = client.volume(instrument, _average_volume(client, instrument))
    client.write(tick_size(req_id, 21, volume))


def _average_volume(client: Client, instrument: Instrument) -> int:
    history = client.gateway.histories[instrument.con_id]
    days = [bar for _, bar in history.spans(history.sessions()[:-1][-_VOLUME_DAYS:], 2**62)]
    return sum(bar.volume for bar in days) // len(days) if days else 0


def _dividends(client: Client, req_id: int, instrument: Instrument) -> Message:
    """Build tick 59: sums of twelve months past and to come, date and amount of the next."""
    today = client.gateway.local_time(client.gateway.now()).date()
    paid = [one for one in dividends(instrument, today) if 0 <= (today - one.day).days < 365]
    coming = [one for one in dividends(instrument, today) if 0 < (one.day - today).days <= 365]
    if not paid and not coming:
        return [46, 6, req_id, 59, ",,,"]
    past = sum(one.amount for one in paid)
    future = sum(one.amount for one in coming)
    first = min(coming, key=lambda one: one.day)
    return [46, 6, req_id, 59, f"{past},{future},{first.day:%Y%m%d},{first.amount}"]
