"""What the ticket's groups of fields are laid out with."""

from datetime import UTC, datetime

from PySide6.QtCore import QDateTime
from PySide6.QtWidgets import QDateTimeEdit, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workstation.ui.plain_label import PlainLabel

DAYS_AHEAD = 7


def cell(parent: QWidget, title: str, *widgets: QWidget) -> QWidget:
    """Put a caption above widgets in a line."""
    caption = PlainLabel(title, parent)
    caption.set_tone("muted")
    for widget in widgets:
        widget.setMinimumSize(40, 24)
    return column(parent, caption, line(parent, *widgets))


def line(parent: QWidget, *widgets: QWidget) -> QWidget:
    """Put widgets beside each other; the first takes what room is left."""
    whole = QWidget(parent)
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    for place, widget in enumerate(widgets):
        row.addWidget(widget, 0 if place else 1)
    return whole


def two_columns() -> QGridLayout:
    """Build a grid of two equal columns."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    return grid


def column(parent: QWidget, *widgets: QWidget) -> QWidget:
    """Put widgets below each other."""
    whole = QWidget(parent)
    rows = QVBoxLayout(whole)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(3)
    for widget in widgets:
        rows.addWidget(widget)
    rows.addStretch(1)
    return whole


def time_edit(parent: QWidget, name: str) -> QDateTimeEdit:
    """Build a field for a time in the user's zone."""
    edit = QDateTimeEdit(parent)
    edit.setDisplayFormat("yyyy-MM-dd HH:mm")
    edit.setCalendarPopup(True)
    edit.setAccessibleName(name)
    edit.setMinimumSize(40, 24)
    show_time(edit, None)
    return edit


def show_time(edit: QDateTimeEdit, moment: datetime | None) -> None:
    """Show a time in the user's zone; None becomes a time some days ahead."""
    if moment is None:
        edit.setDateTime(QDateTime.currentDateTime().addDays(DAYS_AHEAD))
    else:
        edit.setDateTime(QDateTime.fromSecsSinceEpoch(round(moment.timestamp())))


def time_of(edit: QDateTimeEdit) -> datetime:
    """Read a time, whole minutes."""
    return datetime.fromtimestamp(edit.dateTime().toSecsSinceEpoch() // 60 * 60, UTC)
