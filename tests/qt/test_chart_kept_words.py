"""Words that are kept as pictures say what they would say if they were written anew."""

import functools
from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter

from tests.qt.test_chart_moved import new_canvas, pixels_of
from workstation.domain.bar import Bar
from workstation.ui import theme
from workstation.ui.chart.canvas import ChartCanvas
from workstation.ui.chart.kept_words import KeptWords
from workstation.ui.chart.overlay import ChartOverlay


@pytest.fixture
def canvas(qtbot) -> ChartCanvas:
    return new_canvas(qtbot)


def painted(canvas: ChartCanvas, colours: theme.Theme) -> np.ndarray:
    image = QImage(canvas.size(), QImage.Format.Format_RGB32)
    canvas._settle()
    canvas.layer.use_theme(colours)
    canvas.layer.refresh(canvas.view)
    painter = QPainter(image)
    painter.setFont(canvas.view.layout.font)
    painter.drawPixmap(0, 0, canvas.layer.pixmap)
    canvas._draw_overlay(painter, colours)
    painter.end()
    return pixels_of(image)


def written_anew(canvas: ChartCanvas, colours: theme.Theme) -> np.ndarray:
    kept, canvas._overlay = canvas._overlay, ChartOverlay()
    canvas._overlay._widths.update(kept._widths)
    found = painted(canvas, colours)
    canvas._overlay = kept
    return found


def difference(some: np.ndarray, others: np.ndarray) -> int:
    """Return by how much a colour of a pixel differs at most."""
    first, second = (each.view(np.uint8).astype(np.int16) for each in (some, others))
    return int(np.abs(first - second).max())


def close_anew(canvas: ChartCanvas) -> None:
    bars = canvas.view.bars
    last = bars.end - 1
    opened, high, low, _, volume = bars.bar(last)
    moment = datetime.fromtimestamp(bars.time(last), UTC)
    bars.update(Bar(moment, opened, high, low, (high + low) / 2, volume))
    canvas.view.studies.changed_since(last)
    canvas.refresh()


CHANGES = {
    "nothing": lambda canvas: None,
    "the title": lambda canvas: setattr(canvas.words, "title", "MSFT · 5 min"),
    "the mark of a group": lambda canvas: setattr(canvas.words, "mark", "#ff0000"),
    "a warning": lambda canvas: setattr(canvas.words, "warning", "No bars since 14:30"),
    "another bar": lambda canvas: setattr(canvas, "mouse", QPoint(200, 60)),
    "another price": lambda canvas: setattr(canvas, "mouse", QPoint(200, 90)),
    "the newest bar": close_anew,
    "a range by hand": lambda canvas: (canvas.view.prices.stretch(40), canvas.refresh()),
    "a move": lambda canvas: (canvas.view.pan(-300), canvas.refresh()),
    "a zoom": lambda canvas: (canvas.view.zoom(-2, 100), canvas.refresh()),
    "another size": lambda canvas: canvas.resize(600, 460),
    "an indicator less": lambda canvas: (
        canvas.view.studies.remove(canvas.view.studies.overlays[0]),
        canvas.refresh(),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_kept_words_say_what_words_written_anew_say(canvas, what: str) -> None:
    colours = theme.paint().theme
    for _ in range(3):  # straight away, into a picture, from the picture
        before = painted(canvas, colours)
    CHANGES[what](canvas)
    for _ in range(3):
        assert difference(painted(canvas, colours), written_anew(canvas, colours)) == 0
    assert what == "nothing" or (
        before.shape != (after := painted(canvas, colours)).shape or (before != after).any()
    )


def test_kept_words_take_other_colours(canvas) -> None:
    for colours in (theme.DARK, theme.LIGHT, theme.DARK):
        for _ in range(3):
            assert difference(painted(canvas, colours), written_anew(canvas, colours)) == 0


def test_only_words_that_are_said_again_are_kept_as_a_picture(qtbot) -> None:
    kept, written = KeptWords(), []
    image = QImage(40, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    for says in ("a", "b", "b", "b", "b", "a"):
        write = functools.partial(lambda said, _: written.append(said), says)
        kept.write(painter, "group", QRect(0, 0, 9, 9), QColor("black"), says, write)
    painter.end()
    assert written == ["a", "b", "b", "a"]
