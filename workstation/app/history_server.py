"""`main.py history`: answers the window's questions for earlier orders, one line each.

The program starts it beside itself; it reads only, but for the exports and imports it is asked
for, and ends when its standard input closes. A word of its own, so that it imports little: the
trader waits for its first answer.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import msgspec

from workstation.app.give_way import give_way
from workstation.app.parquet import write_parquet
from workstation.desk.history import History
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import ClientId
from workstation.domain.past_trades import HistoryPage, HistoryWish
from workstation.storage.paths import ProfileFiles

LONGEST = 64 * 1024
"""Bytes of a question at most."""


def main(arguments: Sequence[str]) -> int:
    """Answer until nobody asks any more."""
    parser = argparse.ArgumentParser(prog="workstation history", allow_abbrev=False)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--profile", required=True)
    parser.add_argument("--client-id", type=int, required=True)
    given = parser.parse_args(arguments)
    give_way()
    journal = ProfileFiles(given.data_dir / "profiles" / given.profile).journal
    history = History(journal, ClientId(given.client_id), write_parquet)
    return serve(history, sys.stdin.buffer, sys.stdout.buffer)


def serve(history: History, questions: IO[bytes], answers: IO[bytes]) -> int:
    """Read a wish a line as JSON, and write a page a line."""
    while line := questions.readline(LONGEST):
        answers.write(msgspec.json.encode(_answer(history, line)) + b"\n")
        answers.flush()
    return 0


def _answer(history: History, line: bytes) -> HistoryPage:
    try:
        return history.answer(msgspec.json.decode(line, type=HistoryWish))
    except (WorkstationError, OSError, msgspec.MsgspecError, ValueError) as error:
        return HistoryPage(fault=str(error) or type(error).__name__)
