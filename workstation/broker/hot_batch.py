"""Market data by the thousand: bursts of one kind of message, read as columns.

A run of equal messages is read in one go and handed over as the last value of each field or,
for books and prints, whole and in order. Whatever is not spelled in the plain way is left to `HotDecoder`.
Layouts: tws-wire.md 2.5 and 2.6.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from workstation.broker.columns import FRONT, Words
from workstation.broker.framing import Frames
from workstation.broker.hot_ticks import (
    is_known,
    newest_prices,
    newest_sizes,
    read_prices,
    read_sizes,
)
from workstation.broker.hot_values import LARGEST
from workstation.broker.proto_rows import ProtoRows
from workstation.broker.requests import Subscriptions
from workstation.broker.rows import Rows
from workstation.broker.text_rows import TextRows
from workstation.broker.word_numbers import Floats, Mask, Places, Words64
from workstation.domain.market_sinks import MarketSinks, PrintColumns

FEWEST_AT_ONCE = 96
"""In a smaller piece runs are not looked for: they are seldom there, and the look costs as much."""
FEWEST = 24
"""A shorter run is read message by message; array operations cost some 50 microseconds."""

TICKS, BOOK, VENUE_BOOK, PRINTS = 1, 2, 3, 4
_PROTO = 16
"""Added to a kind in protobuf."""
_OTHER = 0
_KINDS = np.zeros(1024, dtype=np.uint8)
for _number, _kind in ((1, TICKS), (2, TICKS), (12, BOOK), (13, VENUE_BOOK), (99, PRINTS)):
    _KINDS[_number], _KINDS[200 + _number] = _kind, _kind + _PROTO

_OCTET, _8, _16 = np.uint64(0xFF), np.uint64(8), np.uint64(16)
_LATEST = 2**35 - 1
"""Time of a print that protobuf spells in five octets."""


@dataclass(frozen=True, slots=True)
class Run:
    """Messages `first` up to `stop` of the received ones, all of one kind; 0 is any other."""

    first: int
    stop: int
    kind: int


class HotBatch:
    """Reads runs of hot messages. Core thread.

    An exception of a sink goes to `on_fault`: it is no fault of the message.
    """

    def __init__(
        self,
        sinks: MarketSinks,
        subscriptions: Subscriptions,
        *,
        raw_ids: bool,
        on_fault: Callable[[Exception], None],
    ) -> None:
        self._sinks = sinks
        self._subscriptions = subscriptions
        self._raw_ids = raw_ids
        self._on_fault = on_fault
        self._words = Words()
        self._frames: Frames | None = None
        self._ids = self._behind = np.empty(0, np.int64)
        self._readers: dict[int, Callable[[Rows], tuple[Mask, Callable[[], None]]]] = {
            TICKS: self._ticks,
            TICKS + _PROTO: self._ticks,
            BOOK: self._book,
            BOOK + _PROTO: self._book_proto,
            VENUE_BOOK: self._venue_book,
            VENUE_BOOK + _PROTO: self._book_proto,
            PRINTS: self._prints,
            PRINTS + _PROTO: self._prints_proto,
        }

    def runs(self, frames: Frames, first: int) -> Iterator[Run]:
        """Divide received messages, from number `first` on, into runs of one kind, in order."""
        self._begin(frames)
        kinds = _KINDS[self._ids[first:]]
        edges = np.flatnonzero(kinds[1:] != kinds[:-1]) + 1
        for begin, end in pairwise([0, *edges.tolist(), kinds.size]):
            yield Run(first + begin, first + end, int(kinds[begin]))

    def feed(self, frames: Frames, first: int, stop: int) -> Mask:
        """Take a part of a run if every message is plain; return which ones are.

        Nothing is taken unless all are.
        """
        self._begin(frames)
        part = slice(first, stop)
        rows = Rows(frames.block, self._ids[part], self._behind[part], frames.ends[part] + FRONT)
        with np.errstate(all="ignore"):  # what is not plain may be any number
            ok, hand_over = self._readers[int(_KINDS[rows.ids[0]])](rows)
        if ok.all():
            hand_over()
        return ok

    def _begin(self, frames: Frames) -> None:
        """Read the ids of received messages, unless these are the ones before."""
        if frames is self._frames:
            return
        self._frames = frames
        begins = frames.begins + FRONT
        if self._raw_ids:
            ids = frames.block.big_ends[begins].astype(np.int64)
            self._ids = np.where(ids < _KINDS.size, ids, 0)
            self._behind = begins + 4
        else:
            self._ids, width = _text_ids(frames.block.words[begins])
            self._behind = begins + width

    # -- quotes --------------------------------------------------------------------------------

    def _ticks(self, rows: Rows) -> tuple[Mask, Callable[[], None]]:
        """Read tickPrice and tickSize together: both may tell a size."""
        is_price = (rows.ids == 1) | (rows.ids == 201)
        ok: Mask = np.zeros(rows.ids.size, dtype=np.bool_)
        parts = []
        for wanted, reader in ((is_price, read_prices), (~is_price, read_sizes)):
            if wanted.any():
                some = rows if wanted.all() else rows.only(wanted)
                part = reader(some, np.flatnonzero(wanted))
                ok[wanted] = part.ok
                parts.append(part)

        def hand_over() -> None:
            contract_of = self._subscriptions.con_id
            sizes = newest_sizes(parts, contract_of)
            prices = [
                row
                for part in parts
                if part.price is not None
                for row in newest_prices(part, contract_of)
            ]
            self._guarded(lambda: self._sinks.ticks.set_prices(prices))
            self._guarded(lambda: self._sinks.ticks.set_sizes(sizes))

        return ok, hand_over

    def _guarded(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - told to the loop
            self._on_fault(error)

    # -- books ---------------------------------------------------------------------------------

    def _book(self, rows: Rows) -> tuple[Mask, Callable[[], None]]:
        text = TextRows(rows.block, rows.begins, rows.ends)
        text.whole()
        columns = [text.whole() for _ in range(4)]
        price, size = text.decimal(), text.decimal()
        text.finish()
        venues = np.zeros(price.size, dtype=np.uint64)
        return self._book_rows(text.ok, columns, price, size, venues)

    def _venue_book(self, rows: Rows) -> tuple[Mask, Callable[[], None]]:
        text = TextRows(rows.block, rows.begins, rows.ends)
        text.whole()
        columns = [text.whole(), text.whole()]
        venues = text.word_keys()
        columns += [text.whole(), text.whole()]
        price, size = text.decimal(), text.decimal()
        text.whole()
        text.finish()
        return self._book_rows(text.ok, columns, price, size, venues)

    def _book_proto(self, rows: Rows) -> tuple[Mask, Callable[[], None]]:
        proto = ProtoRows(rows.block, rows.begins, rows.ends)
        columns = [proto.varint(1)]
        proto.enter(2)
        columns += [proto.varint(number) for number in (1, 2, 3)]
        price, size = proto.double(4), proto.decimal(5)
        venues = np.zeros(price.size, dtype=np.uint64)
        if rows.ids[0] == 213:
            venues = proto.word_keys(6)
            proto.may_have_flag(7)
        proto.finish()
        return self._book_rows(proto.ok, columns, price, size, venues)

    def _book_rows(
        self, ok: Mask, columns: list[Places], price: Floats, size: Floats, venues: Words64
    ) -> tuple[Mask, Callable[[], None]]:
        ok &= (np.abs(price) < LARGEST) & is_known(size)

        def hand_over() -> None:
            names = map(self._words.__getitem__, venues.tolist())
            numbers = [column.tolist() for column in columns]
            lines = zip(*numbers, price.tolist(), size.tolist(), names, strict=True)
            self._guarded(lambda: self._sinks.books.apply_all(lines))

        return ok, hand_over

    # -- prints --------------------------------------------------------------------------------

    def _prints(self, rows: Rows) -> tuple[Mask, Callable[[], None]]:
        text = TextRows(rows.block, rows.begins, rows.ends)
        req_id, kind, time = (text.whole() for _ in range(3))
        price, size = text.decimal(), text.decimal()
        text.whole()
        words = text.word_keys(), text.word_keys()
        text.finish()
        ok = text.ok & ((kind == 1) | (kind == 2))
        return self._print_rows(ok, req_id, time, (price, size), words)

    def _prints_proto(self, rows: Rows) -> tuple[Mask, Callable[[], None]]:
        proto = ProtoRows(rows.block, rows.begins, rows.ends)
        req_id, kind = proto.varint(1), proto.varint(2)
        proto.enter(3)
        time = proto.varint(1, _LATEST)
        proto.skip(2)
        price, size = proto.double(3), proto.decimal(4)
        words = proto.word_keys(5), proto.word_keys(6)
        proto.finish()
        ok = proto.ok & ((kind == 1) | (kind == 2))
        return self._print_rows(ok, req_id, time, (price, size), words)

    def _print_rows(
        self,
        ok: Mask,
        req_id: Places,
        time: Places,
        figures: tuple[Floats, Floats],
        words: tuple[Words64, Words64],
    ) -> tuple[Mask, Callable[[], None]]:
        price, size = figures
        ok &= (np.abs(price) < LARGEST) & is_known(size)

        def hand_over() -> None:
            by_request = np.argsort(req_id, kind="stable")
            numbers = [each[by_request].tolist() for each in (time, price, size)]
            texts = [list(map(self._words.__getitem__, w[by_request].tolist())) for w in words]
            owners = req_id[by_request]
            edges = np.flatnonzero(owners[1:] != owners[:-1]) + 1
            for begin, end in pairwise([0, *edges.tolist(), owners.size]):
                prints = PrintColumns(*(column[begin:end] for column in (*numbers, *texts)))
                owner = int(owners[begin])
                self._guarded(lambda o=owner, p=prints: self._sinks.tapes.add_all(o, p))  # type: ignore[misc]

        return ok, hand_over


def _text_ids(words: Words64) -> tuple[Places, Places]:
    """Return the ids below 100 that messages begin with, of others 0, and the ids' widths."""
    first = (words & _OCTET).view(np.int64) - 48
    second = ((words >> _8) & _OCTET).view(np.int64) - 48
    is_short = second == -48
    fine = (first > 0) & (first <= 9)
    if is_short.all():
        return np.where(fine, first, 0), np.full(first.size, 2)
    third = (words >> _16) & _OCTET
    is_long = (third == 0) & (second >= 0) & (second <= 9)
    ids = np.where(is_short, first, np.where(is_long, first * 10 + second, 0))
    return np.where(fine, ids, 0), np.where(is_short, 2, 3)


def stretches(ok: Mask) -> Iterator[tuple[int, int, bool]]:
    """Divide a mask into stretches of equal marks: begin, end and mark."""
    edges = np.flatnonzero(ok[1:] != ok[:-1]) + 1
    for begin, end in pairwise([0, *edges.tolist(), ok.size]):
        yield begin, end, bool(ok[begin])
