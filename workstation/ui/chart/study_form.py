"""The form of an indicator's numbers, made from its description."""

from PySide6.QtCore import QDateTime, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workstation.indicators.definition import Indicator, Parameter, Values
from workstation.ui import text
from workstation.ui.chart.study_setup import StudySetup
from workstation.ui.plain_label import PlainLabel


class StudyForm(QDialog):
    """Asks for the numbers of one indicator. Opened, never executed."""

    chosen = Signal(object)
    """The user wants these numbers: dict[str, float]."""

    def __init__(
        self,
        indicator: Indicator,
        values: Values,
        parent: QWidget | None = None,
        setup: StudySetup | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(indicator.key)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._indicator = indicator
        self.edits: dict[str, QWidget] = {}
        form = QFormLayout()
        for parameter in indicator.parameters:
            edit = _edit(parameter, values[parameter.name], self)
            edit.setToolTip(text.tooltip(parameter.tip))
            form.addRow(parameter.title, edit)
            self.edits[parameter.name] = edit
        self.setup = setup or StudySetup(indicator.outputs)
        self.setup.add_to(form, self)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel | kinds.RestoreDefaults, self)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        defaults = self.buttons.button(kinds.RestoreDefaults)
        defaults.clicked.connect(self._on_defaults_requested)
        column = QVBoxLayout(self)
        column.addWidget(PlainLabel(indicator.title, self))
        column.addLayout(form)
        column.addWidget(self.buttons)

    def values(self) -> dict[str, float]:
        """Return the numbers as they stand in the form."""
        return {name: _value(edit) for name, edit in self.edits.items()}

    @Slot()
    def _on_accepted(self) -> None:
        self.chosen.emit(self.values())
        self.accept()

    @Slot()
    def _on_defaults_requested(self) -> None:
        for parameter in self._indicator.parameters:
            _show(self.edits[parameter.name], parameter.default)
        self.setup.show_usual()


def _edit(parameter: Parameter, value: float, parent: QWidget) -> QWidget:
    edit: QWidget
    if parameter.choices:
        edit = QComboBox(parent)
        edit.addItems(parameter.choices)
    elif parameter.is_time:
        edit = QDateTimeEdit(parent)
        edit.setCalendarPopup(True)
        edit.setDisplayFormat("yyyy-MM-dd HH:mm")
    elif parameter.is_whole:
        edit = QSpinBox(parent)
        edit.setRange(int(parameter.least), int(min(parameter.most, 2**31 - 1)))
    else:
        edit = QDoubleSpinBox(parent)
        edit.setDecimals(4)
        edit.setRange(parameter.least, parameter.most)
        edit.setSingleStep(0.1)
    _show(edit, value)
    return edit


def _show(edit: QWidget, value: float) -> None:
    if isinstance(edit, QComboBox):
        edit.setCurrentIndex(int(value))
    elif isinstance(edit, QDateTimeEdit):
        edit.setDateTime(QDateTime.fromSecsSinceEpoch(int(value)))
    elif isinstance(edit, QSpinBox):
        edit.setValue(int(value))
    elif isinstance(edit, QDoubleSpinBox):
        edit.setValue(value)


def _value(edit: QWidget) -> float:
    if isinstance(edit, QComboBox):
        return float(edit.currentIndex())
    if isinstance(edit, QDateTimeEdit):
        return float(edit.dateTime().toSecsSinceEpoch())
    if isinstance(edit, QSpinBox | QDoubleSpinBox):
        return float(edit.value())
    raise TypeError(type(edit).__name__)
