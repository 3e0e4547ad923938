"""Bursts of tickPrice and tickSize: only the newest of each field counts, and no spike is lost.

Every message is read, so that a malformed one is noticed; what is handed over is the last value
of each field and, of last prices, also the extremes. Layouts: tws-wire.md 2.5 and 2.6.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workstation.broker.hot_values import (
    LARGEST,
    LAST_TYPES,
    NOT_SET,
    PRICE_TO_SIZE,
    SHORTEST_UNSET,
)
from workstation.broker.proto_rows import ProtoRows
from workstation.broker.rows import Rows
from workstation.broker.text_rows import TextRows
from workstation.broker.word_numbers import Floats, Mask, Places
from workstation.domain.ids import ConId
from workstation.domain.market_sinks import PriceRow, SizeRow

KEY_TYPES = 128
"""Tick types from here on are not read as columns; there are none yet."""

_SMALL_KEYS = 1 << 16
_PROTOBUF = 200
_IS_LAST = np.zeros(KEY_TYPES, dtype=np.bool_)
_IS_LAST[list(LAST_TYPES)] = True
_NO_SIZE = -1
_SIZE_TYPES = np.full(KEY_TYPES, _NO_SIZE, dtype=np.int64)
for _price_type, _size_type in PRICE_TO_SIZE.items():
    _SIZE_TYPES[_price_type] = _size_type

ContractOf = Callable[[int], ConId | None]
"""Tells the contract of a request, None for one that is no longer wanted."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Columns of tickPrice or tickSize; `order` is each message's number in its run."""

    ok: Mask
    order: Places
    req_id: Places
    tick_type: Places
    price: Floats | None
    size: Floats


def read_prices(rows: Rows, order: Places) -> Ticks:
    """Read tickPrices, of which each has its place in a run."""
    if rows.ids[0] > _PROTOBUF:
        proto = ProtoRows(rows.block, rows.begins, rows.ends)
        req_id, kind = proto.varint(1), proto.varint(2)
        price, size = proto.double(3), proto.decimal(4)
        proto.may_have_flag(5)
        proto.finish()
        ok = proto.ok
    else:
        text = TextRows(rows.block, rows.begins, rows.ends)
        text.require("6")
        req_id, kind = text.whole(), text.whole()
        price, size = text.decimal(), text.decimal()
        text.whole()
        text.finish()
        ok = text.ok
    ok &= (np.abs(price) < LARGEST) & is_known(size) & (kind < KEY_TYPES)
    return Ticks(ok, order, req_id, kind, price, size)


def read_sizes(rows: Rows, order: Places) -> Ticks:
    """Read tickSizes, of which each has its place in a run."""
    if rows.ids[0] > _PROTOBUF:
        proto = ProtoRows(rows.block, rows.begins, rows.ends)
        req_id, kind, size = proto.varint(1), proto.varint(2), proto.decimal(3)
        proto.finish()
        ok = proto.ok
    else:
        text = TextRows(rows.block, rows.begins, rows.ends)
        text.require("6")
        req_id, kind, size = text.whole(), text.whole(), text.decimal()
        text.finish()
        ok = text.ok
    ok &= is_known(size) & (kind < KEY_TYPES) & (kind != NOT_SET)
    return Ticks(ok, order, req_id, kind, None, size)


def is_known(size: Floats) -> Mask:
    """Tell sizes from the marks for none."""
    known: Mask = (size < LARGEST) & (size != SHORTEST_UNSET)
    return known


def newest_prices(ticks: Ticks, contract_of: ContractOf) -> list[PriceRow]:
    """Return the last price of each field, and before a last price its extremes."""
    assert ticks.price is not None
    rows: list[PriceRow] = []
    is_last = _IS_LAST[ticks.tick_type]
    if is_last.any():
        rows += _extremes(ticks, np.flatnonzero(is_last), contract_of)
    last = _last_of_each(ticks.req_id, ticks.tick_type)
    columns = ticks.req_id[last], ticks.tick_type[last], ticks.price[last]
    return rows + _of_contracts(columns, contract_of)


def newest_sizes(parts: list[Ticks], contract_of: ContractOf) -> list[SizeRow]:
    """Return the last size of each field, whether it came alone or with its price."""
    if len(parts) == 1:
        req_id, kind, size = _sizes_of(parts[0])[:3]
    else:
        columns = zip(*map(_sizes_of, parts), strict=True)
        req_id, kind, size, order = (np.concatenate(each) for each in columns)
        in_order = np.argsort(order, kind="stable")
        req_id, kind, size = req_id[in_order], kind[in_order], size[in_order]
    if not req_id.size:
        return []
    last = _last_of_each(req_id, kind)
    return _of_contracts((req_id[last], kind[last], size[last]), contract_of)


def _sizes_of(ticks: Ticks) -> tuple[Places, Places, Floats, Places]:
    """Return the newest sizes that one kind of message tells, and their order."""
    last = _last_of_each(ticks.req_id, ticks.tick_type)
    kind = ticks.tick_type[last]
    if ticks.price is not None:
        kind = _SIZE_TYPES[kind]
        last, kind = last[kind != _NO_SIZE], kind[kind != _NO_SIZE]
    return ticks.req_id[last], kind, ticks.size[last], ticks.order[last]


def _of_contracts(
    columns: tuple[Places, Places, Floats], contract_of: ContractOf
) -> list[tuple[ConId, int, float]]:
    rows = []
    for req_id, kind, value in zip(*(each.tolist() for each in columns), strict=True):
        con_id = contract_of(req_id)
        if con_id is not None:
            rows.append((con_id, kind, value))
    return rows


def _extremes(ticks: Ticks, which: Places, contract_of: ContractOf) -> list[PriceRow]:
    """Return the lowest and highest of each request's last prices."""
    assert ticks.price is not None
    req_id, kind = ticks.req_id[which], ticks.tick_type[which]
    by_key, starts, _ = _grouped(req_id, kind)
    prices = ticks.price[which][by_key]
    first = by_key[starts]
    both = [np.minimum.reduceat(prices, starts), np.maximum.reduceat(prices, starts)]
    rows = [_of_contracts((req_id[first], kind[first], each), contract_of) for each in both]
    return rows[0] + rows[1]


def _last_of_each(req_id: Places, tick_type: Places) -> Places:
    """Return the place of the last message of each request and type."""
    by_key, _, stops = _grouped(req_id, tick_type)
    return by_key[stops - 1]


def _grouped(req_id: Places, tick_type: Places) -> tuple[Places, Places, Places]:
    """Sort by request and type, in order within each; return where the groups start and stop."""
    keys = (req_id - req_id.min()) * KEY_TYPES + tick_type
    if keys.max() < _SMALL_KEYS:  # sorted ten times as fast
        keys = keys.astype(np.uint16)
    by_key = np.argsort(keys, kind="stable")
    ordered = keys[by_key]
    edges = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    return by_key, np.concatenate([[0], edges]), np.append(edges, keys.size)
