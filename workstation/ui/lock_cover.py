"""What covers the window while it is locked: the way back, and the three ways to stop."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from workstation.ui import text
from workstation.ui.hold_button import HoldButton
from workstation.ui.plain_label import PlainLabel

_WIDTH, _TALL = 420, 36
_MARGINS = 24
_MAY_BREAK = "\N{ZERO WIDTH SPACE}"


def forgotten_words(file: str) -> str:
    """Say what to do about a forgotten PIN, with the place of its file; long paths break."""
    path = "".join(f"{each}{_MAY_BREAK}" if each in "/\\" else each for each in file)
    return (
        "Forgotten the PIN? Close the program (while orders work only the system can end it), delete "
        "the file that keeps it, start again. Orders, journal and limits stay as they are; only "
        f"this lock is gone. The file: {path}"
    )


class LockCover(QWidget):
    """Hides the figures behind it. Asks; whoever locks decides."""

    unlock_requested = Signal(object)
    """The PIN that was typed, "" where none is needed: str."""

    stop_requested = Signal()
    """No more entries."""

    cancel_requested = Signal()
    """Cancel the orders of this client; what protects a position stays."""

    flatten_requested = Signal()
    """Close every position of the account."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("lock_cover")
        self.setAutoFillBackground(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title = PlainLabel("The window is locked", self)
        self.title.set_tone("loud")
        self.words = PlainLabel("", self, wrap=True)
        self.alarm_words = PlainLabel("", self, wrap=True)
        self.alarm_words.set_tone("error")
        self.forgotten = PlainLabel("", self, wrap=True)
        self.forgotten.set_tone("muted")
        self.pin_edit = QLineEdit(self)
        self.pin_edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.pin_edit.setPlaceholderText("PIN")
        self.pin_edit.setAccessibleName("PIN that unlocks the window")
        self.pin_edit.returnPressed.connect(self._on_unlock)
        self.unlock_button = QPushButton("Unlock", self)
        self.unlock_button.setAutoDefault(True)
        self.unlock_button.clicked.connect(self._on_unlock)
        self.stop_button = QPushButton("Stop entries", self)
        self.stop_button.clicked.connect(self.stop_requested)
        self.cancel_button = QPushButton("Cancel all orders", self)
        self.cancel_button.setToolTip(text.tooltip("What protects a position stays"))
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.flatten_button = HoldButton("Hold 1 s: FLATTEN", self)
        self.flatten_button.setObjectName("flatten")
        self.flatten_button.held.connect(self.flatten_requested)
        self._bind_keys()
        self.flatten_button.setMinimumHeight(_TALL)
        self.words.ensurePolished()
        self.words.setMinimumHeight(3 * self.words.fontMetrics().lineSpacing())
        self._lay_out()

    def _bind_keys(self) -> None:
        for keys, button in (
            ("Ctrl+Shift+E", self.stop_button),
            ("Ctrl+Shift+X", self.cancel_button),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(button.click)
        shortcut = QShortcut(QKeySequence("Ctrl+Shift+F"), self)
        shortcut.activated.connect(self.flatten_button.setFocus)

    def _lay_out(self) -> None:
        box = QWidget(self)
        box.setFixedWidth(_WIDTH)
        column = QVBoxLayout(box)
        column.setSpacing(10)
        line = QHBoxLayout()
        line.addWidget(self.pin_edit, 1)
        line.addWidget(self.unlock_button)
        for widget in (self.title, self.words, self.alarm_words):
            column.addWidget(widget)
        column.addLayout(line)
        column.addWidget(self.forgotten)
        column.addSpacing(24)
        self.still = PlainLabel("Always there, locked or not:", box)
        self.still.set_tone("muted")
        column.addWidget(self.still)
        for button in (self.stop_button, self.cancel_button, self.flatten_button):
            column.addWidget(button)
        whole = QVBoxLayout(self)
        whole.addStretch(1)
        whole.addWidget(box, 0, Qt.AlignmentFlag.AlignHCenter)
        whole.addStretch(2)

    def begin(self, *, pin_file: str, account: str, can_send: bool) -> None:
        """Stand before the window anew; `pin_file` is where the PIN is kept, "" without one."""
        has_pin = bool(pin_file)
        self.forgotten.setVisible(has_pin)
        self.forgotten.show_text(forgotten_words(pin_file))
        self.forgotten.ensurePolished()
        self.forgotten.setMinimumHeight(self.forgotten.heightForWidth(_WIDTH - _MARGINS))
        self.pin_edit.setVisible(has_pin)
        self.pin_edit.clear()
        how = "Type your PIN, then Enter." if has_pin else "Click Unlock, or press Space or Enter."
        self.say(f"Trading is disarmed. Orders at the broker go on working. {how}")
        self.alarm_words.show_text("")
        self.flatten_button.setText(f"Hold 1 s: FLATTEN {account}")
        for widget in (self.still, self.stop_button, self.cancel_button, self.flatten_button):
            widget.setVisible(can_send)
        (self.pin_edit if has_pin else self.unlock_button).setFocus()

    def say(self, words: str, tone: str = "") -> None:
        """Say one sentence above the PIN."""
        self.words.show_text(words)
        self.words.set_tone(tone)

    def wait(self, *, waiting: bool) -> None:
        """Take no PIN while one is being checked, or for a while after a wrong one."""
        self.unlock_button.setEnabled(not waiting)
        self.pin_edit.setEnabled(not waiting)
        if not waiting:
            self.pin_edit.clear()
            (self.pin_edit if self.pin_edit.isVisibleTo(self) else self.unlock_button).setFocus()

    @Slot()
    def _on_unlock(self) -> None:
        if self.unlock_button.isEnabled():
            self.unlock_requested.emit(self.pin_edit.text())
