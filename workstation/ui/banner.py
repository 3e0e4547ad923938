"""The banner: whose money, which account, which link; it cannot be closed or hidden."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from workstation.domain.account import Environment, masked
from workstation.domain.finding import TradingState
from workstation.domain.link import LinkState, LinkView
from workstation.ui import text
from workstation.ui.plain_label import PlainLabel
from workstation.ui.screen_state import ScreenState
from workstation.ui.theme import MODE_COLOURS

EXCHANGE_ZONE = ZoneInfo("America/New_York")
"""The zone of the second clock."""

_LINK_MARKS = {
    LinkState.READY: ("●", "good"),
    LinkState.DEGRADED: ("◐", "warning"),
    LinkState.SYNCING: ("◌", "warning"),
    LinkState.CONNECTING: ("◌", "warning"),
    LinkState.DISCONNECTED: ("○", "error"),
}


class Banner(QWidget):
    """Shows the mode, the account, the link, the trading state and the time."""

    reconnect_requested = Signal()
    """Try the broker at once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mode_label = PlainLabel("", self)
        self.mode_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.mode_label.setAutoFillBackground(True)
        self.mode_label.setContentsMargins(14, 2, 14, 2)
        font = self.mode_label.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setBold(True)
        self.mode_label.setFont(font)
        self.mode_label.setMinimumWidth(self.mode_label.fontMetrics().horizontalAdvance("W" * 11))
        self.note_label = PlainLabel("", self)
        self.note_label.set_tone("muted")
        self.account_label = PlainLabel("", self)
        self.link_label = PlainLabel("", self)
        self.link_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.trading_label = PlainLabel("", self)
        self.trading_label.set_tone("loud")
        self.clock_label = PlainLabel("", self)
        self.reconnect_button = QPushButton("Reconnect", self)
        self.reconnect_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.reconnect_button.clicked.connect(self.reconnect_requested)
        self._clock_second: tuple[datetime, float] | None = None
        self._mode = ""
        self._lay_out()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def mode(self) -> str:
        """The word that is shown."""
        return self._mode

    def show_state(self, state: ScreenState) -> None:
        """Show everything that changes rarely."""
        link = state.link
        self._show_mode(state)
        account = link.account if link else None
        client = f"   Client {link.client_id}" if link else ""
        self.account_label.show_text(
            f"Account {masked(account) if account else text.ABSENT}{client}",
            f"{account}" if account else "",
        )
        self._show_link(link)
        self._show_trading(link)

    def show_time(self, now: datetime, offset: float | None) -> None:
        """Show the broker's time, local and in New York; ours until it told."""
        moment = now + timedelta(seconds=offset or 0.0)
        second = (moment.replace(microsecond=0), -1.0 if offset is None else 0.0)
        if second == self._clock_second:
            return
        self._clock_second = second
        local = f"{text.clock_time(moment)} {text.zone_name(moment)}"
        exchange = text.clock_time(moment, EXCHANGE_ZONE)
        self.clock_label.show_text(
            f"{local}   {exchange} {text.zone_name(moment, EXCHANGE_ZONE)}",
            "This computer's time; the broker has not told its own yet."
            if offset is None
            else f"The broker's time, {offset:+.1f} s from this computer's",
        )

    def frame_colour(self) -> QColor | None:
        """Return the colour of the frame around the window; only live has one."""
        return QColor(MODE_COLOURS["LIVE"][0]) if "LIVE" in self._mode.split() else None

    def _lay_out(self) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 8, 0)
        line.setSpacing(14)
        line.addWidget(self.mode_label)
        line.addWidget(self.note_label)
        line.addWidget(self.account_label)
        line.addWidget(self.link_label, 1)
        line.addWidget(self.trading_label)
        line.addWidget(self.reconnect_button)
        line.addWidget(self.clock_label)

    def _show_mode(self, state: ScreenState) -> None:
        environment = state.link.environment if state.link else None
        if environment is None and state.account is not None:
            environment = Environment.LIVE
        world = environment.value if environment else "NO ACCOUNT"
        mode = world
        if state.is_read_only:
            mode = "READ-ONLY" if environment is None else f"{world} READ-ONLY"
        self._mode = mode
        self.mode_label.show_text(mode)
        background, foreground = MODE_COLOURS["READ-ONLY" if mode == "READ-ONLY" else world]
        palette = self.mode_label.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(background))
        palette.setColor(QPalette.ColorRole.WindowText, QColor(foreground))
        self.mode_label.setPalette(palette)
        note = {
            Environment.SIMULATED: "simulated market, real daily history 2000-2013",
            Environment.PAPER: "no real money",
            Environment.LIVE: "real money" + ("" if state.armed else ", not armed"),
        }
        self.note_label.show_text(note[environment] if environment else "")
        room_is_needed = not state.is_ready and environment is not Environment.LIVE
        self.note_label.setVisible(not room_is_needed)

    def _show_link(self, link: LinkView | None) -> None:
        state = link.state if link else LinkState.DISCONNECTED
        mark, tone = _LINK_MARKS[state]
        reason = text.one_line(link.reason) if link else "starting"
        words = f"{mark} {state.value}" + (f": {reason}" if reason else "")
        tip = words
        if link is not None and link.host:
            tip += f"\n{link.host}:{link.port}, server version {link.server_version or '?'}"
            tip += f"\nSince {text.full_time(link.since)}"
        self.link_label.show_text(words, tip)
        self.link_label.set_tone(tone)
        self.reconnect_button.setVisible(state is LinkState.DISCONNECTED)

    def _show_trading(self, link: LinkView | None) -> None:
        loud = link is not None and link.trading_state is not TradingState.ACTIVE
        self.trading_label.setVisible(loud)
        if link is not None and loud:
            self.trading_label.show_text(f"TRADING {link.trading_state.value}", link.trading_reason)
