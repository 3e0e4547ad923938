"""What the broker's coded messages mean: plain words, effect, what to do.

The one table is `code_table.TABLE`; a code that is not in it changes nothing and is shown in
the broker's own words. Source: tws-wire.md 3.3.
"""

from workstation.broker.code_meaning import CodeKind, LinkEffect, Meaning, OrderEffect
from workstation.broker.code_table import TABLE
from workstation.domain.notice import Severity

__all__ = ["CodeKind", "LinkEffect", "Meaning", "OrderEffect", "meaning_of"]

_UNKNOWN = Meaning(Severity.WARNING)
_UNKNOWN_WARNING = Meaning(Severity.INFO)
_WARNINGS = range(2100, 2200)


def meaning_of(code: int) -> Meaning:
    """Return how to show a code."""
    return TABLE.get(code, _UNKNOWN_WARNING if code in _WARNINGS else _UNKNOWN)
