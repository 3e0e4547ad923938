"""The exits of a bracket: target, stop and how long both stand."""

from decimal import Decimal

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QVBoxLayout, QWidget

from workstation.domain.order import Side, Tif
from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.decimal_edit import PriceEdit
from workstation.ui.panels.ticket_adjust import TicketAdjust
from workstation.ui.plain_label import PlainLabel
from workstation.ui.ticket_rules import Exits

_TIFS = (Tif.GTC, Tif.DAY)
_TIP = (
    "Send a target and a stop with the entry. They work once the entry fills, "
    "and one cancels the other (Alt+X)"
)


class TicketExits(QWidget):
    """A box that opens two prices; closed it holds nothing."""

    edited = Signal()
    """The user changed something; read `exits`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QCheckBox("Bracket: target and stop", self)
        self.box.setToolTip(text.tooltip(_TIP))
        self.target_edit = PriceEdit(self)
        self.target_edit.setAccessibleName("Target price")
        self.stop_edit = PriceEdit(self)
        self.stop_edit.setAccessibleName("Stop loss price")
        self.tif_box = QComboBox(self)
        self.tif_box.addItems([tif.value for tif in _TIFS])
        self.tif_box.setAccessibleName("Time in force of both exits")
        self.adjust = TicketAdjust(self)
        self._fields = QWidget(self)
        self._lay_out()
        self.box.toggled.connect(self._on_toggled)
        for edit in (self.target_edit, self.stop_edit):
            edit.value_changed.connect(self.edited)
        self.tif_box.currentIndexChanged.connect(self.edited)
        self.adjust.edited.connect(self.edited)
        self._fields.hide()

    @property
    def exits(self) -> Exits | None:
        """What stands in the fields, None while the box is not ticked."""
        if not self.box.isChecked():
            return None
        tif = Tif(self.tif_box.currentText())
        return Exits(
            target=self.target_edit.value,
            stop=self.stop_edit.value,
            tif=tif,
            adjustment=self.adjust.adjustment,
        )

    @property
    def fault(self) -> str:
        """What is wrong with how the broker is to adjust the stop, empty where nothing is."""
        return self.adjust.fault if self.box.isChecked() else ""

    def set_exits(self, exits: Exits | None) -> None:
        """Put values into the fields without announcing each."""
        with QSignalBlocker(self):
            self.box.setChecked(exits is not None)
            if exits is not None:
                self.tif_box.setCurrentText(exits.tif.value)
            self.target_edit.set_value(exits.target if exits else None)
            self.stop_edit.set_value(exits.stop if exits else None)
            self.adjust.set_adjustment(exits.adjustment if exits else None)

    def set_ladder(self, ladder: PriceLadder | None) -> None:
        """Take the contract's price increments."""
        self.target_edit.set_ladder(ladder)
        self.stop_edit.set_ladder(ladder)
        self.adjust.set_ladder(ladder)

    def set_reference(self, price: Decimal | None) -> None:
        """Take the price from which stepping begins in an empty field."""
        self.target_edit.set_reference(price)
        self.stop_edit.set_reference(price)
        self.adjust.set_reference(price)

    def snap(self, entry_side: Side) -> bool:
        """Move both prices to the ladder, away from the market; tell whether one moved."""
        if not self.box.isChecked():
            return False
        moved = self.target_edit.snap(entry_side.opposite)
        moved = self.adjust.snap(entry_side.opposite) or moved
        return self.stop_edit.snap(entry_side) or moved

    @property
    def has_focus(self) -> bool:
        """Whether a price is being typed."""
        return self.target_edit.hasFocus() or self.stop_edit.hasFocus()

    def _lay_out(self) -> None:
        grid = QGridLayout(self._fields)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(3)
        for column, (title, widget) in enumerate(
            (("Target", self.target_edit), ("Stop loss", self.stop_edit), ("TIF", self.tif_box))
        ):
            caption = PlainLabel(title, self._fields)
            caption.set_tone("muted")
            widget.setMinimumSize(40, 24)
            grid.addWidget(caption, 0, column)
            grid.addWidget(widget, 1, column)
            grid.setColumnStretch(column, 0 if widget is self.tif_box else 1)
        grid.addWidget(self.adjust, 2, 0, 1, 3)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(3)
        whole.addWidget(self.box)
        whole.addWidget(self._fields)

    @Slot(bool)
    def _on_toggled(self, checked: bool) -> None:  # noqa: FBT001 -- Qt's signature
        self._fields.setVisible(checked)
        if checked and self.box.hasFocus():
            self.target_edit.setFocus()
        self.edited.emit()
