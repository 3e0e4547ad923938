"""All indicators by their keys."""

from workstation.indicators.definition import Indicator
from workstation.indicators.own import OWN
from workstation.indicators.talib_table import talib_indicators

Library = dict[str, Indicator]


def load_library() -> Library:
    """Describe every indicator; loads TA-Lib, so whoever needs it pays for it once."""
    return {each.key: each for each in (*OWN, *talib_indicators())}
