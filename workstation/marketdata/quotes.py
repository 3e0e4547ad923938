"""Quotes as the core keeps them: one mutable slot a contract, frozen values for everyone else."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from workstation.domain.clock import Clock
from workstation.domain.greeks import Greeks
from workstation.domain.ids import ConId
from workstation.domain.market_sinks import PriceRow, SizeRow
from workstation.domain.quote import MarketDataType, Quote

_PRICE_FIELDS = {
    1: "bid", 2: "ask", 4: "last", 6: "high", 7: "low", 9: "close", 14: "open",
    66: "bid", 67: "ask", 68: "last", 72: "high", 73: "low", 75: "close", 76: "open",
}  # fmt: skip
"""tickPrice types, live and delayed. Source: tws-wire.md 2.5 and 2.7."""

_SIZE_FIELDS = {
    0: "bid_size", 3: "ask_size", 5: "last_size", 8: "volume",
    69: "bid_size", 70: "ask_size", 71: "last_size", 74: "volume",
}  # fmt: skip
"""tickSize types, live and delayed."""

_SIZES_OF_PRICES = {
    1: "bid_size", 2: "ask_size", 4: "last_size",
    66: "bid_size", 67: "ask_size", 68: "last_size",
}  # fmt: skip
"""What the size of a tickPrice is."""

_UNSET = 1.7976931348623157e308
"""The broker's mark for an absent number; also bars infinities, and NaN compares with nothing."""

_TOLD = frozenset({"bid", "ask", "last"})
"""What those who watch a contract hear."""

OnPrice = Callable[[str, float], None]
"""Takes "bid", "ask" or "last" and the price. Core thread."""

_NEVER_ZERO = frozenset({"ask", "last", "high", "low", "close", "open"})
"""A zero in these means that there was none yet."""


@dataclass(slots=True)
class _Slot:
    received_at: datetime
    bid: float | None = None
    bid_size: float | None = None
    ask: float | None = None
    ask_size: float | None = None
    last: float | None = None
    last_size: float | None = None
    high: float | None = None
    low: float | None = None
    open: float | None = None
    close: float | None = None
    volume: float | None = None
    data_type: MarketDataType = MarketDataType.LIVE
    stale: bool = False
    frozen: Quote | None = None
    """The slot as a value, until the next tick."""
    lowest_last: float | None = None
    highest_last: float | None = None
    """Extremes of `last` since they were taken: quotes are published less often than they move."""
    on_price: OnPrice | None = None
    """Who is told every bid, ask and last; nobody as a rule."""
    texts: dict[int, str] = field(default_factory=dict)
    numbers: dict[int, float | None] = field(default_factory=dict)
    greeks: dict[int, Greeks] = field(default_factory=dict)
    """The newest tickString, tickGeneric and tickOptionComputation of each type."""


class Quotes:
    """Takes ticks, remembers what changed, and hands out frozen quotes. Core thread.

    A withdrawn side (price -1) becomes None; a zero bid is a price. Negative prices other
    than -1 are prices: combos have them.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._slots: dict[ConId, _Slot] = {}
        self._dirty: set[ConId] = set()

    def quote(self, con_id: ConId) -> Quote | None:
        """Return the newest quote, or None where nothing was ever received."""
        slot = self._slots.get(con_id)
        return None if slot is None else _frozen(con_id, slot)

    def sides(self, con_id: ConId) -> tuple[float | None, float | None]:
        """Return bid and ask of a market that stands, None for what there is not."""
        slot = self._slots.get(con_id)
        return (None, None) if slot is None or slot.stale else (slot.bid, slot.ask)

    def set_price(
        self, con_id: ConId, tick_type: int, price: float, size: float | None = None
    ) -> None:
        """Take a tickPrice and its size; kinds the program does not show are ignored."""
        name = _PRICE_FIELDS.get(tick_type)
        if name is None:
            return
        slot = self._touch(con_id, self._clock.now())
        _put_price(slot, name, price)
        size_name = _SIZES_OF_PRICES.get(tick_type)
        if size is not None and size_name is not None:
            setattr(slot, size_name, size if math.isfinite(size) else None)

    def set_size(self, con_id: ConId, tick_type: int, size: float) -> None:
        """Take a tickSize, in shares or lots; kinds that are not shown are ignored."""
        name = _SIZE_FIELDS.get(tick_type)
        if name is not None:
            slot = self._touch(con_id, self._clock.now())
            setattr(slot, name, size if math.isfinite(size) else None)

    def set_prices(self, rows: Iterable[PriceRow]) -> None:
        """Take the tickPrices of a burst, in order."""
        now = self._clock.now()
        for con_id, tick_type, price in rows:
            name = _PRICE_FIELDS.get(tick_type)
            if name is not None:
                _put_price(self._touch(con_id, now), name, price)

    def set_sizes(self, rows: Iterable[SizeRow]) -> None:
        """Take the tickSizes of a burst, in order."""
        now = self._clock.now()
        for con_id, tick_type, size in rows:
            name = _SIZE_FIELDS.get(tick_type)
            if name is not None:
                setattr(self._touch(con_id, now), name, size if math.isfinite(size) else None)

    def set_data_type(self, con_id: ConId, data_type: int) -> None:
        """Take a marketDataType; an unknown one is ignored."""
        if data_type in {1, 2, 3, 4}:
            self._touch(con_id, self._clock.now()).data_type = MarketDataType(data_type)

    def set_text(self, con_id: ConId, tick_type: int, text: str) -> None:
        """Take a tickString."""
        self._aside(con_id).texts[tick_type] = text

    def set_number(self, con_id: ConId, tick_type: int, number: float | None) -> None:
        """Take a tickGeneric; None for one that is not set."""
        self._aside(con_id).numbers[tick_type] = number

    def set_greeks(self, con_id: ConId, tick_type: int, greeks: Greeks) -> None:
        """Take a tickOptionComputation."""
        self._aside(con_id).greeks[tick_type] = greeks

    def text(self, con_id: ConId, tick_type: int) -> str | None:
        """Return the newest tickString of a type, for example 45, the time of the last print."""
        slot = self._slots.get(con_id)
        return None if slot is None else slot.texts.get(tick_type)

    def number(self, con_id: ConId, tick_type: int) -> float | None:
        """Return the newest tickGeneric of a type, for example 49, whether trading is halted."""
        slot = self._slots.get(con_id)
        return None if slot is None else slot.numbers.get(tick_type)

    def greeks(self, con_id: ConId, tick_type: int) -> Greeks | None:
        """Return the newest computation of a type, for example 13, the model's."""
        slot = self._slots.get(con_id)
        return None if slot is None else slot.greeks.get(tick_type)

    def take_last_range(self, con_id: ConId) -> tuple[float, float] | None:
        """Return lowest and highest `last` since the last call, None where none came."""
        slot = self._slots.get(con_id)
        if slot is None or slot.lowest_last is None or slot.highest_last is None:
            return None
        found = slot.lowest_last, slot.highest_last
        slot.lowest_last = slot.highest_last = None
        return found

    def watch(self, con_id: ConId, take: OnPrice | None) -> None:
        """Call `take` with every bid, ask and last of a contract from now on; None ends that."""
        if take is not None or con_id in self._slots:
            self._aside(con_id).on_price = take

    @property
    def changed(self) -> bool:
        """Whether anything waits to be published."""
        return bool(self._dirty)

    def mark_all_stale(self) -> None:
        """Say of every quote that it is no market any more, until its next tick."""
        for con_id, slot in self._slots.items():
            slot.stale = True
            slot.frozen = None
            self._dirty.add(con_id)

    def mark_stale(self, con_id: ConId) -> None:
        """Say of one quote that it is no market any more, until its next tick."""
        slot = self._slots.get(con_id)
        if slot is not None and not slot.stale:
            self._set_stale(con_id, slot, stale=True)

    def restore(self, con_ids: Iterable[ConId]) -> None:
        """Say of quotes that the broker has kept them: they are the market still.

        Their time of arrival stays, so nothing old looks young.
        """
        for con_id in con_ids:
            slot = self._slots.get(con_id)
            if slot is not None and slot.stale:
                self._set_stale(con_id, slot, stale=False)

    def is_stale(self, con_id: ConId) -> bool:
        """Tell whether a quote is history; True where there is none."""
        slot = self._slots.get(con_id)
        return slot is None or slot.stale

    def received_at(self, con_id: ConId) -> datetime | None:
        """Return when the newest tick of a quote came, None where none did."""
        slot = self._slots.get(con_id)
        return None if slot is None else slot.received_at

    def _set_stale(self, con_id: ConId, slot: _Slot, *, stale: bool) -> None:
        slot.stale = stale
        slot.frozen = None
        self._dirty.add(con_id)

    def forget(self, con_id: ConId) -> None:
        """Drop a contract that nobody watches."""
        self._slots.pop(con_id, None)
        self._dirty.discard(con_id)

    def take_changed(self) -> tuple[Quote, ...]:
        """Return a frozen quote of each contract that changed since the last call."""
        changed, self._dirty = self._dirty, set()
        return tuple(_frozen(con_id, self._slots[con_id]) for con_id in changed)

    def _aside(self, con_id: ConId) -> _Slot:
        """Return the slot for what is no part of the quote: it makes no old price a fresh one."""
        slot = self._slots.get(con_id)
        if slot is None:
            slot = self._slots[con_id] = _Slot(received_at=self._clock.now())
        return slot

    def _touch(self, con_id: ConId, now: datetime) -> _Slot:
        slot = self._slots.get(con_id) or self._aside(con_id)
        slot.received_at = now
        slot.stale = False
        slot.frozen = None
        self._dirty.add(con_id)
        return slot


def _put_price(slot: _Slot, name: str, price: float) -> None:
    absent = price == -1 or not abs(price) < _UNSET or (price == 0 and name in _NEVER_ZERO)
    setattr(slot, name, None if absent else price)
    if name == "last" and not absent:
        low, high = slot.lowest_last, slot.highest_last
        slot.lowest_last = price if low is None or price < low else low
        slot.highest_last = price if high is None or price > high else high
    if slot.on_price is not None and not absent and name in _TOLD:
        slot.on_price(name, price)


def _frozen(con_id: ConId, slot: _Slot) -> Quote:
    if slot.frozen is None:
        slot.frozen = _quote_of(con_id, slot)
    return slot.frozen


def _quote_of(con_id: ConId, slot: _Slot) -> Quote:
    return Quote(
        con_id=con_id,
        bid=slot.bid,
        bid_size=slot.bid_size,
        ask=slot.ask,
        ask_size=slot.ask_size,
        last=slot.last,
        last_size=slot.last_size,
        high=slot.high,
        low=slot.low,
        open=slot.open,
        close=slot.close,
        volume=slot.volume,
        data_type=slot.data_type,
        stale=slot.stale,
        received_at=slot.received_at,
    )
