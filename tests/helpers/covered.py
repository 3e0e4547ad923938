"""A pytest plugin: every line and branch of the order path is run by a unit test, or the run fails.

It works when WORKSTATION_COVERAGE is set, as run.py does for a whole run. Measured is while the
modules are imported and while tests of FOLDERS run; what to measure stands in pyproject.toml.
"""

import contextlib
import importlib
import io
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

SWITCH = "WORKSTATION_COVERAGE"
ROOT = Path(__file__).resolve().parents[2]
FOLDERS = tuple(str(ROOT / "tests" / "unit" / name) for name in ("domain", "risk", "oms", "desk"))
ADVICE = "Each of these lines needs a test in tests/unit (domain, risk, oms or desk), or is dead."


class Measured:
    """What the unit tests have run so far."""

    def __init__(self) -> None:
        self._coverage = importlib.import_module("coverage").Coverage(
            config_file=str(ROOT / "pyproject.toml"), data_file=None
        )
        self._runs = False
        self.seen = False
        self.run(wanted=True)

    def run(self, *, wanted: bool) -> None:
        """Measure from now on, or no more."""
        if wanted != self._runs:
            (self._coverage.start if wanted else self._coverage.stop)()
            self._runs = wanted

    def gaps(self) -> str:
        """Return a table of the files that are not wholly run, "" when all are."""
        self.run(wanted=False)
        table = io.StringIO()
        with contextlib.redirect_stderr(table):
            share = self._coverage.report(file=table, show_missing=True, skip_covered=True)
        return "" if share >= 100 else table.getvalue()


_measured: Measured | None = None


def pytest_configure() -> None:
    """Begin before the first module of the program is imported."""
    global _measured  # noqa: PLW0603 the plugin is a module
    if os.environ.get(SWITCH):
        _measured = Measured()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Measure the unit tests of the order path and no others."""
    if _measured is None:
        return (yield)
    wanted = str(item.path).startswith(FOLDERS)
    _measured.run(wanted=wanted)
    _measured.seen |= wanted
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what no unit test runs."""
    if _measured is not None and _gaps():
        terminalreporter.section("lines and branches of the order path without a test")
        terminalreporter.write_line(_gaps())
        terminalreporter.write_line(ADVICE)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the session when something is not run."""
    if _measured is not None and _gaps() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


_found: list[str] = []


def _gaps() -> str:
    if not _found:
        assert _measured is not None
        _found.append(_measured.gaps())
    return _found[0]
