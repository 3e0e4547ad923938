"""What one chart asks for: contract, size of bars, prices and hours, put into one wish."""

import math
from datetime import UTC
from decimal import Decimal

from PySide6.QtCore import QObject, Signal, Slot

from workstation.bridge.commands import CommandPort
from workstation.domain.bar import BarSize, SeriesKey, Show
from workstation.domain.contract import ContractDetails
from workstation.domain.ids import ConId
from workstation.domain.prices import PriceLadder
from workstation.ui.chart.aggregate import Grouping
from workstation.ui.chart.bar_keeper import BarKeeper
from workstation.ui.chart.bar_table import BarTable
from workstation.ui.chart.feed import BarFeed, Wanted
from workstation.ui.chart.formula import Formula
from workstation.ui.chart.formula_feed import FormulaFeed
from workstation.ui.chart.higher_bars import BarClock
from workstation.ui.chart.print_feed import PrintFeed
from workstation.ui.chart.replay_feed import ReplayFeed
from workstation.ui.chart.roll_feed import RollFeed
from workstation.ui.chart.sessions import opening_of, regular_hours
from workstation.ui.chart.settings import ChartSettings, zone_named
from workstation.ui.chart.shows import SHORT, is_price, shown_for
from workstation.ui.chart.source import Source
from workstation.ui.chart.symbol_finder import SymbolFinder
from workstation.ui.chart.timeframe import Timeframe, read_timeframe
from workstation.ui.screen_state import ScreenState

FIRST = read_timeframe("5m")


class ChartData(QObject):
    """Keeps the source of a chart's bars at what the user chose. GUI thread."""

    reloaded = Signal()
    """The bars of the source in use are others than before."""

    grown_older = Signal()
    """Bars were added before the first."""

    updated = Signal(object)
    """The newest bars changed: tuple[int, bool], see Source."""

    status_changed = Signal()
    """How it stands with the source in use, or which one that is."""

    replay_ended = Signal()
    """The bars are no longer those of a record."""

    def __init__(self, state: ScreenState, commands: CommandPort, parent: QObject) -> None:
        super().__init__(parent)
        self._state = state
        self.con_id: ConId | None = None
        self.symbol = ""
        self.timeframe: Timeframe = FIRST
        self.formula: Formula | None = None
        """What is calculated instead of showing the contract."""

        self.is_continuous = False
        """Whether the expiries of a future are stitched instead of showing one."""

        self._settings = ChartSettings()
        self._is_wanted = False
        self.keeper: BarKeeper | None = None
        """Who keeps bars between runs; None without one."""

        self._commands = commands
        self.finder = SymbolFinder(commands, self)
        self._bar_feed = BarFeed(commands, self)
        self._bar_feed.stand_in = self._stand_in
        self.bars = self._bar_feed.bars
        self._formula_feed = FormulaFeed(commands, self.finder, self.bars, self)
        self._print_feed = PrintFeed(commands, self.bars, self)
        self._roll_feed = RollFeed(commands, self.bars, self)
        self.replay = ReplayFeed(self.bars, self)
        self._replayed: object = None
        """What was wished for when a replay began; None without one."""

        self.feed: Source = self._bar_feed
        """What fills the bars now."""

        feeds = (self._bar_feed, self._formula_feed, self._print_feed, self._roll_feed, self.replay)
        for source in feeds:
            source.reloaded.connect(self._on_reloaded)
            source.grown_older.connect(self._on_grown_older)
            source.updated.connect(self._on_updated)
            source.status_changed.connect(self._on_status_changed)

    @property
    def is_of_prices(self) -> bool:
        """Whether the bars are prices of the contract now, at which one may trade."""
        return not self.is_replaying and self._is_own

    @property
    def is_replaying(self) -> bool:
        """Whether recorded bars are shown one after another."""
        return self.feed is self.replay

    @property
    def _is_own(self) -> bool:
        """Whether the bars are prices of the contract itself."""
        if self.timeframe.is_of_prints:
            return True
        is_own = self.formula is None and not self._stitches
        return is_own and is_price(self.show)

    @property
    def _stitches(self) -> bool:
        return self.is_continuous and self.sec_type == "FUT" and self.details is not None

    @property
    def rolls(self) -> list[tuple[int, str]]:
        """When an expiry took over from the one before, and its name."""
        return self._roll_feed.rolls if self.feed is self._roll_feed else []

    @property
    def why_no_events(self) -> str:
        """Say why the bars have no dividends, earnings or news of their own; empty where they do."""
        if self.con_id is None:
            return "no contract is shown"
        if self.formula is not None and not self.timeframe.is_of_prints:
            return "a formula of several symbols is shown"
        if self._stitches:
            return "a continuous future is several contracts"
        return "" if self._is_own else "volatility is shown, not the contract's prices"

    @property
    def ladder(self) -> PriceLadder | None:
        """Steps to write values in that are no prices of the contract; None where they are."""
        if self._is_own or (self._stitches and self.formula is None) or not len(self.bars):
            return None
        size = abs(self.bars.bar(self.bars.end - 1)[3])
        digits = math.floor(math.log10(size)) - 4 if size else -4
        return PriceLadder.of_tick(Decimal(10) ** min(-2, max(-6, digits)))

    @property
    def details(self) -> ContractDetails | None:
        """The rules of the contract, None where they are not known."""
        return None if self.con_id is None else self._state.details.get(self.con_id)

    @property
    def sec_type(self) -> str:
        """The kind of the contract; a share until it is known."""
        return self.details.contract.sec_type if self.details else "STK"

    @property
    def show(self) -> Show:
        """Which prices are shown: those that were chosen, where the contract has them."""
        return shown_for(self._settings.show, self.sec_type)

    @property
    def regular_only(self) -> bool:
        """Whether only regular hours are shown."""
        return self._settings.regular_only

    @property
    def title(self) -> str:
        """What the chart shows, in a few words."""
        formula = None if self.timeframe.is_of_prints else self.formula
        name = formula.text if formula else self.symbol
        if not name:
            return ""
        regular = "regular hours" if self._settings.regular_only else ""
        if self.timeframe.is_of_prints:
            return f"{name}  {self.timeframe.name}  {self.timeframe.words}"
        shown = "" if formula else SHORT.get(self.show, "")
        stitched = "continuous" if self._stitches and not formula else ""
        replayed = "REPLAY" if self.is_replaying else ""
        more = [word for word in (stitched, shown, regular, replayed) if word]
        return "  ".join([name, self.timeframe.name, *more])

    def own_series(self, size: BarSize) -> SeriesKey | None:
        """Name the broker's bars of a size that the chart's are of; None where they are of none."""
        is_of_prints = self.timeframe.is_of_prints
        is_other = (self.formula is not None or self._stitches) and not is_of_prints
        if self.con_id is None or self.details is None or is_other:
            return None
        show = shown_for(Show.TRADES, self.sec_type) if is_of_prints else self.show
        regular = self._settings.regular_only and not is_of_prints
        return SeriesKey(self.con_id, size, show, regular)

    def use_keeper(self, keeper: BarKeeper) -> None:
        """Show kept bars first from now on, and keep what comes."""
        self.keeper = keeper
        self._bar_feed.use_keeper(keeper)
        self._formula_feed.use_keeper(keeper)

    def use_settings(self, settings: ChartSettings) -> None:
        """Take prices and hours as they were chosen."""
        self._settings = settings

    def load(self) -> None:
        """Show what was chosen; what is shown already is not asked for again, nor a replay ended."""
        if self.is_replaying and self._wish == self._replayed:
            return
        regular = self._settings.regular_only
        if self.timeframe.is_of_prints:
            self._use(self._print_feed)
            self._print_feed.show(self.details, self.timeframe)
            return
        if self.formula is not None:
            self._use(self._formula_feed)
            grouping = self.grouping()
            self._formula_feed.show(self.formula, self.timeframe, grouping, regular=regular)
            return
        if self._stitches and self.details is not None:
            self._use(self._roll_feed)
            grouping = self.grouping()
            self._roll_feed.show(self.details, self.timeframe, grouping, regular=regular)
            return
        self._use(self._bar_feed)
        if self.con_id is None:
            self._bar_feed.show(None)
            return
        wanted = Wanted(self.con_id, self.timeframe, self.show, regular)
        self._bar_feed.show(wanted, self.grouping())

    @property
    def _wish(self) -> object:
        """Everything that decides which bars are shown."""
        regular, formula = self._settings.regular_only, self.formula
        return self.con_id, self.timeframe, self.show, regular, formula, self.is_continuous

    def begin_replay(self, shown: int) -> None:
        """Keep the bars that are here as a record, show the first of them and follow nothing."""
        record, before = self.bars.table(self.bars.first, self.bars.end), self.feed
        self._replayed, self.feed = self._wish, self.replay
        before.stop()
        self.replay.begin(record, shown)

    def restart_replay(self, shown: int) -> None:
        """Hide again what was shown since."""
        self.replay.begin(self.replay.record, shown)

    def end_replay(self) -> None:
        """Show what was chosen, live."""
        self._replayed = None
        self.load()

    def _use(self, source: Source) -> None:
        if source is self.feed:
            return
        before, self.feed = self.feed, source
        before.stop()
        if self._is_wanted:
            source.set_wanted()
        if before is self.replay:
            self.replay_ended.emit()

    def set_wanted(self, *, wanted: bool) -> None:
        """Ask for bars only while the chart is seen."""
        self._is_wanted = wanted
        if wanted:
            self.feed.set_wanted()
        else:
            self.feed.set_unwanted()
            self.feed.keep()

    @Slot()
    def _on_reloaded(self) -> None:
        if self.sender() is self.feed:
            self.reloaded.emit()

    @Slot()
    def _on_grown_older(self) -> None:
        if self.sender() is self.feed:
            self.grown_older.emit()

    @Slot(object)
    def _on_updated(self, change: tuple[int, bool]) -> None:
        if self.sender() is self.feed:
            self.updated.emit(change)

    @Slot()
    def _on_status_changed(self) -> None:
        if self.sender() is self.feed:
            self.status_changed.emit()

    def grouping(self) -> Grouping | None:
        """Return how bars are added up, None where the broker has this size."""
        clock = self.clock
        if clock.timeframe.is_direct or clock.timeframe.is_of_prints:
            return None
        return Grouping(clock.timeframe, clock.zone, clock.opening, clock.all_week)

    @property
    def clock(self) -> BarClock:
        """How long the bars are, and when the trading days they belong to begin."""
        details = self.details
        if details is None:
            return BarClock(self.timeframe)
        sentence = details.liquid_hours if self._settings.regular_only else details.trading_hours
        zone = zone_named(details.time_zone_id) or UTC
        all_week = self.sec_type == "CRYPTO"
        return BarClock(self.timeframe, zone, opening_of(sentence), all_week)

    def _stand_in(self, old: Wanted, new: Wanted, bars: BarTable) -> BarTable | None:
        """Leave out what lies outside regular hours, until the broker's answer is here."""
        is_narrowed = new.regular_hours and not old.regular_hours
        is_same = (old.con_id, old.show, old.key.size) == (new.con_id, new.show, new.key.size)
        if not (is_narrowed and is_same and new.timeframe.is_intraday) or self.details is None:
            return None
        hours = regular_hours(self.details.liquid_hours, zone_named(self.details.time_zone_id))
        if hours is None:
            return None
        inside = bars.chosen(~hours.outside(bars.times))
        return inside if len(inside) else None
