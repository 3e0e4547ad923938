"""The main window: banner, docks and the links between them."""

import math
import time
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QByteArray, QEvent, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.account import PositionView
from workstation.domain.execution import Execution
from workstation.domain.ids import ConId
from workstation.domain.link import LinkState, LinkView
from workstation.domain.notice import Notice, Severity
from workstation.domain.order_status import OrderView
from workstation.ui.alarm_strip import AlarmStrip
from workstation.ui.attention import Attention
from workstation.ui.banner import Banner
from workstation.ui.board import Board
from workstation.ui.chart.trading_tool import PriceWish
from workstation.ui.chart_docks import ChartDocks
from workstation.ui.connection_advice import first_steps
from workstation.ui.docks import Docks
from workstation.ui.icons import icon
from workstation.ui.layout_state import (
    DOCKS_VERSION,
    LAYOUT_VERSION,
    blob_text,
    is_readable,
    on_screen,
    read_blob,
    read_symbols,
    screens,
)
from workstation.ui.layouts import Arrangement, Layouts
from workstation.ui.leaving import Leaving
from workstation.ui.main_menu import MainMenu
from workstation.ui.messages import Messages
from workstation.ui.models.quotes import WatchRow
from workstation.ui.ordering import LOUD_WHEN_IT_FAILS, Ordering
from workstation.ui.read_only import ReadOnly
from workstation.ui.screen_state import ScreenState
from workstation.ui.selection import Selection
from workstation.ui.status_line import StatusLine
from workstation.ui.theme import apply_theme, paint
from workstation.ui.trading_controls import TradingControls
from workstation.ui.watching import Watching, clean_symbol

TICKET_SECONDS = 0.1
"""The market in the ticket changes at most this often; a click takes the newest all the same."""

FRAME = 4
"""Width of the frame around a live window, in pixels."""


class MainWindow(QMainWindow):
    """Shows what the core publishes and sends what the user asks for."""

    closing = Signal()
    """The window is closing for good; emitted once, before it disappears."""

    connection_requested = Signal()
    """The user wants to choose where to connect."""

    def __init__(
        self,
        commands: CommandPort,
        *,
        read_only: bool,
        symbols: tuple[str, ...],
        clock: Callable[[], datetime],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("main_window")
        self.setWindowTitle("Trading workstation")
        self.setWindowIcon(icon("workstation"))
        self._clock = clock
        self._quote_due, self._quote_shown_at = False, 0.0
        self.state = ScreenState(read_only=read_only)
        self.messages = Messages(self.state, self)
        self._build_panels(commands)
        self.watching = Watching(self.messages.quotes, self.state, commands, self)
        self.ordering = Ordering(commands, self.ticket, self)
        self.attention = Attention(self.watchlist, self.selection, commands, self)
        self.leaving = Leaving(self.state, self.ordering, self)
        self.controls = TradingControls(self.ordering, self.state, self)
        self.layouts = Layouts(self, self)
        self._build_frame()
        self._connect_messages()
        self._connect_panels()
        self.watching.replace_all(symbols)
        self.resize(1280, 720)
        self.docks.place_all()
        self._show_link(None)
        self._show_counts()

    @Slot(object)
    def on_events(self, messages: tuple[object, ...]) -> None:
        """Take what must not be lost. Connected to Inbox.events_arrived."""
        self.messages.take_events(messages)

    @Slot(object)
    def on_latest(self, messages: tuple[object, ...]) -> None:
        """Take the newest values. Connected to Inbox.latest_arrived."""
        self.messages.take_latest(messages)

    @Slot()
    def on_frame(self) -> None:
        """Move clocks, put out flashes, settle sorted rows. Connected to Inbox.inbox_drained."""
        now = self.status_line.beat(self.messages, self._clock())
        self.messages.quotes.expire_flashes(now)
        self._refresh_ticket(now)
        offset = self.state.link.clock_offset if self.state.link else None
        self.banner.show_time(self._clock(), offset)
        for table in self.board.tables.values():
            if table.isVisible():
                table.proxy.settle(now)

    def layout_state(self) -> dict[str, object]:
        """Return the layout as plain values, ready for JSON."""
        return {
            "version": LAYOUT_VERSION,
            "geometry": blob_text(self.saveGeometry()),
            **self.arrangement(),
            "symbols": self.watching.symbols(),
            "selected": self.ticket.symbol,
            "theme": paint().theme.name,
            "layouts": self.layouts.state(),
            "locked": self.docks.is_locked,
            "notices": self.menu.notices.kept(),
            "what_if": self.ticket.cost.kept(),
        }

    def arrangement(self) -> Arrangement:
        """Return what a named layout keeps: docks, columns, the chart's settings."""
        return {
            "docks": blob_text(self.saveState(DOCKS_VERSION)),
            "columns": {name: table.column_state() for name, table in self.board.arranged.items()},
            "chart": self.board.chart.chart_state(),
            "charts": self.chart_docks.plain(),
        }

    def restore_layout(self, state: object) -> bool:
        """Take layout_state() back; False where it was of no use and nothing changed.

        Parts that cannot be used are left as they are at first, and no window is left
        where it cannot be seen.
        """
        if not isinstance(state, dict) or not is_readable(state):
            return False
        geometry = read_blob(state.get("geometry"))
        if geometry is not None:
            self.restoreGeometry(geometry)
        self.restore_arrangement(state)
        symbols = read_symbols(state.get("symbols"))
        if symbols is not None:
            self.watching.replace_all(symbols)
        self.choose_symbol(clean_symbol(state.get("selected")))
        self._restore_theme(state.get("theme"))
        self.layouts.restore(state.get("layouts"))
        self.menu.layouts.lock.setChecked(state.get("locked") is True)
        self.menu.notices.restore(state.get("notices"))
        self.ticket.cost.restore(state.get("what_if"))
        return True

    def restore_arrangement(self, state: Arrangement) -> None:
        """Take arrangement() back; docks that cannot be placed go where they stood at first."""
        self.chart_docks.restore(state.get("charts"), state.get("chart"))
        docks = read_blob(state.get("docks"))
        if docks is None or not self._restore_docks(docks):
            self._place_all()
        columns = state.get("columns")
        for name, table in self.board.arranged.items():
            table.restore_columns(columns.get(name) if isinstance(columns, dict) else None)
        self.docks.set_locked(locked=self.docks.is_locked)
        self._bring_on_screen()

    @Slot()
    def reset_layout(self) -> None:
        """Put docks and columns where they stood at first, with one chart."""
        self.chart_docks.reset()
        self._place_all()

    def _place_all(self) -> None:
        self.docks.place_all()
        for table in self.board.tables.values():
            table.reset_columns()
        self._bring_on_screen()

    def choose_symbol(self, symbol: str) -> None:
        """Put a watched symbol into the ticket."""
        row = self.messages.quotes.value(symbol)
        if row is not None:
            self._show_contract(row.con_id, row.symbol)

    @Slot()
    def force_close(self) -> None:
        """Close without asking; working orders stay at the broker."""
        self.leaving.allow()
        self.close()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        """Close, or ask first where orders are working."""
        if self.leaving.may_close():
            self.closing.emit()
            event.accept()
        else:
            event.ignore()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Appear behind the docks that float."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self.docks.raise_floating)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame of a live window."""
        super().paintEvent(event)
        colour = self.banner.frame_colour()
        if colour is not None:
            painter = QPainter(self)
            painter.setPen(QPen(colour, 2 * FRAME))
            painter.drawRect(self.rect())
            painter.end()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Repaint everything in a new theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "ticket"):
            self._repaint_tables()

    def _build_panels(self, commands: CommandPort) -> None:
        self.board = board = Board(self.state, self.messages, commands, self._clock, self)
        self.watchlist, self.ticket = board.watchlist, board.ticket
        self.orders, self.positions, self.log = board.orders, board.positions, board.log
        self.selection = Selection(
            (board.ticket, board.depth, board.tape, board.news), board.charts, self
        )

    def _build_frame(self) -> None:
        self.docks = Docks(self, self.board.docked())
        self.chart_docks = ChartDocks(self.board.charts, self.board.chart_grid, self.docks)
        top = QWidget(self)
        self.banner = Banner(top)
        self.alarms = AlarmStrip(top)
        self.menu = MainMenu(self, top)
        self.menu.connection_requested.connect(self.connection_requested)
        self.looking = ReadOnly(self.menu, self.board, self.state, self)
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.menu.bar, self.banner, self.alarms):
            column.addWidget(widget)
        self.setMenuWidget(top)
        self.status_line = StatusLine(self)
        self.setStatusBar(self.status_line)

    def _connect_messages(self) -> None:
        messages = self.messages
        messages.link_changed.connect(self._on_link_changed)
        messages.contract_known.connect(self._on_contract_known)
        messages.orders_changed.connect(self._on_orders_changed)
        messages.notice_arrived.connect(self._on_notice_arrived)
        messages.quotes_changed.connect(self._on_quotes_changed)
        messages.positions_changed.connect(self._on_positions_changed)
        self.watching.contract_found.connect(self._on_contract_found)
        self.watching.failed.connect(self._on_watch_failed)
        self.watching.not_found.connect(self._on_symbol_not_found)
        self.ordering.failed.connect(self._on_command_failed)
        self.ordering.done.connect(self._on_command_done)
        self.ordering.arming_failed.connect(self.ticket.refresh)

    def _connect_panels(self) -> None:
        self.watchlist.symbol_requested.connect(self._on_symbol_requested)
        self.watchlist.removal_requested.connect(self.watching.remove)
        self.watchlist.row_selected.connect(self._on_row_selected)
        self.ticket.order_requested.connect(self.ordering.submit)
        self.ticket.change_requested.connect(self.ordering.change)
        self.ticket.preview_requested.connect(self.ordering.preview)
        self.ticket.symbol_entered.connect(self._on_symbol_entered)
        self.ticket.contract_taken.connect(self.selection.on_chosen)
        self.ticket.account.chosen.connect(self.ordering.show_account)
        self.board.charts.serve(self.selection, self.ordering.cancel, self.watching.add)
        self.board.charts.price_requested.connect(self._on_chart_price_requested)
        self.ticket.arm_button.clicked.connect(self.ordering.arm)
        self.orders.cancel_requested.connect(self.ordering.cancel)
        self.orders.cancel_all_requested.connect(self.ordering.cancel_all)
        self.orders.cancel_some_requested.connect(self.ordering.cancel_some)
        self.orders.change_requested.connect(self._on_change_requested)
        self.orders.order_selected.connect(self._on_order_selected)
        self.orders.not_placed_confirmed.connect(self.ordering.confirm_not_placed)
        self.positions.position_selected.connect(self._on_position_selected)
        self.ordering.serve_positions(self.positions)
        self.board.depth.price_chosen.connect(self.ticket.form.take_price)
        self.board.executions.execution_selected.connect(self._on_execution_selected)
        risk = self.board.risk
        risk.stop_requested.connect(self.controls.stop_entries)
        risk.resume_requested.connect(self.controls.resume)
        risk.cancel_all_requested.connect(self.ordering.cancel_all)
        risk.flatten_requested.connect(self.ordering.flatten)
        risk.limits_confirmed.connect(self.ordering.apply_limits)
        risk.lock_requested.connect(self.ordering.lock_limits)
        risk.repair_requested.connect(self.ordering.repair)
        self.banner.reconnect_requested.connect(self.ordering.reconnect)
        self.status_line.meter.clicked.connect(self.docks.focus_connection)

    @Slot(object)
    def _on_link_changed(self, old: LinkView | None) -> None:
        self._show_link(old)

    def _show_link(self, old: LinkView | None) -> None:
        self.banner.show_state(self.state)
        if self.state.is_ready and old is not None and old.state is not LinkState.READY:
            self.status_line.clearMessage()  # what was wrong with the link is over
        frame = FRAME if self.banner.frame_colour() is not None else 0
        self.setContentsMargins(frame, frame, frame, frame)
        self.update()
        self.ticket.refresh()
        self.menu.refresh(self.state)
        self.looking.refresh()
        self._show_link_in_panels(old)
        if self.state.is_ready and (old is None or old.state is not LinkState.READY):
            self.watching.ask_for_missing()

    def _show_link_in_panels(self, old: LinkView | None) -> None:
        board, link = self.board, self.state.link
        board.risk.show_link(link, read_only=self.state.is_read_only)
        board.connection.show_link(link)
        board.account.show_account(self.state.account)
        board.positions.set_trading(possible=self.state.can_exit)
        self._show_doubt()
        for panel in (board.depth, board.tape, board.news):
            panel.link_changed()
        if link is not None:
            board.charts.link_changed(old, link)

    def _show_doubt(self) -> None:
        board, doubt = self.board, self.state.doubt
        advice = "" if self.state.was_ready else first_steps(self.state.link)[1]
        board.orders.show_doubt(doubt, advice)
        board.positions.show_doubt(doubt)
        board.account.show_doubt(doubt)
        board.log.show_doubt("" if self.state.was_ready else doubt)

    def _show_counts(self) -> None:
        count = len(self.state.own_working_orders())
        self.orders.show_count(count, can_cancel=not self.state.is_read_only)
        self.board.risk.show_working(count - len(self.state.protecting_orders()))

    @Slot(object)
    def _on_contract_known(self, con_id: ConId) -> None:
        for panel in (self.board.charts, self.board.depth, self.board.tape):
            panel.contract_known(con_id)
        if con_id == self.ticket.con_id:
            self.ticket.refresh()

    @Slot(object)
    def _on_contract_found(self, found: tuple[str, ConId]) -> None:
        symbol, con_id = found
        nothing_chosen = not self.ticket.symbol
        if symbol in (self.selection.wanted, self.ticket.symbol) or nothing_chosen:
            self._show_contract(con_id, symbol)

    @Slot(object)
    def _on_orders_changed(self, orders: tuple[OrderView, ...]) -> None:
        self._show_counts()
        for order in orders:
            self.ticket.order_changed(order)
        self.leaving.orders_changed()

    @Slot(object)
    def _on_notice_arrived(self, notice: Notice) -> None:
        if notice.severity is Severity.ALARM:
            self.alarms.add(notice)
        elif notice.severity is Severity.ERROR:
            self.status_line.say(notice.text)

    @Slot(object)
    def _on_quotes_changed(self, con_ids: frozenset[ConId]) -> None:
        if self.ticket.con_id in con_ids:
            self._quote_due = True
            self._refresh_ticket(math.inf if self.ticket.note_quote() else time.monotonic())

    def _refresh_ticket(self, now: float) -> None:
        """Show the market in the ticket at a pace that can be read."""
        if self._quote_due and not 0 <= now - self._quote_shown_at < TICKET_SECONDS:
            self._quote_due, self._quote_shown_at = False, min(now, time.monotonic())
            self.ticket.refresh_quote()

    @Slot()
    def _on_positions_changed(self) -> None:
        self.ticket.refresh_figures()

    @Slot(object)
    def _on_watch_failed(self, failure: tuple[str, str]) -> None:
        self._say(Severity.WARNING, "No quotes of {}: {}".format(*failure))

    @Slot(object)
    def _on_symbol_not_found(self, failure: tuple[str, str]) -> None:
        self.selection.wanted = ""
        self._say(Severity.ERROR, " not found: ".join(failure))

    @Slot(object)
    def _on_command_failed(self, failure: tuple[str, str]) -> None:
        what, reason = failure
        self.leaving.command_failed()
        is_loud = what.startswith(LOUD_WHEN_IT_FAILS)
        severity = Severity.ALARM if is_loud else Severity.ERROR
        self._say(severity, f"{what} was not carried out: {reason}")

    @Slot(object)
    def _on_command_done(self, sentence: str) -> None:
        self._say(Severity.INFO, sentence)
        self.status_line.say(sentence)

    @Slot(object)
    def _on_symbol_requested(self, symbol: str) -> None:
        self.selection.wanted = symbol
        self.watching.add(symbol)
        self.watchlist.select(symbol)

    @Slot(object)
    def _on_symbol_entered(self, symbol: str) -> None:
        self.selection.wanted = symbol
        self.watching.look_up(symbol)
        self.choose_symbol(symbol)
        self.ticket.form.quantity_edit.setFocus()

    @Slot(object)
    def _on_row_selected(self, row: WatchRow) -> None:
        self._show_contract(row.con_id, row.symbol)

    @Slot(object)
    def _on_chart_price_requested(self, wish: PriceWish) -> None:
        self.docks.focus("ticket")
        self.ticket.take_wish(wish.side, wish.order_type, wish.price)

    @Slot(object)
    def _on_order_selected(self, order: OrderView) -> None:
        self._show_contract(order.con_id, order.symbol)

    @Slot(object)
    def _on_change_requested(self, order: OrderView) -> None:
        self.docks.focus("ticket")
        self.ticket.start_change(order)

    @Slot(object)
    def _on_position_selected(self, position: PositionView) -> None:
        self._show_contract(position.con_id, position.symbol)

    @Slot(object)
    def _on_execution_selected(self, execution: Execution) -> None:
        self._show_contract(execution.con_id, execution.symbol)

    @Slot(QAction)
    def on_theme_chosen(self, action: QAction) -> None:
        """Change colours."""
        self._restore_theme(action.data())

    def _show_contract(self, con_id: ConId | None, symbol: str) -> None:
        watched = self.messages.quotes.symbol_of(con_id) if con_id is not None else None
        self.selection.choose(con_id, symbol)
        self.watchlist.select(watched or symbol)
        if con_id is not None and watched is None and symbol:
            self.watching.add(clean_symbol(symbol))

    def _say(self, severity: Severity, sentence: str) -> None:
        self.messages.add_notice(Notice(severity=severity, text=sentence, time=self._clock()))

    def _restore_docks(self, blob: QByteArray) -> bool:
        self.docks.rearranging()
        return bool(self.restoreState(blob, DOCKS_VERSION))

    def _restore_theme(self, name: object) -> None:
        app = QApplication.instance()
        if isinstance(name, str) and isinstance(app, QApplication):
            apply_theme(app, name)
            self.menu.show_theme(paint().theme.name)
            self._repaint_tables()

    def _repaint_tables(self) -> None:
        for table in self.board.tables.values():
            table.repaint_all()

    def _bring_on_screen(self) -> None:
        areas = screens()
        floating = [dock for dock in self.docks.by_name.values() if dock.isFloating()]
        for window in (self, *floating):
            wanted = on_screen(window.geometry(), areas)
            if wanted != window.geometry():
                window.setGeometry(wanted)
