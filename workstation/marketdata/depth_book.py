"""One contract's order book, kept by row operations that may be late or out of step."""

from datetime import datetime

from workstation.domain.depth import DepthBook, DepthLevel
from workstation.domain.ids import ConId

_MOST_ROWS = 200
INSERT, UPDATE, DELETE = 0, 1, 2
"""Operations as on the wire."""

Row = tuple[float, float, str]
"""Price, size and venue."""


class DepthRows:
    """Applies operations as the broker numbers them. Core thread.

    Operations may address rows that do not exist yet, and never raise: an update beyond the
    end appends, a delete beyond the end does nothing (tws-wire.md 2.7).
    """

    def __init__(self, con_id: ConId) -> None:
        self._con_id = con_id
        self._asks: list[Row] = []
        self._bids: list[Row] = []
        self.problem = ""
        self.stale = False

    def apply(self, place: int, operation: int, side: int, row: Row) -> None:
        """Apply one operation; side 1 is the bids. Unknown operations do nothing."""
        if place < 0 or place >= _MOST_ROWS or not INSERT <= operation <= DELETE:
            return
        rows = self._bids if side == 1 else self._asks
        self.stale, self.problem = False, ""
        if operation == DELETE:
            if place < len(rows):
                del rows[place]
        elif operation == UPDATE and place < len(rows):
            rows[place] = row
        else:
            rows.insert(place, row)
            if len(rows) > _MOST_ROWS:
                del rows[_MOST_ROWS:]

    def clear(self) -> None:
        """Empty the book, as after message 317 and before a new subscription."""
        self._bids.clear()
        self._asks.clear()

    def snapshot(self, now: datetime) -> DepthBook:
        """Return the book as a frozen value, best price first."""
        return DepthBook(
            con_id=self._con_id,
            bids=tuple(DepthLevel(*row) for row in sorted(self._bids, key=_falling)),
            asks=tuple(DepthLevel(*row) for row in sorted(self._asks, key=_rising)),
            stale=self.stale,
            problem=self.problem,
            received_at=now,
        )


def _falling(row: Row) -> float:
    return -row[0]


def _rising(row: Row) -> float:
    return row[0]
