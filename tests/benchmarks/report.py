"""How every benchmark ends: one flat JSON object as the last line."""

import json
import platform
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

_STAT = Path("/proc/stat")


def _ticks() -> tuple[int, int]:
    """Return what the host of a virtual machine took from its processors, and all, in ticks."""
    if not _STAT.exists():
        return 0, 0
    ticks = [int(each) for each in _STAT.read_text().partition("\n")[0].split()[1:9]]
    return ticks[7], sum(ticks)


_BEGUN = _ticks()


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
    stolen, all_ticks = (now - before for now, before in zip(_ticks(), _BEGUN, strict=True))
    sys.stdout.write(f"{platform.platform()}, Python {platform.python_version()}, {model}\n")
    if all_ticks:
        sys.stdout.write(f"The host took {100 * stolen / all_ticks:.1f} % of the processors.\n")
    sys.stdout.write(json.dumps({name: round(value, 3) for name, value in figures.items()}) + "\n")
