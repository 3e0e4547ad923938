"""Bid and ask of a chart's contract, of whatever kind: followed while the chart can be seen."""

from PySide6.QtCore import QObject, Slot

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import FollowQuotes, UnfollowQuotes
from workstation.domain.ids import ConId
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.chart_data import ChartData
from workstation.ui.following import Following
from workstation.ui.screen_state import ScreenState


class ChartQuotes(QObject):
    """Moves the lines of bid and ask; the watchlist need not know the contract. GUI thread."""

    def __init__(
        self,
        state: ScreenState,
        commands: CommandPort,
        canvas: ChartCanvas,
        data: ChartData,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._state, self._canvas, self._data = state, canvas, data
        self.following = Following(state, commands, FollowQuotes, UnfollowQuotes, self)

    def show(self) -> None:
        """Follow the contract that the chart shows; none where its bars are no prices of one."""
        data = self._data
        self.following.show(data.con_id if data.is_of_prices else None)
        self.take()

    @Slot(object)
    def on_changed(self, con_ids: frozenset[ConId]) -> None:
        """Take the quotes of a frame."""
        if self._data.con_id in con_ids:
            self.take()

    def take(self) -> None:
        """Draw bid and ask as they are now, unless that is where they are drawn already."""
        data, view = self._data, self._canvas.view
        con_id = data.con_id
        quote = self._state.quotes.get(con_id) if con_id is not None else None
        bid, ask = (quote.bid, quote.ask) if quote and data.is_of_prices else (None, None)
        if (bid, ask) == (view.bid, view.ask):
            return
        is_elsewhere = self._row_of(bid) != self._row_of(view.bid)
        is_elsewhere = is_elsewhere or self._row_of(ask) != self._row_of(view.ask)
        view.bid, view.ask = bid, ask
        if is_elsewhere and view.settings.quotes:
            self._canvas.refresh_live()

    def _row_of(self, price: float | None) -> int | None:
        return None if price is None else self._canvas.view.prices.y_of(price)
