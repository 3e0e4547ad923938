"""Takes both lanes apart and gives each message to the models that show it."""

import re
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Signal

from workstation.domain.account import AccountPnl, AccountSummary, PositionView
from workstation.domain.bar import BarUpdate
from workstation.domain.contract import ContractDetails
from workstation.domain.depth import DepthBook
from workstation.domain.farm import FarmsView
from workstation.domain.ids import ConId, OrderKey
from workstation.domain.limit_use import RiskView
from workstation.domain.link import LinkView
from workstation.domain.messages import (
    AlertsChanged,
    CommissionArrived,
    ConfirmationsKnown,
    ContractKnown,
    ExecutionArrived,
    FamilyKnown,
    FillMeasured,
    HeadlineArrived,
    LinkChanged,
    NoticeArrived,
    OrderChanged,
    RulesChanged,
    TradesArrived,
)
from workstation.domain.notice import Notice
from workstation.domain.order_status import OrderView
from workstation.domain.quote import Quote
from workstation.domain.subscription import DataUse, StreamKey, StreamKind, StreamState
from workstation.ui import text
from workstation.ui.models.executions import ExecutionsModel
from workstation.ui.models.log import LogModel, LogRow, fill_notice
from workstation.ui.models.orders import OrdersModel
from workstation.ui.models.positions import PositionRow, PositionsModel
from workstation.ui.models.quotes import QuotesModel
from workstation.ui.order_tree import OrderTree
from workstation.ui.screen_state import ScreenState
from workstation.ui.support_log import note_link, note_notice, note_order

_EMPTY_REASON = re.compile(r"\s*-?\s*reason:\s*$", re.IGNORECASE)


@dataclass(slots=True)
class _Batch:
    """What one batch of events puts in together."""

    orders: dict[OrderKey, OrderView] = field(default_factory=dict)
    lines: list[LogRow] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


class Messages(QObject):
    """Updates state and models; tells the window what else changed."""

    link_changed = Signal(object)
    """The LinkView that was shown before, None at first."""

    contract_known = Signal(object)
    """ConId whose rules arrived."""

    orders_changed = Signal(object)
    """Orders that changed: tuple[OrderView, ...]."""

    execution_arrived = Signal(object)
    """Execution, a new one or a correction."""

    commission_arrived = Signal(object)
    """Commission of an execution."""

    alerts_changed = Signal()
    """Price alerts came, went, moved or fired."""

    rules_changed = Signal()
    """Rules came, went, fired, or wait for something else."""

    notice_arrived = Signal(object)
    """Notice, after it went into the log."""

    quotes_changed = Signal(object)
    """Contracts whose quotes changed: frozenset[ConId]."""

    positions_changed = Signal()
    """Some position is new or differs."""

    summary_arrived = Signal(object)
    """AccountSummary of the banner's account."""

    pnl_arrived = Signal(object)
    """AccountPnl of the banner's account."""

    depth_arrived = Signal(object)
    """DepthBook of any contract."""

    bars_arrived = Signal(object)
    """Bars of any series that changed in this frame: tuple[BarUpdate, ...]."""

    fill_measured = Signal(object)
    """FillQuality of a fill, new or more than before."""

    trades_arrived = Signal(object)
    """Prints of one contract, oldest first: tuple[Trade, ...]."""

    headline_arrived = Signal(object)
    """Headline of any contract."""

    stream_changed = Signal(object)
    """StreamState of any stream."""

    use_arrived = Signal(object)
    """DataUse, at most once a second."""

    farms_arrived = Signal(object)
    """FarmsView of the session."""

    risk_arrived = Signal(object)
    """RiskView of the banner's account."""

    def __init__(self, state: ScreenState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.quotes = QuotesModel(self)
        self.orders = OrdersModel(self)
        self.order_tree = OrderTree(state, self.orders)
        self.positions = PositionsModel(self)
        self.executions = ExecutionsModel(self)
        self.log = LogModel(self)
        self.event_count = 0
        self.latest_count = 0
        self.newest_quote: Quote | None = None
        self.data_use: DataUse | None = None
        self._suspended: dict[ConId, Quote] = {}
        self._marked: dict[ConId, Quote] = {}

    def take_events(self, messages: Iterable[object]) -> None:
        """Apply events in order; order rows and log lines of one batch go in together."""
        batch = _Batch()
        for message in messages:
            self.event_count += 1
            match message:
                case OrderChanged(order=order):
                    self._state.orders[order.key] = order
                    note_order(order)
                    batch.orders[order.key] = order
                case ExecutionArrived(execution=execution):
                    batch.lines.append(LogRow(fill_notice(execution), is_fill=True))
                    ladder = self._state.ladder(execution.con_id)
                    self.executions.take_execution(execution, ladder)
                    self.execution_arrived.emit(execution)
                case NoticeArrived(notice=notice):
                    named = self._named(notice)
                    note_notice(named)
                    batch.lines.append(LogRow(named))
                    batch.notices.append(named)
                case _:
                    self._take_other(message)
        if batch.lines:
            self.log.append(batch.lines)
        if batch.orders:
            self.order_tree.show(batch.orders.values())
            self.orders_changed.emit(tuple(batch.orders.values()))
        for notice in batch.notices:
            self.notice_arrived.emit(notice)

    def _take_other(self, message: object) -> None:
        match message:
            case FamilyKnown(family=family):
                self._state.families[family.family_id] = family
            case TradesArrived(trades=trades):
                self.trades_arrived.emit(trades)
            case FillMeasured(fill=fill):
                self.fill_measured.emit(fill)
            case HeadlineArrived(headline=headline):
                self.headline_arrived.emit(headline)
            case CommissionArrived(commission=commission):
                self.executions.take_commission(commission)
                self.commission_arrived.emit(commission)
            case ContractKnown(details=details):
                self._take_rules(details)
            case LinkChanged(link=link):
                self._take_link(link)
            case ConfirmationsKnown(policy=policy):
                self._state.confirmations = policy
            case AlertsChanged() | RulesChanged():
                self._take_watched(message)

    def _take_watched(self, message: AlertsChanged | RulesChanged) -> None:
        """Take what the core watches on this computer."""
        if isinstance(message, AlertsChanged):
            self._state.alerts = message.alerts
            self.alerts_changed.emit()
        else:
            self._state.rules = message.rules
            self.rules_changed.emit()

    def take_latest(self, messages: Iterable[object]) -> None:
        """Apply the newest values, whatever their order."""
        quotes: list[Quote] = []
        positions: list[PositionView] = []
        bars: list[BarUpdate] = []
        for message in messages:
            self.latest_count += 1
            match message:
                case Quote():
                    self._state.quotes[message.con_id] = message
                    quotes.append(message)
                case DepthBook():
                    self.depth_arrived.emit(message)
                case BarUpdate():
                    bars.append(message)
                case PositionView():
                    self._state.positions[message.account, message.con_id] = message
                    positions.append(message)
                case AccountSummary() | AccountPnl() | RiskView():
                    self._take_figures(message)
                case _:
                    self._take_feed(message)
        if bars:
            self.bars_arrived.emit(tuple(bars))
        self._show_market(quotes, positions)

    def _take_feed(self, message: object) -> None:
        match message:
            case StreamState():
                key = StreamKey(message.con_id, message.kind)
                self._state.streams[key] = message
                if message.kind is StreamKind.QUOTES:
                    self.quotes.set_stream(message)
                self.stream_changed.emit(message)
            case DataUse():
                self.data_use = message
                self.use_arrived.emit(message)
            case FarmsView():
                self.farms_arrived.emit(message)

    def _take_figures(self, message: AccountSummary | AccountPnl | RiskView) -> None:
        if not self._is_shown(message.account):
            return
        if isinstance(message, AccountSummary):
            self.summary_arrived.emit(message)
        elif isinstance(message, AccountPnl):
            self.pnl_arrived.emit(message)
        else:
            self.risk_arrived.emit(message)

    def _show_market(self, quotes: list[Quote], positions: list[PositionView]) -> None:
        if quotes:
            self.newest_quote = quotes[-1]
            self.quotes.set_quotes(quotes, time.monotonic())
            self.quotes_changed.emit(frozenset(quote.con_id for quote in quotes))
        if positions:
            self._show_positions(positions)
            self.positions_changed.emit()

    def add_notice(self, notice: Notice) -> None:
        """Log a sentence of the window itself."""
        note_notice(notice)
        self.log.append([LogRow(notice)])
        self.notice_arrived.emit(notice)

    def _named(self, notice: Notice) -> Notice:
        """Say which order a sentence of the broker is about; a reason that is empty goes."""
        words = _EMPTY_REASON.sub("", notice.text)
        order = None if notice.order is None else self._state.orders.get(notice.order)
        if order is not None and notice.code is not None:
            symbol = text.one_line(order.symbol, 40)
            words = f"Order {order.order_id}, {order.side.value} {symbol}: {words}"
        return notice if words == notice.text else replace(notice, text=words)

    def _take_link(self, link: LinkView) -> None:
        old = self._state.link
        had_market = self._state.has_market
        self._state.take_link(link)
        note_link(old, link)
        if old is None or old.account != link.account:
            self._show_positions(self._state.positions.values())
        if old is None or had_market is not self._state.has_market:
            self._mark_quotes(stale=not self._state.has_market)
        for model in (self.orders, self.positions):
            model.set_history(is_history=bool(self._state.doubt))
        self.link_changed.emit(old)

    def _mark_quotes(self, *, stale: bool) -> None:
        """Make history of every quote while the link is dead; what did not change comes back."""
        quotes = self._state.quotes
        if stale:
            self._suspended = {key: quote for key, quote in quotes.items() if not quote.stale}
            marked = {key: replace(quote, stale=True) for key, quote in self._suspended.items()}
            self._marked = marked
        else:
            before = self._marked
            marked = {k: q for k, q in self._suspended.items() if quotes.get(k) is before[k]}
            self._suspended, self._marked = {}, {}
        quotes.update(marked)
        self.quotes.set_link_down(down=stale)
        if marked:
            self.quotes.set_quotes(marked.values(), time.monotonic())
            self.quotes_changed.emit(frozenset(marked))

    def _take_rules(self, details: ContractDetails) -> None:
        con_id = details.contract.con_id
        self._state.details[con_id] = details
        self.quotes.set_rules(con_id, details.ladder, details.long_name)
        self.order_tree.show(o for o in self._state.orders.values() if o.con_id == con_id)
        fills = [row for row in self.executions.values() if row.execution.con_id == con_id]
        self.executions.set_ladders(fills, details.ladder)
        self._show_positions([p for p in self._state.positions.values() if p.con_id == con_id])
        self.contract_known.emit(con_id)

    def _show_positions(self, positions: Collection[PositionView]) -> None:
        shown = []
        for position in positions:
            key = (position.account, position.con_id)
            is_empty = not position.quantity and not position.realized_pnl
            if self._is_shown(position.account) and not is_empty:
                shown.append((key, PositionRow(position, self._state.ladder(position.con_id))))
            else:
                self.positions.remove(key)
        self.positions.upsert(shown)
        self.order_tree.positions_changed(positions)

    def _is_shown(self, account: object) -> bool:
        return self._state.account in (None, account)
