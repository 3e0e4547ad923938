"""Tries damages in forks of one process that has imported the program and collected its tests.

A fork exchanges the code of the damaged function and runs the tests of the damaged line: no import,
no collection. What runs at the import alone, a constant or the default of a field, cannot be
exchanged so; `exchanges` says which, and trial.py tries those.
"""

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType

import coverage
import pytest

from tests.mutation import mutants, trial
from tests.mutation.selection import CONTEXTS, TIMES

Pair = tuple[CodeType, CodeType]
"""The code of a function, whole and damaged."""

CO_NEWLOCALS = 2
"""The flag of code that belongs to a function; the body of a class has none."""


def exchanges(root: Path, mutant: mutants.Mutant, text: str) -> list[Pair] | None:
    """Return the functions a damage changes, None where something else changes as well."""
    file = str(root / mutant.path)
    whole = compile((root / mutant.path).read_text(encoding="utf-8"), file, "exec")
    pairs = list(_differing(whole, compile(text, file, "exec")))
    if not pairs or not all(one.co_flags & CO_NEWLOCALS for one, _ in pairs):
        return None
    return pairs


def _differing(whole: CodeType, damaged: CodeType) -> Iterator[Pair]:
    """Yield the innermost code that differs, and every function around it."""
    before, after = _inside(whole), _inside(damaged)
    if len(before) != len(after):  # what can never be reached any more is not compiled
        yield whole, damaged
        return
    inner = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    for one, other in inner:
        yield from _differing(one, other)
    is_function = bool(whole.co_flags & CO_NEWLOCALS)
    if whole != damaged and (is_function or not inner):
        yield whole, damaged


def _inside(code: CodeType) -> list[CodeType]:
    return [each for each in code.co_consts if isinstance(each, CodeType)]


class Loop:
    """A pytest plugin: runs, in the place of all tests, some of them again and again."""

    def __init__(self, root: Path, packages: Sequence[str], work: Callable[["Loop"], None]) -> None:
        self.root = root
        self._packages = [str(root / each) for each in packages]
        self._work = work
        self._items: dict[str, pytest.Item] = {}
        self._functions: list[FunctionType] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Do the work with the collected tests at hand."""
        if session.testsfailed:
            raise session.Failed("the tests of the whole program cannot be collected")
        self._items = {each.nodeid: each for each in session.items}
        folders = tuple(self._packages)
        self._functions = [
            each
            for each in gc.get_objects()
            if isinstance(each, FunctionType) and each.__code__.co_filename.startswith(folders)
        ]
        gc.collect()
        gc.freeze()  # a fork then copies less
        self._work(self)
        return True

    def measure(self) -> None:
        """Run every test once, in a fork, and note which lines each runs; they must all pass."""

        def run() -> int:
            measuring = coverage.Coverage(
                config_file=False, data_file=str(self.root / CONTEXTS), source=self._packages
            )
            seconds: dict[str, float] = {}
            measuring.start()
            for name, item in self._items.items():
                measuring.switch_context(name)
                begun = time.monotonic()
                if not self._passes([item]):
                    return trial.FAILED
                seconds[name] = time.monotonic() - begun
            measuring.stop()
            measuring.save()
            (self.root / TIMES).write_text(json.dumps(seconds), encoding="utf-8")
            return trial.PASSED

        outcome, said = trial.forked(self.root, run, trial.MEASURING_SECONDS)
        if outcome != trial.SURVIVED:
            sys.exit(f"The tests fail without any damage: {said}")

    def prove(self, tests: list[str], seconds: float) -> None:
        """Stop where some tests fail without any damage: every mutant would count as killed."""
        items = [self._items[each] for each in tests]
        outcome, said = trial.forked(
            self.root, lambda: trial.PASSED if self._passes(items) else trial.FAILED, seconds
        )
        if outcome != trial.SURVIVED:
            sys.exit(f"The tests fail without any damage: {said}")

    def outcome(self, pairs: list[Pair], tests: list[str], seconds: float) -> str | None:
        """Say what becomes of some changed functions; None where they do not run here."""
        found = [
            (function, damaged)
            for function in self._functions
            for whole, damaged in pairs
            if function.__code__ == whole and function.__code__.co_filename == whole.co_filename
        ]
        if not found:
            return None
        items = [self._items[each] for each in tests]

        def run() -> int:
            for function, damaged in found:
                function.__code__ = damaged
            return trial.PASSED if self._passes(items) else trial.FAILED

        return trial.forked(self.root, run, seconds)[0]

    def _passes(self, items: list[pytest.Item]) -> bool:
        """Run tests up to the first that fails."""
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if item.session.testsfailed:
                print(f"\nfailed: {item.nodeid}")
                return False
        return True


def run(root: Path, packages: Sequence[str], work: Callable[[Loop], None]) -> None:
    """Collect the tests in a fork of this process and do the work there."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = int(
                pytest.main([*trial.OPTIONS, "-s", *trial.FOLDERS], [Loop(root, packages, work)])
            )
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) not in {0, int(pytest.ExitCode.NO_TESTS_COLLECTED)}:
        sys.exit("The trials stopped; what stands above says why.")
