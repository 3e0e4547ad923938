"""A process beside the program lets the one that trades go first on the processor."""

import contextlib
import os


def give_way() -> None:
    """Take a lower priority, where the system has one to take; Windows is told at the start."""
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(10)
