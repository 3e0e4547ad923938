"""Prints of all contracts on their way to the tape: every one, in order."""

from datetime import UTC, datetime

from workstation.domain.ids import ConId, ReqId
from workstation.domain.market_sinks import PrintColumns
from workstation.domain.ports import QuoteSource
from workstation.domain.trade import Aggressor, Trade

_Row = tuple[int, float, float, str, str, Aggressor]


class Tapes:
    """Collects prints and judges who crossed the spread, until they are taken. Core thread."""

    def __init__(self, quotes: QuoteSource) -> None:
        self._quotes = quotes
        self._by_request: dict[int, ConId] = {}
        self._waiting: dict[ConId, list[_Row]] = {}

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
        ways: dict[int, tuple[list[_Row], float, float] | None] = {}
        for req_id, time, price, size, exchange, conditions in zip(*prints, strict=True):
            if req_id not in ways:
                ways[req_id] = self._way(req_id)
            way = ways[req_id]
            if way is None:
                continue
            rows, bid, ask = way
            if price >= ask:
                aggressor = Aggressor.BUYER
            elif price <= bid:
                aggressor = Aggressor.SELLER
            else:
                aggressor = Aggressor.UNKNOWN
            rows.append((time, price, size, exchange, conditions, aggressor))

    def take(self) -> list[tuple[Trade, ...]]:
        """Return the prints of each contract that came since the last call."""
        if not self._waiting:
            return []
        waiting, self._waiting = self._waiting, {}
        return [_trades(con_id, rows) for con_id, rows in waiting.items()]

    def _way(self, req_id: int) -> tuple[list[_Row], float, float] | None:
        """Return where a request's prints go, and the sides that a print must reach."""
        con_id = self._by_request.get(req_id)
        if con_id is None:
            return None
        rows = self._waiting.setdefault(con_id, [])
        quote = self._quotes.quote(con_id)
        if quote is None or quote.stale or quote.bid is None or not quote.two_sided:
            return rows, -float("inf"), float("inf")
        return rows, quote.bid, quote.ask if quote.ask is not None else float("inf")


def _trades(con_id: ConId, rows: list[_Row]) -> tuple[Trade, ...]:
    times: dict[int, datetime] = {}
    for row in rows:
        if row[0] not in times:
            times[row[0]] = datetime.fromtimestamp(row[0], UTC)
    return tuple(
        Trade(con_id, times[time], price, size, exchange, conditions, aggressor)
        for time, price, size, exchange, conditions, aggressor in rows
    )
