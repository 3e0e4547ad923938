"""The chart panel: one contract's bars in a chosen size, live, with older ones on demand."""

import time
from collections.abc import Callable, Iterable
from typing import Protocol

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.bar import BarSize, BarUpdate
from workstation.domain.contract import Contract
from workstation.domain.ids import ConId
from workstation.domain.link import LinkState, LinkView
from workstation.ui import text
from workstation.ui.chart.alert_tool import AlertTool
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_menus import ChartMenus
from workstation.ui.chart.chart_orders import ChartOrders
from workstation.ui.chart.drawing_menu import DrawingMenu
from workstation.ui.chart.drawing_tool import DrawingTool
from workstation.ui.chart.dry_judge import DryJudge
from workstation.ui.chart.feed import BarFeed, Older, Series
from workstation.ui.chart.fills_tool import FillsTool
from workstation.ui.chart.go_to_date import GoToDate
from workstation.ui.chart.sessions import regular_hours
from workstation.ui.chart.settings import ChartSettings, read_settings, zone_named
from workstation.ui.chart.staging_tool import StagingTool
from workstation.ui.chart.studies import MOST, Library
from workstation.ui.chart.study_menu import StudyMenu
from workstation.ui.chart.trade_menu import TradeMenu
from workstation.ui.chart.trading_tool import TradingTool
from workstation.ui.chart.view import ChartView
from workstation.ui.screen_state import ScreenState

SIZE_NAMES = {
    BarSize.MINUTE_1: "1m",
    BarSize.MINUTE_5: "5m",
    BarSize.MINUTE_15: "15m",
    BarSize.MINUTE_30: "30m",
    BarSize.HOUR_1: "1h",
    BarSize.DAY_1: "1D",
}
_SIZES = tuple(SIZE_NAMES)

CLOCK_MS = 1000

_DOWN = {LinkState.DISCONNECTED, LinkState.CONNECTING}


class DrawingStore(Protocol):
    """Where drawings outlive the program, by contract."""

    def load(self, key: str) -> list[dict[str, object]]:
        """Return the drawings of a contract, none where there are none."""
        ...

    def save(self, key: str, drawings: list[dict[str, object]]) -> None:
        """Keep the drawings of a contract."""
        ...


def drawing_key(contract: Contract) -> str:
    """Return what a contract's drawings are kept under; futures share those of their root."""
    if contract.sec_type in {"FUT", "CONTFUT"}:
        root = f"FUT-{contract.symbol}-{contract.exchange}-{contract.currency}"
        return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in root)
    return str(contract.con_id)


class ChartPanel(QWidget):
    """Shows the bars of one contract; asks the core for them while it can be seen."""

    def __init__(
        self, state: ScreenState, commands: CommandPort, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._symbol = ""
        self._con_id: ConId | None = None
        self._size = BarSize.MINUTE_5
        self.feed = BarFeed(commands, self)
        self.canvas = ChartCanvas(ChartView(self.feed.bars), self)
        self.size_buttons = QButtonGroup(self)
        self._build_trading(commands)
        self.drawing = DrawingTool(self.canvas.view, self.canvas)
        self._store: DrawingStore | None = None
        self._drawn_key = ""
        self.fills = FillsTool(self.canvas, state, commands)
        self.alerts = AlertTool(self.canvas, state, commands)
        self.alerts.told.connect(self.orders.tell)
        self.trading.alert_requested.connect(self.alerts.place)
        shown = (self.fills, self.drawing, self.alerts, self.trading, self.staging)
        self.canvas.tools += [tool.handle for tool in shown]
        self.go_to_date = GoToDate(self.canvas, self.feed)
        self.drawing_menu = DrawingMenu(self.drawing, self)
        self.menus = ChartMenus(self)
        self.study_menu = StudyMenu(self.canvas.view.studies, self)
        self._wanted_studies: object = None
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MS)
        self._arrange()
        self.setFocusProxy(self.canvas)
        self._connect()
        self._choose_size(self._size)
        self._on_status_changed()

    def _build_trading(self, commands: CommandPort) -> None:
        """Build what places, moves and cancels orders; everything goes through one sender."""
        state, canvas = self._state, self.canvas
        self.orders = ChartOrders(commands, self)
        self.trading = TradingTool(canvas.view, state, canvas, DryJudge(commands, self))
        self.trade_menu = TradeMenu(canvas.view, self)
        quantity = self.trade_menu.quantity
        self.staging = StagingTool(canvas, state, DryJudge(commands, self), quantity)
        self.trade_menu.serve(self.staging)
        self.trading.change_requested.connect(self.orders.send)
        self.trading.stage_requested.connect(self.staging.stage)
        self.staging.send_requested.connect(self.orders.send)
        self.orders.answered.connect(canvas.setFocus)

    def _connect(self) -> None:
        self.size_buttons.idClicked.connect(self._on_size_clicked)
        self.drawing.changed.connect(self._on_drawings_changed)
        self.drawing.drawing_began.connect(self.trading.pause)
        self.drawing.drawing_ended.connect(self.trading.resume)
        self.study_menu.changed.connect(self._on_studies_changed)
        self.menus.chosen.connect(self._on_settings_chosen)
        self.menus.auto_range_requested.connect(self._on_auto_range_requested)
        self.menus.date_requested.connect(self.go_to_date.ask)
        self.go_to_date.changed.connect(self._on_status_changed)
        self._clock.timeout.connect(self._on_clock)
        self.canvas.view_moved.connect(self._on_view_moved)
        self.canvas.range_set.connect(self._on_range_set)
        self.feed.reloaded.connect(self._on_reloaded)
        self.feed.grown_older.connect(self._on_grown_older)
        self.feed.updated.connect(self._on_updated)
        self.feed.status_changed.connect(self._on_status_changed)

    def _arrange(self) -> None:
        bar = QToolBar(self)  # a narrow chart keeps the sizes; what does not fit waits behind »
        bar.setMovable(False)
        for number, name in enumerate(SIZE_NAMES.values()):
            bar.addWidget(self._size_button(number, name))
        room = QWidget(bar)
        room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(room)
        for button in (
            self.trade_menu.quantity_edit,
            self.trade_menu.button,
            self.drawing_menu.button,
            self.study_menu.button,
            self.menus.style_button,
            self.menus.axes_button,
        ):
            bar.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.orders.strip)

    def show_contract(self, con_id: ConId | None, symbol: str) -> None:
        """Show another contract, or none."""
        self._con_id, self._symbol = con_id, text.one_line(symbol, 24)
        self._load()

    @Slot(object)
    def take_updates(self, updates: Iterable[BarUpdate]) -> None:
        """Apply the newest bars of the frame; those of other series are passed over."""
        self.feed.take(updates)

    def link_changed(self, old: LinkView | None, new: LinkView) -> None:
        """Follow again once the link is back, and close the gap."""
        self.trading.link_changed()
        if new.state in _DOWN:
            self.orders.link_lost()
            self.feed.link_lost()
        elif new.state is LinkState.READY and (old is None or old.state is not LinkState.READY):
            self.feed.link_ready()

    def contract_known(self, con_id: ConId) -> None:
        """Take the price increments of the contract, once they are known."""
        if con_id == self._con_id:
            self._use_contract()
            self.canvas.refresh()
            if self.feed.series is Series.FAILED:
                self._load()  # the core could not ask for bars of a contract it did not know

    def chart_state(self) -> dict[str, object]:
        """Return what a layout remembers of the chart."""
        view = self.canvas.view
        state: dict[str, object] = {"size": SIZE_NAMES[self._size], **view.settings.plain()}
        studies = view.studies.plain() if self._wanted_studies is None else self._wanted_studies
        if studies:
            state["studies"] = studies
        if view.shares:
            state["shares"] = list(view.shares)
        return state

    def restore_chart(self, state: object) -> None:
        """Take back what chart_state() returned; anything else changes nothing."""
        name = state.get("size") if isinstance(state, dict) else None
        for size, known in SIZE_NAMES.items():
            if known == name:
                self._use_settings(read_settings(state))
                self._restore_studies(state)
                self._choose_size(size)

    def use_indicators(self, load: Callable[[], Library]) -> None:
        """Take what describes the indicators; it is called when the first one is wanted."""
        self.canvas.view.studies.use_library(load)

    def use_drawings(self, store: DrawingStore) -> None:
        """Keep drawings there from now on."""
        self._store = store
        self._drawn_key = ""
        self._open_drawings()

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
        self.feed.set_wanted()
        self._clock.start()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.feed.set_unwanted()
        self._clock.stop()

    def _size_button(self, number: int, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(name)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip(text.tooltip(f"Bars of {_SIZES[number].value}"))
        self.size_buttons.addButton(button, number)
        return button

    def _choose_size(self, size: BarSize) -> None:
        self._size = size
        button: QAbstractButton = self.size_buttons.button(_SIZES.index(size))
        button.setChecked(True)
        self._load()

    def _use_contract(self) -> None:
        details = self._state.details.get(self._con_id) if self._con_id is not None else None
        zone = zone_named(details.time_zone_id) if details else None
        hours = regular_hours(details.liquid_hours, zone) if details else None
        self._open_drawings()
        self.canvas.view.use_contract(details.ladder if details else None, zone, hours)

    @Slot()
    def on_orders_changed(self) -> None:
        """Take orders and positions as they are now."""
        self.trading.refresh()

    def _load(self) -> None:
        self.trading.show_contract(self._con_id)
        self.staging.show_contract(self._con_id)
        self.fills.show_contract(self._con_id)
        self.alerts.show_contract(self._con_id)
        self._use_contract()
        self._take_quote()
        self.canvas.words.title = (
            f"{self._symbol}  {SIZE_NAMES[self._size]}" if self._symbol else ""
        )
        self.feed.show(self._con_id, self._size)

    @Slot(int)
    def _on_size_clicked(self, number: int) -> None:
        self._choose_size(_SIZES[number])

    def _use_settings(self, settings: ChartSettings) -> None:
        view = self.canvas.view
        view.use_settings(settings)
        self.menus.show_settings(settings, is_manual=view.prices.is_manual)
        self.canvas.refresh()

    @Slot(object)
    def _on_settings_chosen(self, settings: ChartSettings) -> None:
        self._use_settings(settings)

    @Slot()
    def _on_auto_range_requested(self) -> None:
        self.canvas.fit_prices()

    @Slot()
    def _on_range_set(self) -> None:
        view = self.canvas.view
        self.menus.show_settings(view.settings, is_manual=view.prices.is_manual)

    @Slot(object)
    def on_quotes_changed(self, con_ids: frozenset[ConId]) -> None:
        """Move the lines of bid and ask."""
        if self._con_id in con_ids:
            self._take_quote()

    def _take_quote(self) -> None:
        quote = self._state.quotes.get(self._con_id) if self._con_id is not None else None
        bid, ask = (quote.bid, quote.ask) if quote else (None, None)
        view = self.canvas.view
        if (bid, ask) != (view.bid, view.ask):
            view.bid, view.ask = bid, ask
            if view.settings.quotes:
                self.canvas.update()

    @Slot()
    def _on_clock(self) -> None:
        """Count down to the end of the forming bar, on the broker's clock."""
        words, bars, before = self.canvas.words, self.feed.bars, self.canvas.words.countdown
        words.countdown = ""
        if self._size.is_intraday and len(bars) and self.feed.is_live:
            offset = (self._state.link.clock_offset if self._state.link else None) or 0.0
            end = bars.time(bars.end - 1) + self._size.span.total_seconds()
            left = end - time.time() - offset
            if 0 <= left <= self._size.span.total_seconds():
                words.countdown = text.time_left(left)
        if words.countdown != before:
            self.canvas.update()

    @Slot()
    def _on_view_moved(self) -> None:
        if self.canvas.view.needs_older:
            self.feed.want_older()

    @Slot()
    def _on_reloaded(self) -> None:
        if len(self.feed.bars):
            self._build_studies()
            self.fills.ask()
        span = self._size.span.total_seconds()
        self.canvas.view.start_anew(is_intraday=self._size.is_intraday, span=span)
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
            self.canvas.refresh()
        else:
            self.canvas.refresh_newest(old_end - 1)

    @Slot()
    def _on_status_changed(self) -> None:
        feed, words = self.feed, self.canvas.words
        reason = text.one_line(feed.reason, 200)
        words.state = {
            Series.NONE: "No contract chosen.",
            Series.LOADING: "Loading bars…",
            Series.SHOWN: "",
            Series.FAILED: f"No history: {reason}\nChoose the bar size again to retry.",
        }[feed.series]
        words.note = {
            Older.IDLE: "",
            Older.ASKED: "Loading older bars…",
            Older.FAILED: f"No older bars now: {reason}",
            Older.COMPLETE: "Start of history",
        }[feed.older]
        words.note = self.go_to_date.words or words.note
        is_stale = feed.series is Series.SHOWN and not feed.is_live
        words.warning = f"Not updating: {reason}" if is_stale else ""
        self.canvas.update()
