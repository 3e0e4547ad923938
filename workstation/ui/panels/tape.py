"""Time and sales: the prints of the selected contract."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import FollowTape, UnfollowTape
from workstation.domain.ids import ConId
from workstation.domain.subscription import StreamKind, StreamPhase, StreamState
from workstation.domain.trade import Trade
from workstation.ui import text
from workstation.ui.following import Following
from workstation.ui.live_panel import LivePanel
from workstation.ui.models.tape import TAPE_ROWS, TapeModel, TapeRow
from workstation.ui.plain_label import PlainLabel
from workstation.ui.screen_state import ScreenState
from workstation.ui.table_view import TableView

SIZES = (0, 100, 500, 1_000, 5_000, 10_000)
"""Smallest sizes the filter offers."""

_WAITING = "Waiting for a trade"


class TapePanel(LivePanel):
    """Shows prints newest first; stands still while the mouse is over it."""

    def __init__(
        self, state: ScreenState, commands: CommandPort, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._con_id: ConId | None = None
        self._held: list[TapeRow] = []
        self._is_paused = False
        self.model = TapeModel(self)
        self.table = TableView(self.model, "No symbol chosen", self, is_arranged=False)
        self.symbol_label = PlainLabel("", self)
        self.pause_label = PlainLabel("", self)
        self.pause_label.set_tone("warning")
        self.size_box = QComboBox(self)
        self.size_box.addItems(["All sizes", *(f"≥ {text.size(size)}" for size in SIZES[1:])])
        self.size_box.setAccessibleName("Smallest size shown")
        self.size_box.currentIndexChanged.connect(self._on_size_chosen)
        self.following = Following(state, commands, FollowTape, UnfollowTape, self)
        self.following.failed.connect(self._on_failed)
        line = QHBoxLayout()
        line.setContentsMargins(6, 3, 3, 0)
        line.addWidget(self.symbol_label)
        line.addWidget(self.pause_label, 1)
        line.addWidget(self.size_box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(line)
        column.addWidget(self.table)
        self.table.viewport().installEventFilter(self)

    def show_contract(self, con_id: ConId | None, symbol: str) -> None:
        """Show the prints of another contract."""
        if con_id == self._con_id:
            return
        self._con_id = con_id
        self.symbol_label.show_text(text.one_line(symbol, 24))
        self.table.forget_needs()
        self._clear(_WAITING if con_id is not None else "No symbol chosen")
        self.following.show(con_id)

    @Slot(object)
    def take_trades(self, trades: Sequence[Trade]) -> None:
        """Show the newest prints of our contract, or keep them while the mouse is here."""
        if not self.is_seen:
            return
        ladder = self._state.ladder(self._con_id)
        rows = [TapeRow(trade, ladder) for trade in trades if trade.con_id == self._con_id]
        if self._is_paused:
            self._held.extend(rows)
            del self._held[:-TAPE_ROWS]
            self._show_pause()
        elif rows:
            self.model.add(rows)

    @Slot(object)
    def take_stream(self, stream: StreamState) -> None:
        """Say why there are no prints: no room, or refused."""
        if (stream.con_id, stream.kind) != (self._con_id, StreamKind.TAPE):
            return
        self.table.set_empty_text(self._waiting_text())
        self._show_pause()

    def _waiting_text(self) -> str:
        if self._con_id is None:
            return "No symbol chosen"
        stream = self._state.stream(self._con_id, StreamKind.TAPE)
        if stream is None or not stream.text:
            return _WAITING
        return f"No trades: {text.one_line(stream.text, 200)}"

    def link_changed(self) -> None:
        """Follow as soon as the link allows; prints before a break stay, marked stale."""
        self.following.conditions_changed()
        self._show_pause()

    def contract_known(self, con_id: ConId) -> None:
        """Follow as soon as the rules of the contract are known."""
        if con_id == self._con_id:
            self.following.conditions_changed()

    @override
    def seen_changed(self, *, is_seen: bool) -> None:
        """Give the slot back; a tape with a gap would be no tape."""
        self.following.set_visible(visible=is_seen)
        if not is_seen:
            self._clear(_WAITING if self._con_id is not None else "No symbol chosen")

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stand still while the mouse is over the rows."""
        if event.type() in {QEvent.Type.Enter, QEvent.Type.Leave}:
            self._pause(paused=event.type() is QEvent.Type.Enter)
        return False

    def _pause(self, *, paused: bool) -> None:
        self._is_paused = paused
        if not paused and self._held:
            self.model.add(self._held)
            self._held = []
        self._show_pause()

    def _show_pause(self) -> None:
        if not self._state.has_market:
            self.pause_label.show_text("Stale" if self.model.rowCount() else "")
            return
        stream = self._state.stream(self._con_id, StreamKind.TAPE)
        if self.is_seen and stream is not None and stream.phase is StreamPhase.PAUSED:
            self.pause_label.show_text("No slot", f"{stream.text}\n{stream.advice}")
            return
        waiting = f"{text.size(len(self._held))} waiting" if self._held else ""
        self.pause_label.show_text(f"Paused  {waiting}".strip() if self._is_paused else "")

    def _clear(self, reason: str) -> None:
        self._held = []
        self.model.clear()
        self._show_pause()
        self.table.set_empty_text(reason)

    @Slot(int)
    def _on_size_chosen(self, place: int) -> None:
        self.model.set_smallest(float(SIZES[place]))

    @Slot(object)
    def _on_failed(self, reason: str) -> None:
        self._clear(f"No trades: {text.one_line(reason)}")
