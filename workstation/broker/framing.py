"""Where messages begin and end in a stretch of received bytes.

A message is four octets of length, highest first, and so many octets of body (tws-wire.md 2.1).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workstation.broker.columns import FRONT, Block
from workstation.broker.word_numbers import Places

HEADER_BYTES = 4
MAX_FRAME_BYTES = 16 * 1024 * 1024
MANY_BYTES = 4096
"""From here on it pays to look for all messages at once."""

_length_at = struct.Struct(">I").unpack_from
_SIEVINGS = 3


@dataclass(frozen=True)
class Frames:
    """The whole messages at the front of `data`, as places of their bodies in it.

    `rest` is the place behind them. `too_long` is the length of a message that cannot be, 0
    where there is none; it stands at `rest`.
    """

    data: bytes
    begins: Places
    ends: Places
    rest: int
    too_long: int = 0

    @cached_property
    def block(self) -> Block:
        """The data as columns."""
        return Block(self.data)

    def body(self, number: int) -> bytes:
        """Return one message."""
        return self.data[self.begins[number] : self.ends[number]]

    def bodies(self, first: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Return messages one after the other."""
        data, part = self.data, slice(first, stop)
        places = zip(self.begins[part].tolist(), self.ends[part].tolist(), strict=True)
        return (data[begin:end] for begin, end in places)


def split(data: bytes) -> Frames:
    """Find the messages; the last one may be cut off anywhere."""
    if len(data) < MANY_BYTES:
        return _one_by_one(data)
    return _many(data)


def wanted_bytes(data: bytes | bytearray) -> int:
    """Return how many bytes an incomplete first message has with its header."""
    if len(data) < HEADER_BYTES:
        return HEADER_BYTES
    (length,) = _length_at(data, 0)
    return HEADER_BYTES + min(int(length), MAX_FRAME_BYTES)


def _one_by_one(data: bytes) -> Frames:
    begins, ends = [], []
    place, last, length = 0, len(data) - HEADER_BYTES, 0
    while place <= last:
        (length,) = _length_at(data, place)
        end = place + HEADER_BYTES + length
        if end > len(data):
            break
        begins.append(place + HEADER_BYTES)
        ends.append(end)
        place, length = end, 0
    too_long = length if length > MAX_FRAME_BYTES else 0
    return Frames(data, np.array(begins, np.int64), np.array(ends, np.int64), place, too_long)


def _many(data: bytes) -> Frames:
    """Guess every header of a message below 256 octets, and keep what forms one chain.

    Three NULs and another octet may be a header. The chain from the first one on is proved link
    by link: each message must end where the next one begins. Where the chain breaks, at a
    longer message or a wrong guess, one step is made by hand.
    """
    block = Block(data)
    heads, nexts, breaks = _guesses(block, len(data))
    begins, ends = [], []
    place, too_long = 0, 0
    while True:
        first = int(np.searchsorted(heads, place))
        if first < heads.size and heads[first] == place:
            stop = int(breaks[np.searchsorted(breaks, first)]) + 1
            chain = slice(first, stop if nexts[stop - 1] <= len(data) else stop - 1)
            begins.append(heads[chain] + HEADER_BYTES)
            ends.append(nexts[chain])
            place = int(nexts[chain][-1]) if begins[-1].size else place
        step = _one_by_one(data[place : place + HEADER_BYTES + _length(data, place)])
        if not step.begins.size:
            too_long = step.too_long
            break
        begins.append(step.begins[:1] + place)
        ends.append(step.ends[:1] + place)
        place = int(ends[-1][0])
    found = Frames(data, np.concatenate(begins or [_NONE]), np.concatenate(ends or [_NONE]), place,
                   too_long)  # fmt: skip
    found.__dict__["block"] = block
    return found


_NONE: Places = np.empty(0, np.int64)


def _length(data: bytes, place: int) -> int:
    """Return what the header at a place says, at most what is worth looking at."""
    if place + HEADER_BYTES > len(data):
        return 0
    (length,) = _length_at(data, place)
    return min(int(length), MAX_FRAME_BYTES)


def _guesses(block: Block, size: int) -> tuple[Places, Places, Places]:
    """Return possible headers, where their messages end, and after which ones a chain breaks."""
    octets = block.octets[FRONT : FRONT + size]
    is_nul = octets == 0
    may_be = np.zeros(size + 4 + 256, dtype=np.bool_)
    np.logical_and(is_nul[:-3], is_nul[1:-2], out=may_be[: size - 3])
    may_be[: size - 3] &= is_nul[2:-1]
    may_be[: size - 3] &= ~is_nul[3:]
    heads = np.flatnonzero(may_be)
    nexts = heads + octets[heads + 3] + HEADER_BYTES
    may_be[size - HEADER_BYTES + 1 :] = True  # what follows there has not come yet
    for _ in range(_SIEVINGS):
        is_good = may_be[nexts]
        if is_good.all():
            break
        may_be[heads[~is_good]] = False
        heads, nexts = heads[is_good], nexts[is_good]
    breaks = np.flatnonzero(heads[1:] != nexts[:-1])
    return heads, nexts, np.append(breaks, heads.size - 1)
