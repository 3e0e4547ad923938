"""Damages the order path in small ways and counts how many damages the tests notice.

python3 run.py mutation [--sample 500] [--seed 2026] [--again RESULTS] [--results FILE]

Each mutant is one changed operator, number, condition or loop of `risk` or `oms` in a copy of the
tree. The unit tests that run the changed line decide: the mutant is killed when one fails.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.mutation import mutants, trial

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("workstation/risk", "workstation/oms")
COPIED = ("workstation", "tests", "resources", "main.py", "run.py", "pyproject.toml")


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
        chosen = mutants.sample(everything, options.sample, options.seed)
        if options.again:
            kept = json.loads(options.again.read_text(encoding="utf-8"))
            chosen = [each for each in chosen if kept.get(str(each)) == trial.SURVIVED]
        print(f"{len(everything)} mutants, {len(chosen)} tried, seed {options.seed}", flush=True)
        selection = trial.Selection(root, PACKAGES)
        trial.preload(root)
        return _try_all(root, chosen, selection, options.results)


def _try_all(
    root: Path, chosen: list[mutants.Mutant], selection: trial.Selection, results: Path
) -> int:
    _prove_that_whole_code_survives(root, chosen, selection)
    found: dict[str, str] = {}
    begun = time.monotonic()
    for number, each in enumerate(chosen, 1):
        tests = selection.tests(each.path, each.line)
        outcome = trial.UNTESTED
        if tests:
            text = mutants.damaged(root, each)
            outcome, _ = trial.survives(root, each.path, text, tests)
        found[str(each)] = outcome
        if outcome in {trial.SURVIVED, trial.UNTESTED}:
            print(f"{number}: {outcome} {each} ({len(tests)} tests)", flush=True)
        trial.note(results, found)
    survivors = [each for each, what in found.items() if what != trial.KILLED]
    alive = [each for each, what in found.items() if what in {trial.SURVIVED, trial.UNTESTED}]
    report = {
        "mutants": len(found),
        "killed": len(found) - len(survivors),
        "timed_out": len(survivors) - len(alive),
        "survived": len(alive),
        "score": round(100 * (1 - len(alive) / max(1, len(found))), 1),
        "seconds": round(time.monotonic() - begun),
    }
    print(json.dumps(report))
    return 0 if report["score"] >= 90 else 1


def _prove_that_whole_code_survives(
    root: Path, chosen: list[mutants.Mutant], selection: trial.Selection
) -> None:
    """Stop where the tests fail without any damage: then every mutant would count as killed."""
    for package in PACKAGES:
        each = next((one for one in chosen if one.path.startswith(package)), None)
        if each is not None:
            whole = (root / each.path).read_text(encoding="utf-8")
            tests = selection.tests(each.path, each.line)
            outcome, said = trial.survives(root, each.path, whole, tests)
            if outcome != trial.SURVIVED:
                sys.exit(f"The tests fail without any damage: {said}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=500)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--again", type=Path, help="results: try only what survived there")
    parser.add_argument("--tree", type=Path, help="keep the copy and its measured run there")
    parser.add_argument("--results", type=Path, default=ROOT / "build" / "mutation.json")
    found = parser.parse_args()
    found.results = found.results.resolve()
    found.results.parent.mkdir(exist_ok=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
