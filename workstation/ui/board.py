"""Every panel of the window, under the name of its dock."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtWidgets import QTabWidget, QWidget

from workstation.bridge.commands import CommandPort
from workstation.ui.chart.chart_grid import ChartGrid
from workstation.ui.charts import Charts
from workstation.ui.limit_profiles import LimitProfilesLink
from workstation.ui.margin_estimate import MarginQuestions
from workstation.ui.messages import Messages
from workstation.ui.open_choice import OpenChoice
from workstation.ui.order_edits import OrderEdits
from workstation.ui.panels.account import AccountPanel
from workstation.ui.panels.broker_limits import BrokerLimitsPanel
from workstation.ui.panels.connection import ConnectionPanel
from workstation.ui.panels.depth import DepthPanel
from workstation.ui.panels.executions import ExecutionsPanel
from workstation.ui.panels.history import HistoryPanel
from workstation.ui.panels.log import LogPanel
from workstation.ui.panels.news import NewsPanel
from workstation.ui.panels.orders import OrdersPanel
from workstation.ui.panels.positions import PositionsPanel
from workstation.ui.panels.quality import QualityPanel
from workstation.ui.panels.raw_messages import RawMessagesPanel
from workstation.ui.panels.risk import RiskPanel
from workstation.ui.panels.rules import RulesPanel
from workstation.ui.panels.tape import TapePanel
from workstation.ui.panels.ticket import TicketPanel
from workstation.ui.panels.ticket_helpers import HelperSources
from workstation.ui.panels.watchlist import WatchlistPanel
from workstation.ui.presetting import Presetting
from workstation.ui.screen_state import ScreenState
from workstation.ui.shock_groups import ShockGroupsEditor
from workstation.ui.survival import Survival
from workstation.ui.table_view import TableView
from workstation.ui.ticket_place import TicketPlace


class Board:
    """Builds the panels and gives each what it shows."""

    def __init__(
        self,
        state: ScreenState,
        messages: Messages,
        commands: CommandPort,
        clock: Callable[[], datetime],
        window: QWidget,
    ) -> None:
        self.watchlist = WatchlistPanel(messages.quotes, window)
        self._build_charts(Charts(state, commands, messages, window), window)
        self.depth = DepthPanel(state, commands, window)
        self.tape = TapePanel(state, commands, window)
        self.ticket = TicketPanel(state, window)
        self.ticket_place = TicketPlace(self.ticket, window)
        self.orders = OrdersPanel(messages.orders, window)
        self.executions = ExecutionsPanel(messages.executions, window)
        self.quality = QualityPanel(state, window)
        self.history = HistoryPanel(window)
        self.positions = PositionsPanel(messages.positions, window)
        self.rules = RulesPanel(window)
        self.account = AccountPanel(window)
        self.news = NewsPanel(state, commands, window)
        self.log = LogPanel(messages.log, window)
        self.raw_messages = RawMessagesPanel(commands, window)
        self.log_pages = QTabWidget(window)
        self.log_pages.addTab(self.log, "Messages")
        self.log_pages.addTab(self.raw_messages, "Raw messages")
        self.risk = _risk_panel(state, commands, window)
        self.limit_profiles = LimitProfilesLink(self.risk.profiles, commands, self.risk)
        self.connection = ConnectionPanel(clock, window)
        self.broker_limits = BrokerLimitsPanel(state, messages, window)
        self.tables = self._named_tables()
        for name, panel in self._with_tables().items():
            panel.setFocusProxy(self.tables[name])
        self._connect(messages, state, commands)

    def _named_tables(self) -> dict[str, TableView]:
        return {
            "watchlist": self.watchlist.table,
            "depth": self.depth.table,
            "tape": self.tape.table,
            "orders": self.orders.table,
            "executions": self.executions.table,
            "quality": self.quality.table,
            "quality_groups": self.quality.group_table,
            "history": self.history.table,
            "history_fills": self.history.fill_table,
            "positions": self.positions.table,
            "rules": self.rules.table,
            "news": self.news.table,
            "log": self.log.table,
            "raw_messages": self.raw_messages.table,
            "risk": self.risk.table,
            "connection": self.connection.table,
            "limits_in_use": self.connection.use_table,
            "broker_limits": self.broker_limits.table,
        }

    def _build_charts(self, charts: Charts, window: QWidget) -> None:
        self.charts = charts
        self.chart_grid = ChartGrid(charts, window)
        self.chart = self.chart_grid.cells[0].panel

    @property
    def arranged(self) -> dict[str, TableView]:
        """Return the tables whose columns the user arranges; the others fill their width."""
        return {name: table for name, table in self.tables.items() if table.is_arranged}

    def docked(self) -> dict[str, tuple[str, QWidget]]:
        """Return title and panel of every dock, in the order of the menu."""
        return {
            "watchlist": ("Watchlist", self.watchlist),
            "ticket": ("Order ticket", self.ticket_place),
            "orders": ("Orders", self.orders),
            "positions": ("Positions", self.positions),
            "rules": ("Rules", self.rules),
            "log": ("Log", self.log_pages),
            "chart": ("Chart", self.chart_grid),
            "depth": ("Depth", self.depth),
            "tape": ("Time and sales", self.tape),
            "executions": ("Executions", self.executions),
            "quality": ("Execution quality", self.quality),
            "history": ("History", self.history),
            "account": ("Account", self.account),
            "news": ("News", self.news),
            "risk": ("Risk", self.risk),
            "connection": ("Connection", self.connection),
            "broker_limits": ("Broker limits", self.broker_limits),
        }

    def _with_tables(self) -> dict[str, QWidget]:
        panels = {name: panel for name, (_, panel) in self.docked().items()}
        return {name: panels[name] for name in self.tables if name in panels}

    def _serve(self, state: ScreenState, commands: CommandPort) -> None:
        """Give the helpers of ticket and orders what they read and where they send."""
        self.order_edits = OrderEdits(self.orders, commands)
        ticket = self.ticket
        self.presetting = Presetting(ticket, state)
        sources = HelperSources(state, lambda: ticket.con_id, lambda: ticket.form.terms)
        self.ticket.form.helpers.serve(sources)
        self.ticket.form.distances.serve(sources)
        self.ticket.cost.serve(commands, lambda: state.is_ready and not state.is_read_only)
        self.ticket.preview_requested.connect(self.ticket.cost.take_due)
        self.ticket.margin_requested.connect(self.ticket.cost.ask)
        self.ticket.cost.answered.connect(self.ticket.show_margin)

    def _connect(self, messages: Messages, state: ScreenState, commands: CommandPort) -> None:
        self._serve(state, commands)
        self._connect_orders(messages)
        messages.fill_measured.connect(self.quality.take_fill)
        for arrived in (messages.contract_known, messages.quotes_changed, messages.summary_arrived):
            arrived.connect(self.presetting.fill)
        helpers = self.ticket.form.helpers
        messages.summary_arrived.connect(helpers.take_summary)
        self.quality.fill_selected.connect(self.executions.execution_selected)
        messages.depth_arrived.connect(self.depth.take_book)
        messages.trades_arrived.connect(self.tape.take_trades)
        messages.headline_arrived.connect(self.news.take_headline)
        messages.risk_arrived.connect(self.risk.take_risk)
        messages.risk_arrived.connect(messages.positions.take_risk)
        messages.farms_arrived.connect(self.connection.show_farms)
        messages.use_arrived.connect(self.connection.show_use)
        messages.stream_changed.connect(self.tape.take_stream)
        messages.stream_changed.connect(self.depth.take_stream)
        self.survival = Survival(messages, state, self.risk.protection)
        line = self.positions.account_line
        for shown in (line, self.account):
            messages.summary_arrived.connect(shown.show_summary)
            messages.pnl_arrived.connect(shown.show_pnl)

    def _connect_orders(self, messages: Messages) -> None:
        """Let the order table fold and group what it shows."""
        tree, orders = messages.order_tree, self.orders
        orders.table.fold_requested.connect(tree.fold)
        orders.fold_all_requested.connect(tree.fold_all)
        orders.grouping_chosen.connect(tree.group)
        tree.shape_changed.connect(orders.on_shape_changed)


def _risk_panel(state: ScreenState, commands: CommandPort, window: QWidget) -> RiskPanel:
    """Build the panel with what asks for margins."""
    panel = RiskPanel(window)
    panel.exposure.ask_margins(MarginQuestions(state, commands, panel))
    OpenChoice(panel.protection, commands)
    panel.exposure.groups_requested.connect(ShockGroupsEditor(commands, panel).open)
    return panel
