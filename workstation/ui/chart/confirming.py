"""The table of what asks before an order by one gesture is sent, and its dialog."""

from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QVBoxLayout,
    QWidget,
)

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import CommandResult, Done, Failed
from workstation.domain.confirmation import (
    Ask,
    ConfirmationPolicy,
    Confirmations,
    UseConfirmations,
)
from workstation.ui import text
from workstation.ui.decimal_edit import DecimalEdit
from workstation.ui.plain_label import PlainLabel
from workstation.ui.screen_state import ScreenState

_WORLDS = {"live": "LIVE", "paper": "PAPER", "simulated": "SIMULATED"}
_STEPS = {
    "limit": "Limit entry",
    "stop": "Stop entry, bracket with a stop entry",
    "market": "Market entry",
    "away": "Stop or target moved away from the market",
}
_WORDS = {Ask.NEVER: "Never", Ask.LARGE: "When large", Ask.ALWAYS: "Always"}
_ORDER = tuple(_WORDS)


class ConfirmationDialog(QDialog):
    """Shows the table, one column a world; nothing is changed before it is accepted."""

    chosen = Signal(object)
    """The table as the user wants it: ConfirmationPolicy."""

    def __init__(self, policy: ConfirmationPolicy, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("What asks first")
        self.boxes: dict[tuple[str, str], QComboBox] = {}
        self.amounts: dict[str, DecimalEdit] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        for column, (world, title) in enumerate(_WORLDS.items(), start=1):
            grid.addWidget(PlainLabel(title, self), 0, column)
            self._add_world(grid, column, world, getattr(policy, world))
        for row, title in enumerate((*_STEPS.values(), "Large is above (account currency)")):
            grid.addWidget(PlainLabel(title, self), row + 1, 0)
        words = (
            "Orders placed on the chart by a click, a key or a drag. Closing a position and moving "
            "a stop closer never ask. The ticket names the whole order on its button instead."
        )
        note = PlainLabel(words, self, wrap=True)
        note.set_tone("muted")
        buttons = QDialogButtonBox(self)
        buttons.addButton("Use", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        column_box = QVBoxLayout(self)
        column_box.setContentsMargins(16, 14, 16, 12)
        column_box.setSpacing(12)
        column_box.addWidget(note)
        column_box.addLayout(grid)
        column_box.addWidget(buttons)

    def _add_world(self, grid: QGridLayout, column: int, world: str, rules: Confirmations) -> None:
        for row, step in enumerate(_STEPS, start=1):
            box = QComboBox(self)
            box.addItems(list(_WORDS.values()))
            box.setCurrentIndex(_ORDER.index(getattr(rules, step)))
            box.setAccessibleName(f"{_STEPS[step]}, {_WORLDS[world]}")
            self.boxes[world, step] = box
            grid.addWidget(box, row, column)
        amount = DecimalEdit(self)
        amount.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        amount.set_value(rules.large)
        amount.setAccessibleName(f"Large is above, {_WORLDS[world]}")
        self.amounts[world] = amount
        grid.addWidget(amount, len(_STEPS) + 1, column)

    def policy(self) -> ConfirmationPolicy:
        """Return the table as it stands in the fields; an empty amount makes every order large."""
        return ConfirmationPolicy(
            live=self._rules("live"), paper=self._rules("paper"), simulated=self._rules("simulated")
        )

    def _rules(self, world: str) -> Confirmations:
        amount = self.amounts[world].value
        asks = {step: _ORDER[self.boxes[world, step].currentIndex()] for step in _STEPS}
        assert {*asks, "large"} == {field.name for field in fields(Confirmations)}
        return Confirmations(
            limit=asks["limit"],
            stop=asks["stop"],
            market=asks["market"],
            away=asks["away"],
            large=max(amount, Decimal(0)) if amount is not None else Decimal(0),
        )

    @Slot()
    def _on_accepted(self) -> None:
        self.chosen.emit(self.policy())
        self.accept()


class Confirming(QObject):
    """Opens the table and sends what the user makes of it. GUI thread."""

    def __init__(
        self,
        commands: CommandPort,
        state: ScreenState,
        tell: Callable[[tuple[str, str]], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._commands, self._state, self._tell, self._window = commands, state, tell, parent
        self.dialog: ConfirmationDialog | None = None

    @Slot()
    def open(self) -> None:
        """Show the table that is in force."""
        self.dialog = ConfirmationDialog(self._state.confirmations, self._window)
        self.dialog.chosen.connect(self._on_chosen)
        self.dialog.open()

    @Slot(object)
    def _on_chosen(self, policy: ConfirmationPolicy) -> None:
        self._commands.send(UseConfirmations(policy), self._take_answer)

    def _take_answer(self, result: CommandResult) -> None:
        if isinstance(result, Done):
            self._tell((text.one_line(result.text, 200), "good"))
        elif isinstance(result, Failed):
            self._tell((f"Not changed: {text.one_line(result.reason, 200)}", "error"))
