"""A recording holds what came and went, stays small, hides accounts and can be played back."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.scripted_peer import Rig, fields, framed, hello, message, open_rig, tick
from tests.unit.broker.test_encoding import AAPL, draft
from tests.unit.broker.test_protobuf_orders import proto
from workstation.app.replay_command import first_session, main, serve
from workstation.broker.recording_filter import is_any_message, is_order_message
from workstation.broker.redaction import hide_accounts
from workstation.broker.session import Session, SessionSettings
from workstation.desk.loop import CoreLoop
from workstation.domain.clock import SystemClock
from workstation.domain.errors import RecordingError
from workstation.domain.ids import ClientId, OrderId, OrderRef
from workstation.domain.ports import Direction
from workstation.domain.reports import (
    OrderStatusReport,
    PositionReport,
    Report,
    ServerTime,
    SessionEnded,
    SessionStarted,
)
from workstation.marketdata.market import Market
from workstation.storage.recording import Recorded, Recorder, parts_of, read_recording


def record_session(rig: Rig, recorder: Recorder) -> None:
    """Bring a session up, let a tick and a time come, and ask one thing."""
    rig.session.settings = SessionSettings(ClientId(5), 200, recorder.take)
    rig.up()
    rig.say(tick(7, 1, 100.25) + message(49, 1, 1_790_000_000))
    rig.session.account.next_order_id()
    recorder.close()


def test_a_recording_holds_every_message_in_order(rig: Rig, tmp_path: Path) -> None:
    record_session(rig, Recorder(tmp_path / "made", is_any_message))

    records = list(read_recording(tmp_path / "made"))

    assert [record.body for record in records if record.direction is Direction.IN] == [
        hello()[4:],
        fields(15, 1, "SIM0000001"), fields(9, 1, 1), tick(7, 1, 100.25)[4:],
        fields(49, 1, 1_790_000_000),
    ]  # fmt: skip
    assert records[0].direction is Direction.OPENED
    out = [record.body for record in records if record.direction is Direction.OUT]
    assert out[1].startswith(b"71\0")
    assert out[-1].startswith(b"8\0")
    times = [record.time_ns for record in records]
    assert times == sorted(times)


def test_orders_only_leaves_the_quotes_out(rig: Rig, tmp_path: Path) -> None:
    record_session(rig, Recorder(tmp_path, is_order_message))

    bodies = [each.body for each in read_recording(tmp_path) if each.direction is Direction.IN]

    assert tick(7, 1, 100.25)[4:] not in bodies
    assert bodies == [hello()[4:], fields(15, 1, "SIM0000001"), fields(9, 1, 1)]


def test_the_oldest_parts_go_when_it_grows_too_large(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, is_any_message, most_bytes=10_000, part_bytes=2000)
    for number in range(100):
        recorder.take(Direction.IN, [b"%d" % number * 100])
    recorder.close()

    records = list(read_recording(tmp_path))

    assert sum(part.stat().st_size for part in parts_of(tmp_path)) <= 10_000
    assert records[-1].body == b"99" * 100
    assert len(records) < 100


def test_a_disk_that_fails_ends_the_recording_and_nothing_else(
    rig: Rig, tmp_path: Path, expected_log
) -> None:
    expected_log("the recording has ended")
    (tmp_path / "taken").write_text("not a folder")

    record_session(rig, Recorder(tmp_path / "taken", is_any_message))

    assert rig.ended is None
    assert rig.errors == []


def test_a_copy_to_give_away_has_no_accounts_and_the_same_lengths(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "made", is_any_message)
    body = fields(15, 1, "SIM0000001,DU7654321,U1234567")
    recorder.take(Direction.IN, [body])
    recorder.close()

    assert main([str(tmp_path / "made"), "--export", str(tmp_path / "copy")]) == 0

    (copy,) = read_recording(tmp_path / "copy")
    assert len(copy.body) == len(body)
    assert b"SIM" not in copy.body
    assert b"7654321" not in copy.body
    assert b"1234567" not in copy.body
    assert hide_accounts(b"U123 AAPL 20261121") == b"U123 AAPL 20261121"


@pytest.mark.parametrize("content", [b"", b"{}\n", b"nonsense", b"\0" * 40])
def test_what_is_no_recording_is_refused_in_one_line(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").write_bytes(content)
    assert main([str(tmp_path / "x")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(RecordingError):
        list(read_recording(tmp_path / "absent"))


def test_a_record_cut_off_by_a_crash_is_left_out(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, is_any_message)
    recorder.take(Direction.IN, [b"one", b"two"])
    recorder.close()
    (part,) = parts_of(tmp_path)
    part.write_bytes(part.read_bytes()[:-1])

    assert [each.body for each in read_recording(tmp_path)] == [b"one"]


def test_a_recorded_session_can_be_played_to_a_client(tmp_path: Path, monkeypatch) -> None:
    with open_rig(monkeypatch) as rig:
        record_session(rig, Recorder(tmp_path, is_any_message))
    monkeypatch.undo()
    messages = list(first_session(read_recording(tmp_path)))
    reports = played(messages, 0.0)

    kinds = [type(each) for each in reports]
    assert kinds == [SessionStarted, ServerTime, SessionEnded]


def replayed(port: int) -> list[Report]:
    """Connect a session of our own to a port and return what it reports to its end."""

    loop = CoreLoop(SystemClock())
    reports: list[Report] = []

    def take(report: Report) -> None:
        reports.append(report)
        if isinstance(report, SessionEnded):
            loop.stop()

    settings = SessionSettings(ClientId(9))
    session = Session(loop, SystemClock(), settings, take, Market(SystemClock()).sinks)
    session.open("127.0.0.1", port)
    loop.run()
    loop.close()
    return reports


def test_a_recording_without_a_broker_is_refused() -> None:
    with pytest.raises(RecordingError):
        list(first_session(iter([Recorded(Direction.OUT, 1, b"x")])))


# ---- protobuf --------------------------------------------------------------------------------

NAMES = [
    "SIM0000001", "DU7654321", "U1234567", "F1234567", "DF1234567", "I1234567", "U123456789012",
]  # fmt: skip


def encoded(number: int, message: object) -> bytes:
    return number.to_bytes(4, "big") + message.SerializeToString()  # type: ignore[attr-defined]


def order_of(account: str) -> object:
    request = proto("PlaceOrderRequest")()
    request.orderId = 7
    request.contract.symbol = "AAPL"
    request.order.account, request.order.tif = account, "DAY"
    request.order.settlingFirm = request.order.clearingAccount = account
    return request


def positions_of(account: str) -> object:
    return proto("Position")(account=account, contract=proto("Contract")(conId=1), position="5")


@pytest.mark.parametrize("account", NAMES)
@pytest.mark.parametrize("make", [order_of, positions_of])
def test_accounts_inside_protobuf_are_hidden_and_the_message_stays_whole(
    account: str, make: Any
) -> None:
    message = make(account)
    body = encoded(203, message)

    hidden = hide_accounts(body)

    assert account.encode() not in hidden
    assert len(hidden) == len(body)
    shown = type(message).FromString(hidden[4:])
    assert shown == make("*" * len(account))


@pytest.mark.parametrize("count", range(1, 9))
def test_lists_of_accounts_are_hidden_whatever_their_length_looks_like(count: int) -> None:
    """The octet before a list is its length, which may be a letter's or a digit's."""
    names = [f"U{1_000_000 + number}" for number in range(count)]
    body = encoded(215, proto("ManagedAccounts")(accountsList=",".join(names)))

    hidden = hide_accounts(body)

    shown = proto("ManagedAccounts").FromString(hidden[4:])
    assert shown.accountsList == ",".join(["********"] * count)


@given(st.binary(max_size=80), st.sampled_from([201, 215, 4, 0x7FFFFFFF]))
def test_what_is_no_protobuf_is_hidden_without_an_error(rest: bytes, number: int) -> None:
    body = number.to_bytes(4, "big") + rest
    assert len(hide_accounts(body)) == len(body)


@pytest.mark.parametrize("framing", ["text", "raw ids", "protobuf"])
def test_names_that_look_like_no_account_are_hidden_where_the_broker_told_them(
    tmp_path: Path, framing: str
) -> None:
    told = {
        "text": fields(15, 1, "FAMILY-ONE,SIM0000001"),
        "raw ids": (15).to_bytes(4, "big") + fields(1, "FAMILY-ONE,SIM0000001"),
        "protobuf": encoded(215, proto("ManagedAccounts")(accountsList="FAMILY-ONE,SIM0000001")),
    }[framing]
    recorder = Recorder(tmp_path / "made", is_any_message)
    recorder.take(Direction.IN, [told])
    recorder.take(Direction.OUT, [encoded(203, order_of("FAMILY-ONE"))])
    recorder.close()

    assert main([str(tmp_path / "made"), "--export", str(tmp_path / "copy")]) == 0

    copy = b"".join(each.body for each in read_recording(tmp_path / "copy"))
    assert b"FAMILY-ONE" not in copy
    assert b"SIM0000001" not in copy


def proto_session(rig: Rig, recorder: Recorder) -> list[bytes]:
    """Record a session in protobuf and return what came in after the greeting."""
    rig.session.settings = SessionSettings(ClientId(5), 226, recorder.take)
    rig.connect()
    came = [
        encoded(215, proto("ManagedAccounts")(accountsList="SIM0000001")),
        encoded(209, proto("NextValidId")(orderId=3)),
        encoded(201, proto("TickPrice")(reqId=7, tickType=1, price=100.5, size="5", attrMask=0)),
        encoded(261, positions_of("SIM0000001")),
        encoded(203, proto("OrderStatus")(orderId=3, status="Filled", filled="5", remaining="0")),
        encoded(249, proto("CurrentTime")(currentTime=1_790_000_000)),
    ]
    rig.say(hello(226) + b"".join(framed(body) for body in came))
    order = rig.session.encode_order(OrderId(3), OrderRef("r"), AAPL, draft())
    assert rig.session.write_order(order, may_wait=False)
    recorder.close()
    return came


def test_a_session_in_protobuf_is_recorded_exported_and_played_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_rig(monkeypatch, 226) as rig:
        came = proto_session(rig, Recorder(tmp_path / "all", is_any_message))
        sent = rig.received_bytes()
    monkeypatch.undo()
    records = list(read_recording(tmp_path / "all"))
    assert [r.body for r in records if r.direction is Direction.IN][1:] == came
    orders = [r.body for r in records if r.direction is Direction.OUT][-1]
    assert sent.endswith(orders)
    assert b"SIM0000001" in orders

    assert main([str(tmp_path / "all"), "--export", str(tmp_path / "copy")]) == 0
    assert b"SIM0000001" not in (tmp_path / "copy").read_bytes()
    reports = played(list(first_session(read_recording(tmp_path / "copy"))), 0.0)

    kinds = [SessionStarted, PositionReport, OrderStatusReport, ServerTime, SessionEnded]
    assert [type(each) for each in reports] == kinds
    assert reports[0].server_version == 226


def test_orders_only_knows_the_messages_of_protobuf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_rig(monkeypatch, 226) as rig:
        came = proto_session(rig, Recorder(tmp_path, is_order_message))

    bodies = [each.body for each in read_recording(tmp_path) if each.direction is Direction.IN]

    assert bodies[1:] == [came[0], came[1], came[4]]


def test_a_recording_is_played_at_its_speed() -> None:
    tick_at = [Recorded(Direction.IN, n * 10**9, fields(49, 1, n)) for n in (0, 2, 4)]
    start = [hello()[4:], fields(15, 1, "SIM0000001"), fields(9, 1, 1)]
    messages = [Recorded(Direction.IN, 0, body) for body in start] + tick_at

    begun = time.monotonic()
    reports = played(messages, 20.0)

    assert time.monotonic() - begun >= 4 / 20
    assert [type(each) for each in reports] == [SessionStarted, *[ServerTime] * 3, SessionEnded]


def test_one_long_message_does_not_go_beyond_the_cap(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, is_any_message, most_bytes=10_000, part_bytes=2000)
    for _ in range(6):
        recorder.take(Direction.IN, [b"x" * 1500])
    recorder.take(Direction.IN, [b"y" * 6000])
    recorder.close()

    assert sum(part.stat().st_size for part in parts_of(tmp_path)) <= 10_000


def played(messages: list[Recorded], speed: float) -> list[Any]:
    """Serve messages to a session of our own and return what it reports."""
    told: list[str] = []
    listening = threading.Event()

    def say(text: str) -> None:
        told.append(text)
        listening.set()

    thread = threading.Thread(target=lambda: serve(messages, 0, speed, say=say))
    thread.start()
    assert listening.wait(20)
    reports = replayed(int(told[0].rpartition(":")[2]))
    thread.join(20)
    assert told[-1] == f"{len(messages)} messages played"
    return reports
