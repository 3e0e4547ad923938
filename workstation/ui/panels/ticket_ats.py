"""What the ticket's order asks of the broker's own network: IBKRATS."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from workstation.domain.ats import AtsTerms
from workstation.domain.order import OrderType
from workstation.ui import text
from workstation.ui.decimal_edit import DecimalEdit, QuantityEdit
from workstation.ui.field_cells import cell, two_columns

_TRADED_THERE = frozenset({OrderType.LIMIT, OrderType.RELATIVE, OrderType.PEG_MID})


class TicketAts(QWidget):
    """Shows the fields that a kind of order needs there; all of them reach the broker as they are."""

    edited = Signal()
    """The user changed something; read `terms_for`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: tuple[QWidget, ...] | None = None
        self.beyond_edit = self._edit("Distance beyond the best price")
        self.rival_edit = self._edit("Smallest rival")
        self.whole_edit = self._edit("Offset from a whole middle")
        self.half_edit = self._edit("Offset from a half middle")
        self.trade_edit = self._edit("Smallest trade at IBKRATS")
        self.middle_box = QCheckBox("Up to the middle", self)
        self.middle_box.setToolTip(
            text.tooltip("Outbid rivals up to the middle of the market instead of by a distance")
        )
        self._beyond = cell(self, "Beyond the best", self.beyond_edit)
        self._rival = cell(self, "Rivals of at least", self.rival_edit)
        self._whole = cell(self, "From a whole middle", self.whole_edit)
        self._half = cell(self, "From a half middle", self.half_edit)
        self._trade = cell(self, "Trades of at least", self.trade_edit)
        self._grid = two_columns()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.middle_box)
        column.addLayout(self._grid)
        for edit in self._edits():
            edit.value_changed.connect(self.edited)
        self.middle_box.toggled.connect(self.edited)
        self.show_for(OrderType.LIMIT, more=False)

    def terms_for(self, kind: OrderType, *, more: bool) -> AtsTerms | None:
        """Read the fields that are shown for a kind of order; None where all are empty."""
        shown = self._cells(kind, more=more)
        competes = kind is OrderType.PEG_BEST

        def read(cell_: QWidget, edit: DecimalEdit) -> object:
            return edit.value if cell_ in shown else None

        terms = AtsTerms(
            to_middle=competes and self.middle_box.isChecked(),
            **{name: read(cell_, edit) for name, cell_, edit in self._named()},  # type: ignore[arg-type]
        )
        return None if terms == AtsTerms() else terms

    def set_terms(self, terms: AtsTerms | None) -> None:
        """Put values into the fields without announcing each."""
        given = terms or AtsTerms()
        with QSignalBlocker(self):
            self.middle_box.setChecked(given.to_middle)
            for name, _cell, edit in self._named():
                edit.set_value(getattr(given, name))

    def show_for(self, kind: OrderType, *, more: bool) -> None:
        """Show the fields of a kind; those that it can do without only where more is wanted."""
        cells = self._cells(kind, more=more)
        self.middle_box.setVisible(kind is OrderType.PEG_BEST)
        self.setVisible(bool(cells))
        if cells == self._shown:
            return
        self._shown = cells
        for _name, each, _edit in self._named():
            self._grid.removeWidget(each)
            each.setVisible(each in cells)
        for place, each in enumerate(cells):
            self._grid.addWidget(each, *divmod(place, 2))

    @property
    def fault(self) -> str:
        """What is wrong with the text of a visible field, empty where nothing is."""
        shown = self._shown or ()
        faults = (edit.fault for _name, each, edit in self._named() if each in shown)
        return next(filter(None, faults), "")

    def focusable(self) -> list[QWidget]:
        """Return the fields in the order of the keyboard."""
        return [self.middle_box, *self._edits()]

    def _cells(self, kind: OrderType, *, more: bool) -> tuple[QWidget, ...]:
        best = kind is OrderType.PEG_BEST
        to_middle = best and self.middle_box.isChecked()
        cells: list[QWidget] = [] if not best or to_middle else [self._beyond]
        cells += [self._rival] if best else []
        cells += [self._whole, self._half] if to_middle else []
        if more and kind is OrderType.PEG_MID:
            cells += [self._whole, self._half]
        cells += [self._trade] if best or (more and kind in _TRADED_THERE) else []
        return tuple(cells)

    def _named(self) -> tuple[tuple[str, QWidget, DecimalEdit], ...]:
        return (
            ("beyond_best", self._beyond, self.beyond_edit),
            ("least_rival", self._rival, self.rival_edit),
            ("whole_offset", self._whole, self.whole_edit),
            ("half_offset", self._half, self.half_edit),
            ("least_trade", self._trade, self.trade_edit),
        )

    def _edits(self) -> tuple[DecimalEdit, ...]:
        distances = (self.beyond_edit, self.rival_edit, self.whole_edit, self.half_edit)
        return (*distances, self.trade_edit)

    def _edit(self, name: str) -> QuantityEdit:
        edit = QuantityEdit(self)
        edit.setAccessibleName(name)
        return edit
