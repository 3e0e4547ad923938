"""Sums of the prints of some contracts, from which the average price between two moments follows."""

from dataclasses import dataclass
from operator import mul

from workstation.domain.ids import ConId, ReqId
from workstation.domain.trade import Trades
from workstation.marketdata.tapes import Tapes


@dataclass(frozen=True, slots=True)
class PrintMark:
    """The sums at one moment, of the prints of one request: money and size, 0 at its beginning."""

    req_id: ReqId
    money: float
    size: float


class PrintSums:
    """Adds up the prints of the contracts that are watched, once a frame. Core thread."""

    def __init__(self, tapes: Tapes) -> None:
        self._tapes = tapes
        self._sums: dict[ConId, tuple[float, float]] = {}

    def watch(self, con_id: ConId) -> None:
        """Begin to add up a contract's prints."""
        self._sums.setdefault(con_id, (0.0, 0.0))

    def unwatch(self, con_id: ConId) -> None:
        """Add up no more prints of a contract."""
        self._sums.pop(con_id, None)

    def add(self, trades: Trades) -> None:
        """Take prints as they came; of a contract that is not watched this costs one look-up."""
        sums = self._sums.get(trades.con_id)
        if sums is not None:
            money = sum(map(mul, trades.prices, trades.sizes))
            self._sums[trades.con_id] = (sums[0] + money, sums[1] + sum(trades.sizes))

    def mark(self, con_id: ConId) -> PrintMark | None:
        """Note the sums of now, None where no prints stream or nothing is added up."""
        req_id, sums = self._tapes.request_of(con_id), self._sums.get(con_id)
        return None if req_id is None or sums is None else PrintMark(req_id, *sums)

    def average_since(self, con_id: ConId, start: PrintMark | None) -> float | None:
        """Return the volume-weighted average price of the prints since a mark, per unit.

        None where there were none, or where the stream was interrupted meanwhile.
        """
        end = self.mark(con_id)
        if start is None or end is None or end.req_id != start.req_id or end.size <= start.size:
            return None
        return (end.money - start.money) / (end.size - start.size)
