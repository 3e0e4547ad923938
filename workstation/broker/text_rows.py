"""Messages of one layout in NUL-terminated fields, read field by field in their order."""

import numpy as np

from workstation.broker.columns import FRONT, MOST_DIGITS, Block
from workstation.broker.word_numbers import (
    WORD,
    Floats,
    Mask,
    Places,
    Words64,
    decimals,
    first_nuls,
    width_of,
)

_DIGIT_ZERO = ord("0")


class TextRows:
    """Reads the same field of many messages, then the next one of all.

    `begins` are the places of the first field wanted, `ends` the places behind the bodies. A
    field that is not as asked for takes its message out of `ok`.
    """

    def __init__(self, block: Block, begins: Places, ends: Places) -> None:
        self._block = block
        self._place = begins
        self._ends = ends
        self.ok: Mask = np.ones(begins.size, dtype=np.bool_)

    def whole(self) -> Places:
        """Read a field of digits."""
        width = self._common_width()
        if width == 1:
            values = (self._block.octets[self._place] - np.uint8(_DIGIT_ZERO)).astype(np.int64)
            self.ok &= values <= 9
            self._advance(2)
            return values
        widths = np.full(self._place.size, width) if width else self._widths()
        values, fine = self._block.whole(self._place, widths)
        self.ok &= fine
        self._advance(widths + 1)
        return values

    def decimal(self) -> Floats:
        """Read a field with a decimal number."""
        words = self._block.words[self._place]
        marks = first_nuls(words)
        widths, is_long = width_of(marks), marks == 0
        values, fine = decimals(words, marks)
        if is_long.any():
            widths[is_long] = self._long_widths(self._place[is_long])
            values, fine = self._block.mend_decimals(values, fine, self._place, widths, is_long)
        self.ok &= fine
        self._advance(widths + 1)
        return values

    def word_keys(self) -> Words64:
        """Read a field of at most 8 signs."""
        widths = self._widths()
        keys, fine = self._block.word_keys(self._place, widths)
        self.ok &= fine
        self._advance(widths + 1)
        return keys

    def require(self, sign: str) -> None:
        """Accept only messages whose field is this one sign."""
        octets = self._block.octets
        self.ok &= (octets[self._place] == ord(sign)) & (octets[self._place + 1] == 0)
        self._advance(2)

    def finish(self) -> None:
        """Accept only messages that end here."""
        self.ok &= self._place == self._ends

    def _common_width(self) -> int:
        """Return the width of the field if all messages may have the same, else 0.

        A NUL that comes sooner is no digit, so that nothing wrong can be read.
        """
        first = int(self._place[0]) - FRONT
        width = self._block.data.find(b"\0", first, first + MOST_DIGITS + 1) - first
        if width < 1 or self._block.octets[self._place + width].any():
            return 0
        return width

    def _widths(self) -> Places:
        marks = first_nuls(self._block.words[self._place])
        widths, is_long = width_of(marks), marks == 0
        if is_long.any():
            widths[is_long] = self._long_widths(self._place[is_long])
        return widths

    def _long_widths(self, start: Places) -> Places:
        """Return the widths of fields that fill a word; far ones are as good as any."""
        return self._block.next_nuls(start + WORD) - start

    def _advance(self, count: Places | int) -> None:
        self._place = np.minimum(self._place + count, self._block.limit - 2 * WORD)
