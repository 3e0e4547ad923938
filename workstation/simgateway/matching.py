"""A limit order book with price-time priority: the one place where orders meet.

Prices are whole ticks and sizes whole shares, so the arithmetic is exact.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from workstation.simgateway.venues import venue_of

MAKER = 0
"""Owner of generated orders; any other owner is the perm_id of a client's order."""


@dataclass(slots=True)
class Resting:
    """One order standing in the queue; size in shares still open."""

    owner: int
    price: int
    size: int
    venue: int
    """Index into venues.VENUES."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Shares that changed hands at the resting order's price."""

    price: int
    """In ticks."""

    size: int
    """In shares."""

    maker: int
    """Owner of the order that stood in the book."""

    taker: int
    """Owner of the order that came in."""

    taker_buys: bool
    venue: int
    """Where the resting order stood."""


class OrderBook:
    """Bids and asks of one instrument, never crossed."""

    def __init__(self) -> None:
        self._bids: dict[int, deque[Resting]] = {}
        self._asks: dict[int, deque[Resting]] = {}
        self._rested = 0

    def best_bid(self) -> int | None:
        """Return the highest bid in ticks."""
        return max(self._bids, default=None)

    def best_ask(self) -> int | None:
        """Return the lowest ask in ticks."""
        return min(self._asks, default=None)

    def prices(self, *, buys: bool) -> list[int]:
        """Return the prices of one side, best first."""
        side = self._bids if buys else self._asks
        return sorted(side, reverse=buys)

    def size_at(self, price: int, *, buys: bool, owner: int | None = None) -> int:
        """Return the shares at one price, of everybody or of one owner."""
        queue = (self._bids if buys else self._asks).get(price, ())
        return sum(r.size for r in queue if owner is None or r.owner == owner)

    def resting(self, *, buys: bool) -> Iterator[Resting]:
        """Yield the orders of one side, best price and earliest first."""
        side = self._bids if buys else self._asks
        for price in sorted(side, reverse=buys):
            yield from tuple(side[price])

    def available(self, *, buys: bool, limit: int | None) -> int:
        """Return the shares an incoming order could take at its limit or better."""
        side = self._asks if buys else self._bids
        return sum(
            r.size
            for price, queue in side.items()
            if limit is None or (price <= limit if buys else price >= limit)
            for r in queue
        )

    def take(self, owner: int, size: int, *, buys: bool, limit: int | None) -> list[Match]:
        """Match an incoming order against the other side; nothing of it rests.

        A limit of None takes whatever price stands.
        """
        side = self._asks if buys else self._bids
        matches: list[Match] = []
        while size > 0 and side:
            price = min(side) if buys else max(side)
            if limit is not None and (price > limit if buys else price < limit):
                break
            queue = side[price]
            while size > 0 and queue:
                first = queue[0]
                shares = min(size, first.size)
                first.size -= shares
                size -= shares
                matches.append(
                    Match(
                        price=price,
                        size=shares,
                        maker=first.owner,
                        taker=owner,
                        taker_buys=buys,
                        venue=first.venue,
                    )
                )
                if first.size == 0:
                    queue.popleft()
            if not queue:
                del side[price]
        return matches

    def rest(self, owner: int, price: int, size: int, *, buys: bool) -> None:
        """Queue an order behind those of its price; it must not cross the other side."""
        best = self.best_ask() if buys else self.best_bid()
        if best is not None and (price >= best if buys else price <= best):
            raise ValueError("an order that crosses cannot rest")
        if size <= 0:
            raise ValueError("a resting order has shares")
        side = self._bids if buys else self._asks
        self._rested += 1
        venue = venue_of(self._rested)
        side.setdefault(price, deque()).append(Resting(owner, price, size, venue))

    def cancel(self, owner: int, price: int, *, buys: bool) -> int:
        """Remove an owner's orders at one price and return how many shares that were."""
        side = self._bids if buys else self._asks
        queue = side.get(price)
        if queue is None:
            return 0
        kept = deque(r for r in queue if r.owner != owner)
        removed = sum(r.size for r in queue if r.owner == owner)
        if kept:
            side[price] = kept
        else:
            del side[price]
        return removed

    def resize(self, owner: int, price: int, size: int, *, buys: bool) -> None:
        """Make an owner's order smaller where it stands; it keeps its place in the queue."""
        for resting in (self._bids if buys else self._asks).get(price, ()):
            if resting.owner == owner and 0 < size <= resting.size:
                resting.size = size
