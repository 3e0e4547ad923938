"""What a drawing looks like on the screen: lines, surfaces and words, for painting and touch."""

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF

from workstation.ui import text
from workstation.ui.chart.drawings import Drawing, Point, Tool
from workstation.ui.chart.view import ChartView

RETRACEMENTS = (0.0, 0.236, 0.382, 0.5, 0.618, 0.786, 1.0)
EXTENSIONS = (0.0, 0.618, 1.0, 1.272, 1.618, 2.618)

_FAR = 20_000.0


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place; with `tone` in the colour of rising or falling."""

    place: QPointF
    content: str
    tone: str = ""


@dataclass(slots=True)
class Shape:
    """Everything of one drawing in device pixels."""

    segments: list[tuple[QPointF, QPointF]] = field(default_factory=list)
    surfaces: list[tuple[QRectF, str]] = field(default_factory=list)
    """Rectangles and their tone: up, down, or empty for the drawing's own colour."""

    labels: list[Label] = field(default_factory=list)
    handles: list[QPointF] = field(default_factory=list)

    def distance(self, place: QPointF) -> float:
        """Return how far a place is from the nearest line or word, 0 on a surface."""
        found = [_to_segment(place, *segment) for segment in self.segments]
        found += [0.0 for area, _ in self.surfaces if area.contains(place)]
        for label in self.labels[:1] if not self.segments else ():
            area = QRectF(label.place.x(), label.place.y() - 8, 9 * len(label.content) + 8, 20)
            found += [0.0] if area.contains(place) else []
        return min(found, default=_FAR)


def place_of(view: ChartView, point: Point) -> QPointF:
    """Return where a point stands."""
    return QPointF(view.x_at(point.seconds), view.prices.y_of(point.price))


def shape_of(drawing: Drawing, view: ChartView) -> Shape:
    """Work out what a drawing looks like now; while it is being made it may lack points."""
    if drawing.number in view.veiled:
        return Shape()
    places = [place_of(view, point) for point in drawing.points]
    shape = Shape(handles=places)
    pane = QRectF(view.layout.prices)
    first = places[0]
    if drawing.tool is Tool.HORIZONTAL:
        shape.segments.append((QPointF(pane.left(), first.y()), QPointF(pane.right(), first.y())))
        price = view.price_text(drawing.points[0].price)
        shape.labels.append(
            Label(QPointF(pane.left() + 6, first.y() - view.layout.line / 2), price)
        )
    elif drawing.tool is Tool.VERTICAL:
        plot = QRectF(view.layout.plot)
        shape.segments.append((QPointF(first.x(), plot.top()), QPointF(first.x(), plot.bottom())))
    elif drawing.tool is Tool.TEXT:
        shape.labels.append(Label(first, drawing.text or "Text"))
    elif len(places) > 1:
        _WITH_TWO[drawing.tool](shape, drawing, view, places)
    return shape


def _trend(shape: Shape, drawing: Drawing, view: ChartView, places: list[QPointF]) -> None:
    del drawing, view
    shape.segments.append((places[0], places[1]))


def _ray(shape: Shape, drawing: Drawing, view: ChartView, places: list[QPointF]) -> None:
    del drawing, view
    step = places[1] - places[0]
    length = max(abs(step.x()), abs(step.y()), 1e-6)
    shape.segments.append((places[0], places[0] + step * (_FAR / length)))


def _channel(shape: Shape, drawing: Drawing, view: ChartView, places: list[QPointF]) -> None:
    shape.segments.append((places[0], places[1]))
    if len(places) < 3:
        return
    start, end, third = drawing.points
    span = end.seconds - start.seconds
    slope = (end.price - start.price) / span if span else 0.0
    apart = third.price - (start.price + slope * (third.seconds - start.seconds))
    other = [place_of(view, Point(p.seconds, p.price + apart)) for p in (start, end)]
    shape.segments.append((other[0], other[1]))


def _rectangle(shape: Shape, drawing: Drawing, view: ChartView, places: list[QPointF]) -> None:
    del drawing, view
    area = QRectF(places[0], places[1]).normalized()
    shape.surfaces.append((area, ""))
    corners = [area.topLeft(), area.topRight(), area.bottomRight(), area.bottomLeft()]
    shape.segments += list(zip(corners, [*corners[1:], corners[0]], strict=True))


def _retracement(shape: Shape, drawing: Drawing, view: ChartView, places: list[QPointF]) -> None:
    start, end = drawing.points
    left, right = sorted((places[0].x(), places[1].x()))
    for level in RETRACEMENTS:
        price = end.price + (start.price - end.price) * level
        _level(shape, view, (left, right), price, f"{100 * level:.1f} %")
    shape.segments.append((places[0], places[1]))


def _extension(shape: Shape, drawing: Drawing, view: ChartView, places: list[QPointF]) -> None:
    shape.segments.append((places[0], places[1]))
    if len(places) < 3:
        return
    shape.segments.append((places[1], places[2]))
    start, end, origin = drawing.points
    left, right = sorted((places[1].x(), places[2].x()))
    for level in EXTENSIONS:
        price = origin.price + (end.price - start.price) * level
        _level(shape, view, (left, right + (right - left)), price, f"{100 * level:.1f} %")


def _level(
    shape: Shape, view: ChartView, ends: tuple[float, float], price: float, name: str
) -> None:
    y = float(view.prices.y_of(price))
    shape.segments.append((QPointF(ends[0], y), QPointF(ends[1], y)))
    content = f"{name}  {view.price_text(price)}"
    shape.labels.append(Label(QPointF(ends[1] + 4, y - view.layout.line / 2), content))


def _position(shape: Shape, drawing: Drawing, view: ChartView, places: list[QPointF]) -> None:
    del places
    made = drawing.points
    entry, stop = made[0], made[1]
    left, right = sorted((view.x_at(entry.seconds), view.x_at(stop.seconds)))
    right = max(right, left + view.layout.pixels(40))
    y = float(view.prices.y_of(entry.price))
    risk = abs(entry.price - stop.price)
    for point, tone in zip(made[1:], ("down", "up"), strict=False):
        other = float(view.prices.y_of(point.price))
        shape.surfaces.append((QRectF(QPointF(left, y), QPointF(right, other)).normalized(), tone))
        apart = abs(point.price - entry.price)
        share = f"{100 * apart / entry.price:.2f} %" if entry.price else ""
        times = f"  {apart / risk:.2f} R" if risk and tone == "up" else ""
        name = "Stop" if tone == "down" else "Target"
        content = f"{name} {view.price_text(point.price)}  {share}{times}"
        shape.labels.append(
            Label(
                QPointF(left + 4, other - (view.layout.line + 2 if other < y else -2)),
                content,
                tone,
            )
        )
    shape.segments.append((QPointF(left, y), QPointF(right, y)))


def _measure(shape: Shape, drawing: Drawing, view: ChartView, places: list[QPointF]) -> None:
    start, end = drawing.points
    tone = "up" if end.price >= start.price else "down"
    area = QRectF(places[0], places[1]).normalized()
    shape.surfaces.append((area, tone))
    moved = end.price - start.price
    bars = view.bar_at(end.seconds) - view.bar_at(start.seconds)
    share = text.percent(100 * moved / start.price) if start.price > 0 else ""
    content = f"{text.price_change(moved, end.price, view.ladder)}  {share}  {round(bars)} bars"
    shape.labels.append(
        Label(QPointF(area.left() + 4, area.top() - view.layout.line - 2), content, tone)
    )
    shape.segments.append((places[0], places[1]))


_WITH_TWO = {
    Tool.TREND: _trend,
    Tool.RAY: _ray,
    Tool.CHANNEL: _channel,
    Tool.RECTANGLE: _rectangle,
    Tool.RETRACEMENT: _retracement,
    Tool.EXTENSION: _extension,
    Tool.LONG: _position,
    Tool.SHORT: _position,
    Tool.MEASURE: _measure,
}


def _to_segment(place: QPointF, start: QPointF, end: QPointF) -> float:
    """Return the distance of a place from a line between two others."""
    along, away = end - start, place - start
    length = QPointF.dotProduct(along, along)
    part = max(0.0, min(1.0, QPointF.dotProduct(away, along) / length)) if length else 0.0
    apart = away - along * part
    return float(QPointF.dotProduct(apart, apart) ** 0.5)
