"""The simulated gateway as a process of its own: started, watched, started again."""

import json
import logging
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal, Slot

log = logging.getLogger(__name__)

RESTART_MS = 100
LONGEST_RESTART_MS = 5_000
STOP_MS = 1_500


class GatewayProcess(QObject):
    """Owns the process. GUI thread. After a crash it comes back on the same port and state.

    The gateway ends by itself when its standard input closes, so none is left behind even
    if this program is killed.
    """

    listening = Signal(object)
    """int: the port on which the gateway now listens."""

    faulted = Signal(object)
    """str: one sentence on why the gateway does not run."""

    stopped = Signal()
    """The process is gone after stop()."""

    def __init__(
        self, state_file: Path, seed: int, frame_log: Path | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._options = ["--supervised", "--seed", str(seed), "--state", str(state_file)]
        if frame_log is not None:
            self._options += ["--frame-log", str(frame_log)]
        self._port = 0
        self._stopping = False
        self._delay = RESTART_MS
        self._last_words = ""
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._on_output)
        self._process.readyReadStandardError.connect(self._on_error_output)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)
        self._restart = QTimer(self)
        self._restart.setSingleShot(True)
        self._restart.timeout.connect(self.start)

    @property
    def process_id(self) -> int:
        """Id of the running process, 0 when none runs."""
        return int(self._process.processId())

    @Slot()
    def start(self) -> None:
        """Start the gateway; `listening` follows."""
        if self._stopping:
            return
        program, *first = [*program_command(), "simgateway"]
        self._process.start(program, [*first, *self._options, "--port", str(self._port)])

    def stop(self) -> None:
        """End the process; `stopped` follows, at once if none runs."""
        self._stopping = True
        self._restart.stop()
        if self._process.state() is QProcess.ProcessState.NotRunning:
            self.stopped.emit()
            return
        self._process.closeWriteChannel()
        QTimer.singleShot(STOP_MS, self._process, self._process.kill)

    @Slot()
    def _on_output(self) -> None:
        while self._process.canReadLine():
            line = bytes(self._process.readLine().data())
            try:
                port = int(json.loads(line)["listening"])
            except (ValueError, KeyError, TypeError):
                log.info("the gateway printed something unexpected")
                continue
            self._port = port
            self._delay = RESTART_MS
            self.listening.emit(port)

    @Slot()
    def _on_error_output(self) -> None:
        words = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        for line in words.splitlines():
            self._last_words = line
            log.info("gateway: %s", line)

    @Slot(int, QProcess.ExitStatus)
    def _on_finished(self, code: int, _status: QProcess.ExitStatus) -> None:
        if self._stopping:
            self.stopped.emit()
            return
        why = f": {self._last_words}" if self._last_words else ""
        self.faulted.emit(f"The simulated gateway ended with code {code}{why}")
        self._plan_restart()

    @Slot(QProcess.ProcessError)
    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and not self._stopping:
            self.faulted.emit(
                f"The simulated gateway cannot be started: {self._process.errorString()}"
            )
            self._plan_restart()

    def _plan_restart(self) -> None:
        self._restart.start(self._delay)
        self._delay = min(self._delay * 2, LONGEST_RESTART_MS)


def program_command() -> list[str]:
    """Return the words that start this program, packaged or from its sources."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, str(Path(__file__).resolve().parents[2] / "main.py")]
