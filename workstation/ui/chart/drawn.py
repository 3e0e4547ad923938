"""What a picture of the chart was drawn of: tells when the next one is the same, only moved."""

from dataclasses import dataclass, field

from PySide6.QtCore import QRect

from workstation.ui.chart.layout import Layout
from workstation.ui.chart.price_scale import PriceScale
from workstation.ui.chart.settings import ChartSettings
from workstation.ui.chart.time_marks import DAY, YEAR
from workstation.ui.chart.view import ChartView

LABEL_ROOM = 64
"""Logical pixels a label of the time axis should have to itself."""

LEAST_ROOM = 48
"""Logical pixels between two labels, from middle to middle, at least."""

SEPARATOR_ROOM = 40
"""Day separators closer than this give way to those of weeks, months or years."""

LEAST_SPACING = 3
"""Device pixels from bar to bar from which lines that run past the last bar are taken away."""

Scale = tuple[float, float, bool, bool, int, int]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Everything a picture depends on but bars and values; equal ones differ by a move at most.

    Whoever changes bars, values or looks says so to the layer; this is of what follows from
    them, and of where the picture stands.
    """

    zoom: int
    layout: Layout
    settings: ChartSettings
    prices: Scale
    levels: tuple[float, ...]
    """Prices that have a line."""

    separators: int | None
    """Least weight of a bar with a separator before it, None for none."""

    most_volume: float = field(compare=False)
    panes: tuple[Scale, ...] = field(compare=False)
    """Scales of the panes."""

    scroll: int = field(compare=False)
    span: tuple[int, int] = field(compare=False)
    """Indices between the edges."""

    marks: tuple[tuple[int, int], ...] = field(compare=False)
    """Index and weight of the bars with a label on the time axis, those beyond the edges too."""

    def moved_to(self, new: "Drawn") -> int | None:
        """Return by how many columns the new picture's bars stand further left; None if it differs."""
        if self != new or len(self.panes) != len(new.panes):
            return None
        if new.settings.session_lines:  # their words come and go with the room
            return None
        low, high = max(self.span[0], new.span[0]), min(self.span[1], new.span[1])
        before = [mark for mark in self.marks if low <= mark[0] < high]
        if low >= high or before != [mark for mark in new.marks if low <= mark[0] < high]:
            return None
        return new.scroll - self.scroll

    def panes_to_draw(self, new: "Drawn") -> list[QRect]:
        """Return the parts of the plot that have another scale, where all else was only moved."""
        panes = zip(new.layout.panes, self.panes, new.panes, strict=False)
        stale = [pane for pane, before, now in panes if before != now]
        if self.most_volume != new.most_volume and not new.layout.volume.isEmpty():
            stale.append(new.layout.volume)
        return [pane.adjusted(0, -2, 0, 0) for pane in stale]  # with the line above it


def drawn_of(view: ChartView) -> Drawn:
    """Return what a picture of this view is drawn of; the view must be settled."""
    return Drawn(
        view.time.zoom,
        view.layout,
        view.settings,
        _state(view.prices),
        tuple(view.grid_prices()),
        separator_weight(view),
        view.most_volume,
        tuple(_state(study.scale) for study, _ in view.pane_studies),
        view.time.scroll,
        view.time.shown(),
        tuple(chosen_marks(view)),
    )


def exposed(view: ChartView, moved: int) -> QRect:
    """Return the strip of the plot to draw after its picture was moved left by so many columns.

    It is wider than the move: lines ended at the last bar in sight.
    """
    plot = view.layout.plot
    width = min(plot.width(), abs(moved) + 2 * view.time.spacing + 2)
    left = plot.right() + 1 - width if moved > 0 else plot.left()
    return QRect(left, plot.top(), width, plot.height())


def left_behind(view: ChartView, moved: int) -> QRect:
    """Return the strip at the other edge, where lines run on from bars that went out of sight.

    It is empty where bars are so narrow that nobody can tell.
    """
    plot, spacing = view.layout.plot, view.time.spacing
    if spacing < LEAST_SPACING:
        return QRect()
    width = min(plot.width(), 2 * spacing + 2)
    left = plot.left() if moved > 0 else plot.right() + 1 - width
    return QRect(left, plot.top(), width, plot.height())


def chosen_marks(view: ChartView) -> list[tuple[int, int]]:
    """Choose labels from beyond the edges too, so that moving does not change them."""
    first, end = view.time.shown()
    room = view.layout.pixels(LABEL_ROOM)
    most = max(1, 2 * view.time.width // room)
    apart = view.layout.pixels(LEAST_ROOM) * view.time.factor / view.time.spacing
    half = (end - first) // 2
    return view.marks.chosen(first - half, end + half, most, apart)


def separator_weight(view: ChartView) -> int | None:
    """Return how much a bar must weigh to have a separator, so that there are not too many."""
    first, end = view.time.shown()
    most = max(1, view.time.width // view.layout.pixels(SEPARATOR_ROOM))
    lightest = DAY if view.marks.is_intraday else YEAR
    weights = range(lightest, YEAR + 1)
    return next((w for w in weights if len(view.marks.of_weight(first, end, w)) <= most), None)


def _state(scale: PriceScale) -> Scale:
    return scale.low, scale.high, scale.is_log, scale.is_inverted, scale.top, scale.height
