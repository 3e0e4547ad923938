"""Bar replay of one chart: hides the future, shows it bar by bar, and trades it in practice."""

from decimal import Decimal
from functools import cached_property

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from workstation.domain.order import Side
from workstation.matching.practice_summary import Money
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_data import ChartData
from workstation.ui.chart.drawings import DrawingBook
from workstation.ui.chart.replay.practice_desk import PracticeDesk
from workstation.ui.chart.replay.practice_keeping import PracticeKeeping
from workstation.ui.chart.replay.practice_menu import PracticeMenu
from workstation.ui.chart.replay.practice_record import PracticeRecord
from workstation.ui.chart.replay.practice_tool import PracticeTool
from workstation.ui.chart.replay.start_tool import StartTool
from workstation.ui.chart.replay.strip import ReplayStrip


class BarReplay(QObject):
    """Joins the record, the practice desk, their tools and the strip. GUI thread.

    It sends nothing anywhere: it is given no way to.
    """

    switched = Signal()
    """A replay began or ended: real orders, quotes and fills leave the chart, or come back."""

    def __init__(
        self, canvas: ChartCanvas, data: ChartData, drawings: DrawingBook, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._canvas, self._view, self._data, self._drawings = canvas, canvas.view, data, drawings
        self.holder = QWidget(parent)
        """Where the strip stands; hidden without a replay."""

        self._column = QVBoxLayout(self.holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.holder.hide()
        self.desk = PracticeDesk(canvas.view, self)
        self.start_tool = StartTool(canvas, self.begin)
        self.tool = PracticeTool(canvas, self.desk, self)
        canvas.tools += [self.tool, self.start_tool]
        self.keeping = PracticeKeeping(data, self.desk, self)
        self.keeping.ready.connect(self._on_resumed)
        self.menu = PracticeMenu(self.keeping, self.desk, self)
        self._began_at = 0
        self._later: dict[int, float] = {}
        self.button = QToolButton(parent)
        self.button.setText("Replay")
        self.button.setToolTip("Hide the bars after one you choose, and practise on what follows")
        self.button.setAutoRaise(True)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.button.setMenu(self.menu.menu_for(self.button))
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._beat = QTimer(self)
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self.button.clicked.connect(self._on_button)
        self._beat.timeout.connect(self.step)
        self.desk.changed.connect(self._on_account)
        data.replay_ended.connect(self._on_ended)

    @cached_property
    def strip(self) -> ReplayStrip:
        """The controls; made with the first replay, since most charts never have one."""
        strip = ReplayStrip(self.holder)
        self._column.addWidget(strip)
        strip.play_requested.connect(self.toggle)
        strip.step_requested.connect(self.step)
        strip.restart_requested.connect(self._on_restart)
        strip.stop_requested.connect(self.end)
        strip.speed_chosen.connect(self._on_speed)
        strip.market_requested.connect(self._on_market)
        strip.price_requested.connect(self._on_price)
        strip.flat_requested.connect(self.desk.flatten)
        strip.account_wanted.connect(self._on_account)
        strip.fee_requested.connect(self.menu.ask_fee)
        return strip

    @property
    def is_on(self) -> bool:
        """Whether bars are being replayed."""
        return self._data.is_replaying

    @property
    def is_playing(self) -> bool:
        """Whether bars come by themselves."""
        return self._beat.isActive()

    # -- beginning and ending -----------------------------------------------------------------

    def choose(self) -> None:
        """Let the user choose the last bar to be seen at first."""
        if not self.is_on and len(self._view.bars) > 1:
            self.start_tool.begin()

    def begin(self, index: int) -> None:
        """Hide every bar after this one."""
        if self.is_on or not self._view.bars.first <= index < self._view.bars.end - 1:
            return
        self._data.begin_replay(index + 1 - self._view.bars.first)
        self._start_over()
        self.holder.show()
        self.switched.emit()

    def _start_over(self) -> None:
        self._began_at = self._data.replay.shown
        self.desk.begin(self._data.details, self._view.ladder, self.keeping.fee)
        self.keeping.begin()
        self._show_started()

    def _show_started(self) -> None:
        self._later = {d.number: max(p.seconds for p in d.points) for d in self._drawings.all}
        is_of_shares = self._data.sec_type in {"STK", "CFD"}
        quantity = 20_000 if self._data.sec_type == "CASH" else 100 if is_of_shares else 1
        self.strip.suggest(self.desk.usual_range(), quantity)
        self._after_step()

    @Slot(object)
    def _on_resumed(self, found: tuple[str, PracticeRecord]) -> None:
        """Go on with a kept session: its bars are on the chart."""
        name, record = found
        times = self._view.bars.times
        shown, began = (
            int(np.searchsorted(times, moment, side="right"))
            for moment in (record.moment, record.began)
        )
        self._data.begin_replay(max(1, shown))
        self._began_at = max(1, began)
        terms = Money(record.tick, record.per_point)
        self.desk.go_on(terms, record.fee, record.currency, record.standing)
        self.keeping.begin(name, record.began)
        self._show_started()
        self.holder.show()
        self.switched.emit()

    @Slot()
    def end(self) -> None:
        """Show the live chart again; what was practised is kept, and can be gone on with."""
        if self.is_on:
            self._data.end_replay()

    @Slot()
    def _on_ended(self) -> None:
        """Clean up, whoever ended it: the strip, or another contract or size."""
        self._beat.stop()
        self.keeping.end()
        self.tool.drop()
        self._later.clear()
        self._view.veiled = frozenset()
        self.desk.end()
        self.holder.hide()
        self.button.setEnabled(True)
        self.switched.emit()

    @Slot()
    def _on_button(self) -> None:
        if self.is_on:
            self.end()
        elif not self.start_tool.drop():
            self.choose()

    @Slot()
    def _on_restart(self) -> None:
        if self.is_on:
            self._beat.stop()
            self.keeping.end()
            self._data.restart_replay(self._began_at)
            self._start_over()

    # -- time ---------------------------------------------------------------------------------

    @Slot()
    def step(self) -> None:
        """Show the next bar and let the practice orders meet it."""
        if not self.is_on:
            return
        if not self._view_is_seen():
            self._beat.stop()
        elif self._data.replay.step():
            self.keeping.moved()
            self.desk.take_bar()
        if not self._data.replay.has_more:
            self._beat.stop()
        self._after_step()

    def _view_is_seen(self) -> bool:
        return self._canvas.isVisible() or not self.is_playing

    @Slot()
    def toggle(self) -> None:
        """Play or pause."""
        if self.is_playing:
            self._beat.stop()
        elif self.is_on and self._data.replay.has_more:
            self._beat.start(round(1000 / self.strip.speed))
        self._show_place()

    @Slot()
    def _on_speed(self) -> None:
        if self.is_playing:
            self._beat.start(round(1000 / self.strip.speed))

    def _after_step(self) -> None:
        """Unveil drawings whose time has come, and tell where we are."""
        newest = self._view.bars.time(self._view.bars.end - 1)
        self._view.veiled = frozenset(n for n, at in self._later.items() if at > newest)
        self._show_place()
        self._canvas.update()

    def _show_place(self) -> None:
        feed = self._data.replay
        words = f"bar {feed.shown} of {feed.count}"
        if not feed.has_more:
            words += " · the record ends here"
        self.strip.show_place(words, is_playing=self.is_playing, has_more=feed.has_more)

    # -- practice -----------------------------------------------------------------------------

    def place(self, *, buys: bool, price: Decimal) -> None:
        """Place a practice order at a price, with what the strip says."""
        size, exits = self.strip.quantity_box.value(), self.strip.exits
        self.desk.submit(buys=buys, size=size, price=price, exits=exits)

    @Slot(object)
    def _on_market(self, buys: object) -> None:
        size, exits = self.strip.quantity_box.value(), self.strip.exits
        self.desk.submit(buys=buys is True, size=size, exits=exits)

    @Slot(object)
    def _on_price(self, buys: object) -> None:
        self.tool.choose(Side.BUY if buys is True else Side.SELL)

    @Slot()
    def _on_account(self) -> None:
        self.strip.show_account(self.desk, self._view.ladder)
        self._canvas.update()
