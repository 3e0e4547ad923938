"""Brings studies on longer bars the history from before the chart's own bars."""

from PySide6.QtCore import QObject, Slot

from workstation.bridge.commands import CommandPort
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_data import ChartData
from workstation.ui.chart.earlier_bars import EarlierBars
from workstation.ui.chart.timeframe import Timeframe


class WarmUp(QObject):
    """One series of earlier bars for each size that the studies of a chart want. GUI thread."""

    def __init__(
        self, canvas: ChartCanvas, data: ChartData, commands: CommandPort, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._canvas, self._data, self._commands = canvas, data, commands
        self._all: dict[Timeframe, EarlierBars] = {}
        canvas.view.studies.history = self.of

    def of(self, timeframe: Timeframe) -> EarlierBars:
        """Return the earlier bars of a size."""
        found = self._all.get(timeframe)
        if found is None:
            found = EarlierBars(timeframe, self._data.own_series, self._commands, self)
            found.came.connect(self._on_came)
            self._all[timeframe] = found
        found.use_keeper(self._data.keeper)
        return found

    @Slot()
    def _on_came(self) -> None:
        self._canvas.view.studies.take_history()
        self._canvas.refresh()
