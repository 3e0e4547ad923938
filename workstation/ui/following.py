"""Keeps one stream of the core equal to what a widget shows: nothing hidden is streamed."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import Command, CommandResult, Failed
from workstation.domain.ids import ConId
from workstation.ui.screen_state import ScreenState

SETTLE_MS = 120
"""A wish must stand so long before the core hears of it: tabs flicker, arrow keys run."""


class Following(QObject):
    """Begins and ends a stream as the contract, the widget's visibility and the link change.

    The core takes a stream up again by itself in a new session, so nothing is said then.
    """

    failed = Signal(object)
    """Why there is no stream: str."""

    def __init__(
        self,
        state: ScreenState,
        commands: CommandPort,
        begin: Callable[[ConId], Command],
        end: Callable[[ConId], Command],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._commands = commands
        self._begin, self._end = begin, end
        self._contract: ConId | None = None
        self._is_visible = False
        self._followed: ConId | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._on_settled)

    @property
    def contract(self) -> ConId | None:
        """The contract that is followed now."""
        return self._followed

    def show(self, con_id: ConId | None) -> None:
        """Follow this contract from now on, while visible."""
        self._contract = con_id
        self._timer.start()

    def set_visible(self, *, visible: bool) -> None:
        """Follow only what can be seen."""
        self._is_visible = visible
        self._timer.start()

    def stop(self) -> None:
        """Follow nothing any more; the core hears of it at once, since the widget goes."""
        self._contract = None
        self._timer.stop()
        self._on_settled()

    @Slot()
    def conditions_changed(self) -> None:
        """Begin what could not begin before the link was ready and the contract known."""
        if self._state.is_ready and self._followed != self._wanted:
            self._timer.start()

    @property
    def _wanted(self) -> ConId | None:
        return self._contract if self._is_visible else None

    @Slot()
    def _on_settled(self) -> None:
        wanted = self._wanted
        if wanted == self._followed:
            return
        if self._followed is not None:
            self._commands.send(self._end(self._followed))
            self._followed = None
        if wanted is not None and self._state.is_ready and wanted in self._state.details:
            self._followed = wanted
            self._commands.send(self._begin(wanted), partial(self._take_answer, wanted))

    def _take_answer(self, con_id: ConId, result: CommandResult) -> None:
        if isinstance(result, Failed) and self._followed == con_id:
            self._followed = None
            self.failed.emit(result.reason)
