"""The banner: whose money, which account, which link; it cannot be closed or hidden."""

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget
from typing_extensions import override

from workstation.domain.account import Environment, masked
from workstation.domain.finding import TradingState
from workstation.domain.link import LinkState, LinkView
from workstation.ui import text
from workstation.ui.connection_advice import first_steps
from workstation.ui.plain_label import PlainLabel
from workstation.ui.screen_state import ScreenState
from workstation.ui.theme import MODE_COLOURS

SPACING = 14
"""Air between two parts of the banner, in pixels."""

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
        self.mode_label.setObjectName("mode_label")
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
        self.link_label.setMinimumWidth(self._widest_state())
        self.trading_label = PlainLabel("", self)
        self.trading_label.set_tone("loud")
        self.clock_label = PlainLabel("", self)
        self.reconnect_button = QPushButton("Reconnect", self)
        self.reconnect_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.reconnect_button.clicked.connect(self.reconnect_requested)
        self._clock_second: tuple[datetime, float] | None = None
        self._clock_words = ("", "")
        self._clock_tip = ""
        self._note, self._wants_note = "", False
        self._start = "starting"
        self._state: ScreenState | None = None
        self._now: datetime | None = None
        self._mode = ""
        self._lay_out()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def mode(self) -> str:
        """The word that is shown."""
        return self._mode

    def show_state(self, state: ScreenState) -> None:
        """Show everything that changes rarely."""
        self._state, link = state, state.link
        self._show_mode(state)
        account = link.account if link else None
        client = f"   Client {link.client_id}" if link else ""
        self.account_label.show_text(
            f"Account {masked(account) if account else text.ABSENT}{client}",
            f"{account}" if account else "",
        )
        self._show_link(link)
        self._show_trading(link)
        self._fit()

    @Slot(object)
    def show_start(self, words: str) -> None:
        """Show what a start waits for, until the core tells of its link."""
        self._start = words
        if self._state is not None and self._state.link is None:
            self._show_link(None)
            self._fit()

    def show_time(self, now: datetime, offset: float | None) -> None:
        """Show the broker's time, local and in New York; ours until it told. Count down."""
        moment = now + timedelta(seconds=offset or 0.0)
        second = (moment.replace(microsecond=0), -1.0 if offset is None else 0.0)
        if second == self._clock_second:
            return
        self._clock_second, self._now = second, now
        local = f"{text.clock_time(moment)} {text.zone_name(moment)}"
        exchange = text.clock_time(moment, EXCHANGE_ZONE)
        both = f"{local}   {exchange} {text.zone_name(moment, EXCHANGE_ZONE)}"
        self._clock_words = (local, both)
        self._clock_tip = (
            "This computer's time; the broker has not told its own yet."
            if offset is None
            else f"The broker's time, {offset:+.1f} s from this computer's"
        )
        if self._state is not None and self._state.link is not None:
            self._show_link(self._state.link)
        self._fit()

    def set_passive(self, *, passive: bool) -> None:
        """Only be looked at: no button, and no tooltip, which names the account in full."""
        self.reconnect_button.setEnabled(not passive)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, passive)

    def frame_colour(self) -> QColor | None:
        """Return the colour of the frame around the window; only live has one."""
        return QColor(MODE_COLOURS["LIVE"][0]) if "LIVE" in self._mode.split() else None

    @override
    def minimumSizeHint(self) -> QSize:
        """Allow the window to be as narrow as what must always be read."""
        return QSize(self._essential_width(), super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Drop the note first, then the second zone of the clock; never link or account."""
        local, both = self._clock_words
        metrics = self.clock_label.fontMetrics()
        zone = metrics.horizontalAdvance(both) - metrics.horizontalAdvance(local)
        spare = self.width() - self._essential_width()
        has_zone = spare >= zone
        words = self.link_label.fontMetrics().horizontalAdvance(self.link_label.text())
        reason = max(0, words - self.link_label.minimumWidth())
        note = metrics.horizontalAdvance(self._note) + SPACING
        self.note_label.setVisible(self._wants_note and spare >= zone + reason + note)
        self.clock_label.show_text(both if has_zone else local, f"{both}\n{self._clock_tip}")

    def _essential_width(self) -> int:
        """Return what mode, account, link state, trading state and local time need."""
        metrics = self.clock_label.fontMetrics()
        shown = [self.mode_label, self.account_label]
        if not self.trading_label.isHidden():
            shown.append(self.trading_label)
        widths = [label.sizeHint().width() for label in shown]
        widths[0] = max(widths[0], self.mode_label.minimumWidth())
        widths += [self.link_label.minimumWidth(), metrics.horizontalAdvance(self._clock_words[0])]
        if not self.reconnect_button.isHidden():
            widths.append(self.reconnect_button.sizeHint().width())
        return sum(widths) + SPACING * len(widths) + 8

    def _widest_state(self) -> int:
        advance = self.link_label.fontMetrics().horizontalAdvance
        return max(advance(f"{_LINK_MARKS[state][0]} {state.value}: ") for state in LinkState) + 4

    def _lay_out(self) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 8, 0)
        line.setSpacing(SPACING)
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
        looks = (
            f"#mode_label {{ background: {background}; color: {foreground}; padding: 2px 14px; }}"
        )
        if self.mode_label.styleSheet() != looks:  # a palette would be lost with the next theme
            self.mode_label.setStyleSheet(looks)
        note = {
            Environment.SIMULATED: "simulated market, real daily history 2000-2013",
            Environment.PAPER: "no real money",
            Environment.LIVE: "real money" + ("" if state.armed else ", not armed"),
        }
        self._note = note[environment] if environment else ""
        self.note_label.show_text(self._note)
        self._wants_note = state.is_ready or environment is Environment.LIVE

    def _show_link(self, link: LinkView | None) -> None:
        state = link.state if link else LinkState.DISCONNECTED
        mark, tone = _LINK_MARKS[state]
        reason = "; ".join(part for part in (self._reason(link), self._next_attempt(link)) if part)
        where = " (standby)" if link is not None and link.is_standby else ""
        words = f"{mark} {state.value}{where}" + (f": {reason}" if reason else "")
        tip = words
        if link is not None and link.host:
            tip += f"\n{link.host}:{link.port}, server version {link.server_version or '?'}"
            tip += f"\nSince {text.full_time(link.since)}"
            tip += f"\n{text.one_line(link.next_step)}" if link.next_step else ""
            is_new = self._state is not None and not self._state.was_ready
            tip += f"\n{first_steps(link)[1]}" if is_new and state is not LinkState.READY else ""
        self.link_label.show_text(words, tip)
        self.link_label.set_tone(tone)
        self.reconnect_button.setVisible(state is LinkState.DISCONNECTED)

    def _reason(self, link: LinkView | None) -> str:
        if link is None:
            return self._start
        silent = "nothing heard from the broker" if link.is_silent and not link.reason else ""
        step = ""
        if link.state is LinkState.DISCONNECTED and self._state and not self._state.was_ready:
            step = first_steps(link)[0]
        parts = (text.one_line(link.reason), silent, step)
        return ". ".join(part for part in parts if part)

    def _next_attempt(self, link: LinkView | None) -> str:
        if link is None or link.retry_at is None or link.state is not LinkState.DISCONNECTED:
            return ""
        left = (link.retry_at - (self._now or link.since)).total_seconds()
        return f"next attempt in {max(0, math.ceil(left))} s"

    def _show_trading(self, link: LinkView | None) -> None:
        loud = link is not None and link.trading_state is not TradingState.ACTIVE
        self.trading_label.setVisible(loud)
        if link is not None and loud:
            self.trading_label.show_text(f"TRADING {link.trading_state.value}", link.trading_reason)
