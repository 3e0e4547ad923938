"""Suggestions below a symbol field while it is typed in, as the broker knows them."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from PySide6.QtCore import QModelIndex, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView

from workstation.domain.queries import MatchSymbols
from workstation.domain.query import Query, RequestError
from workstation.domain.reference import SymbolMatch
from workstation.ui import text

T = TypeVar("T")
PAUSE_MS = 250
"""A pause in the typing that is worth a question; the broker takes one a second."""
MOST_ROWS = 12
SYMBOL = Qt.ItemDataRole.UserRole + 1


class Flow(Protocol):
    """A running flow."""

    def cancel(self) -> object:
        """End it; its question is withdrawn."""
        ...


class Asker(Protocol):
    """Questions to the broker, awaited on the GUI thread."""

    async def ask(self, query: Query[T]) -> T:
        """Return the whole answer; raises RequestError."""
        ...

    def start(self, flow: Coroutine[Any, Any, None]) -> Flow:
        """Run a flow until it ends."""
        ...


class SymbolSearch(QObject):
    """Asks for matching symbols while the user types, and offers the US stocks among them."""

    chosen = Signal(object)
    """Symbol the user took from the list: str."""

    def __init__(self, edit: QLineEdit, asker: Callable[[], Asker]) -> None:
        """`asker` is called with the first question: what it loads a start need not pay for."""
        super().__init__(edit)
        self._edit = edit
        self._asker = asker
        self._flow: Flow | None = None
        self.model = QStandardItemModel(self)
        self.completer = QCompleter(self.model, self)
        self.completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.completer.setMaxVisibleItems(MOST_ROWS)
        self.completer.setWidget(edit)
        self._popup = QListView()
        self.completer.setPopup(self._popup)
        activated = self.completer.activated[QModelIndex]  # type: ignore[index]  # it has two
        activated.connect(self._on_chosen)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._on_pause)
        edit.textEdited.connect(self._on_edited)
        edit.returnPressed.connect(self._on_done)

    @Slot(str)
    def _on_edited(self, _typed: str) -> None:
        self._stop()
        self._pause.start()

    @Slot()
    def _on_done(self) -> None:
        self._stop()
        self._popup.hide()

    @Slot()
    def _on_pause(self) -> None:
        pattern = text.one_line(self._edit.text(), self._edit.maxLength()).strip()
        if pattern and pattern.isascii():
            asker = self._asker()
            self._flow = asker.start(self._search(asker, pattern))
        else:
            self._popup.hide()

    async def _search(self, asker: Asker, pattern: str) -> None:
        try:
            found = await asker.ask(MatchSymbols(pattern))
        except RequestError as error:
            self._show_word(error.failure.text)
            return
        stocks = [each for each in found if (each.sec_type, each.currency) == ("STK", "USD")]
        if stocks:
            self._show(stocks[:MOST_ROWS])
        else:
            self._show_word("No US stock begins so.")

    def _show(self, stocks: list[SymbolMatch]) -> None:
        self.model.clear()
        for match in stocks:
            parts = (match.symbol, match.description, match.primary_exchange)
            item = QStandardItem(" · ".join(text.one_line(part, 40) for part in parts if part))
            item.setData(match.symbol, SYMBOL)
            self.model.appendRow(item)
        self._pop_up()

    def _show_word(self, word: str) -> None:
        item = QStandardItem(text.one_line(word, 90))
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.model.clear()
        self.model.appendRow(item)
        self._pop_up()

    def _pop_up(self) -> None:
        if self._edit.hasFocus():
            place = self._edit.rect()
            place.setWidth(max(place.width(), 360))
            self.completer.complete(place)

    @Slot(QModelIndex)
    def _on_chosen(self, index: QModelIndex) -> None:
        symbol = index.data(SYMBOL)
        if isinstance(symbol, str) and symbol:
            self._on_done()
            self.chosen.emit(symbol)

    def _stop(self) -> None:
        self._pause.stop()
        if self._flow is not None:
            self._flow.cancel()
            self._flow = None
