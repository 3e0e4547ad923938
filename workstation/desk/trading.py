"""The latched trading state and arming: what may leave, decided here and kept on disk."""

from pathlib import Path

from workstation.domain.clock import Clock
from workstation.domain.errors import JournalError
from workstation.domain.finding import TradingState
from workstation.domain.ports import JournalPort
from workstation.storage.state_file import Latch, read_latch, write_latch

_ORDER = (
    TradingState.ACTIVE,
    TradingState.REDUCING,
    TradingState.HALTED,
    TradingState.LOCKED,
)


class Trading:
    """Holds the latch. Core thread. Arming is never kept: a start is always unarmed."""

    def __init__(self, path: Path, clock: Clock, journal: JournalPort, *, first_run: bool) -> None:
        self._path = path
        self._clock = clock
        self._journal = journal
        self._latch = read_latch(path, clock.now(), first_run=first_run)
        self._locked_because = ""
        self.armed = False
        if first_run:
            self._write()

    @property
    def state(self) -> TradingState:
        """What may leave now; a lock of this run goes before the latch."""
        return TradingState.LOCKED if self._locked_because else self._latch.state

    @property
    def reason(self) -> str:
        """Why the state is not ACTIVE."""
        return self._locked_because or self._latch.reason

    def set_by_hand(self, state: TradingState) -> str:
        """Set the latch because the user wants it; returns why not, or "" when done."""
        if self._locked_because:
            return f"Trading is locked until the program is restarted: {self._locked_because}"
        self._set(state, "" if state is TradingState.ACTIVE else "set by hand")
        return self._locked_because

    def restrict(self, state: TradingState, reason: str) -> None:
        """Set the latch unless it is already at least as restrictive."""
        if _ORDER.index(state) > _ORDER.index(self._latch.state):
            self._set(state, reason)

    def lock(self, reason: str) -> None:
        """Let nothing but cancels leave until the program is restarted."""
        if not self._locked_because:
            self._locked_because = reason

    def _set(self, state: TradingState, reason: str) -> None:
        self._latch = Latch(state=state, reason=reason, since=self._clock.now())
        self._write()
        try:
            self._journal.record("TradingState", self._latch, durable=True)
        except JournalError as error:
            self.lock(str(error))

    def _write(self) -> None:
        try:
            write_latch(self._path, self._latch)
        except OSError as error:
            self.lock(f"the trading state cannot be written ({error.strerror})")
