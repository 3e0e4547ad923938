"""Tells alerts and rules every price of the contracts they watch, and nothing of any other."""

from collections.abc import Callable
from typing import Protocol

from workstation.domain.ids import ConId
from workstation.domain.quote import Quote
from workstation.marketdata.quotes import OnPrice


class Watchable(Protocol):
    """Quotes that tell one taker each price of a contract."""

    def watch(self, con_id: ConId, take: OnPrice | None) -> None:
        """Call `take` with every bid, ask and last from now on; None ends that."""
        ...

    def quote(self, con_id: ConId) -> Quote | None:
        """Return the newest quote."""
        ...


class PriceWatch:
    """Shares the one tap of each contract among those who watch it. Core thread.

    Each is called on the tick itself, so that a price that was touched for a moment is seen. A
    contract that nobody watches costs nothing.
    """

    def __init__(self, quotes: Watchable) -> None:
        self._quotes = quotes
        self._takers: dict[ConId, dict[str, OnPrice]] = {}

    def quote(self, con_id: ConId) -> Quote | None:
        """Return the newest quote."""
        return self._quotes.quote(con_id)

    def watch(self, owner: str, con_id: ConId, take: OnPrice | None) -> None:
        """Call `take` with every bid, ask and last; None ends what this owner began."""
        takers = self._takers.setdefault(con_id, {})
        if take is None:
            takers.pop(owner, None)
        else:
            takers[owner] = take
        if not takers:
            del self._takers[con_id]
        self._quotes.watch(con_id, self._taker(takers) if takers else None)

    def _taker(self, takers: dict[str, OnPrice]) -> Callable[[str, float], None]:
        if len(takers) == 1:
            return next(iter(takers.values()))

        def tell(name: str, price: float) -> None:
            for take in tuple(takers.values()):
                take(name, price)

        return tell
