"""What the chart says about its bars: where they are, and whether they are up to date."""

from workstation.ui import text
from workstation.ui.chart.overlay import Words
from workstation.ui.chart.source import Older, Series, Source

REAL_ORDERS_OFF = "this chart replays the past. End the replay to trade on it."


def tell_state(words: Words, feed: Source, search: str) -> None:
    """Write how it stands with a source; `search` is what is said of a search under way."""
    reason = text.one_line(feed.reason, 200)
    words.state = {
        Series.NONE: "No contract chosen.",
        Series.LOADING: "Loading bars…",
        Series.SHOWN: "",
        Series.FAILED: f"No history: {reason}\nChoose the bar size again to retry.",
    }[feed.series]
    older = {
        Older.IDLE: "",
        Older.ASKED: "Loading older bars…",
        Older.FAILED: f"No older bars now: {reason}",
        Older.COMPLETE: feed.start_words,
    }[feed.older]
    known = feed.note if feed.series is Series.SHOWN else ""
    words.note = "  ·  ".join(filter(None, (known, search or older)))
    words.warning = ""
    if feed.series is Series.SHOWN and not feed.is_live:
        kept = "kept bars shown, " if feed.is_kept_only else ""
        words.warning = f"Not updating: {kept}{reason}"
    elif feed.series is Series.SHOWN and not feed.is_updated:
        words.warning = "The broker does not update these bars; choose the size again to ask."
