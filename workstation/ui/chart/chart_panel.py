"""The chart panel: one contract's bars in a chosen size, live, with older ones on demand."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.bar import BarUpdate
from workstation.domain.ids import ConId
from workstation.domain.link import LinkState, LinkView
from workstation.domain.trade import Trade
from workstation.ui import text
from workstation.ui.chart.alert_tool import AlertTool
from workstation.ui.chart.bar_keeper import BarKeeper
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_data import ChartData
from workstation.ui.chart.chart_extras import ChartExtras
from workstation.ui.chart.chart_header import chart_header
from workstation.ui.chart.chart_kit import ChartKit
from workstation.ui.chart.chart_menus import ChartMenus
from workstation.ui.chart.chart_orders import ChartOrders
from workstation.ui.chart.chart_quotes import ChartQuotes
from workstation.ui.chart.chart_words import REAL_ORDERS_OFF, tell_state
from workstation.ui.chart.confirming import Confirming
from workstation.ui.chart.data_menu import DataMenu
from workstation.ui.chart.drawing_menu import DrawingMenu
from workstation.ui.chart.drawing_store import DrawingStore, drawing_key
from workstation.ui.chart.drawing_tool import DrawingTool
from workstation.ui.chart.drawings import DrawingBook
from workstation.ui.chart.dry_judge import DryJudge
from workstation.ui.chart.fills_tool import FillsTool
from workstation.ui.chart.go_to_date import GoToDate
from workstation.ui.chart.replay.bar_replay import BarReplay
from workstation.ui.chart.sessions import regular_hours
from workstation.ui.chart.settings import ChartSettings, read_settings, zone_named
from workstation.ui.chart.size_bar import SizeBar
from workstation.ui.chart.source import Source
from workstation.ui.chart.staging_tool import StagingTool
from workstation.ui.chart.studies import MOST, Library
from workstation.ui.chart.study_menu import StudyMenu
from workstation.ui.chart.timeframe import Timeframe, TimeframeError, read_timeframe
from workstation.ui.chart.trade_menu import TradeMenu
from workstation.ui.chart.trading_tool import TradingTool
from workstation.ui.chart.view import ChartView
from workstation.ui.screen_state import ScreenState

CLOCK_MS = 1000

_DOWN = {LinkState.DISCONNECTED, LinkState.CONNECTING}


class ChartPanel(QWidget):
    """Shows the bars of one contract; asks the core for them while it can be seen."""

    drawings_changed = Signal(object)
    """The user changed the drawings of a contract: tuple[str, DrawingBook], their key and all."""

    def __init__(
        self, state: ScreenState, commands: CommandPort, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._symbol = ""
        self._con_id: ConId | None = None
        self.data = ChartData(state, commands, self)
        self.canvas = ChartCanvas(ChartView(self.data.bars), self)
        self.sizes = SizeBar(self.canvas, self)
        self._build_trading(commands)
        self.drawing = DrawingTool(self.canvas.view, self.canvas)
        self._store: DrawingStore | None = None
        self._drawn_key = ""
        self.fills = FillsTool(self.canvas, state, commands)
        self.alerts = AlertTool(self.canvas, state, commands)
        self.alerts.told.connect(self.orders.tell)
        self.trading.alert_requested.connect(self.alerts.place)
        shown = (self.fills, self.drawing, self.alerts, self.trading, self.staging)
        self.canvas.tools += shown
        self.canvas.tools.append(self.sizes.typing)
        self.go_to_date = GoToDate(self.canvas, self.data, self)
        self.drawing_menu = DrawingMenu(self.drawing, self)
        self.menus = ChartMenus(self)
        self.data_menu = DataMenu(self)
        self.extras = ChartExtras(self.canvas, self.data, commands, self)
        self.data_menu.extra += self.extras.actions
        self.canvas.tools[:0] = (self.extras.roll_marks, self.extras.comparison.tool)
        self.study_menu = StudyMenu(self.canvas.view.studies, self)
        self.replay = BarReplay(self.canvas, self.data, self.drawing.book, self)
        self.replay.keeping.seek = self.go_to_date.go
        self._wanted_studies: object = None
        self._scaled: object = None  # contract and prices that the price range is of
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MS)
        self._arrange()
        self.setFocusProxy(self.canvas)
        self._connect()
        self._load()
        self._on_status_changed()

    def _build_trading(self, commands: CommandPort) -> None:
        """Build what places, moves and cancels orders; everything goes through one sender."""
        state, canvas = self._state, self.canvas
        self.quotes = ChartQuotes(state, commands, canvas, self.data, self)
        self.orders = ChartOrders(commands, self)
        self.trading = TradingTool(canvas.view, state, canvas, DryJudge(commands, self))
        self.trade_menu = TradeMenu(canvas.view, self)
        quantity = self.trade_menu.quantity
        self.staging = StagingTool(canvas, state, DryJudge(commands, self), quantity)
        self.trade_menu.serve(self.staging)
        self.confirming = Confirming(commands, state, self.orders.tell, self)
        self.trade_menu.confirmations_requested.connect(self.confirming.open)
        self.trading.change_requested.connect(self.orders.send)
        self.trading.stage_requested.connect(self.staging.stage)
        self.staging.send_requested.connect(self.orders.send)
        self.orders.answered.connect(canvas.setFocus)

    def _connect(self) -> None:
        self.kit = ChartKit(self.canvas, self.study_menu, self.data_menu, self)
        self.kit.export.told.connect(self.orders.tell)
        self.replay.switched.connect(self._on_replay_switched)
        self.replay.keeping.size_requested.connect(self._on_size_chosen)
        self.replay.keeping.told.connect(self.orders.tell)
        self.sizes.chosen.connect(self._on_size_chosen)
        self.drawing.changed.connect(self._on_drawings_changed)
        self.drawing.drawing_began.connect(self.trading.pause)
        self.drawing.drawing_ended.connect(self.trading.resume)
        self.study_menu.changed.connect(self._on_studies_changed)
        self.menus.chosen.connect(self._on_settings_chosen)
        self.data_menu.chosen.connect(self._on_settings_chosen)
        self.extras.load_requested.connect(self._on_load_requested)
        self.extras.percent_requested.connect(self._on_percent_requested)
        self.menus.auto_range_requested.connect(self._on_auto_range_requested)
        self.menus.date_requested.connect(self.go_to_date.ask)
        self.go_to_date.changed.connect(self._on_status_changed)
        self._clock.timeout.connect(self._on_clock)
        self.canvas.view_moved.connect(self._on_view_moved)
        self.canvas.range_set.connect(self._on_range_set)
        self.data.reloaded.connect(self._on_reloaded)
        self.data.grown_older.connect(self._on_grown_older)
        self.data.updated.connect(self._on_updated)
        self.data.status_changed.connect(self._on_status_changed)

    def _arrange(self) -> None:
        self.header = chart_header(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.replay.holder)
        column.addWidget(self.orders.strip)

    @property
    def con_id(self) -> ConId | None:
        """The contract that is shown."""
        return self._con_id

    @property
    def symbol(self) -> str:
        """What the contract is called."""
        return self._symbol

    def show_contract(self, con_id: ConId | None, symbol: str) -> None:
        """Show another contract, or none."""
        if con_id != self._con_id:
            self.data.formula = None  # another contract was chosen: it is shown
        self._con_id, self._symbol = con_id, text.one_line(symbol, 24)
        self._load()

    @Slot(object)
    def take_updates(self, updates: Iterable[BarUpdate]) -> None:
        """Apply the newest bars of the frame; those of other series are passed over."""
        updates = tuple(updates)
        self.feed.take(updates)
        self.extras.comparison.take(updates)

    @Slot(object)
    def take_trades(self, trades: Sequence[Trade]) -> None:
        """Apply prints of one contract."""
        self.feed.take_trades(trades)

    def link_changed(self, old: LinkView | None, new: LinkView) -> None:
        """Follow again once the link is back, and close the gap."""
        self.trading.link_changed()
        self.quotes.following.conditions_changed()
        if new.state in _DOWN:
            self.orders.link_lost()
            self.feed.link_lost()
            self.extras.comparison.link_lost()
        elif new.state is LinkState.READY and (old is None or old.state is not LinkState.READY):
            self.feed.link_ready()
            self.extras.comparison.link_ready()

    def contract_known(self, con_id: ConId) -> None:
        """Take the price increments of the contract, once they are known."""
        if con_id == self._con_id:
            self._load()  # its kind and hours may want other bars; a failed series is retried
            self.canvas.refresh()

    def chart_state(self) -> dict[str, object]:
        """Return what a layout remembers of the chart."""
        view = self.canvas.view
        state: dict[str, object] = {"size": self.data.timeframe.name, **view.settings.plain()}
        studies = view.studies.plain() if self._wanted_studies is None else self._wanted_studies
        state |= self.extras.plain() | self.kit.plain()
        if studies:
            state["studies"] = studies
        if view.shares:
            state["shares"] = list(view.shares)
        return state

    def restore_chart(self, state: object) -> None:
        """Take back what chart_state() returned; anything else changes nothing."""
        name = state.get("size") if isinstance(state, dict) else None
        try:
            timeframe = read_timeframe(name) if isinstance(name, str) else None
        except TimeframeError:
            return
        if timeframe is not None:
            self._use_settings(read_settings(state))
            self._restore_studies(state)
            self.extras.restore(state)
            self.kit.restore(state)
            self._on_size_chosen(timeframe)

    def use_indicators(self, load: Callable[[], Library]) -> None:
        """Take what describes the indicators; it is called when the first one is wanted."""
        self.canvas.view.studies.use_library(load)

    def use_drawings(self, store: DrawingStore) -> None:
        """Keep drawings there from now on."""
        self._store = store
        self._drawn_key = ""
        self._open_drawings()

    def use_keeper(self, keeper: BarKeeper) -> None:
        """Show the bars that are kept there first from now on, and keep what comes."""
        self.data.use_keeper(keeper)
        self.extras.comparison.use_keeper(keeper)

    def _open_drawings(self) -> None:
        details = self._state.details.get(self._con_id) if self._con_id is not None else None
        key = drawing_key(details.contract) if details else ""
        if key != self._drawn_key:
            self._drawn_key = key
            self.drawing.open(self._store.load(key) if self._store and key else [])

    @Slot()
    def _on_drawings_changed(self) -> None:
        if self._store is not None and self._drawn_key:
            self._store.save(self._drawn_key, self.drawing.book.plain())
        self.drawings_changed.emit((self._drawn_key, self.drawing.book))

    def take_drawings(self, key: str, book: DrawingBook) -> None:
        """Show what was drawn on another chart, if it is of the same contract."""
        if key and key == self._drawn_key and book is not self.drawing.book:
            self.drawing.book.mirror(book)
            self.canvas.update()

    def _restore_studies(self, state: object) -> None:
        state = state if isinstance(state, dict) else {}
        shares = state.get("shares")
        known = [s for s in shares if isinstance(s, float)] if isinstance(shares, list) else []
        self.canvas.view.shares = [min(max(share, 0.05), 0.6) for share in known[:MOST]]
        # The library is loaded with the first bars, not with the window.
        self._wanted_studies = state.get("studies", [])
        if len(self.feed.bars):
            self._build_studies()

    def _build_studies(self) -> None:
        if self._wanted_studies is not None:
            if self._wanted_studies or self.canvas.view.studies.all:
                self.canvas.view.studies.restore(self._wanted_studies)
            self._wanted_studies = None
            self._on_studies_changed()

    @Slot()
    def _on_studies_changed(self) -> None:
        self.canvas.view.arrange_panes()
        self.canvas.refresh()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Answer the question below the chart: Enter sends, Esc does not."""
        key, orders = Qt.Key, self.orders
        if event.key() == key.Key_Escape and self.go_to_date.is_searching:
            self.go_to_date.stop()
            return
        if event.key() == key.Key_G and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.go_to_date.ask()
            return
        is_answer = event.key() in {key.Key_Return, key.Key_Enter, key.Key_Escape}
        if not is_answer or not orders.strip.isVisible():
            super().keyPressEvent(event)
        elif event.key() == key.Key_Escape or orders.strip.back_button.hasFocus():
            orders.dismiss()
        elif not event.isAutoRepeat():
            orders.confirm()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.set_wanted(wanted=True)
        self._clock.start()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.set_wanted(wanted=False)
        self._clock.stop()

    def set_wanted(self, *, wanted: bool) -> None:
        """Ask for bars only while they can be seen."""
        self.data.set_wanted(wanted=wanted)
        self.quotes.following.set_visible(visible=wanted)
        self.extras.comparison.set_wanted(wanted=wanted)

    @property
    def feed(self) -> Source:
        """What brings the bars now."""
        return self.data.feed

    def _use_contract(self) -> None:
        details = self._state.details.get(self._con_id) if self._con_id is not None else None
        zone = zone_named(details.time_zone_id) if details else None
        hours = regular_hours(details.liquid_hours, zone) if details else None
        self._open_drawings()
        self.canvas.view.studies.use_clock(self.data.clock)
        ladder = details.ladder if details else None
        self.canvas.view.use_contract(self.data.ladder or ladder, zone, hours)

    @Slot()
    def on_orders_changed(self) -> None:
        """Take orders and positions as they are now."""
        if self.canvas.is_there:
            self.trading.refresh()

    def _load(self) -> None:
        if not self.canvas.is_there:
            return  # the window goes, and the canvas went first
        data = self.data
        data.con_id, data.symbol = self._con_id, self._symbol
        tradable = self._con_id if data.is_of_prices else None
        self.trading.show_contract(tradable)
        self.staging.show_contract(tradable)
        self.fills.show_contract(tradable)
        self.alerts.show_contract(tradable)
        self._use_contract()
        self.quotes.show()
        self.sizes.show_size(data.timeframe)
        self.data_menu.show_settings(self.canvas.view.settings, data.sec_type)
        self.canvas.words.title = data.title
        data.load()
        self.extras.follow()

    @Slot()
    def _on_percent_requested(self) -> None:
        settings = self.canvas.view.settings
        self._use_settings(replace(settings, percent=True, log=False))

    @Slot()
    def _on_load_requested(self) -> None:
        self._load()

    @Slot(object)
    def _on_size_chosen(self, timeframe: Timeframe) -> None:
        self.data.timeframe = timeframe
        self._load()

    def _use_settings(self, settings: ChartSettings) -> None:
        view = self.canvas.view
        view.use_settings(settings)
        self.data.use_settings(settings)
        self.menus.show_settings(settings, is_manual=view.prices.is_manual)
        self.canvas.refresh()

    @Slot(object)
    def _on_settings_chosen(self, settings: ChartSettings) -> None:
        self._use_settings(settings)
        self._load()

    @Slot()
    def _on_auto_range_requested(self) -> None:
        self.canvas.fit_prices()

    @Slot()
    def _on_range_set(self) -> None:
        view = self.canvas.view
        self.menus.show_settings(view.settings, is_manual=view.prices.is_manual)

    @Slot()
    def _on_clock(self) -> None:
        """Count down to the end of the forming bar, on the broker's clock."""
        words, bars, before = self.canvas.words, self.feed.bars, self.canvas.words.countdown
        words.countdown = ""
        timeframe = self.data.timeframe
        if timeframe.is_intraday and timeframe.seconds and len(bars) and self.feed.is_live:
            offset = (self._state.link.clock_offset if self._state.link else None) or 0.0
            left = bars.time(bars.end - 1) + timeframe.seconds - time.time() - offset
            if 0 <= left <= timeframe.seconds:
                words.countdown = text.time_left(left)
        if words.countdown != before:
            self.canvas.refresh_live()

    @Slot()
    def _on_view_moved(self) -> None:
        if self.canvas.view.needs_older:
            self.feed.want_older()

    @Slot()
    def _on_reloaded(self) -> None:
        if len(self.feed.bars):
            self._build_studies()
            self.fills.ask()
        timeframe = self.data.timeframe
        shown = (self._con_id, self.data.show, self.data.formula)
        if not self.data.is_of_prices:
            self._use_contract()  # how fine values are written follows from the bars
        keep = shown == self._scaled
        self._scaled = shown
        self.canvas.view.start_anew(
            is_intraday=timeframe.is_intraday, span=timeframe.seconds or 60.0, keep_scale=keep
        )
        self.canvas.show_anew()
        self._on_view_moved()

    @Slot()
    def _on_grown_older(self) -> None:
        self.canvas.refresh()
        self._on_view_moved()

    @Slot(object)
    def _on_updated(self, change: tuple[int, bool]) -> None:
        old_end, is_deep = change
        view = self.canvas.view
        moved = view.time.follow(old_end, view.bars.end)
        if is_deep:
            view.studies.changed_since(None)
        if moved or is_deep:
            view.studies.changed_since(old_end - 1)
            self.canvas.refresh_in_turn()
        else:
            self.canvas.refresh_newest(old_end - 1)

    @Slot()
    def _on_status_changed(self) -> None:
        tell_state(self.canvas.words, self.feed, self.go_to_date.words)
        self.canvas.refresh_words()

    @Slot()
    def _on_replay_switched(self) -> None:
        """Take everything real off the chart while it replays, and bring it back afterwards."""
        is_on = self.replay.is_on
        self.orders.lock(REAL_ORDERS_OFF if is_on else "")
        for part in (self.trade_menu.quantity_edit, self.trade_menu.button):
            part.setDisabled(is_on)
        self._load()
