"""The user's own keys for the actions of the window: which, since when, and without a conflict."""

import re
from collections.abc import Iterator, Mapping
from typing import Protocol

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from workstation.ui.dialogs.hotkeys import HotkeysDialog, KeyRow

_WIDGETS_OWN = frozenset(
    {
        *("Alt+1", "Alt+2", "Alt+3", "Alt+A", "Alt+Q", "Alt+P", "Alt+M", "Alt+X", "Alt+W"),
        *("Del", "F2", "Return", "Enter", "Esc", "Tab", "Space", "Backspace"),
        *("Left", "Right", "Up", "Down", "PgUp", "PgDown", "Home", "End"),
        *("Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+Z", "Ctrl+A", "Ctrl++", "Ctrl+-", "Shift+Return"),
        *("Ctrl+Shift+Z", "Ctrl+Y", "Ctrl+G", "Ctrl+Return", "Ctrl+Enter"),
    }
)
"""Keys that mean something in the widget that has the focus."""

_MODIFIERS = ("Ctrl+", "Alt+", "Meta+")
_FUNCTION = re.compile(r"(^|\+)F\d{1,2}$")


class HotkeyKeeper(Protocol):
    """Where the user's keys are kept."""

    def load(self) -> dict[str, str]:
        """Return keys by the names of actions; "" for none at all."""
        ...

    def save(self, keys: dict[str, str]) -> None:
        """Keep them durably."""
        ...


class Hotkeys(QObject):
    """Gives actions the user's keys; what is not changed keeps its own. GUI thread."""

    def __init__(self, actions: Mapping[str, QAction], window: QWidget) -> None:
        super().__init__(window)
        self._actions = actions
        self._window = window
        self._keeper: HotkeyKeeper | None = None
        self._first = {name: _keys(action) for name, action in actions.items()}
        self.own: dict[str, str] = {}
        """Keys that differ from the first ones, by action."""
        self.dialog: HotkeysDialog | None = None

    def use_keeper(self, keeper: HotkeyKeeper) -> list[str]:
        """Read the user's keys and put them in force; returns a sentence on each that cannot be."""
        self._keeper = keeper
        faults = []
        for name, keys in keeper.load().items():
            fault = self.fault(name, keys) if keys or name not in self._actions else ""
            if fault:
                faults.append(f"The key {keys} of {name} is skipped: {fault}")
            else:
                self._bind(name, keys)
        return faults

    def fault(self, name: str, keys: str) -> str:
        """Say why an action cannot have a key, empty where it can."""
        if name not in self._actions:
            return "there is no such action"
        sequence = QKeySequence(keys, QKeySequence.SequenceFormat.PortableText)
        written = sequence.toString(QKeySequence.SequenceFormat.PortableText)
        if sequence.count() != 1 or not written or not written.isascii():
            return "it is not one key"
        if written in _WIDGETS_OWN:
            return f"{written} has a meaning in fields and tables"
        is_function = _FUNCTION.search(written) is not None
        if not is_function and not any(each in written for each in _MODIFIERS):
            return "a key one types with needs Ctrl or Alt"
        for other, action in self._actions.items():
            if other != name and _keys(action) == written:
                return f"{written} is the key of “{_title(action)}”"
        return ""

    def change(self, name: str, keys: str) -> str:
        """Give an action another key, or none; keeps it. Returns why not, where it cannot be."""
        if keys and (fault := self.fault(name, keys)):
            return fault
        self._bind(name, keys)
        if self._keeper is not None:
            self._keeper.save(dict(self.own))
        return ""

    def rows(self) -> Iterator[KeyRow]:
        """Yield every action with its key and the one it had at first."""
        for name, action in self._actions.items():
            yield KeyRow(name, _title(action), _keys(action), self._first[name])

    def changed_words(self) -> tuple[tuple[str, str], ...]:
        """Return what the user changed, as the list of keys shows it."""
        return tuple(
            (row.keys or "no key", f"{row.title}  (your own; was {row.first or 'none'})")
            for row in self.rows()
            if row.keys != row.first
        )

    @Slot()
    def open(self) -> None:
        """Show the actions with their keys."""
        self.dialog = HotkeysDialog(self.rows, self.change, self._window)
        self.dialog.open()

    def _bind(self, name: str, keys: str) -> None:
        action = self._actions[name]
        action.setShortcut(QKeySequence(keys, QKeySequence.SequenceFormat.PortableText))
        self.own.pop(name, None)
        if _keys(action) != self._first[name]:
            self.own[name] = _keys(action)


def _keys(action: QAction) -> str:
    return action.shortcut().toString(QKeySequence.SequenceFormat.PortableText)


def _title(action: QAction) -> str:
    return action.text().replace("&", "").rstrip("…")
