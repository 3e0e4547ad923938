"""An indicator over growing bars that is worked out on a thread of its own: nobody waits for it."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from typing_extensions import override

from workstation.indicators.definition import BarSeries, Floats, Indicator, Values
from workstation.indicators.running import CHECKED, Running, Source, computed

Job = Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Question:
    """Which bars were sent away: from `begin` to before `end`; values from `since` on are wanted."""

    epoch: int
    first: int
    begin: int
    since: int
    end: int


class RunningApart(Running):
    """Outputs as far as they have been answered; what is not known yet is not a number.

    One thread owns it and calls refresh(), which never waits: at most one question is under way,
    and what changed in the meantime is in the next. `deliver` is called on the indicator's thread
    and must have the job done on the owner's; then `told` is called with the first index that
    changed, if anything did. An answer about bars that have changed their meaning is dropped.
    """

    def __init__(
        self,
        indicator: Indicator,
        values: Values,
        deliver: Callable[[Job], None],
        told: Callable[[int], None],
    ) -> None:
        super().__init__(indicator, values)
        self._deliver, self._told = deliver, told
        self._source: Source | None = None
        self._since: int | None = None
        self._is_asked = self._is_dropped = False

    @property
    def is_waiting(self) -> bool:
        """Whether nothing is known yet because the first answer has not come."""
        return self._is_asked and self._end == self._first and not self.fault

    @override
    def refresh(self, source: Source, since: int) -> None:
        """Ask for what changed; bars before index `since` are as they were."""
        if self._epoch != source.epoch and not self._is_dropped:
            self.fault = ""
            self._epoch, self._first, self._end = source.epoch, source.first, source.first
            self._table = np.full((len(self.indicator.outputs), 0), np.nan)
        self._source = source
        self._since = since if self._since is None else min(since, self._since)
        self._ask()

    @override
    def drop(self, reason: str) -> None:
        self._is_dropped = True
        super().drop(reason)

    def _ask(self) -> None:
        source, worker = self._source, self.indicator.worker
        if source is None or worker is None or self._is_asked or self._is_dropped or self.fault:
            return
        since = self._end if self._since is None else min(self._since, self._end)
        self._since = None
        begin = source.first
        if source.first == self._first < since:
            begin = max(begin, since - self._tail - CHECKED)
        if begin == source.end:
            return
        self._is_asked = True
        asked = _Question(source.epoch, source.first, begin, since, source.end)
        worker.run(partial(self._work, self.indicator, asked, _parts_of(source, asked)))

    def _work(
        self, indicator: Indicator, asked: _Question, parts: tuple[BarSeries, BarSeries]
    ) -> None:
        """Work out the values. The indicator's thread."""
        found: Floats | str
        try:
            found = computed(indicator, _joined(*parts), self.values)
        except (ValueError, MemoryError) as error:
            found = str(error) or "it could not be worked out"
        self._deliver(partial(self._take, asked, found))

    def _take(self, asked: _Question, found: Floats | str) -> None:
        """Take an answer and ask on, if there is more to ask."""
        self._is_asked = False
        source = self._source
        if self._is_dropped or source is None:
            return
        if asked.epoch == source.epoch:
            self._use(asked, found)
        is_behind = (self._first, self._end) != (source.first, source.end)
        if self._since is not None or is_behind or self._epoch != source.epoch:
            self._ask()

    def _use(self, asked: _Question, found: Floats | str) -> None:
        if isinstance(found, str):
            self._fail(found)
            self._told(self._first)
        elif asked.begin == asked.first:
            self._tail = self._tail or self._first_tail()
            self._first, self._end, self._table = asked.first, asked.end, found
            self._told(self._first)
        elif self._first == asked.first and self._goes_on(asked.begin, asked.since, found):
            self._reach(asked.end)
            self._store(asked.since, found[:, asked.since - asked.begin :])
            self._told(asked.since)
        else:
            self._since = asked.since if self._since is None else min(asked.since, self._since)


def _parts_of(source: Source, asked: _Question) -> tuple[BarSeries, BarSeries]:
    """Return the bars in two parts: the older ones as they lie, the newest, which move, copied."""
    split = max(asked.begin, asked.end - CHECKED)
    newest = source.series(split, asked.end)
    copies = {each.name: getattr(newest, each.name).copy() for each in fields(newest)}
    return source.series(asked.begin, split), BarSeries(**copies)


def _joined(older: BarSeries, newest: BarSeries) -> BarSeries:
    names = [each.name for each in fields(older)]
    return BarSeries(
        **{name: np.concatenate((getattr(older, name), getattr(newest, name))) for name in names}
    )


def running_of(
    indicator: Indicator,
    values: Values,
    deliver: Callable[[Job], None],
    told: Callable[[int], None],
) -> Running:
    """Return what keeps the indicator's values, apart from the caller's thread if it wants that."""
    if indicator.worker is None:
        return Running(indicator, values)
    return RunningApart(indicator, values, deliver, told)
