"""Brings the prints of a contract, past and live, and builds the bars of a chart from them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

from PySide6.QtCore import QElapsedTimer, QObject
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.bar import BarUpdate
from workstation.domain.commands import (
    Answered,
    Ask,
    CommandResult,
    Failed,
    FollowTape,
    UnfollowTape,
)
from workstation.domain.contract import ContractDetails
from workstation.domain.ids import ConId
from workstation.domain.queries import PastTrades
from workstation.domain.query import RequestFailure
from workstation.domain.reference import PastTrade
from workstation.domain.trade import Trade, Trades
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.feed import RETRY_MS
from workstation.ui.chart.print_bars import PrintBars
from workstation.ui.chart.source import Older, Series, Source
from workstation.ui.chart.timeframe import Timeframe

WIDGET = "Chart"
MOST_PRINTS = 100_000
"""Prints that are remembered; older ones are not asked for beyond that."""

PAGE = 1000
"""Past prints in one answer, at most."""

Print = tuple[int, float, float]
"""Time in seconds since 1970, price and size."""

Taking = Callable[[list[Print] | None, str], None]


class PrintFeed(Source):
    """Follows the tape of one contract. GUI thread.

    Past prints have whole seconds and come a thousand at a time, so that a page may begin in the
    middle of a second: that second is left to the page before. Where past and live prints meet,
    each second is taken from one of them, the one that has more of it.
    """

    def __init__(self, commands: CommandPort, bars: BarArrays, parent: QObject) -> None:
        super().__init__(parent)
        self._commands = commands
        self._bars = bars
        self._wanted: tuple[ConId, Timeframe] | None = None
        self._details: ContractDetails | None = None
        self._builder: PrintBars | None = None
        self._prints: list[Print] = []
        self._early: list[Print] = []
        self._asking = 0
        self._is_wanted = False
        self._followed: ConId | None = None
        self._failed_at = QElapsedTimer()
        self.note = "From the broker's prints, which leave some out"

    @property
    @override
    def bars(self) -> BarArrays:
        return self._bars

    @property
    @override
    def is_live(self) -> bool:
        return self._followed is not None

    def show(self, details: ContractDetails | None, timeframe: Timeframe) -> None:
        """Show bars of this kind; a contract that is not known yet is waited for."""
        wanted = None if details is None else (details.contract.con_id, timeframe)
        if wanted == self._wanted and self.series not in {Series.FAILED, Series.NONE}:
            return
        if details is not None and self._has_prints_of(details.contract.con_id):
            self._wanted, self._details = (details.contract.con_id, timeframe), details
            self._bars.clear()
            self._build()
            self._set_series(Series.SHOWN if len(self._bars) else Series.LOADING)
            self.reloaded.emit()
            return
        self.stop()
        self._wanted, self._details = wanted, details
        self._bars.clear()
        self._set_series(Series.LOADING)
        self.reloaded.emit()
        self._follow()

    def _has_prints_of(self, con_id: ConId) -> bool:
        """Tell whether other bars can be built of what is here: asking again takes 15 s."""
        is_followed = self._followed == con_id and self._builder is not None
        return is_followed and bool(self._prints)

    @override
    def stop(self) -> None:
        self._asking += 1
        if self._followed is not None:
            self._commands.send(UnfollowTape(self._followed, WIDGET))
        self._followed, self._wanted, self._builder = None, None, None
        self._prints.clear()
        self._early.clear()
        self.older = Older.IDLE
        self._set_series(Series.NONE)

    @override
    def set_wanted(self) -> None:
        self._is_wanted = True
        self._follow()

    @override
    def set_unwanted(self) -> None:
        self._is_wanted = False

    @override
    def link_lost(self) -> None:
        self._followed = None
        self._asking += 1
        if self.older is Older.ASKED:
            self.older = Older.IDLE
        state = Series.SHOWN if self._prints else Series.FAILED
        self._set_series(state, "the link to the broker was lost.")

    @override
    def link_ready(self) -> None:
        """Begin anew: what was printed meanwhile lies between, and only the broker knows it."""
        if self._wanted is not None:
            self._prints.clear()
            self._early.clear()
            self._followed = None
            self._follow()

    @override
    def take(self, updates: Iterable[BarUpdate]) -> None:
        del updates

    @override
    def take_trades(self, trades: Sequence[Trade]) -> None:
        if self._wanted is None or not trades or trades[0].con_id != self._followed:
            return
        mine = prints_of(trades)
        if self._builder is None:
            self._early += mine
        elif mine:
            self._add(mine)

    @override
    def want_older(self) -> None:
        is_early = self.older is Older.FAILED and not self._failed_at.hasExpired(RETRY_MS)
        if self.series is not Series.SHOWN or is_early or not self._prints:
            return
        if self.older in {Older.ASKED, Older.COMPLETE} or self._followed is None:
            return
        if len(self._prints) >= MOST_PRINTS:
            self._set_older(Older.COMPLETE)
            return
        self._set_older(Older.ASKED)
        self._ask(datetime.fromtimestamp(self._prints[0][0], UTC), self._take_older)

    def _follow(self) -> None:
        if self._wanted is None or self._followed is not None or not self._is_wanted:
            return
        self._asking += 1
        self._followed = self._wanted[0]
        self._builder = None
        self._set_series(Series.LOADING if not len(self._bars) else Series.SHOWN)
        command = FollowTape(self._followed, WIDGET)
        self._commands.send(command, partial(self._take_followed, self._asking))

    def _take_followed(self, asking: int, result: CommandResult) -> None:
        if asking != self._asking:
            return
        self.is_updated = not isinstance(result, Failed)
        self._ask(datetime.now(UTC) + timedelta(seconds=2), self._take_newest)

    def _ask(self, end: datetime, take: Taking) -> None:
        assert self._details is not None
        question = PastTrades(contract=self._details.contract, end=end)
        self._commands.send(Ask(question), partial(self._take_page, self._asking, take))

    def _take_page(self, asking: int, take: Taking, result: CommandResult) -> None:
        if asking != self._asking:
            return
        if isinstance(result, Answered):
            take([_print_of(each) for each in result.value], "")
        else:
            reason = result.text if isinstance(result, RequestFailure) else "no answer came."
            take(None, reason)

    def _take_newest(self, page: list[Print] | None, reason: str) -> None:
        if page is None and not self._early:
            self._set_series(Series.FAILED, reason)
            return
        self._prints = met(_whole_seconds(page or []), self._early)
        self._early = []
        self._build()
        self.older = Older.IDLE
        self._set_series(Series.SHOWN if len(self._bars) else Series.LOADING)
        self.reloaded.emit()

    def _take_older(self, page: list[Print] | None, reason: str) -> None:
        if page is None:
            self._failed_at.start()
            self._set_older(Older.FAILED, reason)
            return
        first = self._prints[0][0]
        older = [each for each in _whole_seconds(page) if each[0] < first]
        if not older:
            self._set_older(Older.COMPLETE)
            return
        self._prints = older + self._prints
        self._build()
        self._set_older(Older.IDLE)
        self.grown_older.emit()

    def _build(self) -> None:
        """Build all bars anew; the newest keep their indices, so that the view stays."""
        assert self._wanted is not None
        assert self._details is not None
        end = self._bars.end
        price = Decimal(self._prints[-1][1]) if self._prints else Decimal(0)
        increment = self._details.ladder.increment_at(price)
        self._builder = PrintBars(self._wanted[1], float(increment))
        for each in self._prints:
            self._builder.add(*each)
        table = self._builder.table()
        self._bars.clear()
        older = max(0, len(table) - end)
        self._bars.put_before(table.part(0, older))
        self._bars.append(table.part(older, len(table)))

    def _add(self, prints: list[Print]) -> None:
        assert self._builder is not None
        builder, old_end = self._builder, self._bars.end
        before = builder.ended
        for each in prints:
            builder.add(*each)
        self._prints += prints
        del self._prints[: -2 * MOST_PRINTS]
        fresh = builder.table(before)
        if not len(fresh):
            return
        was_empty = not len(self._bars)
        self._bars.rewrite_from(self._bars.first + before, fresh)
        if was_empty:
            self._set_series(Series.SHOWN)
            self.reloaded.emit()
        else:
            self.updated.emit((old_end, False))


def prints_of(trades: Sequence[Trade]) -> list[Print]:
    """Return prints of one contract as plain rows."""
    if isinstance(trades, Trades):  # by columns: bursts come by the hundred thousand
        return list(zip(trades.times, trades.prices, trades.sizes, strict=True))
    return [(int(each.time.timestamp()), each.price, each.size) for each in trades]


def _print_of(trade: PastTrade) -> Print:
    return int(trade.time.timestamp()), trade.price, trade.size


def _whole_seconds(page: list[Print]) -> list[Print]:
    """Leave out the first second of a full page: its beginning may be in the page before."""
    if len(page) < PAGE:
        return page
    rest = [each for each in page if each[0] > page[0][0]]
    return rest or page


def met(past: list[Print], live: list[Print]) -> list[Print]:
    """Join past and live prints: up to a second from the past, behind it live.

    That second is the last of the past or the first that was heard live, whichever is earlier.
    Both may have only a part of it; the longer part counts.
    """
    if not past or not live:
        return past or live
    seam = min(past[-1][0], live[0][0])
    before = [each for each in past if each[0] < seam]
    behind = [each for each in live if each[0] > seam]
    parts = ([each for each in prints if each[0] == seam] for prints in (past, live))
    return [*before, *max(parts, key=len), *behind]
