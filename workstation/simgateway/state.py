"""The state file: an append-only log of what must survive the death of the process.

Each line is one transaction, written and flushed to the disk before any message about it
leaves. A last line without its end was never acknowledged and is dropped; anything else
that does not read as it should makes the file corrupt.
"""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from workstation.simgateway.accounts import AccountState
from workstation.simgateway.instruments import BY_CON_ID, combination
from workstation.simgateway.order_kinds import KINDS, Aux, Limit
from workstation.simgateway.orders import DONE, HELD_BACK, LIVE, Execution, Order
from workstation.simgateway.tape import Tape

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FIRST_PERM_ID = 4_000_000_001
"""Beyond 32 bits on purpose: a perm_id is a 64-bit number (tws-wire.md 3.4)."""

_WRITE = os.O_WRONLY | getattr(os, "O_BINARY", 0)


class StateFileError(Exception):
    """The state file cannot be used; the text names it and says why."""


class Transaction(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One line of the log; a field left out did not change."""

    format: Literal[1] = 1
    seed: int
    perm_id: int
    """The last one given out."""

    exec_number: int
    """The last one given out."""

    last_order_ids: dict[int, int]
    """Highest order id used, by client id."""

    account: AccountState
    accounts: tuple[AccountState, ...] = ()
    """The others than the default one."""

    tapes: tuple[Tape, ...] = ()
    orders: tuple[Order, ...] = ()
    executions: tuple[Execution, ...] = ()


@dataclass(slots=True)
class SavedState:
    """Everything a restart begins with."""

    seed: int
    perm_id: int
    exec_number: int
    last_order_ids: dict[int, int]
    account: AccountState
    accounts: tuple[AccountState, ...] = ()
    tapes: dict[int, Tape] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)


class StateFile:
    """Reads the log once, rewrites it compactly, then appends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._lock: int | None = None
        self.size = 0
        """Bytes written since the file was last rewritten."""

        self._encoder = msgspec.json.Encoder()

    def load(self) -> SavedState | None:
        """Return the saved state, or None when there is no file yet.

        Raises:
            StateFileError: the file does not read as a log of this form, or another gateway
                is using it.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = lock(self._path.with_name(self._path.name + ".lock"))
            data = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateFileError(f"{self._path}: {error.strerror or error}") from None
        if not data:
            return None
        lines = data.split(b"\n")
        lines.pop()  # what follows the last line end: empty, or cut off while being written
        decoder = msgspec.json.Decoder(Transaction)
        state: SavedState | None = None
        for number, line in enumerate(lines, start=1):
            try:
                transaction = decoder.decode(line)
                check(transaction)
                state = merged(state, transaction)
            except (msgspec.MsgspecError, UnicodeError, ValueError) as error:
                raise StateFileError(f"{self._path}: line {number}: {error}") from None
        if state is None:
            raise StateFileError(f"{self._path}: no complete line")
        return state

    def begin(self, whole: Transaction) -> None:
        """Replace the file by one line that says everything, then keep it open for more."""
        self._close_log()
        self.size = 0
        temporary = self._path.with_name(self._path.name + ".tmp")
        self._descriptor = os.open(temporary, _WRITE | os.O_CREAT | os.O_TRUNC, 0o600)
        self._append(whole)
        self._close_log()  # Windows renames no open file
        temporary.replace(self._path)
        self._descriptor = os.open(self._path, _WRITE | os.O_APPEND)
        self._sync_folder()

    def append(self, transaction: Transaction) -> None:
        """Add a line and return when it is on the disk."""
        self._append(transaction)

    def close(self) -> None:
        """Close the file and let others use it."""
        self._close_log()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _close_log(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _append(self, transaction: Transaction) -> None:
        assert self._descriptor is not None
        line = memoryview(self._encoder.encode(transaction) + b"\n")
        size = len(line)
        while line:
            line = line[os.write(self._descriptor, line) :]
        os.fsync(self._descriptor)
        self.size += size

    def _sync_folder(self) -> None:
        if os.name == "nt":
            return
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def lock(path: Path) -> int:
    """Take the lock file for this process and return its descriptor.

    The system lets go of it when the process dies, however it dies.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise OSError("another gateway is using it") from None
    return descriptor


def check(transaction: Transaction) -> None:
    """Raise ValueError when a line reads well but says what cannot be."""
    for order in transaction.orders:
        if order.terms.legs:
            combination(order.terms.combo_symbol, "", order.terms.legs)
        check_order(order, transaction.perm_id)
    for tape in transaction.tapes:
        known = BY_CON_ID.get(tape.con_id)
        prices = (tape.last, tape.low, tape.previous_close)
        if known is None or min(prices) < known.lowest_ticks:
            raise ValueError(f"market of {tape.con_id}: impossible price")
    for account in (transaction.account, *transaction.accounts):
        for position in account.positions:
            if position.con_id not in BY_CON_ID:
                raise ValueError(f"position in unknown contract {position.con_id}")
        if not all(cash.is_finite() for cash in (account.cash, *account.foreign.values())):
            raise ValueError("cash is not a number")


def check_order(order: Order, last_perm_id: int) -> None:
    """Raise ValueError when an order cannot be."""
    terms = order.terms
    if terms.con_id not in BY_CON_ID or terms.side not in {"BUY", "SELL"}:
        raise ValueError(f"order {order.perm_id}: unknown contract or side")
    if order.status not in LIVE | DONE | {HELD_BACK}:
        raise ValueError(f"order {order.perm_id}: unknown status {order.status!r}")
    if not 0 <= order.filled <= terms.quantity or order.perm_id > last_perm_id:
        raise ValueError(f"order {order.perm_id}: impossible quantity or id")
    kind = KINDS.get(terms.order_type)
    if kind is None:
        raise ValueError(f"order {order.perm_id}: unknown type {terms.order_type!r}")
    needs_limit, needs_stop = kind.limit is Limit.REQUIRED, kind.aux is Aux.TRIGGER
    for needed, name, price in (
        (needs_limit, "limit", terms.limit_price),
        (needs_stop, "stop", terms.stop_price),
    ):
        may_be = price is not None and (price > 0 or BY_CON_ID[terms.con_id].may_be_negative)
        if needed and not may_be:
            raise ValueError(f"order {order.perm_id}: {name} order without a {name} price")


def merged(state: SavedState | None, line: Transaction) -> SavedState:
    """Return the state after one more line."""
    if state is None:
        state = SavedState(
            seed=line.seed,
            perm_id=line.perm_id,
            exec_number=line.exec_number,
            last_order_ids={},
            account=line.account,
        )
    if line.perm_id < state.perm_id or line.exec_number < state.exec_number:
        raise ValueError("numbers run backwards")
    state.seed, state.perm_id, state.exec_number = line.seed, line.perm_id, line.exec_number
    state.last_order_ids = dict(line.last_order_ids)
    state.account, state.accounts = line.account, line.accounts
    state.tapes |= {tape.con_id: tape for tape in line.tapes}
    state.orders |= {order.perm_id: order for order in line.orders}
    state.executions |= {e.exec_id: e for e in line.executions}
    return state
