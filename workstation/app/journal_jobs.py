"""Processes of this program that read the journal beside it: one checks all of it, one makes snapshots."""

import contextlib
import subprocess
import tempfile
from pathlib import Path
from typing import IO

import msgspec

from workstation.app.gateway_process import program_command
from workstation.desk.journal_keeper import SNAPSHOT, VERIFY, JobEnd
from workstation.storage.journal_reader import FROM_THE_FIRST, CheckedSoFar

STOP_SECONDS = 5.0
MOST_WORDS = 4_000


class JournalJob:
    """One process; its output goes to a file without a name. Core thread.

    How far it has come it writes to a file in a folder that is gone when it ends.
    """

    def __init__(self, command: list[str], *, tells: bool = False) -> None:
        """Start it. Raises OSError."""
        self._folder = tempfile.TemporaryDirectory(prefix="journal-check-")
        self._so_far = Path(self._folder.name) / "so-far.json"
        if tells:
            command = [*command, "--so-far", str(self._so_far)]
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
            self._close()
            raise

    def wait(self, seconds: float) -> JobEnd | None:
        """Return how it ended, None if it has not after so many seconds."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        self._output.seek(0)
        words = self._output.read(MOST_WORDS).decode(errors="replace").strip()
        self._close()
        return JobEnd(code, words)

    def so_far(self) -> CheckedSoFar | None:
        """Return how far a check has come, None while it has not said."""
        try:
            return msgspec.json.decode(self._so_far.read_bytes(), type=CheckedSoFar)
        except (OSError, msgspec.MsgspecError):
            return None

    def stop(self) -> None:
        """End it; nothing of what it did counts."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._close()

    def _close(self) -> None:
        self._output.close()
        with contextlib.suppress(OSError):
            self._folder.cleanup()


class JournalJobs:
    """Starts them for one profile."""

    def __init__(self, data_folder: Path, profile: str, client_id: int) -> None:
        self._options = ["--data-dir", str(data_folder), "--profile", profile, "--background"]
        self._client = ["--client-id", str(client_id)]

    def start(self, what: str, begin: CheckedSoFar = FROM_THE_FIRST) -> JournalJob:
        """Start VERIFY, from where a check came to, or SNAPSHOT. Raises OSError."""
        more = self._client if what == SNAPSHOT else []
        if what == VERIFY and begin.seq:
            more = ["--after", f"{begin.seq}:{begin.hash}"]
        command = [*program_command(), "journal", what, *self._options, *more]
        return JournalJob(command, tells=what == VERIFY)
