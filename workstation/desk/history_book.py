"""What the history is made of: the order book that the journal adds up to, and that of its newest part.

Adding up a journal of a million entries takes most of a minute, its newest part a fraction of a
second. The newest part is shown until the whole is there, and of it only the orders that began in
it: of those nothing is missing. An order of another program has no such beginning on record; it is
shown with the whole.
"""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from typing_extensions import override

from workstation.desk.snapshot_mark import snapshot_mark
from workstation.domain.execution import Commission, Execution
from workstation.domain.ids import ClientId, ExecId, OrderKey
from workstation.oms.book_state import BookReader, BookStateError
from workstation.oms.events import EVENT_TYPES, Intent, OmsEvent
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.orders import OrderBook
from workstation.storage.journal_file import Entry, check_identity, files_of
from workstation.storage.journal_reader import opened, read_entries
from workstation.storage.snapshot_choice import newest_sealed
from workstation.storage.snapshot_file import lines_of, snapshot_of

NEWEST = 6_000
"""Entries of the part that is read first: 500 orders of a dozen entries each."""

BEFORE = 1_000
"""Entries before that part which are read with it, for what was under way: a reconciliation."""

_TOLD_EVERY = 1_000


class HistoryBook:
    """All orders of a journal. Used by one thread at a time; `share` is read by any."""

    def __init__(self, journal: Path, client_id: ClientId) -> None:
        self.share = 0.0
        """How much of it has been read, from 0 to 1."""

        self.is_given_up = False
        """Set by any thread to end a read_on() before its end."""

        self.seq = 0
        """The newest entry that was read."""

        self._book = OrderBook(client_id)
        self._journal = journal
        self._client_id = client_id

    def read_on(self) -> None:
        """Apply what came since the last time. Raises JournalError."""
        if not self.seq:
            self._begin()
        begun, first = self.share, self.seq
        most = max(last_seq(self._journal) - first, 1)
        for entry in read_entries(self._journal, first):
            if self.is_given_up:
                return
            kind = EVENT_TYPES.get(entry.event)
            if kind is not None:
                self._take(msgspec.json.decode(entry.body, type=kind), entry)
            self.seq = entry.seq
            if not entry.seq % _TOLD_EVERY:
                self.share = begun + (1 - begun) * min((entry.seq - first) / most, 1.0)
        self.share = 1.0

    def orders(self) -> Iterator[ManagedOrder]:
        """Yield the orders, in the order of their arrival."""
        yield from self._book

    def executions(self) -> Iterator[Execution]:
        """Yield the latest revision of every execution of these orders, and of unknown ones."""
        yield from (each for each in self._book.executions() if not each.is_whole_combo)

    def order_of(self, each: Execution) -> ManagedOrder | None:
        """Return the order that an execution belongs to, None where that is not known."""
        return self._book.find(each.perm_id, each.order_ref, each.client_id, each.order_id)

    def commission(self, exec_id: ExecId) -> Commission | None:
        """Return the cost of an execution, None where it is not known."""
        return self._book.commission(exec_id)

    def _take(self, event: OmsEvent, entry: Entry) -> None:
        self._book.apply(event, entry.when)

    def _begin(self) -> None:
        """Let a sealed snapshot stand for the entries before it, as a start does."""
        *older, newest = files_of(self._journal) or [self._journal]
        with opened(newest) as current:
            base = newest_sealed(self._journal, current, older, snapshot_mark(self._client_id))
        if base is not None:
            path = snapshot_of(self._journal, base.seq)
            with contextlib.suppress(BookStateError, OSError):
                if self._take_lines(lines_of(path), path.stat().st_size):
                    self.seq = base.seq
                    return
        self.share = 0.0

    def _take_lines(self, lines: Iterable[bytes], size: int) -> bool:
        """Take the orders of a snapshot, whose other lines are nothing to the history.

        Returns False where it is given up. Raises BookStateError and OSError.
        """
        reader, read = BookReader(self._client_id), 0
        for number, line in enumerate(lines):
            if self.is_given_up:
                return False
            reader.take(line)
            read += len(line)
            if not number % _TOLD_EVERY:
                self.share = min(read / size, 1.0)
        reader.check()
        reader.finish(self._book)
        return True


class NewestOrders(HistoryBook):
    """The orders that began in the newest part of a journal, each with all that it has seen since."""

    def __init__(self, journal: Path, client_id: ClientId) -> None:
        super().__init__(journal, client_id)
        self._after = max(last_seq(journal) - NEWEST, 0)
        self._begun_here: set[OrderKey] = set()

    @override
    def orders(self) -> Iterator[ManagedOrder]:
        """Yield the orders of which nothing is missing."""
        yield from (each for each in self._book if each.key in self._begun_here)

    @override
    def executions(self) -> Iterator[Execution]:
        """Yield the latest revision of every execution of these orders."""
        for each in super().executions():
            order = self.order_of(each)
            if order is not None and order.key in self._begun_here:
                yield each

    @override
    def _take(self, event: OmsEvent, entry: Entry) -> None:
        super()._take(event, entry)
        if isinstance(event, Intent) and entry.seq > self._after:
            self._begun_here.add(OrderKey(event.order_ref))

    @override
    def _begin(self) -> None:
        """Begin a little before that part."""
        self.seq = max(self._after - BEFORE, 0)


def last_seq(journal: Path) -> int:
    """Return the number of the newest entry, 0 without one. Raises JournalError."""
    for path in reversed(files_of(journal)):
        with opened(path) as database:
            if check_identity(path, database):
                row = database.execute("SELECT max(seq) FROM entries").fetchone()
                if row[0] is not None:
                    return int(row[0])
    return 0
