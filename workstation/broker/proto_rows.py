"""Messages of one layout in protobuf, read tag by tag in the order of the field numbers."""

import numpy as np

from workstation.broker.columns import Block
from workstation.broker.word_numbers import WORD, Floats, Mask, Places, Words64


class ProtoRows:
    """Reads the same field of many messages, then the next one of all.

    `begins` are the places of the bodies, `ends` those behind them. A field that is not there,
    or not as asked for, takes its message out of `ok`.
    """

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
        start, width = self._text(field)
        values, fine = self._block.decimal(start, width)
        self.ok &= fine
        return values

    def word_keys(self, field: int) -> Words64:
        """Read a text of at most 8 signs."""
        keys, fine = self._block.word_keys(*self._text(field))
        self.ok &= fine
        return keys

    def enter(self, field: int) -> None:
        """Go into a message that fills the rest of this one."""
        length = self._length(field)
        self.ok &= self._place + length == self._ends

    def skip(self, field: int) -> None:
        """Pass over a message or text."""
        self._advance(self._length(field))

    def may_have_flag(self, field: int) -> None:
        """Pass over a number below 128, which may be missing."""
        is_there = (self._block.octets[self._place] == field << 3) & (self._place < self._ends)
        small = self._block.octets[self._place + 1] < 128
        self.ok &= small | ~is_there
        self._advance(np.where(is_there, 2, 0))

    def finish(self) -> None:
        """Accept only messages that end here."""
        self.ok &= self._place == self._ends

    def _text(self, field: int) -> tuple[Places, Places]:
        """Return where a text starts and its width, and go behind it."""
        width = self._length(field)
        start = self._place
        self._advance(width)
        return start, self._place - start

    def _length(self, field: int) -> Places:
        """Read tag and length (below 128) of a text or message; go to its first octet."""
        self._tag(field << 3 | 2)
        length = self._block.octets[self._place].astype(np.int64)
        self._advance(1)
        self.ok &= (length < 128) & (self._place + length <= self._ends)
        return length

    def _tag(self, tag: int) -> None:
        self.ok &= (self._block.octets[self._place] == tag) & (self._place < self._ends)
        self._advance(1)

    def _advance(self, count: Places | int) -> None:
        self._place = np.minimum(self._place + count, self._block.limit - 2 * WORD)
