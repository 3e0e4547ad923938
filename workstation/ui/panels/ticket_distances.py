"""Target and stop of a bracket by their distance from the entry; shown first, then taken."""

from decimal import Decimal

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QPushButton, QWidget

from workstation.domain.contract import ContractDetails
from workstation.domain.order_preset import LARGEST, MOST_TICKS, Distance, DistanceUnit, away
from workstation.ui import text
from workstation.ui.decimal_edit import DecimalEdit
from workstation.ui.panels.helper_line import HelperLine
from workstation.ui.panels.ticket_helpers import HelperSources
from workstation.ui.plain_label import PlainLabel
from workstation.ui.ticket_rules import Terms, entry_price

_OF_STOP = tuple(unit.value for unit in DistanceUnit if unit is not DistanceUnit.RISK)


class TicketDistances(HelperLine):
    """Works prices out in ticks, price, %, money or R; fills fields and sends nothing."""

    chosen = Signal(object)
    """Target and stop, None for one that was not asked for: tuple[Decimal | None, Decimal | None]."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._sources: HelperSources | None = None
        self._found: tuple[Decimal | None, Decimal | None] = (None, None)
        self.target_edit, self.target_box = self._pair(
            "target", [each.value for each in DistanceUnit]
        )
        self.stop_edit, self.stop_box = self._pair("stop loss", list(_OF_STOP))
        self.result_label = PlainLabel("", self)
        self.use_button = QPushButton("Use", self)
        self.use_button.setAccessibleName("Use these exits")
        self.use_button.setToolTip(text.tooltip("Put target and stop into their fields (Enter)"))
        self.use_button.clicked.connect(self._on_use)
        self.take_pressed.connect(self._on_use)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(3)
        for place, widget in enumerate(self.focusable()[:-1]):
            grid.addWidget(widget, 0, place)
        grid.addWidget(self.result_label, 1, 0, 1, 3)
        grid.addWidget(self.use_button, 1, 3)
        self.refresh()

    def serve(self, sources: HelperSources) -> None:
        """Learn where ticket and market are read."""
        self._sources = sources
        self.refresh()

    def focusable(self) -> list[QWidget]:
        """Return the widgets in the order of the Tab key."""
        return [
            *(self.target_edit, self.target_box, self.stop_edit, self.stop_box, self.use_button),
        ]

    @Slot()
    def refresh(self) -> None:
        """Work out anew what is shown."""
        found = self._work_out()
        self._found = (None, None) if isinstance(found, str) else found
        self.result_label.show_text(found if isinstance(found, str) else self._words(found))
        self.result_label.set_tone("muted" if isinstance(found, str) else "")
        self.use_button.setEnabled(any(self._found))

    def _pair(self, name: str, units: list[str]) -> tuple[DecimalEdit, QComboBox]:
        edit, box = DecimalEdit(self), QComboBox(self)
        edit.setAccessibleName(f"Distance of the {name} from the entry")
        box.addItems(units)
        box.setAccessibleName(f"Unit of the {name}'s distance")
        for widget in (edit, box):
            widget.setMinimumSize(40, 24)
        edit.value_changed.connect(self.refresh)
        box.currentIndexChanged.connect(self.refresh)
        return edit, box

    def _work_out(self) -> tuple[Decimal | None, Decimal | None] | str:
        """Return target and stop, or what is still missing."""
        read = [_read(self.target_edit, self.target_box), _read(self.stop_edit, self.stop_box)]
        fault = next((each for each in read if isinstance(each, str)), "")
        if fault:
            return fault
        target, stop = (each if isinstance(each, Distance) else None for each in read)
        if target is None and stop is None:
            return "Target and stop, by their distance"
        sources = self._sources
        con_id = None if sources is None else sources.con_id()
        if sources is None or con_id is None or con_id not in sources.state.details:
            return "Choose a symbol"
        terms, details = sources.terms(), sources.state.details[con_id]
        at = entry_price(terms, sources.state.quotes.get(con_id))
        return (
            "No price of the entry yet" if at is None else _exits(terms, details, at, target, stop)
        )

    def _words(self, found: tuple[Decimal | None, Decimal | None]) -> str:
        return f"= {' / '.join(text.ABSENT if each is None else f'{each:f}' for each in found)}"

    @Slot()
    def _on_use(self) -> None:
        if any(self._found):
            self.chosen.emit(self._found)


def _exits(
    terms: Terms,
    details: ContractDetails,
    at: Decimal,
    target: Distance | None,
    stop: Distance | None,
) -> tuple[Decimal | None, Decimal | None] | str:
    is_buy, quantity = terms.side.sign > 0, terms.quantity
    low = None
    if stop is not None:
        low = away(at, stop, up=not is_buy, details=details, quantity=quantity)
        if low is None:
            return "Money needs a quantity"
    if target is None:
        return None, low
    stands = low if low is not None else None if terms.exits is None else terms.exits.stop
    risk = None if stands is None else abs(at - stands)
    high = away(at, target, up=is_buy, details=details, quantity=quantity, risk=risk)
    if high is None:
        is_risk = target.unit is DistanceUnit.RISK
        return "R needs the stop" if is_risk else "Money needs a quantity"
    return high, low


def _read(edit: DecimalEdit, box: QComboBox) -> Distance | str | None:
    """Return a distance, None for an empty field, or what is wrong with it."""
    if edit.fault:
        return edit.fault
    amount, unit = edit.value, DistanceUnit(box.currentText())
    if amount is None:
        return None
    if not 0 < amount <= LARGEST:
        return "A distance is above 0"
    is_ticks = unit is DistanceUnit.TICKS
    if is_ticks and (amount != amount.to_integral_value() or amount > MOST_TICKS):
        return f"Ticks are whole, at most {MOST_TICKS}"
    return Distance(amount, unit)
