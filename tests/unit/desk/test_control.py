"""The control channel: who cannot prove the key gets nothing, and nobody can hold it up."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.helpers.virtual_time import VirtualLoop
from workstation.desk.control import MOST_CALLERS, ControlChannel, ControlFile
from workstation.domain.commands import Done, Failed
from workstation.domain.control import (
    NONCE_BYTES,
    ControlAction,
    read_reply,
    read_request,
    write_reply,
    write_request,
)


class Rig:
    def __init__(self, folder: Path) -> None:
        self.loop = VirtualLoop(grace=0.05)
        self.file = folder / "control.json"
        self.acts: list[tuple[ControlAction, str]] = []
        self.result: Done | Failed | Exception = Done("done")
        self.channel = ControlChannel(self.loop, self.file, self.act)
        self.channel.open()
        self.told = msgspec.json.decode(self.file.read_bytes(), type=ControlFile)
        self.key = bytes.fromhex(self.told.key)
        self.socks: list[socket.socket] = []

    def act(self, action: ControlAction, account: str) -> Done | Failed:
        self.acts.append((action, account))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def connect(self) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", self.told.port), timeout=5)
        self.socks.append(sock)
        self.loop.settle()
        return sock

    def ask(self, request: Any, *, slowly: bool = False) -> bytes:
        """Connect, send what `request(nonce)` gives, and return all that comes back."""
        sock = self.connect()
        data = request(sock.recv(NONCE_BYTES))
        for part in [data[i : i + 1] for i in range(len(data))] if slowly else [data]:
            sock.sendall(part)
            self.loop.settle()
        try:
            return sock.recv(65_536)
        except ConnectionResetError:
            return b""


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.channel.close()
    for sock in rig.socks:
        sock.close()
    rig.loop.close()


def test_the_file_is_for_its_owner_alone_and_goes_with_the_program(rig: Rig) -> None:
    assert stat.S_IMODE(rig.file.stat().st_mode) == 0o600
    assert rig.channel._listener is not None
    assert rig.channel._listener.getsockname()[0] == "127.0.0.1"
    rig.channel.close()
    assert not rig.file.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", rig.told.port), timeout=5)


@pytest.mark.parametrize("slowly", [False, True])
@pytest.mark.parametrize("action", list(ControlAction))
def test_a_proven_request_is_carried_out_once_and_answered(
    rig: Rig, action: ControlAction, slowly: bool
) -> None:
    nonces = []

    def request(nonce: bytes) -> bytes:
        nonces.append(nonce)
        return write_request(rig.key, nonce, action, "SIM0000001")

    reply = rig.ask(request, slowly=slowly)

    assert rig.acts == [(action, "SIM0000001")]
    assert read_reply(rig.key, nonces[0], reply) == (True, "done")
    assert read_reply(bytes(32), nonces[0], reply) is None
    assert read_reply(rig.key, bytes(16), reply) is None


@pytest.mark.parametrize(
    "request_of",
    [
        lambda key, nonce: write_request(bytes(32), nonce, ControlAction.FLATTEN, ""),
        lambda key, nonce: write_request(key, bytes(16), ControlAction.FLATTEN, ""),
        lambda key, nonce: b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nflatten=1&" + bytes(99),
        lambda key, nonce: write_request(key, nonce, 9, ""),  # type: ignore[arg-type]
        lambda key, nonce: bytes(
            [*write_request(key, nonce, ControlAction.FLATTEN, "")[:-2], 1, 0]
        ),
    ],
)
def test_without_the_proof_nothing_happens_and_nothing_is_said(
    rig: Rig, request_of: Any, expected_log: Any
) -> None:
    expected_log("could not prove the key")

    assert rig.ask(lambda nonce: request_of(rig.key, nonce)) == b""
    assert rig.acts == []


def test_a_request_cannot_be_played_again(rig: Rig, expected_log: Any) -> None:
    kept = []

    def first(nonce: bytes) -> bytes:
        kept.append(write_request(rig.key, nonce, ControlAction.CANCEL_ALL, ""))
        return kept[0]

    rig.ask(first)
    expected_log("could not prove the key")
    rig.ask(lambda _nonce: kept[0])
    assert len(rig.acts) == 1


def test_failures_and_faults_are_told(rig: Rig, expected_log: Any) -> None:
    for result, sentence in (
        (Failed("no link"), "no link"),
        (RuntimeError("x"), "An internal error stopped this (RuntimeError)."),
    ):
        rig.result = result
        if isinstance(result, Exception):
            expected_log("an action of the control channel failed")
        nonces = []

        def request(nonce: bytes, nonces: list[bytes] = nonces) -> bytes:
            nonces.append(nonce)
            return write_request(rig.key, nonce, ControlAction.FLATTEN, "")

        assert read_reply(rig.key, nonces[0] if nonces else b"", b"") is None
        reply = rig.ask(request)
        assert read_reply(rig.key, nonces[0], reply) == (False, sentence)


def test_many_who_say_nothing_do_not_keep_out_who_has_the_key(rig: Rig) -> None:
    silent = [rig.connect() for _ in range(3 * MOST_CALLERS)]
    assert rig.ask(lambda nonce: write_request(rig.key, nonce, ControlAction.STOP_ENTRIES, ""))
    assert rig.acts == [(ControlAction.STOP_ENTRIES, "")]
    ended = [sock for sock in silent[:MOST_CALLERS] if sock.recv(64) and sock.recv(1) == b""]
    assert len(ended) == MOST_CALLERS


def test_who_says_nothing_is_sent_away(rig: Rig) -> None:
    silent = [rig.connect() for _ in range(MOST_CALLERS)]
    rig.loop.pass_time(6)
    assert all(len(sock.recv(64)) == NONCE_BYTES for sock in silent)
    assert all(sock.recv(1) == b"" for sock in silent)
    assert rig.ask(lambda nonce: write_request(rig.key, nonce, ControlAction.STOP_ENTRIES, ""))
    gone = rig.connect()
    gone.close()
    rig.loop.settle()
    assert len(rig.acts) == 1


def test_what_is_written_is_read_and_every_changed_bit_is_found() -> None:
    key, nonce = b"k" * 32, b"n" * 16
    request = write_request(key, nonce, ControlAction.FLATTEN, "U1234567")
    assert read_request(key, nonce, request) == (ControlAction.FLATTEN, "U1234567")
    reply = write_reply(key, nonce, done=False, sentence="süß" * 30_000)
    known = read_reply(key, nonce, reply)
    assert known is not None
    assert not known[0]
    for data, read in ((request, read_request), (reply[:200], read_reply)):
        for at in range(len(data)):
            changed = bytearray(data)
            changed[at] ^= 1
            assert read(key, nonce, bytes(changed)) is None  # type: ignore[operator]
    with pytest.raises(ValueError, match="too long"):
        write_request(key, nonce, ControlAction.FLATTEN, "x" * 65)
