"""Serves the panel of earlier orders: asks a process beside the program, on a pool thread."""

import subprocess
from dataclasses import replace
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QThreadPool, QTimer, Slot

from workstation.app.gateway_process import program_command
from workstation.app.pool_job import PoolJob, Told
from workstation.domain.past_trades import HistoryPage, HistoryWish
from workstation.ui.panels.history import HistoryPanel

IDLE_MS = 120_000
"""The process ends when nobody has asked for so long: it holds the whole journal's orders."""

STOP_SECONDS = 5.0

FOLLOW_MS = 500
"""While a long journal is being read, so long between two questions how far it is."""


class HistoryProcess:
    """The process that answers; started by the first question. Used by one thread at a time."""

    def __init__(self, data_folder: Path, profile: str, client_id: int) -> None:
        self._command = [
            *program_command(),
            *("history", "--data-dir", str(data_folder)),
            *("--profile", profile, "--client-id", str(client_id)),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, wish: HistoryWish) -> HistoryPage:
        """Return the answer; a process that died meanwhile is started anew, once.

        Raises OSError.
        """
        question = msgspec.json.encode(wish) + b"\n"
        return (
            self._answer(question)
            or self._answer(question)
            or HistoryPage(fault="The reading of the journal ended without an answer.")
        )

    def _answer(self, question: bytes) -> HistoryPage | None:
        process = self._process or self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(question)
            process.stdin.flush()
            line = process.stdout.readline()
            if line.endswith(b"\n"):
                return msgspec.json.decode(line, type=HistoryPage)
        except (OSError, msgspec.MsgspecError):
            pass
        self.end()
        return None

    def _started(self) -> subprocess.Popen[bytes]:
        flags = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
        flags |= getattr(subprocess, "CREATE_NO_WINDOW", 0)
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=flags,
        )
        return self._process

    def kill(self) -> None:
        """End a process that works, from any thread; who waits for it gets no answer."""
        if (process := self._process) is not None:
            process.kill()

    def end(self) -> None:
        """Close its input, which ends it."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _close(pipe: object) -> None:
    try:
        pipe.close()  # type: ignore[attr-defined]
    except OSError:
        return  # what was still to be written is of no use


class PastTrades(QObject):
    """Passes the panel's wishes on; of those that wait only the newest is asked. GUI thread."""

    def __init__(
        self, data_folder: Path, profile: str, client_id: int, panel: HistoryPanel
    ) -> None:
        super().__init__(panel)
        self._panel = panel
        self._process = HistoryProcess(data_folder, profile, client_id)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._read = Told(self)
        self._read.done.connect(self._on_read)
        self._asked: HistoryWish | None = None
        self._next: HistoryWish | None = None
        self._is_closing = False
        self._followed = HistoryWish()
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.setInterval(FOLLOW_MS)
        self._follow.timeout.connect(self._on_follow)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self._on_idle)
        panel.wished.connect(self.ask)

    @Slot(object)
    def ask(self, wish: HistoryWish) -> None:
        """Ask now, or as soon as the answer before is there."""
        if self._is_closing:
            return
        if self._asked is not None:
            self._next = wish
            return
        self._idle.stop()
        self._follow.stop()
        self._asked = wish
        process = self._process
        self._pool.start(PoolJob(lambda: process.ask(wish), self._read))

    def close(self) -> None:
        """End the process, also one that works; called when the program closes."""
        self._is_closing = True
        self._next = None
        self._idle.stop()
        self._follow.stop()
        while not self._pool.waitForDone(50):
            self._process.kill()
        self._process.end()

    @Slot(object)
    def _on_read(self, result: object) -> None:
        asked, self._asked = self._asked, None
        wish, self._next = self._next, None
        if wish is not None:
            self.ask(wish)
            if asked is None or not (asked.export or asked.statement):
                return
        elif not self._is_closing:
            self._idle.start()
        page = result if isinstance(result, HistoryPage) else HistoryPage(fault=str(result))
        if asked is None:
            return
        if page.read < 1 and wish is None and not self._is_closing:
            self._idle.stop()
            self._followed = replace(asked, only_whole=True)
            self._follow.start()
        self._panel.show_page(asked, page)

    @Slot()
    def _on_follow(self) -> None:
        """Ask once more for what the newest orders stand in for."""
        self.ask(self._followed)

    @Slot()
    def _on_idle(self) -> None:
        if self._asked is None:
            self._process.end()
