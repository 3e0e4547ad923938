"""Takes both lanes apart and gives each message to the models that show it."""

import time
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from workstation.domain.account import AccountPnl, AccountSummary, PositionView
from workstation.domain.contract import ContractDetails
from workstation.domain.link import LinkState, LinkView
from workstation.domain.messages import (
    ContractKnown,
    ExecutionArrived,
    LinkChanged,
    NoticeArrived,
    OrderChanged,
)
from workstation.domain.notice import Notice
from workstation.domain.order_status import OrderView
from workstation.domain.quote import Quote
from workstation.ui.models.log import LogModel, LogRow, fill_notice
from workstation.ui.models.orders import OrderRow, OrdersModel
from workstation.ui.models.positions import PositionRow, PositionsModel
from workstation.ui.models.quotes import QuotesModel
from workstation.ui.screen_state import ScreenState


class Messages(QObject):
    """Updates state and models; tells the window what else changed."""

    link_changed = Signal(object)
    """The LinkView that was shown before, None at first."""

    contract_known = Signal(object)
    """ConId whose rules arrived."""

    orders_changed = Signal(object)
    """Orders that changed: tuple[OrderView, ...]."""

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

    def __init__(self, state: ScreenState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.quotes = QuotesModel(self)
        self.orders = OrdersModel(self)
        self.positions = PositionsModel(self)
        self.log = LogModel(self)
        self.event_count = 0
        self.latest_count = 0
        self.newest_quote: Quote | None = None

    def take_events(self, messages: Iterable[object]) -> None:
        """Apply events in order; order rows and log lines of one batch go in together."""
        orders: dict[object, OrderView] = {}
        lines: list[LogRow] = []
        notices: list[Notice] = []
        for message in messages:
            self.event_count += 1
            match message:
                case OrderChanged(order=order):
                    self._state.orders[order.key] = order
                    orders[order.key] = order
                case ExecutionArrived(execution=execution):
                    lines.append(LogRow(fill_notice(execution), is_fill=True))
                case NoticeArrived(notice=notice):
                    lines.append(LogRow(notice))
                    notices.append(notice)
                case ContractKnown(details=details):
                    self._take_rules(details)
                case LinkChanged(link=link):
                    self._take_link(link)
        if lines:
            self.log.append(lines)
        if orders:
            self._show_orders(orders.values())
            self.orders_changed.emit(tuple(orders.values()))
        for notice in notices:
            self.notice_arrived.emit(notice)

    def take_latest(self, messages: Iterable[object]) -> None:
        """Apply the newest values, whatever their order."""
        quotes: list[Quote] = []
        positions: list[PositionView] = []
        for message in messages:
            self.latest_count += 1
            match message:
                case Quote():
                    self._state.quotes[message.con_id] = message
                    quotes.append(message)
                case PositionView():
                    self._state.positions[message.account, message.con_id] = message
                    positions.append(message)
                case AccountSummary() if self._is_shown(message.account):
                    self.summary_arrived.emit(message)
                case AccountPnl() if self._is_shown(message.account):
                    self.pnl_arrived.emit(message)
        if quotes:
            self.newest_quote = quotes[-1]
            self.quotes.set_quotes(quotes, time.monotonic())
            self.quotes_changed.emit(frozenset(quote.con_id for quote in quotes))
        if positions:
            self._show_positions(positions)
            self.positions_changed.emit()

    def add_notice(self, notice: Notice) -> None:
        """Log a sentence of the window itself."""
        self.log.append([LogRow(notice)])
        self.notice_arrived.emit(notice)

    def _take_link(self, link: LinkView) -> None:
        old = self._state.link
        if old is not None and (old.account, old.environment) != (link.account, link.environment):
            self._state.armed = False
        self._state.link = link
        if old is None or old.account != link.account:
            self._show_positions(self._state.positions.values())
        down = link.state in {LinkState.DISCONNECTED, LinkState.CONNECTING}
        self.quotes.set_link_down(down=down)
        self.link_changed.emit(old)

    def _take_rules(self, details: ContractDetails) -> None:
        con_id = details.contract.con_id
        self._state.details[con_id] = details
        self.quotes.set_rules(con_id, details.ladder, details.long_name)
        self._show_orders(o for o in self._state.orders.values() if o.con_id == con_id)
        self._show_positions(p for p in self._state.positions.values() if p.con_id == con_id)
        self.contract_known.emit(con_id)

    def _show_orders(self, orders: Iterable[OrderView]) -> None:
        ladder = self._state.ladder
        self.orders.upsert((o.key, OrderRow(o, ladder(o.con_id))) for o in orders)

    def _show_positions(self, positions: Iterable[PositionView]) -> None:
        shown = []
        for position in positions:
            key = (position.account, position.con_id)
            is_empty = not position.quantity and not position.realized_pnl
            if self._is_shown(position.account) and not is_empty:
                shown.append((key, PositionRow(position, self._state.ladder(position.con_id))))
            else:
                self.positions.remove(key)
        self.positions.upsert(shown)

    def _is_shown(self, account: object) -> bool:
        return self._state.account in (None, account)
