"""`main.py replay`: play a recorded session back to any client, or write a copy to give away."""

import argparse
import contextlib
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from workstation.broker.recording_filter import message_id
from workstation.broker.redaction import accounts_told, hide_accounts
from workstation.domain.errors import RecordingError
from workstation.domain.ports import Direction
from workstation.storage.recording import Recorded, read_recording, write_records

PATIENCE_SECONDS = 30.0
_MOST_OFFER = 1000
_MANAGED_ACCOUNTS = 15


def main(arguments: Sequence[str]) -> int:
    """Run the command; 0 when a client has heard it all, or the copy is written."""
    given = _parser().parse_args(arguments)
    try:
        if given.export is not None:
            count = write_records(given.export, without_accounts(given.file))
            sys.stdout.write(f"{count} messages, accounts hidden: {given.export}\n")
            return 0
        messages = list(first_session(read_recording(given.file)))
        serve(messages, given.port, given.speed, say=_say)
    except (RecordingError, OSError, EOFError) as error:
        sys.stderr.write(f"workstation replay: {error}\n")
        return 1
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workstation replay",
        description="Play the broker's side of a recorded session to one client.",
        allow_abbrev=False,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a recording, or its folder")
    parser.add_argument("--port", type=int, default=0, metavar="P", help="0 takes a free one")
    parser.add_argument(
        "--speed",
        type=_speed,
        default=1.0,
        metavar="X",
        help="times as fast as it was; 0 waits for nothing",
    )
    parser.add_argument(
        "--export", type=Path, metavar="OUT", help="write a copy without account names instead"
    )
    return parser


def _speed(text: str) -> float:
    with contextlib.suppress(ValueError):
        speed = float(text)
        if 0 <= speed < 1e6:
            return speed
    raise argparse.ArgumentTypeError(f"{text} is not a speed from 0 to a million")


def without_accounts(path: Path) -> Iterator[Recorded]:
    """Return all messages with stars for account names, also for names that look like none."""
    names: set[str] = set()
    for record in read_recording(path):
        if record.direction is Direction.IN and message_id(record.body) == _MANAGED_ACCOUNTS:
            with contextlib.suppress(ValueError):  # what is broken is hidden by its looks alone
                names |= accounts_told(record.body)
    for record in read_recording(path):
        yield replace(record, body=hide_accounts(record.body, names))


def first_session(records: Iterator[Recorded]) -> Iterator[Recorded]:
    """Return what came in from the first recorded greeting to the end of its connection."""
    begun = False
    for record in records:
        if record.direction is Direction.OPENED:
            if begun:
                return
        elif record.direction is Direction.IN:
            begun = True
            yield record
    if not begun:
        raise RecordingError("the recording holds no message of a broker")


def serve(
    messages: Sequence[Recorded], port: int, speed: float, *, say: Callable[[str], None]
) -> None:
    """Wait for one client on loopback, greet it as recorded, and play the rest in time.

    The client must agree to the recorded protocol version; what it asks is read and ignored.
    """
    with socket.create_server(("127.0.0.1", port)) as server:
        say(f"waiting for a client on 127.0.0.1:{server.getsockname()[1]}")
        client, _ = server.accept()
    with client:
        client.settimeout(PATIENCE_SECONDS)
        if _exactly(client, 4) != b"API\0":
            raise EOFError("the client does not speak the protocol of TWS")
        _read_message(client)
        _send(client, messages[0].body)
        _read_message(client)  # startApi: a client takes nothing before it
        played = _play(client, messages[1:], speed)
        say(f"{played + 1} messages played")


def _play(client: socket.socket, messages: Sequence[Recorded], speed: float) -> int:
    begun, first = time.monotonic(), messages[0].time_ns if messages else 0
    for record in messages:
        due = begun + (record.time_ns - first) / 1e9 / speed if speed else 0.0
        _listen_until(client, due)
        _send(client, record.body)
    with contextlib.suppress(OSError):  # the client may leave first
        client.shutdown(socket.SHUT_WR)
        while client.recv(65536):
            pass
    return len(messages)


def _listen_until(client: socket.socket, due: float) -> None:
    """Throw away what the client asks until a moment, so that it can always write."""
    while True:
        wait = due - time.monotonic()
        client.settimeout(max(wait, 0.0))
        try:
            if not client.recv(65536):
                raise EOFError("the client left before the end")
        except (BlockingIOError, TimeoutError):
            if due - time.monotonic() <= 0:
                break
    client.settimeout(PATIENCE_SECONDS)


def _send(client: socket.socket, body: bytes) -> None:
    client.sendall(len(body).to_bytes(4, "big") + body)


def _read_message(client: socket.socket) -> bytes:
    length = int.from_bytes(_exactly(client, 4), "big")
    if length > _MOST_OFFER:
        raise EOFError("the client does not speak the protocol of TWS")
    return _exactly(client, length)


def _exactly(client: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        chunk = client.recv(count - len(data))
        if not chunk:
            raise EOFError("the client left before the end")
        data += chunk
    return data
