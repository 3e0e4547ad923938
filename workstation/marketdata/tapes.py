"""Prints of all contracts on their way to the tape: every one, in order."""

import math
from collections.abc import Callable
from datetime import UTC, datetime

from workstation.domain.ids import ConId, ReqId
from workstation.domain.market_sinks import PrintColumns
from workstation.domain.ports import QuoteSource
from workstation.domain.trade import Aggressor, Trade

_BUYER, _SELLER, _UNKNOWN = Aggressor.BUYER, Aggressor.SELLER, Aggressor.UNKNOWN
_MOST_TIMES = 1000
_new = tuple.__new__
"""Makes a trade from its parts in a third of the time of its constructor."""


class Tapes:
    """Collects prints and judges who crossed the spread, until they are taken. Core thread."""

    def __init__(self, quotes: QuoteSource) -> None:
        self._quotes = quotes
        self._by_request: dict[int, ConId] = {}
        self._waiting: dict[ConId, list[Trade]] = {}
        self._times: dict[int, datetime] = {}

    def attach(self, req_id: ReqId, con_id: ConId) -> None:
        """Take a request's prints as those of a contract."""
        self._by_request[req_id] = con_id

    def detach(self, con_id: ConId) -> list[ReqId]:
        """Take no more prints of a contract, and return the requests that brought them."""
        numbers = [ReqId(each) for each, owner in self._by_request.items() if owner == con_id]
        for number in numbers:
            del self._by_request[number]
        return numbers

    def session_down(self) -> None:
        """Forget the requests of a session that has ended; their prints stay."""
        self._by_request.clear()

    def con_id(self, req_id: int) -> ConId | None:
        """Return the contract whose prints a request brings."""
        return self._by_request.get(req_id)

    def add_all(self, prints: PrintColumns) -> None:
        """Take prints that came in one piece, each against the quote that stands now."""
        ways: dict[int, tuple[Callable[[Trade], None], ConId, float, float] | None] = {}
        for req_id, second, price, size, exchange, conditions in zip(*prints, strict=True):
            if req_id not in ways:
                ways[req_id] = self._way(req_id)
            way = ways[req_id]
            if way is None:
                continue
            append, con_id, bid, ask = way
            aggressor = _BUYER if price >= ask else _SELLER if price <= bid else _UNKNOWN
            time = self._times.get(second) or self._time_of(second)
            append(_new(Trade, (con_id, time, price, size, exchange, conditions, aggressor)))

    def take(self) -> list[tuple[Trade, ...]]:
        """Return the prints of each contract that came since the last call."""
        waiting, self._waiting = self._waiting, {}
        return [tuple(trades) for trades in waiting.values() if trades]

    def _way(self, req_id: int) -> tuple[Callable[[Trade], None], ConId, float, float] | None:
        """Return where a request's prints go, and the sides that a print must reach."""
        con_id = self._by_request.get(req_id)
        if con_id is None:
            return None
        append = self._waiting.setdefault(con_id, []).append
        quote = self._quotes.quote(con_id)
        if quote is None or quote.stale or quote.bid is None or not quote.two_sided:
            return append, con_id, -math.inf, math.inf
        return append, con_id, quote.bid, math.inf if quote.ask is None else quote.ask

    def _time_of(self, second: int) -> datetime:
        if len(self._times) > _MOST_TIMES:
            self._times.clear()
        time = self._times[second] = datetime.fromtimestamp(second, UTC)
        return time
