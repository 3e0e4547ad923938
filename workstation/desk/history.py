"""Orders and fills of all days, out of the journal and what was imported; for people to look at.

Runs in a process of its own: a journal of a million entries takes seconds to add up, and the
window's thread must not feel it. What was read once is kept, and only what came since is read for
the next answer.
"""

import contextlib
import csv
import io
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import msgspec

from workstation.desk.past import PastError, read_past
from workstation.desk.snapshot_mark import snapshot_mark
from workstation.domain.account import masked
from workstation.domain.csv_cell import csv_text
from workstation.domain.ids import AccountId, ClientId, OrderKey
from workstation.domain.order_status import Lifecycle
from workstation.domain.past_trades import (
    HistoryKind,
    HistoryPage,
    HistoryWish,
    PastFill,
    PastOrder,
)
from workstation.oms.efficiency import OrderEfficiency
from workstation.oms.events import EVENT_TYPES
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.order_ids import OrderIds
from workstation.oms.orders import OrderBook
from workstation.storage.files import write_private_file
from workstation.storage.flex_file import read_flex
from workstation.storage.import_file import add_imports, read_imports
from workstation.storage.journal_file import files_of
from workstation.storage.journal_reader import opened, read_entries
from workstation.storage.snapshot_choice import newest_sealed
from workstation.storage.snapshot_file import lines_of, snapshot_of

WORKING, WITH_FILLS = "working", "with fills"

R = TypeVar("R", PastOrder, PastFill)


class History:
    """Answers one question after the other. One thread."""

    def __init__(self, journal: Path, client_id: ClientId) -> None:
        self._journal = journal
        self._client_id = client_id
        self._begin()

    def _begin(self) -> None:
        self._book = OrderBook(self._client_id)
        self._seq = 0
        self._begun = self._first_hash()

    def answer(self, wish: HistoryWish) -> HistoryPage:
        """Return the page that is wanted, or write the file. Raises JournalError and OSError."""
        self._read_on()
        words = self._import(Path(wish.statement)) if wish.statement else ""
        page = self._found(wish)
        return replace(page, words=words) if words else page

    def _found(self, wish: HistoryWish) -> HistoryPage:
        fills = self._fills()
        accounts = {str(order.account) for order in self._book} | {str(f.account) for f in fills}
        if wish.kind is HistoryKind.FILLS:
            return self._page(wish, accounts, fills=_chosen(fills, wish))
        orders = _chosen(
            [_past_order(each) for each in self._book if _is_in_state(each, wish)], wish
        )
        return self._page(wish, accounts, orders=orders)

    def _page(
        self,
        wish: HistoryWish,
        accounts: set[str],
        orders: tuple[PastOrder, ...] = (),
        fills: tuple[PastFill, ...] = (),
    ) -> HistoryPage:
        rows = orders or fills
        if wish.export:
            return HistoryPage(total=len(rows), words=_exported(Path(wish.export), wish.kind, rows))
        part = slice(wish.offset, wish.offset + wish.limit)
        return HistoryPage(
            total=len(rows),
            orders=orders[part],
            fills=fills[part],
            accounts=tuple(sorted(filter(None, accounts))),
        )

    def _import(self, statement: Path) -> str:
        """Keep the trades of a statement, and say what became of them. Raises FlexError too."""
        trades, without_id = read_flex(statement)
        new = add_imports(self._journal, trades)
        own = {each.base_id for each in self._book.executions()}
        known = sum(trade.base_id in own for trade in trades)
        parts = [f"{len(trades):,} trades read, {new:,} of them new"]
        if known:
            parts.append(f"{known:,} are executions of the journal and are not counted twice")
        if without_id:
            parts.append(f"{without_id:,} have no execution id and were left out")
        return "; ".join(parts) + "."

    def _fills(self) -> list[PastFill]:
        """Return every fill once: an imported one only where the journal knows nothing of it."""
        book = self._book
        own: dict[str, PastFill] = {}
        for each in book.executions():
            if each.is_whole_combo:
                continue
            order = book.find(each.perm_id, each.order_ref, each.client_id, each.order_id)
            paid = book.commission(each.exec_id)
            own[each.base_id] = PastFill(
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
        imported = read_imports(self._journal)
        return [*own.values(), *(fill for name, fill in imported.items() if name not in own)]

    # -- the journal ------------------------------------------------------------------------------

    def _read_on(self) -> None:
        """Apply what came since the last answer; a journal that began anew is read anew."""
        if self._first_hash() != self._begun:
            self._begin()
        if not self._seq:
            self._begin_from_snapshot()
        for entry in read_entries(self._journal, self._seq):
            kind = EVENT_TYPES.get(entry.event)
            if kind is not None:
                self._book.apply(msgspec.json.decode(entry.body, type=kind), entry.when)
            self._seq = entry.seq

    def _begin_from_snapshot(self) -> None:
        """Let a sealed snapshot stand for the entries before it, as a start does."""
        *older, newest = files_of(self._journal) or [self._journal]
        with opened(newest) as current:
            base = newest_sealed(self._journal, current, older, snapshot_mark(self._client_id))
        if base is not None:
            lines = lines_of(snapshot_of(self._journal, base.seq))
            efficiency = OrderEfficiency(self._client_id)
            with contextlib.suppress(PastError):
                read_past(lines, self._client_id, self._book, efficiency, OrderIds())
                self._seq = base.seq

    def _first_hash(self) -> bytes:
        """Return the hash of the first entry, which no two journals share."""
        for path in files_of(self._journal)[:1]:
            with opened(path) as database, contextlib.suppress(sqlite3.Error):
                row = database.execute("SELECT hash FROM entries ORDER BY seq LIMIT 1").fetchone()
                return b"" if row is None else bytes(row[0])
        return b""


def _is_in_state(order: ManagedOrder, wish: HistoryWish) -> bool:
    if wish.state == WORKING:
        return not order.lifecycle.is_terminal
    if wish.state == WITH_FILLS:
        return order.view().filled > 0
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


def _chosen(rows: list[R], wish: HistoryWish) -> tuple[R, ...]:
    """Return the rows that are wanted, newest first."""
    symbol = wish.symbol.strip().casefold()
    tests: list[Callable[[R], bool]] = []
    if wish.start is not None:
        start = wish.start
        tests.append(lambda row: row.time >= start)
    if wish.end is not None:
        end = wish.end
        tests.append(lambda row: row.time < end)
    if symbol:
        tests.append(lambda row: row.symbol.casefold().startswith(symbol))
    if wish.account:
        tests.append(lambda row: row.account == wish.account)
    found = [row for row in rows if all(test(row) for test in tests)]
    return tuple(sorted(found, key=lambda row: row.time, reverse=True))


# -- export -----------------------------------------------------------------------------------------


def _exported(
    path: Path, kind: HistoryKind, rows: tuple[PastOrder, ...] | tuple[PastFill, ...]
) -> str:
    """Write all rows, accounts masked. Raises OSError."""
    shown = [replace(row, account=AccountId(masked(row.account))) for row in rows]
    if path.suffix.lower() == ".json":
        write_private_file(path, msgspec.json.format(msgspec.json.encode(shown)))
    else:
        kept = PastFill if kind is HistoryKind.FILLS else PastOrder
        content = io.StringIO(newline="")
        writer = csv.writer(content)
        names = [field.name for field in fields(kept)]
        writer.writerow(names)
        writer.writerows(_cells(row, names) for row in shown)
        write_private_file(path, content.getvalue().encode())
    return f"{len(rows):,} {kind.value} exported to {path}."


def _cells(row: PastOrder | PastFill, names: list[str]) -> Iterator[str]:
    for name in names:
        value = getattr(row, name)
        if value is None:
            yield ""
        elif isinstance(value, Decimal):
            yield f"{value:f}"
        else:
            yield csv_text(value.isoformat() if hasattr(value, "isoformat") else str(value))
