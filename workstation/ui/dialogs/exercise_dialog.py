"""Asks how many options shall be exercised or lapse, and says what that brings and costs."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.account import PositionView
from workstation.domain.contract import ContractDetails
from workstation.domain.exercise import Consequence, ExerciseAction, consequence
from workstation.ui import text
from workstation.ui.plain_label import PlainLabel

LOOK_MS = 500
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionNow:
    """A long option position as it stands: prices None where unknown or old."""

    position: PositionView
    option: ContractDetails
    underlying: ContractDetails | None
    bid: Decimal | None
    base: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseChoice:
    """What the user decided about a position."""

    position: PositionView
    action: ExerciseAction
    quantity: Decimal
    override: bool


class ExerciseDialog(QDialog):
    """Explains and asks; closing it is the harmless answer. `look` gives what is so now."""

    chosen = Signal(object)
    """ExerciseChoice that shall be asked of the broker."""

    def __init__(self, look: Callable[[], OptionNow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Exercise or lapse")
        self._look = look
        self._now = look()
        held = min(int(self._now.position.quantity), _LARGEST)
        self.exercise_radio = QRadioButton("&Exercise", self)
        self.lapse_radio = QRadioButton("Let &lapse", self)
        self.exercise_radio.setChecked(True)
        self.quantity_spin = QSpinBox(self)
        self.quantity_spin.setRange(1, held)
        self.quantity_spin.setValue(held)
        self.quantity_spin.setAccessibleName("Number of options")
        self.explanation = PlainLabel("", self)
        self.explanation.setWordWrap(True)
        self.explanation.setMinimumWidth(460)
        self.override_box = QCheckBox("", self)
        self._lay_out()
        for radio in (self.exercise_radio, self.lapse_radio):
            radio.toggled.connect(self._on_kind)
        self.quantity_spin.valueChanged.connect(self.refresh)
        self.override_box.toggled.connect(self.refresh)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        self.refresh()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.addWidget(self.exercise_radio, 0, 0)
        grid.addWidget(self.lapse_radio, 0, 1)
        grid.addWidget(self.quantity_spin, 0, 2)
        held = PlainLabel(f"of {text.size(self._now.position.quantity)} held", self)
        grid.addWidget(held, 0, 3)
        grid.setColumnStretch(4, 1)
        self.send_button = QPushButton("", self)
        self.send_button.setAutoDefault(False)  # Enter alone never sends it
        self.send_button.clicked.connect(self._on_send)
        self.keep_button = QPushButton("Keep the option", self)
        self.keep_button.setDefault(True)
        self.keep_button.clicked.connect(self.reject)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.send_button)
        line.addWidget(self.keep_button)
        self.name_label = PlainLabel(option_name(self._now.option), self)
        font = self.name_label.font()
        font.setBold(True)
        self.name_label.setFont(font)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(12)
        column.addWidget(self.name_label)
        column.addLayout(grid)
        column.addWidget(self.explanation)
        column.addWidget(self.override_box)
        column.addLayout(line)
        self.keep_button.setFocus()

    @property
    def action(self) -> ExerciseAction:
        """What is chosen now."""
        is_exercise = self.exercise_radio.isChecked()
        return ExerciseAction.EXERCISE if is_exercise else ExerciseAction.LAPSE

    @Slot()
    def _on_kind(self) -> None:
        self.override_box.setChecked(False)  # it was meant for the other
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Say what the choice does at the prices of now."""
        now = self._now = self._look()
        quantity = Decimal(self.quantity_spin.value())
        found = consequence(now.option, now.underlying, quantity, now.bid, now.base)
        exercises = self.action is ExerciseAction.EXERCISE
        lines = exercise_lines(now, found, quantity) if exercises else lapse_lines(now, found)
        self.explanation.show_text("\n".join(lines))
        is_natural = found.is_inside is exercises
        self.override_box.setVisible(not is_natural)
        self.override_box.setText(_override_words(found, exercises=exercises))
        size = text.size(quantity)
        self.send_button.setText(f"Exercise {size}" if exercises else f"Let {size} lapse")
        is_there = now.position.quantity >= quantity
        self.send_button.setEnabled(is_there and (is_natural or self.override_box.isChecked()))

    @Slot()
    def _on_send(self) -> None:
        choice = ExerciseChoice(
            position=self._now.position,
            action=self.action,
            quantity=Decimal(self.quantity_spin.value()),
            override=self.override_box.isChecked(),
        )
        self.accept()
        self.chosen.emit(choice)


def option_name(option: ContractDetails) -> str:
    """Name an option: symbol, last day, strike and right."""
    contract = option.contract
    right = "call" if contract.right == "C" else "put"
    strike = "" if contract.strike is None else f"{contract.strike:f}"
    return f"{text.one_line(contract.symbol, 24)} {contract.expiry} {strike} {right}"


def exercise_lines(now: OptionNow, found: Consequence, quantity: Decimal) -> list[str]:
    """Explain an exercise."""
    currency = now.option.contract.currency
    lines = [_delivered(now, found, currency)]
    if found.intrinsic is None or found.worth is None:
        lines.append("The price of the underlying is not known here, nor what exercising is worth.")
    else:
        lines.append(f"Intrinsic value: {text.money(found.intrinsic, currency)}.")
        if found.worth < 0:
            lost = text.money(-found.worth, currency)
            lines.append(f"Out of the money: the market is better than the strike by {lost}.")
    lines.append(_at_bid(found, currency))
    if found.worth is not None and found.at_bid is not None:
        more = found.at_bid - found.worth
        lines.append(
            f"Exercising throws away {text.money(more, currency)} that selling would bring."
            if more > 0
            else f"Exercising brings {text.money(-more, currency)} more than selling at the bid."
        )
    cost = now.position.average_cost
    if found.worth is not None and cost is not None:
        made = found.worth - cost * quantity
        lines.append(
            f"Against what the options cost, {text.money(cost * quantity, currency)}, that is a "
            f"{'profit' if made >= 0 else 'loss'} of {text.money(abs(made), currency)}."
        )
    lines.append("An exercise is final. The broker may carry it out after the close.")
    return lines


def lapse_lines(now: OptionNow, found: Consequence) -> list[str]:
    """Explain a lapse."""
    currency = now.option.contract.currency
    lines = ["The options end without value: nothing is delivered and nothing paid."]
    lines.append(_at_bid(found, currency))
    if found.intrinsic is None:
        lines.append("The price of the underlying is not known here: it may be in the money.")
    elif found.intrinsic > 0:
        given = text.money(found.intrinsic, currency)
        lines.append(f"Intrinsic value of {given} is given up.")
    lines.append("A lapse is final, and taken at the end of the option's life.")
    return lines


def _at_bid(found: Consequence, currency: str) -> str:
    if found.at_bid is None:
        return "The option has no bid now: what selling would bring is not known."
    return f"Selling at the bid would bring {text.money(found.at_bid, currency)}."


def _delivered(now: OptionNow, found: Consequence, currency: str) -> str:
    delivered, paid = found.delivered, found.paid
    if delivered is None:
        return "What is delivered is not known: the underlying has not been looked up."
    if not delivered:
        amount = "an amount not known now" if paid is None else text.money(-paid, currency)
        return f"Nothing is delivered: the index pays {amount} in cash."
    underlying = now.underlying
    name = text.one_line(underlying.contract.symbol if underlying else "", 24)
    is_future = underlying is not None and underlying.contract.sec_type == "FUT"
    unit = "futures of" if is_future else "shares of"
    verb = "You get" if delivered > 0 else "You deliver"
    what = f"{verb} {text.size(abs(delivered))} {unit} {name}"
    strike = now.option.contract.strike
    if is_future or paid is None:
        return f"{what} at {strike:f}."
    for_it = "pay" if paid > 0 else "are paid"
    return f"{what} at {strike:f} and {for_it} {text.money(abs(paid), currency)}."


def _override_words(found: Consequence, *, exercises: bool) -> str:
    act = "Exercise" if exercises else "Let them lapse"
    if found.is_inside is None:
        return f"{act} although it is not known here whether they are in the money"
    return f"{act} although they are {'in' if found.is_inside else 'out of'} the money"
