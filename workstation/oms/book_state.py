"""The order book as lines of bytes and back: nothing of it may be lost, doubled or changed on the way.

Each line begins with one byte that says what it holds, then comes JSON, small enough that reading one
keeps no other thread waiting.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

from workstation.domain.execution import Commission, Execution
from workstation.domain.ids import ClientId, IntentId, OrderId, OrderKey, OrderRef, PermId
from workstation.domain.order import PLAIN
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.orders import OrderBook

ROWS = 200
"""So many small rows share a line."""

STATE = frozenset(
    {
        *("_orders", "_by_perm", "_by_ref", "_by_id", "_by_intent", "_orphans", "_legs"),
        *("_commissions", "_live", "_reconciling"),
    }
)
"""What a book is made of; the rest of its attributes follow from it or from its making."""

DERIVED = frozenset({"_client_id", "_working", "_handlers"})

_PLAIN = b'"terms":' + msgspec.json.encode(PLAIN) + b","
"""Terms that nearly every order has; left out, reading puts them back. A quote within a text is
escaped, so this is never part of one."""


class BookStateError(Exception):
    """Lines that do not make a book, or a book that has parts unknown here."""


class _Totals(msgspec.Struct, forbid_unknown_fields=True):
    orders: int
    commissions: int
    reconciling: bool


def freeze(book: OrderBook) -> Iterator[bytes]:
    """Yield the lines of a book. Raises BookStateError where it would not be all of it."""
    parts = vars(book)
    if set(parts) != STATE | DERIVED:
        raise BookStateError("the order book has parts that are not kept")
    orders: dict[OrderKey, ManagedOrder] = parts["_orders"]
    totals = _Totals(len(orders), len(parts["_commissions"]), parts["_reconciling"])
    yield b"t" + msgspec.json.encode(totals)
    places = {key: place for place, key in enumerate(orders)}
    for order in orders.values():
        order.forget_worked_out()
        yield b"o" + msgspec.json.encode(order).replace(_PLAIN, b"")
    yield from _rows(b"p", ((perm, places[key]) for perm, key in parts["_by_perm"].items()))
    yield from _rows(b"r", ((ref, places[key]) for ref, key in parts["_by_ref"].items()))
    yield from _rows(b"i", ((*name, places[key]) for name, key in parts["_by_id"].items()))
    yield from _rows(b"w", ((wish, places[key]) for wish, key in parts["_by_intent"].items()))
    yield from _rows(b"l", (places[key] for key in parts["_live"]))
    for tag, name in ((b"u", "_orphans"), (b"g", "_legs"), (b"c", "_commissions")):
        yield from _rows(tag, iter(parts[name].values()))


def _rows(tag: bytes, rows: Iterator[Any]) -> Iterator[bytes]:
    while some := list(islice(rows, ROWS)):
        yield tag + msgspec.json.encode(some)


class BookReader:
    """Makes a book of lines; one that is given up in the middle has changed nothing."""

    def __init__(self, client_id: ClientId) -> None:
        self._book = OrderBook(client_id)
        self._made = vars(self._book)
        self._keys: list[OrderKey] = []
        self._totals: _Totals | None = None
        self._order = msgspec.json.Decoder(ManagedOrder)
        take: dict[bytes, tuple[type, Callable[[Any], None]]] = {
            b"p": (list[tuple[PermId, int]], self._take_perms),
            b"r": (list[tuple[OrderRef, int]], self._take_refs),
            b"i": (list[tuple[ClientId, OrderId, int]], self._take_ids),
            b"w": (list[tuple[IntentId, int]], self._take_wishes),
            b"l": (list[int], self._take_live),
            b"u": (list[Execution], self._take_orphans),
            b"g": (list[Execution], self._take_legs),
            b"c": (list[Commission], self._take_commissions),
            b"t": (_Totals, self._take_totals),
        }
        self._take: dict[bytes, tuple[Any, Callable[[Any], None]]] = {
            tag: (msgspec.json.Decoder(kind), call) for tag, (kind, call) in take.items()
        }

    def take(self, line: bytes) -> bool:
        """Take a line; False for one that is not of a book. Raises BookStateError."""
        tag, body = line[:1], line[1:]
        try:
            if tag == b"o":
                order = self._order.decode(body)
                self._made["_orders"][order.key] = order
                self._keys.append(order.key)
            elif tag in self._take:
                decoder, call = self._take[tag]
                call(decoder.decode(body))
            else:
                return False
        except (msgspec.MsgspecError, LookupError, ValueError) as error:
            raise BookStateError(f"a line of the order book cannot be read: {error}") from error
        return True

    def check(self) -> None:
        """Raise BookStateError if what was taken is not all there was."""
        made, totals = self._made, self._totals
        found = (len(made["_orders"]), len(self._keys), len(made["_commissions"]))
        if totals is None or found != (totals.orders, totals.orders, totals.commissions):
            raise BookStateError("orders or costs are missing, or are there twice")
        made["_reconciling"] = totals.reconciling

    def finish(self, book: OrderBook) -> None:
        """Give a book all that was taken and checked."""
        made, parts = self._made, vars(book)
        parts.update((name, made[name]) for name in STATE)
        parts["_working"] = None

    def _take_totals(self, totals: _Totals) -> None:
        self._totals = totals

    def _take_perms(self, rows: Iterable[tuple[PermId, int]]) -> None:
        self._made["_by_perm"].update((perm, self._keys[place]) for perm, place in rows)

    def _take_refs(self, rows: Iterable[tuple[OrderRef, int]]) -> None:
        self._made["_by_ref"].update((ref, self._keys[place]) for ref, place in rows)

    def _take_ids(self, rows: Iterable[tuple[ClientId, OrderId, int]]) -> None:
        found = (((client, number), self._keys[place]) for client, number, place in rows)
        self._made["_by_id"].update(found)

    def _take_wishes(self, rows: Iterable[tuple[IntentId, int]]) -> None:
        self._made["_by_intent"].update((wish, self._keys[place]) for wish, place in rows)

    def _take_live(self, rows: Iterable[int]) -> None:
        orders = self._made["_orders"]
        self._made["_live"].update((self._keys[place], orders[self._keys[place]]) for place in rows)

    def _take_orphans(self, rows: Iterable[Execution]) -> None:
        self._made["_orphans"].update((each.base_id, each) for each in rows)

    def _take_legs(self, rows: Iterable[Execution]) -> None:
        self._made["_legs"].update((each.base_id, each) for each in rows)

    def _take_commissions(self, rows: Iterable[Commission]) -> None:
        self._made["_commissions"].update((each.exec_id, each) for each in rows)
