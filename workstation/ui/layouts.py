"""Named layouts: saved, switched, renamed, deleted; read with distrust."""

import json
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from workstation.ui import text

LONGEST_NAME = 40
MOST_LAYOUTS = 24

LARGEST = 128 * 1024
"""A named layout of more bytes is neither kept nor read."""

DEFAULT = "Default"
"""The layout that is always there and cannot be changed."""

Arrangement = dict[str, object]


class Arranged(Protocol):
    """What can say how it is arranged and take that back."""

    def arrangement(self) -> Arrangement:
        """Return docks and columns as plain values."""
        ...

    def restore_arrangement(self, state: Arrangement) -> None:
        """Take arrangement() back."""
        ...

    def reset_layout(self) -> None:
        """Put everything where it stood at first."""
        ...


class Layouts(QObject):
    """Keeps arrangements by name; symbols, theme and the window's place are not part of them."""

    changed = Signal()
    """Names, or the name in force, differ."""

    def __init__(self, host: Arranged, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._host = host
        self._kept: dict[str, Arrangement] = {}
        self.current = DEFAULT

    @property
    def names(self) -> list[str]:
        """Names in the order they were made, the default first."""
        return [DEFAULT, *self._kept]

    def save_as(self, name: object) -> bool:
        """Keep how things stand now under a name; False where it cannot be kept."""
        clean = clean_name(name)
        is_new = clean not in self._kept
        if not clean or (is_new and len(self._kept) >= MOST_LAYOUTS):
            return False
        state = self._host.arrangement()
        if _is_too_large(state):
            return False
        self._kept[clean] = state
        self._set_current(clean)
        return True

    def save(self) -> bool:
        """Keep how things stand now under the name in force; the default has none."""
        return self.current != DEFAULT and self.save_as(self.current)

    def switch(self, name: object) -> bool:
        """Arrange everything as kept under a name."""
        if name == DEFAULT:
            self._host.reset_layout()
        elif isinstance(name, str) and name in self._kept:
            self._host.restore_arrangement(self._kept[name])
        else:
            return False
        self._set_current(str(name))
        return True

    def rename(self, new: object) -> bool:
        """Give the layout in force another name, unless that is taken."""
        clean = clean_name(new)
        if self.current not in self._kept or not clean or clean in self._kept:
            return False
        self._kept = {
            clean if name == self.current else name: state for name, state in self._kept.items()
        }
        self._set_current(clean)
        return True

    def delete(self) -> bool:
        """Forget the layout in force; nothing moves on screen."""
        if self._kept.pop(self.current, None) is None:
            return False
        self._set_current(DEFAULT)
        return True

    def state(self) -> dict[str, object]:
        """Return all layouts as plain values."""
        return {"kept": dict(self._kept), "current": self.current}

    def restore(self, state: object) -> None:
        """Take state() back; what is not understood is left out."""
        kept = state.get("kept") if isinstance(state, dict) else None
        current = state.get("current") if isinstance(state, dict) else None
        self._kept = {}
        for name, arrangement in (
            list(kept.items())[:MOST_LAYOUTS] if isinstance(kept, dict) else ()
        ):
            clean = clean_name(name)
            if clean and isinstance(arrangement, dict) and not _is_too_large(arrangement):
                self._kept[clean] = arrangement
        known = isinstance(current, str) and current in self._kept
        self._set_current(str(current) if known else DEFAULT)

    def _set_current(self, name: str) -> None:
        self.current = name
        self.changed.emit()


def clean_name(name: object) -> str:
    """Return a name as it is kept; empty where it is none, or the default's."""
    clean = text.one_line(name, LONGEST_NAME) if isinstance(name, str) else ""
    return "" if clean.casefold() == DEFAULT.casefold() else clean


def _is_too_large(state: Arrangement) -> bool:
    try:
        return len(json.dumps(state)) > LARGEST
    except (TypeError, ValueError, RecursionError):
        return True
