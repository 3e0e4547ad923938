"""A recording holds what came and went, stays small, hides accounts and can be played back."""

import threading
from pathlib import Path

import pytest

from tests.helpers.scripted_peer import Rig, fields, hello, message, open_rig, tick
from workstation.app.replay_command import first_session, main, serve
from workstation.broker.recording_filter import is_any_message, is_order_message
from workstation.broker.redaction import hide_accounts
from workstation.broker.session import Session, SessionSettings
from workstation.desk.loop import CoreLoop
from workstation.domain.clock import SystemClock
from workstation.domain.errors import RecordingError
from workstation.domain.ids import ClientId
from workstation.domain.ports import Direction
from workstation.domain.reports import Report, ServerTime, SessionEnded, SessionStarted
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
    told: list[str] = []
    listening = threading.Event()

    def say(text: str) -> None:
        told.append(text)
        listening.set()

    thread = threading.Thread(target=lambda: serve(messages, 0, 0.0, say=say))
    thread.start()
    assert listening.wait(20)
    reports = replayed(int(told[0].rpartition(":")[2]))
    thread.join(20)

    kinds = [type(each) for each in reports]
    assert kinds == [SessionStarted, ServerTime, SessionEnded]
    assert told[-1] == f"{len(messages)} messages played"


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
