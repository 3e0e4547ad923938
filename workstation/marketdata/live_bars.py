"""Bars of five seconds as they end."""

from datetime import UTC, datetime

from workstation.domain.bar import Bar, LiveBar
from workstation.domain.ids import ConId, ReqId
from workstation.domain.market_sinks import BarRow

MOST_KEPT = 1000
"""Bars of one contract that wait to be taken; the oldest give way."""


class LiveBars:
    """Collects the bars of every contract until they are taken. Core thread."""

    def __init__(self) -> None:
        self._by_request: dict[int, ConId] = {}
        self._waiting: dict[ConId, list[LiveBar]] = {}
        self._newest: dict[ConId, LiveBar] = {}

    def attach(self, req_id: ReqId, con_id: ConId) -> None:
        """Take a request's bars as those of a contract."""
        self._by_request[req_id] = con_id

    def detach(self, con_id: ConId) -> list[ReqId]:
        """Take no more bars of a contract, and return the requests that brought them."""
        numbers = [ReqId(each) for each, owner in self._by_request.items() if owner == con_id]
        for number in numbers:
            del self._by_request[number]
        self._newest.pop(con_id, None)
        return numbers

    def session_down(self) -> None:
        """Forget the requests of a session that has ended; their bars stay."""
        self._by_request.clear()

    def con_id(self, req_id: int) -> ConId | None:
        """Return the contract whose bars a request brings."""
        return self._by_request.get(req_id)

    def newest(self, con_id: ConId) -> LiveBar | None:
        """Return the last bar of a contract, None before the first one."""
        return self._newest.get(con_id)

    def add(self, req_id: int, row: BarRow) -> None:
        """Take one bar; one of a request that has ended is dropped."""
        con_id = self._by_request.get(req_id)
        if con_id is None:
            return
        time = datetime.fromtimestamp(row.time, UTC)
        volume = max(row.volume or 0.0, 0.0)
        bar = Bar(time, row.open, row.high, row.low, row.close, volume)
        newest = self._newest[con_id] = LiveBar(con_id, bar, row.average, row.trades)
        waiting = self._waiting.setdefault(con_id, [])
        waiting.append(newest)
        del waiting[:-MOST_KEPT]

    def take(self) -> list[tuple[LiveBar, ...]]:
        """Return the bars of each contract that came since the last call, oldest first."""
        waiting, self._waiting = self._waiting, {}
        return [tuple(bars) for bars in waiting.values()]
