"""Keeps the watchlist and the core's subscriptions the same."""

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import (
    CommandResult,
    Failed,
    UnwatchContract,
    Watched,
    WatchSymbol,
)
from workstation.domain.ids import ConId
from workstation.ui import text
from workstation.ui.models.quotes import QuotesModel
from workstation.ui.screen_state import ScreenState

MAX_SYMBOLS = 500
"""A watchlist takes no more symbols."""


class Watching(QObject):
    """Asks the core for quotes of what is in the list, and only of that."""

    contract_found = Signal(object)
    """(symbol, ConId) of a symbol that was looked up."""

    failed = Signal(object)
    """(symbol, reason) of a symbol that was not found: tuple[str, str]."""

    not_found = Signal(object)
    """(symbol, reason) of a symbol that was looked up and did not enter the list."""

    def __init__(
        self,
        model: QuotesModel,
        state: ScreenState,
        commands: CommandPort,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._state = state
        self._commands = commands
        self._asking: set[str] = set()
        self._looking_up: set[str] = set()

    def symbols(self) -> list[str]:
        """Return what is in the list, in its order."""
        return [row.symbol for row in self._model.values()]

    def replace_all(self, symbols: Iterable[str]) -> None:
        """Watch these symbols and no others."""
        wanted = [clean for symbol in symbols if (clean := clean_symbol(symbol))][:MAX_SYMBOLS]
        self.remove(tuple(old for old in self.symbols() if old not in wanted))
        for symbol in wanted:
            self.add(symbol)
        self._model.reorder(wanted)

    @Slot(object)
    def add(self, symbol: str) -> None:
        """Watch a symbol; a symbol that failed before is tried again."""
        symbol = clean_symbol(symbol)
        if not symbol or self._model.rowCount() >= MAX_SYMBOLS:
            return
        self._model.add(symbol)
        if self._state.is_ready:
            self._ask(symbol)

    def look_up(self, symbol: str) -> None:
        """Watch a symbol once the broker knows it; until then the list stays as it is."""
        symbol = clean_symbol(symbol)
        if not symbol or symbol in self._model:
            self.add(symbol)
        elif not self._state.is_ready:
            self.not_found.emit((symbol, "not connected"))
        elif self._model.rowCount() < MAX_SYMBOLS and symbol not in self._looking_up:
            self._looking_up.add(symbol)
            self._commands.send(WatchSymbol(symbol), partial(self._take_found, symbol))

    def _take_found(self, symbol: str, result: CommandResult) -> None:
        self._looking_up.discard(symbol)
        if isinstance(result, Watched):
            if self._model.symbol_of(result.con_id) is None:
                self._model.add(symbol)
                self._take(symbol, result.con_id)
            else:
                self.contract_found.emit((symbol, result.con_id))
        elif isinstance(result, Failed):
            self.not_found.emit((symbol, text.one_line(result.reason)))

    @Slot(object)
    def remove(self, symbols: tuple[str, ...]) -> None:
        """Stop watching symbols."""
        for symbol in symbols:
            row = self._model.value(symbol)
            if row is None:
                continue
            self._model.remove(symbol)
            if row.con_id is not None:
                self._commands.send(UnwatchContract(row.con_id))

    def ask_for_missing(self) -> None:
        """Look up every symbol that has no contract. Called when the link becomes ready."""
        for row in self._model.values():
            if row.con_id is None:
                self._ask(row.symbol)

    def _ask(self, symbol: str) -> None:
        row = self._model.value(symbol)
        if row is None or row.con_id is not None or symbol in self._asking:
            return
        self._asking.add(symbol)
        self._model.set_problem(symbol, "")
        self._commands.send(WatchSymbol(symbol), partial(self._take_answer, symbol))

    def _take_answer(self, symbol: str, result: CommandResult) -> None:
        self._asking.discard(symbol)
        if isinstance(result, Watched):
            self._take(symbol, result.con_id)
        elif isinstance(result, Failed):
            self._model.set_problem(symbol, f"not found: {text.one_line(result.reason)}")
            self.failed.emit((symbol, result.reason))

    def _take(self, symbol: str, con_id: ConId) -> None:
        other = self._model.symbol_of(con_id)
        if symbol not in self._model:
            if other is None:
                self._commands.send(UnwatchContract(con_id))
            return
        if other is not None and other != symbol:
            self._model.remove(symbol)
            self.contract_found.emit((other, con_id))
            return
        self._model.resolve(symbol, con_id, self._state.quotes.get(con_id))
        details = self._state.details.get(con_id)
        if details is not None:
            self._model.set_rules(con_id, details.ladder, details.long_name)
        self.contract_found.emit((symbol, con_id))


def clean_symbol(symbol: object) -> str:
    """Return a symbol as it is kept: capitals, no control characters, of bounded length."""
    return text.one_line(symbol, 24).upper() if isinstance(symbol, str) else ""
