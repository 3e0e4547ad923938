"""How the chart's area is divided, in device pixels."""

from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QFont, QFontInfo, QFontMetrics

VOLUME_SHARE = 0.18
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

    price_axis: QRect
    time_axis: QRect

    @property
    def plot(self) -> QRect:
        """Prices and volume together."""
        return self.prices.united(self.volume)

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


def layout_of(width: int, height: int, font: QFont, ratio: float, axis: int) -> Layout:
    """Divide an area of device pixels; `axis` is the width of the price axis."""
    line = QFontMetrics(font).height()
    bar = line + round(4 * ratio)
    plot_width = max(1, width - axis)
    plot_height = max(1, height - 2 * bar)
    volume = round(plot_height * VOLUME_SHARE) if plot_height >= LEAST_FOR_VOLUME * ratio else 0
    gap = round(4 * ratio) if volume else 0
    price_height = max(1, plot_height - volume - gap)
    return Layout(
        ratio,
        font,
        line,
        QRect(0, 0, width, bar),
        QRect(0, bar, plot_width, price_height),
        QRect(0, bar + price_height + gap, plot_width, volume),
        QRect(plot_width, bar, axis, plot_height),
        QRect(0, bar + plot_height, width, bar),
    )
