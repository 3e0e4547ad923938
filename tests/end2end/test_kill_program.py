"""kill -9 of the trading core at each labelled point of an order; then the truth is compared."""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.helpers.gateway import ROOT, Gateway

PLACE_ORDER = 3


@dataclass(frozen=True)
class Point:
    """Where the core dies, and what must be true after it came back."""

    label: str
    frames: int
    believed_first: tuple[str, ...]
    believed_last: tuple[str, ...]


POINTS = (
    Point("approved", 0, (), ()),
    Point("intent", 0, ("UNKNOWN",), ("NOT_PLACED",)),
    Point("registered", 0, ("UNKNOWN",), ("NOT_PLACED",)),
    Point("sent", 1, ("UNKNOWN",), ("FILLED",)),
    Point("acknowledged", 1, ("UNKNOWN",), ("FILLED",)),
    Point("filled", 1, ("UNKNOWN", "HELD", "WORKING"), ("FILLED",)),
)


def run_core(folder: Path, port: int, *what: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.helpers.killable_core", str(folder), str(port), *what],
        capture_output=True,
        text=True,
        timeout=50,
        cwd=ROOT,
        check=False,
    )


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.label)
def test_order_is_neither_lost_nor_doubled_nor_mis_shown(point: Point, tmp_path: Path) -> None:
    with Gateway(tmp_path) as gateway:
        died = run_core(tmp_path, gateway.port, "trade", point.label)
        assert died.returncode == -signal.SIGKILL, died.stderr
        came_back = run_core(tmp_path, gateway.port, "observe")
        assert came_back.returncode == 0, came_back.stderr
        placed = gateway.frames(PLACE_ORDER)

    believed = json.loads(came_back.stdout)
    assert len(placed) == point.frames
    if point.believed_first:
        assert believed["before"][0] in point.believed_first
    else:
        assert believed["before"] == []
    assert tuple(order["lifecycle"] for order in believed["orders"]) == point.believed_last
    bought = "100" if point.frames else "0"
    assert [order["filled"] for order in believed["orders"]] == [
        bought for _ in point.believed_last
    ]
    assert believed["position"] == bought
    assert believed["next_id"] == (2 if point.believed_last else 1)
