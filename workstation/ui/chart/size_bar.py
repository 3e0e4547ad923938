"""Chooses how long the bars of a chart are: buttons, a menu of all sizes, or typing."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QMenu,
    QToolBar,
    QToolButton,
    QWidget,
)
from typing_extensions import override

from workstation.ui import text
from workstation.ui.chart.chart_tool import ChartTool
from workstation.ui.chart.line_entry import LineEntry
from workstation.ui.chart.timeframe import HELP, Timeframe, TimeframeError, read_timeframe

PRESETS = tuple(map(read_timeframe, ("1m", "5m", "15m", "30m", "1h", "1D")))
MENU = {
    "Seconds": ("1s", "5s", "10s", "15s", "30s", "45s"),
    "Minutes": ("1m", "2m", "3m", "5m", "7m", "10m", "15m", "20m", "30m", "45m"),
    "Hours": ("1h", "2h", "3h", "4h", "6h", "8h", "12h"),
    "Days and longer": ("1D", "2D", "1W", "2W", "1M", "1Q", "1Y"),
    "Trades": ("100T", "500T", "1000T"),
    "Volume": ("1000V", "10000V", "100000V"),
    "Range": ("5R", "10R", "20R"),
    "Renko": ("5K", "10K", "20K"),
}


class SizeBar(QObject):
    """The part of the header that chooses the size of bars. GUI thread."""

    chosen = Signal(object)
    """The user wants bars of this size: Timeframe."""

    def __init__(self, chart: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.buttons = QButtonGroup(self)
        for number, preset in enumerate(PRESETS):
            self.buttons.addButton(_button(preset.name, parent), number)
        self.more = _button("", parent)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setToolTip("Every other size of bars; or type one while the chart has the keys")
        self._menu = QMenu(self.more)
        self.more.setMenu(self._menu)
        self.entry = LineEntry(chart, "Size of bars", "45s, 7m, 6h, 2D, 1W, 500T …", _check)
        self.typing = SizeTyping(self.entry)
        """Starts the entry when a digit is typed at the chart."""

        self._timeframe = PRESETS[1]
        self._menu.aboutToShow.connect(self._on_opening)
        self._menu.triggered.connect(self._on_triggered)
        self.buttons.idClicked.connect(self._on_clicked)
        self.entry.entered.connect(self._on_entered)
        self.show_size(self._timeframe)

    def add_to(self, bar: QToolBar) -> None:
        """Put the buttons into the header."""
        for button in self.buttons.buttons():
            bar.addWidget(button)
        bar.addWidget(self.more)

    def show_size(self, timeframe: Timeframe) -> None:
        """Show which size is in force."""
        self._timeframe = timeframe
        is_preset = timeframe in PRESETS
        self.buttons.setExclusive(False)
        for button in self.buttons.buttons():
            button.setChecked(False)
        self.buttons.setExclusive(True)
        if is_preset:
            self.buttons.button(PRESETS.index(timeframe)).setChecked(True)
        self.more.setText("…  " if is_preset else f"{timeframe.name}  ")
        self.more.setChecked(not is_preset)

    @Slot(object)
    def _on_entered(self, typed: str) -> None:
        self.chosen.emit(read_timeframe(typed))

    @Slot(int)
    def _on_clicked(self, number: int) -> None:
        self.chosen.emit(PRESETS[number])

    @Slot()
    def _on_opening(self) -> None:
        self._menu.clear()
        for title, names in MENU.items():
            branch = self._menu.addMenu(title)
            for name in names:
                timeframe = read_timeframe(name)
                action = branch.addAction(f"{name}\t{timeframe.words}")
                action.setData(name)
                action.setCheckable(True)
                action.setChecked(timeframe == self._timeframe)
        self._menu.addSeparator()
        self._menu.addAction("Another size…").setData("")

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        name = str(action.data() or "")
        if name:
            self.chosen.emit(read_timeframe(name))
        else:
            self.entry.begin("")


def _check(typed: str) -> tuple[bool, str]:
    try:
        return True, read_timeframe(typed).words.capitalize()
    except TimeframeError as error:
        return False, str(error) if typed.strip() else HELP


class SizeTyping(ChartTool):
    """Opens the entry when a digit is typed while the chart has the keys."""

    def __init__(self, entry: LineEntry) -> None:
        self._entry = entry

    @override
    def key(self, event: QKeyEvent) -> bool:
        typed = event.text()
        plain = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier
        if len(typed) != 1 or typed not in "123456789" or event.modifiers() not in plain:
            return False
        self._entry.begin(typed)
        return True


def _button(name: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setText(name)
    button.setCheckable(True)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if name:
        button.setToolTip(text.tooltip(read_timeframe(name).words.capitalize()))
    return button
