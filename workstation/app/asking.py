"""Loads the awaitable questions when the first one is put: asyncio costs a start too much."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from workstation.bridge.commands import CommandPort
from workstation.ui.panels.watchlist import WatchlistPanel

if TYPE_CHECKING:
    from workstation.bridge.requests import Requests


class Asking(QObject):
    """Owns the program's awaitable questions, if any was put. GUI thread."""

    def __init__(self, port: CommandPort, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._port = port
        self._requests: Requests | None = None

    def requests(self) -> "Requests":
        """Return them; the first call loads what they need."""
        if self._requests is None:
            from workstation.bridge.requests import Requests

            self._requests = Requests(self._port, self)
        return self._requests

    def suggest(self, watchlist: WatchlistPanel) -> None:
        """Offer matching symbols while one is typed into the watchlist's field."""
        from workstation.ui.symbol_search import SymbolSearch

        search = SymbolSearch(watchlist.symbol_edit, self.requests)
        search.chosen.connect(watchlist.take_suggestion)

    @Slot()
    def close(self) -> None:
        """Withdraw every question; nothing is asked after that."""
        if self._requests is not None:
            self._requests.close()

    def end(self) -> None:
        """Give the asyncio loop back; Qt's own has ended."""
        if self._requests is not None:
            self._requests.end()
