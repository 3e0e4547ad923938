"""The indicators on one chart: which, with what numbers, and their values."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from workstation.indicators.definition import Floats, Indicator
from workstation.indicators.plugin import PREFIX
from workstation.indicators.running import Running
from workstation.indicators.running_apart import running_of
from workstation.ui.chart.bar_source import BarSource
from workstation.ui.chart.bar_table import Ints
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.candles import Columns
from workstation.ui.chart.higher_bars import BarClock, Before, HigherBars, read_longer, why_not
from workstation.ui.chart.price_scale import PriceScale
from workstation.ui.chart.study_look import USUAL, Look, plain_looks, read_looks
from workstation.ui.chart.timeframe import Timeframe
from workstation.ui.gui_lane import gui_lane

Library = Mapping[str, Indicator]

COLOUR = "colour"
"""Number of an indicator's first colour, as a layout names it beside the parameters."""

MOST_COLOURS = 200
MOST = 24
"""Indicators one chart takes."""

LEAST_HISTORY = 100
"""Longer bars before the chart's first one that an indicator on them gets at least."""

WARM_UPS = 5
"""So many times its own span: then an average that fades has all but forgotten its beginning."""

TIMEFRAME, LOOKS = "computed on", "drawn as"
"""What a layout keeps beside the numbers; no parameter of an indicator has a space in its name."""


@dataclass(slots=True)
class Study:
    """One indicator on the chart. Without a pane of its own it shares the scale of prices."""

    running: Running
    colour: int
    """Number of its first colour."""

    scale: PriceScale = field(default_factory=PriceScale)
    looks: tuple[Look, ...] = ()
    """How each output is drawn."""

    timeframe: Timeframe | None = None
    """Size of the longer bars it is computed on, None for the chart's own."""

    higher: HigherBars | None = None
    """These bars, None where the chart's own are used."""

    problem: str = ""
    """Why there are no such bars."""

    def look(self, output: int) -> Look:
        """Return how an output is drawn."""
        return self.looks[output] if output < len(self.looks) else USUAL

    @property
    def fault(self) -> str:
        """Why there are no values, empty where there are."""
        return self.problem or self.running.fault

    def known(self, indices: Ints) -> Floats:
        """Return the outputs, a row each, of bars of the chart; not a number where unknown."""
        running = self.running
        if self.problem or running.end <= running.first:
            return np.full((len(self.indicator.outputs), len(indices)), np.nan)
        if self.higher is not None:
            return self.higher.known(running, indices)
        known = (indices >= running.first) & (indices < running.end)
        inside = np.clip(indices, running.first, running.end - 1)
        values: Floats = running.table(running.first, running.end)[:, inside - running.first]
        return values if known.all() else np.where(known, values, np.nan)

    def sampled(self, first: int, step: int, last: int) -> Floats:
        """Return known() of every `step`th bar from `first` on, and at the end of `last`.

        What is there as an array is not gathered bar by bar.
        """
        running = self.running
        is_plain = self.higher is None and not self.problem
        if not (is_plain and running.first <= first and last < running.end):
            return self.known(np.minimum(np.arange(first, last + step, step), last))
        values = running.table(first, last + 1)[:, ::step]
        if (last - first) % step:
            return np.concatenate((values, running.table(last, last + 1)), axis=1)
        return values if step == 1 else values.copy()  # far apart in memory they are slow to read

    def at(self, index: int) -> list[float]:
        """Return the outputs at one bar of the chart; not a number where there is none."""
        if self.higher is None and not self.problem:
            return self.running.at(index)
        values: list[float] = self.known(np.array([index]))[:, 0].tolist()
        return values

    def forming(self) -> list[float]:
        """Return what the outputs would be if the longer bar that is under way ended now."""
        newest = self.higher.forming if self.higher is not None else None
        return [] if newest is None or self.problem else self.running.at(newest)

    @property
    def indicator(self) -> Indicator:
        """What it is."""
        return self.running.indicator

    @property
    def label(self) -> str:
        """Name and numbers, and the size of the bars where they are not the chart's."""
        name = self.indicator.label(self.running.values)
        return name if self.timeframe is None else f"{name} · {self.timeframe.name}"


class Studies:
    """Indicators in the order they were added. The library is asked for when one is wanted."""

    def __init__(self, bars: BarArrays) -> None:
        self.source = BarSource(bars)
        self.all: list[Study] = []
        self.clock = BarClock()
        """How long the chart's bars are."""

        self.history: Callable[[Timeframe], Before | None] = lambda _timeframe: None
        """Finds the broker's longer bars from before the chart's own."""

        self._higher: dict[Timeframe, HigherBars] = {}
        self._bars = bars
        self._load: Callable[[], Library] | None = None
        self._library: Library | None = None
        self._own: Library = {}
        self._waiting: list[dict[str, object]] = []
        self._since: int | None = None
        self._done = (-1, 0, 0)
        self.answered: Callable[[int], None] = lambda _since: None
        """Called when values came that were worked out elsewhere: from which index on."""

    def use_library(self, load: Callable[[], Library]) -> None:
        """Take what describes the indicators; it is called once, when it is needed."""
        self._load = load

    @property
    def library(self) -> Library:
        """Every indicator by its key; loads them at the first time."""
        if self._library is None:
            self._library = self._load() if self._load is not None else {}
        return {**self._library, **self._own} if self._own else self._library

    def use_own(self, own: Library) -> None:
        """Take the user's own indicators anew: those on the chart follow what was saved."""
        before, self._own = self._own, own
        for study in self.all:
            key = study.indicator.key
            if key in own and own[key] is not before.get(key):
                study.running = self._running(own[key], study.running.values)
            elif key in before and key not in own:
                study.running.drop("its file is gone")
        waiting, self._waiting = self._waiting, []
        for entry in waiting:
            self._restore_one(entry)
        self._done = (-1, 0, 0)

    def use_clock(self, clock: BarClock) -> None:
        """Take how long the chart's bars are, and when its days begin."""
        if clock == self.clock:
            return
        self.clock = clock
        self._higher.clear()
        for study in self.all:
            self._place(study)
        self._done = (-1, 0, 0)

    def _place(self, study: Study) -> None:
        """Give a study the longer bars it wants, those of one size to all who want them."""
        wanted = study.timeframe
        study.higher, study.problem = None, ""
        if wanted is None or wanted == self.clock.timeframe:
            return
        study.problem = why_not(wanted, self.clock)
        if not study.problem:
            if wanted not in self._higher:
                before = self.history(wanted)
                self._higher[wanted] = HigherBars(self._bars, wanted, self.clock, before)
            study.higher = self._higher[wanted]

    @property
    def overlays(self) -> list[Study]:
        """Those that share the scale of prices."""
        return [study for study in self.all if study.indicator.is_overlay]

    @property
    def in_panes(self) -> list[Study]:
        """Those with a pane of their own, from top to bottom."""
        return [study for study in self.all if not study.indicator.is_overlay]

    def add(self, key: str, values: Mapping[str, object]) -> Study | None:
        """Add an indicator; None where there is none of this key or no room."""
        indicator = self.library.get(key)
        if indicator is None or len(self.all) >= MOST:
            return None
        colour = sum(len(study.indicator.outputs) for study in self.all)
        study = Study(self._running(indicator, values), colour)
        study.timeframe = read_longer(values.get(TIMEFRAME))
        study.looks = read_looks(values.get(LOOKS), len(indicator.outputs))
        self._place(study)
        self.all.append(study)
        self._since = None
        self._done = (-1, 0, 0)
        return study

    def change(self, study: Study, values: Mapping[str, object]) -> None:
        """Give an indicator other numbers."""
        indicator = study.indicator
        study.running = self._running(indicator, values)
        self._done = (-1, 0, 0)

    def compute_on(self, study: Study, timeframe: Timeframe | None) -> None:
        """Compute an indicator on longer bars, or on the chart's own."""
        if timeframe != study.timeframe:
            study.timeframe = timeframe
            study.running = self._running(study.indicator, study.running.values)
            self._place(study)
            self._done = (-1, 0, 0)

    def _running(self, indicator: Indicator, values: Mapping[str, object]) -> Running:
        # The first index of an answer may be one of longer bars: then all of the chart's changed.
        return running_of(indicator, indicator.clean(values), gui_lane().do, self._tell)

    def _tell(self, since: int) -> None:
        self.answered(self.source.first if self._higher else since)

    def remove(self, study: Study) -> None:
        """Take an indicator away."""
        self.all.remove(study)

    def changed_since(self, index: int | None) -> None:
        """Note that bars from this index on are others; None for all of them."""
        if index is None:
            self.source.invalidate()
        elif self._since is None or index < self._since:
            self._since = index

    def refresh(self) -> None:
        """Bring all values up to date; costs nothing where no bar changed."""
        source = self.source
        state = (source.epoch, source.first, source.end)
        if self._since is None and state == self._done:
            return
        since = source.end - 1 if self._since is None else self._since
        since = min(since, source.end - 1)
        changed: dict[int, int] = {}
        """First longer bar that changed, by the identity of the bars."""

        self._ask_for_history()
        for higher in {id(study.higher): study.higher for study in self.all}.values():
            if higher is not None and source.end > source.first:
                changed[id(higher)] = higher.refresh(source.epoch, since)
        for study in self.all:
            if study.problem:
                continue
            if study.higher is None:
                study.running.refresh(source, since)
            elif id(study.higher) in changed and len(study.higher.bars):
                study.running.refresh(study.higher.source, changed[id(study.higher)])
        self._since, self._done = None, state

    def _ask_for_history(self) -> None:
        """Tell the longer bars how many of them are wanted before the chart's first bar."""
        for higher in self._higher.values():
            higher.wanted = 0
        for study in self.all:
            if study.higher is not None:
                span = study.indicator.warm_up(study.running.values)
                wanted = max(LEAST_HISTORY, WARM_UPS * span)
                study.higher.wanted = max(study.higher.wanted, wanted)

    def take_history(self) -> None:
        """Work out the values on longer bars anew: more of their history is known."""
        self._done = (-1, 0, 0)

    def values(self, study: Study, columns: Columns, factor: int) -> Floats:
        """Return the outputs, a row each, at the last bar of every column."""
        source, count = self.source, len(columns.lefts)
        if not count or source.end <= source.first:
            return np.full((len(study.indicator.outputs), count), np.nan)
        # Every column touches a bar, so only the newest one can reach beyond them.
        first = min(columns.first + factor - 1, source.end - 1)
        last = min(columns.first + count * factor - 1, source.end - 1)
        return study.sampled(first, factor, last)

    def plain(self) -> list[dict[str, object]]:
        """Return all as plain values, ready for JSON; a colour where it is not the usual one."""
        shown: list[dict[str, object]] = []
        usual = 0
        for study in self.all:
            colour = {} if study.colour == usual else {COLOUR: study.colour}
            shown.append({**_plain(study), **colour})
            usual += len(study.indicator.outputs)
        return [*shown, *self._waiting]

    def restore(self, state: object) -> None:
        """Take plain() back; what is not understood is left out."""
        self.all.clear()
        self._waiting.clear()
        for entry in state[:MOST] if isinstance(state, list) else ():
            if isinstance(entry, dict):
                self._restore_one(entry)

    def _restore_one(self, entry: dict[str, object]) -> None:
        key, colour = entry.get("key"), entry.get(COLOUR)
        if not isinstance(key, str):
            return
        study = self.add(key, entry)
        if study is not None and isinstance(colour, int) and 0 <= colour < MOST_COLOURS:
            study.colour = int(colour)
        elif study is None and key.startswith(PREFIX):
            self._waiting.append(entry)  # its file may still be loading


def _plain(study: Study) -> dict[str, object]:
    state: dict[str, object] = {"key": study.indicator.key, **dict(study.running.values)}
    if study.timeframe is not None:
        state[TIMEFRAME] = study.timeframe.name
    if looks := plain_looks(study.looks):
        state[LOOKS] = looks
    return state


def range_of(values: Floats, guides: tuple[float, ...]) -> tuple[float, float]:
    """Return the range of values and guides; from 0 to 1 where there is none."""
    finite = values[np.isfinite(values)]
    low = min((float(finite.min()) if len(finite) else math.inf, *guides))
    high = max((float(finite.max()) if len(finite) else -math.inf, *guides))
    return (low, high) if low <= high else (0.0, 1.0)
