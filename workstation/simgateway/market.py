"""The generated market: makers and noise traders around a wandering fair value.

Everything random comes from the seed and the number of steps, so two runs with the same
seed and the same orders see the same prices.
"""

import math
from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Protocol

from workstation.simgateway.bars import generated_bar
from workstation.simgateway.instruments import Instrument, Trading
from workstation.simgateway.live_day import LiveDay
from workstation.simgateway.matching import MAKER, Match, OrderBook
from workstation.simgateway.sessions import Phase

STEP_SECONDS = 0.1
"""Market time between two steps."""

LEVELS = 10
"""Prices on which the makers quote, each side."""

_SESSION_SECONDS = 23_400
_REVERSION_SECONDS = 14_400
_ORDERS_PER_SECOND = 1.6
_SWEEP_TICKS = 3
_FULL_LEVEL = 25
"""In typical orders."""

_SHARES_PER_SECOND = 330
_MORNING_STEPS = 48
_PRINTS_KEPT = 1000
_AUCTION_SHARES_A_TICK = 2000
_LOWEST_FAIR = 5.0
"""In ticks, of what has a price of its own."""

_LOWEST_DERIVED = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """Statistics of the trading day; prices in ticks, sizes in shares."""

    con_id: int
    fair: float
    last: int
    last_size: int
    last_time: int
    """Seconds since 1970 of the last print."""

    open: int
    high: int
    low: int
    volume: int
    previous_close: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What market-data subscribers see; prices are floats as quoted, sizes shares.

    A side without orders is None.
    """

    bid: float | None
    ask: float | None
    bid_size: int
    ask_size: int
    last: float
    last_size: int
    last_time: int
    open: float
    high: float
    low: float
    previous_close: float
    volume: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """One trade on the tape; price in ticks, size in shares, time in seconds since 1970."""

    time: int
    price: int
    size: int
    venue: int
    """Index into venues.VENUES."""


class Base(Protocol):
    """What the price of another contract follows."""

    def fair_price(self) -> float:
        """Return its fair price now."""
        ...

    def day_range(self) -> tuple[float, float, float]:
        """Return the prices of the day's opening, high and low."""
        ...


class InstrumentMarket:
    """The order book of one contract, those who generate it, and its tape.

    midnight is when the running day began; what came before the start is made up. base is
    what the price follows, for a contract that has a pricing.
    """

    def __init__(
        self,
        instrument: Instrument,
        seed: int,
        now: int,
        tape: Tape | None,
        midnight: int | None = None,
        base: Base | None = None,
    ) -> None:
        self.instrument = instrument
        self._base = base
        self._is_value = instrument.trading in {Trading.VALUE, Trading.HISTORY}
        self._typical = instrument.typical_size
        self.book = OrderBook()
        self.phase = Phase.REGULAR
        self.is_halted = False
        self._random = Random(f"{seed}:{instrument.seed_name}")  # noqa: S311 a market, not a secret
        self._previous_close = instrument.ticks(instrument.reference_price)
        self._half_spread = 0.5
        self.prints: deque[Print] = deque(maxlen=_PRINTS_KEPT)
        self.printed = 0
        """Number of prints so far, those no longer kept included."""

        opened = now if midnight is None else midnight
        if tape is None:
            self._open_day(now, now - opened)
        else:
            self._resume(tape)
        self.day = self._day_so_far(opened, now, seed)
        self._anchor = self._fair
        daily = instrument.daily_volatility * math.sqrt(STEP_SECONDS / _SESSION_SECONDS)
        self._sigma = daily * self._anchor
        self._fresh = not self._volume and not self._is_value
        """Whether the day has no print yet."""

        if not self._is_value:
            self._quote_levels(now)

    def _open_day(self, now: int, elapsed: int) -> None:
        if self._base is None:
            self._wander(elapsed)
        else:
            self._fair = self._derived(self._base.fair_price(), now)
            range_ = self._base.day_range()
            self._open, *others = (round(self._derived(price, now)) for price in range_)
            self._high = max(self._open, round(self._fair), *others)
            self._low = min(self._open, round(self._fair), *others)
        self._last = round(self._fair)
        self._last_size = 0 if self._is_value else self._typical
        pace = _SHARES_PER_SECOND * self._random.uniform(0.7, 1.3) * self._typical / 100
        pace *= 0 if self._is_value else self.instrument.activity
        self._volume = int(elapsed * pace)
        self._last_time = now

    def _wander(self, elapsed: int) -> None:
        """Make up the way from the last close to now."""
        daily = self.instrument.daily_volatility
        gap = self._random.gauss(0, daily / 4)
        self._fair = max(_LOWEST_FAIR, self._previous_close * (1 + max(-0.05, min(0.05, gap))))
        self._open = self._high = self._low = round(self._fair)
        step = daily * self._fair * math.sqrt(elapsed / 86_400 / _MORNING_STEPS)
        for _ in range(_MORNING_STEPS if elapsed else 0):
            self._fair = max(_LOWEST_FAIR, self._fair + self._random.gauss(0, step))
            self._high = max(self._high, round(self._fair))
            self._low = min(self._low, round(self._fair))

    def _day_so_far(self, midnight: int, now: int, seed: int) -> LiveDay:
        past = None
        if now > midnight and (self._volume or self._is_value):
            prices = (self._open, self._high, self._low, self._last)
            past = generated_bar(midnight, now - midnight, prices, self._volume)
        return LiveDay(midnight, now, past, f"{seed}:{self.instrument.seed_name}")

    def _resume(self, tape: Tape) -> None:
        self._fair = tape.fair
        self._open, self._high, self._low = tape.open, tape.high, tape.low
        self._last, self._last_size, self._last_time = tape.last, tape.last_size, tape.last_time
        self._volume, self._previous_close = tape.volume, tape.previous_close

    def tape(self) -> Tape:
        """Return the statistics a restart needs to go on from here."""
        return Tape(
            con_id=self.instrument.con_id,
            fair=self._fair,
            last=self._last,
            last_size=self._last_size,
            last_time=self._last_time,
            open=self._open,
            high=self._high,
            low=self._low,
            volume=self._volume,
            previous_close=self._previous_close,
        )

    def quote(self) -> Quote:
        """Return the present quote."""
        bid, ask = self.book.best_bid(), self.book.best_ask()
        quoted = self.instrument.quoted
        return Quote(
            bid=None if bid is None else quoted(bid),
            ask=None if ask is None else quoted(ask),
            bid_size=0 if bid is None else self.book.size_at(bid, buys=True),
            ask_size=0 if ask is None else self.book.size_at(ask, buys=False),
            last=quoted(self._last),
            last_size=self._last_size,
            last_time=self._last_time,
            open=quoted(self._open),
            high=quoted(self._high),
            low=quoted(self._low),
            previous_close=quoted(self._previous_close),
            volume=self._volume,
        )

    def fair_price(self) -> float:
        """Return what the makers quote around."""
        return self._fair * self.instrument.rule.unit

    def day_range(self) -> tuple[float, float, float]:
        """Return the prices of the day's opening, high and low."""
        quoted = self.instrument.quoted
        return quoted(self._open), quoted(self._high), quoted(self._low)

    def last(self) -> Decimal:
        """Return the price of the last trade."""
        return self.instrument.price(self._last)

    def previous_close(self) -> Decimal:
        """Return the last price of the day before."""
        return self.instrument.price(self._previous_close)

    def mark(self) -> Decimal:
        """Return the price positions are valued at: the last, kept within bid and ask."""
        bid, ask = self.book.best_bid(), self.book.best_ask()
        ticks = self._last
        if bid is not None:
            ticks = max(ticks, bid)
        if ask is not None:
            ticks = min(ticks, ask)
        return self.instrument.price(ticks)

    def take(
        self, owner: int, size: int, *, buys: bool, limit: int | None, now: int
    ) -> list[Match]:
        """Match an incoming order and print what traded."""
        matches = self.book.take(owner, size, buys=buys, limit=limit)
        for match in matches:
            self._print(match, now)
        return matches

    def roll_day(self, midnight: int, seed: int) -> None:
        """Begin a new day: the last becomes the close, the day's range starts over."""
        self._previous_close = self._open = self._high = self._low = self._last
        self._volume = 0
        self._fresh = True
        self.day = self._day_so_far(midnight, midnight, seed)

    def jump(self, ticks: int, now: int) -> list[Match]:
        """Move what the contract is worth at once; return what the makers' new quotes traded."""
        self._fair = max(_LOWEST_FAIR, self._fair + ticks)
        self._anchor = max(_LOWEST_FAIR, self._anchor + ticks)
        return self._quote_levels(now)

    def auction_price(self, imbalance: int) -> int:
        """Return the price in ticks at which an auction crosses.

        imbalance is what clients want to buy beyond what they want to sell, in shares.
        """
        reach = round(math.copysign(math.sqrt(abs(imbalance) / _AUCTION_SHARES_A_TICK), imbalance))
        return max(1, round(self._fair) + reach)

    def cross(self, match: Match, now: int) -> Match:
        """Print a trade of an auction, and return it."""
        self._print(match, now)
        return match

    def end_auction(self, price: int, now: int) -> None:
        """Print what everybody else crossed."""
        size = 100 * self._random.randint(50, 400)
        self._print(
            Match(price=price, size=size, maker=MAKER, taker=MAKER, taker_buys=True, venue=0), now
        )

    def step(self, now: int, seconds: float = STEP_SECONDS) -> list[Match]:
        """Let makers and noise traders act for one step; return every trade."""
        del seconds
        self._move_fair(now)
        if self._is_value:
            self._show_value(now)
            return []
        self._half_spread += self._random.uniform(-0.08, 0.08)
        self._half_spread = max(0.05, min(0.95, self._half_spread))
        matches = self._noise_orders(now)
        matches += self._quote_levels(now)
        self._stir()
        return matches

    def _move_fair(self, now: int) -> None:
        if self._base is not None:
            self._fair = self._derived(self._base.fair_price(), now)
            return
        pull = (self._anchor - self._fair) * (STEP_SECONDS / _REVERSION_SECONDS)
        self._fair = max(_LOWEST_FAIR, self._fair + pull + self._random.gauss(0, self._sigma))

    def _derived(self, price: float, now: int) -> float:
        """Return the fair value in ticks when what it follows stands at a price."""
        pricing = self.instrument.pricing
        assert pricing is not None
        ticks = pricing.price(price, now) / self.instrument.rule.unit
        return ticks if self.instrument.may_be_negative else max(_LOWEST_DERIVED, ticks)

    def _show_value(self, now: int) -> None:
        """Print a computed value that changed; nothing was traded."""
        value = round(self._fair)
        if value != self._last:
            nobody = Match(price=value, size=0, maker=MAKER, taker=MAKER, taker_buys=True, venue=0)
            self._print(nobody, now)

    def _print(self, match: Match, now: int) -> None:
        if self._fresh:
            self._fresh = False
            self._open = self._high = self._low = match.price
        self._last, self._last_size, self._last_time = match.price, match.size, now
        self._high = max(self._high, match.price)
        self._low = min(self._low, match.price)
        self._volume += match.size
        self.day.add(match.price, match.size, now)
        shown = Print(time=now, price=match.price, size=match.size, venue=match.venue)
        self.prints.append(shown)
        self.printed += 1

    def _noise_orders(self, now: int) -> list[Match]:
        chance = _ORDERS_PER_SECOND * STEP_SECONDS * self.instrument.activity
        if self._random.random() >= chance:
            return []
        buys = self._random.random() < 0.5
        size = self._typical * min(50, 1 + int(self._random.expovariate(0.5)))
        if self._random.random() < 0.25:
            size = self._random.randint(1, max(1, self._typical - 1))
        best = self.book.best_ask() if buys else self.book.best_bid()
        if best is None:
            return []
        reach = _SWEEP_TICKS * self.instrument.step_at(best)
        limit = best + reach if buys else best - reach
        return self.take(MAKER, size, buys=buys, limit=limit, now=now)

    def _quote_levels(self, now: int) -> list[Match]:
        step = self.instrument.step_at(round(self._fair))
        top_bid = math.floor(self._fair / step - self._half_spread) * step
        top_ask = math.ceil(self._fair / step + self._half_spread) * step
        for buys, top in ((True, top_bid), (False, top_ask)):
            for price in self.book.prices(buys=buys):
                depth = top - price if buys else price - top
                if not 0 <= depth < (LEVELS + 2) * step or depth % step:
                    self.book.cancel(MAKER, price, buys=buys)
        matches: list[Match] = []
        for depth in range(LEVELS):
            matches += self._replenish(top_bid - depth * step, depth, buys=True, now=now)
            matches += self._replenish(top_ask + depth * step, depth, buys=False, now=now)
        return matches

    def _replenish(self, price: int, depth: int, *, buys: bool, now: int) -> list[Match]:
        if price < 1 and not self.instrument.may_be_negative:
            return []
        if self.book.size_at(price, buys=buys, owner=MAKER) > 0:
            return []
        size = self._typical * self._random.randint(1, 4 + 2 * min(depth, 4))
        matches = self.take(MAKER, size, buys=buys, limit=price, now=now)
        left = size - sum(match.size for match in matches)
        if left > 0:
            self.book.rest(MAKER, price, left, buys=buys)
        return matches

    def _stir(self) -> None:
        """Let a maker leave or join a queue, so sizes move while prices stand."""
        buys = self._random.random() < 0.5
        prices = self.book.prices(buys=buys)[:4]
        if not prices:
            return
        price = self._random.choice(prices)
        if self._random.random() < 0.5:
            if self.book.size_at(price, buys=buys) > _FULL_LEVEL * self._typical:
                return
            size = self._typical * self._random.randint(1, 5)
            self.book.rest(MAKER, price, size, buys=buys)
            return
        for resting in self.book.resting(buys=buys):
            is_large = resting.size > self._typical
            if resting.owner == MAKER and resting.price == price and is_large:
                most = max(1, resting.size // (2 * self._typical))
                less = min(resting.size - 1, self._typical * self._random.randint(1, most))
                self.book.shrink(resting, less)
                break
