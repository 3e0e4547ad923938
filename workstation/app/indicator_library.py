"""Loads the indicators when the first one is wanted: TA-Lib costs a start what it cannot spare."""

from workstation.indicators.definition import Indicator


def load_indicators() -> dict[str, Indicator]:
    """Describe every indicator."""
    from workstation.indicators.library import load_library

    return load_library()
