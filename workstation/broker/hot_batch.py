"""Market data by the thousand: bursts of one kind of message, read as columns.

A run of equal messages is read in one go and handed over as the last value of each field (of
last prices also the extremes, so that no spike is lost) or, for books and prints, row by row
in order. Whatever is not spelled in the plain way is left to `HotDecoder`.
Layouts: tws-wire.md 2.5 and 2.6.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from workstation.broker.columns import FRONT, Floats, Mask, Places, ProtoRows, TextRows, Words
from workstation.broker.framing import Frames
from workstation.broker.hot_values import LARGEST, LAST_TYPES, PRICE_TO_SIZE, SHORTEST_UNSET
from workstation.broker.requests import Subscriptions
from workstation.domain.ids import ConId
from workstation.domain.market_sinks import MarketSinks, PrintColumns

FEWEST = 24
"""A shorter run is read message by message; array operations cost some 50 microseconds."""

TICKS, BOOK, VENUE_BOOK, PRINTS = 1, 2, 3, 4
_PROTO = 16
"""Added to a kind in protobuf."""
_OTHER = 0
_KINDS = np.zeros(1024, dtype=np.uint8)
for _number, _kind in ((1, TICKS), (2, TICKS), (12, BOOK), (13, VENUE_BOOK), (99, PRINTS)):
    _KINDS[_number], _KINDS[200 + _number] = _kind, _kind + _PROTO

_KEY_TYPES = 256
_LATEST = 2**35 - 1
"""Time of a print that protobuf spells in five octets."""
_SMALL_KEYS = 1 << 16


@dataclass(frozen=True, slots=True)
class Run:
    """Messages `first` up to `stop` of the received ones, all of one kind; 0 is any other."""

    first: int
    stop: int
    kind: int


@dataclass(frozen=True, slots=True)
class _Rows:
    """One run as places: `ids` are the message ids, `begins` the first octet behind them."""

    frames: Frames
    ids: Places
    begins: Places
    ends: Places

    def only(self, wanted: Mask) -> "_Rows":
        return _Rows(self.frames, self.ids[wanted], self.begins[wanted], self.ends[wanted])


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
        self._readers: dict[int, Callable[[_Rows], tuple[Mask, Callable[[], None]]]] = {
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
        ids, _ = self._heads(frames, frames.begins[first:])
        kinds = _KINDS[np.where((ids >= 0) & (ids < _KINDS.size), ids, 0)]
        edges = np.flatnonzero(kinds[1:] != kinds[:-1]) + 1
        for begin, end in pairwise([0, *edges.tolist(), kinds.size]):
            yield Run(first + begin, first + end, int(kinds[begin]))

    def feed(self, frames: Frames, first: int, stop: int) -> Mask:
        """Take a part of a run if every message is plain; return which ones are.

        Nothing is taken unless all are.
        """
        begins, ends = frames.begins[first:stop], frames.ends[first:stop]
        ids, width = self._heads(frames, begins)
        rows = _Rows(frames, ids, begins + width + FRONT, ends + FRONT)
        with np.errstate(all="ignore"):  # what is not plain may be any number
            ok, hand_over = self._readers[int(_KINDS[ids[0]])](rows)
        if ok.all():
            hand_over()
        return ok

    def _heads(self, frames: Frames, begins: Places) -> tuple[Places, Places]:
        """Return the ids of hot messages, of others some other number, and the ids' widths."""
        block, places = frames.block, begins + FRONT
        if self._raw_ids:
            return block.big_ends[places].astype(np.int64), np.full(places.size, 4)
        first, second, third = (block.octets[places + j].astype(np.int64) - 48 for j in range(3))
        is_short = second == -48
        two = (third == -48) & (first > 0) & (first < 10) & (second >= 0) & (second < 10)
        ids = np.where(is_short, first, np.where(two, first * 10 + second, 0))
        ids = np.where((ids > 0) & (ids < 100), ids, 0)
        return ids, np.where(is_short, 2, 3)

    # -- quotes --------------------------------------------------------------------------------

    def _ticks(self, rows: _Rows) -> tuple[Mask, Callable[[], None]]:
        """Read tickPrice and tickSize together: both may tell a size."""
        is_price = (rows.ids == 1) | (rows.ids == 201)
        ok: Mask = np.zeros(rows.ids.size, dtype=np.bool_)
        parts = []
        for wanted, reader in ((is_price, _read_prices), (~is_price, _read_sizes)):
            if wanted.any():
                part = reader(rows.only(wanted), np.flatnonzero(wanted), self._raw_ids)
                ok[wanted] = part.ok
                parts.append(part)

        def hand_over() -> None:
            for req_id, values in _newest(parts).items():
                con_id = self._subscriptions.con_id(req_id)
                if con_id is not None:
                    self._give(con_id, values)

        return ok, hand_over

    def _give(self, con_id: ConId, values: "_Newest") -> None:
        ticks = self._sinks.ticks
        try:
            for tick_type, prices in values.prices.items():
                for price in prices:
                    ticks.set_price(con_id, tick_type, price)
            for tick_type, (_, size) in values.sizes.items():
                ticks.set_size(con_id, tick_type, size)
        except Exception as error:  # noqa: BLE001 - told to the loop
            self._on_fault(error)

    # -- books ---------------------------------------------------------------------------------

    def _book(self, rows: _Rows) -> tuple[Mask, Callable[[], None]]:
        text = TextRows(rows.frames.block, rows.begins, rows.ends, 7)
        text.whole(0)
        columns = [text.whole(number) for number in range(1, 5)]
        price, size = text.decimal(5), text.decimal(6)
        venues = np.zeros(price.size, dtype=np.uint64)
        return self._book_rows(text.ok, columns, price, size, venues)

    def _venue_book(self, rows: _Rows) -> tuple[Mask, Callable[[], None]]:
        text = TextRows(rows.frames.block, rows.begins, rows.ends, 9)
        text.whole(0)
        columns = [text.whole(number) for number in (1, 2, 4, 5)]
        venues = text.word_keys(3)
        price, size = text.decimal(6), text.decimal(7)
        text.whole(8)
        return self._book_rows(text.ok, columns, price, size, venues)

    def _book_proto(self, rows: _Rows) -> tuple[Mask, Callable[[], None]]:
        proto = ProtoRows(rows.frames.block, rows.begins, rows.ends)
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
        self, ok: Mask, columns: list[Places], price: Floats, size: Floats, venues: "np.ndarray"
    ) -> tuple[Mask, Callable[[], None]]:
        ok &= (np.abs(price) < LARGEST) & _is_known(size)

        def hand_over() -> None:
            names = map(self._words.__getitem__, venues.tolist())
            numbers = [column.tolist() for column in columns]
            try:
                self._sinks.books.apply_all(
                    zip(*numbers, price.tolist(), size.tolist(), names, strict=True)
                )
            except Exception as error:  # noqa: BLE001 - told to the loop
                self._on_fault(error)

        return ok, hand_over

    # -- prints --------------------------------------------------------------------------------

    def _prints(self, rows: _Rows) -> tuple[Mask, Callable[[], None]]:
        text = TextRows(rows.frames.block, rows.begins, rows.ends, 8)
        req_id, kind, time = (text.whole(number) for number in range(3))
        price, size = text.decimal(3), text.decimal(4)
        text.whole(5)
        exchange, conditions = text.word_keys(6), text.word_keys(7)
        ok = text.ok & ((kind == 1) | (kind == 2))
        return self._print_rows(ok, req_id, time, price, size, (exchange, conditions))

    def _prints_proto(self, rows: _Rows) -> tuple[Mask, Callable[[], None]]:
        proto = ProtoRows(rows.frames.block, rows.begins, rows.ends)
        req_id, kind = proto.varint(1), proto.varint(2)
        proto.enter(3)
        time = proto.varint(1, _LATEST)
        proto.skip(2)
        price, size = proto.double(3), proto.decimal(4)
        exchange, conditions = proto.word_keys(5), proto.word_keys(6)
        proto.finish()
        ok = proto.ok & ((kind == 1) | (kind == 2))
        return self._print_rows(ok, req_id, time, price, size, (exchange, conditions))

    def _print_rows(
        self,
        ok: Mask,
        req_id: Places,
        time: Places,
        price: Floats,
        size: Floats,
        words: "tuple[np.ndarray, np.ndarray]",
    ) -> tuple[Mask, Callable[[], None]]:
        ok &= (np.abs(price) < LARGEST) & _is_known(size)

        def hand_over() -> None:
            exchanges, conditions = (
                list(map(self._words.__getitem__, keys.tolist())) for keys in words
            )
            columns = PrintColumns(
                req_id.tolist(), time.tolist(), price.tolist(), size.tolist(), exchanges, conditions
            )
            try:
                self._sinks.tapes.add_all(columns)
            except Exception as error:  # noqa: BLE001 - told to the loop
                self._on_fault(error)

        return ok, hand_over


# -- the newest of each field --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ticks:
    """Columns of tickPrice or tickSize; `order` is each message's number in its run."""

    ok: Mask
    order: Places
    req_id: Places
    tick_type: Places
    price: Floats | None
    size: Floats


class _Newest:
    """What a run leaves of one contract: the prices to set, and sizes with their order."""

    def __init__(self) -> None:
        self.prices: dict[int, list[float]] = {}
        self.sizes: dict[int, tuple[int, float]] = {}

    def set_size(self, tick_type: int, order: int, size: float) -> None:
        """Take a size unless a later one is there."""
        known = self.sizes.get(tick_type)
        if known is None or known[0] < order:
            self.sizes[tick_type] = (order, size)


def _read_prices(rows: _Rows, order: Places, raw_ids: bool) -> _Ticks:  # noqa: FBT001 - a table calls it
    if raw_ids and rows.ids[0] > 200:
        proto = ProtoRows(rows.frames.block, rows.begins, rows.ends)
        req_id, kind = proto.varint(1), proto.varint(2)
        price, size = proto.double(3), proto.decimal(4)
        proto.may_have_flag(5)
        proto.finish()
        ok = proto.ok
    else:
        text = TextRows(rows.frames.block, rows.begins, rows.ends, 6)
        text.require(0, "6")
        req_id, kind = text.whole(1), text.whole(2)
        price, size = text.decimal(3), text.decimal(4)
        text.whole(5)
        ok = text.ok
    ok &= (np.abs(price) < LARGEST) & _is_known(size) & (kind < _KEY_TYPES)
    return _Ticks(ok, order, req_id, kind, price, size)


def _read_sizes(rows: _Rows, order: Places, raw_ids: bool) -> _Ticks:  # noqa: FBT001 - a table calls it
    if raw_ids and rows.ids[0] > 200:
        proto = ProtoRows(rows.frames.block, rows.begins, rows.ends)
        req_id, kind, size = proto.varint(1), proto.varint(2), proto.decimal(3)
        proto.finish()
        ok = proto.ok
    else:
        text = TextRows(rows.frames.block, rows.begins, rows.ends, 4)
        text.require(0, "6")
        req_id, kind, size = text.whole(1), text.whole(2), text.decimal(3)
        ok = text.ok
    ok &= _is_known(size) & (kind < _KEY_TYPES)
    return _Ticks(ok, order, req_id, kind, None, size)


def _newest(parts: list[_Ticks]) -> dict[int, _Newest]:
    """Return what is left of each request when only the newest of a field counts."""
    found: dict[int, _Newest] = {}
    for part in parts:
        by_key, starts, stops = _grouped(part.req_id, part.tick_type)
        last = by_key[stops - 1]
        columns: list[Any] = [
            part.req_id[last],
            part.tick_type[last],
            part.order[last],
            part.size[last],
        ]
        if part.price is not None:
            ordered = part.price[by_key]
            columns.append(np.minimum.reduceat(ordered, starts))
            columns.append(np.maximum.reduceat(ordered, starts))
            columns.append(part.price[last])
        for req_id, kind, order, size, *prices in zip(
            *[each.tolist() for each in columns], strict=True
        ):
            values = found.get(req_id)
            if values is None:
                values = found[req_id] = _Newest()
            size_kind: int | None = kind
            if prices:
                values.prices[kind] = prices if kind in LAST_TYPES else prices[2:]
                size_kind = PRICE_TO_SIZE.get(kind)
            if size_kind is not None:
                values.set_size(size_kind, order, size)
    return found


def _grouped(req_id: Places, tick_type: Places) -> tuple[Places, Places, Places]:
    """Sort by request and type, in order within each; return where the groups start and stop."""
    lowest = req_id.min()
    keys = (req_id - lowest) * _KEY_TYPES + tick_type
    small = keys.astype(np.uint16) if keys.max() < _SMALL_KEYS else keys
    by_key = np.argsort(small, kind="stable")
    ordered = keys[by_key]
    edges = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    starts = np.concatenate([[0], edges])
    return by_key, starts, np.append(edges, keys.size)


def _is_known(size: Floats) -> Mask:
    known: Mask = (size < LARGEST) & (size != SHORTEST_UNSET)
    return known


def stretches(ok: Mask) -> Iterator[tuple[int, int, bool]]:
    """Divide a mask into stretches of equal marks: begin, end and mark."""
    edges = np.flatnonzero(ok[1:] != ok[:-1]) + 1
    for begin, end in pairwise([0, *edges.tolist(), ok.size]):
        yield begin, end, bool(ok[begin])
