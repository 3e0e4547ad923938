"""What an order may say beyond price and size: trails, offsets, times and how it shows itself."""

from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.order import PLAIN, OrderTerms, OrderType, Side, Tif
from workstation.domain.order_extras import TriggerMethod
from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.decimal_edit import DecimalEdit, PriceEdit, QuantityEdit
from workstation.ui.field_cells import (
    ShrinkingArea,
    cell,
    column,
    line,
    show_time,
    time_edit,
    time_of,
    two_columns,
)
from workstation.ui.panels.ticket_ats import TicketAts
from workstation.ui.panels.ticket_extras import TicketExtras

_AMOUNT, _PERCENT = "pts", "%"
_TRIGGERS = (
    ("Default trigger", TriggerMethod.DEFAULT),
    ("Last", TriggerMethod.LAST),
    ("Double last", TriggerMethod.DOUBLE_LAST),
    ("Bid or ask", TriggerMethod.BID_ASK),
    ("Double bid or ask", TriggerMethod.DOUBLE_BID_ASK),
    ("Last or bid/ask", TriggerMethod.LAST_OR_BID_ASK),
    ("Middle", TriggerMethod.MID_POINT),
)


class TicketTerms(QWidget):
    """Shows the fields that the kind and time in force of an order need; the rest on demand."""

    edited = Signal()
    """The user changed something; read `terms_for`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ladder: PriceLadder | None = None
        self._shown: tuple[QWidget, ...] | None = None
        self._build_kind_fields()
        self._build_more_fields()
        self._lay_out()
        self._connect()
        self.show_for(OrderType.LIMIT, Tif.DAY)

    def terms_for(self, kind: OrderType, tif: Tif) -> OrderTerms:
        """Read the fields that belong to this kind of order; None where one is empty."""
        is_percent = self.unit_box.currentText() == _PERCENT
        trail = self.trail_edit.value if kind.trails else None
        more = self.more_box.isChecked()
        terms = OrderTerms(
            trail_amount=None if is_percent else trail,
            trail_percent=trail if is_percent else None,
            trail_stop=self.first_stop_edit.value if kind.trails else None,
            limit_offset=self.offset_edit.value if kind is OrderType.TRAIL_LIMIT else None,
            peg_offset=self.offset_edit.value if kind.takes_offset else None,
            minutes=self.minutes_edit.value if tif is Tif.MINUTES else None,
            sweeps=more and self.sweep_box.isChecked(),
            ats_seconds=self.ats_seconds_edit.value if more else None,
            ats=self.ats.terms_for(kind, more=more),
            display_size=self.display_edit.value if more else None,
            discretionary_amount=self.discretion_edit.value if more else None,
            hidden=more and self.hidden_box.isChecked(),
            all_or_none=more and self.all_or_none_box.isChecked(),
            trigger_method=self._trigger() if more and _waits(kind) else TriggerMethod.DEFAULT,
            good_after=time_of(self.after_edit) if more and self.after_box.isChecked() else None,
            good_till=time_of(self.till_edit) if tif is Tif.GTD else None,
        )
        return self.extras.into(terms, kind) if more else terms

    @property
    def outside_rth(self) -> bool:
        """Whether the order may work outside the regular hours."""
        return self.more_box.isChecked() and self.outside_box.isChecked()

    @property
    def fault(self) -> str:
        """What is wrong with the text of a visible field, empty where nothing is."""
        shown = (edit for edit in self._edits() if edit.isVisibleTo(self))
        wrong = next((edit.fault for edit in shown if edit.fault), "")
        wrong = wrong or self.ats.fault
        return wrong or (self.extras.fault if self.more_box.isChecked() else "")

    def set_terms(self, terms: OrderTerms, *, outside_rth: bool) -> None:
        """Put values into the fields without announcing each."""
        with QSignalBlocker(self):
            is_percent = terms.trail_percent is not None
            if terms.trail_amount is not None or is_percent:
                self.unit_box.setCurrentText(_PERCENT if is_percent else _AMOUNT)
            self.trail_edit.set_value(terms.trail_percent if is_percent else terms.trail_amount)
            self.first_stop_edit.set_value(terms.trail_stop)
            offset = terms.peg_offset if terms.limit_offset is None else terms.limit_offset
            self.offset_edit.set_value(offset)
            self.display_edit.set_value(terms.display_size)
            self.discretion_edit.set_value(terms.discretionary_amount)
            self.hidden_box.setChecked(terms.hidden)
            self.all_or_none_box.setChecked(terms.all_or_none)
            self.sweep_box.setChecked(terms.sweeps)
            self.minutes_edit.set_value(terms.minutes)
            self.ats_seconds_edit.set_value(terms.ats_seconds)
            self.ats.set_terms(terms.ats)
            self.outside_box.setChecked(outside_rth)
            self.trigger_box.setCurrentIndex(_index_of(terms.trigger_method))
            self.after_box.setChecked(terms.good_after is not None)
            show_time(self.after_edit, terms.good_after)
            show_time(self.till_edit, terms.good_till)
            self.extras.set_terms(terms)
            self.more_box.setChecked(outside_rth or _without_those_of_the_kind(terms) != PLAIN)

    def set_ladder(self, ladder: PriceLadder | None) -> None:
        """Take the contract's price increments."""
        self._ladder = ladder
        self.first_stop_edit.set_ladder(ladder)
        self.extras.set_ladder(ladder)

    def set_reference(self, price: Decimal | None) -> None:
        """Take the market, from which stepping begins and whose increment distances step by."""
        self.first_stop_edit.set_reference(price)
        self.extras.set_reference(price)
        if price is not None and self._ladder is not None:
            for edit in (self.trail_edit, self.offset_edit, self.discretion_edit):
                edit.set_step(self._ladder.increment_at(price))

    def snap(self, side: Side) -> bool:
        """Move the first stop to the ladder, away from the market; tell whether it moved."""
        moved = self.more_box.isChecked() and self.extras.snap(side)
        edit = self.first_stop_edit
        return (edit.isVisibleTo(self) and edit.snap(side.opposite)) or moved

    def lock_what_cannot_change(self, *, locked: bool) -> None:
        """Close what the broker does not revise of a working order, or open it again."""
        for box in (self.hidden_box, self.all_or_none_box, self.sweep_box, self._parked, self.ats):
            box.setEnabled(not locked)
        self.more_box.setEnabled(not (locked and self.more_box.isChecked()))
        self.extras.lock_what_cannot_change(locked=locked)

    def show_for(self, kind: OrderType, tif: Tif) -> None:
        """Show the fields of a kind of order and a time in force."""
        cells: list[QWidget] = []
        if kind.trails:
            cells += [self._trail, self._first_stop]
        if kind is OrderType.TRAIL_LIMIT or kind.takes_offset:
            cells.append(self._offset)
        if tif is Tif.MINUTES:
            cells.append(self._minutes)
        if tif is Tif.GTD:
            cells.append(self._till)
        if self.more_box.isChecked():
            cells += [self._display, self._discretion]
            cells += [self._trigger_cell] if _waits(kind) else []
            cells += [self._parked, self._after, self._flags, self._extras_area]
        self.ats.show_for(kind, more=self.more_box.isChecked())
        self.extras.show_for(kind)
        if tuple(cells) != self._shown:
            self._shown = tuple(cells)
            self._arrange(cells)

    def focusable(self) -> list[QWidget]:
        """Return the fields in the order of the keyboard."""
        return [
            self.trail_edit,
            self.unit_box,
            self.first_stop_edit,
            self.offset_edit,
            self.minutes_edit,
            self.till_edit,
            *self.ats.focusable(),
            self.more_box,
            self.display_edit,
            self.discretion_edit,
            self.trigger_box,
            self.ats_seconds_edit,
            self.after_box,
            self.after_edit,
            self.outside_box,
            self.hidden_box,
            self.all_or_none_box,
            self.sweep_box,
            *self.extras.focusable(),
        ]

    def _edits(self) -> tuple[DecimalEdit, ...]:
        numbers = (self.trail_edit, self.first_stop_edit, self.offset_edit, self.minutes_edit)
        return (*numbers, self.display_edit, self.discretion_edit, self.ats_seconds_edit)

    def _build_kind_fields(self) -> None:
        self.trail_edit = QuantityEdit(self)
        self.trail_edit.setAccessibleName("Trail by")
        self.unit_box = QComboBox(self)
        self.unit_box.addItems([_AMOUNT, _PERCENT])
        self.unit_box.setAccessibleName("Unit of the trail")
        self._trail = cell(self, "Trail by", self.trail_edit, self.unit_box)
        self.first_stop_edit = PriceEdit(self)
        self.first_stop_edit.setAccessibleName("First stop of the trail")
        self._first_stop = cell(self, "First stop", self.first_stop_edit)
        self.offset_edit = QuantityEdit(self)
        self.offset_edit.setAccessibleName("Offset of the limit")
        self._offset = cell(self, "Offset", self.offset_edit)
        self.minutes_edit = QuantityEdit(self)
        self.minutes_edit.setAccessibleName("Minutes for which it stands")
        self._minutes = cell(self, "For minutes", self.minutes_edit)
        self.ats = TicketAts(self)
        self.till_edit = time_edit(self, "Good till")
        self._till = cell(self, "Good till (your time)", self.till_edit)
        self.first_stop_edit.setToolTip(
            text.tooltip(
                "Where the stop stands before the market moves; empty: at the trail's distance"
            )
        )

    def _build_more_fields(self) -> None:
        self.more_box = QCheckBox("More terms", self)
        self.more_box.setToolTip(
            text.tooltip(
                "Group, algorithm, conditions, iceberg, hidden, trigger, good after (Alt+M)"
            )
        )
        self.display_edit = QuantityEdit(self)
        self.display_edit.setAccessibleName("Size shown of an iceberg")
        self._display = cell(self, "Show only (iceberg)", self.display_edit)
        self.discretion_edit = QuantityEdit(self)
        self.discretion_edit.setAccessibleName("Discretionary amount")
        self._discretion = cell(self, "Discretion", self.discretion_edit)
        self.trigger_box = QComboBox(self)
        self.trigger_box.addItems([words for words, _method in _TRIGGERS])
        self.trigger_box.setAccessibleName("Which prices trigger the stop")
        self._trigger_cell = cell(self, "Triggered by", self.trigger_box)
        self.ats_seconds_edit = QuantityEdit(self)
        self.ats_seconds_edit.setAccessibleName("Seconds at IBKRATS before it goes on")
        self._parked = cell(self, "First at IBKRATS, s", self.ats_seconds_edit)
        self.sweep_box = QCheckBox("Sweep to fill", self)
        self.sweep_box.setToolTip(
            text.tooltip("Take the best price of every exchange at once, then the next one")
        )
        self.after_box = QCheckBox("Good after (your time)", self)
        self.after_edit = time_edit(self, "Good after")
        self._after = column(self, self.after_box, self.after_edit)
        self.outside_box = QCheckBox("Outside RTH", self)
        self.hidden_box = QCheckBox("Hidden", self)
        self.all_or_none_box = QCheckBox("All or none", self)
        self.outside_box.setToolTip(text.tooltip("Work outside the regular trading hours too"))
        flags = (self.outside_box, self.hidden_box, self.all_or_none_box)
        self._flags = column(self, line(self, *flags), self.sweep_box)
        self.extras = TicketExtras(self)
        self._extras_area = ShrinkingArea(self.extras, self)

    def _lay_out(self) -> None:
        self._grid, self._more_grid = two_columns(), two_columns()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(5)
        whole.addLayout(self._grid)
        whole.addWidget(self.ats)
        whole.addWidget(self.more_box)
        whole.addLayout(self._more_grid)
        whole.addWidget(self._flags)
        whole.addWidget(self._extras_area)

    def _arrange(self, cells: list[QWidget]) -> None:
        self._flags.setVisible(self._flags in cells)
        self._extras_area.setVisible(self._extras_area in cells)
        of_kind = (self._trail, self._first_stop, self._offset, self._minutes, self._till)
        more = (self._display, self._discretion, self._trigger_cell, self._parked, self._after)
        for grid, all_of_it in ((self._grid, of_kind), (self._more_grid, more)):
            for each in all_of_it:
                grid.removeWidget(each)
                each.setVisible(each in cells)
            for place, each in enumerate(each for each in all_of_it if each in cells):
                grid.addWidget(each, *divmod(place, 2))

    def _connect(self) -> None:
        for edit in self._edits():
            edit.value_changed.connect(self.edited)
        for box in (self.unit_box, self.trigger_box):
            box.currentIndexChanged.connect(self.edited)
        for moment in (self.till_edit, self.after_edit):
            moment.dateTimeChanged.connect(self.edited)
        self.ats.edited.connect(self.edited)
        flags = (self.outside_box, self.hidden_box, self.all_or_none_box, self.sweep_box)
        for flag in (self.more_box, self.after_box, *flags):
            flag.toggled.connect(self.edited)
        self.extras.edited.connect(self.edited)
        self.after_box.toggled.connect(self._on_after_toggled)
        self.after_edit.setEnabled(False)

    @Slot(bool)
    def _on_after_toggled(self, checked: bool) -> None:  # noqa: FBT001 -- Qt's signature
        self.after_edit.setEnabled(checked)

    def _trigger(self) -> TriggerMethod:
        return _TRIGGERS[self.trigger_box.currentIndex()][1]


def _waits(kind: OrderType) -> bool:
    return kind.takes_stop or kind.trails


def _without_those_of_the_kind(terms: OrderTerms) -> OrderTerms:
    """Return the terms whose fields are shown on demand only."""
    return replace(
        terms,
        trail_amount=None,
        trail_percent=None,
        trail_stop=None,
        limit_offset=None,
        peg_offset=None,
        good_till=None,
        minutes=None,
        ats=None if terms.ats is not None and terms.ats.competes else terms.ats,
    )


def _index_of(method: TriggerMethod) -> int:
    return next(place for place, (_words, each) in enumerate(_TRIGGERS) if each is method)
