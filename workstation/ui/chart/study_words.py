"""Names and values of indicators over the chart, and the values on the axes of their panes."""

import functools
import itertools
import math

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter

from workstation.indicators.running_apart import RunningApart
from workstation.ui import text
from workstation.ui.chart.kept_words import KeptWords
from workstation.ui.chart.studies import Study
from workstation.ui.chart.study_look import Style
from workstation.ui.chart.study_painter import study_colour
from workstation.ui.chart.view import ChartView
from workstation.ui.theme import Theme

Part = tuple[str, QColor]
"""Words of one colour."""


def draw_labels(
    painter: QPainter, view: ChartView, theme: Theme, index: int, kept: KeptWords
) -> None:
    """Write name and values of every study at a bar; those over prices below each other."""
    layout, gap = view.layout, view.layout.pixels(6)
    y = layout.prices.top() + layout.pixels(2) + view.notes * layout.line
    bottom = layout.prices.top() + layout.label_room
    places = []
    for study in view.studies.overlays:
        if y + layout.line > bottom:
            break
        places.append((study, QRect(gap, y, layout.prices.width(), layout.line)))
        y += layout.line
    places += [
        (study, QRect(gap, pane.top(), pane.width(), layout.line))
        for study, pane in view.pane_studies
    ]
    for number, (study, place) in enumerate(places):
        _draw_label(
            painter, view, place, _parts_of(view, theme, study, index), theme, f"{number}", kept
        )


def _parts_of(view: ChartView, theme: Theme, study: Study, index: int) -> list[Part]:
    """Return what there is to say of a study at a bar."""
    parts = [(text.one_line(study.label, 60), QColor(theme.text))]
    if study.fault:
        parts.append((text.one_line(study.fault, 120), QColor(theme.warning)))
    elif isinstance(study.running, RunningApart) and study.running.is_waiting:
        parts.append(("working…", QColor(theme.muted)))
    else:
        parts += [
            (value_text(view, study, value), study_colour(study, row, theme))
            for row, value in enumerate(study.at(index))
            if study.look(row).style is not Style.HIDDEN
        ]
        if index == view.bars.end - 1 and (forming := study.forming()):
            told = "  ".join(value_text(view, study, value) for value in forming)
            parts.append((f"forming {told}", QColor(theme.muted)))
    return parts


def _draw_label(
    painter: QPainter,
    view: ChartView,
    place: QRect,
    parts: list[Part],
    theme: Theme,
    group: str,
    kept: KeptWords,
) -> None:
    """Write as many parts as there is room for, on a ground of their own."""
    says = theme, view.layout, place, parts
    if kept.write_again(painter, group, place, says):
        return
    gap = view.layout.pixels(8)
    ends = list(itertools.accumulate(view.text_width(content) + gap for content, _ in parts))
    while ends and place.left() + ends[-1] - gap > place.right():
        ends.pop()
    if not ends:
        return

    def write(painter: QPainter) -> None:
        painter.fillRect(ground, _ground(theme.base))
        for (content, colour), begin, end in zip(parts, (0, *ends), ends, strict=False):
            painter.setPen(colour)
            room = QRect(place.left() + begin, place.top(), end - begin, place.height())
            view.lettering.draw(painter, room, content)

    ground = QRect(place.left(), place.top(), ends[-1], place.height())
    kept.write(painter, group, ground, None, says, write)


@functools.cache
def _ground(base: str) -> QColor:
    """Return what is behind words: bars below it can still be made out."""
    ground = QColor(base)
    ground.setAlpha(170)
    return ground


def draw_pane_axes(painter: QPainter, view: ChartView, theme: Theme, kept: KeptWords) -> None:
    """Write round values beside every pane."""
    axis = view.layout.price_axis
    for number, (study, pane) in enumerate(view.pane_studies):

        def write(painter: QPainter, study: Study = study, pane: QRect = pane) -> None:
            painter.setPen(QColor(theme.muted))
            _draw_pane_axis(painter, view, study, pane)

        scale, guides = study.scale, study.indicator.guides
        says = theme, view.layout, pane, scale.low, scale.high, guides
        place = QRect(axis.left() + 1, pane.top(), axis.width() - 1, pane.height())
        kept.write(painter, f"axis {number}", place, QColor(theme.base), says, write)


def _draw_pane_axis(painter: QPainter, view: ChartView, study: Study, pane: QRect) -> None:
    axis, line = view.layout.price_axis, view.layout.line
    gap = view.layout.pixels(6)
    levels = study.indicator.guides or study.scale.round_prices(view.layout.pixels(24), 1e-9)
    last = -line
    for level in sorted(levels, key=study.scale.y_of):
        y = study.scale.y_of(level) - line // 2
        if pane.top() <= y <= pane.bottom() - line and y >= last + line:
            room = QRect(axis.left() + gap, y, axis.width() - gap, line)
            view.lettering.draw(painter, room, plain_value(level))
            last = y


def value_text(view: ChartView, study: Study, value: float) -> str:
    """Write a value: as a price where it is one."""
    if not math.isfinite(value):
        return text.ABSENT
    return view.price_text(value) if study.indicator.is_overlay else plain_value(value)


def plain_value(value: float) -> str:
    """Write a value that is no price, in about five digits."""
    if abs(value) >= 10_000:
        return text.short_size(value)
    decimals = 2 if abs(value) >= 1 or value == 0 else 4
    return f"{value:,.{decimals}f}".replace("-", "−")
