"""Bars of a formula: every instrument in it is followed, and what opened together is calculated."""

from collections.abc import Iterable
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Slot
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.bar import BarUpdate, Show
from workstation.domain.contract import ContractDetails
from workstation.ui.chart.added_up import AddedUp
from workstation.ui.chart.aggregate import Grouping
from workstation.ui.chart.bar_keeper import BarKeeper
from workstation.ui.chart.bar_table import EMPTY, BarTable
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.feed import BarFeed, Wanted
from workstation.ui.chart.formula import Formula
from workstation.ui.chart.shows import shown_for
from workstation.ui.chart.source import Older, Series, Source
from workstation.ui.chart.symbol_finder import SymbolFinder
from workstation.ui.chart.timeframe import Timeframe, timeframe_of

TAIL = 3
"""Bars at the end of each instrument that a live update may have changed."""


class FormulaFeed(Source):
    """Calculates bars from the bars of several instruments. GUI thread.

    A bar stands where every instrument has one that opened at that time; where one is missing
    there is none. Openings and closes are exact. High and low of a calculated price are not in
    the bars of its parts: they are those of opening and close, of every bar that is added up.
    """

    def __init__(
        self, commands: CommandPort, finder: SymbolFinder, bars: BarArrays, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._commands = commands
        self._finder = finder
        self._sum = AddedUp(bars)
        self._formula: Formula | None = None
        self._timeframe: Timeframe | None = None
        self._regular = False
        self._legs: dict[str, BarFeed] = {}
        self._asked = 0
        self._is_wanted = False
        self._keeper: BarKeeper | None = None
        self.note = "Calculated: highs and lows are those of openings and closes"

    def use_keeper(self, keeper: BarKeeper) -> None:
        """Show kept bars of the instruments first."""
        self._keeper = keeper

    @property
    @override
    def bars(self) -> BarArrays:
        return self._sum.bars

    @property
    @override
    def is_live(self) -> bool:
        return bool(self._legs) and all(leg.is_live for leg in self._legs.values())

    def show(
        self, formula: Formula, timeframe: Timeframe, grouping: Grouping | None, *, regular: bool
    ) -> None:
        """Show a formula in bars of a size; what is shown already is not asked for again."""
        wanted = (formula, timeframe, regular)
        is_same = wanted == (self._formula, self._timeframe, self._regular)
        if is_same and self.series is not Series.FAILED:
            return
        self.stop()
        self._formula, self._timeframe, self._regular = wanted
        self._sum.start(grouping)
        self._asked += 1
        self._set_series(Series.LOADING)
        self.reloaded.emit()
        for symbol in formula.symbols:
            self._finder.find(symbol, partial(self._take_found, self._asked, symbol))

    @override
    def stop(self) -> None:
        self._asked += 1
        for leg in self._legs.values():
            leg.stop()
            leg.deleteLater()
        self._legs.clear()
        self._formula = None
        self.older = Older.IDLE
        self._set_series(Series.NONE)

    @override
    def set_wanted(self) -> None:
        self._is_wanted = True
        for leg in self._legs.values():
            leg.set_wanted()

    @override
    def set_unwanted(self) -> None:
        self._is_wanted = False
        for leg in self._legs.values():
            leg.set_unwanted()

    @override
    def link_lost(self) -> None:
        for leg in self._legs.values():
            leg.link_lost()

    @override
    def link_ready(self) -> None:
        for leg in self._legs.values():
            leg.link_ready()

    @override
    def want_older(self) -> None:
        if self.series is not Series.SHOWN or self.older is Older.COMPLETE:
            return
        shown = [leg for leg in self._legs.values() if len(leg.bars)]
        if len(shown) == len(self._legs) and shown:
            latest = max(shown, key=lambda leg: leg.bars.time(leg.bars.first))
            latest.want_older()

    @override
    def take(self, updates: Iterable[BarUpdate]) -> None:
        for leg in self._legs.values():
            leg.take(updates)

    def _take_found(
        self, asked: int, symbol: str, details: ContractDetails | None, reason: str
    ) -> None:
        if asked != self._asked or self._formula is None or self._timeframe is None:
            return
        if details is None:
            self._set_series(Series.FAILED, reason)
            return
        leg = BarFeed(self._commands, self)
        if self._keeper is not None:
            leg.use_keeper(self._keeper)
        self._legs[symbol] = leg
        leg.reloaded.connect(self._on_reloaded)
        leg.grown_older.connect(self._on_reloaded)
        leg.updated.connect(self._on_updated)
        leg.status_changed.connect(self._on_status_changed)
        contract = details.contract
        show = shown_for(Show.TRADES, contract.sec_type)
        base = timeframe_of(self._timeframe.base)
        if self._is_wanted:
            leg.set_wanted()
        leg.show(Wanted(contract.con_id, base, show, self._regular))

    @Slot()
    def _on_status_changed(self) -> None:
        formula = self._formula
        if formula is None or (self.series is Series.FAILED and not self._legs):
            return
        for symbol, leg in self._legs.items():
            if leg.series is Series.FAILED:
                self._set_series(Series.FAILED, f"{symbol}: {leg.reason}")
                return
        self.is_updated = all(leg.is_updated for leg in self._legs.values())
        self.is_kept_only = any(leg.is_kept_only for leg in self._legs.values())
        stands = [leg.older for leg in self._legs.values()]
        order = (Older.FAILED, Older.ASKED, Older.COMPLETE)
        self.older = next((older for older in order if older in stands), Older.IDLE)
        reasons = (leg.reason for leg in self._legs.values() if leg.reason)
        is_shown = len(self._sum.base) > 0
        self._set_series(Series.SHOWN if is_shown else Series.LOADING, next(reasons, ""))

    @Slot()
    def _on_reloaded(self) -> None:
        table = self._calculated(None)
        if not len(table):
            return
        shown = len(self._sum.base)
        if (
            shown
            and table.times[-1] == self._sum.last_time
            and table.times[0] <= self._sum.first_time
        ):
            if self._sum.prepend(table):
                self._on_status_changed()
                self.grown_older.emit()
            return
        self._sum.replace_all(table)
        self._on_status_changed()
        self.reloaded.emit()

    @Slot(object)
    def _on_updated(self, change: tuple[int, bool]) -> None:
        is_deep = change[1] or not len(self._sum.base)
        tail = self._calculated(None if is_deep else TAIL)
        if not len(tail):
            return
        old_end = self.bars.end
        if not len(self._sum.base):
            self._on_reloaded()
            return
        is_same = self._sum.merge(tail)
        self._on_status_changed()
        if is_same:
            self.updated.emit((old_end, is_deep))
        else:
            self.reloaded.emit()

    def _calculated(self, last: int | None) -> BarTable:
        """Return the bars of all times, or from so many bars back, that every instrument has."""
        formula = self._formula
        if formula is None or len(self._legs) < len(formula.symbols):
            return EMPTY
        arrays = {symbol: leg.bars for symbol, leg in self._legs.items() if len(leg.bars)}
        if len(arrays) < len(self._legs):
            return EMPTY
        since = None if last is None else min(_time_back(bars, last) for bars in arrays.values())
        tables = {symbol: _since(bars, since) for symbol, bars in arrays.items()}
        times = next(iter(tables.values())).times
        for table in tables.values():
            times = np.intersect1d(times, table.times, assume_unique=True)
        if not len(times):
            return EMPTY
        places = {s: np.searchsorted(table.times, times) for s, table in tables.items()}
        opens = formula.value({s: t.opens[places[s]] for s, t in tables.items()})
        closes = formula.value({s: t.closes[places[s]] for s, t in tables.items()})
        whole = np.isfinite(opens) & np.isfinite(closes)
        highs, lows = np.maximum(opens, closes), np.minimum(opens, closes)
        none = np.zeros(len(times))
        return BarTable(times, opens, highs, lows, closes, none).chosen(whole)


def _time_back(bars: BarArrays, count: int) -> int:
    return bars.time(max(bars.first, bars.end - count))


def _since(bars: BarArrays, seconds: int | None) -> BarTable:
    place = 0 if seconds is None else int(np.searchsorted(bars.times, seconds))
    return bars.table(bars.first + place, bars.end)
