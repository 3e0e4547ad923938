"""The menus of the main window."""

from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QToolButton, QWidget

import workstation
from workstation.domain.finding import TradingState
from workstation.ui import text
from workstation.ui.actions import (
    DOCK_KEYS,
    SHORTCUTS,
    Menus,
    add_dock_actions,
    add_theme_menu,
    new_menu_bar,
)
from workstation.ui.app_lock import AppLock
from workstation.ui.board import Board
from workstation.ui.chart_docks import ChartDocks
from workstation.ui.chart_menu import ChartMenu
from workstation.ui.dialogs.plain_dialog import PlainDialog
from workstation.ui.dialogs.table_dialog import TableDialog
from workstation.ui.docks import Docks
from workstation.ui.drafting import Drafting
from workstation.ui.exercising import Exercising
from workstation.ui.grouping_orders import GroupingOrders
from workstation.ui.hotkeys import Hotkeys
from workstation.ui.key_actions import KeyActions
from workstation.ui.layout_menu import LayoutMenu
from workstation.ui.layouts import Layouts
from workstation.ui.messages import Messages
from workstation.ui.ordering import Ordering
from workstation.ui.panels.ticket import TicketPanel
from workstation.ui.panels.watchlist import WatchlistPanel
from workstation.ui.renewal import Renewal
from workstation.ui.ruling import Ruling
from workstation.ui.screen_state import ScreenState
from workstation.ui.selection import Selection
from workstation.ui.several_orders import SeveralOrders
from workstation.ui.stop_adjusting import StopAdjusting
from workstation.ui.theme import paint
from workstation.ui.toasts import OrderNotices
from workstation.ui.trading_controls import TradingControls
from workstation.ui.watching import Watching

_TOOLS = (
    ("buy", "Buy"),
    ("sell", "Sell"),
    ("", ""),
    ("cancel_all", "Cancel all"),
    ("stop_entries", "Stop entries"),
    ("flatten", "Flatten…"),
    ("", ""),
    ("keys", "Keys"),
)
"""Names of actions in the toolbar and how they are called there."""

WAYS_OUT = ("cancel_all", "stop_entries", "halt")
"""Actions whose keys work in the form of an order too."""


class Host(Protocol):
    """What the menus need of the window."""

    docks: Docks
    chart_docks: ChartDocks
    layouts: Layouts
    ordering: Ordering
    controls: TradingControls
    board: Board
    messages: Messages
    selection: Selection
    watching: Watching
    state: ScreenState
    ticket: TicketPanel
    watchlist: WatchlistPanel

    def close(self) -> bool:
        """Close the window."""
        ...

    def reset_layout(self) -> None:
        """Put everything where it stood at first."""
        ...

    def on_theme_chosen(self, action: QAction) -> None:
        """Change colours."""
        ...


def _main_window(widget: QWidget) -> QMainWindow:
    window = widget.window()
    assert isinstance(window, QMainWindow)
    return window


class MainMenu(QObject):
    """File, View, Trade and Help."""

    connection_requested = Signal()
    """The user wants to choose where to connect."""

    def __init__(self, host: Host, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = host
        self._window = parent
        self.bar = new_menu_bar(parent)
        self.menus = Menus(self.bar)
        self.several = SeveralOrders(host, parent.window())
        self.renewal = Renewal(host.board, host.ordering, host.state, parent.window())
        self.grouping = GroupingOrders(host.board, host.ordering, host.state, parent.window())
        self.ruling = Ruling(host, parent.window())
        self.exercising = Exercising(host.board, host.ordering, host.state, parent.window())
        self.adjusting = StopAdjusting(
            host.board,
            host.ordering,
            host.state,
            partial(host.docks.focus, "ticket"),
            parent.window(),
        )
        self.drafting = Drafting(host, parent.window())
        self.locking = AppLock(host, self.menus, _main_window(parent))
        self._build_file_and_view()
        self._build_trade()
        self.several.ways_out = tuple(self.menus.by_name[name] for name in WAYS_OUT)
        self._build_help()
        self.bar.setCornerWidget(self._new_toolbar(), Qt.Corner.TopRightCorner)

    def refresh(self, state: ScreenState) -> None:
        """Offer what makes sense now."""
        link = state.link
        current = link.trading_state if link else None
        actions = self.menus.by_name
        may_act = not state.is_read_only
        states = {
            "stop_entries": {TradingState.ACTIVE},
            "halt": {TradingState.ACTIVE, TradingState.REDUCING},
            "resume": {TradingState.REDUCING, TradingState.HALTED},
        }
        for name, allowed in states.items():
            actions[name].setEnabled(may_act and current in allowed)
        for name in ("cancel_all", "cancel_protection", "global_cancel", "flatten"):
            actions[name].setEnabled(may_act)
        for name in ("combo", "ladder", "targets", "basket"):
            actions[name].setEnabled(may_act and state.is_ready)
        for name in ("close_position", "scale_in", "scale_out", "roll", "exercise"):
            actions[name].setEnabled(state.can_exit)

    def show_tools(self) -> None:
        """Show the buttons of the toolbar whose actions can be seen, and no others."""
        for button in self.toolbar.findChildren(QToolButton):
            button.setVisible(button.defaultAction().isVisible())

    def show_theme(self, name: str) -> None:
        """Mark the theme in force."""
        for action in self._themes.actions():
            action.setChecked(action.data() == name)

    def _build_file_and_view(self) -> None:
        menus, host = self.menus, self._host
        file_menu = menus.menu("&File")
        menus.add(file_menu, "connection", "&Connection…", self._on_connection, "Ctrl+Shift+C")
        menus.add(file_menu, "lock", "&Lock the window", self.locking.lock, "Ctrl+Alt+L")
        menus.add(file_menu, "lock_settings", "L&ock after…", self.locking.ask)
        menus.add(file_menu, "quit", "&Quit", host.close, "Ctrl+Q")
        view = menus.menu("&View")
        add_dock_actions(view, host.docks.by_name)
        go_to = view.addMenu("&Go to")
        for name, dock in host.docks.by_name.items():
            action = menus.add(
                go_to, f"go_{name}", dock.windowTitle(), self._on_go, DOCK_KEYS[name]
            )
            action.setData(name)
        self.charts = ChartMenu(view.addMenu("&Charts"), menus, host.chart_docks)
        host.watchlist.chart_requested.connect(self.charts.on_chart_requested)
        view.addSeparator()
        self.layouts = LayoutMenu(
            view.addMenu("&Layouts"), host.layouts, host.docks, self._window.window()
        )
        self.notices = OrderNotices(host.state, view, self._window.window())
        host.messages.orders_changed.connect(self.notices.take)
        self.locking.covered_changed.connect(self.notices.set_covered)
        menus.add(view, "reset_layout", "&Reset layout", host.reset_layout)
        self._themes = add_theme_menu(view, host.on_theme_chosen, paint().theme.name)

    @Slot()
    def _on_connection(self) -> None:
        self.connection_requested.emit()

    def _build_trade(self) -> None:
        menus, host = self.menus, self._host
        trade = menus.menu("&Trade")
        menus.add(trade, "ticket", "Order &ticket", self._on_ticket, "Ctrl+T")
        menus.add(trade, "buy", "&Buy", self._on_buy, "Ctrl+B")
        menus.add(trade, "sell", "&Sell", self._on_sell, "Ctrl+S")
        menus.add(trade, "presets", "&Order presets…", self._on_presets, "Ctrl+Shift+I")
        self._add_drafts(trade)
        menus.add(trade, "combo", "C&ombination…", self.several.combine, "Ctrl+Shift+O")
        several = self.several
        menus.add(trade, "ladder", "Scale &ladder…", several.ladder, "Ctrl+Shift+L")
        menus.add(trade, "targets", "Se&veral targets…", several.targets, "Ctrl+Shift+G")
        menus.add(trade, "hedge", "Send with a &hedge…", several.hedge, "Ctrl+Shift+D")
        self._add_basket_and_rules(trade)
        menus.add(trade, "add_symbol", "Add s&ymbol", self._on_add_symbol, "Ctrl+L")
        trade.addSeparator()
        cancel_all = host.ordering.cancel_all
        cancel = "&Cancel all orders (protection stays)"
        menus.add(trade, "cancel_all", cancel, cancel_all, "Ctrl+Shift+X")
        controls = host.controls
        more = "Cancel all, &protection too…"
        menus.add(trade, "cancel_protection", more, controls.cancel_protection_too)
        menus.add(trade, "global_cancel", "&Global cancel…", controls.cancel_globally)
        trade.addSeparator()
        stop = "Stop &entries (exits stay possible)"
        menus.add(trade, "stop_entries", stop, controls.stop_entries, "Ctrl+Shift+E")
        halt = "&Halt trading (cancels stay possible)"
        menus.add(trade, "halt", halt, controls.halt, "Ctrl+Shift+H")
        menus.add(trade, "resume", "&Resume trading…", controls.resume, "Ctrl+Shift+U")
        close = "Close &position…"
        menus.add(trade, "close_position", close, self._on_close_position, "Ctrl+Shift+P")
        reduce = "R&educe position…"
        menus.add(trade, "scale_out", reduce, self._on_scale_out, "Ctrl+Shift+Down")
        menus.add(trade, "scale_in", "A&dd to position…", self._on_scale_in, "Ctrl+Shift+Up")
        menus.add(trade, "roll", "Roll the &future…", self._on_roll, "Ctrl+Shift+M")
        menus.add(trade, "exercise", "E&xercise or lapse options…", self._on_exercise)
        menus.add(trade, "flatten", "&Flatten: go to the button", self._on_flatten, "Ctrl+Shift+F")
        self.key_actions = KeyActions(host, menus, trade.addMenu("&More actions, for your keys"))
        trade.addSeparator()
        menus.add(trade, "reconnect", "Reco&nnect", host.ordering.reconnect, "F5")

    def _add_basket_and_rules(self, trade: QMenu) -> None:
        """Offer a basket, and what this program watches by itself."""
        several, ruling = self.several, self.ruling
        self.menus.add(trade, "basket", "Bas&ket from a file…", several.basket, "Ctrl+Shift+B")
        self.menus.add(trade, "if_then", "&If … then …", ruling.make, "Ctrl+I")
        self.menus.add(trade, "exit_rule", "Exit r&ule…", ruling.exit_rule, "Ctrl+E")

    def _new_toolbar(self) -> QWidget:
        """Build the toolbar; it shares the line of the menus, so that it takes no height."""
        self.toolbar = QWidget(self.bar)
        line = QHBoxLayout(self.toolbar)
        line.setContentsMargins(0, 0, 6, 0)
        line.setSpacing(2)
        for name, short in _TOOLS:
            if not name:
                line.addSpacing(14)
                continue
            action = self.menus.by_name[name]
            action.setIconText(short)
            keys = action.shortcut().toString()
            words = action.text().replace("&", "")
            action.setToolTip(text.tooltip(f"{words}  ({keys})" if keys else words))
            button = QToolButton(self.toolbar)
            button.setObjectName("tool")
            button.setDefaultAction(action)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            line.addWidget(button)
        return self.toolbar

    def _add_drafts(self, trade: QMenu) -> None:
        drafting = self.drafting
        keep, words = drafting.keep, "Keep as dra&ft…"
        self.menus.add(trade, "keep_draft", words, keep, "Ctrl+Shift+A")
        self.menus.add(trade, "drafts", "Draft&s…", drafting.open_list, "Ctrl+D")

    def _build_help(self) -> None:
        menu = self.menus.menu("&Help")
        self.menus.add(menu, "keys", "&Keyboard shortcuts", self._on_keys, "F1")
        own = self.menus.add(menu, "own_keys", "Keys of your &own…", self._on_own_keys)
        self.menus.add(menu, "about", "&About", self._on_about)
        own.setMenuRole(QAction.MenuRole.NoRole)
        self.hotkeys = Hotkeys(self.menus.by_name, self._window.window())

    @Slot()
    def _on_own_keys(self) -> None:
        self.hotkeys.open()

    @Slot()
    def _on_go(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._host.docks.focus(str(action.data()))

    @Slot()
    def _on_ticket(self) -> None:
        self._host.docks.focus("ticket")
        self._host.ticket.focus_symbol()

    @Slot()
    def _on_buy(self) -> None:
        self._host.docks.focus("ticket")
        self._host.ticket.choose_buy()

    @Slot()
    def _on_sell(self) -> None:
        self._host.docks.focus("ticket")
        self._host.ticket.choose_sell()

    @Slot()
    def _on_add_symbol(self) -> None:
        self._host.docks.focus("watchlist")
        self._host.watchlist.symbol_edit.setFocus()

    @Slot()
    def _on_presets(self) -> None:
        self._host.board.presetting.open(self._window.window())

    @Slot()
    def _on_close_position(self) -> None:
        """Ask about the selected position; without one, go where it is chosen."""
        self._host.docks.focus("positions")
        self._host.board.positions.ask_to_close()

    @Slot()
    def _on_scale_out(self) -> None:
        self._host.docks.focus("positions")
        self._host.board.positions.ask_to_reduce()

    @Slot()
    def _on_scale_in(self) -> None:
        self._host.docks.focus("positions")
        self._host.board.positions.ask_to_add()

    @Slot()
    def _on_roll(self) -> None:
        self._host.docks.focus("positions")
        self._host.board.positions.ask_to_roll()

    @Slot()
    def _on_exercise(self) -> None:
        self._host.docks.focus("positions")
        self._host.board.positions.ask_to_exercise()

    @Slot()
    def _on_flatten(self) -> None:
        self._host.docks.focus("risk")
        self._host.board.risk.focus_flatten()

    @Slot()
    def _on_keys(self) -> None:
        shown = (*self.hotkeys.changed_words(), *SHORTCUTS)
        TableDialog("Keyboard shortcuts", shown, self._window.window()).open()

    @Slot()
    def _on_about(self) -> None:
        content = (
            f"Trading workstation {workstation.__version__}\n\n"
            "A desktop trading workstation for Interactive Brokers.\n"
            "Free software under the GNU General Public License, version 3 or later; "
            "it comes with no warranty. Not a product of Interactive Brokers."
        )
        PlainDialog("About", content, {"close": "Close"}, self._window.window()).open()
