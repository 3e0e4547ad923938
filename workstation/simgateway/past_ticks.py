"""Single prints and quotes of the past that agree with the bars of a second.

Prints of the running session that are still kept come as they were; older ones are made from
the second they fell into, so that they add up to its bar again.
"""

from collections.abc import Iterator
from typing import NamedTuple

from workstation.simgateway.bars import Bar
from workstation.simgateway.history import History
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.tape import Print

_HOUR = 3600


class Second(NamedTuple):
    """What was printed in one second."""

    bar: Bar
    prints: list[Print]


def seconds_after(
    history: History, market: InstrumentMarket, since: int, now: int
) -> Iterator[Second]:
    """Yield the seconds that traded, from a moment on."""
    for session in history.sessions():
        if session.ends <= since:
            continue
        start = max(since, session.opens)
        while start < min(session.ends, now + 1):
            until = min(start + _HOUR, session.ends, now + 1)
            for bar in history.intraday(session, 1, start, until):
                yield Second(bar, prints_of(bar, market))
            start = until


def seconds_before(
    history: History, market: InstrumentMarket, until: int, now: int
) -> Iterator[Second]:
    """Yield the seconds that traded before a moment, the newest first."""
    for session in reversed(history.sessions()):
        if session.opens >= until:
            continue
        end = min(until, session.ends, now + 1)
        while end > session.opens:
            start = max(session.opens, end - _HOUR)
            for bar in reversed(history.intraday(session, 1, start, end)):
                if start <= bar.time < end:
                    yield Second(bar, prints_of(bar, market))
            end = start


def prints_of(bar: Bar, market: InstrumentMarket) -> list[Print]:
    """Return the prints of a second: those kept, or ones that add up to its bar."""
    kept = market.prints
    if kept and kept[0].time < bar.time:  # of the first kept second some may be gone
        return [one for one in kept if bar.time <= one.time < bar.time + bar.seconds]
    return _made(bar)


def _made(bar: Bar) -> list[Print]:
    between = [bar.low, bar.high] if bar.close >= bar.open else [bar.high, bar.low]
    prices = [bar.open, *(p for p in between if p not in {bar.open, bar.close}), bar.close]
    if bar.open == bar.close and len(prices) == 2:
        prices = prices[:1]
    if bar.volume < len(prices):
        prices = prices[-bar.volume :] if bar.volume else []
    if not prices:
        return []
    share, rest = divmod(bar.volume, len(prices))
    return [
        Print(
            time=bar.time,
            price=price,
            size=share + (rest if number == 0 else 0),
            venue=(bar.time + number) % 8,
        )
        for number, price in enumerate(prices)
    ]
