"""Bars of charts on disk, read and written by a thread of its own, so that no window waits."""

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Slot

from workstation.app.pool_job import PoolJob, Told
from workstation.domain.bar import SeriesKey
from workstation.storage.bar_store import BarStore, Stretch
from workstation.ui.chart.bar_keeper import Span
from workstation.ui.chart.bar_table import BarTable

log = logging.getLogger(__name__)

Answer = Callable[[tuple[Span, ...]], None]


class BarFiles(QObject):
    """Keeps bars in a folder; work is done in the order of the calls. GUI thread.

    A disk that is full or broken costs the bars on it, never the program.
    """

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = BarStore(folder)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._loaded = Told(self)
        self._loaded.done.connect(self._on_loaded)
        self._ignored = Told(self)

    def load(self, series: SeriesKey, answer: Answer) -> None:
        """Answer later with what is kept of a series; with nothing where it cannot be read."""
        store = self._store

        def read() -> object:
            try:
                found = store.load(series)
            except (OSError, ValueError) as error:
                log.info("the bars of %s cannot be read: %s", series, error)
                found = ()
            return answer, tuple(_span(stretch) for stretch in found)

        self._pool.start(PoolJob(read, self._loaded))

    def save(self, series: SeriesKey, span: Span) -> None:
        """Keep a stretch of bars."""
        store = self._store
        stretch = Stretch(span.begin, span.end, span.bars.columns)
        self._do(lambda: store.save(series, stretch))

    def forget(self, series: SeriesKey) -> None:
        """Drop a series."""
        store = self._store
        self._do(lambda: store.forget(series))

    def close(self) -> None:
        """Let go of what was not used for longest and let work under way end."""
        self._do(self._store.tidy)
        self._pool.waitForDone()

    def _do(self, work: Callable[[], None]) -> None:
        def run() -> object:
            try:
                work()
            except OSError as error:
                log.info("bars could not be kept: %s", error)
            return None

        self._pool.start(PoolJob(run, self._ignored))

    @Slot(object)
    def _on_loaded(self, result: object) -> None:
        if isinstance(result, tuple):
            answer, spans = result
            answer(spans)


def _span(stretch: Stretch) -> Span:
    return Span(stretch.begin, stretch.end, BarTable(*stretch.columns))
