"""Rotating logs in which no account can be read, written behind the back of who logs."""

import contextlib
import logging
import logging.handlers
import threading
from collections import deque
from pathlib import Path
from queue import SimpleQueue

from typing_extensions import override

from workstation.domain.account import redacted


class RedactingFormatter(logging.Formatter):
    """Masks accounts in the finished line, exceptions and their arguments included."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class BackgroundHandler(logging.Handler):
    """Hands records to another handler on a thread of its own.

    A line costs the core or the window only its words and a place in a queue; formatting and
    the disk are the thread's. From ERROR up the caller waits until all lines are written, so that
    what led to a fault is in the file even if the process ends on the next instruction.
    """

    def __init__(self, target: logging.Handler) -> None:
        super().__init__()
        self._target = target
        self._waiting: deque[logging.LogRecord] = deque()
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._writing = threading.Lock()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Queue a record; its words are fixed now, before an argument can change."""
        with contextlib.suppress(Exception):  # a wrong call is told by the target, as ever
            record.msg, record.args = record.getMessage(), None
        self._waiting.append(record)
        if record.levelno >= logging.ERROR:
            self.flush()
        else:
            self._wake.put(None)

    @override
    def flush(self) -> None:
        """Write what waits, in order, on the calling thread."""
        with self._writing:
            while self._waiting:
                self._target.handle(self._waiting.popleft())
            self._target.flush()

    @override
    def close(self) -> None:
        """Write what waits and end the thread."""
        self._ending = True
        self._wake.put(None)
        self._thread.join()
        self.flush()
        self._target.close()
        super().close()

    def _run(self) -> None:
        while not self._ending:
            self._wake.get()
            if self._waiting:
                self.flush()


def start_logging(folder: Path) -> logging.Handler:
    """Log into this folder, 5 files of 1 MiB. Raises OSError."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "workstation.log"
    path.touch(mode=0o600)
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=1_048_576, backupCount=4, encoding="utf-8"
    )
    handler.setFormatter(
        RedactingFormatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
    )
    background = BackgroundHandler(handler)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(background)
    return background


def stop_logging(handler: logging.Handler) -> None:
    """Write the last lines and close the log."""
    logging.getLogger().removeHandler(handler)
    handler.close()
