"""Prints of all contracts on their way to the tape: every one, in order."""

import math

from workstation.domain.ids import ConId, ReqId
from workstation.domain.market_sinks import PrintColumns
from workstation.domain.trade import Aggressor, Trades
from workstation.marketdata.quotes import Quotes

_BUYER, _SELLER, _UNKNOWN = Aggressor.BUYER, Aggressor.SELLER, Aggressor.UNKNOWN


class Tapes:
    """Collects prints and judges who crossed the spread, until they are taken. Core thread."""

    def __init__(self, quotes: Quotes) -> None:
        self._quotes = quotes
        self._by_request: dict[int, ConId] = {}
        self._waiting: dict[ConId, Trades] = {}

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

    def request_of(self, con_id: ConId) -> ReqId | None:
        """Return the request that brings a contract's prints, None where none does."""
        found = (ReqId(each) for each, owner in self._by_request.items() if owner == con_id)
        return next(found, None)

    def add_all(self, req_id: int, prints: PrintColumns) -> None:
        """Take prints that came in one piece, each against the quote that stands now."""
        con_id = self._by_request.get(req_id)
        if con_id is None:
            return
        waiting = self._waiting.get(con_id)
        if waiting is None:
            waiting = self._waiting[con_id] = Trades(con_id, [], [], [], [], [], [])
        bid, ask = self._sides(con_id)
        waiting.times.extend(prints.times)
        waiting.prices.extend(prints.prices)
        waiting.sizes.extend(prints.sizes)
        waiting.exchanges.extend(prints.exchanges)
        waiting.conditions.extend(prints.conditions)
        waiting.aggressors.extend(
            [
                _BUYER if price >= ask else _SELLER if price <= bid else _UNKNOWN
                for price in prints.prices
            ]
        )

    @property
    def waiting(self) -> bool:
        """Whether prints have come since the last call of take()."""
        return bool(self._waiting)

    def take(self) -> list[Trades]:
        """Return the prints of each contract that came since the last call."""
        waiting, self._waiting = self._waiting, {}
        return list(waiting.values())

    def _sides(self, con_id: ConId) -> tuple[float, float]:
        """Return what a print must reach to be a seller's or a buyer's."""
        bid, ask = self._quotes.sides(con_id)
        if bid is None or ask is None or bid > ask:
            return -math.inf, math.inf
        return bid, ask
