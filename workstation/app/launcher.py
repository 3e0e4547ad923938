"""TWS or IB Gateway, started by the user's own command line and watched until it ends."""

import contextlib
import logging
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import IO

from PySide6.QtCore import QObject, QProcess, QTimer, Signal, Slot

from workstation.ui import text

log = logging.getLogger(__name__)

WATCH_MS = 500
FIRST_RESTART_SECONDS = 2.0
LONGEST_RESTART_SECONDS = 60.0
STEADY_SECONDS = 60.0
"""A program that ran this long had started well: the next restart comes soon again."""

LAST_WORDS_BYTES = 4096


class Launcher(QObject):
    """Owns the watch over one process at a time. GUI thread.

    No shell reads the command. The process is not a QProcess, which would kill it when this
    program ends: TWS must outlive a restart of the window, or it wants a new log-in. What it
    prints goes to a file, from which the last line is shown when it ends.
    """

    changed = Signal()
    """`is_running` or `words` are new."""

    ended = Signal(object)
    """str: one sentence on how it ended or why it cannot be started."""

    def __init__(self, output: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.words = ""
        self._output = output
        self._command = ""
        self._restarts = False
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._delay = FIRST_RESTART_SECONDS
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self._on_watch_due)
        self._restart = QTimer(self)
        self._restart.setSingleShot(True)
        self._restart.timeout.connect(self._on_restart_due)

    @property
    def is_running(self) -> bool:
        """Whether a process that was started here still runs."""
        return self._process is not None

    @property
    def process_id(self) -> int:
        """Id of the running process, 0 when none runs."""
        return 0 if self._process is None else self._process.pid

    def start(self, command: str, *, restarts: bool) -> None:
        """Start the command now, unless one runs; with `restarts` again after it crashes."""
        self._restart.stop()
        self._command, self._restarts = command, restarts
        self._delay = FIRST_RESTART_SECONDS
        self._start()

    def leave(self) -> None:
        """Watch no more; what runs goes on by itself."""
        self._restart.stop()
        self._watch.stop()
        if self._process is not None:
            self._process.returncode = 0  # not ours to wait for: no warning when it is dropped
            self._process = None

    def _start(self) -> None:
        if self._process is not None:
            return
        words = QProcess.splitCommand(self._command)
        if not words:
            self._say("No command is given.")
            return
        try:
            with self._output.open("ab") as output:
                if not _take(output):
                    self._say(f"{self._name()} still runs: it was started here before.")
                    return
                output.truncate(0)
                self._process = subprocess.Popen(  # noqa: S603 - the user's own command, no shell
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=_environment(),
                    start_new_session=True,
                )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            self._say(f"{self._name()} cannot be started: {reason}.")
            return
        self._started_at = time.monotonic()
        self._watch.start()
        self.words = f"{self._name()} runs since {text.clock_time(datetime.now().astimezone())}."
        log.info("started the program of the profile as process %s", self._process.pid)
        self.changed.emit()

    @Slot()
    def _on_watch_due(self) -> None:
        if self._process is None or (code := self._process.poll()) is None:
            return
        self._process = None
        self._watch.stop()
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        last = self._last_words()
        sentence = f"{self._name()} {how}{f': {last}' if last else ''}."
        if code == 0 or not self._restarts:
            self._say(sentence)
            return
        if time.monotonic() - self._started_at >= STEADY_SECONDS:
            self._delay = FIRST_RESTART_SECONDS
        self._restart.start(int(self._delay * 1000))
        self._say(f"{sentence} It is started again in {self._delay:g} s.")
        self._delay = min(self._delay * 2, LONGEST_RESTART_SECONDS)

    @Slot()
    def _on_restart_due(self) -> None:
        self._start()

    def _say(self, sentence: str) -> None:
        self.words = sentence
        log.info("%s", sentence)
        self.changed.emit()
        self.ended.emit(sentence)

    def _name(self) -> str:
        words = QProcess.splitCommand(self._command)
        return text.one_line(Path(words[0]).name, 60) if words else "The program"

    def _last_words(self) -> str:
        with contextlib.suppress(OSError), self._output.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - LAST_WORDS_BYTES))
            lines = file.read().decode("utf-8", "replace").split("\n")
            spoken = [line for line in lines if line.strip()]
            return text.one_line(spoken[-1], 200).rstrip(".") if spoken else ""
        return ""


def _environment() -> dict[str, str]:
    """Return the environment without what a packaged program adds for its own libraries."""
    environment = dict(os.environ)
    if getattr(sys, "frozen", False):
        original = environment.pop("LD_LIBRARY_PATH_ORIG", None)
        environment.pop("LD_LIBRARY_PATH", None)
        if original is not None:
            environment["LD_LIBRARY_PATH"] = original
    return environment


if sys.platform == "win32":

    def _take(_output: IO[bytes]) -> bool:
        """Know nothing of what runs: locks are not inherited here."""
        return True

else:
    import fcntl

    def _take(output: IO[bytes]) -> bool:
        """Lock the file for as long as whoever inherits it keeps it open; False while one does.

        So neither a new window nor a restart starts a second one beside what still runs.
        """
        try:
            fcntl.flock(output, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
