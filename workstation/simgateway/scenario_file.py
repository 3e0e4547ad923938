"""Scenario files: faults at given moments, in TOML.

seed = 7

[[step]]
at = 12.5          # seconds after the gateway has begun
do = "drop"        # the rest as the control channel takes it
messages = [3]
count = 1
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workstation.simgateway.fault_commands import COMMANDS

MOST_STEPS = 10_000
_LARGEST_FILE = 1_000_000


class ScenarioError(Exception):
    """A scenario file cannot be used; the text names it and says why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command and when it is due, in seconds after the start."""

    at: float
    command: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a file says; a seed of None leaves the gateway's."""

    seed: int | None = None
    steps: tuple[Step, ...] = ()


def read_scenario(path: Path) -> Scenario:
    """Read a file, its steps sorted by time.

    Raises:
        ScenarioError: it does not read as a scenario.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ScenarioError(f"{path}: larger than {_LARGEST_FILE} bytes")
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ScenarioError(f"{path}: {problem.strerror or problem}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ScenarioError(f"{path}: {problem}") from None
    seed, steps = data.pop("seed", None), data.pop("step", [])
    if data:
        raise ScenarioError(f"{path}: unknown key {next(iter(data))!r}")
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
        raise ScenarioError(f"{path}: seed is a whole number")
    if not isinstance(steps, list) or len(steps) > MOST_STEPS:
        raise ScenarioError(f"{path}: step is a list of tables, {MOST_STEPS} at most")
    found = [_step(path, number, step) for number, step in enumerate(steps, start=1)]
    return Scenario(seed, tuple(sorted(found, key=lambda step: step.at)))


def _step(path: Path, number: int, step: Any) -> Step:
    if not isinstance(step, dict):
        raise ScenarioError(f"{path}: step {number} is no table")
    command = dict(step)
    at = command.pop("at", 0)
    if not isinstance(at, int | float) or isinstance(at, bool) or not 0 <= at < 1e9:
        raise ScenarioError(f"{path}: step {number}: at is a number of seconds")
    if command.get("do") not in COMMANDS:
        raise ScenarioError(f"{path}: step {number}: no such command {command.get('do')!r}")
    return Step(float(at), command)
