"""A limit order book with price-time priority: the one place where orders meet.

Prices are whole ticks and sizes whole lots of the contract, so the arithmetic is exact. An
order at the middle of the quote may stand half a tick beyond its tick: then it goes before
those at the tick itself.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

MAKER = 0
"""Owner of generated orders; any other owner is the perm_id of a client's order."""


@dataclass(slots=True)
class Resting:
    """One order standing in the queue; size in shares still open and shown."""

    owner: int
    price: int
    size: int
    venue: int
    """Number of the place where it stands, from 0."""

    reserve: int = 0
    """Shares of an iceberg that are not shown."""

    display: int = 0
    """Shares an iceberg shows at a time; 0 shows all."""

    half: int = 0
    """Half ticks by which it is better than its price: 1 for a buyer, -1 for a seller, or 0."""

    is_middle: bool = False
    """Whether it follows the middle of the quote, so that it makes no quote itself."""

    @property
    def total(self) -> int:
        """Shares still open, shown or not."""
        return self.size + self.reserve


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Shares that changed hands at the resting order's price."""

    price: int
    """In ticks, but for a half."""

    size: int
    """In shares."""

    maker: int
    """Owner of the order that stood in the book."""

    taker: int
    """Owner of the order that came in."""

    taker_buys: bool
    venue: int
    """Where the resting order stood."""

    half: int = 0
    """Half ticks to add to the price."""

    @property
    def ticks(self) -> float:
        """Price in ticks; whole but for a trade at the middle of an odd spread."""
        return self.price + self.half / 2 if self.half else self.price


class _Side:
    """One side of a book: its prices in rising order, and a queue at each."""

    def __init__(self, *, buys: bool) -> None:
        self.prices: list[int] = []
        self.queues: dict[int, deque[Resting]] = {}
        self._buys = buys

    def best(self, without: int | None = None) -> int | None:
        """Return the best price, or the best of all but one owner."""
        if without is None:
            return (self.prices[-1] if self._buys else self.prices[0]) if self.prices else None
        for price in self.best_first():
            if any(resting.owner != without for resting in self.queues[price]):
                return price
        return None

    def best_quoted(self) -> int | None:
        """Return the best price of those who do not follow the middle."""
        for price in self.best_first():
            if not all(resting.is_middle for resting in self.queues[price]):
                return price
        return None

    def best_first(self) -> Iterator[int]:
        """Yield the prices, best first; the side must not change meanwhile."""
        return reversed(self.prices) if self._buys else iter(self.prices)

    def queue(self, price: int) -> deque[Resting]:
        """Return the queue at a price, new if there was none."""
        found = self.queues.get(price)
        if found is None:
            found = self.queues[price] = deque()
            insort(self.prices, price)
        return found

    def drop(self, price: int) -> None:
        """Forget a price whose queue is empty."""
        del self.queues[price]
        del self.prices[bisect_left(self.prices, price)]


class OrderBook:
    """Bids and asks of one instrument, never crossed; its orders stand at so many venues."""

    def __init__(self, venues: int = 1) -> None:
        self._venues = venues
        self._bids, self._asks = _Side(buys=True), _Side(buys=False)
        self._rested = 0
        self.version = 0
        """Rises with every change, so that whoever shows the book knows when to look."""

        self.thinned = 0
        """Rises when something has left the book."""

    def best_bid(self, without: int | None = None) -> int | None:
        """Return the highest bid in ticks, or the highest of all but one owner."""
        return self._bids.best(without)

    def best_ask(self, without: int | None = None) -> int | None:
        """Return the lowest ask in ticks, or the lowest of all but one owner."""
        return self._asks.best(without)

    def quoted(self) -> tuple[int | None, int | None]:
        """Return bid and ask without the orders that follow the middle between them."""
        return self._bids.best_quoted(), self._asks.best_quoted()

    def prices(self, *, buys: bool) -> list[int]:
        """Return the prices of one side, best first."""
        return list(self._side(buys=buys).best_first())

    def size_at(self, price: int, *, buys: bool, owner: int | None = None) -> int:
        """Return the shares shown at one price, of everybody or of one owner."""
        queue = self._side(buys=buys).queues.get(price, ())
        if owner is None:
            return sum([r.size for r in queue])
        return sum([r.size for r in queue if r.owner == owner])

    def has(self, owner: int, price: int, *, buys: bool) -> bool:
        """Return whether an owner stands at a price."""
        queue = self._side(buys=buys).queues.get(price, ())
        return any(r.owner == owner for r in queue)

    def first(self, owner: int, price: int, *, buys: bool, above: int) -> Resting | None:
        """Return the first order of an owner at a price that shows more than so many shares."""
        queue = self._side(buys=buys).queues.get(price, ())
        return next((r for r in queue if r.owner == owner and r.size > above), None)

    def best_odd_lot(self, round_lot: int, *, buys: bool) -> Resting | None:
        """Return the order at the best price that is smaller than a round lot."""
        side = self._side(buys=buys)
        for price in side.best_first():
            for resting in side.queues[price]:
                if resting.size < round_lot:
                    return resting
        return None

    def resting(self, *, buys: bool) -> Iterator[Resting]:
        """Yield the orders of one side, best price and earliest first."""
        side = self._side(buys=buys)
        for price in tuple(side.best_first()):
            yield from tuple(side.queues[price])

    def available(self, *, buys: bool, limit: int | None) -> int:
        """Return the shares an incoming order could take at its limit or better."""
        side = self._side(buys=not buys)
        return sum(
            r.total
            for price, queue in side.queues.items()
            if limit is None or (price <= limit if buys else price >= limit)
            for r in queue
        )

    def take(
        self, owner: int, size: int, *, buys: bool, limit: int | None, half: int = 0
    ) -> list[Match]:
        """Match an incoming order against the other side; nothing of it rests.

        A limit of None takes whatever price stands; half adds to it, as of Resting.half.
        """
        side = self._side(buys=not buys)
        matches: list[Match] = []
        while size > 0 and side.prices:
            price = side.prices[0] if buys else side.prices[-1]
            at_half = half != 0 and limit is not None and price == limit + half
            if limit is not None and (price > limit if buys else price < limit) and not at_half:
                break
            queue = side.queues[price]
            if at_half and not queue[0].half:
                break
            while size > 0 and queue and (queue[0].half or not at_half):
                first = queue[0]
                shares = min(size, first.size)
                size -= shares
                matches.append(
                    Match(
                        price=price,
                        size=shares,
                        maker=first.owner,
                        taker=owner,
                        taker_buys=buys,
                        venue=first.venue,
                        half=first.half,
                    )
                )
                _consume(queue, first, shares)
            if not queue:
                side.drop(price)
        if matches:
            self.version += 1
            self.thinned += 1
        return matches

    def rest(
        self,
        owner: int,
        price: int,
        size: int,
        *,
        buys: bool,
        display: int = 0,
        half: int = 0,
        is_middle: bool = False,
    ) -> None:
        """Queue an order behind those of its price; it must not cross the other side.

        With display it is an iceberg: it shows so many shares at a time, and each new lot
        goes to the end of the queue. half and is_middle are those of Resting.
        """
        best = self.best_ask() if buys else self.best_bid()
        if best is not None and (price >= best if buys else price <= best):
            raise ValueError("an order that crosses cannot rest")
        if size <= 0:
            raise ValueError("a resting order has shares")
        self._rested += 1
        self.version += 1
        shown = min(size, display) if display > 0 else size
        venue = _venue_of(self._rested, self._venues)
        one = Resting(owner, price, shown, venue, size - shown, display, half, is_middle)
        _queue_up(self._side(buys=buys).queue(price), one)

    def cancel(self, owner: int, price: int, *, buys: bool) -> int:
        """Remove an owner's orders at one price and return how many shares that were."""
        side = self._side(buys=buys)
        queue = side.queues.get(price)
        if queue is None:
            return 0
        removed = sum([r.total for r in queue if r.owner == owner])
        if not removed:
            return 0
        self.version += 1
        self.thinned += 1
        kept = deque(r for r in queue if r.owner != owner)
        if kept:
            side.queues[price] = kept
        else:
            side.drop(price)
        return removed

    def resize(self, owner: int, price: int, size: int, *, buys: bool) -> None:
        """Make an owner's order smaller where it stands; it keeps its place in the queue."""
        for resting in self._side(buys=buys).queues.get(price, ()):
            if resting.owner == owner and 0 < size <= resting.total:
                resting.size = min(resting.size, size)
                resting.reserve = size - resting.size
                self.version += 1

    def shrink(self, resting: Resting, shares: int) -> None:
        """Take shares off an order that keeps some."""
        if not 0 < shares < resting.size:
            raise ValueError("an order that shrinks keeps shares")
        resting.size -= shares
        self.version += 1

    def _side(self, *, buys: bool) -> _Side:
        return self._bids if buys else self._asks


def _consume(queue: deque[Resting], first: Resting, shares: int) -> None:
    """Take shares from the first of a queue; an iceberg shows its next lot at the end."""
    first.size -= shares
    if first.size:
        return
    queue.popleft()
    if first.reserve:
        first.size = min(first.reserve, first.display)
        first.reserve -= first.size
        _queue_up(queue, first)


def _queue_up(queue: deque[Resting], one: Resting) -> None:
    """Put an order behind those of its price: a half tick better goes before the others."""
    if not one.half:
        queue.append(one)
        return
    ahead = sum(1 for other in queue if other.half)
    queue.insert(ahead, one)


def _venue_of(number: int, venues: int) -> int:
    """Return the venue of the so-manieth order of a book: spread evenly, without a pattern."""
    return (number * 2_654_435_761 >> 13) % venues
