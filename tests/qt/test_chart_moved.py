"""A picture that was moved along is the one that would have been drawn anew."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from workstation.domain.bar import Bar
from workstation.indicators.library import load_library
from workstation.ui import theme
from workstation.ui.chart import study_painter
from workstation.ui.chart.bar_table import BarTable
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.drawn import LEAST_SPACING
from workstation.ui.chart.layer import ChartLayer
from workstation.ui.chart.lettering import Lettering
from workstation.ui.chart.time_marks import MANY, TimeMarks
from workstation.ui.chart.view import ChartView

START = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
STUDIES = ("SMA", "SAR", "RSI", "MACD", "SUPERTREND")


def table(count: int) -> BarTable:
    random = np.random.default_rng(3)
    closes = 200 + np.cumsum(random.normal(0, 0.05, count))
    opens = closes + random.normal(0, 0.04, count)
    highs = np.maximum(opens, closes) + np.abs(random.normal(0, 0.03, count))
    lows = np.minimum(opens, closes) - np.abs(random.normal(0, 0.03, count))
    times = START + 60 * np.arange(count, dtype=np.int64)
    return BarTable(times, opens, highs, lows, closes, random.gamma(2, 5000, count))


@pytest.fixture
def canvas(qtbot) -> ChartCanvas:
    return new_canvas(qtbot)


def new_canvas(qtbot) -> ChartCanvas:
    bars = BarArrays()
    bars.append(table(40_000))
    view = ChartView(bars)
    canvas = ChartCanvas(view)
    qtbot.addWidget(canvas)
    canvas.resize(700, 500)
    view.studies.use_library(load_library)
    for key in STUDIES:
        view.studies.add(key, {})
    view.arrange_panes()
    canvas.show()
    view.start_anew(is_intraday=True)
    view.prices.show_range(195.0, 215.0)
    canvas.show_anew()
    canvas.repaint()
    return canvas


def pixels(layer: ChartLayer, part: QRect) -> np.ndarray:
    return pixels_of(layer.pixmap.copy(part).toImage())


def pixels_of(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    return rows[:, : image.width()].copy()


def anew(canvas: ChartCanvas) -> ChartLayer:
    layer = ChartLayer()
    layer.use_theme(theme.paint().theme)
    layer.refresh(canvas.view)
    return layer


@pytest.mark.parametrize("zoom", [-14, -9, -8, -7, -4, 0, 4])
def test_a_move_paints_what_a_full_drawing_paints(canvas, monkeypatch, zoom) -> None:
    view = canvas.view
    view.zoom(zoom, 350)
    view.pan(-300)
    canvas.refresh_moved()
    canvas.repaint()
    drawn: list[QRect] = []
    draw = ChartLayer._draw

    def watched(layer: ChartLayer, view: ChartView, clip: QRect) -> None:
        drawn.append(clip)
        draw(layer, view, clip)

    moved = 0
    for columns in (-37, 19, -5, 11, 1, -90):
        drawn.clear()
        view.pan(columns)
        monkeypatch.setattr(ChartLayer, "_draw", watched)
        canvas.refresh_moved()
        canvas.repaint()
        monkeypatch.undo()
        moved += all(clip.width() < view.layout.plot.width() for clip in drawn[:1])
        # Of bars this narrow a line from beyond the edge may stay, where it is not to be seen.
        edge = 0 if view.time.spacing >= LEAST_SPACING else 2 * view.time.spacing + 2
        inside = view.layout.plot.adjusted(edge, 0, -edge, 0)
        times = view.layout.time_axis
        full = anew(canvas)
        for part in (inside, times):
            wrong = np.argwhere(pixels(canvas.layer, part) != pixels(full, part))
            assert not len(wrong), (columns, wrong.min(axis=0), wrong.max(axis=0), len(wrong))
    assert moved, "all was drawn anew"


def test_the_picture_reaches_the_edge_of_a_half_pixel(canvas, monkeypatch) -> None:
    monkeypatch.setattr(canvas, "devicePixelRatioF", lambda: 1.5)
    for width in (249, 250, 251):
        canvas.resize(width, 215)
        canvas.repaint()
        picture = canvas.layer.pixmap.size()
        assert picture.width() >= 1.5 * width
        assert picture.height() >= 1.5 * 215


def test_a_zoom_and_another_price_range_are_drawn_anew(canvas) -> None:
    view = canvas.view
    changes = (
        lambda: view.zoom(-2, 300),
        lambda: view.prices.show_range(190.0, 230.0),
        lambda: (view.pan(-40), view.prices.shift(30)),
        lambda: view.pan(-20_000),
    )
    for change in changes:
        change()
        canvas.refresh_moved()
        canvas.repaint()
        area = canvas.layer.pixmap.rect()
        assert (pixels(canvas.layer, area) == pixels(anew(canvas), area)).all()


def test_what_comes_into_sight_has_edges_as_soft_as_the_rest_of_the_picture(
    canvas, monkeypatch
) -> None:
    view, judged = canvas.view, []
    view.zoom(-14, 350)
    view.pan(-300)
    canvas.refresh()
    canvas.repaint()

    def judge(ys: np.ndarray) -> list[bool]:
        judged.append(len(ys))
        return [False] * len(ys)

    monkeypatch.setattr(study_painter, "scribbles", judge)
    view.pan(-20)
    canvas.refresh_moved()
    canvas.repaint()
    assert not judged
    canvas.refresh()
    canvas.repaint()
    assert judged


def test_a_picture_is_moved_any_way_along(canvas) -> None:
    view = canvas.view
    view.pan(-2000)
    canvas.refresh()
    canvas.repaint()
    edge = 2 * view.time.spacing + 2
    inside = view.layout.plot.adjusted(edge, 0, -edge, 0)
    for columns in (*[-60] * 8, *[75] * 12):
        view.pan(columns)
        canvas.refresh_moved()
        canvas.repaint()
        assert (pixels(canvas.layer, inside) == pixels(anew(canvas), inside)).all()
    rest = (view.layout.header, view.layout.price_axis)
    assert all((pixels(canvas.layer, p) == pixels(anew(canvas), p)).all() for p in rest)


def test_where_only_a_pane_has_another_scale_only_it_is_drawn(canvas, monkeypatch) -> None:
    view = canvas.view
    drawn: list[QRect] = []
    draw = ChartLayer._draw

    def watched(layer: ChartLayer, view: ChartView, clip: QRect) -> None:
        drawn.append(clip)
        draw(layer, view, clip)

    monkeypatch.setattr(ChartLayer, "_draw", watched)
    last = view.bars.end - 1
    opened, high, low, close, volume = view.bars.bar(last)
    moment = datetime.fromtimestamp(view.bars.time(last), UTC)
    view.bars.update(Bar(moment, opened, high, low, close, 50 * volume))
    canvas.refresh_newest(last)
    canvas.repaint()

    assert drawn[0].united(view.layout.volume) == drawn[0]
    assert not any(clip.contains(view.layout.prices) for clip in drawn)
    area = canvas.layer.pixmap.rect()
    assert (pixels(canvas.layer, area) == pixels(anew(canvas), area)).all()


def test_words_stand_where_qt_puts_them_wherever_they_are_and_however_wide(qtbot) -> None:
    font = QFont()
    font.setPixelSize(13)
    lettering = Lettering(font)
    ways = (
        (Lettering.draw, Qt.AlignmentFlag.AlignLeft),
        (Lettering.draw_right, Qt.AlignmentFlag.AlignRight),
        (Lettering.draw_centred, Qt.AlignmentFlag.AlignHCenter),
    )
    for ours, side in ways:
        for width in (30, 100, 101):
            for height in (12, 17, 18):
                place = QRect(5, 5, width, height)
                pictures = []
                for way in ("ours", "qt"):
                    image = QImage(120, 40, QImage.Format.Format_RGB32)
                    image.fill(QColor("black"))
                    painter = QPainter(image)
                    painter.setFont(font)
                    painter.setPen(QColor("white"))
                    if way == "ours":
                        ours(lettering, painter, place, "1,234.56 gÅ")
                    else:
                        flags = side | Qt.AlignmentFlag.AlignVCenter
                        painter.drawText(place, flags, "1,234.56 gÅ")
                    painter.end()
                    pictures.append(image)
                assert pictures[0] == pictures[1], (ours, width, height)


def test_what_stands_out_on_the_time_axis_is_the_same_near_and_far() -> None:
    count = 3 * MANY
    bars = BarArrays()
    bars.append(table(count))
    marks = TimeMarks()
    marks.weigh(bars)
    for weight in range(1, 13):  # looked up once before more bars come
        marks.of_weight(0, count, weight)
    last = START + 60 * count
    moments = (last, last + 3600, last + 86_400)
    bars.append([Bar(datetime.fromtimestamp(m, UTC), 1, 1, 1, 1, 1) for m in moments])
    marks.weigh(bars)
    older = datetime.fromtimestamp(START, UTC) - timedelta(days=3)
    for _ in range(2):
        for weight in range(1, 13):
            far = marks.of_weight(bars.first, bars.end, weight).tolist()
            every = range(bars.first, bars.end, MANY)
            near = [marks.of_weight(low, min(low + MANY, bars.end), weight) for low in every]
            assert far == np.concatenate(near).tolist()
            assert far or weight > 9
        bars.prepend([Bar(older, 1, 1, 1, 1, 1)])
        marks.weigh(bars)
