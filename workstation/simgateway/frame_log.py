"""The frame log: every frame in and out as one JSON line, the truth tests compare with."""

import json
from collections.abc import Sequence
from pathlib import Path

from workstation.domain.clock import Clock
from workstation.simgateway.codec_text import Field, to_text


class FrameLog:
    """Appends one line a frame and hands it to the system at once.

    A line holds monotonic seconds, the client id (null before startApi), the direction
    ("in" is from the client) and the fields.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = path.open("ab", buffering=0)
        self._clock = clock

    def add(self, client_id: int | None, direction: str, fields: Sequence[Field]) -> None:
        """Write one frame."""
        line = {
            "t": self._clock.monotonic(),
            "client": client_id,
            "direction": direction,
            "fields": [to_text(field) for field in fields],
        }
        self._file.write(json.dumps(line).encode("ascii") + b"\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
