"""Whose symbol a chart shows: that of the window, one of its own, or that of a group of charts."""

from enum import StrEnum

from PySide6.QtCore import QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QToolButton, QWidget
from typing_extensions import override

from workstation.ui import text, theme
from workstation.ui.chart.chart_menus import menu_button
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.line_entry import LineEntry
from workstation.ui.chart.symbol_finder import WORDS

SYMBOL_LENGTH = 24
_SIDE = 14


class Link(StrEnum):
    """Whose symbol a chart shows."""

    WINDOW = "window"
    OWN = "own"
    BLUE = "blue"
    AMBER = "amber"
    VIOLET = "violet"
    GREEN = "green"

    @property
    def label(self) -> str:
        """The words in the menu."""
        if self is Link.WINDOW:
            return "The window's symbol"
        return "A symbol of its own" if self is Link.OWN else f"Group {self.value}"

    @property
    def is_group(self) -> bool:
        """Whether charts of this link share a symbol among themselves."""
        return self.value in _COLOURS

    @property
    def colour(self) -> str:
        """The colour of the group; empty where it is none."""
        return _COLOURS.get(self.value, "")


_COLOURS = {"blue": "#3f8cf3", "amber": "#d9901a", "violet": "#a566e0", "green": "#2fa36b"}


def read_link(value: object) -> Link:
    """Return the link that a layout names; the window's where it names none."""
    return next((link for link in Link if link.value == value), Link.WINDOW)


def link_icon(link: Link) -> QIcon:
    """Draw the sign of a link: a ring, a filled square, or a spot in the colour of the group."""
    ratio = 2.0
    picture = QPixmap(round(_SIDE * ratio), round(_SIDE * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = QColor(link.colour or theme.paint().theme.muted)
    place = QRectF(2, 2, _SIDE - 4, _SIDE - 4)
    painter.setPen(colour)
    if link is not Link.WINDOW:
        painter.setBrush(colour)
    if link is Link.OWN:
        painter.drawRect(place.adjusted(1, 1, -1, -1))
    else:
        painter.drawEllipse(place)
    painter.end()
    return QIcon(picture)


class LinkMenu(QObject):
    """The button of one chart's header that says whose symbol it shows. GUI thread."""

    chosen = Signal(object)
    """The chart is to be linked so: Link."""

    symbol_requested = Signal()
    """The user wants to type a symbol."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._link = Link.WINDOW
        self.button: QToolButton = menu_button("", "Symbol of this chart, and its link", parent)
        self.button.setAccessibleName("Symbol and link of this chart")
        self.menu = QMenu(self.button)
        self.button.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._on_opening)
        self.menu.triggered.connect(self._on_triggered)
        self.show_link(Link.WINDOW, "")

    def show_link(self, link: Link, symbol: str) -> None:
        """Show which link is in force, and the symbol."""
        self._link = link
        self.button.setIcon(link_icon(link))
        self.button.setText("  ")  # room for the arrow
        tip = f"{link.label}: {symbol}" if symbol else link.label
        self.button.setToolTip(text.tooltip(f"{tip}. Type / for another symbol."))

    @Slot()
    def _on_opening(self) -> None:
        self.menu.clear()
        self.menu.addAction("Another symbol…\t/").setData("")
        self.menu.addSeparator()
        group = QActionGroup(self.menu)
        for link in Link:
            action = self.menu.addAction(link_icon(link), link.label)
            action.setData(link.value)
            action.setCheckable(True)
            action.setChecked(link is self._link)
            group.addAction(action)

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        name = str(action.data())
        if name:
            self.chosen.emit(Link(name))
        else:
            self.symbol_requested.emit()


class SymbolKey(ChartTool):
    """Opens the entry of the symbol when / is typed while the chart has the keys."""

    def __init__(self, entry: LineEntry) -> None:
        self._entry = entry

    @override
    def key(self, event: QKeyEvent) -> bool:
        if event.text() != "/":
            return False
        self._entry.begin("")
        return True


def clean_typed(typed: str) -> str:
    """Return a typed symbol as it is looked up; empty where it can be none."""
    symbol = text.one_line(typed, SYMBOL_LENGTH).strip().upper()
    return symbol if symbol.isascii() and len(typed.strip()) <= SYMBOL_LENGTH else ""


def check_typed(typed: str) -> tuple[bool, str]:
    """Tell whether a symbol can be looked up, and what will be looked for."""
    if not typed.strip():
        return False, f"{WORDS[0].upper()}{WORDS[1:]}: AAPL, ES, SPX, EUR.USD, BTC."
    if not clean_typed(typed):
        return False, "A symbol is written in letters and digits."
    return True, f"{clean_typed(typed)}: {WORDS}."
