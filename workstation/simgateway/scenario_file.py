"""Scenario files: what kind of day it is, and faults at given moments, in TOML.

seed = 7
day = "volatile"               # these four may be left out; the command line goes first
begin = 2026-10-31T09:25:00    # in New York, unless it names its zone
real_hours = true
speed = 10

[[step]]
at = 12.5          # seconds after the gateway has begun
do = "drop"        # the rest as the control channel takes it
messages = [3]
count = 1
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workstation.simgateway.fault_commands import COMMANDS
from workstation.simgateway.instruments import TIME_ZONE
from workstation.simgateway.market_clock import FASTEST
from workstation.simgateway.named_days import NAMED_DAYS

EARLIEST_YEAR, LATEST_YEAR = 2020, 2040
"""When a market may begin."""
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
    """What a file says; None where it leaves something to the gateway. `begin` is aware."""

    seed: int | None = None
    steps: tuple[Step, ...] = ()
    day: str | None = None
    begin: datetime | None = None
    real_hours: bool = False
    speed: float | None = None


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
    steps = data.pop("step", [])
    for key, value in data.items():
        is_right, what = _KEYS.get(key, (None, ""))
        if is_right is None:
            raise ScenarioError(f"{path}: unknown key {key!r}")
        if not is_right(value):
            raise ScenarioError(f"{path}: {key} is {what}")
    if not isinstance(steps, list) or len(steps) > MOST_STEPS:
        raise ScenarioError(f"{path}: step is a list of tables, {MOST_STEPS} at most")
    found = [_step(path, number, step) for number, step in enumerate(steps, start=1)]
    if "begin" in data and data["begin"].tzinfo is None:
        data["begin"] = data["begin"].replace(tzinfo=ZoneInfo(TIME_ZONE))
    return Scenario(steps=tuple(sorted(found, key=lambda step: step.at)), **data)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_begin(value: Any) -> bool:
    return isinstance(value, datetime) and EARLIEST_YEAR <= value.year <= LATEST_YEAR


def _is_speed(value: Any) -> bool:
    return (
        not isinstance(value, bool) and isinstance(value, int | float) and 0.01 <= value <= FASTEST
    )


_KEYS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "seed": (_is_whole, "a whole number"),
    "day": (lambda value: value in NAMED_DAYS, f"one of {', '.join(sorted(NAMED_DAYS))}"),
    "begin": (_is_begin, f"a time of {EARLIEST_YEAR} to {LATEST_YEAR}: 2026-10-30T09:25:00"),
    "real_hours": (lambda value: isinstance(value, bool), "true or false"),
    "speed": (_is_speed, f"0.01 to {FASTEST:g}"),
}


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
