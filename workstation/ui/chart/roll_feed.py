"""A continuous future: the bars of one expiry after the other, each until it is rolled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from PySide6.QtCore import QElapsedTimer, QObject, Slot
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.bar import DAY_SECONDS, BarSize, BarUpdate
from workstation.domain.commands import Answered, Ask, CommandResult
from workstation.domain.contract import ContractDetails
from workstation.domain.queries import BarsPage, ContractFilter, FindContracts
from workstation.domain.query import RequestFailure
from workstation.ui.chart.added_up import AddedUp
from workstation.ui.chart.aggregate import Grouping
from workstation.ui.chart.bar_table import BarTable, moment_of, table_of
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.feed import RETRY_MS, BarFeed, Wanted
from workstation.ui.chart.sessions import opening_of
from workstation.ui.chart.settings import zone_named
from workstation.ui.chart.source import Older, Series, Source
from workstation.ui.chart.timeframe import Timeframe, timeframe_of

ROLL_DAYS = 8
"""Days before the last day of trade on which the next expiry takes over: most trade it by then."""


@dataclass(frozen=True, slots=True)
class Part:
    """One expiry and the time in which it stands for the future, in seconds since 1970 UTC."""

    details: ContractDetails
    begin: int
    end: int


class RollFeed(Source):
    """Stitches the bars of expiries, as they traded, without changing a price. GUI thread."""

    def __init__(self, commands: CommandPort, bars: BarArrays, parent: QObject) -> None:
        super().__init__(parent)
        self._commands = commands
        self._sum = AddedUp(bars)
        self._leg = BarFeed(commands, self)
        self._leg.reloaded.connect(self._on_reloaded)
        self._leg.grown_older.connect(self._on_reloaded)
        self._leg.updated.connect(self._on_updated)
        self._leg.status_changed.connect(self._on_status_changed)
        self._wanted: tuple[ContractDetails, Timeframe, bool] | None = None
        self._parts: list[Part] = []
        self._whole: list[Part] = []
        """Those of which every bar is here."""

        self._asking = 0
        self._is_wanted = False
        self._failed_at = QElapsedTimer()
        self.note = f"Expiries stitched {ROLL_DAYS} days before they end, prices not adjusted"

    @property
    @override
    def bars(self) -> BarArrays:
        return self._sum.bars

    @property
    @override
    def is_live(self) -> bool:
        return self._leg.is_live

    @property
    def rolls(self) -> list[tuple[int, str]]:
        """When each expiry takes over, and its name, of those whose bars are here."""
        first = self._sum.first_time if len(self._sum.base) else 0
        return [
            (part.begin, part.details.contract.local_symbol or part.details.contract.expiry)
            for part in self._parts[1:]
            if first < part.begin
        ]

    def show(
        self,
        details: ContractDetails,
        timeframe: Timeframe,
        grouping: Grouping | None,
        *,
        regular: bool,
    ) -> None:
        """Show the future that this expiry is of; what is shown already is not asked for again."""
        wanted = (details, timeframe, regular)
        if wanted == self._wanted and self.series is not Series.FAILED:
            return
        self.stop()
        self._wanted = wanted
        self._sum.start(grouping)
        self._set_series(Series.LOADING)
        self.reloaded.emit()
        contract = details.contract
        family = ContractFilter(
            symbol=contract.symbol,
            sec_type="FUT",
            exchange=contract.exchange,
            currency=contract.currency,
            trading_class=contract.trading_class,
            include_expired=True,
        )
        self._commands.send(Ask(FindContracts(family)), partial(self._take_found, self._asking))

    @override
    def stop(self) -> None:
        self._asking += 1
        self._wanted = None
        self._leg.stop()
        self._parts.clear()
        self._whole.clear()
        self.older = Older.IDLE
        self._set_series(Series.NONE)

    @override
    def set_wanted(self) -> None:
        self._is_wanted = True
        self._leg.set_wanted()

    @override
    def set_unwanted(self) -> None:
        self._is_wanted = False
        self._leg.set_unwanted()

    @override
    def link_lost(self) -> None:
        self._asking += 1
        if self.older is Older.ASKED:
            self.older = Older.IDLE
        self._leg.link_lost()

    @override
    def link_ready(self) -> None:
        self._leg.link_ready()

    @override
    def take(self, updates: Iterable[BarUpdate]) -> None:
        self._leg.take(updates)

    @override
    def want_older(self) -> None:
        is_early = self.older is Older.FAILED and not self._failed_at.hasExpired(RETRY_MS)
        if self.series is not Series.SHOWN or is_early or self._wanted is None:
            return
        if self.older in {Older.ASKED, Older.COMPLETE} or not len(self._sum.base):
            return
        first = self._sum.first_time
        self._note_leg()
        rest = (p for p in reversed(self._parts) if p.begin < first and p not in self._whole)
        part = next(rest, None)
        if part is None:
            self._set_older(Older.COMPLETE)
        else:
            self._ask_page(part, first)

    def _ask_page(self, part: Part, before: int) -> None:
        assert self._wanted is not None
        self._set_older(Older.ASKED)
        size = self._wanted[1].base
        page = BarsPage(
            contract=part.details.contract,
            length=size,
            span=page_span(size),
            before=moment_of(min(before, part.end)),
            regular_hours=self._wanted[2],
        )
        self._commands.send(Ask(page), partial(self._take_page, self._asking, part))

    def _take_found(self, asking: int, result: CommandResult) -> None:
        if asking != self._asking or self._wanted is None:
            return
        if not isinstance(result, Answered):
            reason = result.text if isinstance(result, RequestFailure) else "no answer came."
            self._set_series(Series.FAILED, reason)
            return
        details, timeframe, regular = self._wanted
        same = [each for each in result.value if each.multiplier == details.multiplier]
        now = int(datetime.now(UTC).timestamp())
        self._parts = parts_of(same, now)
        if not self._parts:
            self._set_series(Series.FAILED, "the broker lists no expiry that trades.")
            return
        if self._is_wanted:
            self._leg.set_wanted()
        con_id = self._parts[-1].details.contract.con_id
        base = timeframe_of(timeframe.base)
        self._leg.show(Wanted(con_id, base, regular_hours=regular))

    def _take_page(self, asking: int, part: Part, result: CommandResult) -> None:
        if asking != self._asking or self.older is not Older.ASKED:
            return
        if not isinstance(result, Answered):
            self._failed_at.start()
            reason = result.text if isinstance(result, RequestFailure) else "no answer came."
            self._set_older(Older.FAILED, reason)
            return
        found = table_of(result.value)
        added = self._sum.prepend(found.since(part.begin).before(part.end))
        if not added or found.times[0] <= part.begin:
            self._whole.append(part)  # what is older the expiry before has
        self._set_older(Older.IDLE)
        if added:
            self.grown_older.emit()
        else:
            self.want_older()

    def _note_leg(self) -> None:
        bars, part = self._leg.bars, self._parts[-1]
        if len(bars) and bars.time(bars.first) <= part.begin and part not in self._whole:
            self._whole.append(part)

    def _own(self) -> BarTable:
        """Return the bars of the expiry that trades now, since it took over."""
        bars = self._leg.bars
        begin = self._parts[-1].begin if self._parts else 0
        return bars.table(bars.first, bars.end).since(begin)

    @Slot()
    def _on_status_changed(self) -> None:
        if self._wanted is None:
            return
        self.is_updated, self.is_kept_only = self._leg.is_updated, self._leg.is_kept_only
        shown = Series.SHOWN if len(self._sum.base) else self._leg.series
        self._set_series(Series.LOADING if shown is Series.NONE else shown, self._leg.reason)

    @Slot()
    def _on_reloaded(self) -> None:
        table = self._own()
        if self._wanted is None or not len(table):
            return
        self._sum.replace_all(table)
        self._whole.clear()
        self.older = Older.IDLE
        self._on_status_changed()
        self.reloaded.emit()

    @Slot(object)
    def _on_updated(self, change: tuple[int, bool]) -> None:
        table = self._own()
        if self._wanted is None or not len(table):
            return
        old_end = self.bars.end
        since = 0 if change[1] else max(0, len(table) - 3)
        if self._sum.merge(table.part(since, len(table))):
            self.updated.emit((old_end, change[1]))
        else:
            self._on_reloaded()


def parts_of(expiries: Iterable[ContractDetails], now: int) -> list[Part]:
    """Return which expiry stands for the future when, oldest first; the last one trades now."""
    dated = sorted((e for e in expiries if len(e.contract.expiry) == 8), key=_expiry)
    rolls = [_roll_of(each) for each in dated]
    parts: list[Part] = []
    for place, (details, end) in enumerate(zip(dated, rolls, strict=True)):
        begin = rolls[place - 1] if place else end - 120 * DAY_SECONDS
        if begin <= now and begin < end:
            parts.append(Part(details, begin, end))
    return parts


def _expiry(details: ContractDetails) -> str:
    return details.contract.expiry


def _roll_of(details: ContractDetails) -> int:
    """Return when the trading day begins on which the next expiry takes over."""
    text = _expiry(details)
    last = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    midnight = datetime.combine(last - timedelta(days=ROLL_DAYS), time())
    local = midnight + timedelta(seconds=opening_of(details.trading_hours))
    return int(local.replace(tzinfo=zone_named(details.time_zone_id) or UTC).timestamp())


def page_span(size: BarSize) -> str:
    """Return how much one page of the past spans, in the broker's words."""
    if size.seconds == 1:
        return "1800 S"
    if size.seconds < 60:
        return f"{min(size.seconds * 1440, 28_800)} S"
    if size.seconds < 3600:
        return f"{max(2, size.seconds // 60)} D"
    return "60 D" if size.is_intraday else "2 Y"
