"""The part of an indicator's form that every one has: which bars, and how each output is drawn."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QWidget,
)

from workstation.indicators.definition import Kind, Output
from workstation.ui import text
from workstation.ui.chart.higher_bars import CHOICES, BarClock, read_longer, why_not
from workstation.ui.chart.study_look import USUAL, WIDTHS, Look, Style
from workstation.ui.chart.timeframe import Timeframe, read_timeframe

_OWN_BARS = "The chart's bars"


class LookEdit(QObject):
    """Colour, width and style of one output. GUI thread."""

    def __init__(self, output: Output, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.look = look
        self.dialog: QColorDialog | None = None
        name = text.one_line(output.name, 40)
        self.row = QWidget(parent)
        self.colour_button = QPushButton(self.row)
        self.colour_button.setAccessibleName(f"Colour of {name}")
        self.colour_button.setAutoDefault(False)
        self.width_box = QComboBox(self.row)
        self.width_box.setAccessibleName(f"Width of {name}")
        self.width_box.addItems(["Usual width", *(f"{width} px" for width in WIDTHS)])
        self.style_box = QComboBox(self.row)
        self.style_box.setAccessibleName(f"Style of {name}")
        # Signs above and below bars have no other form, but may be hidden.
        is_mark = output.kind is Kind.MARK
        self._styles = [Style.USUAL, Style.HIDDEN] if is_mark else list(Style)
        self.style_box.addItems([style.label for style in self._styles])
        line = QHBoxLayout(self.row)
        line.setContentsMargins(0, 0, 0, 0)
        for part in (self.colour_button, self.width_box, self.style_box):
            line.addWidget(part)
        self.colour_button.clicked.connect(self._on_colour_wanted)
        self.width_box.currentIndexChanged.connect(self._on_chosen)
        self.style_box.currentIndexChanged.connect(self._on_chosen)
        self.show_look(look)

    def show_look(self, look: Look) -> None:
        """Show another look."""
        style = look.style if look.style in self._styles else Style.USUAL
        for box, place in (
            (self.width_box, WIDTHS.index(look.width) + 1 if look.width else 0),
            (self.style_box, self._styles.index(style)),
        ):
            box.blockSignals(True)
            box.setCurrentIndex(place)
            box.blockSignals(False)
        self.look = replace(look, style=style)
        self.colour_button.setText(look.colour or "Usual colour")
        self.colour_button.setIcon(_swatch(look.colour))

    def choose_colour(self, colour: QColor) -> None:
        """Take a colour."""
        if colour.isValid():
            self.show_look(replace(self.look, colour=colour.name()))

    @Slot()
    def _on_colour_wanted(self) -> None:
        start = QColor(self.look.colour or "#5aa9ff")
        self.dialog = QColorDialog(start, self.row)
        self.dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        self.dialog.colorSelected.connect(self._on_colour_chosen)
        self.dialog.open()

    @Slot(QColor)
    def _on_colour_chosen(self, colour: QColor) -> None:
        self.choose_colour(colour)

    @Slot()
    def _on_chosen(self) -> None:
        place = self.width_box.currentIndex()
        width = WIDTHS[place - 1] if place > 0 else 0
        style = self._styles[max(0, self.style_box.currentIndex())]
        self.look = replace(self.look, width=width, style=style)


class StudySetup:
    """Rows for the bars and for each output. GUI thread."""

    def __init__(
        self,
        outputs: Sequence[Output],
        clock: BarClock | None = None,
        timeframe: Timeframe | None = None,
        looks: Sequence[Look] = (),
    ) -> None:
        self._outputs, self._clock = tuple(outputs), clock or BarClock()
        self._timeframe = timeframe
        self._looks = (*looks, *([USUAL] * (len(self._outputs) - len(looks))))
        self.edits: list[LookEdit] = []
        self.bars_box: QComboBox | None = None

    def add_to(self, form: QFormLayout, parent: QWidget) -> None:
        """Put the rows into a form."""
        self.bars_box = QComboBox(parent)
        self.bars_box.setAccessibleName("Bars it is computed on")
        self.bars_box.addItem(_OWN_BARS, "")
        for name in self._offered():
            self.bars_box.addItem(name, name)
        self.bars_box.setCurrentIndex(
            max(0, self.bars_box.findData(self._timeframe.name if self._timeframe else ""))
        )
        self.bars_box.setToolTip(
            text.tooltip(
                "Longer bars are made of the chart's, those before its first bar are the broker's."
                " A value stands from the end of its bar on and"
                " never changes afterwards; what the forming bar gives is told beside the name."
            )
        )
        form.addRow("Computed on", self.bars_box)
        for output, look in zip(self._outputs, self._looks, strict=True):
            edit = LookEdit(output, look, parent)
            form.addRow(text.one_line(output.name, 40), edit.row)
            self.edits.append(edit)

    def _offered(self) -> list[str]:
        own = self._clock.timeframe
        fitting = [
            name
            for name in CHOICES
            if read_timeframe(name) != own and not why_not(read_timeframe(name), self._clock)
        ]
        chosen = self._timeframe.name if self._timeframe else ""
        return fitting if not chosen or chosen in fitting else [*fitting, chosen]

    def show_usual(self) -> None:
        """Show what a new indicator has."""
        if self.bars_box is not None:
            self.bars_box.setCurrentIndex(0)
        for edit in self.edits:
            edit.show_look(USUAL)

    @property
    def timeframe(self) -> Timeframe | None:
        """The longer bars that were chosen, None for the chart's own."""
        return read_longer(self.bars_box.currentData()) if self.bars_box is not None else None

    @property
    def looks(self) -> tuple[Look, ...]:
        """How each output is to be drawn."""
        return tuple(edit.look for edit in self.edits)


def _swatch(colour: str) -> QIcon:
    if not colour:
        return QIcon()
    patch = QPixmap(14, 14)
    patch.fill(QColor(colour))
    return QIcon(patch)
