"""What a start needs of the journal: from a snapshot and what came after it, or from all of it.

A snapshot holds the order book, the counts that go with it, and, word for word, those entries that
other parts of the desk still read at a start. It is made by replaying the journal, never out of the
memory of a program that trades: what it says is what a replay would have said.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from workstation.desk.dead_man import RENEWAL_MARK, Rolling
from workstation.domain.ids import ClientId, OrderId, OrderKey
from workstation.domain.rule import RuleRecord
from workstation.domain.timeline import MarketSeen
from workstation.oms.book_state import BookReader, BookStateError, freeze
from workstation.oms.efficiency import OrderEfficiency
from workstation.oms.events import EVENT_TYPES, ChangeIntent, Intent, WhatIf
from workstation.oms.order_ids import OrderIds
from workstation.oms.orders import OrderBook
from workstation.portfolio.day_result import DayBest
from workstation.portfolio.periods import DaySoFar
from workstation.storage.journal_file import Entry

RECENT = timedelta(days=4)
"""How long the measurements of fills are kept; a start reads those of two days."""

RECENTLY_READ = frozenset({"ExecutionReport", "CommissionReport", "FillMarket", "MarkOut"})
"""What a start reads of the last days only."""

NOT_READ = frozenset(
    {
        *("Judged", "RiskInputs", "Repeated", "Decision", "ExerciseDenied"),
        *("Started", "Stopped", "TradingState", "Continued", "Recovered", "SnapshotSealed"),
        "CheckedSoFar",
    }
)
"""Notes for people, which no start reads. An entry of a kind that is named nowhere is kept."""


_OF_ORDERS: dict[str, tuple[bytes, type[MarketSeen | ChangeIntent | Rolling]]] = {
    MarketSeen.__name__: (b'"about":"Intent"', MarketSeen),
    ChangeIntent.__name__: (RENEWAL_MARK, ChangeIntent),
    Rolling.__name__: (b"", Rolling),
}
"""What is kept while its order lives, where its text says this."""

_LAST: dict[str, tuple[type, tuple[str, ...]]] = {
    DayBest.__name__: (DayBest, ("account", "day", "measure")),
    DaySoFar.__name__: (DaySoFar, ("account", "measure", "day")),
    RuleRecord.__name__: (RuleRecord, ("rule_id",)),
}
"""Of what only the newest counts, for each of these."""


class PastError(Exception):
    """A snapshot that cannot be read; the journal is replayed instead."""


class _Numbers(msgspec.Struct, forbid_unknown_fields=True):
    """What is known of numbers: the next order id, and how many entries were kept."""

    next_order_id: int
    kept: int


class KeptEntries:
    """Picks from all entries those that are still read at a start, other than by the order book."""

    def __init__(self, book: OrderBook) -> None:
        self._book = book
        self._always: list[Entry] = []
        self._recent: deque[Entry] = deque()
        self._last: dict[object, Entry] = {}
        self._of_orders: list[tuple[OrderKey, Entry]] = []

    def take(self, entry: Entry) -> None:
        """Look at an entry, after the book has."""
        event = entry.event
        if event in RECENTLY_READ:
            self._recent.append(entry)
        elif event in _OF_ORDERS:
            if (key := _order_of(entry)) is not None:
                self._of_orders.append((key, entry))
        elif event in _LAST:
            kind, names = _LAST[event]
            record: Any = msgspec.json.decode(entry.body, type=kind)
            self._last[event, *(getattr(record, name) for name in names)] = entry
        elif event not in EVENT_TYPES and event not in NOT_READ and event != WhatIf.__name__:
            self._always.append(entry)
        if not entry.seq % 10_000:
            self._tidy(entry.when)

    def entries(self, at: datetime) -> list[Entry]:
        """Return what is kept at a moment, in order."""
        self._tidy(at)
        of_orders = [entry for _, entry in self._of_orders]
        found = [*self._always, *self._recent, *self._last.values(), *of_orders]
        return sorted(found, key=lambda entry: entry.seq)

    def _tidy(self, now: datetime) -> None:
        """Let go of what was recent, and of what belongs to orders that ended long ago."""
        since = (now - RECENT).isoformat(timespec="microseconds")
        while self._recent and self._recent[0].time < since:
            self._recent.popleft()
        self._of_orders = [each for each in self._of_orders if self._is_followed(each[0], now)]

    def _is_followed(self, key: OrderKey, now: datetime) -> bool:
        order = self._book.get(key)
        if order is None or not order.lifecycle.is_terminal:
            return True
        return order.updated_at > now - RECENT


def _order_of(entry: Entry) -> OrderKey | None:
    """Return which order an entry is kept for, None for one that no start reads."""
    mark, kind = _OF_ORDERS[entry.event]
    return msgspec.json.decode(entry.body, type=kind).key if mark in entry.body else None


class Replay:
    """The journal added up, entry by entry, on no matter which thread or process."""

    def __init__(self, client_id: ClientId) -> None:
        self.book = OrderBook(client_id)
        self.efficiency = OrderEfficiency(client_id)
        self.ids = OrderIds()
        self._client_id = client_id
        self._kept = KeptEntries(self.book)

    def take(self, entry: Entry) -> None:
        """Take the next entry."""
        kind = EVENT_TYPES.get(entry.event)
        if kind is not None:
            event, at = msgspec.json.decode(entry.body, type=kind), entry.when
            self.book.apply(event, at)
            self.efficiency.take(event, at)
            if isinstance(event, Intent):
                self.ids.used(event.order_id)
        elif entry.event == WhatIf.__name__:
            self.ids.used(msgspec.json.decode(entry.body, type=WhatIf).order_id)
        self._kept.take(entry)

    def lines(self, at: datetime) -> Iterator[bytes]:
        """Yield the content of a snapshot at the moment of the newest entry.

        Raises BookStateError.
        """
        kept = self._kept.entries(at)
        yield b"n" + msgspec.json.encode(_Numbers(self.ids.next_id, len(kept)))
        yield from freeze(self.book)
        for line in self.efficiency.lines():
            yield b"e" + line
        for entry in kept:
            yield b"k" + msgspec.json.encode(entry)

    def begin_from(self, lines: Iterable[bytes]) -> None:
        """Go on from a snapshot. Raises PastError."""
        for entry in read_past(lines, self._client_id, self.book, self.efficiency, self.ids):
            self._kept.take(entry)


def read_past(
    lines: Iterable[bytes],
    client_id: ClientId,
    book: OrderBook,
    efficiency: OrderEfficiency,
    ids: OrderIds,
) -> list[Entry]:
    """Put the content of a snapshot into what a start fills, and return the entries it kept.

    Raises PastError; nothing was changed then.
    """
    reader, numbers = BookReader(client_id), None
    days: list[bytes] = []
    kept: list[Entry] = []
    entry = msgspec.json.Decoder(Entry)
    try:
        for line in lines:
            if reader.take(line):
                continue
            tag, body = line[:1], line[1:]
            if tag == b"k":
                kept.append(entry.decode(body))
            elif tag == b"e":
                days.append(body)
            elif tag == b"n" and numbers is None:
                numbers = msgspec.json.decode(body, type=_Numbers)
            else:
                raise PastError("it holds a line of an unknown kind")
        if numbers is None or len(kept) != numbers.kept:
            raise PastError("lines are missing")
        reader.check()
        efficiency.take_lines(days)
    except (BookStateError, msgspec.MsgspecError, OSError, ValueError) as error:
        raise PastError(str(error)) from error
    reader.finish(book)
    ids.at_least(OrderId(numbers.next_order_id))
    return kept
