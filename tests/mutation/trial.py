"""Runs tests against damaged code, each time in a fork that has the libraries loaded already."""

import importlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDERS = ("tests/unit/risk", "tests/unit/oms", "tests/unit/domain", "tests/unit/desk")
PRELOADED = (
    "hypothesis.stateful", "numpy", "msgspec", "sqlite3",
    "PySide6.QtCore", "PySide6.QtWidgets", "PySide6.QtTest",
    "ibapi.client", "ibapi.wrapper", "google.protobuf.message", "tomli_w", "zoneinfo",
)  # fmt: skip
OPTIONS = (
    "-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "--no-header", "--tb=line",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",  # they are loaded already
    "--hypothesis-seed=0",
)  # fmt: skip
MEASURING_SECONDS = 1800.0
PASSED, FAILED, NOT_COLLECTED, NOT_FOUND = 0, 1, 2, 4
"""Exit codes of pytest; it calls tests not found whose modules a damage keeps from importing."""

KILLED, SURVIVED, TIMED_OUT, UNTESTED = "killed", "survived", "timed out", "untested"


def patience(seconds: float) -> float:
    """Return how long tests may take that took so long without any damage."""
    return 20.0 + 10.0 * seconds


def preload(root: Path) -> None:
    """Load what every trial needs and no trial damages."""
    os.chdir(root)
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(root))
    for name in [each for each in sys.modules if each.split(".")[0] == "tests"]:
        del sys.modules[name]  # those of the copy are wanted
    for name in PRELOADED:
        __import__(name)
    assert not any(name.startswith("workstation") for name in sys.modules)


def survives(root: Path, path: str, text: str, tests: list[str], seconds: float) -> tuple[str, str]:
    """Say what becomes of a damaged file, and the last lines of what the tests said."""
    file = root / path
    whole = file.read_text(encoding="utf-8")
    for stale in file.parent.glob(f"__pycache__/{file.stem}.*.pyc"):
        stale.unlink()
    file.write_text(text, encoding="utf-8")
    try:
        return forked(root, lambda: int(pytest.main([*OPTIONS, *tests])), seconds)
    finally:
        file.write_text(whole, encoding="utf-8")


def forked(root: Path, work: Callable[[], int], seconds: float) -> tuple[str, str]:
    """Do the work in a fork and tell from its exit code what became of the damage.

    The fork ends itself when the work is done, whatever threads are left in it.
    """
    output = root / "trial.txt"
    child = os.fork()
    if child == 0:
        _become(output, work)
    code = _wait(child, seconds)
    said = "\n".join(output.read_text(encoding="utf-8", errors="replace").splitlines()[-3:])
    if code is None:
        return TIMED_OUT, said
    if code not in {PASSED, FAILED, NOT_COLLECTED, NOT_FOUND}:
        raise RuntimeError(f"the tests ended with {code}: {said}")
    return (SURVIVED if code == PASSED else KILLED), said


def _become(output: Path, work: Callable[[], int]) -> None:
    code = 99
    try:
        os.setsid()
        file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, 1)
        os.dup2(file, 2)
        network = importlib.import_module("tests.helpers.network")
        network.own_sockets_beyond_loopback = list  # asking the system would take half the time
        code = work()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _wait(child: int, seconds: float) -> int | None:
    """Return the exit code; None when it took too long and was ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def note(file: Path, found: dict[str, str]) -> None:
    """Keep the results so far."""
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def noted(file: Path) -> dict[str, str]:
    """Return the results so far."""
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}
