"""Measures every fill: the market at its command, at itself, and 1, 10, 60 and 300 s later.

Nothing is done per tick: the market is looked at when an order is put on record, when a fill is
told, and by one timer for all that is due. What is seen goes into the journal.
Source: features J5; orders-and-risk.md 3.
"""

import heapq
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from workstation.desk.print_sums import PrintMark, PrintSums
from workstation.desk.quality_book import LATE_SECONDS, QualityBook
from workstation.desk.streams import Streams
from workstation.domain import execution_quality as words
from workstation.domain.clock import Clock
from workstation.domain.execution import Execution
from workstation.domain.execution_quality import (
    HORIZONS,
    FillMarket,
    MarketSample,
    MarkOut,
    mid_price,
)
from workstation.domain.ids import ConId, OrderKey
from workstation.domain.messages import EventMessage, FillMeasured
from workstation.domain.ports import ContractSource, QuoteSource, Reactor, Timer
from workstation.domain.quote import MarketDataType, Quote
from workstation.domain.reports import CommissionReport, ExecutionReport
from workstation.domain.subscription import StreamKind
from workstation.domain.timeline import MarketSeen
from workstation.oms.events import Intent, OmsEvent
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.orders import Changes, OrderBook
from workstation.storage.journal_file import Entry

log = logging.getLogger(__name__)

LIVE_SECONDS = 3.0
"""A report this long after the broker's time of a fill is its news; the broker tells whole
seconds. A later one is history, and the market of now is not that of the fill."""

_USER = "mark-outs"


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityParts:
    """Whom the measurement works with; all on the core thread.

    `note` puts a record on the journal with the end of the round. `clock_offset` is how many
    seconds the broker's clock is ahead, None while that is not known.
    """

    clock: Clock
    reactor: Reactor
    orders: OrderBook
    quotes: QuoteSource
    contracts: ContractSource
    streams: Streams
    prints: PrintSums
    note: Callable[[object], None]
    post: Callable[[EventMessage], None]
    clock_offset: Callable[[], float | None]


@dataclass(frozen=True, slots=True)
class _Arrival:
    """The market when an order's command came, and the prints so far."""

    sample: MarketSample
    prints: PrintMark | None = None


@dataclass(frozen=True, slots=True, order=True)
class _Due:
    """One look at the market that is to come; `at` is of the monotonic clock."""

    at: float
    number: int
    fill: str
    con_id: ConId
    key: OrderKey | None
    horizon: int
    wall: datetime


class ExecutionQuality:
    """Follows orders and fills and looks at the market when it is due. Core thread."""

    def __init__(self, parts: QualityParts) -> None:
        self._with = parts
        self._book = QualityBook()
        self._arrivals: dict[OrderKey, _Arrival] = {}
        self._due: list[_Due] = []
        self._numbers = itertools.count(1)
        self._timer: Timer | None = None
        self._pending: dict[ConId, int] = {}
        self._traded = parts.streams.traded
        parts.streams.traded = self._needed

    # -- starting ---------------------------------------------------------------------------------

    def remembering(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Pass the journal through, and keep what was measured in the last two days.

        Of an older fill nothing is due any more; the journal alone tells of it.
        """
        recent = self._with.clock.now().astimezone(UTC) - timedelta(days=2)
        since = recent.isoformat(timespec="microseconds")  # as the journal writes it
        for entry in entries:
            if entry.time >= since:
                self._book.take_entry(entry)
            if entry.event == MarketSeen.__name__ and b'"about":"Intent"' in entry.body:
                seen = msgspec.json.decode(entry.body, type=MarketSeen)
                self._arrivals[seen.key] = _Arrival(_seen_sample(seen))
            yield entry

    def start(self) -> None:
        """Go on with what is not over, and say of the rest that nobody was there to measure it."""
        now = self._with.clock.now()
        working = {order.key for order in self._with.orders.working()}
        self._arrivals = {key: each for key, each in self._arrivals.items() if key in working}
        for fill, horizon in self._book.open_marks():
            assert fill.market is not None
            due = fill.market.filled_at + timedelta(seconds=horizon)
            if due >= now:
                self._plan(fill.execution, fill.market, horizon)
            else:
                self._put(fill.execution.base_id, horizon, _missed(now, words.NOT_RUNNING))
        local = now.astimezone()
        self._book.keep_since(local.replace(hour=0, minute=0, second=0, microsecond=0))
        for order in self._with.orders.working():
            self._with.prints.watch(order.con_id)
        for fill in self._book.fills(now):
            self._with.post(FillMeasured(fill))

    # -- what happens -----------------------------------------------------------------------------

    def took(self, event: OmsEvent, changes: Changes) -> None:
        """Hear of an event that was applied; a fault here is logged and holds up no order."""
        try:
            self._took(event, changes)
        except Exception:
            log.exception("the quality of an execution could not be measured")

    def _took(self, event: OmsEvent, changes: Changes) -> None:
        match event:
            case Intent():
                self._on_intent(event)
            case ExecutionReport() if changes.fills:
                order = next(iter(changes.orders.values()), None)
                self._on_fill(event, order)
            case CommissionReport():
                self._tell(self._book.take(event))
        for order in changes.orders.values():
            if order.lifecycle.is_terminal:
                self._let_go(order.con_id)

    def _on_intent(self, event: Intent) -> None:
        self._with.prints.watch(event.con_id)
        key = OrderKey(event.order_ref)
        mark = self._with.prints.mark(event.con_id)
        self._arrivals[key] = _Arrival(self._sample(event.con_id), mark)

    def _on_fill(self, report: ExecutionReport, order: ManagedOrder | None) -> None:
        execution = report.execution
        is_known = self._book.fill(execution.base_id, self._with.clock.now()) is not None
        self._book.take(report)
        if not is_known:
            market = self._market_of(report, order)
            self._book.take(market)
            self._with.note(market)
            for horizon in HORIZONS:
                self._plan(execution, market, horizon)
        self._tell(execution.base_id)

    def _market_of(self, report: ExecutionReport, order: ManagedOrder | None) -> FillMarket:
        """Put down the market of a fill; of one that is told late only what is known of it."""
        execution, now = report.execution, self._with.clock.now()
        offset = timedelta(seconds=self._with.clock_offset() or 0.0)
        happened = execution.time - offset
        late = (now - happened).total_seconds()
        is_news = report.req_id is None and abs(late) <= LIVE_SECONDS
        missed = _missed(now, f"not measured: told {late:.0f} s after the fill")
        details = self._with.contracts.details(execution.con_id)
        return FillMarket(
            fill=execution.base_id,
            key=None if order is None else order.key,
            order_type="" if order is None else order.order_type,
            algo=_algo_of(order),
            filled_at=now if is_news else min(happened, now),
            arrival=self._arrival_of(order).sample,
            at_fill=self._sample(execution.con_id) if is_news else missed,
            point_value=None
            if details is None
            else details.multiplier / Decimal(details.price_magnifier),
            currency="" if details is None else details.contract.currency,
        )

    def _arrival_of(self, order: ManagedOrder | None) -> _Arrival:
        known = None if order is None else self._arrivals.get(order.key)
        if known is not None:
            return known
        is_ours = order is not None and order.draft is not None
        at = self._with.clock.now() if order is None else order.created_at
        return _Arrival(_missed(at, words.NO_QUOTE if is_ours else words.NOT_OURS))

    # -- looking at the market --------------------------------------------------------------------

    def _plan(self, execution: Execution, market: FillMarket, horizon: int) -> None:
        now, con_id = self._with.clock.now(), execution.con_id
        wall = market.filled_at + timedelta(seconds=horizon)
        left = (wall - now).total_seconds()
        if left < -LATE_SECONDS:
            late = (now - market.filled_at).total_seconds()
            fault = f"not measured: told {late:.0f} s after the fill"
            self._put(execution.base_id, horizon, _missed(now, fault))
            return
        at = self._with.clock.monotonic() + max(left, 0.0)
        number, fill = next(self._numbers), execution.base_id
        heapq.heappush(self._due, _Due(at, number, fill, con_id, market.key, horizon, wall))
        self._pending[con_id] = self._pending.get(con_id, 0) + 1
        self._with.streams.want(con_id, StreamKind.QUOTES, _USER, once=True)
        self._arm()

    def _arm(self) -> None:
        """Have one timer, for what is due first."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._due:
            wait = max(self._due[0].at - self._with.clock.monotonic(), 0.0)
            self._timer = self._with.reactor.call_later(wait, self._look)

    def _look(self) -> None:
        self._timer = None
        now = self._with.clock.monotonic()
        try:
            while self._due and self._due[0].at <= now:
                due = heapq.heappop(self._due)
                self._measure(due, late=now - due.at)
                self._tell(due.fill)
                self._done(due.con_id)
        finally:
            self._arm()

    def _measure(self, due: _Due, *, late: float) -> None:
        now = self._with.clock.now()
        apart = max(late, abs((now - due.wall).total_seconds()))
        if apart > LATE_SECONDS:
            fault = f"not measured: the program looked {apart:.1f} s beside the moment"
            self._put(due.fill, due.horizon, _missed(now, fault))
            return
        vwap, of = self._vwap(due) if due.horizon == HORIZONS[0] else (None, "")
        self._put(due.fill, due.horizon, self._sample(due.con_id), vwap, of)

    def _vwap(self, due: _Due) -> tuple[float | None, str]:
        """Return the average price since the order arrived, of our prints, else that of the day."""
        arrival = None if due.key is None else self._arrivals.get(due.key)
        start = None if arrival is None else arrival.prints
        found = self._with.prints.average_since(due.con_id, start)
        return (None, "") if found is None else (found, "prints")

    def _put(
        self,
        fill: str,
        horizon: int,
        market: MarketSample,
        vwap: float | None = None,
        vwap_of: str = "",
    ) -> None:
        mark = MarkOut(fill=fill, horizon=horizon, market=market, vwap=vwap, vwap_of=vwap_of)
        self._book.take(mark)
        self._with.note(mark)

    def _done(self, con_id: ConId) -> None:
        """Give the stream back after the last look at a contract."""
        self._pending[con_id] -= 1
        if not self._pending[con_id]:
            del self._pending[con_id]
            self._with.streams.drop(con_id, StreamKind.QUOTES, _USER)
            self._let_go(con_id)

    def _let_go(self, con_id: ConId) -> None:
        """Add up no more prints of a contract of which no order and no look is left."""
        is_worked = any(order.con_id == con_id for order in self._with.orders.working())
        if con_id not in self._pending and not is_worked:
            self._with.prints.unwatch(con_id)

    def _needed(self) -> frozenset[ConId]:
        """Say which streams may not pause: what is traded, and what is still looked at."""
        return self._traded() | frozenset(self._pending)

    def _sample(self, con_id: ConId) -> MarketSample:
        return quote_sample(self._with.quotes.quote(con_id), self._with.clock.now())

    def _tell(self, name: str | None) -> None:
        fill = None if name is None else self._book.fill(name, self._with.clock.now())
        if fill is not None:
            self._with.post(FillMeasured(fill))


def _algo_of(order: ManagedOrder | None) -> str:
    """Name the broker's algorithm that works the order, "" where none is known."""
    algo = None if order is None or order.draft is None else order.draft.terms.algo
    return "" if algo is None else algo.strategy


def quote_sample(quote: Quote | None, at: datetime) -> MarketSample:
    """Take a quote as the market of a moment, or say why it is none."""
    if quote is None:
        return MarketSample(at=at, fault=words.NO_QUOTE)
    return _sample_of(at, quote.bid, quote.ask, stale=quote.stale, data_type=int(quote.data_type))


def _seen_sample(seen: MarketSeen) -> MarketSample:
    return _sample_of(seen.at, seen.bid, seen.ask, stale=seen.stale, data_type=seen.data_type)


def _sample_of(
    at: datetime, bid: float | None, ask: float | None, *, stale: bool, data_type: int
) -> MarketSample:
    fault = ""
    if stale:
        fault = words.STALE
    elif data_type != MarketDataType.LIVE:
        fault = words.DELAYED
    elif bid is None or ask is None:
        fault = words.NO_QUOTE
    elif mid_price(bid, ask) is None:
        fault = words.CROSSED
    return MarketSample(at=at, bid=bid, ask=ask, fault=fault)


def _missed(at: datetime, fault: str) -> MarketSample:
    return MarketSample(at=at, fault=fault)
