"""A simulated gateway in a process of its own, for tests."""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Gateway:
    """Runs `main.py simgateway` in a folder; use as a context manager."""

    folder: Path
    port: int = 0
    seed: int = 1
    max_server_version: int = 226
    accounts: int = 1
    process: subprocess.Popen[str] | None = field(default=None, init=False)

    @property
    def frame_log(self) -> Path:
        return self.folder / "frames.jsonl"

    def start(self) -> None:
        command = [sys.executable, str(ROOT / "main.py"), "simgateway", "--supervised"]
        options = {
            "--port": self.port,
            "--seed": self.seed,
            "--state": self.folder / "gateway-state.json",
            "--frame-log": self.frame_log,
            "--max-server-version": self.max_server_version,
            "--accounts": self.accounts,
        }
        for name, value in options.items():
            command += [name, str(value)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert self.process.stdout is not None
        self.port = json.loads(self.process.stdout.readline())["listening"]

    def kill(self) -> None:
        """End it as a crash would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self._reap()

    def stop(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            self._reap()

    def frames(self, message_id: int, direction: str = "in") -> list[list[str]]:
        """Return the fields of every frame of this id, oldest first."""
        if not self.frame_log.exists():
            return []
        lines = (json.loads(line) for line in self.frame_log.read_text().splitlines())
        return [
            line["fields"]
            for line in lines
            if line["direction"] == direction and line["fields"][:1] == [str(message_id)]
        ]

    def _reap(self) -> None:
        assert self.process is not None
        self.process.wait(timeout=5)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process = None

    def __enter__(self) -> "Gateway":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
