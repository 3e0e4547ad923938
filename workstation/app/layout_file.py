"""The window's layout on disk: kept often, read with suspicion."""

import logging
from pathlib import Path

import msgspec

from workstation.storage.files import write_private_file

log = logging.getLogger(__name__)

_LARGEST = 1_048_576


def read_layout(path: Path) -> dict[str, object] | None:
    """Return the layout as it was left, None when there is none that can be read."""
    try:
        if path.stat().st_size > _LARGEST:
            log.info("the layout file is too large and is not used")
            return None
        return msgspec.json.decode(path.read_bytes(), type=dict[str, object])
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        log.info("the layout file cannot be read: %s", error)
        return None


def write_layout(path: Path, layout: dict[str, object]) -> None:
    """Keep the layout; a full disk costs the layout, never the program."""
    try:
        write_private_file(path, msgspec.json.encode(layout))
    except OSError as error:
        log.info("the layout could not be kept: %s", error)
