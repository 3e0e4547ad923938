"""Where the ibapi of 2020 stands, which `run.py test` installs apart from everything else."""

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "tests" / "data" / "old_client.lock"
# a working copy that borrows another's .venv finds what was installed beside that
FOLDER = (ROOT / ".venv").resolve().parent / ".boot" / "old-client"


def old_client() -> Path:
    """Return the folder with the old ibapi in it; fail the test when it is not there."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stamp = FOLDER / "installed.stamp"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        pytest.fail("the old ibapi is not installed: run `python3 run.py test` once")
    return FOLDER
