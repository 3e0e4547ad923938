"""How the chart's area is divided, in device pixels."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QRect
from PySide6.QtGui import QFont, QFontInfo, QFontMetrics

VOLUME_SHARE = 0.18
MOST_FOR_PANES = 0.6
"""Share of the plot that indicators below the prices may take together."""

PANE_SHARE = 0.17
"""Share of a new pane."""

MOST_OF_SMALL = 0.36
"""Share of a small plot that panes of the least height may take, or there are fewer of them."""

LARGE = 260
"""Logical pixels from which a plot is not small."""

LEAST_PANE = 38
"""Logical pixels a pane has at least: its words take a third of that. The last gives way first."""

LEAST_FOR_PANES = 130
"""Logical pixels of the plot below which there are no panes at all."""

LEAST_FOR_TIMES = 100
"""Logical pixels of the height below which there is no time axis."""

LEAST_OF_AXIS = 2.5
"""Widths of the price axis that a chart must be wide, or there is none."""

SMALL = 180
"""Logical pixels of the prices below which words over them make room for the bars."""

LEAST_FOR_VOLUME = 110
"""Logical pixels below which the volume gives way to the prices."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Panes and axes of one size of the chart."""

    ratio: float
    """Device pixels of a logical one."""

    font: QFont
    line: int
    """Height of a line of text."""

    header: QRect
    prices: QRect
    volume: QRect
    """Empty where there is no room."""

    panes: tuple[QRect, ...]
    """Of indicators with a scale of their own."""

    price_axis: QRect
    time_axis: QRect

    plot: QRect = field(init=False, compare=False)
    """Prices, volume and panes together."""

    def __post_init__(self) -> None:
        plot = self.prices.united(self.volume)
        for pane in self.panes:
            plot = plot.united(pane)
        object.__setattr__(self, "plot", plot)

    def separator_at(self, y: int) -> int | None:
        """Return which pane's upper edge is at a row, None for no edge."""
        reach = self.pixels(4)
        for number, pane in enumerate(self.panes):
            if abs(y - pane.top() + self.pixels(2)) <= reach:
                return number
        return None

    @property
    def is_small(self) -> bool:
        """Whether words over the prices would hide too much of them."""
        return self.prices.height() < SMALL * self.ratio

    @property
    def label_room(self) -> int:
        """Height at the top of the prices that names of indicators may take."""
        whole = self.prices.height()
        return max(self.line + self.pixels(2), whole // 4) if self.is_small else whole

    @property
    def metrics(self) -> QFontMetrics:
        """Sizes of the text."""
        return QFontMetrics(self.font)

    def pixels(self, logical: float) -> int:
        """Return a length in device pixels, 1 at least."""
        return max(1, round(logical * self.ratio))


def device_font(font: QFont, ratio: float) -> QFont:
    """Return the font at the size it has in device pixels."""
    scaled = QFont(font)
    scaled.setPixelSize(max(6, round(QFontInfo(font).pixelSize() * ratio)))
    return scaled


def _fitting(plot: int, ratio: float, shares: Sequence[float]) -> Sequence[float]:
    """Return the parts of the panes there is room for, the uppermost first to stay.

    In a small plot a pane is rather taller than wished for, and alone, than too low to be read.
    """
    if plot < LEAST_FOR_PANES * ratio:
        return ()
    least = LEAST_PANE * ratio / plot
    most = MOST_FOR_PANES if plot >= LARGE * ratio else MOST_OF_SMALL
    shares = shares[: int(most / least)]
    part = min(1.0, MOST_FOR_PANES / sum(shares)) if shares else 1.0
    return [max(share * part, least) for share in shares]


def _heights(plot: int, gap: int, ratio: float, shares: Sequence[float]) -> tuple[int, list[int]]:
    """Return the heights of the volume and of each pane below it."""
    wished = sum(shares)
    part = min(1.0, MOST_FOR_PANES / wished) if wished else 1.0
    volume = VOLUME_SHARE * (1 - wished * part) if plot >= LEAST_FOR_VOLUME * ratio else 0
    return round(plot * volume), [max(1, round(plot * share * part) - gap) for share in shares]


def _panes_of(heights: Sequence[int], y: int, width: int, gap: int) -> tuple[QRect, ...]:
    """Return the panes below a row, each a gap below the one before."""
    panes = []
    for height in heights:
        panes.append(QRect(0, y + gap, width, height))
        y += gap + height
    return tuple(panes)


def layout_of(
    width: int,
    height: int,
    font: QFont,
    ratio: float,
    axis: int,
    shares: Sequence[float] = (),
) -> Layout:
    """Divide an area of device pixels.

    `axis` is the width of the price axis, `shares` the parts of the plot that the panes below
    wish for; they get less where too little would be left for the prices, and the last ones none
    where they would be too small to be read. A very small chart has no axes.
    """
    line = QFontMetrics(font).height()
    bar = line + round(4 * ratio)
    foot = bar if height >= LEAST_FOR_TIMES * ratio else 0
    axis = axis if width >= LEAST_OF_AXIS * axis else 0
    plot_width = max(1, width - axis)
    plot_height = max(1, height - bar - foot)
    gap = round(4 * ratio)
    shares = _fitting(plot_height, ratio, shares)
    volume, heights = _heights(plot_height, gap, ratio, shares)
    rest = plot_height - sum(heights) - gap * len(heights)
    price_height = max(1, rest - volume - (gap if volume else 0))
    y = bar + price_height + (gap if volume else 0)
    volume_pane = QRect(0, y, plot_width, volume)
    panes = _panes_of(heights, y + volume, plot_width, gap)
    return Layout(
        ratio,
        font,
        line,
        QRect(0, 0, width, bar),
        QRect(0, bar, plot_width, price_height),
        volume_pane,
        panes,
        QRect(plot_width, bar, axis, plot_height),
        QRect(0, bar + plot_height, width, foot),
    )
