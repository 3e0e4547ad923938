"""Short messages on what happened to orders, in a corner of the window, and a sound with each."""

from collections import deque
from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QMenu, QVBoxLayout, QWidget
from typing_extensions import override

from workstation.domain.order_status import OrderView
from workstation.ui.order_events import Happened, OrderEvents, OrderHappening
from workstation.ui.plain_label import PlainLabel
from workstation.ui.screen_state import ScreenState

SHOWN_MS = 6_000
MOST_SHOWN = 4
QUIET_MS = 300
"""Sounds follow each other no faster; of what happens meanwhile the most urgent is heard."""

WIDTH = 380
MARGIN = 10

_TONES = {
    OrderHappening.REJECTED: "error",
    OrderHappening.FILLED: "good",
    OrderHappening.CANCELLED: "warning",
    OrderHappening.SENT: "",
}


class Toasts(QFrame):
    """Shows the newest messages above all else; clicks and keys go to what lies below."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setObjectName("toasts")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedWidth(WIDTH)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(10, 7, 10, 7)
        column.setSpacing(3)
        self.lines = [(PlainLabel("", self), PlainLabel("", self, wrap=True)) for _ in range(4)]
        self.more_label = PlainLabel("", self)
        self.more_label.set_tone("muted")
        for title, reason in self.lines:
            reason.set_tone("muted")
            column.addWidget(title)
            column.addWidget(reason)
        column.addWidget(self.more_label)
        self._shown: deque[tuple[str, str, str]] = deque()
        self._hide = QTimer(self)
        self._hide.setSingleShot(True)
        self._hide.setInterval(SHOWN_MS)
        self._hide.timeout.connect(self.clear)
        window.installEventFilter(self)
        self.hide()

    def add(self, title: str, reason: str, tone: str) -> None:
        """Show one more message; the newest stands at the top."""
        self._shown.appendleft((title, reason, tone))
        self._show()
        self._hide.start()

    @Slot()
    def clear(self) -> None:
        """Show nothing any more."""
        self._hide.stop()
        self._shown.clear()
        self.hide()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner of the window."""
        if event.type() is QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def _show(self) -> None:
        shown = list(self._shown)[:MOST_SHOWN]
        for place, (title_label, reason_label) in enumerate(self.lines):
            is_used = place < len(shown)
            title, reason, tone = shown[place] if is_used else ("", "", "")
            title_label.show_text(title)
            title_label.set_tone(tone)
            title_label.setVisible(is_used)
            reason_label.show_text(reason)
            reason_label.setVisible(bool(reason))
        more = len(self._shown) - len(shown)
        self.more_label.show_text(f"and {more} more: see Orders")
        self.more_label.setVisible(more > 0)
        self.show()
        self._place()

    def _place(self) -> None:
        window = self._window
        self.setFixedHeight(self._column.totalHeightForWidth(WIDTH))
        below = 26  # the status bar stays free
        self.move(MARGIN, window.height() - self.height() - below)  # never over the ticket's button
        self.raise_()


class OrderNotices(QObject):
    """Tells what happens to orders, as the user wants it: shown, heard, both or neither."""

    sound_wanted = Signal(object)
    """OrderHappening to be heard."""

    def __init__(self, state: ScreenState, menu: QMenu, window: QWidget) -> None:
        super().__init__(window)
        self._state = state
        self._events = OrderEvents()
        self.toasts = Toasts(window)
        self.show_action = self._switch(menu, "Messages on &orders")
        self.sound_action = self._switch(menu, "&Sounds of orders")
        self._is_covered = False
        self._loudest: OrderHappening | None = None
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET_MS)
        self._quiet.timeout.connect(self._on_quiet_over)

    def kept(self) -> dict[str, object]:
        """Return the user's choice as plain values."""
        return {"shown": self.show_action.isChecked(), "heard": self.sound_action.isChecked()}

    def restore(self, kept: object) -> None:
        """Take kept() back; what is not understood leaves the switch as it is."""
        if isinstance(kept, dict):
            for name, action in (("shown", self.show_action), ("heard", self.sound_action)):
                if isinstance(kept.get(name), bool):
                    action.setChecked(kept[name])

    @Slot(object)
    def set_covered(self, covered: bool) -> None:  # noqa: FBT001 -- the value of a signal
        """Show nothing above the cover of a locked window; sounds go on."""
        self._is_covered = covered
        if covered:
            self.toasts.clear()

    @Slot(object)
    def take(self, orders: Iterable[OrderView]) -> None:
        """Tell what happened to orders; what was there before the first comparison is no news."""
        for each in self._events.take(orders, is_news=self._state.was_ready):
            if self.show_action.isChecked() and not self._is_covered:
                title = each.title(self._state.ladder(each.order.con_id))
                self.toasts.add(title, each.reason, _TONES[each.what])
            self._hear(each)

    def _hear(self, each: Happened) -> None:
        if not self.sound_action.isChecked():
            return
        if not self._quiet.isActive():
            self.sound_wanted.emit(each.what)
            self._quiet.start()
        elif self._loudest is None or _urgency(each.what) < _urgency(self._loudest):
            self._loudest = each.what

    @Slot()
    def _on_quiet_over(self) -> None:
        waiting, self._loudest = self._loudest, None
        if waiting is not None:
            self.sound_wanted.emit(waiting)
            self._quiet.start()

    @staticmethod
    def _switch(menu: QMenu, words: str) -> QAction:
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(True)
        return action


def _urgency(what: OrderHappening) -> int:
    return tuple(OrderHappening).index(what)
