"""`main.py status` against the simulated gateway, and against what is no gateway."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.gateway import ROOT, Gateway
from tests.helpers.network import free_port
from tests.helpers.scripted_peer import (
    Peer,
    Script,
    greet,
    hello,
    message,
    scripted_server,
)
from tests.unit.simgateway.gateway_support import order, stock, stock_client
from workstation.app.status_command import main
from workstation.domain.account import AccountSummary, PositionView
from workstation.domain.execution import Commission, Execution
from workstation.domain.link import LinkView
from workstation.domain.notice import Notice
from workstation.domain.order_status import OrderView

TRADER, STATUS = 7, 97
ASKED = {"71", "49", "8", "16", "7", "99", "61", "62"}
"""startApi, time, ids, all open orders, executions, completed orders, positions, summary."""


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with Gateway(tmp_path) as running:
        yield running


def look(port: int, *more: object, wait: float = 40) -> tuple[int, dict[str, Any]]:
    """Run the command in a process of its own that must not load Qt."""
    script = (
        "import sys\n"
        "from workstation.app.cli import main\n"
        "code = main(sys.argv[1:])\n"
        "assert not [name for name in sys.modules if name.startswith(('PySide6', 'shiboken6'))]\n"
        "sys.exit(code)\n"
    )
    words = ["status", "--port", port, "--wait", wait, "--json", *more]
    found = subprocess.run(
        [sys.executable, "-c", script, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=wait + 60,
        check=False,
        cwd=ROOT,
    )
    assert "Traceback" not in found.stderr, found.stderr
    return found.returncode, json.loads(found.stdout)


def names(kind: Any) -> set[str]:
    return set(kind.__dataclass_fields__)


def test_everything_is_told_while_another_client_trades(gateway: Gateway) -> None:
    with stock_client(gateway.port, 200, TRADER) as trader:
        trader.placeOrder(1, stock(), order("BUY", 100))
        trader.wait("orderStatus", lambda i, s, *_: (i, s) == (1, "Filled"))
        trader.placeOrder(2, stock(), order("BUY", 30, 1.25))
        trader.wait("openOrder", lambda i, *_: i == 2)
        mark = trader.mark()

        code, said = look(gateway.port)

        assert trader.isConnected()
        assert trader.since(mark, "connectionClosed", "error") == []
    assert code == 0
    link = said["connection"]
    assert (link["state"], link["reason"], link["client_id"]) == ("READY", "", STATUS)
    assert (link["host"], link["port"]) == ("127.0.0.1", gateway.port)
    assert (link["account"], link["environment"]) == ("SIM0000001", "SIMULATED")
    assert abs(link["clock_offset"]) < 30
    assert said["account"] in said["accounts"]
    assert Decimal(said["account"]["net_liquidation"]) > 0
    (held,) = said["positions"]
    assert (held["symbol"], Decimal(held["quantity"])) == ("AAPL", 100)
    assert isinstance(held["average_cost"], str)
    (working,) = said["open_orders"]
    assert (working["order_id"], working["client_id"]) == (2, TRADER)
    assert (working["side"], working["quantity"], working["limit_price"]) == ("BUY", "30", "1.25")
    assert working["lifecycle"] in {"WORKING", "HELD"}
    assert sum(Decimal(each["quantity"]) for each in said["executions"]) == 100
    assert {each["order_id"] for each in said["executions"]} == {1}
    assert len(said["commissions"]) == len(said["executions"])
    assert 2104 in {each["code"] for each in said["notices"]}


def test_the_names_are_those_of_the_domain(gateway: Gateway) -> None:
    with stock_client(gateway.port, 200, TRADER) as trader:
        trader.placeOrder(1, stock(), order("BUY", 10))
        trader.wait("commissionAndFeesReport")
        trader.placeOrder(2, stock(), order("SELL", 10, 90000.0))
        trader.wait("openOrder", lambda i, *_: i == 2)

        said = look(gateway.port)[1]

    assert set(said["connection"]) - {"fault"} <= names(LinkView)
    assert set(said["account"]) == names(AccountSummary)
    assert set(said["positions"][0]) == names(PositionView)
    assert set(said["open_orders"][0]) == names(OrderView) | {"remaining", "display_state"}
    assert set(said["executions"][0]) == names(Execution)
    assert set(said["commissions"][0]) == names(Commission)
    assert set(said["notices"][0]) == names(Notice)


def test_it_only_asks(gateway: Gateway, tmp_path: Path) -> None:
    before = {path.name for path in tmp_path.iterdir()}

    assert main(["--port", str(gateway.port), "--data-dir", str(tmp_path / "data")]) == 0

    lines = [json.loads(line) for line in gateway.frame_log.read_text().splitlines()]
    sent = [line["fields"][0] for line in lines if line["direction"] == "in"]
    asked = {number(each) for each in sent if not each.startswith("v100..")}
    assert {"16", "7", "61", "62"} <= asked <= ASKED
    written = {path.name for path in tmp_path.iterdir()} - before
    assert written <= {gateway.frame_log.name, "gateway-state.json"}


def number(message_id: str) -> str:
    """Give a protobuf message the id that it has in text."""
    return str(int(message_id) - 200) if int(message_id) > 200 else message_id


def test_people_read_a_table(gateway: Gateway, capsys: pytest.CaptureFixture[str]) -> None:
    with stock_client(gateway.port, 200, TRADER) as trader:
        trader.placeOrder(1, stock(), order("BUY", 30, 1.25))
        trader.wait("openOrder", lambda i, *_: i == 1)

        assert main(["--port", str(gateway.port)]) == 0

    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.startswith(f"READY at 127.0.0.1:{gateway.port}, client 97")
    assert "net liquidation" in said.out
    assert "Positions: none" in said.out
    row = next(line.split() for line in said.out.splitlines() if " BUY " in line)
    assert row[:8] == ["7", "1", "BUY", "30", "AAPL", "LMT", "1.25", "-"]


def test_a_gateway_that_starts_late_is_waited_for(tmp_path: Path) -> None:
    late = Gateway(tmp_path, port=free_port())
    starter = threading.Timer(1.0, late.start)
    starter.start()
    try:
        code, said = look(late.port, wait=45)
    finally:
        starter.join()
        late.stop()

    assert (code, said["connection"]["state"]) == (0, "READY")


# ---- what goes wrong -----------------------------------------------------------------------------


def fails(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[dict[str, Any], str]:
    """Run it, see it fail with code 3 and one line, and return the JSON and the line."""
    assert main([*map(str, words), "--json"]) == 3
    said = capsys.readouterr()
    assert said.err.startswith("workstation status: ")
    assert said.err.count("\n") == 1
    answer = json.loads(said.out)
    assert answer["connection"]["reason"]
    assert answer["positions"] is answer["open_orders"] is answer["executions"] is None
    return answer, said.err


def test_nothing_listens(capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()

    answer, line = fails(capsys, "--port", port)

    assert f"nothing answers at 127.0.0.1:{port}" in answer["connection"]["reason"]
    assert answer["connection"]["fault"] == "nothing listens"
    assert "Enable ActiveX and Socket Clients" in line


def test_the_client_id_is_in_use(gateway: Gateway, capsys: pytest.CaptureFixture[str]) -> None:
    with stock_client(gateway.port, 200, TRADER):
        answer, line = fails(
            capsys, "--port", gateway.port, "--client-id", TRADER, "--wait", 60
        )  # no waiting: it would stay in use

    assert answer["connection"]["reason"] == "client id 7 is in use by another program"
    assert 326 in {each["code"] for each in answer["notices"]}
    assert "use another client id" in line


def never_answers(peer: Peer, over: threading.Event) -> None:
    over.wait(30)


def answers_as_a_web_server(peer: Peer, over: threading.Event) -> None:
    peer.read_offer()
    peer.say(b"HTTP/1.0 400 Bad Request\r\n\r\n")
    over.wait(30)


def speaks_an_old_version(peer: Peer, over: threading.Event) -> None:
    peer.read_offer()
    peer.say(hello(100))
    over.wait(30)


def hangs_up(peer: Peer, over: threading.Event) -> None:
    peer.read_offer()


def gives_no_lists(peer: Peer, over: threading.Event) -> None:
    greet(peer)
    over.wait(30)


def leaves_after_the_start(peer: Peer, over: threading.Event) -> None:
    greet(peer)
    peer.read_message()


def is_read_only(peer: Peer, over: threading.Event) -> None:
    greet(peer)
    text = "Error validating request.-'ch' : cause - The API interface is in Read-Only mode."
    peer.say(message(4, 2, -1, 321, text, ""))
    over.wait(30)


CLOSED = "the other side closed|the connection broke"
"""Which of them depends on whether what was sent to the other side had been read."""


@pytest.mark.parametrize(
    ("script", "fault", "reason", "advice"),
    [
        (never_answers, "accepted, then silent", "", "asking whether to accept"),
        (answers_as_a_web_server, "not the TWS protocol", "", "compare 'Socket port'"),
        (speaks_an_old_version, "protocol version", "offers protocol version 100", "update it"),
        (hangs_up, "closed before the start", "the other side closed", "Trusted IPs"),
        (gives_no_lists, "other", "did not complete: account summary", "--wait"),
        (leaves_after_the_start, "lost after the start", CLOSED, "restarted"),
        (is_read_only, "other", "did not complete", "switch off 'Read-Only API'"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_failure_names_its_cure(
    script: Script, fault: str, reason: str, advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with scripted_server(script) as port:
        answer, line = fails(capsys, "--port", port, "--wait", 2)

    assert answer["connection"]["fault"] == fault
    assert re.search(reason, answer["connection"]["reason"])
    assert advice in line


def test_a_read_only_tws_is_not_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    with scripted_server(is_read_only) as port:
        answer, _ = fails(capsys, "--port", port, "--wait", 900)

    assert answer["connection"]["reason"].startswith("the broker did not complete")


def test_a_wait_too_short_is_said(gateway: Gateway, capsys: pytest.CaptureFixture[str]) -> None:
    answer, _ = fails(capsys, "--port", gateway.port, "--wait", "0.0001")

    assert "0.0001 s" in answer["connection"]["reason"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "give --port"),
        (["--port", "0"], "0 is not a whole number from 1 to 65535"),
        (["--port", "7497", "--wait", "soon"], "soon is not a time in seconds"),
        (["--port", "7497", "--client-id", "-1"], "-1 is not a whole number"),
        (["--profile", "nowhere"], "nowhere is not one of the profiles"),
    ],
)
def test_a_wrong_option_gets_one_line_and_code_2(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--data-dir", str(tmp_path)])

    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
