"""How far the close is from its mean, in standard deviations: an example of an own indicator."""

import numpy as np

TITLE = "Distance from the mean in standard deviations"
PARAMETERS = {"length": (20, 2, 500)}
OUTPUTS = {"distance": "line", "change": "histogram"}
OVERLAY = False
GUIDES = (-2.0, 0.0, 2.0)


def compute(bars, length):
    """Return both outputs; not a number for the first bars."""
    distance = np.full(bars.count, np.nan)
    if bars.count >= length:
        windows = np.lib.stride_tricks.sliding_window_view(bars.closes, length)
        spread = windows.std(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            distance[length - 1 :] = (bars.closes[length - 1 :] - windows.mean(axis=1)) / spread
    change = np.diff(distance, prepend=np.nan)
    return {"distance": distance, "change": change}
