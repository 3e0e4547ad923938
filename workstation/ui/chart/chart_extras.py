"""Comparisons and formulas of one chart: their entries in the menu, and how a layout keeps them."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from workstation.bridge.commands import CommandPort
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_data import ChartData
from workstation.ui.chart.compare import MOST, Comparison
from workstation.ui.chart.event_tool import EventMenu, EventTool
from workstation.ui.chart.formula import FormulaError, read_formula
from workstation.ui.chart.line_entry import LineEntry
from workstation.ui.chart.roll_marks import RollMarks
from workstation.ui.chart.warm_up import WarmUp

FORMULA_HELP = 'Symbols, numbers, + - * / and brackets: AAPL/MSFT, ES-10*MES, ("BRK B"+AAPL)/2.'
COMPARE_HELP = f"A share, future or index, up to {MOST} in all, in per cent since the left edge."


class ChartExtras(QObject):
    """What a chart shows besides, or instead of, the bars of its contract. GUI thread."""

    load_requested = Signal()
    """Another formula, or none, is to be shown."""

    percent_requested = Signal()
    """The axis is to show changes in per cent: prices of several symbols have no common one."""

    def __init__(
        self, canvas: ChartCanvas, data: ChartData, commands: CommandPort, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._data = data
        self.comparison = Comparison(canvas.view, commands, data.finder, self)
        self.comparison.changed.connect(self._on_compared)
        canvas.view.other_spans.append(self.comparison.span)
        self.compare_entry = LineEntry(canvas, "Compare with", "SPY", self._check_symbol)
        self.compare_entry.entered.connect(self._on_symbol)
        self.formula_entry = LineEntry(canvas, "Formula", "AAPL/MSFT", _check_formula)
        self.formula_entry.entered.connect(self._on_formula)
        self.actions = [
            self._action("Compare with another symbol…", self._on_compare_wanted),
            self._action("Compare with nothing", self.comparison.clear),
            self._action("Show a formula of several symbols…", self._on_formula_wanted),
            self._action("Show the contract again", self._on_formula_left),
        ]
        self.continuous = self._action("Continuous future", self._on_continuous)
        self.continuous.setCheckable(True)
        self.actions.append(self.continuous)
        self.roll_marks = RollMarks(canvas.view, data)
        self.warm_up = WarmUp(canvas, data, commands, self)
        self.events = EventTool(canvas, data, commands)
        self.event_menu = EventMenu(self.events, parent)
        self.actions.append(self.event_menu.menuAction())
        canvas.tools.append(self.events)

    def _action(self, title: str, wanted: object) -> QAction:
        action = QAction(title, self)
        action.triggered.connect(wanted)
        return action

    def follow(self) -> None:
        """Let the comparisons take the size of bars and the hours of the chart."""
        settings = self._canvas.view.settings
        self.actions[1].setEnabled(bool(self.comparison.all))
        self.actions[3].setEnabled(self._data.formula is not None)
        is_future = self._data.sec_type == "FUT"
        self.continuous.setEnabled(is_future)
        reason = "" if is_future else " — not here: the contract is no future"
        self.continuous.setText(f"Continuous future, stitched from its expiries{reason}")
        self.continuous.setChecked(self._data.is_continuous and is_future)
        self.comparison.follow(
            self._data.timeframe, self._data.grouping(), regular=settings.regular_only
        )

    def plain(self) -> dict[str, object]:
        """Return what a layout remembers."""
        state = self.events.plain()
        if self.comparison.all:
            state["compare"] = [each.symbol for each in self.comparison.all]
        if self._data.formula is not None:
            state["formula"] = self._data.formula.text
        if self._data.is_continuous:
            state["continuous"] = True
        return state

    def restore(self, state: object) -> None:
        """Take plain() back; what is not understood is left out."""
        known = state if isinstance(state, dict) else {}
        self.events.restore(state)
        self.comparison.clear()
        symbols = known.get("compare")
        for symbol in symbols if isinstance(symbols, list) else []:
            if isinstance(symbol, str):
                self.comparison.add(symbol)
        self._data.is_continuous = known.get("continuous") is True
        formula = known.get("formula")
        try:
            self._data.formula = read_formula(formula) if isinstance(formula, str) else None
        except FormulaError:
            self._data.formula = None

    @Slot()
    def _on_compared(self) -> None:
        self.actions[1].setEnabled(bool(self.comparison.all))
        self._canvas.refresh()

    @Slot()
    def _on_compare_wanted(self) -> None:
        self.compare_entry.begin("")

    @Slot()
    def _on_formula_wanted(self) -> None:
        self.formula_entry.begin(self._data.formula.text if self._data.formula else "")

    @Slot()
    def _on_formula_left(self) -> None:
        self._data.formula = None
        self.load_requested.emit()

    @Slot()
    def _on_continuous(self) -> None:
        self._data.is_continuous = self.continuous.isChecked()
        self.load_requested.emit()

    @Slot(object)
    def _on_symbol(self, typed: str) -> None:
        self.comparison.add(typed)
        self.percent_requested.emit()
        self.follow()

    @Slot(object)
    def _on_formula(self, typed: str) -> None:
        self._data.formula = read_formula(typed)
        self.load_requested.emit()

    def _check_symbol(self, typed: str) -> tuple[bool, str]:
        if not typed.strip():
            return False, COMPARE_HELP
        problem = self.comparison.why_not(typed)
        return not problem, problem or COMPARE_HELP


def _check_formula(typed: str) -> tuple[bool, str]:
    if not typed.strip():
        return False, FORMULA_HELP
    try:
        symbols = read_formula(typed).symbols
    except FormulaError as error:
        return False, str(error)
    return True, f"Bars calculated from {', '.join(symbols)}."
