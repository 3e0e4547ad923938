"""`main.py journal history`: answers the window's questions for earlier orders, one line each.

The program starts it beside itself; it reads only, but for the exports and imports it is asked
for, and ends when its standard input closes.
"""

import sys
from pathlib import Path
from typing import IO

import msgspec

from workstation.desk.history import History
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import ClientId
from workstation.domain.past_trades import HistoryPage, HistoryWish

LONGEST = 64 * 1024
"""Bytes of a question at most."""


def serve_history(journal: Path, client_id: int) -> int:
    """Answer until nobody asks any more."""
    return serve(History(journal, ClientId(client_id)), sys.stdin.buffer, sys.stdout.buffer)


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
