"""Which margins count at a moment: those of the day or those of the night."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MarginPeriod:
    """Which margins count, and when the other ones begin to."""

    overnight: bool = False
    next_overnight: bool = False
    changes_at: int = 0
    """Seconds since 1970; 0 when they never change."""


ONE_PERIOD = MarginPeriod()
