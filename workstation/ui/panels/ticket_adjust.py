"""What the broker makes of a stop once the market has gone so far: breakeven, or a trail."""

from decimal import Decimal

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from workstation.domain.order import Side
from workstation.domain.order_extras import AdjustedType, Adjustment
from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.decimal_edit import PriceEdit, QuantityEdit
from workstation.ui.field_cells import cell, two_columns

_BECOMES = (
    ("a stop", AdjustedType.STOP),
    ("a stop limit", AdjustedType.STOP_LIMIT),
    ("a trail", AdjustedType.TRAIL),
    ("a trail limit", AdjustedType.TRAIL_LIMIT),
)
_POINTS, _PERCENT = "pts", "%"
_TIP = (
    "The broker moves the stop itself, also while this program is closed: to breakeven, say, "
    "or into a trail"
)


class TicketAdjust(QWidget):
    """A box that opens the fields of an adjustable stop; closed it asks for nothing."""

    edited = Signal()
    """The user changed something; read `adjustment`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QCheckBox("Broker adjusts the stop", self)
        self.box.setToolTip(text.tooltip(_TIP))
        self.trigger_edit = PriceEdit(self)
        self.trigger_edit.setAccessibleName("Price at which the stop is adjusted")
        self.kind_box = QComboBox(self)
        self.kind_box.addItems([words for words, _kind in _BECOMES])
        self.kind_box.setAccessibleName("What the stop becomes")
        self.stop_edit = PriceEdit(self)
        self.stop_edit.setAccessibleName("Adjusted stop price")
        self.limit_edit = PriceEdit(self)
        self.limit_edit.setAccessibleName("Adjusted limit price")
        self.trail_edit = QuantityEdit(self)
        self.trail_edit.setAccessibleName("Adjusted trail")
        self.unit_box = QComboBox(self)
        self.unit_box.addItems([_POINTS, _PERCENT])
        self.unit_box.setAccessibleName("Unit of the adjusted trail")
        self._lay_out()
        self._connect()
        self._show_fields()

    @property
    def adjustment(self) -> Adjustment | None:
        """What stands in the fields, None while the box is not ticked or a price is missing."""
        trigger, kind = self.trigger_edit.value, self._kind
        if not self.box.isChecked() or trigger is None:
            return None
        return Adjustment(
            trigger_price=trigger,
            becomes=kind,
            stop_price=self.stop_edit.value,
            limit_price=self.limit_edit.value if _is_limited(kind) else None,
            trail_amount=self.trail_edit.value if kind.trails else None,
            trails_by_percent=kind.trails and self.unit_box.currentText() == _PERCENT,
        )

    @property
    def fault(self) -> str:
        """What is wrong with a field or still missing, empty where nothing is."""
        if not self.box.isChecked():
            return ""
        edits = [self.trigger_edit, self.stop_edit]
        edits += [self.limit_edit] if _is_limited(self._kind) else []
        wrong = next((edit.fault for edit in edits if edit.fault), "")
        if wrong:
            return wrong
        if self.trigger_edit.value is None:
            return "Enter the price that adjusts the stop"
        return "Enter the adjusted stop" if self.stop_edit.value is None else ""

    def set_adjustment(self, adjustment: Adjustment | None) -> None:
        """Put values into the fields without announcing each."""
        plan = adjustment
        with QSignalBlocker(self):
            self.box.setChecked(plan is not None)
            self.trigger_edit.set_value(plan.trigger_price if plan else None)
            self.stop_edit.set_value(plan.stop_price if plan else None)
            self.limit_edit.set_value(plan.limit_price if plan else None)
            self.trail_edit.set_value(plan.trail_amount if plan else None)
            if plan is not None:
                kinds = [kind for _words, kind in _BECOMES]
                self.kind_box.setCurrentIndex(kinds.index(plan.becomes))
                self.unit_box.setCurrentText(_PERCENT if plan.trails_by_percent else _POINTS)
        self._show_fields()

    def set_ladder(self, ladder: PriceLadder | None) -> None:
        """Take the contract's price increments."""
        for edit in (self.trigger_edit, self.stop_edit, self.limit_edit):
            edit.set_ladder(ladder)

    def set_reference(self, price: Decimal | None) -> None:
        """Take the price from which stepping begins in an empty field."""
        for edit in (self.trigger_edit, self.stop_edit, self.limit_edit):
            edit.set_reference(price)

    def snap(self, side: Side) -> bool:
        """Move the prices of a stop of this side to the ladder; tell whether one moved."""
        if not self.box.isChecked():
            return False
        moved = [self.trigger_edit.snap(side), self.stop_edit.snap(side.opposite)]
        return any([*moved, _is_limited(self._kind) and self.limit_edit.snap(side)])

    def focusable(self) -> list[QWidget]:
        """Return the fields in the order of the keyboard."""
        edits = [self.trigger_edit, self.kind_box, self.stop_edit, self.limit_edit]
        return [self.box, *edits, self.trail_edit, self.unit_box]

    @property
    def _kind(self) -> AdjustedType:
        return _BECOMES[self.kind_box.currentIndex()][1]

    def _lay_out(self) -> None:
        self._fields = QWidget(self)
        self._limit = cell(self, "Its limit", self.limit_edit)
        self._trail = cell(self, "Trail by", self.trail_edit, self.unit_box)
        grid = two_columns()
        self._fields.setLayout(grid)
        cells = (
            cell(self, "When the price reaches", self.trigger_edit),
            cell(self, "It becomes", self.kind_box),
            cell(self, "Its stop", self.stop_edit),
            self._limit,
            self._trail,
        )
        for place, each in enumerate(cells):
            grid.addWidget(each, *divmod(place, 2))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(3)
        whole.addWidget(self.box)
        whole.addWidget(self._fields)

    def _connect(self) -> None:
        for edit in (self.trigger_edit, self.stop_edit, self.limit_edit, self.trail_edit):
            edit.value_changed.connect(self.edited)
        self.unit_box.currentIndexChanged.connect(self.edited)
        self.kind_box.currentIndexChanged.connect(self._on_shape_changed)
        self.box.toggled.connect(self._on_shape_changed)

    def _show_fields(self) -> None:
        self._fields.setVisible(self.box.isChecked())
        self._limit.setVisible(_is_limited(self._kind))
        self._trail.setVisible(self._kind.trails)

    @Slot()
    def _on_shape_changed(self) -> None:
        self._show_fields()
        self.edited.emit()


def _is_limited(kind: AdjustedType) -> bool:
    return kind in {AdjustedType.STOP_LIMIT, AdjustedType.TRAIL_LIMIT}
