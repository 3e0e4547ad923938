"""kill -9 of the trading core while a bracket leaves; then the truth is compared."""

import json
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end2end.test_kill_program import PLACE_ORDER, run_core
from tests.helpers.gateway import Gateway

NEVER = ("NOT_PLACED", "NOT_PLACED", "NOT_PLACED")
WHOLE = ("FILLED", "WORKING", "HELD")


@dataclass(frozen=True)
class Point:
    """Where the core dies, how many orders had left, and what must be true after it came back."""

    label: str
    frames: int
    believed_last: tuple[str, ...]


POINTS = (
    Point("approved", 0, ()),
    Point("intent", 0, NEVER),
    Point("registered", 0, NEVER),
    Point("sent 1", 1, NEVER),
    Point("sent 2", 2, NEVER),
    Point("sent 3", 3, WHOLE),
    Point("acknowledged", 3, WHOLE),
    Point("filled", 3, WHOLE),
)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.label)
def test_a_bracket_is_neither_lost_nor_doubled_nor_naked(point: Point, tmp_path: Path) -> None:
    with Gateway(tmp_path) as gateway:
        died = run_core(tmp_path, gateway.port, "bracket", point.label)
        assert died.returncode == -signal.SIGKILL, died.stderr
        came_back = run_core(tmp_path, gateway.port, "observe")
        assert came_back.returncode == 0, came_back.stderr
        placed = gateway.frames(PLACE_ORDER)

    believed = json.loads(came_back.stdout)
    orders = believed["orders"]
    assert len(placed) == point.frames
    assert len(believed["before"]) == len(point.believed_last)
    assert set(believed["before"]) <= {"UNKNOWN", "HELD", "WORKING", "FILLED"}
    assert tuple(order["lifecycle"] for order in orders) == point.believed_last
    assert [order["parent"] for order in orders] == [None, 1, 1][: len(orders)]
    whole = point.believed_last == WHOLE
    assert [order["filled"] for order in orders] == ["100" if whole else "0", "0", "0"][
        : len(orders)
    ]
    assert believed["position"] == ("100" if whole else "0")
    assert believed["next_id"] == (4 if orders else 1)
