"""One contract's order book, kept by row operations that may be late or out of step."""

from datetime import datetime

from workstation.domain.depth import DepthBook, DepthLevel
from workstation.domain.ids import ConId
from workstation.domain.reports import DepthOperation, DepthReport

_MOST_ROWS = 200


class DepthRows:
    """Applies operations as the broker numbers them. Core thread.

    Operations may address rows that do not exist yet, and never raise: an update beyond the
    end appends, a delete beyond the end does nothing (tws-wire.md 2.7).
    """

    def __init__(self, con_id: ConId) -> None:
        self._con_id = con_id
        self._bids: list[DepthLevel] = []
        self._asks: list[DepthLevel] = []
        self.problem = ""
        self.stale = False

    def apply(self, report: DepthReport) -> None:
        """Apply one operation."""
        rows = self._bids if report.is_bid else self._asks
        place = report.position
        if place < 0 or place >= _MOST_ROWS:
            return
        self.stale, self.problem = False, ""
        if report.operation is DepthOperation.DELETE:
            if place < len(rows):
                del rows[place]
            return
        level = DepthLevel(report.price, report.size, report.venue)
        if report.operation is DepthOperation.UPDATE and place < len(rows):
            rows[place] = level
        else:
            rows.insert(place, level)
            del rows[_MOST_ROWS:]

    def clear(self) -> None:
        """Empty the book, as after message 317 and before a new subscription."""
        self._bids.clear()
        self._asks.clear()

    def snapshot(self, now: datetime) -> DepthBook:
        """Return the book as a frozen value, best price first."""
        return DepthBook(
            con_id=self._con_id,
            bids=tuple(sorted(self._bids, key=_falling)),
            asks=tuple(sorted(self._asks, key=_rising)),
            stale=self.stale,
            problem=self.problem,
            received_at=now,
        )


def _falling(level: DepthLevel) -> float:
    return -level.price


def _rising(level: DepthLevel) -> float:
    return level.price
