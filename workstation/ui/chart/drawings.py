"""Drawings on the chart of one contract: what they are, and every change with its undo."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

MOST = 500
"""Drawings one contract keeps."""

MOST_UNDO = 100
_LONGEST_TEXT = 200


class Tool(StrEnum):
    """Kinds of drawing."""

    TREND = "trend"
    RAY = "ray"
    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    CHANNEL = "channel"
    RECTANGLE = "rectangle"
    RETRACEMENT = "retracement"
    EXTENSION = "extension"
    LONG = "long"
    SHORT = "short"
    MEASURE = "measure"
    TEXT = "text"

    @property
    def label(self) -> str:
        """The name in the menu."""
        return _LABELS[self]

    @property
    def clicks(self) -> int:
        """How many places the user points at."""
        return _CLICKS.get(self, 2)

    @property
    def points(self) -> int:
        """How many places it has when it is done."""
        return 3 if self in {Tool.LONG, Tool.SHORT} else self.clicks


_LABELS = {
    Tool.TREND: "Trend line",
    Tool.RAY: "Ray",
    Tool.HORIZONTAL: "Horizontal line",
    Tool.VERTICAL: "Vertical line",
    Tool.CHANNEL: "Channel",
    Tool.RECTANGLE: "Rectangle",
    Tool.RETRACEMENT: "Fibonacci retracement",
    Tool.EXTENSION: "Fibonacci extension",
    Tool.LONG: "Long position: entry, stop",
    Tool.SHORT: "Short position: entry, stop",
    Tool.MEASURE: "Measure",
    Tool.TEXT: "Text",
}
_CLICKS = {Tool.HORIZONTAL: 1, Tool.VERTICAL: 1, Tool.TEXT: 1, Tool.CHANNEL: 3, Tool.EXTENSION: 3}


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the chart: seconds since 1970 UTC, and a price."""

    seconds: float
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One drawing. `number` tells it apart; `colour` counts the colours of the theme."""

    number: int
    tool: Tool
    points: tuple[Point, ...]
    text: str = ""
    colour: int = 0
    width: int = 1
    locked: bool = False
    hidden: bool = False

    def moved(self, seconds: float, price: float) -> "Drawing":
        """Return it elsewhere."""
        points = tuple(Point(p.seconds + seconds, p.price + price) for p in self.points)
        return replace(self, points=points)

    def with_point(self, place: int, point: Point) -> "Drawing":
        """Return it with another place."""
        points = list(self.points)
        points[place] = point
        return replace(self, points=tuple(points))

    def plain(self) -> dict[str, object]:
        """Return it as plain values, ready for JSON."""
        return {
            "tool": self.tool.value,
            "points": [[point.seconds, point.price] for point in self.points],
            "text": self.text,
            "colour": self.colour,
            "width": self.width,
            "locked": self.locked,
            "hidden": self.hidden,
        }


Drawings = tuple[Drawing, ...]
History = tuple[Drawings, tuple[Drawings, ...], tuple[Drawings, ...], int]


class DrawingBook:
    """The drawings of one contract, the undermost first. Each change is one step of undo."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.all: tuple[Drawing, ...] = ()
        self._undo: list[tuple[Drawing, ...]] = []
        self._redo: list[tuple[Drawing, ...]] = []
        self._next = 1

    def open(self, state: object) -> None:
        """Take the drawings of another contract, as plain() gave them; forget every undo."""
        self._undo.clear()
        self._redo.clear()
        self._next = 1
        found = [_read(entry) for entry in state[:MOST]] if isinstance(state, list) else []
        self.all = tuple(
            replace(each, number=self._new_number()) for each in found if each is not None
        )

    @property
    def history(self) -> "History":
        """All drawings, the steps behind them and the next number."""
        return self.all, tuple(self._undo), tuple(self._redo), self._next

    def mirror(self, other: "DrawingBook") -> None:
        """Be as the book of another chart of the same contract, its undo included."""
        self.all, undo, redo, self._next = other.history
        self._undo, self._redo = list(undo), list(redo)

    def plain(self) -> list[dict[str, object]]:
        """Return all as plain values, ready for JSON."""
        return [each.plain() for each in self.all]

    def get(self, number: int | None) -> Drawing | None:
        """Return a drawing by its number."""
        return next((each for each in self.all if each.number == number), None)

    def add(self, drawing: Drawing) -> Drawing | None:
        """Add a drawing under a number of its own; None where there is no room."""
        if len(self.all) >= MOST:
            return None
        drawing = replace(drawing, number=self._new_number())
        self._set((*self.all, drawing))
        return drawing

    def put(self, drawing: Drawing) -> None:
        """Let a drawing be as this one of the same number."""
        if self.get(drawing.number) not in {None, drawing}:
            self._set(tuple(drawing if d.number == drawing.number else d for d in self.all))

    def remove(self, number: int) -> None:
        """Take a drawing away; one that is locked stays."""
        drawing = self.get(number)
        if drawing is not None and not drawing.locked:
            self._set(tuple(each for each in self.all if each.number != number))

    def remove_all(self) -> None:
        """Take every drawing away that is not locked."""
        self._set(tuple(each for each in self.all if each.locked))

    def show_all(self) -> None:
        """Show what was hidden."""
        self._set(tuple(replace(each, hidden=False) for each in self.all))

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to take again."""
        return bool(self._redo)

    def undo(self) -> None:
        """Take the last step back."""
        if self._undo:
            self._redo.append(self.all)
            self.all = self._undo.pop()
            self._changed()

    def redo(self) -> None:
        """Take the step again that was taken back."""
        if self._redo:
            self._undo.append(self.all)
            self.all = self._redo.pop()
            self._changed()

    def _set(self, drawings: tuple[Drawing, ...]) -> None:
        if drawings == self.all:
            return
        self._undo = [*self._undo[-MOST_UNDO + 1 :], self.all]
        self._redo.clear()
        self.all = drawings
        self._changed()

    def _new_number(self) -> int:
        self._next += 1
        return self._next - 1


def finished(tool: Tool, points: tuple[Point, ...], text: str = "") -> Drawing:
    """Return the drawing that these clicks make; a position gets its target at twice the risk."""
    if tool in {Tool.LONG, Tool.SHORT}:
        entry, stop = points
        risk = abs(entry.price - stop.price)
        sign = 1 if tool is Tool.LONG else -1
        stop = replace(stop, price=entry.price - sign * risk)
        target = Point(stop.seconds, entry.price + 2 * sign * risk)
        points = (entry, stop, target)
    return Drawing(number=0, tool=tool, points=points, text=text)


def _read(entry: object) -> Drawing | None:
    if not isinstance(entry, dict) or entry.get("tool") not in list(Tool):
        return None
    tool, raw = Tool(entry["tool"]), entry.get("points")
    points = [_point(each) for each in raw] if isinstance(raw, list) else []
    if len(points) != tool.points or None in points:
        return None
    content, colour, width = entry.get("text"), entry.get("colour"), entry.get("width")
    return Drawing(
        number=0,
        tool=tool,
        points=tuple(point for point in points if point is not None),
        text=content[:_LONGEST_TEXT] if isinstance(content, str) else "",
        colour=colour if isinstance(colour, int) and 0 <= colour < 100 else 0,
        width=width if isinstance(width, int) and 1 <= width <= 5 else 1,
        locked=entry.get("locked") is True,
        hidden=entry.get("hidden") is True,
    )


def _point(pair: object) -> Point | None:
    if not isinstance(pair, list) or len(pair) != 2:
        return None
    if not all(isinstance(v, int | float) and math.isfinite(v) and abs(v) < 1e12 for v in pair):
        return None
    return Point(float(pair[0]), float(pair[1]))
