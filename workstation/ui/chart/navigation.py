"""Ways through a chart: wheel, touchpad, keys, the swing after a drag, and a box drawn around bars."""

import math
import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QNativeGestureEvent, QWheelEvent

from workstation.ui.chart.scale import ZOOMS
from workstation.ui.chart.view import ChartView

NOTCH = 120
"""Eighths of a degree in one notch of an ordinary wheel."""

TOUCH_STEP = 30
"""Logical pixels of two fingers along the prices for one step of zoom."""

PAN_SHARE = 10
"""An arrow key moves a tenth of the width, or of the prices."""

FRAME_MS = 16

FADING = 0.325
"""Seconds in which a swing falls to a third of its speed."""

LEAST_SPEED = 120.0
"""Logical pixels a second below which a drag that is let go does not swing on."""

STOP_SPEED = 15.0
RECENT = 0.08
"""Seconds before the release that tell how fast the hand was."""

_TOUCH = {
    Qt.ScrollPhase.ScrollBegin,
    Qt.ScrollPhase.ScrollUpdate,
    Qt.ScrollPhase.ScrollMomentum,
    Qt.ScrollPhase.ScrollEnd,
}


class Navigation(QObject):
    """Turns gestures into moves of one view. GUI thread; places are in device pixels."""

    moved = Signal()
    """Other bars are in sight."""

    ranged = Signal()
    """The price range was set by hand."""

    def __init__(
        self,
        view: ChartView,
        parent: QObject,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._view, self._clock = view, clock
        self._turned = 0.0
        self._pinched = 1.0
        self._is_upright: bool | None = None
        self._pulls: deque[tuple[float, int]] = deque(maxlen=32)
        self._speed = 0.0
        self._part = 0.0
        self._last = 0.0
        self._swing = QTimer(self)
        self._swing.setTimerType(Qt.TimerType.PreciseTimer)
        self._swing.setInterval(FRAME_MS)
        self._swing.timeout.connect(self.on_swing)

    # -- dragging and swinging ----------------------------------------------------------------

    @property
    def is_swinging(self) -> bool:
        """Whether the chart still moves from the last drag."""
        return self._swing.isActive()

    def grab(self) -> None:
        """Stop where it is: the hand is on the chart."""
        self._swing.stop()
        self._pulls.clear()

    def pull(self, columns: int) -> None:
        """Follow the hand by so many columns."""
        self._pulls.append((self._clock(), columns))
        self.pan(columns)

    def let_go(self) -> None:
        """Swing on with the speed of the hand, if it was moving."""
        now = self._clock()
        recent = [(at, columns) for at, columns in self._pulls if now - at <= RECENT]
        self._pulls.clear()
        if len(recent) < 2 or recent[-1][0] - recent[0][0] < FRAME_MS / 2000:
            return
        way = sum(columns for _, columns in recent[1:])
        self._speed = way / (recent[-1][0] - recent[0][0])
        if abs(self._speed) >= LEAST_SPEED * self._view.layout.ratio:
            self._part, self._last = 0.0, now
            self._swing.start()

    @Slot()
    def on_swing(self) -> None:
        """Move on by one frame, slower than the one before."""
        now = self._clock()
        passed = min(max(now - self._last, 0.0), 0.1)
        self._last = now
        self._part += self._speed * passed
        self._speed *= math.exp(-passed / FADING)
        whole = int(self._part)
        self._part -= whole
        before = self._view.time.scroll
        if whole:
            self.pan(whole)
        at_end = whole and self._view.time.scroll == before
        if at_end or abs(self._speed) < STOP_SPEED * self._view.layout.ratio:
            self._swing.stop()

    def pan(self, columns: int) -> None:
        """Move along by pixel columns."""
        self._view.pan(columns)
        self.moved.emit()

    def zoom(self, steps: int, anchor: int) -> None:
        """Zoom in, or out with negative steps; the bar at the column stays."""
        if steps:
            self._view.zoom(steps, min(anchor, self._view.time.width))
            self.moved.emit()

    # -- wheel and touchpad -------------------------------------------------------------------

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom at the cursor, pan sideways, or stretch the prices on their axis."""
        self.grab()
        ratio = self._view.layout.ratio
        place = event.position() * ratio
        is_touch = not event.pixelDelta().isNull() and event.phase() in _TOUCH
        if is_touch:
            self._touch(event, place)
            return
        turned = event.angleDelta()
        is_sideways = abs(turned.x()) > abs(turned.y())
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not is_sideways:
            self.pan(-round(turned.y() * ratio / 2))
        elif is_sideways:
            self.pan(-round(turned.x() * ratio / 2))
        else:
            self._turn(turned.y() / NOTCH, place)

    def _touch(self, event: QWheelEvent, place: QPointF) -> None:
        """Follow two fingers: the way they begin is kept until they leave the pad."""
        moved, ratio = event.pixelDelta(), self._view.layout.ratio
        if event.phase() is Qt.ScrollPhase.ScrollBegin:
            self._is_upright = None
        if self._is_upright is None and not moved.isNull():
            self._is_upright = abs(moved.y()) > abs(moved.x())
        if event.phase() is Qt.ScrollPhase.ScrollEnd:
            self._is_upright = None
        elif self._is_upright:
            self._turn(moved.y() / TOUCH_STEP, place)
        else:
            self.pan(-round(moved.x() * ratio))

    def _turn(self, steps: float, place: QPointF) -> None:
        if self._view.layout.price_axis.contains(place.toPoint()):
            self._view.prices.stretch(-steps * self._view.prices.height / 25)
            self.moved.emit()
            self.ranged.emit()
            return
        self._turned += steps
        whole = math.trunc(self._turned + math.copysign(1e-9, self._turned))
        self._turned -= whole
        self.zoom(whole, round(place.x()))

    def pinch(self, event: QNativeGestureEvent) -> None:
        """Zoom as far as two fingers spread, at the place between them."""
        if event.gestureType() is Qt.NativeGestureType.BeginNativeGesture:
            self._pinched = 1.0
        if event.gestureType() is not Qt.NativeGestureType.ZoomNativeGesture:
            return
        self.grab()
        self._pinched *= max(0.05, 1.0 + event.value())
        anchor = round(event.position().x() * self._view.layout.ratio)
        while (step := self._next_step()) and self._reaches(step):
            before = self._view.time.zoom
            self._pinched /= _ratio(before, before + step)
            self.zoom(step, anchor)
            if self._view.time.zoom == before:
                self._pinched = 1.0
                return

    def _next_step(self) -> int:
        step = 1 if self._pinched > 1 else -1 if self._pinched < 1 else 0
        return step if 0 <= self._view.time.zoom + step < len(ZOOMS) else 0

    def _reaches(self, step: int) -> bool:
        wanted = _ratio(self._view.time.zoom, self._view.time.zoom + step)
        return self._pinched >= wanted if step > 0 else self._pinched <= wanted

    # -- a box --------------------------------------------------------------------------------

    def show_box(self, box: QRect) -> bool:
        """Let a box over the prices fill the chart; False where it is too small to be meant."""
        view, least = self._view, self._view.layout.pixels(8)
        box = box.normalized().intersected(view.layout.prices)
        if box.width() < least or box.height() < least:
            return False
        first, last = view.time.index_at(box.left()), view.time.index_at(box.right())
        prices = (view.prices.price_at(box.top()), view.prices.price_at(box.bottom()))
        view.time.show_span(first, last + 1, view.bars.first, view.bars.end)
        view.prices.show_range(min(prices), max(prices))
        self.moved.emit()
        self.ranged.emit()
        return True

    # -- keys ---------------------------------------------------------------------------------

    def key(self, event: QKeyEvent) -> bool:
        """Arrows, page, home, end, plus and minus; False for any other key."""
        key, time_scale = Qt.Key, self._view.time
        width = time_scale.width
        arrow = max(3 * time_scale.spacing, width // PAN_SHARE)
        pans = {
            key.Key_Left: -arrow,
            key.Key_Right: arrow,
            key.Key_PageUp: -width,
            key.Key_PageDown: width,
        }
        zooms = {key.Key_Plus: 1, key.Key_Equal: 1, key.Key_Minus: -1}
        rows = {key.Key_Up: 1, key.Key_Down: -1}
        pressed = Qt.Key(event.key())
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and pressed not in zooms:
            return False
        self.grab()
        if pressed in pans:
            self.pan(pans[pressed])
        elif pressed in zooms:
            self.zoom(zooms[pressed], self._key_anchor())
        elif pressed in rows:
            prices = self._view.prices
            prices.shift(round(rows[pressed] * prices.height / PAN_SHARE))
            prices.show_range(prices.low, prices.high)
            self.moved.emit()
            self.ranged.emit()
        elif pressed in {key.Key_Home, key.Key_End}:
            if pressed == key.Key_Home:
                self._view.show_oldest()
            else:
                self._view.show_newest()
            self.moved.emit()
        else:
            return False
        return True

    def _key_anchor(self) -> int:
        """Return the column that stays: the newest bar if it is in sight, else the middle."""
        scale = self._view.time
        newest = scale.middle_of(self._view.bars.end - 1)
        return newest if 0 <= newest < scale.width else scale.width // 2


def _ratio(zoom: int, other: int) -> float:
    (factor, width), (other_factor, other_width) = ZOOMS[zoom], ZOOMS[other]
    return (other_width / other_factor) / (width / factor)
