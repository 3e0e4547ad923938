"""Rotating logs in which no account can be read."""

import logging
import logging.handlers
from pathlib import Path

from typing_extensions import override

from workstation.domain.account import redacted


class RedactingFormatter(logging.Formatter):
    """Masks accounts in the finished line, exceptions and their arguments included."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


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
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    return handler


def stop_logging(handler: logging.Handler) -> None:
    """Close the log."""
    logging.getLogger().removeHandler(handler)
    handler.close()
