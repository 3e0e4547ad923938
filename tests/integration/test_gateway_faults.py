"""What a stock client believes after faults, held against the gateway's ground-truth log."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from ibapi.execution import ExecutionFilter
from ibapi.order_cancel import OrderCancel

from tests.unit.simgateway.gateway_support import (
    PATIENCE,
    GatewayProcess,
    StockClient,
    order,
    raw_client,
    running_gateway,
    stock,
    stock_client,
)
from workstation.simgateway.control import send
from workstation.simgateway.control_main import main as control_main

ROOT = Path(__file__).resolve().parents[2]
AAPL = 265598


def control(gateway: GatewayProcess, *words: str) -> tuple[int, str]:
    """Run the control command as a user would and return its code and what it said."""
    command = [sys.executable, str(ROOT / "main.py"), "simgateway-control"]
    ended = subprocess.run(
        [*command, "--port", str(gateway.port), *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


@dataclass
class Belief:
    """Orders by perm_id with status and filled size, fills by id, and the position they make."""

    orders: dict[int, tuple[str, Decimal]] = field(default_factory=dict)
    fills: dict[str, Decimal] = field(default_factory=dict)

    @property
    def position(self) -> Decimal:
        return sum(self.fills.values(), Decimal(0))


def believed(client: StockClient) -> Belief:
    """Return what the callbacks say, one of the same id counted once."""
    belief = Belief()
    for name, args in client.calls:
        if name == "orderStatus":
            _, status, filled, _, _, perm_id, *_ = args
            done = belief.orders.get(perm_id, ("",))[0] in {"Filled", "Cancelled"}
            if not done:  # an older status may come after the last one
                belief.orders[perm_id] = (status, filled)
        elif name == "execDetails":
            execution = args[2]
            sign = 1 if execution.side == "BOT" else -1
            belief.fills[execution.execId] = sign * execution.shares
    return belief


def told(log: Path) -> Belief:
    """Return what the gateway itself has on record."""
    truth, position = Belief(), Decimal(0)
    for line in log.read_text().splitlines():
        entry = json.loads(line)
        if entry["direction"] != "truth":
            continue
        kind, *fields = entry["fields"]
        if kind == "order":
            truth.orders[int(fields[0])] = (fields[7], Decimal(fields[8]))
        elif kind == "fill":
            sign = 1 if fields[3] == "BUY" else -1
            truth.fills[fields[0]] = sign * Decimal(fields[4])
        elif kind == "position":
            assert fields[0] == str(AAPL)
            position = Decimal(fields[1])
    assert truth.position == position
    return truth


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "truth.jsonl"


@pytest.fixture
def gateway(log: Path) -> Iterator[GatewayProcess]:
    options = ["--seed", "7", "--control", "--max-server-version", "226", "--frame-log", str(log)]
    with running_gateway(*options) as process:
        yield process


def trade(client: StockClient, first: int = 1) -> None:
    """Buy, sell a part, and cancel one that rests."""
    client.placeOrder(first, stock(), order("BUY", 300))
    client.placeOrder(first + 1, stock(), order("SELL", 100))
    client.placeOrder(first + 2, stock(), order("BUY", 100, 1.0))
    client.reqGlobalCancel(OrderCancel())


def do(gateway: GatewayProcess, name: str, **arguments: object) -> None:
    """Do a fault command without the cost of a process."""
    assert send(gateway.port, {"do": name, **arguments})["ok"]


HALF = {"probability": 0.5}


@pytest.mark.parametrize(
    ("version", "faults"),
    [
        (200, {}),
        (226, {}),
        (200, {"duplicate": HALF}),
        (226, {"reorder": {"messages": [3, 11, 59], **HALF}}),
        (200, {"delay": {"messages": [3, 11], "seconds": 0.3, **HALF}, "split": {"bytes": 7}}),
    ],
    ids=["none", "none in protobuf", "duplicate", "reorder", "delay and split"],
)
def test_a_client_that_counts_each_id_once_ends_with_the_truth(
    gateway: GatewayProcess, log: Path, version: int, faults: dict[str, dict[str, object]]
) -> None:
    with stock_client(gateway.port, version) as client:
        for name, arguments in faults.items():
            do(gateway, name, **arguments)
        trade(client)
        for order_id, status in ((1, "Filled"), (2, "Filled"), (3, "Cancelled")):
            client.wait("orderStatus", lambda i, s, *_, w=(order_id, status): (i, s) == w)
        do(gateway, "clear")
        mark = client.mark()
        client.reqExecutions(9, ExecutionFilter())
        client.wait("execDetailsEnd", since=mark)

        belief, truth = believed(client), told(log)
        assert belief.fills == truth.fills
        assert belief.position == 200
        assert {p: o[0] for p, o in belief.orders.items()} == {
            p: o[0] for p, o in truth.orders.items()
        }


def test_a_client_that_misses_fills_is_wrong_until_it_asks(
    gateway: GatewayProcess, log: Path
) -> None:
    with stock_client(gateway.port, 200) as client:
        do(gateway, "drop", messages=[11])
        trade(client)
        client.wait("orderStatus", lambda i, s, *_: (i, s) == (3, "Cancelled"))
        client.wait("orderStatus", lambda i, s, *_: (i, s) == (2, "Filled"))
        assert believed(client).position == 0
        assert told(log).position == 200

        do(gateway, "clear")
        client.reqExecutions(9, ExecutionFilter())
        client.wait("execDetailsEnd")

        assert believed(client).fills == told(log).fills


def test_a_lost_order_is_alive_in_the_clients_mind_alone(
    gateway: GatewayProcess, log: Path
) -> None:
    with stock_client(gateway.port, 226) as client:
        client.placeOrder(1, stock(), order("BUY", 100, 1.0))
        *_, perm_id, _, _, _, _, _ = client.wait("orderStatus", lambda i, s, *_: s == "Submitted")

        code, said = control(gateway, "lose-order")

        assert (code, json.loads(said)) == (0, {"ok": True, "perm_id": perm_id})
        assert believed(client).orders[perm_id][0] == "Submitted"
        assert told(log).orders[perm_id][0] == "Cancelled"
        mark = client.mark()
        client.reqOpenOrders()
        client.wait("openOrderEnd", since=mark)
        assert client.since(mark, "openOrder") == []


def test_a_restart_keeps_what_was_and_the_client_finds_it_again(
    gateway: GatewayProcess, log: Path
) -> None:
    with stock_client(gateway.port, 200) as client:
        client.placeOrder(1, stock(), order("BUY", 300))
        client.wait("orderStatus", lambda i, s, *_: s == "Filled")
        do(gateway, "restart", seconds=0.1)
        client.wait("connectionClosed")
    for _ in range(100):
        try:
            with stock_client(gateway.port, 200) as again:
                again.reqExecutions(9, ExecutionFilter())
                again.wait("execDetailsEnd")
                assert believed(again).fills == told(log).fills
                return
        except (AssertionError, OSError):
            continue
    pytest.fail("the gateway did not come back")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["explode"], 2, "invalid choice"),
        (["drop", "messages"], 2, "'messages' is not NAME=VALUE"),
        (["drop", "speed=1"], 1, "drop takes no 'speed'"),
    ],
)
def test_wrong_commands_are_one_line(
    gateway: GatewayProcess,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: int,
    says: str,
) -> None:
    assert control_main(["--port", str(gateway.port), *words]) == code

    said = capsys.readouterr().err
    assert says in said
    assert said.startswith("simgateway-control: ")
    assert said.count("\n") == 1


def test_without_control_there_is_no_channel() -> None:
    with running_gateway() as gateway:
        code, said = control(gateway, "clear")

    assert (code, said.count("\n")) == (1, 1)
    assert "no gateway with --control" in said


def test_a_scenario_file_makes_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "day.toml"
    path.write_text('seed = 3\n[[step]]\nat = 0\ndo = "id-in-use"\nclient = 5\n')
    with running_gateway("--scenario", str(path)) as gateway:
        assert gateway.facts["seed"] == 3
        with raw_client(gateway.port) as client:
            client.shake_hands()
            client.request(71, 2, 5, "")
            assert client.read()[:3] == ["4", "-1", "326"]


def test_a_scenario_file_that_is_none_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "day.toml"
    path.write_text("haste = 1\n")
    ended = subprocess.run(
        [sys.executable, "-m", "workstation.simgateway", "--scenario", str(path)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert ended.returncode == 2
    assert ended.stderr.startswith("simgateway: the scenario cannot be used: ")
    assert ended.stderr.count("\n") == 1
