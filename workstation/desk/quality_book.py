"""The fills and what was measured of them, from events as they come or from the journal."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from workstation.domain.execution import Commission, Execution
from workstation.domain.execution_quality import HORIZONS, FillMarket, FillQuality, MarkOut
from workstation.domain.ids import ExecId
from workstation.domain.reports import CommissionReport, ExecutionReport
from workstation.storage.journal_file import Entry

LATE_SECONDS = 0.5
"""A look at the market that comes later than this after its moment measures nothing."""

_KINDS: dict[str, type] = {
    kind.__name__: kind for kind in (ExecutionReport, CommissionReport, FillMarket, MarkOut)
}


class QualityBook:
    """Puts executions, costs and measurements together; revisions replace each other."""

    def __init__(self) -> None:
        self._fills: dict[str, FillQuality] = {}
        self._waiting: dict[ExecId, Commission] = {}

    def take_entry(self, entry: Entry) -> str | None:
        """Take an entry of the journal; return the fill that it changed."""
        kind = _KINDS.get(entry.event)
        return None if kind is None else self.take(msgspec.json.decode(entry.body, type=kind))

    def take(self, event: object) -> str | None:
        """Take one event; return the fill that it changed, None where it changed none."""
        match event:
            case ExecutionReport(execution=execution):
                return self._take_execution(execution)
            case CommissionReport(commission=commission):
                return self._take_commission(commission)
            case FillMarket():
                return self._put(event.fill, market=event)
            case MarkOut():
                return self._take_mark(event)
        return None

    def fill(self, name: str, now: datetime) -> FillQuality | None:
        """Return one fill; it is pending while a horizon without a mark-out is not over."""
        found = self._fills.get(name)
        if found is None or found.market is None or len(found.marks) == len(HORIZONS):
            return found
        end = found.market.filled_at + timedelta(seconds=HORIZONS[-1] + LATE_SECONDS)
        return replace(found, is_pending=now <= end)

    def fills(self, now: datetime) -> tuple[FillQuality, ...]:
        """Return every fill, in the order of its first report."""
        found = (self.fill(name, now) for name in self._fills)
        return tuple(each for each in found if each is not None)

    def open_marks(self) -> list[tuple[FillQuality, int]]:
        """Return each fill that was measured and a horizon that has no mark-out."""
        return [
            (fill, horizon)
            for fill in self._fills.values()
            if fill.market is not None and len(fill.marks) < len(HORIZONS)
            for horizon in HORIZONS
            if fill.mark(horizon) is None
        ]

    def keep_since(self, start: datetime) -> None:
        """Forget the fills before a moment, so that a long journal does not fill the memory."""
        self._fills = {
            name: fill for name, fill in self._fills.items() if fill.execution.time >= start
        }
        self._waiting.clear()

    def _take_execution(self, execution: Execution) -> str | None:
        name = execution.base_id
        known = self._fills.get(name)
        if known is not None and known.execution.revision > execution.revision:
            return None
        commission = self._waiting.pop(execution.exec_id, None)
        if known is None:
            self._fills[name] = FillQuality(execution=execution, commission=commission)
        else:
            paid = commission or known.commission
            self._fills[name] = replace(known, execution=execution, commission=paid)
        return name

    def _take_commission(self, commission: Commission) -> str | None:
        name = commission.exec_id.rpartition(".")[0] or commission.exec_id
        known = self._fills.get(name)
        if known is None or known.execution.exec_id != commission.exec_id:
            self._waiting[commission.exec_id] = commission
            return None
        return self._put(name, commission=commission)

    def _take_mark(self, mark: MarkOut) -> str | None:
        known = self._fills.get(mark.fill)
        if known is None or known.mark(mark.horizon) is not None:
            return None
        marks = sorted((*known.marks, mark), key=lambda each: each.horizon)
        return self._put(mark.fill, marks=tuple(marks))

    def _put(self, name: str, **changes: object) -> str | None:
        known = self._fills.get(name)
        if known is None:
            return None
        self._fills[name] = replace(known, **changes)  # type: ignore[arg-type]
        return name


def fills_of(
    entries: Iterable[Entry], now: datetime, start: datetime | None, end: datetime | None
) -> tuple[FillQuality, ...]:
    """Return the fills of a journal that happened from `start` on and before `end`."""
    book = QualityBook()
    for entry in entries:
        book.take_entry(entry)
    return tuple(
        fill
        for fill in book.fills(now)
        if (start is None or fill.execution.time >= start)
        and (end is None or fill.execution.time < end)
    )
