"""Damages the order path in small ways and counts how many damages the tests notice.

python3 run.py mutation [--sample 500] [--seed 2026] [--again RESULTS] [--results FILE]

Each mutant is one changed operator, number, condition or loop of `risk` or `oms` in a copy of the
tree. The unit tests that run the changed line decide: the mutant is killed when one fails.
"""

import argparse
import json
import math
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutation import mutants, trial, warm
from tests.mutation.selection import TIMES, Selection

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("workstation/risk", "workstation/oms")
COPIED = ("workstation", "tests", "resources", "main.py", "run.py", "pyproject.toml")
ALIVE = (trial.SURVIVED, trial.UNTESTED)


def copied(folder: Path) -> Path:
    """Return a copy of what the tests need: the one that stands there already, if any."""
    root = folder.resolve() / "tree"
    if root.exists():
        return root
    root.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / name)
    return root


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="mutation-") as name:
        root = copied(options.tree or Path(name))
        files = [
            str(file.relative_to(root))
            for package in PACKAGES
            for file in sorted((root / package).glob("*.py"))
        ]
        everything = [each for file in files for each in mutants.mutants_of(root, file)]
        if options.again:
            kept = trial.noted(options.again)
            chosen = [each for each in everything if kept.get(str(each)) in ALIVE]
        else:
            chosen = mutants.sample(root, everything, options.sample, options.seed)
        print(f"{len(everything)} mutants, {len(chosen)} tried, seed {options.seed}", flush=True)
        return _Run(root, chosen, options.results, options.slowest).report()


@dataclass
class _Run:
    """One run: in a warm fork what can be tried there, then the rest."""

    root: Path
    chosen: list[mutants.Mutant]
    results: Path
    slowest: float
    found: dict[str, str] = field(default_factory=dict)

    def report(self) -> int:
        """Try every mutant, say what survived, and tell whether few enough did."""
        begun = time.monotonic()
        self.results.unlink(missing_ok=True)
        trial.preload(self.root)
        warm.run(self.root, PACKAGES, self._try_warm)
        warmly = trial.noted(self.results)
        selection = Selection(self.root, self.slowest)
        self._prove_cold(selection)
        for each in self.chosen:
            self._found(each, warmly.get(str(each)) or self._cold(each, selection))
        alive = sorted(each for each in self.chosen if self.found[str(each)] in ALIVE)
        for each in alive:
            print(f"{self.found[str(each)]}: {each}: {_line(self.root, each)}")
        count = len(self.found)
        report = {
            "mutants": count,
            "survived": len(alive),
            "timed_out": sum(1 for what in self.found.values() if what == trial.TIMED_OUT),
            "score": round(100 * (1 - len(alive) / max(1, count)), 1),
            "seconds": round(time.monotonic() - begun),
        }
        print(json.dumps(report))
        return 0 if report["score"] >= 90 else 1

    def _try_warm(self, loop: warm.Loop) -> None:
        if not (self.root / TIMES).exists():
            loop.measure()
        selection = Selection(self.root, self.slowest)
        controlled = set()
        for each in self.chosen:
            tests = selection.tests(each.path, each.line)
            seconds = trial.patience(selection.seconds(tests))
            if each.path not in controlled:
                controlled.add(each.path)
                loop.prove(tests, seconds)
            pairs = warm.exchanges(self.root, each, mutants.damaged(self.root, each))
            if pairs and tests:
                outcome = loop.outcome(pairs, tests, seconds)
                if outcome is not None:
                    self._found(each, outcome)

    def _prove_cold(self, selection: Selection) -> None:
        """Stop where the tests fail without any damage: every mutant would count as killed."""
        each = self.chosen[0]
        whole = (self.root / each.path).read_text(encoding="utf-8")
        tests = selection.tests(each.path, 0)
        seconds = trial.patience(selection.seconds(tests))
        outcome, said = trial.survives(self.root, each.path, whole, tests, seconds)
        if outcome != trial.SURVIVED:
            sys.exit(f"The tests fail without any damage: {said}")

    def _cold(self, each: mutants.Mutant, selection: Selection) -> str:
        tests = selection.tests(each.path, each.line)
        if not tests:
            return trial.UNTESTED
        text = mutants.damaged(self.root, each)
        seconds = trial.patience(selection.seconds(tests))
        return trial.survives(self.root, each.path, text, tests, seconds)[0]

    def _found(self, each: mutants.Mutant, outcome: str) -> None:
        self.found[str(each)] = outcome
        trial.note(self.results, self.found)


def _line(root: Path, each: mutants.Mutant) -> str:
    return (root / each.path).read_text(encoding="utf-8").splitlines()[each.line - 1].strip()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=500)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument(
        "--slowest", type=float, default=math.inf, help="leave out tests of more seconds"
    )
    parser.add_argument("--again", type=Path, help="results: try only what survived there")
    parser.add_argument("--tree", type=Path, help="keep the copy and its measured run there")
    parser.add_argument("--results", type=Path, default=ROOT / "build" / "mutation.json")
    found = parser.parse_args()
    found.results = found.results.resolve()
    found.results.parent.mkdir(exist_ok=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
