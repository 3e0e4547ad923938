"""Processes of this program that read the journal beside it: one checks all of it, one makes snapshots."""

import subprocess
import tempfile
from pathlib import Path
from typing import IO

from workstation.app.gateway_process import program_command
from workstation.desk.journal_keeper import SNAPSHOT, JobEnd

STOP_SECONDS = 5.0
MOST_WORDS = 4_000


class JournalJob:
    """One process; its output goes to a file without a name. Core thread."""

    def __init__(self, command: list[str]) -> None:
        """Start it. Raises OSError."""
        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed at its end
        flags = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
        flags |= getattr(subprocess, "CREATE_NO_WINDOW", 0)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=subprocess.STDOUT,
                creationflags=flags,
            )
        except OSError:
            self._output.close()
            raise

    def wait(self, seconds: float) -> JobEnd | None:
        """Return how it ended, None if it has not after so many seconds."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        self._output.seek(0)
        words = self._output.read(MOST_WORDS).decode(errors="replace").strip()
        self._output.close()
        return JobEnd(code, words)

    def stop(self) -> None:
        """End it; nothing of what it did counts."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()


class JournalJobs:
    """Starts them for one profile."""

    def __init__(self, data_folder: Path, profile: str, client_id: int) -> None:
        self._options = ["--data-dir", str(data_folder), "--profile", profile, "--background"]
        self._client = ["--client-id", str(client_id)]

    def start(self, what: str) -> JournalJob:
        """Start VERIFY or SNAPSHOT. Raises OSError."""
        client = self._client if what == SNAPSHOT else []
        return JournalJob([*program_command(), "journal", what, *self._options, *client])
