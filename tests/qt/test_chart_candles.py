"""Drawing by levels of detail equals drawing every bar, pixel by pixel."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from workstation.domain.bar import Bar
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.candles import (
    CandleColours,
    body_width,
    columns_between,
    draw_candles,
    draw_volume,
)
from workstation.ui.chart.price_scale import PriceScale
from workstation.ui.chart.scale import ZOOMS, TimeScale

START = datetime(2026, 3, 18, tzinfo=UTC)
SIZE = 160
UP, DOWN, BASE = QColor("#00ff00"), QColor("#ff0000"), QColor("#000000")
COLOURS = CandleColours(UP, DOWN, UP, DOWN, BASE, UP)

pytestmark = pytest.mark.usefixtures("qapp")


def made_bars(count: int) -> list[Bar]:
    random = np.random.default_rng(count)
    close = 100 + np.cumsum(random.normal(0, 1, count))
    opened = np.roll(close, 1)
    high = np.maximum(opened, close) + random.random(count)
    low = np.minimum(opened, close) - random.random(count)
    table = np.column_stack((opened, high, low, close, random.random(count) * 100)).tolist()
    return [Bar(START + timedelta(minutes=n), *row) for n, row in enumerate(table)]


def new_scales(bars: list[Bar], zoom: int) -> tuple[TimeScale, PriceScale]:
    time, prices = TimeScale(), PriceScale()
    time.set_width(SIZE)
    time.zoom = zoom
    time.show_newest(len(bars))
    prices.height = SIZE
    prices.fit(min(bar.low for bar in bars), max(bar.high for bar in bars), 0.01)
    return time, prices


def drawn(bars: list[Bar], zoom: int) -> QImage:
    arrays = BarArrays()
    arrays.append(bars[100:])
    arrays.prepend(bars[:100])
    time, prices = new_scales(bars, zoom)
    time.scroll -= (100 // time.factor) * time.spacing  # the same bars have other indices
    image = blank()
    painter = QPainter(image)
    columns = columns_between(arrays, time, 0, SIZE)
    draw_candles(painter, columns, time, prices, COLOURS, 1)
    painter.end()
    return image


def drawn_one_by_one(bars: list[Bar], zoom: int) -> QImage:
    time, prices = new_scales(bars, zoom)
    image = blank()
    painter = QPainter(image)
    groups: dict[int, list[Bar]] = {}
    for index, bar in enumerate(bars):
        groups.setdefault(time.x_of(index), []).append(bar)
    body = body_width(time.spacing, 1)
    for x, group in groups.items():
        colour = UP if group[-1].close >= group[0].open else DOWN
        left = x + (time.spacing - body) // 2
        for bar in group:
            top, bottom = prices.y_of(bar.high), prices.y_of(bar.low)
            painter.fillRect(left + body // 2, top, 1, bottom - top + 1, colour)
        top = prices.y_of(max(b.high for b in group))
        bottom = prices.y_of(min(b.low for b in group))
        painter.fillRect(left + body // 2, top, 1, bottom - top + 1, colour)
        if body > 1:
            top, bottom = sorted((prices.y_of(group[0].open), prices.y_of(group[0].close)))
            painter.fillRect(left, top, body, bottom - top + 1, colour)
            if colour is UP and bottom - top > 1:
                painter.fillRect(left + 1, top + 1, body - 2, bottom - top - 1, BASE)
    painter.end()
    return image


def blank() -> QImage:
    image = QImage(SIZE, SIZE, QImage.Format.Format_RGB32)
    image.fill(BASE)
    return image


@pytest.mark.parametrize(
    "zoom", [ZOOMS.index(z) for z in ((1, 1), (1, 2), (1, 5), (1, 8), (1, 22))]
)
def test_bars_of_their_own_columns_equal_bars_drawn_one_by_one(zoom) -> None:
    bars = made_bars(400)
    assert drawn(bars, zoom) == drawn_one_by_one(bars, zoom)


@pytest.mark.parametrize("factor", [2, 4])
def test_bars_that_share_columns_equal_their_ranges(factor) -> None:
    bars = made_bars(400)
    zoom = ZOOMS.index((factor, 1))
    assert drawn(bars, zoom) == drawn_one_by_one(bars, zoom)


def test_no_column_is_left_out_however_far_one_zooms() -> None:
    bars = made_bars(3000)
    for zoom, (factor, _) in enumerate(ZOOMS[: ZOOMS.index((1, 1))]):
        arrays = BarArrays()
        arrays.append(bars)
        time, _ = new_scales(bars, zoom)
        columns = columns_between(arrays, time, 0, SIZE)
        expected = min(-(-3000 // factor), 3000 // factor + 1)
        assert len(columns.lefts) == min(expected, len(columns.lefts))
        assert (np.diff(columns.lefts) == 1).all()
        assert np.isfinite(columns.ranges).all()


def test_the_greatest_volume_fills_its_pane() -> None:
    bars = made_bars(400)
    arrays = BarArrays()
    arrays.append(bars)
    time, _ = new_scales(bars, ZOOMS.index((1, 4)))
    columns = columns_between(arrays, time, 0, SIZE)
    image = blank()
    painter = QPainter(image)
    draw_volume(painter, columns, time, QRect(0, 100, SIZE, 50), columns.most_volume(), COLOURS, 1)
    painter.end()

    rows = [y for y in range(SIZE) if any(image.pixelColor(x, y) != BASE for x in range(SIZE))]
    assert rows == list(range(100, 150))


@pytest.mark.parametrize("wick", [1, 2, 3])
def test_wicks_stand_in_the_middle_of_bodies_that_leave_air(wick) -> None:
    for spacing in range(1, 130):
        body = body_width(spacing, wick)
        assert 1 <= body <= spacing
        if body > wick:
            assert (body - wick) % 2 == 0
            assert body < spacing
