"""What one chart shows and how: bars, scales, layout, and what is worked out from them."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QFont

from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.candles import Columns, columns_between
from workstation.ui.chart.layout import device_font, layout_of
from workstation.ui.chart.scale import PriceScale, TimeScale, round_prices
from workstation.ui.chart.time_marks import TimeMarks

PRICE_ROOM = 30
"""Logical pixels between two labels of the price axis, from middle to middle, at least."""

MOST_WIDTHS = 4000
"""Texts whose width is remembered."""


class ChartView:
    """The state behind a picture of the chart; painting only reads it."""

    def __init__(self, bars: BarArrays) -> None:
        self.bars = bars
        self.time = TimeScale()
        self.prices = PriceScale()
        self.marks = TimeMarks()
        self.ladder: PriceLadder | None = None
        self.layout = layout_of(1, 1, QFont(), 1.0, 0)
        self.columns = self._visible()
        self.most_volume = 0.0
        self._axis_width = 0
        self._text_widths: dict[str, int] = {}

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

    def grid_prices(self) -> list[float]:
        """Return the round prices that get a line and a label."""
        most = self.prices.height // self.layout.pixels(PRICE_ROOM)
        return round_prices(self.prices.low, self.prices.high, most, self.increment)

    def text_width(self, content: str) -> int:
        """Return the width of a text; the same ones come every frame."""
        width = self._text_widths.get(content)
        if width is None:
            if len(self._text_widths) > MOST_WIDTHS:
                self._text_widths.clear()
            width = self.layout.metrics.horizontalAdvance(content)
            self._text_widths[content] = width
        return width

    def resize(self, width: int, height: int, font: QFont, ratio: float) -> None:
        """Take the size of the widget in device pixels."""
        if self.layout.ratio != ratio:
            self.time.rescale(ratio / self.layout.ratio)
        device = device_font(font, ratio)
        if device != self.layout.font:
            self._text_widths.clear()
        self.layout = layout_of(width, height, device, ratio, self._axis_width)
        self._use_layout()

    def start_anew(self, *, is_intraday: bool) -> None:
        """Prepare for other bars: the newest in sight, prices by themselves."""
        self.marks.use(is_intraday=is_intraday)
        self.prices.is_manual = False
        self._axis_width = 0
        self.show_newest()
        self.settle()  # the prices in sight tell how wide their axis is
        self.show_newest()

    def show_newest(self) -> None:
        """Bring the newest bar into sight."""
        self.time.show_newest(self.bars.end)

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
        self.marks.weigh(self.bars)
        changed = False
        found = self.columns.price_range(-(self.time.spacing // 2))
        if found is not None:
            changed = self.prices.fit(*found, self.increment)
            most = self.columns.most_volume()
            changed = changed or most != self.most_volume
            self.most_volume = most
        return self._fit_axis() or changed

    def index_at(self, x: int) -> int | None:
        """Return the bar at a column of the plot, None beyond the bars."""
        index = self.time.index_at(x)
        if self.bars.first <= index < self.bars.end:
            return index
        return None

    def last_bars(self, since: int) -> QRect:
        """Return the strip of the plot from this bar on."""
        plot = self.layout.plot
        left = max(0, self.time.x_of(max(since, self.bars.first)))
        return QRect(left, plot.top(), max(0, plot.right() - left + 1), plot.height())

    def _visible(self) -> Columns:
        return columns_between(self.bars, self.time, 0, self.time.width)

    def _fit_axis(self) -> bool:
        """Make the price axis wide enough; it never shrinks, or the bars would dance."""
        if not len(self.bars):
            return False
        widest = max(
            self.text_width(self.price_text(p)) for p in (self.prices.low, self.prices.high)
        )
        least = self.text_width("00,000.00") * 3 // 4
        wanted = max(widest, least) + self.layout.pixels(12)
        if wanted <= self._axis_width:
            return False
        self._axis_width = wanted
        area = self.layout.header.united(self.layout.time_axis)
        self.layout = layout_of(
            area.width(), area.height(), self.layout.font, self.layout.ratio, wanted
        )
        self._use_layout()
        self.columns = self._visible()
        return True

    def _use_layout(self) -> None:
        pane: QRect = self.layout.prices
        self.time.set_width(pane.width())
        self.prices.top, self.prices.height = pane.top(), pane.height()
