"""The button of the drawing tools in the chart's header."""

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from workstation.ui.chart.drawing_tool import DrawingTool
from workstation.ui.chart.drawings import Tool


class DrawingMenu(QObject):
    """Offers every tool, undo and redo, and what concerns all drawings. GUI thread."""

    def __init__(self, drawing: DrawingTool, parent: QWidget) -> None:
        super().__init__(parent)
        self._drawing = drawing
        self.button = QToolButton(parent)
        self.button.setText("Draw  ")  # room for the arrow
        self.button.setAutoRaise(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.button)
        self.button.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._on_opening)
        self.menu.triggered.connect(self._on_triggered)

    @Slot()
    def _on_opening(self) -> None:
        menu, drawing = self.menu, self._drawing
        menu.clear()
        for tool in Tool:
            self._add(tool.label, tool.value)
        menu.addSeparator()
        magnet = self._add("Magnet: points snap to open, high, low, close", "magnet")
        magnet.setCheckable(True)
        magnet.setChecked(drawing.has_magnet)
        self._add("Undo\tCtrl+Z", "undo").setEnabled(drawing.book.can_undo)
        self._add("Redo\tCtrl+Shift+Z", "redo").setEnabled(drawing.book.can_redo)
        is_hidden = any(each.hidden for each in drawing.book.all)
        self._add("Show hidden drawings", "show").setEnabled(is_hidden)
        can_remove = any(not each.locked for each in drawing.book.all)
        self._add("Remove all that are not locked", "clear").setEnabled(can_remove)

    def _add(self, title: str, what: str) -> QAction:
        action = self.menu.addAction(title)
        action.setData(what)
        return action

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        what, drawing = str(action.data()), self._drawing
        if what in list(Tool):
            drawing.choose(Tool(what))
        elif what == "magnet":
            drawing.has_magnet = not drawing.has_magnet
        elif what == "undo":
            drawing.book.undo()
        elif what == "redo":
            drawing.book.redo()
        elif what == "show":
            drawing.book.show_all()
        elif what == "clear":
            drawing.book.remove_all()
