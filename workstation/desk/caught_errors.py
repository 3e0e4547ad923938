"""Errors that the core has caught: the user hears of each kind at once, then once a minute."""

from workstation.domain.clock import Clock
from workstation.domain.errors import described

SECONDS = 60.0
MOST_KINDS = 1000
"""More kinds than this are told no more: they are in the log."""


class CaughtErrors:
    """Paces the sentences, so that an error in each of a thousand messages is one a minute.

    Core thread.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: dict[tuple[object, ...], float] = {}

    def sentence(self, error: Exception) -> str:
        """Name an error that is to be told now, "" for one that was told a moment ago."""
        now = self._clock.monotonic()
        kind = (type(error), *_places(error))
        last = self._told.get(kind)
        if (last is not None and now - last < SECONDS) or len(self._told) >= MOST_KINDS:
            return ""
        self._told[kind] = now
        return f"An internal error was caught: {described(error)}."


def _places(error: BaseException) -> tuple[str, ...]:
    """Return where an error came from, without the numbers that count it."""
    return tuple(note.partition(",")[0] for note in getattr(error, "__notes__", ()))
