"""Which tests run a line, from one measured run of all of them."""

import json
import math
from pathlib import Path

import coverage

CONTEXTS, TIMES = "contexts.coverage", "times.json"
"""What the measured run leaves in the copied tree: the lines of each test, and its seconds."""


class Selection:
    """Answers from the measured run which stands in a tree.

    Tests that took longer than `slowest` seconds are left out: fewer damages are noticed then, and
    the score is one from below.
    """

    def __init__(self, root: Path, slowest: float = math.inf) -> None:
        self._root = root
        self._slowest = slowest
        self._data = coverage.CoverageData(str(root / CONTEXTS))
        self._data.read()
        self._seconds: dict[str, float] = json.loads((root / TIMES).read_text(encoding="utf-8"))
        self._lines: dict[str, dict[int, list[str]]] = {}

    def tests(self, path: str, line: int) -> list[str]:
        """Return the tests that run a line, those of its own package and the quickest first.

        A line that runs at the import alone is judged by every test that runs anything of its
        file, and where none does by every test of its package.
        """
        lines = self._lines.get(path)
        if lines is None:
            lines = self._data.contexts_by_lineno(str(self._root / path))
            self._lines[path] = lines
        own = f"/{path.split('/')[1]}/"
        found = {each for each in lines.get(line, ()) if each}
        found = found or {each for tests in lines.values() for each in tests if each}
        found = found or {each for each in self._seconds if own in each}
        found = {each for each in found if self._seconds.get(each, 0.0) <= self._slowest}
        return sorted(found, key=lambda test: (own not in test, self._seconds.get(test, 0.0), test))

    def seconds(self, tests: list[str]) -> float:
        """Return how long some tests took when they were measured."""
        return sum(self._seconds.get(each, 0.0) for each in tests)
