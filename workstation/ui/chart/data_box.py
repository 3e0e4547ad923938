"""The data box: every figure of one bar, prices and indicators, each on its own line."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter

from workstation.ui import text
from workstation.ui.chart.overlay import figures_of
from workstation.ui.chart.study_painter import study_colour
from workstation.ui.chart.study_words import value_text
from workstation.ui.chart.view import ChartView
from workstation.ui.theme import Theme

_NAMES = {"": "Time", "O": "Open", "H": "High", "L": "Low", "C": "Close", "V": "Volume"}

Row = tuple[str, str, QColor]
"""Name, figure and the colour of the figure."""


def data_rows(view: ChartView, theme: Theme, index: int) -> list[Row]:
    """Return every line of the box for a bar."""
    tones = {"up": QColor(theme.up), "down": QColor(theme.down), "": QColor(theme.text)}
    rows = [
        (_NAMES.get(figure.name, figure.name), figure.content, tones[figure.tone])
        for figure in sorted(figures_of(view, index), key=lambda each: each.place)
    ]
    for study in view.studies.all:
        label, outputs = text.one_line(study.label, 40), study.indicator.outputs
        if study.fault:
            rows.append((label, text.ABSENT, tones[""]))
            continue
        for row, value in enumerate(study.at(index)):
            name = label if len(outputs) == 1 else f"{label} {_output_name(outputs[row])}"
            rows.append((name, value_text(view, study, value), study_colour(study, row, theme)))
    return rows


def _output_name(output: object) -> str:
    return text.one_line(str(getattr(output, "name", output)), 24)


def draw_data_box(painter: QPainter, view: ChartView, theme: Theme, index: int) -> None:
    """Write the box in the upper right corner of the prices, if there is room."""
    pane, line, gap = view.layout.prices, view.layout.line, view.layout.pixels(6)
    rows = data_rows(view, theme, index)[: max(1, (pane.height() - 2 * gap) // line - 1)]
    width_of = view.lettering.width
    names = max(width_of(name) for name, _, _ in rows)
    figures = max(width_of(content) for _, content, _ in rows)
    width = names + figures + 4 * gap
    if view.layout.is_small or width > pane.width() // 2:
        return  # a small chart of a grid would be all box
    place = QRect(pane.right() - width - gap, pane.top() + gap, width, len(rows) * line + gap)
    ground = QColor(theme.raised)
    ground.setAlpha(235)
    painter.fillRect(place, ground)
    painter.setPen(QColor(theme.border))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(place.adjusted(0, 0, -1, -1))
    for number, (name, content, colour) in enumerate(rows):
        top = place.top() + gap // 2 + number * line
        inner = QRect(place.left() + gap, top, width - 2 * gap, line)
        painter.setPen(QColor(theme.muted))
        view.lettering.draw(painter, inner, name)
        painter.setPen(colour)
        view.lettering.draw_right(painter, inner, content)
