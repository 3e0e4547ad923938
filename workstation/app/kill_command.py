"""`main.py kill`: stops, cancels or flattens in the program that runs with a profile."""

import argparse
import math
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import msgspec
from typing_extensions import override

from workstation.app.options import SETTINGS_FILE
from workstation.domain.control import (
    LONGEST_ACCOUNT,
    NONCE_BYTES,
    ControlAction,
    read_reply,
    write_request,
)
from workstation.domain.errors import SettingsError
from workstation.storage.paths import default_data_folder
from workstation.storage.settings import read_settings

DONE, REFUSED, UNREACHABLE = 0, 1, 2
WAIT_SECONDS = 30.0


class _Parser(argparse.ArgumentParser):
    @override
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


class _Where(msgspec.Struct, frozen=True):
    port: int
    key: str


class _NoAnswerError(Exception):
    """Nothing is known of what the program did; the text says why."""


def main(arguments: Sequence[str]) -> int:
    """Ask the running program and return 0 for done, 1 for refused, 2 for no answer."""
    parser = _build_parser()
    given = parser.parse_args(arguments)
    if given.protection and given.action is not ControlAction.CANCEL_ALL:
        parser.error("--protection belongs to --cancel-all")
    try:
        done, sentence = _ask(_control_file(given), given)
    except (_NoAnswerError, SettingsError) as error:
        sys.stderr.write(
            f"workstation: {error}. Use TWS or the mobile program if orders must end now.\n"
        )
        return UNREACHABLE
    (sys.stdout if done else sys.stderr).write(f"{sentence}\n")
    return DONE if done else REFUSED


def _ask(file: Path, given: argparse.Namespace) -> tuple[bool, str]:
    where = _read(file)
    key = bytes.fromhex(where.key)
    end = time.monotonic() + given.wait
    try:
        with socket.create_connection(("127.0.0.1", where.port), timeout=given.wait) as sock:
            nonce = _receive(sock, NONCE_BYTES, end)
            sock.sendall(write_request(key, nonce, _action(given), given.account))
            reply = _receive(sock, None, end)
    except ConnectionRefusedError as error:
        raise _NoAnswerError("no program is running with this profile") from error
    except OSError as error:
        text = f"the program did not answer within {given.wait:g} s ({error})"
        raise _NoAnswerError(text) from error
    answer = read_reply(key, nonce, reply)
    if answer is None:
        raise _NoAnswerError("what answered is not the program, or it ended meanwhile")
    return answer


def _receive(sock: socket.socket, count: int | None, end: float) -> bytes:
    """Receive so many bytes, or all until the other side closes."""
    data = b""
    while count is None or len(data) < count:
        sock.settimeout(max(end - time.monotonic(), 0.001))
        part = sock.recv(65_536 if count is None else count - len(data))
        if not part:
            break
        data += part
    return data


def _read(file: Path) -> _Where:
    try:
        where = msgspec.json.decode(file.read_bytes(), type=_Where)
        bytes.fromhex(where.key)
    except FileNotFoundError as error:
        raise _NoAnswerError("no program is running with this profile") from error
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise _NoAnswerError(f"{file} cannot be read: {error}") from error
    return where


def _action(given: argparse.Namespace) -> ControlAction:
    if given.protection:
        return ControlAction.CANCEL_ALL_AND_PROTECTION
    action: ControlAction = given.action
    return action


def _control_file(given: argparse.Namespace) -> Path:
    folder: Path = given.data_dir or default_data_folder()
    profile = given.profile or read_settings(folder / SETTINGS_FILE).profile
    return folder / "profiles" / profile / "control.json"


def _build_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="workstation kill", allow_abbrev=False)
    parser.description = "Ends trading in the running program; its window may be frozen."
    actions = parser.add_mutually_exclusive_group(required=True)
    for word, action, text in (
        ("--stop-entries", ControlAction.STOP_ENTRIES, "let nothing but exits leave"),
        ("--cancel-all", ControlAction.CANCEL_ALL, "cancel all but what protects positions"),
        ("--flatten", ControlAction.FLATTEN, "cancel entries, close every position, then halt"),
    ):
        actions.add_argument(word, dest="action", action="store_const", const=action, help=text)
    add = parser.add_argument
    add("--protection", action="store_true", help="with --cancel-all: what protects as well")
    add("--account", type=_account, default="", metavar="NAME", help="of several accounts, one")
    add("--data-dir", type=Path, metavar="DIR", help="where the program keeps its data")
    add("--profile", metavar="NAME", help="which program; else that of the default profile")
    add("--wait", type=_seconds, default=WAIT_SECONDS, metavar="SECONDS", help="for the answer")
    return parser


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not a time in seconds greater than 0")
    return seconds


def _account(text: str) -> str:
    if not text.isascii() or len(text) > LONGEST_ACCOUNT:
        raise argparse.ArgumentTypeError("that is not the name of an account")
    return text
