"""What groups of fields are laid out with."""

from datetime import UTC, datetime

from PySide6.QtCore import QDateTime, QEvent, QObject, QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QDateTimeEdit,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from workstation.ui.plain_label import PlainLabel

DAYS_AHEAD = 7
_LEAST_HEIGHT = 48


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


class ShrinkingArea(QScrollArea):
    """Shows a widget whole where there is room, and scrolls it where there is not."""

    def __init__(self, widget: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._content = widget
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(widget)
        widget.installEventFilter(self)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._on_focus_changed(None, QApplication.focusWidget())

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Never let a key fall into a field that cannot be seen."""
        if now is not None and self._content.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, 4)

    @override
    def sizeHint(self) -> QSize:
        """Ask for the whole height of the widget."""
        return QSize(super().sizeHint().width(), self._content.sizeHint().height())

    @override
    def minimumSizeHint(self) -> QSize:
        """Bear the height of a field or two."""
        whole = self._content.minimumSizeHint()
        return QSize(whole.width(), min(whole.height(), _LEAST_HEIGHT))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for another height when the widget does."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
