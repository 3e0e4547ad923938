"""A source that shows recorded bars one after another; what is to come is not in the arrays."""

from collections.abc import Iterable

from PySide6.QtCore import QObject
from typing_extensions import override

from workstation.domain.bar import BarUpdate
from workstation.ui.chart.bar_table import EMPTY, BarTable
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.source import Older, Series, Source


class ReplayFeed(Source):
    """Fills the chart's arrays from a record. Whoever reads them sees nothing later. GUI thread."""

    start_words = "The record of the replay starts here"

    def __init__(self, bars: BarArrays, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bars = bars
        self._record: BarTable = EMPTY
        self._shown = 0

    @property
    @override
    def bars(self) -> BarArrays:
        return self._bars

    @property
    @override
    def is_live(self) -> bool:
        return True  # the chart is as up to date as it is meant to be

    @property
    def record(self) -> BarTable:
        """Every bar, the hidden ones too: for nobody but who begins again."""
        return self._record

    @property
    def shown(self) -> int:
        """How many bars of the record are shown."""
        return self._shown

    @property
    def count(self) -> int:
        """How many bars the record has."""
        return len(self._record)

    @property
    def has_more(self) -> bool:
        """Whether a bar of the record is still hidden."""
        return self._shown < len(self._record)

    def begin(self, record: BarTable, shown: int) -> None:
        """Show the first bars of a record, at least one, and hide the others."""
        self._record, self._shown = record, max(1, min(shown, len(record)))
        self._bars.replace_all(record.part(0, self._shown))
        self.older = Older.COMPLETE
        self._set_series(Series.SHOWN)
        self.reloaded.emit()

    def step(self) -> bool:
        """Show the next bar; False at the end of the record."""
        if not self.has_more:
            return False
        old_end = self._bars.end
        self._bars.append(self._record.part(self._shown, self._shown + 1))
        self._shown += 1
        self.updated.emit((old_end, False))
        return True

    @override
    def stop(self) -> None:
        self._record, self._shown = EMPTY, 0
        self._bars.clear()
        self.older = Older.IDLE
        self._set_series(Series.NONE)

    @override
    def set_wanted(self) -> None:
        """Nothing is asked for: the record is here."""

    @override
    def set_unwanted(self) -> None:
        """Nothing was asked for."""

    @override
    def link_lost(self) -> None:
        """The record needs no link."""

    @override
    def link_ready(self) -> None:
        """The record needs no link."""

    @override
    def want_older(self) -> None:
        """The record is all there is."""

    @override
    def take(self, updates: Iterable[BarUpdate]) -> None:
        """Leave out what happens now: it is the future of what is shown."""
