"""Edit fields for exact numbers: prices on a ladder, quantities in lots."""

import re
from decimal import Decimal, InvalidOperation

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFocusEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QWidget
from typing_extensions import override

from workstation.domain.order import Side
from workstation.domain.order_helpers import neighbour
from workstation.domain.prices import PriceLadder
from workstation.ui import text

_BEING_TYPED = re.compile(r"-?\d{0,12}(\.\d{0,10})?")


def read_decimal(content: str) -> Decimal | None:
    """Read a plain number with a decimal point; None where there is none.

    A comma is refused: 1,250 is a thousand to one reader and a fraction to the next.
    """
    content = content.strip()
    if not content or not content.isascii() or not _BEING_TYPED.fullmatch(content):
        return None
    try:
        return Decimal(content)
    except InvalidOperation:
        return None


class DecimalEdit(QAbstractSpinBox):
    """A field for one Decimal; arrows and wheel step it, the wheel only with the focus."""

    value_changed = Signal()
    """The text changed; read `value`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(True)
        self.setAccelerated(True)
        self.lineEdit().textChanged.connect(self._on_text_changed)

    @property
    def fault(self) -> str:
        """What is wrong with the text, empty where it is a number or nothing."""
        content = self.lineEdit().text().strip()
        if not content or read_decimal(content) is not None:
            return ""
        hint = "; write 1250.50, without commas" if "," in content else ""
        return f"“{text.one_line(content, 16)}” is not a number{hint}"

    @property
    def value(self) -> Decimal | None:
        """The number that stands in the field, None where there is none."""
        return read_decimal(self.lineEdit().text())

    def set_value(self, value: Decimal | None) -> None:
        """Put a number in, or clear the field."""
        self.lineEdit().setText("" if value is None else self.text_of(value))

    def text_of(self, value: Decimal) -> str:
        """Write a number the way this field shows it."""
        return text.plain_size(value)

    def next_value(self, value: Decimal, *, up: bool) -> Decimal:
        """Return the neighbour of a number."""
        return value + (1 if up else -1)

    def first_value(self) -> Decimal | None:
        """Return where stepping begins in an empty field."""
        return Decimal(0)

    @override
    def validate(self, content: str, position: int) -> tuple[QValidator.State, str, int]:
        """Let everything stand: a character dropped in silence would make another number."""
        return QValidator.State.Acceptable, content, position

    @override
    def stepBy(self, steps: int) -> None:
        """Step to the neighbours."""
        value = self.value
        if value is None:
            self.set_value(self.first_value())
            return
        for _ in range(min(abs(steps), 100)):
            value = self.next_value(value, up=steps > 0)
        self.set_value(value)
        self.selectAll()

    @override
    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Allow both directions."""
        if self.isReadOnly():
            return QAbstractSpinBox.StepEnabledFlag.StepNone
        flags = QAbstractSpinBox.StepEnabledFlag
        return flags.StepUpEnabled | flags.StepDownEnabled

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step with the wheel, but never a field the user is only scrolling past."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select everything, so that typing replaces."""
        super().focusInEvent(event)
        self.selectAll()

    @Slot()
    def _on_text_changed(self) -> None:
        is_bad = bool(self.fault)
        if self.property("bad") != is_bad:
            self.setProperty("bad", is_bad)
            self.style().unpolish(self)
            self.style().polish(self)
        self.value_changed.emit()


class QuantityEdit(DecimalEdit):
    """A field for a quantity; steps by the contract's size increment."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step = Decimal(1)

    def set_step(self, step: Decimal) -> None:
        """Take the contract's size increment."""
        self._step = step if step > 0 else Decimal(1)

    @override
    def next_value(self, value: Decimal, *, up: bool) -> Decimal:
        """Return the next quantity, never below one step."""
        return max(self._step, value + (self._step if up else -self._step))

    @override
    def first_value(self) -> Decimal | None:
        """Begin with one step."""
        return self._step


class PriceEdit(DecimalEdit):
    """A field for an order's price; steps by the ladder's increment at that price."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ladder: PriceLadder | None = None
        self._reference: Decimal | None = None

    def set_ladder(self, ladder: PriceLadder | None) -> None:
        """Take the contract's price increments."""
        self._ladder = ladder

    def set_reference(self, price: Decimal | None) -> None:
        """Take the price from which stepping begins in an empty field."""
        self._reference = price

    @override
    def text_of(self, value: Decimal) -> str:
        """Write a price with the ladder's decimals."""
        return text.plain_price(value, self._ladder)

    @override
    def first_value(self) -> Decimal | None:
        """Begin at the market."""
        return self._reference

    @override
    def next_value(self, value: Decimal, *, up: bool) -> Decimal:
        """Return the neighbour on the ladder; a price between two steps goes to the nearer end."""
        ladder = self._ladder
        if ladder is None:
            return value + (Decimal("0.01") if up else Decimal("-0.01"))
        if not ladder.allows(value):
            return ladder.snap_up(value) if up else ladder.snap_down(value)
        return neighbour(ladder, value, up=up)

    def snap(self, side: Side) -> bool:
        """Move the price to the ladder, away from the market; tell whether it moved."""
        value = self.value
        if value is None or self._ladder is None or self._ladder.allows(value):
            return False
        self.set_value(snapped(value, side, self._ladder))
        return True


def snapped(value: Decimal, side: Side, ladder: PriceLadder) -> Decimal:
    """Return the allowed price next to `value` that is not more aggressive."""
    return ladder.snap_down(value) if side is Side.BUY else ladder.snap_up(value)
