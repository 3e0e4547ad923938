"""Tells the core what the user looks at, so that the least important quotes pause first."""

from PySide6.QtCore import QObject, QTimer, Slot

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import AttendQuotes, ChooseDataType
from workstation.domain.ids import ConId
from workstation.domain.quote import MarketDataType
from workstation.ui.panels.watchlist import WatchlistPanel
from workstation.ui.selection import Selection

LOOK_MS = 500
"""How often the visible rows are looked at; a list that is scrolled need not tell each step."""


class Attention(QObject):
    """Compares what can be seen with what the core was told, twice a second."""

    def __init__(
        self,
        watchlist: WatchlistPanel,
        selection: Selection,
        commands: CommandPort,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._watchlist = watchlist
        self._selection = selection
        self._commands = commands
        self._told = AttendQuotes(chosen=None, visible=frozenset())
        watchlist.data_type_requested.connect(self._on_data_type_requested)
        watchlist.seen.connect(self._on_seen)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @Slot()
    def look(self) -> None:
        """Tell the core, if what can be seen has changed."""
        wish = AttendQuotes(
            chosen=self._selection.con_id,
            visible=self._watchlist.visible_contracts(),
            list_is_seen=self._watchlist.is_seen,
        )
        if wish != self._told:
            self._told = wish
            self._commands.send(wish)

    @Slot()
    def _on_seen(self) -> None:
        self._timer.start()  # a tab that only flickers is not worth a cancel and a request

    @Slot(object)
    def _on_data_type_requested(self, wish: tuple[ConId, MarketDataType]) -> None:
        self._commands.send(ChooseDataType(*wish))
