"""What an order may say beyond price and size: trails, offsets, times and how it shows itself."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from PySide6.QtCore import QDateTime, QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.order import PLAIN, OrderTerms, OrderType, Side, Tif
from workstation.domain.order_extras import TriggerMethod
from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.decimal_edit import DecimalEdit, PriceEdit, QuantityEdit
from workstation.ui.plain_label import PlainLabel

_OFFSETS = frozenset({OrderType.RELATIVE, OrderType.PEG_MID})
_DAYS_AHEAD = 7
_AMOUNT, _PERCENT = "amount", "%"
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
        return OrderTerms(
            trail_amount=None if is_percent else trail,
            trail_percent=trail if is_percent else None,
            trail_stop=self.first_stop_edit.value if kind.trails else None,
            limit_offset=self.offset_edit.value if kind is OrderType.TRAIL_LIMIT else None,
            peg_offset=self.offset_edit.value if kind in _OFFSETS else None,
            display_size=self.display_edit.value if more else None,
            discretionary_amount=self.discretion_edit.value if more else None,
            hidden=more and self.hidden_box.isChecked(),
            all_or_none=more and self.all_or_none_box.isChecked(),
            trigger_method=self._trigger() if more and _waits(kind) else TriggerMethod.DEFAULT,
            good_after=_time_of(self.after_edit) if more and self.after_box.isChecked() else None,
            good_till=_time_of(self.till_edit) if tif is Tif.GTD else None,
        )

    @property
    def outside_rth(self) -> bool:
        """Whether the order may work outside the regular hours."""
        return self.more_box.isChecked() and self.outside_box.isChecked()

    @property
    def fault(self) -> str:
        """What is wrong with the text of a visible field, empty where nothing is."""
        shown = (edit for edit in self._edits() if edit.isVisibleTo(self))
        return next((edit.fault for edit in shown if edit.fault), "")

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
            self.outside_box.setChecked(outside_rth)
            self.trigger_box.setCurrentIndex(_index_of(terms.trigger_method))
            self.after_box.setChecked(terms.good_after is not None)
            _show_time(self.after_edit, terms.good_after)
            _show_time(self.till_edit, terms.good_till)
            self.more_box.setChecked(outside_rth or _without_those_of_the_kind(terms) != PLAIN)

    def set_ladder(self, ladder: PriceLadder | None) -> None:
        """Take the contract's price increments."""
        self._ladder = ladder
        self.first_stop_edit.set_ladder(ladder)

    def set_reference(self, price: Decimal | None) -> None:
        """Take the market, from which stepping begins and whose increment distances step by."""
        self.first_stop_edit.set_reference(price)
        if price is not None and self._ladder is not None:
            for edit in (self.trail_edit, self.offset_edit, self.discretion_edit):
                edit.set_step(self._ladder.increment_at(price))

    def snap(self, side: Side) -> bool:
        """Move the first stop to the ladder, away from the market; tell whether it moved."""
        return self.first_stop_edit.isVisibleTo(self) and self.first_stop_edit.snap(side.opposite)

    def show_for(self, kind: OrderType, tif: Tif) -> None:
        """Show the fields of a kind of order and a time in force."""
        cells: list[QWidget] = []
        if kind.trails:
            cells += [self._trail, self._first_stop]
        if kind is OrderType.TRAIL_LIMIT or kind in _OFFSETS:
            cells.append(self._offset)
        if tif is Tif.GTD:
            cells.append(self._till)
        if self.more_box.isChecked():
            cells += [self._display, self._discretion]
            cells += [self._trigger_cell] if _waits(kind) else []
            cells += [self._after, self._flags]
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
            self.till_edit,
            self.more_box,
            self.display_edit,
            self.discretion_edit,
            self.trigger_box,
            self.after_box,
            self.after_edit,
            self.outside_box,
            self.hidden_box,
            self.all_or_none_box,
        ]

    def _edits(self) -> tuple[DecimalEdit, ...]:
        numbers = (self.trail_edit, self.first_stop_edit, self.offset_edit)
        return (*numbers, self.display_edit, self.discretion_edit)

    def _build_kind_fields(self) -> None:
        self.trail_edit = QuantityEdit(self)
        self.trail_edit.setAccessibleName("Trail by")
        self.unit_box = QComboBox(self)
        self.unit_box.addItems([_AMOUNT, _PERCENT])
        self.unit_box.setAccessibleName("Unit of the trail")
        self._trail = _cell(self, "Trail by", self.trail_edit, self.unit_box)
        self.first_stop_edit = PriceEdit(self)
        self.first_stop_edit.setAccessibleName("First stop of the trail")
        self._first_stop = _cell(self, "First stop", self.first_stop_edit)
        self.offset_edit = QuantityEdit(self)
        self.offset_edit.setAccessibleName("Offset of the limit")
        self._offset = _cell(self, "Offset", self.offset_edit)
        self.till_edit = _time_edit(self, "Good till")
        self._till = _cell(self, "Good till (your time)", self.till_edit)
        self.first_stop_edit.setToolTip(
            text.tooltip(
                "Where the stop stands before the market moves; empty: at the trail's distance"
            )
        )

    def _build_more_fields(self) -> None:
        self.more_box = QCheckBox("More terms", self)
        self.more_box.setToolTip(
            text.tooltip("Outside regular hours, iceberg, hidden, trigger, good after (Alt+M)")
        )
        self.display_edit = QuantityEdit(self)
        self.display_edit.setAccessibleName("Size shown of an iceberg")
        self._display = _cell(self, "Show only (iceberg)", self.display_edit)
        self.discretion_edit = QuantityEdit(self)
        self.discretion_edit.setAccessibleName("Discretionary amount")
        self._discretion = _cell(self, "Discretion", self.discretion_edit)
        self.trigger_box = QComboBox(self)
        self.trigger_box.addItems([words for words, _method in _TRIGGERS])
        self.trigger_box.setAccessibleName("Which prices trigger the stop")
        self._trigger_cell = _cell(self, "Triggered by", self.trigger_box)
        self.after_box = QCheckBox("Good after (your time)", self)
        self.after_edit = _time_edit(self, "Good after")
        self._after = _column(self, self.after_box, self.after_edit)
        self.outside_box = QCheckBox("Outside RTH", self)
        self.hidden_box = QCheckBox("Hidden", self)
        self.all_or_none_box = QCheckBox("All or none", self)
        self.outside_box.setToolTip(text.tooltip("Work outside the regular trading hours too"))
        flags = (self.outside_box, self.hidden_box, self.all_or_none_box)
        self._flags = _line(self, *flags)

    def _lay_out(self) -> None:
        self._grid, self._more_grid = _two_columns(), _two_columns()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(5)
        whole.addLayout(self._grid)
        whole.addWidget(self.more_box)
        whole.addLayout(self._more_grid)
        whole.addWidget(self._flags)

    def _arrange(self, cells: list[QWidget]) -> None:
        self._flags.setVisible(self._flags in cells)
        of_kind = (self._trail, self._first_stop, self._offset, self._till)
        more = (self._display, self._discretion, self._trigger_cell, self._after)
        for grid, all_of_it in ((self._grid, of_kind), (self._more_grid, more)):
            for cell in all_of_it:
                grid.removeWidget(cell)
                cell.setVisible(cell in cells)
            for place, cell in enumerate(each for each in all_of_it if each in cells):
                grid.addWidget(cell, *divmod(place, 2))

    def _connect(self) -> None:
        for edit in self._edits():
            edit.value_changed.connect(self.edited)
        for box in (self.unit_box, self.trigger_box):
            box.currentIndexChanged.connect(self.edited)
        for moment in (self.till_edit, self.after_edit):
            moment.dateTimeChanged.connect(self.edited)
        flags = (self.outside_box, self.hidden_box, self.all_or_none_box)
        for flag in (self.more_box, self.after_box, *flags):
            flag.toggled.connect(self.edited)
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
    )


def _index_of(method: TriggerMethod) -> int:
    return next(place for place, (_words, each) in enumerate(_TRIGGERS) if each is method)


def _cell(parent: QWidget, title: str, *widgets: QWidget) -> QWidget:
    caption = PlainLabel(title, parent)
    caption.set_tone("muted")
    for widget in widgets:
        widget.setMinimumSize(40, 24)
    return _column(parent, caption, _line(parent, *widgets))


def _line(parent: QWidget, *widgets: QWidget) -> QWidget:
    line = QWidget(parent)
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    for place, widget in enumerate(widgets):
        row.addWidget(widget, 0 if place else 1)
    return line


def _two_columns() -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    return grid


def _column(parent: QWidget, *widgets: QWidget) -> QWidget:
    cell = QWidget(parent)
    column = QVBoxLayout(cell)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(3)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    return cell


def _time_edit(parent: QWidget, name: str) -> QDateTimeEdit:
    edit = QDateTimeEdit(parent)
    edit.setDisplayFormat("yyyy-MM-dd HH:mm")
    edit.setCalendarPopup(True)
    edit.setAccessibleName(name)
    edit.setMinimumSize(40, 24)
    _show_time(edit, None)
    return edit


def _show_time(edit: QDateTimeEdit, moment: datetime | None) -> None:
    """Show a time in the user's zone; None becomes a time some days ahead."""
    if moment is None:
        ahead = QDateTime.currentDateTime().addDays(_DAYS_AHEAD)
        edit.setDateTime(ahead)
    else:
        edit.setDateTime(QDateTime.fromSecsSinceEpoch(round(moment.timestamp())))


def _time_of(edit: QDateTimeEdit) -> datetime:
    return datetime.fromtimestamp(edit.dateTime().toSecsSinceEpoch() // 60 * 60, UTC)
