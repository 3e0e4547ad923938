"""Locks the window, by hand or when nobody has touched it for a while (Z5)."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QTabBar
from typing_extensions import override

from workstation.domain.account import masked
from workstation.domain.notice import Notice, Severity
from workstation.ui.actions import Menus
from workstation.ui.banner import Banner
from workstation.ui.dialogs.app_lock import AppLockDialog
from workstation.ui.docks import Docks
from workstation.ui.lock_cover import LockCover
from workstation.ui.messages import Messages
from workstation.ui.ordering import Ordering
from workstation.ui.screen_state import ScreenState
from workstation.ui.trading_controls import TradingControls

CHECK_MS = 1000
MOST_WAIT_SECONDS = 30
_TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


class LockKeeper(Protocol):
    """Knows after how long the window locks, and whether a PIN is right."""

    @property
    def idle_minutes(self) -> int:
        """After how many minutes without a touch the window locks; 0 for never."""
        ...

    @property
    def has_pin(self) -> bool:
        """Whether unlocking takes a PIN."""
        ...

    @property
    def file(self) -> str:
        """The file that holds the PIN: who takes it away takes the PIN away."""
        ...

    def check(self, pin: str, answer: Callable[[bool], None]) -> None:
        """Tell later, on the GUI thread, whether this is the PIN."""
        ...

    def save(self, minutes: int, pin: str | None, answer: Callable[[str], None]) -> None:
        """Keep it; a PIN of None leaves the one there is. The answer is "" or what went wrong."""
        ...


class Host(Protocol):
    """What a lock needs of the window."""

    docks: Docks
    ordering: Ordering
    controls: TradingControls
    messages: Messages
    state: ScreenState


class AppLock(QObject):
    """Disarms, covers the figures and takes no key but its own. GUI thread.

    What stops trading is on the cover itself: a lock must never stand between a trader and
    the door. Nothing else of the window answers, Reconnect neither: a lost link is tried again
    by itself. Only the input of the windows is watched, never every event of the program.
    """

    covered_changed = Signal(object)
    """Whether the window is covered now: bool."""

    def __init__(self, host: Host, menus: Menus, window: QMainWindow) -> None:
        super().__init__(window)
        self._host, self._menus, self._window = host, menus, window
        self._keeper: LockKeeper | None = None
        self._floating: list[str] = []
        self._wrong = 0
        self._watched: set[QWindow] = set()
        self.cover = LockCover(window)
        self.cover.hide()
        self.dialog: AppLockDialog | None = None
        self.is_locked = False
        self._untouched = QElapsedTimer()
        self._untouched.start()
        self._timer = QTimer(self)
        self._timer.setInterval(CHECK_MS)
        self._timer.timeout.connect(self._on_second)
        self.cover.unlock_requested.connect(self._on_unlock)
        self.cover.stop_requested.connect(host.controls.stop_entries)
        self.cover.cancel_requested.connect(host.ordering.cancel_all)
        self.cover.flatten_requested.connect(self._on_flatten)
        host.messages.notice_arrived.connect(self._on_notice)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._on_focus_window)

    def use_keeper(self, keeper: LockKeeper) -> None:
        """Lock as this says from now on."""
        self._keeper = keeper
        self.settings_changed()

    @Slot()
    def ask(self) -> None:
        """Ask after how long to lock, and for a PIN."""
        keeper = self._keeper
        minutes = 0 if keeper is None else keeper.idle_minutes
        has_pin = keeper is not None and keeper.has_pin
        self.dialog = AppLockDialog(minutes, has_pin=has_pin, parent=self._window)
        self.dialog.chosen.connect(self._on_chosen)
        self.dialog.open()

    @Slot(object)
    def _on_chosen(self, chosen: tuple[int, str | None]) -> None:
        if self._keeper is not None:
            self._keeper.save(*chosen, self._take_saved)

    def _take_saved(self, fault: str) -> None:
        if fault:
            self._host.ordering.failed.emit(("The lock of the window", fault))
        self.settings_changed()

    @Slot()
    def settings_changed(self) -> None:
        """Take the time without a touch anew."""
        self._untouched.start()
        wants = self._keeper is not None and self._keeper.idle_minutes > 0
        if wants or self.is_locked:
            self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def lock(self) -> None:
        """Lock now."""
        if self.is_locked:
            return
        self.is_locked, self._wrong = True, 0
        if not self._host.state.is_read_only:
            self._host.ordering.arm(False)
        self._floating = []
        self._clear_above()
        self._enable(enabled=False)
        state = self._host.state
        has_pin = self._keeper is not None and self._keeper.has_pin
        account = masked(state.account) if state.account else ""
        self._place()
        self.cover.show()
        self.cover.raise_()
        file = self._keeper.file if self._keeper is not None and has_pin else ""
        self.cover.begin(pin_file=file, account=account, can_send=not state.is_read_only)
        self.covered_changed.emit(True)
        self._timer.start()

    def _unlock(self) -> None:
        self.is_locked = False
        self.cover.hide()
        self._enable(enabled=True)
        for name in self._floating:
            self._host.docks.by_name[name].show()
        self._floating = []
        self.covered_changed.emit(False)
        self.settings_changed()

    def _clear_above(self) -> bool:
        """Close what would stand above the cover, as Escape would; True where it was a question.

        Docks that float are only hidden, and come back.
        """
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()  # an open menu
        for name, dock in self._host.docks.by_name.items():
            if dock.isFloating() and dock.isVisible():
                self._floating.append(name)
                dock.hide()
        questions = [
            each
            for each in QApplication.topLevelWidgets()
            if isinstance(each, QDialog) and each.isVisible()
        ]
        for dialog in questions:
            dialog.reject()
        return bool(questions)

    @Slot()
    def _on_focus_window(self) -> None:
        """Close what has come while the window is locked: it would stand above the cover."""
        if self.is_locked and self._clear_above():
            self.cover.alarm_words.show_text("A question came and was closed: nothing was sent.")

    def _enable(self, *, enabled: bool) -> None:
        """Switch everything behind the cover: a disabled widget takes no key either."""
        self._menus.bar.setEnabled(enabled)
        for menu in self._menus.bar.actions():
            menu.setEnabled(enabled)  # where the desktop shows the menus it knows no bar
        banner = self._banner()
        if banner is not None:
            banner.set_passive(passive=not enabled)
        for dock in self._host.docks.by_name.values():
            dock.setEnabled(enabled)
        self._window.statusBar().setEnabled(enabled)
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        for tabs in self._window.findChildren(QTabBar, options=direct):  # of docks in one place
            tabs.setEnabled(enabled)

    def _banner(self) -> Banner | None:
        top = self._menus.bar.parentWidget()
        return None if top is None else top.findChild(Banner)

    def _place(self) -> None:
        """Cover all but the line that says which account and world this is."""
        banner = self._banner()
        below = 0 if banner is None else banner.geometry().bottom() + 1
        self.cover.setGeometry(self._window.rect().adjusted(0, below, 0, 0))

    @Slot()
    def _on_second(self) -> None:
        if self.is_locked:
            self._place()  # the window may have another size
            self.cover.raise_()
            self._on_focus_window()
            return
        for window in QGuiApplication.topLevelWindows():
            if window not in self._watched:
                self._watched.add(window)
                window.destroyed.connect(self._on_destroyed)
                window.installEventFilter(self)
        minutes = 0 if self._keeper is None else self._keeper.idle_minutes
        if minutes and self._untouched.hasExpired(minutes * 60_000):
            self.lock()

    @Slot(QObject)
    def _on_destroyed(self, _window: QObject) -> None:
        alive = set(QGuiApplication.topLevelWindows())
        self._watched &= alive

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note that somebody is there; nothing is taken away."""
        if event.type() in _TOUCHES:
            self._untouched.start()
        return False

    @Slot(object)
    def _on_unlock(self, pin: str) -> None:
        if self._keeper is None or not self._keeper.has_pin:
            self._unlock()
            return
        self.cover.wait(waiting=True)
        self._keeper.check(pin, self._take_check)

    def _take_check(self, is_right: bool) -> None:  # noqa: FBT001 -- the answer of a check
        if is_right:
            self.cover.wait(waiting=False)
            self._unlock()
            return
        self._wrong += 1
        seconds = min(2 ** (self._wrong - 1), MOST_WAIT_SECONDS)
        self.cover.say(f"That is not the PIN. Another try in {seconds} s.", "error")
        QTimer.singleShot(seconds * 1000, self, self._on_waited)

    @Slot()
    def _on_waited(self) -> None:
        self.cover.wait(waiting=False)

    @Slot()
    def _on_flatten(self) -> None:
        if self._host.state.account is not None:
            self._host.ordering.flatten(self._host.state.account)

    @Slot(object)
    def _on_notice(self, notice: Notice) -> None:
        if self.is_locked and notice.severity is Severity.ALARM:
            self.cover.alarm_words.show_text("An alarm has come: unlock to read it.")
