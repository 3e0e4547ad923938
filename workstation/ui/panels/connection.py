"""The connection: how it stands and why, what follows, the data farms, and what is in use."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from workstation.domain.account import Environment
from workstation.domain.broker_hours import next_log_in, next_window
from workstation.domain.farm import FarmsView
from workstation.domain.link import LinkState, LinkView
from workstation.domain.subscription import DataUse
from workstation.ui import text
from workstation.ui.connection_advice import first_steps
from workstation.ui.live_panel import LivePanel
from workstation.ui.models.connection import FarmsModel, UsesModel
from workstation.ui.plain_label import PlainLabel
from workstation.ui.table_view import TableView

TONES = {
    LinkState.READY: "good",
    LinkState.DEGRADED: "warning",
    LinkState.SYNCING: "warning",
    LinkState.CONNECTING: "warning",
    LinkState.DISCONNECTED: "error",
}
SIDE_WIDTH = 256


class ConnectionPanel(LivePanel):
    """Shows the state of the link with its cause and next step; asks for nothing."""

    def __init__(self, clock: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._link: LinkView | None = None
        self.farms = FarmsModel(self)
        self.uses = UsesModel(self)
        none_yet = "TWS has named no data farm yet"
        self.table = TableView(self.farms, none_yet, self, is_arranged=False)
        self.use_table = TableView(self.uses, "No session yet", self, is_arranged=False)
        self.state_label = PlainLabel("", self)
        font = self.state_label.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        font.setBold(True)
        self.state_label.setFont(font)
        self.reason_label = PlainLabel("", self, wrap=True)
        self.step_label = PlainLabel("", self, wrap=True)
        self.since_label = PlainLabel("", self)
        self.hours_label = PlainLabel("", self, wrap=True)
        for label in (self.since_label, self.hours_label):
            label.set_tone("muted")
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._on_second)
        self._lay_out()
        self.show_link(None)

    def _lay_out(self) -> None:
        side = QWidget(self)
        side.setFixedWidth(SIDE_WIDTH)
        left = QVBoxLayout(side)
        left.setContentsMargins(8, 4, 8, 4)
        left.setSpacing(4)
        for label in (self.state_label, self.reason_label, self.step_label, self.since_label):
            left.addWidget(label)
        left.addStretch(1)
        left.addWidget(self.hours_label)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(side)
        line.addWidget(self.table, 1)
        line.addWidget(self.use_table, 1)

    @Slot(object)
    def show_farms(self, view: FarmsView) -> None:
        """Show the farms of this session."""
        self.farms.show_farms(view.farms)

    @Slot(object)
    def show_use(self, use: DataUse) -> None:
        """Show the use of the limits."""
        self.uses.show_use(use)

    def show_link(self, link: LinkView | None) -> None:
        """Show how the link stands."""
        self._link = link
        state = link.state if link else LinkState.DISCONNECTED
        self.state_label.show_text(state.value)
        self.state_label.set_tone(TONES[state])
        reason, step = ("The program is starting.", "")
        if link is not None:
            reason = text.one_line(link.reason) or self._in_order(link)
            step = text.one_line(link.next_step)
            if state is LinkState.DISCONNECTED and (advice := first_steps(link)[1]):
                step = f"{advice} {step}".strip()
        self.reason_label.show_text(reason[:1].upper() + reason[1:], reason)
        self.step_label.show_text(step, step)
        self._show_times()

    @override
    def seen_changed(self, *, is_seen: bool) -> None:
        """Count down only while somebody looks."""
        if is_seen:
            self._show_times()
            self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def _on_second(self) -> None:
        self._show_times()

    def _in_order(self, link: LinkView) -> str:
        return "orders and data flow." if link.state is LinkState.READY else ""

    def _show_times(self) -> None:
        link, now = self._link, self._clock()
        if link is None:
            return
        since = f"Since {text.clock_time(link.since)}"
        if link.retry_at is not None and link.state is LinkState.DISCONNECTED:
            left = max((link.retry_at - now).total_seconds(), 0.0)
            since += f", next attempt in {text.time_left(left)}"
        self.since_label.show_text(since)
        self.hours_label.show_text(self._hours(link, now))

    def _hours(self, link: LinkView, now: datetime) -> str:
        """Explain when the broker is away; a simulated one never is."""
        if link.environment is Environment.SIMULATED:
            return ""
        window = next_window(now)
        if window.begins <= now:
            left = text.time_left((window.ends - now).total_seconds())
            first = f"Now: {window.text}, over in {left}. Links may break meanwhile; do not trade."
        else:
            left = text.time_left((window.begins - now).total_seconds())
            first = f"In {left}: {window.text}."
        left = text.time_left((next_log_in(now) - now).total_seconds())
        second = (
            f"TWS restarts once a day by itself, and wants you to log in again on Sunday, "
            f"1:00 New York, in {left}."
        )
        return f"{first} {second}"
