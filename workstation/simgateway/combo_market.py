"""The market of a combination: what its legs' books imply, no more and no less.

Prices are sums, so bids are rounded down and asks up to the increment of the combination; an
order that takes them gets the exact sum. Prints are those of clients' orders and of others who
trade the whole of it.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from workstation.matching.order_book import MAKER, Match
from workstation.simgateway.instruments import BY_CON_ID, Instrument, Leg
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.sessions import Phase, pace
from workstation.simgateway.tape import Base

LEVELS = 5
"""Prices shown, each side."""

_Level = tuple[int, int]
"""Price in ticks and how many combinations."""


class Legs(Base):
    """What the price of a combination follows: the weighted sum of its legs."""

    def __init__(self, legs: Sequence[tuple[InstrumentMarket, Leg]]) -> None:
        self._legs = [(market, leg, float(leg.weight)) for market, leg in legs]

    def fair_price(self) -> float:
        """Return the sum of the legs' fair prices."""
        return sum(market.fair_price() * weight for market, _, weight in self._legs)

    def closed_at(self) -> float:
        """Return the sum of the legs' closes."""
        return sum(market.closed_at() * weight for market, _, weight in self._legs)

    def day_range(self) -> tuple[float, float, float]:
        """Return opening, high and low; of a sum no more is known than where it began and is."""
        opened = sum(market.day_range()[0] * weight for market, _, weight in self._legs)
        now = self.fair_price()
        return opened, max(opened, now), min(opened, now)

    def versions(self) -> list[int]:
        """Return what changes when a leg's book does."""
        return [market.book.version for market, _, _ in self._legs]

    def levels(self, *, buys: bool) -> list[tuple[float, int]]:
        """Return the prices at which others buy or sell the whole, best first, and how many."""
        queues = []
        for market, leg, weight in self._legs:
            side = buys == (leg.ratio > 0)
            lots = BY_CON_ID[leg.con_id].lots(Decimal(abs(leg.ratio)))
            book = market.book
            sizes = [
                [market.instrument.quoted(price) * weight, book.size_at(price, buys=side), lots]
                for price in book.prices(buys=side)
            ]
            queues.append(sizes)
        return _implied(queues)


def _implied(queues: list[list[list[Any]]]) -> list[tuple[float, int]]:
    """Return the levels that several books make; a queue has price, size and lots of one."""
    found: list[tuple[float, int]] = []
    while len(found) < LEVELS and all(queues):
        heads = [queue[0] for queue in queues]
        count = min(size // lots for _, size, lots in heads)
        if count:
            found.append((sum(price for price, _, _ in heads), count))
        for queue, head in zip(queues, heads, strict=True):
            head[1] -= count * head[2]
            if head[1] < head[2]:  # too little for one more: it is filled up from the next price
                queue.pop(0)
                if queue:
                    queue[0][1] += head[1]
    return found


class ComboMarket(InstrumentMarket):
    """Shows what the legs imply."""

    def __init__(
        self, instrument: Instrument, seed: int, now: int, midnight: int, legs: Legs
    ) -> None:
        self._legs = legs
        self._seen: list[int] = []
        super().__init__(instrument, seed, now, None, midnight, legs)

    def step(self, now: int, seconds: float = 0.1) -> list[Match]:
        """Follow the legs, and let others trade the whole now and then."""
        if self._stretch.phase is Phase.CLOSED or self.is_halted or self.has_expired:
            return []
        self._move_fair(now, seconds)
        self._quote(now)
        activity = pace(self._stretch, now) * self.regime.activity
        for order in self._traders.orders(seconds * activity):
            limit = self._traders.reach(buys=order.buys)
            size = max(1, order.size // 10)
            if limit is not None:
                self.take(MAKER, size, buys=order.buys, limit=limit, now=now)
                self._seen = []
        return []

    def _quote(self, now: int) -> list[Match]:
        del now
        versions = self._legs.versions()
        if versions == self._seen:
            return []
        self._seen = versions
        unit = self.instrument.rule.unit
        self._traders.withdraw()
        for buys, rounded in ((True, math.floor), (False, math.ceil)):
            for price, size in self._legs.levels(buys=buys):
                self.book.rest(MAKER, rounded(round(price / unit, 6)), size, buys=buys)
        return []
