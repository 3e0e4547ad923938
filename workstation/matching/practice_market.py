"""Lets practice orders meet recorded bars in the order book of the simulated gateway.

What a bar does not tell is decided so, against the trader rather than for him:

- Within a bar the price goes from its open to one extreme, to the other and to its close: to the
  extreme that hurts an open position first, without one to the extreme that is nearer.
- The last trade was at the bid where the price came down and at the ask where it rose; the other
  side of the quote is one tick away. At the market one pays the quote.
- Others stand before us at every price: a limit fills where the price trades through it, at the
  limit. Where a trading day opens beyond it, it fills at the opening price.
- A stop is reached at its price, or at the opening price where that lies beyond it, and then
  takes the quote.
- All orders together get at most the volume of the bar; the rest of one waits.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import count

from workstation.matching.order_book import MAKER, Match, OrderBook
from workstation.matching.practice_orders import (
    Kind,
    PracticeFill,
    PracticeOrder,
    RecordedBar,
    Status,
)
from workstation.matching.triggers import is_reached

_BOUNDLESS = 10**15
"""Shares of a bar whose volume is not known."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A practice account between two bars: what works, what was filled, how the price came."""

    orders: tuple[PracticeOrder, ...] = ()
    fills: tuple[PracticeFill, ...] = ()
    came_down: bool = False
    stops: dict[int, int] = field(default_factory=dict)
    """Where the stop of each live entry stood at first."""

    queue: tuple[int, ...] = ()
    """Numbers of the orders that stand in the book: each side best first, the earliest first."""


class PracticeMarket:
    """The book of one contract, its practice orders and their fills. Any one thread."""

    def __init__(self, bar: RecordedBar, before: Standing | None = None) -> None:
        self._book = OrderBook()
        self.orders: dict[int, PracticeOrder] = {}
        """Every order by its number, those that ended too."""

        self.fills: list[PracticeFill] = []
        self.position = 0
        self._numbers = count(1)
        self._stops: dict[int, int] = {}
        """Where the stop of each entry stood at first."""

        self._quotes: tuple[tuple[int, bool], ...] = ()
        self._last = bar.close
        self._came_down = bar.close < bar.open
        self._volume = _volume_of(bar)
        self._now = bar.time
        if before is not None:
            self._go_on(before)
        self._quote()

    def _go_on(self, before: Standing) -> None:
        """Take over what stood when this bar was the newest; nothing happens by that."""
        self.fills = list(before.fills)
        self.position = sum(fill.sign * fill.size for fill in self.fills)
        self._came_down, self._stops = before.came_down, dict(before.stops)
        used = sum(fill.size for fill in self.fills if fill.time == self._now)
        self._volume = max(0, self._volume - used)
        for order in before.orders:
            self._put(replace(order, is_resting=False))
        for number in before.queue:
            order = self.orders[number]
            if order.price is not None:
                self._book.rest(number, order.price, order.left, buys=order.buys)
                self._put(replace(order, is_resting=True))
        numbers = (*self.orders, *(fill.order for fill in self.fills))
        self._numbers = count(max(numbers, default=0) + 1)

    @property
    def standing(self) -> Standing:
        """What must be known to go on from here another time."""
        stops = {
            number: stop
            for number, stop in self._stops.items()
            if number in self.orders and self.orders[number].status.is_live
        }
        queue = tuple(
            resting.owner
            for buys in (True, False)
            for resting in self._book.resting(buys=buys)
            if resting.owner != MAKER
        )
        return Standing(tuple(self.live), tuple(self.fills), self._came_down, stops, queue)

    @property
    def last(self) -> int:
        """The last price."""
        return self._last

    @property
    def live(self) -> list[PracticeOrder]:
        """Orders that can still fill, the earliest first."""
        return [order for order in self.orders.values() if order.status.is_live]

    # -- what the trader does -----------------------------------------------------------------

    def submit(
        self,
        *,
        buys: bool,
        kind: Kind,
        size: int,
        price: int | None = None,
        exits: tuple[int | None, int | None] = (None, None),
    ) -> int:
        """Place an order and return its number; `exits` are the prices of its target and stop.

        Raises:
            ValueError: it has no size, or no price where it needs one.
        """
        if size <= 0:
            raise ValueError("an order has a size")
        if (price is None) is not (kind is Kind.MARKET):
            raise ValueError("a limit and a stop have a price, an order at the market has none")
        number = next(self._numbers)
        order = PracticeOrder(number=number, buys=buys, kind=kind, size=size, price=price)
        self.orders[number] = order
        if exits[1] is not None:
            self._stops[number] = exits[1]
        for exit_kind, exit_price in zip((Kind.LIMIT, Kind.STOP), exits, strict=True):
            if exit_price is not None:
                child = next(self._numbers)
                self.orders[child] = PracticeOrder(
                    number=child,
                    buys=not buys,
                    kind=exit_kind,
                    size=size,
                    price=exit_price,
                    parent=number,
                    group=number,
                    status=Status.HELD,
                )
        self._work(order.number)
        self._settle_down()
        return number

    def cancel(self, number: int) -> None:
        """End an order, and what hangs on it; one that has ended stays as it is."""
        order = self.orders.get(number)
        if order is not None and order.status.is_live:
            self._end(order, Status.CANCELLED)

    def move(self, number: int, price: int) -> None:
        """Give a live order another price; it goes behind those that stand there."""
        order = self.orders.get(number)
        if order is None or not order.status.is_live or order.price is None:
            return
        if order.has_triggered or order.price == price:
            return
        self._put(replace(self._off_book(order), price=price))
        self._work(number)
        self._settle_down()

    def flatten(self) -> None:
        """Cancel every order and close the position at the market."""
        for order in self.live:
            self.cancel(order.number)
        if self.position:
            self.submit(buys=self.position < 0, kind=Kind.MARKET, size=abs(self.position))

    # -- what the market does -----------------------------------------------------------------

    def play(self, bar: RecordedBar) -> None:
        """Let a bar happen."""
        self._volume, self._now = _volume_of(bar), bar.time
        if bar.opens_session:
            self._open_session(bar.open)
        else:
            self._go(bar.open)
        for price in self._way(bar):
            self._go(price)
        self._settle_down()

    def _way(self, bar: RecordedBar) -> tuple[int, ...]:
        is_low_near = bar.open - bar.low <= bar.high - bar.open
        is_low_first = self.position > 0 if self.position else is_low_near
        extremes = (bar.low, bar.high) if is_low_first else (bar.high, bar.low)
        return (*extremes, bar.close)

    def _go(self, target: int) -> None:
        """Let the price go to a target, stopping wherever an order waits for it."""
        self._reach(self._last)  # what the bar's volume can do at the price it begins at
        while self._last != target:
            self._reach(self._next_stop(target))

    def _next_stop(self, target: int) -> int:
        down = target < self._last
        step = -1 if down else 1
        levels = [target]
        for order in self.live:
            if order.price is None or order.status is not Status.WORKING:
                continue
            if order.waits_for_trigger and order.buys is not down:
                levels.append(order.price)
            elif order.is_resting and order.buys is down:
                levels.append(order.price + step)  # there it has been traded through
        ahead = [level for level in levels if (level - self._last) * step > 0]
        within = [level for level in ahead if (target - level) * step >= 0]
        return max(within) if down else min(within)

    def _reach(self, price: int) -> None:
        """Trade through everything before a price, stand there, and wake what waits for it."""
        self._withdraw()
        if price != self._last:
            down = price < self._last
            beyond = price + 1 if down else price - 1
            self._book_all(self._book.take(MAKER, self._volume, buys=not down, limit=beyond))
            self._last, self._came_down = price, down
            self._set_aside()
        self._settle_down()

    def _set_aside(self) -> None:
        """Take from the book what was traded through without volume: it waits for the next bar."""
        for order in self.live:
            if order.is_resting and self._is_beyond(order):
                self._put(self._off_book(order))

    def _is_beyond(self, order: PracticeOrder) -> bool:
        """Tell whether the market stands at a better price than an order's."""
        return order.price is not None and (self._last - order.price) * order.sign < 0

    def _open_session(self, price: int) -> None:
        """Cross at the opening price whatever takes it, then begin to quote."""
        self._withdraw()
        self._came_down, self._last = price < self._last, price
        for order in self.live:
            self._put(self._off_book(order))
        self._wake()
        for buys in (True, False):
            if self._volume > 0:
                self._stand(price, buys=not buys)
            for order in self.live:
                if order.buys is buys:
                    self._take(order.number)
            self._withdraw()
        for order in self.live:
            self._work(order.number)
        self._settle_down()

    def _settle_down(self) -> None:
        """Quote, wake stops and let what waits take the quote, until nothing more happens."""
        while True:
            before = len(self.fills)
            self._quote()
            self._wake()
            for order in self.live:
                self._work(order.number)
            if len(self.fills) == before:
                return

    def _wake(self) -> None:
        for order in self.live:
            if order.status is not Status.WORKING or order.price is None:
                continue
            if order.waits_for_trigger and is_reached(
                order.price, (self._last,), rising=order.buys
            ):
                self._put(replace(order, has_triggered=True))

    # -- the makers ---------------------------------------------------------------------------

    def _quote(self) -> None:
        """Let the makers quote around the last price, with what the bar's volume leaves."""
        self._withdraw()
        for buys in (True, False):
            if self._volume > 0:
                self._stand(self._quoted(buys=buys), buys=buys)

    def _quoted(self, *, buys: bool) -> int:
        """Return the makers' bid, or their ask."""
        bid = self._last if self._came_down else self._last - 1
        return bid if buys else bid + 1

    def _stand(self, price: int, *, buys: bool) -> None:
        self._book_all(self._book.take(MAKER, self._volume, buys=buys, limit=price))
        if self._volume > 0:
            self._book.rest(MAKER, price, self._volume, buys=buys)
            self._quotes = (*self._quotes, (price, buys))

    def _withdraw(self) -> None:
        for price, buys in self._quotes:
            self._book.cancel(MAKER, price, buys=buys)
        self._quotes = ()

    # -- orders -------------------------------------------------------------------------------

    def _work(self, number: int) -> None:
        """Let an order take what it may, then rest; one that waits for something stays away.

        A limit that meets more than the bar's volume waits beside the book for the next bar.
        """
        self._take(number)
        order = self.orders[number]
        if not _is_ready(order) or order.kind is not Kind.LIMIT or order.price is None:
            return
        meets = self._book.available(buys=order.buys, limit=order.price)
        if not meets and not self._is_beyond(order):
            self._book.rest(number, order.price, order.left, buys=order.buys)
            self._put(replace(order, is_resting=True))

    def _take(self, number: int) -> None:
        order = self.orders[number]
        size = min(order.left, self._volume)
        if _is_ready(order) and size > 0:
            limit = self._quoted(buys=not order.buys)  # never beyond, where only our own stand
            if not order.takes_any_price and order.price is not None:
                limit = min(limit, order.price) if order.buys else max(limit, order.price)
            self._book_all(self._book.take(number, size, buys=order.buys, limit=limit))

    def _book_all(self, matches: Iterable[Match]) -> None:
        for match in matches:
            for number, buys in (
                (match.taker, match.taker_buys),
                (match.maker, not match.taker_buys),
            ):
                order = self.orders.get(number) if number != MAKER else None
                if order is not None and order.status is Status.WORKING:
                    self._fill(order, min(match.size, order.left), match.price, buys=buys)

    def _fill(self, order: PracticeOrder, shares: int, price: int, *, buys: bool) -> None:
        fill = PracticeFill(
            order=order.number,
            buys=buys,
            size=shares,
            price=price,
            time=self._now,
            stop=self._stops.get(order.number),
        )
        self.fills.append(fill)
        self.position += fill.sign * shares
        self._volume = max(0, self._volume - shares)
        if not self._volume:
            self._withdraw()
        self._put(replace(order, filled=order.filled + shares))
        if self.orders[order.number].left <= 0:
            self._end(self.orders[order.number], Status.FILLED)
        self._reduce_others(self.orders[order.number], shares)

    def _end(self, order: PracticeOrder, status: Status) -> None:
        self._put(replace(self._off_book(order), status=status))
        for child in self.live:
            if child.parent != order.number or child.status is not Status.HELD:
                continue
            if status is Status.FILLED:
                self._put(replace(child, status=Status.WORKING))
                self._work(child.number)
            elif order.filled:
                size = order.filled  # what was bought before stays protected
                self._put(replace(child, status=Status.WORKING, size=size))
                self._work(child.number)
            else:
                self._end(child, Status.CANCELLED)

    def _reduce_others(self, order: PracticeOrder, shares: int) -> None:
        """Take from the others of a group what one of them has filled."""
        for other in self.live:
            if order.group is None or other.group != order.group or other.number == order.number:
                continue
            if order.status is Status.FILLED or other.left <= shares:
                self._end(other, Status.CANCELLED)
                continue
            self._put(replace(other, size=other.size - shares))
            if other.is_resting and other.price is not None:
                self._book.resize(other.number, other.price, other.left - shares, buys=other.buys)

    def _off_book(self, order: PracticeOrder) -> PracticeOrder:
        if order.is_resting and order.price is not None:
            self._book.cancel(order.number, order.price, buys=order.buys)
        return replace(order, is_resting=False)

    def _put(self, order: PracticeOrder) -> None:
        self.orders[order.number] = order


def _is_ready(order: PracticeOrder) -> bool:
    """Tell whether an order may trade now and does not stand in the book."""
    is_awake = order.status is Status.WORKING and not order.waits_for_trigger
    return is_awake and not order.is_resting


def _volume_of(bar: RecordedBar) -> int:
    return _BOUNDLESS if bar.volume is None else bar.volume
