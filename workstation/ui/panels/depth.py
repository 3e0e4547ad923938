"""Market depth: the order book of the selected contract."""

from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import FollowDepth, UnfollowDepth
from workstation.domain.depth import DepthBook
from workstation.domain.ids import ConId
from workstation.domain.subscription import StreamKind, StreamPhase, StreamState
from workstation.ui import text
from workstation.ui.following import Following
from workstation.ui.live_panel import LivePanel
from workstation.ui.models.depth import DepthModel, rows_of
from workstation.ui.plain_label import PlainLabel
from workstation.ui.screen_state import ScreenState
from workstation.ui.table_view import TableView

_WAITING = "Waiting for the book"


class DepthPanel(LivePanel):
    """Shows the book of one contract, and follows it only while it can be seen."""

    price_chosen = Signal(object)
    """Decimal price of the place the user clicked."""

    def __init__(
        self, state: ScreenState, commands: CommandPort, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._con_id: ConId | None = None
        self._book: DepthBook | None = None
        self.model = DepthModel(self)
        self.table = TableView(self.model, "No symbol chosen", self, is_arranged=False)
        self.symbol_label = PlainLabel("", self)
        self.spread_label = PlainLabel("", self)
        self.state_label = PlainLabel("", self)
        self.state_label.set_tone("warning")
        self.following = Following(state, commands, FollowDepth, UnfollowDepth, self)
        self.following.failed.connect(self._on_failed)
        self.table.clicked.connect(self._on_clicked)
        self.table.setToolTip(text.tooltip("Click a place to put its price into the ticket"))
        line = QHBoxLayout()
        line.setContentsMargins(6, 3, 6, 0)
        line.setSpacing(10)
        line.addWidget(self.symbol_label)
        line.addWidget(self.spread_label, 1)
        line.addWidget(self.state_label)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(line)
        column.addWidget(self.table)

    def show_contract(self, con_id: ConId | None, symbol: str) -> None:
        """Show the book of another contract."""
        if con_id == self._con_id:
            return
        self._con_id = con_id
        self.symbol_label.show_text(text.one_line(symbol, 24))
        self.table.forget_needs()
        self._clear(_WAITING if con_id is not None else "No symbol chosen")
        self.following.show(con_id)

    @Slot(object)
    def take_book(self, book: DepthBook) -> None:
        """Show the newest book, if it is of our contract."""
        if book.con_id != self._con_id or not self.is_seen:
            return
        self._book = book
        self._show_book(book)

    def _show_book(self, book: DepthBook) -> None:
        if not self._state.has_market and not book.stale:
            book = replace(book, stale=True)
        self.model.show_book(rows_of(book, self._state.ladder(book.con_id)))
        self._show_header(book)
        if book.problem:
            self.table.set_empty_text(f"No depth: {text.one_line(book.problem)}")
        else:
            self.table.set_empty_text(_WAITING)

    @Slot(object)
    def take_stream(self, stream: StreamState) -> None:
        """Say that the book has no slot, and who holds them."""
        if (stream.con_id, stream.kind) == (self._con_id, StreamKind.DEPTH) and self._book:
            self._show_header(self._book)

    def link_changed(self) -> None:
        """Follow as soon as the link allows; grey the book while the link is dead."""
        self.following.conditions_changed()
        if self._book is not None:
            self._show_book(self._book)

    def contract_known(self, con_id: ConId) -> None:
        """Follow as soon as the rules of the contract are known."""
        if con_id == self._con_id:
            self.following.conditions_changed()

    @override
    def seen_changed(self, *, is_seen: bool) -> None:
        """Give the slot back, and show nothing old when the panel returns."""
        self.following.set_visible(visible=is_seen)
        if not is_seen:
            self._clear(_WAITING if self._con_id is not None else "No symbol chosen")

    def _show_header(self, book: DepthBook) -> None:
        ladder = self._state.ladder(book.con_id)
        words = ""
        if book.bids and book.asks:
            bid, ask = book.bids[0].price, book.asks[0].price
            spread = text.distance(ask - bid, ask, ladder)
            words = f"Spread {spread}   Mid {text.middle_price((bid + ask) / 2, ladder)}"
        self.spread_label.show_text(words)
        stream = self._state.stream(book.con_id, StreamKind.DEPTH)
        is_paused = stream is not None and stream.phase is StreamPhase.PAUSED
        refused = "No slot" if is_paused else "No depth"
        state = "Stale" if book.stale else refused if book.problem else ""
        advice = stream.advice if stream is not None else ""
        self.state_label.show_text(state, "\n".join(filter(None, (book.problem, advice))))

    def _clear(self, reason: str) -> None:
        self._book = None
        self.model.clear()
        self.spread_label.show_text("")
        self.state_label.show_text("")
        self.table.set_empty_text(reason)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        row = self.model.value_at(self.table.proxy.mapToSource(index).row())
        place = row.bid if self.model.is_bid_column(index.column()) else row.ask
        if place is not None and not row.stale and not self._state.is_read_only:
            self.price_chosen.emit(Decimal(repr(place.level.price)))

    @Slot(object)
    def _on_failed(self, reason: str) -> None:
        self._clear(f"No depth: {text.one_line(reason)}")
        self.state_label.show_text("No depth", reason)
