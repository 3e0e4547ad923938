"""How every benchmark ends: one flat JSON object as the last line."""

import json
import platform
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which this percentage of the values lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def print_report(figures: dict[str, float]) -> None:
    """Print the machine for the reader and the figures for the machine."""
    model = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = f"{len(names)} x {names[0].partition(':')[2].strip()}" if names else model
    sys.stdout.write(f"{platform.platform()}, Python {platform.python_version()}, {model}\n")
    sys.stdout.write(json.dumps({name: round(value, 3) for name, value in figures.items()}) + "\n")
