"""The newest bar of every followed series, carried on by the last prices between reports."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from workstation.domain.bar import Bar, BarSize, SeriesKey, Show
from workstation.marketdata.quotes import Quotes

LAST_SHOWS = frozenset({Show.TRADES, Show.ADJUSTED_LAST})
"""What moves with the last price."""


@dataclass(slots=True)
class _Forming:
    bar: Bar
    is_built: bool
    """Whether new bars begin here, because the broker sends none."""

    volume: float | None = None
    """The day's volume when it was last looked at."""


class FormingBars:
    """Remembers the last bar of each series and moves it with the quotes. Core thread.

    The broker's own updates come every 5 s; some series it does not update at all (bars of a
    second, adjusted prices): there bars begin and end here, from the last price and the growth
    of the day's volume.
    """

    def __init__(self, quotes: Quotes) -> None:
        self._quotes = quotes
        self._series: dict[SeriesKey, _Forming] = {}

    def clear(self) -> None:
        """Forget every series."""
        self._series.clear()

    def bar(self, series: SeriesKey) -> Bar | None:
        """Return the newest bar of a series."""
        found = self._series.get(series)
        return found.bar if found else None

    def take(self, series: SeriesKey, bars: Sequence[Bar]) -> None:
        """Take a page that the broker goes on from."""
        if bars:
            self.set(series, bars[-1])
            self._quotes.take_last_range(series.con_id)  # what came before is in the bars

    def set(self, series: SeriesKey, bar: Bar) -> None:
        """Take the newest bar as the broker reports it."""
        self._series[series] = _Forming(bar, is_built=False)

    def begin(self, series: SeriesKey, bars: Sequence[Bar]) -> bool:
        """Go on from a page that the broker does not update; False where that cannot be."""
        is_of_last = series.show in LAST_SHOWS and not series.regular_hours
        if not bars or not is_of_last or series.size in _CALENDAR:
            return False
        quote = self._quotes.quote(series.con_id)
        if quote is None:
            return False
        self._series[series] = _Forming(bars[-1], is_built=True, volume=quote.volume)
        self._quotes.take_last_range(series.con_id)
        return True

    def end(self, series: SeriesKey) -> None:
        """Forget a series."""
        self._series.pop(series, None)

    def moved(self, now: datetime) -> Iterator[tuple[SeriesKey, Bar]]:
        """Yield the bars that the last prices changed or began since the call before."""
        ranges = {key.con_id: self._quotes.take_last_range(key.con_id) for key in self._series}
        for series, forming in self._series.items():
            quote, span = self._quotes.quote(series.con_id), ranges[series.con_id]
            if quote is None or quote.stale or quote.last is None or span is None:
                continue
            if series.show not in LAST_SHOWS or series.regular_hours:
                continue  # a price outside regular hours has no part in such a bar
            bar = forming.bar
            if forming.is_built and now >= bar.time + series.size.span:
                bar = _fresh(series.size, quote.last, span, now)
            if not bar.time <= now < bar.time + series.size.span:
                continue
            volume = bar.volume
            if forming.is_built and quote.volume is not None:
                volume += max(0.0, quote.volume - (forming.volume or quote.volume))
                forming.volume = quote.volume
            high, low = max(bar.high, span[1]), min(bar.low, span[0])
            moved = replace(bar, high=high, low=low, close=quote.last, volume=volume)
            if moved != forming.bar:
                forming.bar = moved
                yield series, moved


_CALENDAR = frozenset({BarSize.DAY_1, BarSize.WEEK_1, BarSize.MONTH_1})
"""Built bars begin at whole multiples of their size; those of days follow a calendar."""


def _fresh(size: BarSize, last: float, span: tuple[float, float], now: datetime) -> Bar:
    seconds = int(now.timestamp()) // size.seconds * size.seconds
    time = datetime.fromtimestamp(seconds, UTC)
    return Bar(time, span[0] if span[0] == span[1] else last, span[1], span[0], last, 0.0)
