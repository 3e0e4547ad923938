"""Numbers and words of many messages at once: columns instead of fields.

A burst brings thousands of messages of one layout in one piece. Here the same field of all of
them is read by a handful of array operations; what is not spelled in the plain way is marked
and left to whoever reads message by message.

Positions are int64 arrays of places in `Block.octets`; every reader returns its values and a
mask of those that can be trusted.
"""

from functools import cached_property

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

FRONT = 16
"""Octets before the data, so that a window that ends in its first field stays inside."""
_BACK = 288
_FAR = 1 << 40
"""Stands behind the last place of a search: further than any block is long."""
_MOST_DIGITS = 15
"""A mantissa of so many digits and a power of ten below 10**22 are exact as floats, so that
their quotient is the very float that the text means."""

_WORD = 8
_MASKS = np.array([(2**64 - 1) ^ ((1 << 8 * (8 - n)) - 1) for n in range(9)], dtype=np.uint64)
"""By width: keeps the last octets of a little-endian window."""
_ZEROS = np.uint64(0x3030303030303030)
_FILLS = ~_MASKS & _ZEROS
_HIGH_BITS = np.uint64(0x8080808080808080)
_BEYOND_NINE = np.uint64(0x7676767676767676)
_PAIR, _PAIR_MASK = np.uint64(2561), np.uint64(0x0F0F0F0F0F0F0F0F)
_FOUR, _FOUR_MASK = np.uint64(6553601), np.uint64(0x00FF00FF00FF00FF)
_EIGHT, _EIGHT_MASK = np.uint64(42949672960001), np.uint64(0x0000FFFF0000FFFF)
_8, _16, _32 = np.uint64(8), np.uint64(16), np.uint64(32)
_TENS = 10 ** np.arange(_MOST_DIGITS + 1, dtype=np.int64)
_FLOAT_TENS = _TENS.astype(np.float64)


class Block:
    """One stretch of received bytes, with windows of eight octets at every place."""

    def __init__(self, data: bytes) -> None:
        size = len(data)
        self.octets = np.zeros(FRONT + size + _BACK, dtype=np.uint8)
        self.octets[FRONT : FRONT + size] = np.frombuffer(data, dtype=np.uint8)
        self.limit = FRONT + size + _BACK - _WORD

    @cached_property
    def words(self) -> npt.NDArray[np.uint64]:
        """Eight octets from each place on, the first one lowest."""
        return np.ndarray((self.limit,), np.dtype("<u8"), self.octets, 0, (1,))

    @cached_property
    def doubles(self) -> Floats:
        """The IEEE double at each place."""
        return np.ndarray((self.limit,), np.dtype("<f8"), self.octets, 0, (1,))

    @cached_property
    def big_ends(self) -> npt.NDArray[np.uint32]:
        """The four-octet number at each place, highest octet first."""
        return np.ndarray((self.limit,), np.dtype(">u4"), self.octets, 0, (1,))

    @cached_property
    def nuls(self) -> Places:
        """Where the NULs are, and far places behind the last."""
        return self._places_of(0)

    @cached_property
    def dots(self) -> Places:
        """Where the full stops are, and far places behind the last."""
        return self._places_of(ord("."))

    def whole(self, start: Places, stop: Places) -> tuple[Places, Mask]:
        """Read runs of at most 15 digits."""
        width = stop - start
        low, ok = self._eight_digits(stop, np.clip(width, 0, _WORD))
        if width.size and int(width.max()) > _WORD:
            high, fine = self._eight_digits(stop - _WORD, np.clip(width - _WORD, 0, _WORD))
            low = low + high * _TENS[_WORD]
            ok &= fine
        ok &= (width >= 1) & (width <= _MOST_DIGITS)
        return low, ok

    def decimal(self, start: Places, stop: Places) -> tuple[Floats, Mask]:
        """Read numbers such as -12, 100.25 and 0.0001, exactly as float() does."""
        negative = self.octets[start] == ord("-")
        start = start + negative
        dot = self.dots[np.searchsorted(self.dots, start)]
        is_broken = dot < stop
        whole, ok = self.whole(start, np.where(is_broken, dot, stop))
        if is_broken.any():
            begins = np.where(is_broken, dot + 1, stop - 1)
            part, fine = self.whole(begins, stop)
            digits = np.where(is_broken, np.clip(stop - begins, 0, _MOST_DIGITS), 0)
            ok &= (fine | ~is_broken) & (stop - start <= _MOST_DIGITS)
            mantissa = whole * _TENS[digits] + np.where(is_broken, part, 0)
            values = mantissa.astype(np.float64) / _FLOAT_TENS[digits]
        else:
            values = whole.astype(np.float64)
        np.negative(values, out=values, where=negative)
        return values, ok

    def word_keys(self, start: Places, stop: Places) -> tuple[npt.NDArray[np.uint64], Mask]:
        """Read words of at most 8 ASCII signs as numbers that `Words` turns into text."""
        width = stop - start
        keys = self.words[stop - _WORD] & _MASKS[np.clip(width, 0, _WORD)]
        ok = (width >= 0) & (width <= _WORD) & ((keys & _HIGH_BITS) == 0)
        ok &= (width == 0) | (self.octets[start] != 0)
        return keys, ok

    def _eight_digits(self, stop: Places, width: Places) -> tuple[Places, Mask]:
        """Read the last `width` octets before `stop` as digits, eight at a time in one word."""
        text = (self.words[stop - _WORD] & _MASKS[width]) | _FILLS[width]
        digits = text ^ _ZEROS
        ok = ((digits | (digits + _BEYOND_NINE)) & _HIGH_BITS) == 0
        value = ((digits & _PAIR_MASK) * _PAIR) >> _8
        value = ((value & _FOUR_MASK) * _FOUR) >> _16
        value = ((value & _EIGHT_MASK) * _EIGHT) >> _32
        return value.astype(np.int64), ok

    def _places_of(self, octet: int) -> Places:
        found = np.flatnonzero(self.octets[: self.limit - _BACK + _WORD] == octet)
        return np.concatenate([found, np.full(16, _FAR)])


class Words(dict[int, str]):
    """Texts of the keys that `Block.word_keys` returns."""

    _MOST = 10_000

    def __missing__(self, key: int) -> str:
        """Decode a key and remember its text."""
        if len(self) > self._MOST:
            self.clear()
        text = self[key] = key.to_bytes(8, "little").lstrip(b"\0").decode("ascii")
        return text


class TextRows:
    """Messages of one layout in NUL-terminated fields.

    `begins` are the places of the first field wanted, `ends` the places behind the bodies. Only
    messages with exactly `count` fields are `ok`.
    """

    def __init__(self, block: Block, begins: Places, ends: Places, count: int) -> None:
        self._block = block
        self._begins = begins
        first = np.searchsorted(block.nuls, begins)
        self._stops = [block.nuls[np.minimum(first + j, block.nuls.size - 1)] for j in range(count)]
        self.ok: Mask = self._stops[-1] == ends - 1
        # What is no such message is read at a harmless place and thrown away.
        self._stops = [np.where(self.ok, stop, FRONT) for stop in self._stops]
        self._begins = np.where(self.ok, begins, FRONT)

    def whole(self, number: int) -> Places:
        """Read a field of digits."""
        values, fine = self._block.whole(*self._span(number))
        self.ok &= fine
        return values

    def decimal(self, number: int) -> Floats:
        """Read a field with a decimal number."""
        values, fine = self._block.decimal(*self._span(number))
        self.ok &= fine
        return values

    def word_keys(self, number: int) -> npt.NDArray[np.uint64]:
        """Read a field of at most 8 signs."""
        keys, fine = self._block.word_keys(*self._span(number))
        self.ok &= fine
        return keys

    def require(self, number: int, sign: str) -> None:
        """Accept only messages whose field is this one sign."""
        start, stop = self._span(number)
        self.ok &= (stop - start == 1) & (self._block.octets[start] == ord(sign))

    def _span(self, number: int) -> tuple[Places, Places]:
        start = self._begins if number == 0 else self._stops[number - 1] + 1
        return start, self._stops[number]


class ProtoRows:
    """Messages of one layout in protobuf, read tag by tag in the order of the field numbers."""

    def __init__(self, block: Block, begins: Places, ends: Places) -> None:
        self._block = block
        self._place = begins
        self._ends = ends
        self.ok: Mask = np.ones(begins.size, dtype=np.bool_)

    def varint(self, field: int, most: int = 2**31 - 1) -> Places:
        """Read a number from 0 to `most`, 35 bits at best; negative ones are not `ok`."""
        self._tag(field << 3)
        word = self._block.words[self._place]
        value = (word & np.uint64(0x7F)).astype(np.int64)
        width = np.ones(word.size, dtype=np.int64)
        more = (word & np.uint64(0x80)) != 0
        for octet in range(1, 5):
            if not more.any():
                break
            part = ((word >> np.uint64(8 * octet)) & np.uint64(0x7F)).astype(np.int64)
            value += np.where(more, part << (7 * octet), 0)
            width += more
            more &= ((word >> np.uint64(8 * octet)) & np.uint64(0x80)) != 0
        self.ok &= ~more & (value <= most)
        self._advance(width)
        return value

    def double(self, field: int) -> Floats:
        """Read an IEEE double."""
        self._tag(field << 3 | 1)
        values = self._block.doubles[self._place]
        self._advance(8)
        return values

    def decimal(self, field: int) -> Floats:
        """Read a text that spells a number."""
        values, fine = self._block.decimal(*self._span(field))
        self.ok &= fine
        return values

    def word_keys(self, field: int) -> npt.NDArray[np.uint64]:
        """Read a text of at most 8 signs."""
        keys, fine = self._block.word_keys(*self._span(field))
        self.ok &= fine
        return keys

    def enter(self, field: int) -> None:
        """Go into a message that fills the rest of this one."""
        _, stop = self._bounds(field)
        self.ok &= stop == self._ends

    def skip(self, field: int) -> None:
        """Pass over a message or text."""
        _, stop = self._bounds(field)
        self._place = np.minimum(stop, self._block.limit - 1)

    def may_have_flag(self, field: int) -> None:
        """Pass over a number below 128, which may be missing."""
        is_there = (self._block.octets[self._place] == field << 3) & (self._place < self._ends)
        small = self._block.octets[self._place + 1] < 128
        self.ok &= small | ~is_there
        self._advance(np.where(is_there, 2, 0))

    def finish(self) -> None:
        """Accept only messages that end here."""
        self.ok &= self._place == self._ends

    def _span(self, field: int) -> tuple[Places, Places]:
        start, stop = self._bounds(field)
        self._place = np.minimum(stop, self._block.limit - 1)
        return start, self._place

    def _bounds(self, field: int) -> tuple[Places, Places]:
        """Read tag and length (below 128) of a text or message; go to its first octet."""
        self._tag(field << 3 | 2)
        length = self._block.octets[self._place].astype(np.int64)
        self._advance(1)
        stop = self._place + length
        self.ok &= (length < 128) & (stop <= self._ends)
        return self._place, stop

    def _tag(self, tag: int) -> None:
        self.ok &= (self._block.octets[self._place] == tag) & (self._place < self._ends)
        self._advance(1)

    def _advance(self, count: Places | int) -> None:
        self._place = np.minimum(self._place + count, self._block.limit - 1)
