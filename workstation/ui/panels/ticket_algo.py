"""The broker's algorithms in the ticket: a list, and the fields of the chosen one."""

from decimal import Decimal

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.algos import (
    ALGOS,
    AlgoParam,
    AlgoSpec,
    ParamKind,
    algo_spec,
    algo_time,
    time_text,
)
from workstation.domain.order_extras import Algo
from workstation.ui import text
from workstation.ui.decimal_edit import QuantityEdit
from workstation.ui.field_cells import cell, show_time, time_edit, time_of, two_columns

_NONE = "No algorithm"


class ParamField(QWidget):
    """One parameter: text from and for the wire, "" where it is not given."""

    edited = Signal()
    """The user changed it; read `value`."""

    def __init__(self, param: AlgoParam, parent: QWidget) -> None:
        super().__init__(parent)
        self.param = param
        self.number: QuantityEdit | None = None
        self.choice: QComboBox | None = None
        self.flag: QCheckBox | None = None
        self.moment: QDateTimeEdit | None = None
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._build())

    def _build(self) -> QWidget:
        param = self.param
        match param.kind:
            case ParamKind.FLAG:
                return self._build_flag(param.title)
            case ParamKind.TIME:
                return self._build_time(param.title)
            case ParamKind.CHOICE:
                self.choice = QComboBox(self)
                self.choice.setAccessibleName(param.title)
                unset = () if param.required else ("(broker decides)",)
                self.choice.addItems([*unset, *param.choices])
                self.choice.currentIndexChanged.connect(self.edited)
                return cell(self, param.title, self.choice)
            case _:
                self.number = QuantityEdit(self)
                self.number.setAccessibleName(param.title)
                self.number.value_changed.connect(self.edited)
                unit = " (%)" if param.kind is ParamKind.FRACTION else ""
                return cell(self, f"{param.title}{unit}", self.number)

    def _build_flag(self, title: str) -> QWidget:
        self.flag = QCheckBox(title, self)
        self.flag.toggled.connect(self.edited)
        return self.flag

    def _build_time(self, title: str) -> QWidget:
        whole = QWidget(self)
        self.flag = QCheckBox(f"{title} (your time)", self)
        self.moment = time_edit(self, title)
        self.moment.setEnabled(False)
        self.flag.toggled.connect(self.moment.setEnabled)
        self.flag.toggled.connect(self.edited)
        self.moment.dateTimeChanged.connect(self.edited)
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(3)
        rows.addWidget(self.flag)
        rows.addWidget(self.moment)
        return whole

    @property
    def value(self) -> str:
        """The text for the wire, "" where the broker is to decide."""
        if self.moment is not None and self.flag is not None:
            return time_text(time_of(self.moment)) if self.flag.isChecked() else ""
        if self.flag is not None:
            return "1" if self.flag.isChecked() else ""
        if self.choice is not None:
            chosen = self.choice.currentText()
            return chosen if chosen in self.param.choices else ""
        number = self.number.value if self.number is not None else None
        if number is None:
            return ""
        return f"{number / 100:f}" if self.param.kind is ParamKind.FRACTION else f"{number:f}"

    def show_value(self, value: str) -> None:
        """Show a text of the wire; one that cannot be shown leaves the field empty."""
        if self.moment is not None and self.flag is not None:
            moment = algo_time(value)
            self.flag.setChecked(moment is not None)
            show_time(self.moment, moment)
        elif self.flag is not None:
            self.flag.setChecked(value == "1")
        elif self.choice is not None:
            self.choice.setCurrentIndex(max(self.choice.findText(value), 0))
        elif self.number is not None:
            shown = Decimal(value) if _is_number(value) else None
            if shown is not None and self.param.kind is ParamKind.FRACTION:
                shown = (shown * 100).normalize()
            self.number.set_value(shown)


class TicketAlgo(QWidget):
    """The list of algorithms, and below it the parameters of the chosen one."""

    edited = Signal()
    """The user changed something; read `algo`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QComboBox(self)
        self.box.addItems([_NONE, *(each.title for each in ALGOS)])
        self.box.setAccessibleName("Algorithm of the broker")
        self.box.setToolTip(
            text.tooltip("Let an algorithm of the broker work a market or limit order")
        )
        self.fields: dict[str, ParamField] = {}
        self._grid = two_columns()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(3)
        whole.addWidget(cell(self, "Algorithm", self.box))
        whole.addLayout(self._grid)
        self.box.currentIndexChanged.connect(self._on_chosen)

    @property
    def algo(self) -> Algo | None:
        """What is chosen, None for an order without an algorithm."""
        spec = self._spec
        if spec is None:
            return None
        given = ((tag, field.value) for tag, field in self.fields.items())
        return Algo(strategy=spec.strategy, params=tuple(pair for pair in given if pair[1]))

    @property
    def fault(self) -> str:
        """What is wrong with a number, empty where nothing is."""
        numbers = (field.number for field in self.fields.values())
        return next((each.fault for each in numbers if each is not None and each.fault), "")

    def set_algo(self, algo: Algo | None) -> None:
        """Choose an algorithm and fill its fields without announcing each."""
        spec = None if algo is None else algo_spec(algo.strategy)
        with QSignalBlocker(self):
            self.box.setCurrentIndex(0 if spec is None else 1 + ALGOS.index(spec))
            given = dict(algo.params) if algo is not None else {}
            for tag, field in self.fields.items():
                field.show_value(given.get(tag, ""))

    @property
    def _spec(self) -> AlgoSpec | None:
        place = self.box.currentIndex()
        return ALGOS[place - 1] if place > 0 else None

    @Slot()
    def _on_chosen(self) -> None:
        for field in self.fields.values():
            self._grid.removeWidget(field)
            field.hide()
            field.deleteLater()
        spec = self._spec
        self.fields = {} if spec is None else {p.tag: ParamField(p, self) for p in spec.params}
        for place, field in enumerate(self.fields.values()):
            self._grid.addWidget(field, *divmod(place, 2))
            field.edited.connect(self.edited)
        self.edited.emit()


def _is_number(value: str) -> bool:
    return value.replace(".", "", 1).isdecimal()
