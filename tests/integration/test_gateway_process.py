"""The gateway as a process: options, hostile peers, crashes and restarts."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.unit.simgateway.gateway_support import (
    ACCOUNT,
    PATIENCE,
    GatewayProcess,
    RawClient,
    framed,
    raw_client,
    running_gateway,
)
from tests.unit.simgateway.virtual import place_fields


@pytest.fixture
def gateway() -> Iterator[GatewayProcess]:
    with running_gateway("--seed", "3") as process:
        yield process


def still_serves(gateway: GatewayProcess) -> bool:
    with raw_client(gateway.port) as client:
        client.shake_hands()
        client.start(900)
        client.request(49, 1)
        return client.read_until(49)[0] == "49"


def ended(*options: str) -> tuple[int, str]:
    """Run a gateway that cannot start; return its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "workstation.simgateway", *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    return done.returncode, done.stderr.decode()


# ---- options -----------------------------------------------------------------------------


def test_announcement_and_clean_end(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    with running_gateway("--seed", "42", "--ready-file", str(ready)) as gateway:
        assert gateway.facts == {"listening": gateway.port, "account": ACCOUNT, "seed": 42}
        assert json.loads(ready.read_text()) == gateway.facts
        assert gateway.stop() == 0
        assert gateway.errors == ""


def test_supervised_ends_with_its_input() -> None:
    with running_gateway("--supervised") as gateway:
        assert gateway.wait() == 0


@pytest.mark.parametrize(
    "options",
    [
        ["--host", "0.0.0.0"],
        ["--host", "example.com"],
        ["--port", "70000"],
        ["--port", "x"],
        ["--seed", "x"],
        ["--max-server-version", "227"],
        ["--nonsense"],
    ],
)
def test_wrong_options_are_one_line(options: list[str]) -> None:
    code, said = ended(*options)

    assert code == 2
    assert said.startswith("simgateway: ")
    assert said.count("\n") == 1


def test_a_port_in_use_is_one_line_and_leaves_the_state_alone(
    gateway: GatewayProcess, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    code, said = ended("--port", str(gateway.port), "--state", str(state))

    assert code == 2
    assert said.count("\n") == 1
    assert not state.exists()


def test_a_corrupt_state_file_is_one_line(tmp_path: Path) -> None:
    state = tmp_path / "gateway.state"
    state.write_text("nonsense\n")
    code, said = ended("--state", str(state))

    assert code == 2
    assert said.count("\n") == 1
    assert str(state) in said
    assert state.read_text() == "nonsense\n"


def test_highest_version() -> None:
    with (
        running_gateway("--max-server-version", "178") as gateway,
        raw_client(gateway.port) as client,
    ):
        assert client.shake_hands() == 178


def test_ipv6() -> None:
    with running_gateway("--host", "::1") as gateway:
        socket.create_connection(("::1", gateway.port), PATIENCE).close()


# ---- hostile peers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"A",
        b"APIX",
        b"API\0\xff\xff\xff\xff",
        b"API\0\0\0\0\x05hello",
        b"API\0\0\0\0\0",
    ],
)
def test_other_protocols_are_dropped_without_a_word(gateway: GatewayProcess, data: bytes) -> None:
    with raw_client(gateway.port) as client:
        client.send(data)
        if data == b"A":
            client.socket.shutdown(socket.SHUT_WR)
        assert client.socket.recv(1) == b""
    assert still_serves(gateway)


def test_oversize_frame_ends_the_session(gateway: GatewayProcess) -> None:
    with raw_client(gateway.port) as client:
        client.shake_hands()
        client.start(1)
        client.send((64 * 1024 + 1).to_bytes(4, "big") + b"x" * 100)
        assert client.is_closed()
    assert still_serves(gateway)
    gateway.stop()
    assert gateway.errors.count("\n") == 1


def test_the_33rd_client_is_refused(gateway: GatewayProcess) -> None:
    clients = [RawClient(gateway.port) for _ in range(32)]
    try:
        for number, client in enumerate(clients):
            client.shake_hands()
            client.start(number)
        with raw_client(gateway.port) as extra:
            assert extra.is_closed()
        clients[0].close()
        clients[1].request(49, 1)
        clients[1].read_until(49)
        assert still_serves(gateway)
    finally:
        for client in clients:
            client.close()


def test_a_client_that_does_not_read_is_dropped(gateway: GatewayProcess) -> None:
    with raw_client(gateway.port) as client:
        client.shake_hands()
        client.start(1)
        request = framed(81, 5, "A") * 500
        with suppress(ConnectionError):
            while True:
                client.send(request)
    assert still_serves(gateway)
    gateway.stop()
    assert "does not read" in gateway.errors


def test_requests_in_single_bytes(gateway: GatewayProcess) -> None:
    with raw_client(gateway.port) as client:
        client.shake_hands()
        client.start(1)
        for byte in framed(49, 1):
            client.send(bytes([byte]))
        assert client.read_until(49)[0] == "49"


# ---- crashes -----------------------------------------------------------------------------


def live_orders(client: RawClient) -> dict[int, str]:
    """Ask for all open orders; return order id and perm id."""
    client.request(16, 1)
    found = {}
    while (fields := client.read_until_any({"3", "53"}))[0] == "3":
        found[int(fields[1])] = fields[6]
    return found


def exec_ids(client: RawClient) -> set[str]:
    """Ask for today's executions; return their ids."""
    client.request(7, 3, 1, 0, "", "", "", "", "", "", 2147483647, 0)
    found = set()
    while (fields := client.read_until_any({"11", "55"}))[0] == "11":
        found.add(fields[14])
    return found


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    state = str(tmp_path / "gateway.state")
    port, order_id = "0", 0
    known: dict[int, str] = {}
    executions: set[str] = set()
    for _crash in range(3):
        with (
            running_gateway("--port", port, "--state", state) as gateway,
            raw_client(gateway.port) as client,
        ):
            port = str(gateway.port)
            client.shake_hands()
            client.start(5)
            assert known.items() <= live_orders(client).items()
            assert exec_ids(client) >= executions
            client.request(8, 1)
            assert int(client.read_until(9)[2]) > order_id
            for _ in range(4):
                order_id += 1
                client.request(*place_fields(order_id, "BUY", 10, "150"))
                known[order_id] = client.read_until(3, str(order_id))[6]
            order_id += 1
            client.request(*place_fields(order_id, "BUY", 10))
            executions.add(client.read_until(11)[14])
            gateway.kill()
    with (
        running_gateway("--port", port, "--state", state) as gateway,
        raw_client(gateway.port) as client,
    ):
        client.shake_hands()
        client.start(6)
        client.request(61, 1)
        assert client.read_until(61)[-2] == "30"
    assert len(set(known.values())) == len(known) == 12


def test_the_frame_log_holds_every_frame(tmp_path: Path) -> None:
    log = tmp_path / "frames.jsonl"
    with (
        running_gateway("--frame-log", str(log)) as gateway,
        raw_client(gateway.port) as client,
    ):
        client.shake_hands()
        client.start(4)
        client.request(49, 1)
        answer = client.read_until(49)
        gateway.kill()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(x["client"], x["direction"], x["fields"][0]) for x in lines[:3]] == [
        (None, "in", "v100..200"),
        (None, "out", "200"),
        (None, "in", "71"),
    ]
    assert lines[-1]["fields"] == answer
    assert (lines[-1]["client"], lines[-1]["direction"]) == (4, "out")
    assert [x["t"] for x in lines] == sorted(x["t"] for x in lines)


# ---- own data ----------------------------------------------------------------------------


def test_own_data_are_traded_and_faults_reported(tmp_path: Path) -> None:
    text = "date,open,high,low,close,volume\n2020-01-02,10,11,9,10.5,1000\nx,1,1,1,1,1\n"
    (tmp_path / "MINE.csv").write_text(text)
    (tmp_path / "IBM.csv").write_text(text.replace("10.5", "10.75"))
    with running_gateway("--data", str(tmp_path), "--data-zone", "UTC") as gateway:
        with raw_client(gateway.port) as client:
            client.shake_hands()
            client.start(1)
            client.request(81, 5, "MINE")
            con_id = client.read_until(79)[3]
            contract = [con_id, "", "STK", "", "", "", "", "SMART", "", "", "", ""]
            client.request(20, 6, *contract, 0, "", "1 day", "2 D", 1, "TRADES", 1, 0, "")
            bars = client.read_until(17, "6")
            assert bars[2] == "2"
            assert bars[4:9] == ["10.0", "11.0", "9.0", "10.5", "1000"]
            client.request(1, 11, 7, 8314, *contract[1:], 0, "", 1, 0, "")
            assert client.read_until(1, "6", "7", "9")[4] == "10.75"
            client.request(*place_fields(1, "BUY", 10, symbol="MINE"))
            assert client.read_until(11)[3:5] == [con_id, "MINE"]
        assert gateway.stop() == 0
        lines = gateway.errors.splitlines()
        assert [line.partition(".csv")[2] for line in lines] == [":3: not a date: 'x'"] * 2


@pytest.mark.parametrize("options", [["--data", "nowhere"], ["--data-zone", "Mars/Olympus"]])
def test_data_that_cannot_be_listed_are_one_line(options: list[str]) -> None:
    code, said = ended(*options)
    assert code == 2
    assert said.count("\n") == 1
