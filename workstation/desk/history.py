"""Orders and fills of all days, out of the journal and what was imported; for people to look at.

Runs in a process of its own: a journal of a million entries takes most of a minute to add up, and
the window's thread must not feel it. A long one is added up on a thread of that process; meanwhile
an answer holds the newest orders and tells how far the reading is. What was read once is kept, and
only what came since is read for the next answer.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from workstation.desk.history_book import NEWEST, HistoryBook, NewestOrders, last_seq
from workstation.desk.history_export import ParquetWriter, exported
from workstation.domain.errors import WorkstationError
from workstation.domain.execution import Execution
from workstation.domain.ids import ClientId, OrderKey
from workstation.domain.order_status import Lifecycle
from workstation.domain.past_trades import (
    HistoryKind,
    HistoryPage,
    HistoryWish,
    PastFill,
    PastOrder,
)
from workstation.oms.managed_order import ManagedOrder
from workstation.storage.flex_file import read_flex
from workstation.storage.import_file import add_imports, read_imports
from workstation.storage.journal_file import files_of
from workstation.storage.journal_reader import opened

WORKING, WITH_FILLS = "working", "with fills"

MOST_SHOWN = 0.99
"""What is still being read is never said to be read."""

R = TypeVar("R")

Marks = tuple[datetime, str, str]
"""Time, symbol and account, by which a row is chosen."""


class _Reading:
    """Adds a long journal up, on a thread of its own."""

    def __init__(self, book: HistoryBook) -> None:
        self.book = book
        self._fault: Exception | None = None
        self._thread = threading.Thread(target=self._read, name="history", daemon=True)

    def begin(self) -> None:
        """Begin, or go on."""
        if self._thread.ident is None:
            self._thread.start()

    @property
    def is_under_way(self) -> bool:
        """Whether it has not ended, one way or the other."""
        return self._thread.ident is None or self._thread.is_alive()

    def wait(self) -> None:
        """Return when all is read. Raises what ended the reading: JournalError or OSError."""
        self.begin()
        self._thread.join()
        if self._fault is not None:
            raise self._fault

    def _read(self) -> None:
        try:
            self.book.read_on()
        except (WorkstationError, OSError, msgspec.MsgspecError, ValueError) as error:
            self._fault = error


class History:
    """Answers one question after the other. One thread."""

    def __init__(
        self, journal: Path, client_id: ClientId, write_parquet: ParquetWriter | None = None
    ) -> None:
        self._write_parquet = write_parquet
        self._journal = journal
        self._client_id = client_id
        self._begin(b"")

    def _begin(self, first_hash: bytes) -> None:
        self._book = HistoryBook(self._journal, self._client_id)
        self._newest: NewestOrders | None = None
        self._reading: _Reading | None = None
        self._accounts: tuple[str, ...] = ()
        self._accounts_at: tuple[HistoryBook, int] | None = None
        self._begun = first_hash

    def answer(self, wish: HistoryWish) -> HistoryPage:
        """Return the page that is wanted, or write the file.

        Raises JournalError, OSError, and ExportError where the file cannot be written as Parquet.
        While a long journal is being read it is a page of the newest orders; what needs all of
        them waits.
        """
        book = self._read_on(needs_all=bool(wish.export or wish.statement))
        read = 1.0 if book is self._book else min(self._book.share, MOST_SHOWN)
        if wish.only_whole and read < 1:
            return HistoryPage(read=read)
        words = self._import(Path(wish.statement)) if wish.statement else ""
        page = self._found(wish, book)
        return replace(page, words=words or page.words, read=read)

    def _found(self, wish: HistoryWish, book: HistoryBook) -> HistoryPage:
        accounts = self._accounts_of(book)
        part = slice(None) if wish.export else slice(wish.offset, wish.offset + wish.limit)
        rows: tuple[PastOrder, ...] | tuple[PastFill, ...]
        if wish.kind is HistoryKind.FILLS:
            chosen = _chosen(self._fills(book), wish, _marks_of_fill)
            total, rows = len(chosen), tuple(_past_fill(each, book) for each in chosen[part])
            page = HistoryPage(total=total, accounts=accounts, fills=rows)
        else:
            in_state = (order for order in book.orders() if _is_in_state(order, wish))
            found = _chosen(in_state, wish, _marks_of_order)
            total, rows = len(found), tuple(map(_past_order, found[part]))
            page = HistoryPage(total=total, accounts=accounts, orders=rows)
        if wish.export:
            words = exported(Path(wish.export), wish.kind, rows, self._write_parquet)
            return HistoryPage(total=total, words=words)
        return page

    def _accounts_of(self, book: HistoryBook) -> tuple[str, ...]:
        """Return every account that occurs, looked for again only once there is more to look at."""
        if self._accounts_at != (book, book.seq):
            marks = (*map(_marks_of_order, book.orders()), *map(_marks_of_fill, self._fills(book)))
            self._accounts = tuple(sorted({account for _, _, account in marks if account}))
            self._accounts_at = (book, book.seq)
        return self._accounts

    def _import(self, statement: Path) -> str:
        """Keep the trades of a statement, and say what became of them. Raises FlexError too."""
        trades, without_id = read_flex(statement)
        new = add_imports(self._journal, trades)
        self._accounts_at = None
        own = {each.base_id for each in self._book.executions()}
        known = sum(trade.base_id in own for trade in trades)
        parts = [f"{len(trades):,} trades read, {new:,} of them new"]
        if known:
            parts.append(f"{known:,} are executions of the journal and are not counted twice")
        if without_id:
            parts.append(f"{without_id:,} have no execution id and were left out")
        return "; ".join(parts) + "."

    def _fills(self, book: HistoryBook) -> list[Execution | PastFill]:
        """Return every fill once: an imported one only where the journal knows nothing of it.

        What the journal knows nothing of is told by the whole of it alone.
        """
        own = {each.base_id: each for each in book.executions()}
        imported = read_imports(self._journal) if book is self._book else {}
        return [*own.values(), *(fill for name, fill in imported.items() if name not in own)]

    # -- the journal ------------------------------------------------------------------------------

    def _read_on(self, *, needs_all: bool) -> HistoryBook:
        """Apply what came since the last answer; a journal that began anew is read anew.

        Returns all orders, or the newest while the others are being read.
        """
        if (first_hash := self._first_hash()) != self._begun:
            self._book.is_given_up = True
            self._begin(first_hash)
        if self._reading is None and not self._book.seq and last_seq(self._journal) > NEWEST:
            self._reading = _Reading(self._book)
        if self._reading is not None and self._reading.is_under_way and not needs_all:
            if self._newest is None:
                self._newest = NewestOrders(self._journal, self._client_id)
            self._newest.read_on()
            self._reading.begin()
            return self._newest
        reading, self._reading, self._newest = self._reading, None, None
        if reading is not None:
            reading.wait()
        self._book.read_on()
        return self._book

    def _first_hash(self) -> bytes:
        """Return the hash of the first entry, which no two journals share."""
        for path in files_of(self._journal)[:1]:
            with opened(path) as database, contextlib.suppress(sqlite3.Error):
                row = database.execute("SELECT hash FROM entries ORDER BY seq LIMIT 1").fetchone()
                return b"" if row is None else bytes(row[0])
        return b""


def _marks_of_order(order: ManagedOrder) -> Marks:
    return order.created_at, order.symbol, order.account


def _marks_of_fill(fill: Execution | PastFill) -> Marks:
    symbol = fill.symbol if isinstance(fill, PastFill) else fill.shown_name
    return fill.time, symbol, fill.account


def _chosen(rows: Iterable[R], wish: HistoryWish, marks_of: Callable[[R], Marks]) -> list[R]:
    """Return the rows that are wanted, newest first."""
    start, end = wish.start, wish.end
    symbol, account = wish.symbol.strip().casefold(), wish.account
    found: list[tuple[datetime, R]] = []
    for row in rows:
        time, name, owner = marks_of(row)
        if (
            (start is None or time >= start)
            and (end is None or time < end)
            and (not symbol or name.casefold().startswith(symbol))
            and (not account or owner == account)
        ):
            found.append((time, row))
    found.sort(key=lambda each: each[0], reverse=True)
    return [row for _, row in found]


def _is_in_state(order: ManagedOrder, wish: HistoryWish) -> bool:
    if wish.state == WORKING:
        return not order.lifecycle.is_terminal
    if wish.state == WITH_FILLS:
        return order.filled > 0
    return not wish.state or order.lifecycle is Lifecycle(wish.state)


def _past_order(order: ManagedOrder) -> PastOrder:
    view = order.view()
    return PastOrder(
        key=OrderKey(view.key),
        order_id=int(view.order_id),
        time=view.created_at,
        changed_at=view.updated_at,
        account=view.account,
        con_id=view.con_id,
        symbol=view.symbol,
        side=view.side,
        quantity=view.quantity,
        order_type=view.order_type,
        limit_price=view.limit_price,
        stop_price=view.stop_price,
        tif=view.tif,
        state=view.display_state,
        filled=view.filled,
        average_price=view.average_price,
        is_own=order.mine,
        note=view.note,
    )


def _past_fill(each: Execution | PastFill, book: HistoryBook) -> PastFill:
    if isinstance(each, PastFill):
        return each
    order, paid = book.order_of(each), book.commission(each.exec_id)
    return PastFill(
        exec_id=each.exec_id,
        key=None if order is None else order.key,
        time=each.time,
        account=each.account,
        con_id=each.con_id,
        symbol=each.shown_name,
        side=each.side,
        quantity=each.quantity,
        price=each.price,
        exchange=each.exchange,
        commission=None if paid is None else paid.commission,
        currency="" if paid is None else paid.currency,
        realized_pnl=None if paid is None else paid.realized_pnl,
    )
