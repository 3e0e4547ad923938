"""Numbers spelled in at most eight octets, read from one word of 64 bits without a loop.

Words hold text from their lowest octet on; what stands behind the text does not matter. Where
it ends is told by its mark: the highest bit of the octet behind it, 0 for a text of eight
octets. Arithmetic on unsigned words wraps around, and is meant to.
"""

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Words64 = npt.NDArray[np.uint64]

WORD = 8
MARKS: Words64 = np.array([1 << (8 * n + 7) for n in range(WORD)] + [0], dtype=np.uint64)
"""Marks by width."""

_1, _7, _8, _16, _32 = (np.uint64(n) for n in (1, 7, 8, 16, 32))
_ONES = np.uint64(0x0101010101010101)
_HIGH_BITS = np.uint64(0x8080808080808080)
_ALL = np.uint64(2**64 - 1)
_DOTS = np.uint64(0x2E2E2E2E2E2E2E2E)
_ZEROS = np.uint64(0x3030303030303030)
_ZERO, _MINUS, _LOWEST = np.uint64(0x30), np.uint64(0x2D), np.uint64(0xFF)
_BEYOND_NINE = np.uint64(0x7676767676767676)
_PAIR, _PAIR_MASK = np.uint64(2561), np.uint64(0x0F0F0F0F0F0F0F0F)
_FOUR, _FOUR_MASK = np.uint64(6553601), np.uint64(0x00FF00FF00FF00FF)
_EIGHT, _EIGHT_MASK = np.uint64(42949672960001), np.uint64(0x0000FFFF0000FFFF)
_FLOAT_TENS: Floats = (10 ** np.arange(WORD, dtype=np.int64)).astype(np.float64)


def first_nuls(words: Words64) -> Words64:
    """Mark the first octet that is 0, with 0 where there is none.

    What a borrow marks falsely lies behind the first one, and is dropped.
    """
    marks = (words - _ONES) & ~words & _HIGH_BITS
    return marks & (~marks + _1)


def width_of(marks: Words64) -> Places:
    """Return the widths that marks tell; a mark of 0 gives a number below 0.

    A mark is a power of two, so its exponent as a double is exact.
    """
    exponents = marks.astype(np.float64).view(np.int64) >> 55
    widths: Places = exponents - 128
    return widths


def below(marks: Words64) -> Words64:
    """Return masks of the octets before the marks, all eight for a mark of 0."""
    return (marks >> _7) - _1


def digits(words: Words64, width: Places) -> tuple[Places, Mask]:
    """Read whole numbers of at most eight digits; no digit at all reads as 0."""
    # The last digit goes to the highest octet; the octets below the first one become zeros.
    shift = ((WORD - width) << 3).astype(np.uint64)
    return eight_digits(((words << shift) ^ _ZEROS) & (_ALL << shift))


def eight_digits(values: Words64) -> tuple[Places, Mask]:
    """Put together digits that stand as numbers from 0 to 9 in their octets, lowest first."""
    ok = ((values | (values + _BEYOND_NINE)) & _HIGH_BITS) == 0
    value = ((values & _PAIR_MASK) * _PAIR) >> _8
    value = ((value & _FOUR_MASK) * _FOUR) >> _16
    value = ((value & _EIGHT_MASK) * _EIGHT) >> _32
    return value.view(np.int64), ok


def decimals(words: Words64, marks: Words64) -> tuple[Floats, Mask]:
    """Read numbers such as -12, 187.25 and 0.001 of at most seven octets, as float() does.

    Longer ones, with a mark of 0, are not read.

    Mantissas below 10**7 and powers of ten are exact as floats, so that their quotient is the
    very float that the text means.
    """
    width = count = np.maximum(width_of(marks), 0)
    negative = (words & _LOWEST) == _MINUS
    is_signed = bool(negative.any())
    if is_signed:
        words = np.where(negative, words ^ _MINUS ^ _ZERO, words)
        count = count - negative
    dots = first_nuls(words ^ _DOTS) & (marks - _1)
    broken = dots != 0
    if not broken.any():
        whole, ok = digits(words, width)
        values = whole.astype(np.float64)
    else:
        before = below(dots)
        joined = ((words & before) << _8) | _ZERO | (words & ~((dots << _1) - _1))
        whole, ok = digits(np.where(broken, joined, words), width)
        places = np.where(broken & (width > 0), width - 1 - width_of(dots), 0)
        values = whole.astype(np.float64) / _FLOAT_TENS[places]
        count = count - broken
    ok &= count >= 1
    if is_signed:
        np.negative(values, out=values, where=negative)
    return values, ok
