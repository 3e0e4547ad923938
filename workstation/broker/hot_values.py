"""Meanings of the hot messages that both ways of decoding share."""

from ibapi.ticktype import TickTypeEnum

PRICE_TO_SIZE = {1: 0, 2: 3, 4: 5, 66: 69, 67: 70, 68: 71}
"""tickPrice carries the size that belongs to bid, ask and last, live and delayed."""

LAST_TYPES = frozenset({4, 68})
"""tickPrice types of prints, live and delayed."""

NOT_SET = int(vars(TickTypeEnum)["NOT_SET"])
"""tickSize of no type, which the library passes over; new builds number it otherwise."""

DIVIDENDS = 59
"""tickString of what a share pays; it answers a question."""

UNSETS = frozenset(
    {
        "2147483647",
        "9223372036854775807",
        "-9223372036854775808",
        "170141183460469231731687303715884105727",
    }
)
"""The broker's marks for an unset size."""

TEXT_UNSETS = frozenset({b""} | {mark.encode() for mark in UNSETS})
"""The same in text messages, where nothing is a mark as well."""

SHORTEST_UNSET = 2147483647.0
"""The one mark that is short enough to be read as a column."""

LARGEST = 1e300
"""Nothing real is larger; the broker's mark for an unset double is."""
