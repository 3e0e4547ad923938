"""A layout as plain values: written for JSON, read with distrust."""

import base64
import binascii
from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication

LAYOUT_VERSION = 1
"""Layouts of other versions are not read."""

DOCKS_VERSION = 2
"""Saved places of docks of other versions are not read; the rest of the layout is."""

MAX_BLOB = 64 * 1024
"""A longer saved state is not read, in bytes."""

MAX_SYMBOLS = 500
"""No more symbols are read from a layout."""


SMALLEST_FIRST, LARGEST_FIRST = QSize(1280, 720), QSize(2560, 1440)
"""A window begins neither smaller nor larger, whatever the screen, in pixels."""


def blob_text(blob: QByteArray) -> str:
    """Write bytes for JSON."""
    return base64.b64encode(blob.data()).decode("ascii")


def read_blob(value: object) -> QByteArray | None:
    """Read bytes back; None where they are no such thing or too many."""
    if not isinstance(value, str) or len(value) > MAX_BLOB * 4 // 3 + 4:
        return None
    try:
        return QByteArray(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        return None


def read_symbols(value: object) -> tuple[str, ...] | None:
    """Read a list of symbols; None where it is none."""
    if not isinstance(value, list):
        return None
    return tuple(entry for entry in value[:MAX_SYMBOLS] if isinstance(entry, str))


def is_readable(state: object) -> bool:
    """Tell whether this is a layout of our version."""
    version = state.get("version") if isinstance(state, dict) else None
    return isinstance(version, int) and version == LAYOUT_VERSION


def screens() -> list[QRect]:
    """Return the usable area of each screen, the primary first."""
    primary = QGuiApplication.primaryScreen()
    others = [screen for screen in QGuiApplication.screens() if screen is not primary]
    return [screen.availableGeometry() for screen in (primary, *others)]


def first_frame(area: QRect) -> QRect:
    """Return where a window that was never placed stands: all of a screen of a usual size."""
    frame = QRect(area)
    frame.setSize(area.size().boundedTo(LARGEST_FIRST).expandedTo(SMALLEST_FIRST))
    frame.moveCenter(area.center())
    frame.moveTopLeft(QPoint(max(frame.x(), area.x()), max(frame.y(), area.y())))
    return frame


def on_screen(frame: QRect, areas: Sequence[QRect]) -> QRect:
    """Return the frame, moved and shrunk so that enough of it can be seen and grasped."""
    title = QRect(frame.left(), frame.top(), frame.width(), 40)
    for area in areas:
        seen = area.intersected(title)
        if seen.width() >= min(120, frame.width()) and seen.height() >= 20:
            return frame
    if not areas:
        return frame
    area = areas[0]
    moved = QRect(frame)
    moved.setSize(frame.size().boundedTo(area.size()))
    moved.moveCenter(area.center())
    return moved
