"""The order books of all contracts, and which request fills which."""

from collections.abc import Callable, Iterable
from datetime import datetime

from workstation.domain.depth import DepthBook
from workstation.domain.ids import ConId, ReqId
from workstation.domain.market_sinks import BookRow
from workstation.marketdata.depth_book import DepthRows, Row


class DepthBooks:
    """One mutable book a contract; frozen ones for everyone else. Core thread."""

    def __init__(self) -> None:
        self._books: dict[ConId, DepthRows] = {}
        self._by_request: dict[int, tuple[DepthRows, ConId]] = {}
        self._dirty: set[ConId] = set()

    def open(self, con_id: ConId) -> None:
        """Keep a book of a contract, empty at first."""
        self._books[con_id] = DepthRows(con_id)
        self._dirty.add(con_id)

    def close(self, con_id: ConId) -> list[ReqId]:
        """Forget a contract's book and return the requests that filled it."""
        self._books.pop(con_id, None)
        self._dirty.discard(con_id)
        return self.detach(con_id)

    def attach(self, req_id: ReqId, con_id: ConId) -> None:
        """Let a new request fill a contract's book from its beginning."""
        book = self._books[con_id]
        book.clear()
        self._by_request[req_id] = book, con_id

    def detach(self, con_id: ConId) -> list[ReqId]:
        """Let no request fill a contract's book, and return those that did."""
        numbers = [ReqId(each) for each, (_, owner) in self._by_request.items() if owner == con_id]
        for number in numbers:
            del self._by_request[number]
        return numbers

    def session_down(self) -> None:
        """Say of every book that it is no market any more."""
        self._by_request.clear()
        for con_id, book in self._books.items():
            book.stale = True
            self._dirty.add(con_id)

    def con_id(self, req_id: int) -> ConId | None:
        """Return the contract whose book a request fills."""
        found = self._by_request.get(req_id)
        return None if found is None else found[1]

    def has(self, con_id: ConId) -> bool:
        """Tell whether a book of a contract is kept."""
        return con_id in self._books

    def fail(self, con_id: ConId, problem: str) -> None:
        """Empty a book and say why, "" where it only begins anew."""
        book = self._books[con_id]
        book.clear()
        book.problem = problem
        self._dirty.add(con_id)

    def apply_all(self, rows: Iterable[BookRow]) -> None:
        """Apply rows in order; late rows of a request that has ended are dropped."""
        ways: dict[int, tuple[Callable[[int, int, int, Row], None], ConId] | None] = {}
        for req_id, place, operation, side, price, size, venue in rows:
            if req_id not in ways:
                found = self._by_request.get(req_id)
                ways[req_id] = None if found is None else (found[0].apply, found[1])
            way = ways[req_id]
            if way is not None:
                way[0](place, operation, side, (price, size, venue))
        self._dirty.update(way[1] for way in ways.values() if way is not None)

    @property
    def changed(self) -> bool:
        """Whether a book waits to be published."""
        return bool(self._dirty)

    def take_changed(self, now: datetime) -> tuple[DepthBook, ...]:
        """Return a frozen book of each contract whose rows changed since the last call."""
        changed, self._dirty = self._dirty, set()
        return tuple(self._books[con_id].snapshot(now) for con_id in changed)
