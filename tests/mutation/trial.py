"""Runs tests against damaged code, each time in a fork that has the libraries loaded already."""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
import xml.etree.ElementTree as ET
from pathlib import Path

import coverage
import pytest

FOLDERS = ("tests/unit/risk", "tests/unit/oms", "tests/unit/domain", "tests/unit/desk")
PRELOADED = (
    "hypothesis.stateful", "numpy", "msgspec", "sqlite3",
    "PySide6.QtCore", "PySide6.QtWidgets", "PySide6.QtTest",
    "ibapi.client", "ibapi.wrapper", "google.protobuf.message", "tomli_w", "zoneinfo",
)  # fmt: skip
SECONDS = 120.0
PASSED, FAILED, NOT_COLLECTED = 0, 1, 2
KILLED, SURVIVED, TIMED_OUT, UNTESTED = "killed", "survived", "timed out", "untested"


class Selection:
    """Which tests run a line, the quickest first, from one measured run of all of them."""

    def __init__(self, root: Path, packages: tuple[str, ...]) -> None:
        self._root = root
        data_file, times = root / "contexts.coverage", root / "times.xml"
        if not times.exists():
            _measure(root, packages, data_file, times)
        self._data = coverage.CoverageData(str(data_file))
        self._data.read()
        self._seconds = _durations(times)
        self._lines: dict[str, dict[int, list[str]]] = {}

    def tests(self, path: str, line: int) -> list[str]:
        """Return the tests that run a line; where none is known, every test of the package."""
        lines = self._lines.get(path)
        if lines is None:
            lines = self._data.contexts_by_lineno(str(self._root / path))
            self._lines[path] = lines
        tests = [each for each in lines.get(line, ()) if each]
        if not tests:  # it runs at the import, or belongs to a statement that begins above
            before = [number for number in lines if number < line and any(lines[number])]
            at_import = "" in lines.get(line, ())
            tests = [] if at_import or not before else [t for t in lines[max(before)] if t]
        own = path.split("/")[1]
        if not tests:
            tests = [t for t in {t for each in lines.values() for t in each} if f"/{own}/" in t]
        return sorted(tests, key=lambda t: (f"/{own}/" not in t, self._seconds.get(t, 0.0), t))


def _measure(root: Path, packages: tuple[str, ...], data_file: Path, times: Path) -> None:
    """Run every test once and note which lines each runs; they must all pass."""
    sources = ",".join(str(root / each) for each in packages)
    command = [sys.executable, "-m", "coverage", "run", f"--source={sources}"]
    command += [f"--data-file={data_file}", "-m", "pytest", "-q", "-x", "-p", "no:randomly"]
    command += ["-p", "no:cacheprovider", "-p", "tests.mutation.contexts"]
    subprocess.run(
        [*command, f"--junit-xml={times}", *FOLDERS],
        cwd=root,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _durations(times: Path) -> dict[str, float]:
    """Read how long each test took; the names of pytest's report are no node ids."""
    found: dict[str, float] = {}
    for case in ET.parse(times).iter("testcase"):
        path = case.get("classname", "").replace(".", "/") + ".py"
        found[f"{path}::{case.get('name')}"] = float(case.get("time", 0))
    return found


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


def survives(root: Path, path: str, text: str, tests: list[str]) -> tuple[str, str]:
    """Say what becomes of a damaged file, and the last lines of what the tests said."""
    file = root / path
    whole = file.read_text(encoding="utf-8")
    output = root / "trial.txt"
    for stale in file.parent.glob(f"__pycache__/{file.stem}.*.pyc"):
        stale.unlink()
    file.write_text(text, encoding="utf-8")
    try:
        child = os.fork()
        if child == 0:
            _become_pytest(output, tests)
        code = _wait(child)
    finally:
        file.write_text(whole, encoding="utf-8")
    said = "\n".join(output.read_text(encoding="utf-8", errors="replace").splitlines()[-3:])
    if code is None:
        return TIMED_OUT, said
    if code not in {PASSED, FAILED, NOT_COLLECTED}:
        raise RuntimeError(f"pytest ended with {code}: {said}")
    return (SURVIVED if code == PASSED else KILLED), said


def _become_pytest(output: Path, tests: list[str]) -> None:
    code = 99
    try:
        os.setsid()
        file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, 1)
        os.dup2(file, 2)
        network = importlib.import_module("tests.helpers.network")
        network.own_sockets_beyond_loopback = list  # asking the system would take half the time
        options = ["-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "--no-header"]
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # they are loaded already
        code = int(pytest.main([*options, "--tb=line", "--hypothesis-seed=0", *tests]))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _wait(child: int) -> int | None:
    """Return the exit code; None when it took too long and was ended."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def note(file: Path, found: dict[str, str]) -> None:
    """Keep the results so far."""
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
