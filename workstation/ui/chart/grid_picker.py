"""Chooses how many charts a grid has: a button with a menu of shapes, each drawn."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, QRect, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from workstation.ui import theme
from workstation.ui.chart.chart_menus import menu_button

MOST_SIDE = 4
"""Rows, and columns, a grid has at most."""

_SIDE = 16


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows and columns of a grid."""

    rows: int
    columns: int

    @property
    def count(self) -> int:
        """How many charts it has."""
        return self.rows * self.columns

    @property
    def words(self) -> str:
        """What the menu calls it."""
        if self.count == 1:
            return "One chart"
        if self.rows == 1:
            return f"{self.columns} side by side"
        if self.columns == 1:
            return f"{self.rows} below each other"
        return f"{self.count}: {self.rows} rows of {self.columns}"

    def clean(self) -> "Shape":
        """Return the nearest shape there is."""
        return Shape(
            min(max(self.rows, 1), MOST_SIDE),
            min(max(self.columns, 1), MOST_SIDE),
        )

    @classmethod
    def read(cls, value: object) -> "Shape":
        """Return the shape a layout names, a single chart where it names none."""
        if isinstance(value, list) and len(value) == 2:
            rows, columns = value
            if all(type(side) is int and 1 <= side <= MOST_SIDE for side in value):
                return cls(rows, columns)
        return cls(1, 1)


SHAPES = tuple(
    Shape(*sides)
    for sides in ((1, 1), (1, 2), (2, 1), (1, 3), (2, 2), (2, 3), (2, 4), (3, 3), (3, 4), (4, 4))
)


def shape_icon(shape: Shape) -> QIcon:
    """Draw the places of a shape."""
    ratio = 2
    picture = QPixmap(_SIDE * ratio, _SIDE * ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setPen(QColor(theme.paint().theme.text))
    area = QRect(ratio, 2 * ratio, (_SIDE - 2) * ratio, (_SIDE - 4) * ratio)
    painter.drawRect(area)
    for number in range(1, shape.columns):
        x = area.left() + number * area.width() // shape.columns
        painter.drawLine(x, area.top(), x, area.bottom())
    for number in range(1, shape.rows):
        y = area.top() + number * area.height() // shape.rows
        painter.drawLine(area.left(), y, area.right(), y)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return QIcon(picture)


class GridPicker(QObject):
    """The button at the right of the row; its menu is filled when it is opened. GUI thread."""

    chosen = Signal(object)
    """The user wants this many charts: Shape."""

    alone_requested = Signal()
    """Only the active chart is to be shown, or all again."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shape, self._is_alone = Shape(1, 1), False
        self.extra: list[QAction] = []
        """Further entries at the end, of who owns the grid."""

        self.button: QToolButton = menu_button("", "Several charts here, in rows", parent)
        self.button.setAccessibleName("Number of charts")
        self.menu = QMenu(self.button)
        self.button.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._on_opening)
        self.menu.triggered.connect(self._on_triggered)
        self.show_shape(self._shape, alone=False)

    def show_shape(self, shape: Shape, *, alone: bool) -> None:
        """Show what is in force."""
        self._shape, self._is_alone = shape, alone
        self.button.setIcon(shape_icon(Shape(1, 1) if alone else shape))
        self.button.setText("  ")  # room for the arrow

    @Slot()
    def _on_opening(self) -> None:
        self.menu.clear()
        group = QActionGroup(self.menu)
        for shape in SHAPES:
            action = self.menu.addAction(shape_icon(shape), shape.words)
            action.setData(shape)
            action.setCheckable(True)
            action.setChecked(shape == self._shape)
            group.addAction(action)
        self.menu.addSeparator()
        alone = self.menu.addAction("Only the active chart\tCtrl+F6")
        alone.setData("alone")
        alone.setCheckable(True)
        alone.setChecked(self._is_alone)
        alone.setEnabled(self._shape.count > 1)
        self.menu.addActions(self.extra)

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        wanted = action.data()
        if isinstance(wanted, Shape):
            self.chosen.emit(wanted)
        elif wanted == "alone":
            self.alone_requested.emit()
