"""Small files that are either the old one or the new one, never half of each."""

import getpass
import hashlib
import os
from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Create a folder that only its owner may enter; refuses a symbolic link in its place."""
    if folder.is_symlink():
        raise OSError(f"{folder} is a symbolic link; the program keeps its files in real folders")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_private_file(path: Path, data: bytes) -> None:
    """Replace a file durably; readable by its owner only. Raises OSError, old file intact."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        _write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    temporary.replace(path)
    sync_folder(path.parent)


def replace_durably(draft: Path, path: Path) -> None:
    """Let a finished file on the same disk take a file's place, readable by its owner only.

    Raises OSError, old file intact.
    """
    draft.chmod(0o600)
    descriptor = os.open(draft, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    draft.replace(path)
    sync_folder(path.parent)


def sha256_of(path: Path) -> str:
    """Return the hash of a file, "" where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def user_name() -> str:
    """Return the name of the user of this machine, "" where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def _write_all(descriptor: int, data: bytes) -> None:
    """Write every byte: a disk that fills up takes a part first and complains later."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    if os.name == "nt":
        return  # folders cannot be opened there; the rename itself is journalled
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
