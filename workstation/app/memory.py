"""How often Python looks for objects that refer to each other and to nothing else.

A look at everything holds every thread for as long as it takes: 60 ms and more after a start,
measured with the core at 20,000 messages a second. What a start builds lives until the end,
so it is set aside, and the looks at the rest are made seldom.
"""

import gc

YOUNG, MIDDLE, OLD = 20_000, 20, 50
"""New objects before a look at the youngest, and looks at one age before one at the next."""

SETTLED_SECONDS = 10
"""So long after the start its objects are there."""


def look_seldom() -> None:
    """Make the looks rare. To be called first, so that the start is not held up either."""
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def set_aside() -> None:
    """Let no look be at what is there now: no object of it is given back by a look any more."""
    gc.freeze()
