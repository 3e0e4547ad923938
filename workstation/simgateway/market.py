"""The generated market: makers and background traders around a wandering fair value.

Everything random comes from the seed and the number of steps, so two runs with the same
seed and the same orders see the same prices.
"""

import math
from collections import deque
from dataclasses import replace
from decimal import Decimal
from random import Random

from workstation.matching.order_book import MAKER, Match, OrderBook
from workstation.simgateway.bars import generated_bar
from workstation.simgateway.instruments import Instrument, Trading
from workstation.simgateway.live_day import LiveDay
from workstation.simgateway.sessions import ALWAYS, Phase, Stretch, pace
from workstation.simgateway.tape import Base, Print, Quote, Tape, whole
from workstation.simgateway.traders import Regime, Traders
from workstation.simgateway.venues import VENUES

STEP_SECONDS = 0.1
"""Market time between two steps."""

_SESSION_SECONDS = 23_400
_STEP_OF_SESSION = STEP_SECONDS / _SESSION_SECONDS
_REVERSION_SECONDS = 14_400
_SHARES_PER_SECOND = 330
_MORNING_STEPS = 48
_PRINTS_KEPT = 1000
_AUCTION_SHARES_A_TICK = 2000
_ONE_STIR = 0.999_999
"""Almost 1, so that tenths of a second that add up to one step count as one."""

_LOWEST_FAIR = 5.0
"""In ticks, of what has a price of its own."""

_LOWEST_DERIVED = 0.25
_SIDES = ("bid", "ask", "bid_size", "ask_size")


class InstrumentMarket:
    """The order book of one contract, those who generate it, and its tape.

    midnight is when the running day began; what came before the start is made up. base is
    what the price follows, for a contract that has a pricing. dividend is what the day takes
    off its last close, in ticks.
    """

    is_halted = False
    has_expired = False
    _stirring = 0.0
    """What of a maker's coming or going is due."""

    _open: float
    _high: float
    _low: float
    """Of the day, in ticks."""

    _frozen: Quote | None = None
    """The quote at the last close."""

    def __init__(
        self,
        instrument: Instrument,
        seed: int,
        now: int,
        tape: Tape | None,
        midnight: int | None = None,
        base: Base | None = None,
        dividend: int = 0,
    ) -> None:
        self.instrument = instrument
        self._base = base
        self._is_value = instrument.trading in {Trading.VALUE, Trading.HISTORY}
        self._typical = instrument.typical_size
        self.book = OrderBook(len(VENUES))
        self.regime = Regime()
        self._stretch = ALWAYS
        self._quote_shown: Quote | None = None
        self._quote_state: tuple[object, ...] = ()
        self._random = Random(f"{seed}:{instrument.seed_name}")  # noqa: S311 a market, not a secret
        self._previous_close: float = instrument.ticks(instrument.reference_price)
        self.prints: deque[Print] = deque(maxlen=_PRINTS_KEPT)
        self.printed = 0
        """Number of prints so far, those no longer kept included."""

        opened = now if midnight is None else midnight
        if tape is None:
            self._open_day(now, now - opened, dividend)
        else:
            self._resume(tape)
        self.day = self._day_so_far(opened, now, seed)
        self._anchor = self._fair
        self._sigma = instrument.daily_volatility * self._anchor * math.sqrt(_STEP_OF_SESSION)
        self._fresh = not self._volume and not self._is_value
        """Whether the day has no print yet."""

        self._traders = Traders(instrument, self.book, self._random)
        if not self._is_value:
            self._quote(now)

    def _open_day(self, now: int, elapsed: int, dividend: int) -> None:
        if self._base is None:
            self._wander(elapsed, dividend)
        else:
            self._fair = self._derived(self._base.fair_price(), now)
            range_ = self._base.day_range()
            self._open, *others = (round(self._derived(price, now)) for price in range_)
            self._high = max(self._open, round(self._fair), *others)
            self._low = min(self._open, round(self._fair), *others)
        self._last: float = round(self._fair)
        self._last_size = 0 if self._is_value else self._typical
        pace = _SHARES_PER_SECOND * self._random.uniform(0.7, 1.3) * self._typical / 100
        pace *= 0 if self._is_value else self.instrument.activity
        self._volume = int(elapsed * pace)
        self._last_time = now

    def _wander(self, elapsed: int, dividend: int) -> None:
        """Make up the way from the last close to now."""
        daily = self.instrument.daily_volatility
        gap = self._random.gauss(0, daily / 4)
        close = self._previous_close - dividend
        self._fair = max(_LOWEST_FAIR, close * (1 + max(-0.05, min(0.05, gap))))
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
        self._open, self._high, self._low = map(whole, (tape.open, tape.high, tape.low))
        self._last = whole(tape.last)
        self._last_size, self._last_time = tape.last_size, tape.last_time
        self._volume, self._previous_close = tape.volume, whole(tape.previous_close)

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
        """Return the present quote: the same object as long as nothing has changed."""
        state = (self.book.version, self.printed, self.is_halted, self.day)
        if self._quote_shown is None or state != self._quote_state:
            self._quote_state, self._quote_shown = state, self._new_quote()
        return self._quote_shown

    def _new_quote(self) -> Quote:
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
            is_halted=self.is_halted,
        )

    def fair_price(self) -> float:
        """Return what the makers quote around."""
        return self._fair * self.instrument.rule.unit

    def closed_at(self) -> float:
        """Return the price it closed at the day before."""
        return self.instrument.quoted(self._previous_close)

    def newest(self, count: int) -> list[Print]:
        """Return the last so many prints, oldest first, as far as they are kept."""
        kept = len(self.prints)
        return [self.prints[i] for i in range(kept - max(0, min(count, kept)), kept)]

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
        self, owner: int, size: int, *, buys: bool, limit: int | None, now: int, half: int = 0
    ) -> list[Match]:
        """Match an incoming order and print what traded."""
        matches = self.book.take(owner, size, buys=buys, limit=limit, half=half)
        for match in matches:
            self._print(match, now)
        return matches

    def roll_day(self, midnight: int, seed: int) -> None:
        """Begin a new day: the last becomes the close, the day's range starts over."""
        self._previous_close = self._open = self._high = self._low = self._last
        self._volume = 0
        self._fresh = True
        self.day = self._day_so_far(midnight, midnight, seed)

    def split(self, instrument: Instrument, new: int, old: int, now: int) -> None:
        """Go on as so many new shares for old ones; instrument has the new reference price."""
        self.instrument = instrument
        part = old / new
        self._fair *= part
        self._anchor *= part
        self._sigma *= part
        names = ("_previous_close", "_open", "_high", "_low", "_last")
        for name in names:
            setattr(self, name, max(1, round(getattr(self, name) * part)))
        self._volume = self._volume * new // old
        self._last_size = max(1, self._last_size * new // old)
        self._traders.withdraw()
        self._traders = Traders(instrument, self.book, self._random)
        if self._stretch.phase is not Phase.CLOSED:
            self._quote(now)

    def expire(self) -> None:
        """Stop for good."""
        self._traders.withdraw()
        self.has_expired = True

    # ---- what a scenario may do --------------------------------------------------------

    def begin(self, stretch: Stretch) -> None:
        """Begin a phase of the day; nobody quotes while it is closed."""
        self._stretch = stretch
        if stretch.phase is Phase.CLOSED:
            if self.book.best_bid() is not None or self.book.best_ask() is not None:
                self._frozen = self.quote()
            self._traders.withdraw()

    @property
    def is_closed(self) -> bool:
        """Whether nobody quotes because the exchange is closed."""
        return self._stretch.phase is Phase.CLOSED

    def frozen_quote(self) -> Quote:
        """Return the quote as it stood when the market closed; one step wide if nobody saw it."""
        now = self.quote()
        if self._frozen is not None:
            return replace(now, **{name: getattr(self._frozen, name) for name in _SIDES})
        if self._is_value:
            return now
        step = self.instrument.step_at(self._last)
        bid, ask = (
            self.instrument.quoted(self._last - step),
            self.instrument.quoted(self._last + step),
        )
        return replace(now, bid=bid, ask=ask, bid_size=self._typical, ask_size=self._typical)

    def push(self, ticks: float) -> None:
        """Move what the contract is worth; the makers follow with their next quotes."""
        if self._base is None:
            self._fair = max(_LOWEST_FAIR, self._fair + ticks)
            self._anchor = max(_LOWEST_FAIR, self._anchor + ticks)

    def jump(self, ticks: int, now: int) -> list[Match]:
        """Move what the contract is worth at once; return what the makers' new quotes traded."""
        self.push(ticks)
        return [] if self._stretch.phase is Phase.CLOSED else self._quote(now)

    # ---- auctions ----------------------------------------------------------------------

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

    # ---- time --------------------------------------------------------------------------

    def step(self, now: int, seconds: float = STEP_SECONDS) -> list[Match]:
        """Let makers and background traders act for so long; return every trade."""
        if self._stretch.phase is Phase.CLOSED or self.is_halted or self.has_expired:
            return []
        self._move_fair(now, seconds)
        if self._is_value:
            self._show_value(now)
            return []
        activity = pace(self._stretch, now) * self.regime.activity
        matches: list[Match] = []
        for order in self._traders.orders(seconds * activity):
            limit = self._traders.reach(buys=order.buys)
            if limit is not None:
                matches += self.take(MAKER, order.size, buys=order.buys, limit=limit, now=now)
        matches += self._quote(now)
        self._stirring += activity * seconds / STEP_SECONDS
        while self._stirring >= _ONE_STIR:
            self._stirring -= 1
            self._traders.stir()
        return matches

    def _quote(self, now: int) -> list[Match]:
        """Let the makers quote around what the contract is worth."""
        matches: list[Match] = []
        is_quiet = self._stretch.phase is not Phase.REGULAR
        for wish in self._traders.quotes(self._fair, self.regime, is_quiet=is_quiet):
            met = self.take(MAKER, wish.size, buys=wish.buys, limit=wish.price, now=now)
            left = wish.size - sum([match.size for match in met])
            if left > 0:
                self.book.rest(MAKER, wish.price, left, buys=wish.buys)
            matches += met
        return matches

    def _move_fair(self, now: int, seconds: float) -> None:
        if self._base is not None:
            self._fair = self._derived(self._base.fair_price(), now)
            return
        pull = (self._anchor - self._fair) * (seconds / _REVERSION_SECONDS)
        sigma = self._sigma * self.regime.volatility * math.sqrt(seconds / STEP_SECONDS)
        self._fair = max(_LOWEST_FAIR, self._fair + pull + self._random.gauss(0, sigma))

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
        price = match.ticks
        if self._fresh:
            self._fresh = False
            self._open = self._high = self._low = price
        self._last, self._last_size, self._last_time = price, match.size, now
        self._high = max(self._high, price)
        self._low = min(self._low, price)
        self._volume += match.size
        self.day.add(price, match.size, now)
        shown = Print(time=now, price=price, size=match.size, venue=match.venue)
        self.prints.append(shown)
        self.printed += 1
