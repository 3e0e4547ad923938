"""Those who make a generated market: makers who quote, and traders who take.

Nothing here matches or prints: makers and traders say what they want, the market does it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import NamedTuple

from workstation.matching.order_book import MAKER, OrderBook
from workstation.simgateway.instruments import Instrument

LEVELS = 10
"""Prices on which the makers quote, each side."""

_ORDERS_PER_SECOND = 1.6
_SWEEP_TICKS = 3
_FULL_LEVEL = 25
"""In typical orders."""

_DEAR = Decimal(500)
"""Price of a stock from which on its spread grows with its price."""

_CHEAP = Decimal(20)
"""Price of a stock below which its queues grow."""

_QUIET_SPREAD = 3.0
"""How much wider makers quote outside regular hours."""


@dataclass(slots=True)
class Regime:
    """How wild a market is, compared with an ordinary day."""

    volatility: float = 1.0
    activity: float = 1.0
    spread: float = 1.0
    depth: float = 1.0


class Wish(NamedTuple):
    """What a maker wants to quote; price in ticks, size in lots."""

    price: int
    size: int
    buys: bool


class Taking(NamedTuple):
    """What a background trader wants to take, in lots."""

    size: int
    buys: bool


class Traders:
    """The makers and background traders of one contract."""

    def __init__(self, instrument: Instrument, book: OrderBook, random: Random) -> None:
        self._instrument = instrument
        self._book = book
        self._random = random
        self._typical = instrument.typical_size
        self._half_spread = 0.5
        self._width, self._weight = _class_of(instrument)
        self._quoted: tuple[int, int, int] | None = None
        """The best prices the makers last stood at, and how thin the book was then."""

    def orders(self, seconds: float) -> Iterator[Taking]:
        """Yield what traders take in so many seconds of ordinary activity."""
        expected = _ORDERS_PER_SECOND * seconds * self._instrument.activity
        while expected > 0:
            if self._random.random() < expected:
                yield self._taking()
            expected -= 1

    def _taking(self) -> Taking:
        buys = self._random.random() < 0.5
        size = self._typical * min(50, 1 + int(self._random.expovariate(0.5)))
        if self._random.random() < 0.25:
            size = self._random.randint(1, max(1, self._typical - 1))
        return Taking(size, buys)

    def reach(self, *, buys: bool) -> int | None:
        """Return the worst price in ticks a trader takes now; None when nobody sells or buys."""
        best = self._book.best_ask() if buys else self._book.best_bid()
        if best is None:
            return None
        far = _SWEEP_TICKS * self._instrument.step_at(best)
        return best + far if buys else best - far

    def quotes(self, fair: float, regime: Regime, *, is_quiet: bool) -> Iterator[Wish]:
        """Yield the levels that lack a maker, after the makers have left the wrong ones.

        Each wish is to be fulfilled before the next is asked for.
        """
        self._half_spread += self._random.uniform(-0.08, 0.08)
        self._half_spread = max(0.05, min(0.95, self._half_spread))
        step = self._instrument.step_at(round(fair))
        half = self._half_spread + (self._width * regime.spread - 1) / 2
        if is_quiet:
            half *= _QUIET_SPREAD
        top_bid = math.floor(fair / step - half) * step
        top_ask = math.ceil(fair / step + half) * step
        if self._quoted == (top_bid, top_ask, self._book.thinned):
            return  # every level is as it was left
        for buys, top in ((True, top_bid), (False, top_ask)):
            for price in self._book.prices(buys=buys):
                depth = top - price if buys else price - top
                if not 0 <= depth < (LEVELS + 2) * step or depth % step:
                    self._book.cancel(MAKER, price, buys=buys)
        for depth in range(LEVELS):
            yield from self._missing(top_bid - depth * step, depth, regime, buys=True)
            yield from self._missing(top_ask + depth * step, depth, regime, buys=False)
        self._quoted = (top_bid, top_ask, self._book.thinned)

    def _missing(self, price: int, depth: int, regime: Regime, *, buys: bool) -> Iterator[Wish]:
        if price < 1 and not self._instrument.may_be_negative:
            return
        if self._book.has(MAKER, price, buys=buys):
            return
        count = self._random.randint(1, 4 + 2 * min(depth, 4))
        size = self._typical * count * self._weight
        yield Wish(price, max(1, round(size * regime.depth)), buys)

    def stir(self) -> None:
        """Let a maker leave or join a queue, so sizes move while prices stand."""
        buys = self._random.random() < 0.5
        prices = self._book.prices(buys=buys)[:4]
        if not prices:
            return
        price = self._random.choice(prices)
        if self._random.random() < 0.5:
            if self._book.size_at(price, buys=buys) <= _FULL_LEVEL * self._typical:
                size = self._typical * self._random.randint(1, 5)
                self._book.rest(MAKER, price, size, buys=buys)
            return
        large = self._book.first(MAKER, price, buys=buys, above=self._typical)
        if large is not None:
            most = max(1, large.size // (2 * self._typical))
            less = self._typical * self._random.randint(1, most)
            self._book.shrink(large, min(large.size - 1, less))

    def withdraw(self) -> None:
        """Let every maker leave."""
        for buys in (True, False):
            for price in self._book.prices(buys=buys):
                self._book.cancel(MAKER, price, buys=buys)


def _class_of(instrument: Instrument) -> tuple[float, int]:
    """Return how wide a contract is quoted and how large its queues are, by its price class."""
    price = instrument.reference_price
    if instrument.sec_type != "STK" or price <= 0:
        return 1.0, 1
    if price > _DEAR:
        return float(price / _DEAR) * 2, 1
    return 1.0, min(10, max(1, round(_CHEAP / price)))
