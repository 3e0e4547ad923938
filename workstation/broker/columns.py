"""Numbers and words of many messages at once: columns instead of fields.

A burst brings thousands of messages of one layout in one piece. Here the same field of all of
them is read by a handful of array operations; what is not spelled in the plain way is marked
and left to whoever reads message by message.

Positions are int64 arrays of places in `Block.octets`; every reader returns its values and a
mask of those that can be trusted. Short numbers are read from one word each, longer ones in
parts.
"""

from functools import cached_property

import numpy as np
import numpy.typing as npt

from workstation.broker.word_numbers import (
    MARKS,
    WORD,
    Floats,
    Mask,
    Places,
    Words64,
    below,
    decimals,
    digits,
)

FRONT = 16
"""Octets before the data, so that a window that ends in its first field stays inside."""
_BACK = 288
_FAR = 1 << 40
"""Stands behind the last place of a search: further than any block is long."""
MOST_DIGITS = 15
"""A mantissa of so many digits and a power of ten below 10**22 are exact as floats, so that
their quotient is the very float that the text means."""

_HIGH_BITS = np.uint64(0x8080808080808080)
_TENS = 10 ** np.arange(MOST_DIGITS + 1, dtype=np.int64)
_FLOAT_TENS = _TENS.astype(np.float64)


class Block:
    """One stretch of received bytes, with windows of eight octets at every place."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        size = len(data)
        self.octets = np.zeros(FRONT + size + _BACK, dtype=np.uint8)
        self.octets[FRONT : FRONT + size] = np.frombuffer(data, dtype=np.uint8)
        self.limit = FRONT + size + _BACK - WORD

    @cached_property
    def words(self) -> Words64:
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

    def next_nuls(self, start: Places) -> Places:
        """Return the first NUL at or behind each place, at most the last place there is."""
        found = self._nuls[np.searchsorted(self._nuls, start)]
        return np.minimum(found, self.limit - 1)

    def whole(self, start: Places, width: Places) -> tuple[Places, Mask]:
        """Read runs of at most 15 digits."""
        high_width = np.maximum(width - WORD, 0)
        low_width = np.clip(width, 0, WORD)
        values, ok = digits(self.words[start + high_width], low_width)
        if high_width.any():
            high, fine = digits(self.words[start], np.minimum(high_width, WORD))
            values = values + high * _TENS[WORD]
            ok &= fine
        ok &= (width >= 1) & (width <= MOST_DIGITS)
        return values, ok

    def decimal(self, start: Places, width: Places) -> tuple[Floats, Mask]:
        """Read numbers such as -12, 100.25 and 0.0001, exactly as float() does."""
        is_long = (width >= WORD) | (width < 1)
        values, ok = decimals(self.words[start], MARKS[np.where(is_long, 1, width)])
        return self.mend_decimals(values, ok, start, width, is_long)

    def mend_decimals(
        self, values: Floats, ok: Mask, start: Places, width: Places, wanted: Mask
    ) -> tuple[Floats, Mask]:
        """Read the wanted ones anew by a way that takes any width."""
        if wanted.any():
            which = np.flatnonzero(wanted)
            values[which], ok[which] = self._long_decimals(start[which], width[which])
        return values, ok

    def word_keys(self, start: Places, width: Places) -> tuple[Words64, Mask]:
        """Read words of at most 8 ASCII signs as numbers that `Words` turns into text."""
        keys = self.words[start] & below(MARKS[np.clip(width, 0, WORD)])
        ok = (width >= 0) & (width <= WORD) & ((keys & _HIGH_BITS) == 0)
        ok &= (width == 0) | (self.octets[np.maximum(start + width - 1, 0)] != 0)
        return keys, ok

    def _long_decimals(self, start: Places, width: Places) -> tuple[Floats, Mask]:
        negative = self.octets[start] == ord("-")
        stop = start + width
        start = start + negative
        dot = self._dots[np.searchsorted(self._dots, start)]
        is_broken = dot < stop
        whole, ok = self.whole(start, np.where(is_broken, dot, stop) - start)
        begins = np.where(is_broken, dot + 1, stop - 1)
        part, fine = self.whole(begins, stop - begins)
        places = np.where(is_broken, np.clip(stop - begins, 0, MOST_DIGITS), 0)
        ok &= (fine | ~is_broken) & (stop - start <= MOST_DIGITS)
        mantissa = np.where(is_broken, whole * _TENS[places] + part, whole)
        values = mantissa.astype(np.float64) / _FLOAT_TENS[places]
        np.negative(values, out=values, where=negative)
        return values, ok

    @cached_property
    def _nuls(self) -> Places:
        return self._places_of(0)

    @cached_property
    def _dots(self) -> Places:
        return self._places_of(ord("."))

    def _places_of(self, octet: int) -> Places:
        found = np.flatnonzero(self.octets[: self.limit - _BACK + WORD] == octet)
        return np.concatenate([found, np.full(16, _FAR)])


class Words(dict[int, str]):
    """Texts of the keys that `Block.word_keys` returns."""

    _MOST = 10_000

    def __missing__(self, key: int) -> str:
        """Decode a key and remember its text."""
        if len(self) > self._MOST:
            self.clear()
        text = self[key] = key.to_bytes(WORD, "little").rstrip(b"\0").decode("ascii")
        return text
