"""What one chart shows and how: bars, scales, layout, and what is worked out from them."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, tzinfo

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QFont

from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.chart.bar_table import Floats
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.candles import Columns
from workstation.ui.chart.layout import PANE_SHARE, device_font, layout_of
from workstation.ui.chart.lettering import Lettering
from workstation.ui.chart.price_scale import FAR, PriceScale, round_prices
from workstation.ui.chart.scale import TimeScale
from workstation.ui.chart.sessions import Hours, SessionMarks
from workstation.ui.chart.settings import ChartSettings, display_zone
from workstation.ui.chart.studies import Studies, Study, range_of
from workstation.ui.chart.styles import shown_columns
from workstation.ui.chart.time_marks import TimeMarks

PRICE_ROOM = 30
"""Logical pixels between two labels of the price axis, from middle to middle, at least."""

THINNEST = 3
"""Device pixels a bar keeps when a small chart makes bars narrower by itself."""


class ChartView:
    """The state behind a picture of the chart; painting only reads it."""

    def __init__(self, bars: BarArrays) -> None:
        self.bars = bars
        self.time = TimeScale()
        self.prices = PriceScale()
        self.marks = TimeMarks()
        self.sessions = SessionMarks()
        self.settings = ChartSettings()
        self.studies = Studies(bars)
        self.shares: list[float] = []
        """Part of the plot that each pane of an indicator wishes for."""

        self.span = 60.0
        """Seconds a bar lasts."""

        self.notes = 0
        """Lines of notes at the top of the prices."""

        self.other_spans: list[Callable[[Columns], tuple[float, float] | None]] = []
        """What else wants room on the price axis: lowest and highest price of columns."""

        self.veiled: frozenset[int] = frozenset()
        """Numbers of drawings that reach beyond what is shown of a replay: they would tell."""

        self.bid: float | None = None
        self.ask: float | None = None
        self._exchange_zone: tzinfo | None = None
        self.ladder: PriceLadder | None = None
        self.layout = layout_of(1, 1, QFont(), 1.0, 0)
        self.columns = self._visible()
        self._values: dict[int, Floats] = {}
        self.most_volume = 0.0
        self._axis_width = 0
        self.lettering = Lettering(QFont())
        """Draws and measures words in the chart's font."""

    @property
    def exchange_zone(self) -> tzinfo | None:
        """The exchange's zone, None while it is not known."""
        return self._exchange_zone

    @property
    def increment(self) -> float:
        """The contract's price increment at the prices shown."""
        if self.ladder is None:
            return 0.01
        first = self.ladder.bands[0]
        band = next(
            (b for b in reversed(self.ladder.bands) if b.low_edge <= self.prices.high), first
        )
        return float(band.increment)

    @property
    def last_close(self) -> float | None:
        """The close of the newest bar."""
        return self.bars.bar(self.bars.end - 1)[3] if len(self.bars) else None

    def price_text(self, price: float) -> str:
        """Write a price with the contract's decimals."""
        return text.price(price, self.ladder)

    @property
    def percent_base(self) -> float | None:
        """The price that is 0 % now, None where the axis shows prices."""
        if not self.settings.percent or not len(self.columns.closes):
            return None
        base = float(self.columns.closes[0])
        return base if base > 0 else None

    def axis_text(self, price: float) -> str:
        """Write a price as the axis shows it, as a price or as a change."""
        base = self.percent_base
        if base is None:
            return self.price_text(price)
        return text.axis_percent(100 * (price / base - 1))

    def grid_prices(self) -> list[float]:
        """Return the round prices, or those of round changes, that get a line and a label."""
        room = self.layout.pixels(PRICE_ROOM)
        base = self.percent_base
        if base is None:
            return self.prices.round_prices(room, self.increment)
        low, high = (100 * (price / base - 1) for price in (self.prices.low, self.prices.high))
        changes = round_prices(low, high, self.prices.height // room, 0.01)
        return [base * (1 + change / 100) for change in changes]

    def use_settings(self, settings: ChartSettings) -> None:
        """Draw in another way; a range set by hand stays."""
        self.settings = settings
        self.prices.is_log, self.prices.is_inverted = settings.log, settings.inverted
        if settings.margin != self.time.margin:
            self.time.margin = settings.margin
            self.show_newest()
        self.marks.use(
            is_intraday=self.marks.is_intraday,
            zone=display_zone(settings.zone, self._exchange_zone),
        )

    def use_contract(
        self, ladder: PriceLadder | None, zone: tzinfo | None, hours: Hours | None
    ) -> None:
        """Take what is known of the contract."""
        self.ladder = ladder
        if zone is not self._exchange_zone:
            self._exchange_zone = zone
            self.use_settings(self.settings)
        self._use_days()
        if hours != self.sessions.hours:
            self.sessions.use(hours)

    def text_width(self, content: str) -> int:
        """Return the width of a text."""
        return self.lettering.width(content)

    def resize(self, width: int, height: int, font: QFont, ratio: float) -> None:
        """Take the size of the widget in device pixels."""
        if self.layout.ratio != ratio:
            self.time.rescale(ratio / self.layout.ratio)
        device = device_font(font, ratio)
        if device != self.lettering.font:
            self.lettering = Lettering(device)
        self.layout = layout_of(width, height, device, ratio, self._axis_width, self.shares)
        self._use_layout()

    @contextmanager
    def laid_out(self, width: int, height: int, font: QFont, ratio: float) -> Iterator[None]:
        """Be laid out for another surface meanwhile, such as a page; afterwards all is as it was."""
        time = self.time
        kept = self.layout, self._axis_width, time.zoom, time.scroll, time.width
        lettering = self.lettering
        self._axis_width = 0
        try:
            self.resize(width, height, font, ratio)
            self.settle()
            yield
        finally:
            self.lettering = lettering
            self.layout, self._axis_width, time.zoom, time.scroll, time.width = kept
            self._use_layout()
            self.settle()

    def start_anew(
        self, *, is_intraday: bool, span: float = 60.0, keep_scale: bool = False
    ) -> None:
        """Prepare for other bars: the newest in sight, prices by themselves.

        `keep_scale` keeps a range set by hand: it is of the same contract.
        """
        self.span = span
        zone = display_zone(self.settings.zone, self._exchange_zone)
        self.marks.use(is_intraday=is_intraday, zone=zone)
        self._use_days()
        self.prices.is_manual = self.prices.is_manual and keep_scale
        self._axis_width = 0
        self.show_newest()
        self.settle()  # the prices in sight tell how wide their axis is
        self.show_newest()

    def _use_days(self) -> None:
        """Let trading days begin where the exchange's do; daily bars are dates."""
        zone = self._exchange_zone if self.marks.is_intraday else UTC
        evening = self.studies.clock.evening if self.marks.is_intraday else 0
        self.studies.source.use(zone, evening)

    def show_newest(self) -> None:
        """Bring the newest bar into sight."""
        self.time.show_newest(self.bars.end)

    def show_at_least(self, bars: int) -> bool:
        """Make bars narrower until so many are in sight, or they are thin; False if they are."""
        time, before = self.time, self.time.zoom
        while time.spacing > THINNEST and time.width < bars * time.spacing:
            time.zoom -= 1
        if time.zoom != before:
            self.show_newest()
        return time.zoom != before

    def show_oldest(self) -> None:
        """Bring the oldest bar that is here into sight."""
        self.time.show_oldest(self.bars.first)
        self.pan(0)

    def show_time(self, seconds: float) -> None:
        """Put the bar of a time into the middle."""
        self.time.scroll += self.time.middle_of(math.floor(self.bar_at(seconds)))
        self.time.scroll -= self.time.width // 2
        self.pan(0)

    def pan(self, columns: int) -> None:
        """Move along by pixel columns."""
        self.time.pan(columns, self.bars.first, self.bars.end)

    def zoom(self, steps: int, anchor: int) -> None:
        """Zoom in, or out with negative steps; the bar at the column `anchor` stays."""
        self.time.zoom_to(self.time.zoom + steps, anchor, self.bars.first, self.bars.end)

    @property
    def needs_older(self) -> bool:
        """Whether less than half a screen of bars is left before the left edge."""
        first, end = self.time.shown()
        return len(self.bars) > 0 and first - self.bars.first < (end - first) // 2

    def settle(self) -> bool:
        """Work out what is visible; tell whether more than the newest bars looks different."""
        self.columns = self._visible()
        self._values.clear()
        self.marks.weigh(self.bars)
        self.studies.refresh()
        if self.marks.is_intraday and (self.settings.sessions or self.settings.session_lines):
            self.sessions.weigh(self.bars)
        changed = False
        found = self.columns.price_range(-(self.time.spacing // 2))
        if found is not None:
            others = [span for of in self.other_spans if (span := of(self.columns)) is not None]
            found = min(s[0] for s in (found, *others)), max(s[1] for s in (found, *others))
            changed = self.prices.fit(*found, self.increment)
            most = self.columns.most_volume()
            changed = changed or most != self.most_volume
            self.most_volume = most
        for study in self.studies.in_panes:
            fitted = study.scale.fit(*range_of(self.values(study), study.indicator.guides), 1e-9)
            changed = fitted or changed
        return self._fit_axis() or changed

    def values(self, study: Study) -> Floats:
        """Return the outputs of an indicator, a row each, in the columns that are visible."""
        found = self._values.get(id(study))
        if found is None:
            found = self.studies.values(study, self.columns, self.time.factor)
            self._values[id(study)] = found
        return found

    def close_before(self, columns: Columns) -> float | None:
        """Return the close before the first of these columns, None if there is none."""
        before = max(columns.first, self.bars.first) - 1
        return self.bars.bar(before)[3] if before >= self.bars.first else None

    def index_at(self, x: int) -> int | None:
        """Return the bar at a column of the plot, None beyond the bars."""
        index = self.time.index_at(x)
        if self.bars.first <= index < self.bars.end:
            return index
        return None

    def bar_at(self, seconds: float) -> float:
        """Return the index of a time, between bars and beyond them too."""
        bars = self.bars
        if not len(bars):
            return 0.0
        first, last = bars.time(bars.first), bars.time(bars.end - 1)
        if seconds >= last:
            return bars.end - 1 + (seconds - last) / self.span
        if seconds <= first:
            return bars.first - (first - seconds) / self.span
        place = int(np.searchsorted(bars.times, seconds, side="right")) - 1
        early, late = (bars.time(bars.first + place + more) for more in (0, 1))
        part = min(1.0, (seconds - early) / min(late - early, self.span))
        return bars.first + place + part

    def seconds_at(self, index: int) -> float:
        """Return the time of a bar, or that a bar beyond them would have."""
        bars = self.bars
        inside = max(bars.first, min(index, bars.end - 1))
        return bars.time(inside) + (index - inside) * self.span

    def x_at(self, seconds: float) -> float:
        """Return the column of a time, on the middle of its bar."""
        time, index = self.time, self.bar_at(seconds)
        if time.factor > 1:
            return float(time.x_of(math.floor(index)))
        place = index * time.spacing - time.scroll + (time.spacing - 1) / 2
        return max(-FAR, min(place, FAR))

    def last_bars(self, since: int) -> QRect:
        """Return the strip of the plot from this bar on."""
        plot = self.layout.plot
        before = max(since - 1, self.bars.first)  # a line comes from there
        left = max(0, self.time.x_of(before))
        return QRect(left, plot.top(), max(0, plot.right() - left + 1), plot.height())

    def _visible(self) -> Columns:
        return shown_columns(self.bars, self.time, 0, self.time.width, self.settings.style)

    def _fit_axis(self) -> bool:
        """Make the price axis wide enough; it never shrinks, or the bars would dance."""
        if not len(self.bars):
            return False
        widest = max(
            self.text_width(self.axis_text(p)) for p in (self.prices.low, self.prices.high)
        )
        least = self.text_width("00,000.00") * 3 // 4
        wanted = max(widest, least) + self.layout.pixels(12)
        if wanted <= self._axis_width:
            return False
        self._axis_width = wanted
        area = self.layout.header.united(self.layout.time_axis)
        self.layout = layout_of(
            area.width(), area.height(), self.layout.font, self.layout.ratio, wanted, self.shares
        )
        self._use_layout()
        self.columns = self._visible()
        self._values.clear()
        return True

    def _use_layout(self) -> None:
        pane: QRect = self.layout.prices
        self.time.set_width(pane.width())
        self.prices.top, self.prices.height = pane.top(), pane.height()
        for study, place in self.pane_studies:
            study.scale.top, study.scale.height = place.top(), place.height()

    @property
    def pane_studies(self) -> list[tuple[Study, QRect]]:
        """Every indicator with a pane of its own, and the pane."""
        return list(zip(self.studies.in_panes, self.layout.panes, strict=False))

    def arrange_panes(self) -> None:
        """Give every indicator that needs one a pane, after some came or went."""
        wanted = len(self.studies.in_panes)
        self.shares = [*self.shares[:wanted], *[PANE_SHARE] * (wanted - len(self.shares))]
        area = self.layout.header.united(self.layout.time_axis)
        layout = self.layout
        self.layout = layout_of(
            area.width(), area.height(), layout.font, layout.ratio, self._axis_width, self.shares
        )
        self._use_layout()

    def drag_separator(self, number: int, rows: int) -> None:
        """Move the upper edge of a pane; what is above it, prices or a pane, gives the room."""
        moved = -rows / max(1, self.layout.plot.height())
        least = 0.05
        share = self.shares[number] + moved
        above = self.shares[number - 1] - moved if number else 1.0
        if least <= share <= 0.6 and above >= least and sum(self.shares) + moved <= 0.62:
            self.shares[number] = share
            if number:
                self.shares[number - 1] = above
            self.arrange_panes()
