"""Scenario files, the control channel and the ground-truth log."""

import json
import os
import socket
import stat
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.simgateway.fault_support import TIME, Rig
from tests.unit.simgateway.gateway_support import PATIENCE
from tests.unit.simgateway.virtual import place_fields
from workstation.simgateway.__main__ import _build, _day, _parser
from workstation.simgateway.control import Control, key_file, send
from workstation.simgateway.scenario_file import Scenario, ScenarioError, Step, read_scenario
from workstation.simgateway.server import listen


def written(folder: Path, text: str) -> Path:
    path = folder / "day.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_reads_as_steps_in_the_order_of_time(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        seed = 7
        [[step]]
        at = 12.5
        do = "drop"
        messages = [3, 5]
        [[step]]
        do = "farm-down"
        farm = "ushmds"
        """,
    )

    assert read_scenario(path) == Scenario(
        7,
        (
            Step(0.0, {"do": "farm-down", "farm": "ushmds"}),
            Step(12.5, {"do": "drop", "messages": [3, 5]}),
        ),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("seed = ", "Invalid"),
        ("haste = 1", "unknown key 'haste'"),
        ("speed = true", "speed is 0.01 to 100"),
        ("speed = 200", "speed is 0.01 to 100"),
        ("day = 'doomsday'", "day is one of .*calm"),
        ("begin = 2026-10-30", "begin is a time of 2020 to 2040"),
        ("begin = 1999-10-30T09:00:00", "begin is a time of 2020 to 2040"),
        ("real_hours = 1", "real_hours is true or false"),
        ("seed = 'x'", "seed is a whole number"),
        ("step = 1", "step is a list"),
        ("step = [1]", "step 1 is no table"),
        ("[[step]]\nat = -1\ndo = 'drop'", "step 1: at is a number"),
        ("[[step]]\ndo = 'explode'", "step 1: no such command 'explode'"),
    ],
)
def test_a_file_that_is_none_says_why(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        read_scenario(written(tmp_path, text))


def test_a_file_says_what_kind_of_day_it_is(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "day = 'volatile'\nbegin = 2026-10-31T09:25:00\nreal_hours = true\nspeed = 10",
    )
    told = read_scenario(path)

    assert (told.day, told.real_hours, told.speed) == ("volatile", True, 10)
    assert told.begin is not None
    assert told.begin.astimezone(UTC) == datetime(2026, 10, 31, 13, 25, tzinfo=UTC)


def test_the_options_go_before_the_file(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "day = 'calm'\nbegin = 2026-11-01T01:30:00\nreal_hours = true\nspeed = 10\nseed = 3",
    )
    own = _parser().parse_args(["--scenario", str(path), "--speed", "5", "--day", "gap"])
    server, _ = _build(own)
    market = server.gateway
    begins = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    try:
        assert market.seed == 3
        assert _day(own, read_scenario(path)).name == "gap"
        assert market.clock.speed == 5
        assert abs((market.clock.now() - begins).total_seconds()) < 600
    finally:
        server.close()


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="No such file"):
        read_scenario(tmp_path / "none.toml")


def test_steps_happen_at_their_time(tmp_path: Path) -> None:
    steps = (Step(2.0, {"do": "drop", "count": 1}), Step(4.0, {"do": "connectivity"}))
    rig = Rig(tmp_path / "log", steps=steps)
    with rig.client() as wire:
        rig.wait(1.8)
        assert wire.ask(TIME) == ["49"]
        rig.wait(0.3)
        assert wire.ask(TIME, TIME) == ["49"]
        rig.wait(2)
        assert [fields[2] for fields in wire.pull()] == ["1100"]
    rig.server.close()

    assert [line[:2] for line in rig.lines("fault")] == [
        ["command", "drop"],
        ["out", "drop"],
        ["command", "connectivity"],
    ]


def test_a_step_that_cannot_be_done_is_reported_and_passed(expected_log) -> None:
    expected_log("scenario at 1 s: no such living order")
    rig = Rig(steps=(Step(1.0, {"do": "lose-order"}), Step(2.0, {"do": "drop"})))
    rig.wait(3)
    assert len(rig.server.faults.rules) == 1
    rig.server.close()


# ---- the control channel -----------------------------------------------------------------


@pytest.fixture
def controlled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    rig = Rig()
    control = Control(rig.server, listen(("127.0.0.1", 0)))
    thread = threading.Thread(target=rig.server.serve)
    thread.start()
    yield rig
    rig.server.stop()
    thread.join(PATIENCE)
    control.close()
    rig.server.close()
    assert not key_file(rig.server.port).exists()


def test_commands_come_through_the_control_channel(controlled: Rig) -> None:
    port = controlled.server.port

    assert send(port, {"do": "seed"}) == {"ok": True, "seed": 5}
    assert send(port, {"do": "drop", "messages": "49", "count": "1"}) == {"ok": True}
    assert controlled.server.faults.rules[0].messages == {49}
    assert "no such command" in send(port, {"do": "explode"})["error"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_the_key_is_its_owners_alone(controlled: Rig) -> None:
    path = key_file(controlled.server.port)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b'{"do": "clear"}\n', "wrong key"),
        (b'{"do": "clear", "key": "00"}\n', "wrong key"),
        (b'{"do": "clear", "key": 5}\n', "wrong key"),
        ('{"do": "clear", "key": "\u00e9"}\n'.encode(), "wrong key"),
        (b"[]\n", "wrong key"),
        (b"GET / HTTP/1.1\r\n", "not JSON"),
    ],
)
def test_without_the_key_nothing_happens(controlled: Rig, line: bytes, says: str) -> None:
    send(controlled.server.port, {"do": "drop"})
    facts = json.loads(key_file(controlled.server.port).read_text())
    with socket.create_connection(("127.0.0.1", facts["control"]), PATIENCE) as peer:
        peer.sendall(line)
        answer = json.loads(peer.makefile().readline())

    assert answer == {"error": says}
    assert len(controlled.server.faults.rules) == 1


def test_a_flood_on_the_control_channel_is_cut_off(controlled: Rig) -> None:
    facts = json.loads(key_file(controlled.server.port).read_text())
    with (
        socket.create_connection(("127.0.0.1", facts["control"]), PATIENCE) as peer,
        pytest.raises(ConnectionError),
    ):
        peer.sendall(b"x" * 50_000_000)
    assert send(controlled.server.port, {"do": "seed"})["ok"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_a_folder_open_to_others_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    rig = Rig()
    folder = key_file(rig.server.port).parent
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    listener = listen(("127.0.0.1", 0))

    with pytest.raises(OSError, match="alone"):
        Control(rig.server, listener)

    listener.close()
    rig.server.close()


# ---- the truth ---------------------------------------------------------------------------


def test_the_log_holds_orders_fills_and_positions(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "log")
    with rig.client() as wire:
        wire.raw.request(*place_fields(1, "BUY", 300))
        wire.pull()
        rig.wait(1)
    rig.server.close()
    desk, truth = rig.world.gateway.desk, rig.lines("truth")

    (order,) = desk.orders.values()
    last = [line for line in truth if line[0] == "order"][-1]
    assert last[1:6] == [str(order.perm_id), "1", "1", "265598", "BUY"]
    assert last[6:10] == ["300", "MKT", "Filled", "300"]
    fills = [line for line in truth if line[0] == "fill"]
    assert [line[1] for line in fills] == list(desk.executions)
    assert sum(int(line[5]) for line in fills) == 300
    held = rig.world.gateway.account.position(265598)
    assert [line[1:3] for line in truth if line[0] == "position"][-1] == ["265598", "300"]
    assert truth[-1][4] == "SIM0000001"
    assert float(truth[-1][3]) == pytest.approx(float(held.average_cost))
