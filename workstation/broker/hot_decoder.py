"""Market data straight from the message into its slot, without the library's decoder.

Only the messages that come by the thousand, in text and protobuf, and of these only the plain
ones. Every other message is left to the library. Layouts: tws-wire.md 2.5 and 2.6.
"""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import DecodeError
from ibapi import decoder as library

from workstation.broker.adapter import PROTOBUF_OFFSET
from workstation.broker.from_ib import greeks_of
from workstation.broker.hot_values import DIVIDENDS, LARGEST, NOT_SET, TEXT_UNSETS, UNSETS
from workstation.broker.requests import Subscriptions
from workstation.domain.market_sinks import BarRow, BookRow, MarketSinks, PrintColumns

LATEST = 2**35
"""No print is later: the year 3058."""

# The library's decoder has the generated classes, which exist only at run time.
_PROTOBUF: dict[str, Any] = vars(library)
_TickPrice = _PROTOBUF["TickPriceProto"]
_TickSize = _PROTOBUF["TickSizeProto"]
_TickGeneric = _PROTOBUF["TickGenericProto"]
_TickString = _PROTOBUF["TickStringProto"]
_TickOptionComputation = _PROTOBUF["TickOptionComputationProto"]
_TickByTickData = _PROTOBUF["TickByTickDataProto"]
_MarketDepth = _PROTOBUF["MarketDepthProto"]
_MarketDepthL2 = _PROTOBUF["MarketDepthL2Proto"]
_RealTimeBarTick = _PROTOBUF["RealTimeBarTickProto"]

_FIGURES = (
    "impliedVol", "delta", "optPrice", "pvDividend", "gamma", "vega", "theta", "undPrice"
)  # fmt: skip
_BAR_FIELDS = ("reqId", "time", "open", "high", "low", "close", "volume", "WAP", "count")


class NotPlainError(ValueError):
    """The message is spelled in a way that only the library need understand."""


ASKED_COMPUTATION = 53
"""Tick type of an option computation that was asked for; it has no slot."""


class HotDecoder:
    """Decodes what it knows and says so. Core thread.

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
        self._ticks = sinks.ticks
        self._books = sinks.books
        self._tapes = sinks.tapes
        self._bars = sinks.bars
        self._con_id = subscriptions.con_id
        self._on_fault = on_fault
        readers: dict[int, Callable[[bytes], None]] = {
            1: self._price,
            2: self._size,
            12: self._book,
            13: self._venue_book,
            21: self._option,
            45: self._generic,
            46: self._string,
            50: self._bar,
            99: self._print,
            201: self._price_proto,
            202: self._size_proto,
            212: self._book_proto,
            213: self._venue_book_proto,
            221: self._option_proto,
            245: self._generic_proto,
            246: self._string_proto,
            250: self._bar_proto,
            299: self._print_proto,
        }
        self._readers = {
            number.to_bytes(4, "big") if raw_ids else b"%d" % number: reader
            for number, reader in readers.items()
            if raw_ids or number <= PROTOBUF_OFFSET
        }

    def feed(self, head: bytes, rest: bytes) -> bool:
        """Take what stands behind an id as it was sent; False when it is not one of ours.

        Nor is one that is not plain: of it nothing has been handed over.
        """
        reader = self._readers.get(head)
        if reader is None:
            return False
        try:
            reader(rest)
        except (ValueError, DecodeError):  # the first also of wrong texts and field counts
            return False
        return True

    # -- text ----------------------------------------------------------------------------------

    def _price(self, rest: bytes) -> None:
        _version, req_id, kind, price, size, mask, end = rest.split(b"\0")
        int(_version), int(mask)
        if end:
            raise NotPlainError
        self._give_price(int(req_id), int(kind), float(price), _text_size(size))

    def _size(self, rest: bytes) -> None:
        _version, req_id, kind, size, end = rest.split(b"\0")
        int(_version)
        _require(not end)
        self._give_size(int(req_id), int(kind), _text_size(size))

    def _generic(self, rest: bytes) -> None:
        _version, req_id, kind, value, end = rest.split(b"\0")
        _require(not end)
        self._give_number(int(req_id), int(kind), float(value))

    def _string(self, rest: bytes) -> None:
        _version, req_id, kind, value, end = rest.split(b"\0")
        _require(not end and b"\\" not in value)  # the library reads escapes
        _require(int(kind) != DIVIDENDS)
        self._give_text(int(req_id), int(kind), value.decode("ascii"))

    def _option(self, rest: bytes) -> None:
        req_id, kind, attrib, *figures, end = rest.split(b"\0")
        int(attrib)
        _require(not end and len(figures) == 8 and int(kind) != ASKED_COMPUTATION)
        self._give_greeks(int(req_id), int(kind), list(map(float, figures)))

    def _book(self, rest: bytes) -> None:
        _version, req_id, place, operation, side, price, size, end = rest.split(b"\0")
        int(_version)
        _require(not end)
        head = int(req_id), int(place), int(operation), int(side)
        self._give_row((*head, _price_of(float(price)), _text_size(size) or 0.0, ""))

    def _venue_book(self, rest: bytes) -> None:
        _version, req_id, place, venue, operation, side, price, size, smart, end = rest.split(b"\0")
        int(_version), int(smart)
        _require(not end)
        head = int(req_id), int(place), int(operation), int(side)
        name = venue.decode("ascii")
        self._give_row((*head, _price_of(float(price)), _text_size(size) or 0.0, name))

    def _print(self, rest: bytes) -> None:
        req_id, kind, time, price, size, mask, exchange, conditions, end = rest.split(b"\0")
        int(mask)
        _require(not end and int(kind) in {1, 2})
        words = exchange.decode("ascii"), conditions.decode("ascii")
        self._give_print(int(req_id), int(time), float(price), _text_size(size), words)

    def _bar(self, rest: bytes) -> None:
        _version, req_id, time, *figures, volume, average, count, end = rest.split(b"\0")
        int(_version)
        _require(not end and len(figures) == 4)
        amounts = _text_size(volume), _text_size(average)
        self._give_bar(int(req_id), int(time), list(map(float, figures)), amounts, int(count))

    # -- protobuf ------------------------------------------------------------------------------

    def _price_proto(self, rest: bytes) -> None:
        tick = _TickPrice.FromString(rest)
        req_id, kind, price, size = tick.reqId, tick.tickType, tick.price, tick.size
        if not (req_id and kind and price and size):  # only what is nothing may be absent
            _require(_has_all(tick, "reqId", "tickType", "price", "size"))
        self._give_price(req_id, kind, price, _proto_size(size))

    def _size_proto(self, rest: bytes) -> None:
        tick = _TickSize.FromString(rest)
        req_id, kind, size = tick.reqId, tick.tickType, tick.size
        if not (req_id and kind and size):
            _require(_has_all(tick, "reqId", "tickType", "size"))
        self._give_size(req_id, kind, _proto_size(size))

    def _generic_proto(self, rest: bytes) -> None:
        tick = _TickGeneric.FromString(rest)
        _require(_has_all(tick, "reqId", "tickType", "value"))
        self._give_number(tick.reqId, tick.tickType, tick.value)

    def _string_proto(self, rest: bytes) -> None:
        tick = _TickString.FromString(rest)
        _require(_has_all(tick, "reqId", "tickType", "value"))
        _require(tick.tickType != DIVIDENDS)
        self._give_text(tick.reqId, tick.tickType, tick.value)

    def _option_proto(self, rest: bytes) -> None:
        tick = _TickOptionComputation.FromString(rest)
        _require(_has_all(tick, "reqId", "tickType", *_FIGURES))
        _require(tick.tickType != ASKED_COMPUTATION)
        self._give_greeks(tick.reqId, tick.tickType, [getattr(tick, f) for f in _FIGURES])

    def _book_proto(self, rest: bytes) -> None:
        message = _MarketDepth.FromString(rest)
        self._give_row(_proto_row(message, ""))

    def _venue_book_proto(self, rest: bytes) -> None:
        message = _MarketDepthL2.FromString(rest)
        self._give_row(_proto_row(message, message.marketDepthData.marketMaker))

    def _print_proto(self, rest: bytes) -> None:
        message = _TickByTickData.FromString(rest)
        _require(message.tickType in {1, 2} and _has_all(message, "reqId", "historicalTickLast"))
        tick = message.historicalTickLast
        if not (
            tick.time and tick.price and tick.size and tick.exchange and tick.specialConditions
        ):
            _require(_has_all(tick, "time", "price", "size", "exchange", "specialConditions"))
        words = tick.exchange, tick.specialConditions
        self._give_print(message.reqId, tick.time, tick.price, _proto_size(tick.size), words)

    def _bar_proto(self, rest: bytes) -> None:
        tick = _RealTimeBarTick.FromString(rest)
        _require(_has_all(tick, *_BAR_FIELDS))
        figures = [tick.open, tick.high, tick.low, tick.close]
        amounts = _proto_size(tick.volume), _proto_size(tick.WAP)
        self._give_bar(tick.reqId, tick.time, figures, amounts, tick.count)

    # -- into the slots ------------------------------------------------------------------------
    # What is not plain is refused before anything is handed over.

    def _give_price(self, req_id: int, kind: int, price: float, size: float | None) -> None:
        if not -LARGEST < price < LARGEST:
            raise NotPlainError
        con_id = self._con_id(req_id)
        if con_id is not None:
            try:
                self._ticks.set_price(con_id, kind, price, size)
            except Exception as error:  # noqa: BLE001 - told to the loop
                self._on_fault(error)

    def _give_size(self, req_id: int, kind: int, size: float | None) -> None:
        _require(kind >= 0 and kind != NOT_SET)
        con_id = self._con_id(req_id)
        if con_id is not None and size is not None:
            try:
                self._ticks.set_size(con_id, kind, size)
            except Exception as error:  # noqa: BLE001 - told to the loop
                self._on_fault(error)

    def _give_number(self, req_id: int, kind: int, number: float) -> None:
        _require(kind >= 0)
        _price_of(number)
        con_id = self._con_id(req_id)
        if con_id is not None:
            self._guarded(self._ticks.set_number, con_id, kind, number)

    def _give_text(self, req_id: int, kind: int, text: str) -> None:
        _require(kind >= 0)
        con_id = self._con_id(req_id)
        if con_id is not None:
            self._guarded(self._ticks.set_text, con_id, kind, text)

    def _give_greeks(self, req_id: int, kind: int, figures: list[float]) -> None:
        greeks = greeks_of(*map(_price_of, figures))
        con_id = self._con_id(req_id)
        if con_id is not None:
            self._guarded(self._ticks.set_greeks, con_id, kind, greeks)

    def _give_row(self, row: BookRow) -> None:
        self._guarded(self._books.apply_all, (row,))

    def _give_print(
        self, req_id: int, time: int, price: float, size: float | None, words: tuple[str, str]
    ) -> None:
        _require(0 <= time < LATEST)
        prints = PrintColumns([time], [_price_of(price)], [size or 0.0], [words[0]], [words[1]])
        self._guarded(self._tapes.add_all, req_id, prints)

    def _give_bar(
        self,
        req_id: int,
        time: int,
        figures: list[float],
        amounts: tuple[float | None, float | None],
        count: int,
    ) -> None:
        _require(0 <= time < LATEST)
        first, high, low, last = map(_price_of, figures)
        row = BarRow(time, first, high, low, last, *amounts, count)
        self._guarded(self._bars.add, req_id, row)

    def _guarded(self, sink: Callable[..., None], *values: object) -> None:
        try:
            sink(*values)
        except Exception as error:  # noqa: BLE001 - told to the loop
            self._on_fault(error)


def _require(is_plain: object) -> None:
    if not is_plain:
        raise NotPlainError


def _price_of(price: float) -> float:
    _require(-LARGEST < price < LARGEST)
    return price


def _text_size(text: bytes) -> float | None:
    if text in TEXT_UNSETS:
        return None
    size = float(text)
    if not -LARGEST < size < LARGEST:
        raise NotPlainError
    return size


def _proto_size(text: str) -> float | None:
    if text in UNSETS:
        return None
    size = float(text)
    if not -LARGEST < size < LARGEST:
        raise NotPlainError
    return size


def _has_all(message: Any, *names: str) -> bool:
    return all(map(message.HasField, names))


def _proto_row(message: Any, venue: str) -> BookRow:
    row = message.marketDepthData
    _require(_has_all(message, "reqId", "marketDepthData"))
    _require(_has_all(row, "position", "operation", "side", "price", "size"))
    size = _proto_size(row.size) or 0.0
    head = message.reqId, row.position, row.operation, row.side
    return (*head, _price_of(row.price), size, venue)
