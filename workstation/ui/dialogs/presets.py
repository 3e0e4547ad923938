"""What the ticket begins with: presets of everything, of a class of contracts and of a symbol."""

from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.order import OrderType, Tif
from workstation.domain.order_helpers import SizeMode
from workstation.domain.order_preset import (
    CLASSES,
    MOST_TICKS,
    Anchor,
    Distance,
    DistanceUnit,
    OrderPreset,
    PresetLevel,
)
from workstation.ui import text
from workstation.ui.decimal_edit import DecimalEdit
from workstation.ui.field_cells import cell
from workstation.ui.plain_label import PlainLabel
from workstation.ui.ticket_rules import KINDS, TIFS

Choice = TypeVar("Choice", bound=StrEnum)

WIDER = "as the wider preset"
"""What a field shows that says nothing."""

_SHARES = "shares or lots"
_SIZES = (_SHARES, SizeMode.MONEY.value, SizeMode.EQUITY.value)
_LEVELS = {"Everything": PresetLevel.EVERYTHING, "A class": PresetLevel.CLASS, "A symbol": PresetLevel.SYMBOL}  # fmt: skip
_EXIT_TIFS = (Tif.GTC.value, Tif.DAY.value)


class PresetsDialog(QDialog):
    """A list of presets and the fields of one; asks to keep, never writes itself."""

    kept = Signal(object)
    """Every preset there shall be from now on: tuple[OrderPreset, ...]."""

    def __init__(
        self, presets: tuple[OrderPreset, ...], ticket: OrderPreset, parent: QWidget
    ) -> None:
        """Show presets; `ticket` is what the ticket holds now, to begin one with."""
        super().__init__(parent)
        self.setWindowTitle("Order presets")
        self._presets = {each.name: each for each in presets}
        self._ticket = ticket
        self._build_fields()
        self._lay_out()
        self._connect()
        self._show_list()
        self.show_preset(self._presets.get(ticket.name, replace(_empty(ticket))))

    @property
    def preset(self) -> OrderPreset:
        """What stands in the fields."""
        level = _LEVELS[self.level_box.currentText()]
        is_wide = level is PresetLevel.EVERYTHING
        size, mode = self.size_edit.value, self.size_box.currentText()
        anchor = _choice(self.limit_box, Anchor)
        return OrderPreset(
            level=level,
            sec_type="" if is_wide else self.class_box.currentText(),
            symbol=self.symbol_edit.text().strip().upper() if level is PresetLevel.SYMBOL else "",
            size=size,
            size_mode=None if size is None or mode == _SHARES else SizeMode(mode),
            order_type=_choice(self.kind_box, OrderType),
            tif=_choice(self.tif_box, Tif),
            outside_rth=_yes_no(self.outside_box),
            limit_from=anchor,
            limit_ticks=None if anchor is None else self.ticks_box.value(),
            stop_distance=_distance(self.offset_edit, self.offset_box),
            bracket=_yes_no(self.bracket_box),
            target=_distance(self.target_edit, self.target_box),
            stop=_distance(self.stop_edit, self.stop_box),
            exit_tif=_choice(self.exit_tif_box, Tif),
        )

    def show_preset(self, preset: OrderPreset) -> None:
        """Put a preset into the fields."""
        with QSignalBlocker(self):
            levels = {level: words for words, level in _LEVELS.items()}
            self.level_box.setCurrentText(levels[preset.level])
            self.class_box.setCurrentText(preset.sec_type or CLASSES[0])
            self.symbol_edit.setText(preset.symbol)
            self.size_edit.set_value(preset.size)
            mode = preset.size_mode
            self.size_box.setCurrentText(_SHARES if mode is None else mode.value)
            for box, value in (
                (self.kind_box, preset.order_type),
                (self.tif_box, preset.tif),
                (self.limit_box, preset.limit_from),
                (self.exit_tif_box, preset.exit_tif),
            ):
                box.setCurrentText(WIDER if value is None else value.value)
            for box, said in (
                (self.outside_box, preset.outside_rth),
                (self.bracket_box, preset.bracket),
            ):
                box.setCurrentText({None: WIDER, True: "yes", False: "no"}[said])
            self.ticks_box.setValue(preset.limit_ticks or 0)
            for edit, unit, distance in self._distances(preset):
                edit.set_value(None if distance is None else distance.amount)
                if distance is not None:
                    unit.setCurrentText(distance.unit.value)
        self._on_edited()

    def _distances(
        self, preset: OrderPreset
    ) -> tuple[tuple[DecimalEdit, QComboBox, Distance | None], ...]:
        return (
            (self.offset_edit, self.offset_box, preset.stop_distance),
            (self.target_edit, self.target_box, preset.target),
            (self.stop_edit, self.stop_box, preset.stop),
        )

    def _build_fields(self) -> None:
        self.list = QListWidget(self)
        self.list.setAccessibleName("Presets")
        self.list.setMinimumWidth(150)
        self.level_box = _box(self, "What the preset is for", _LEVELS)
        self.class_box = _box(self, "Asset class", CLASSES)
        self.symbol_edit = QLineEdit(self)
        self.symbol_edit.setMaxLength(24)
        self.symbol_edit.setAccessibleName("Symbol")
        self.size_edit = _number(self, "Size")
        self.size_box = _box(self, "What the size is in", _SIZES)
        self.kind_box = _box(self, "Order type", [WIDER, *(each.value for each in KINDS)])
        self.tif_box = _box(self, "Time in force", [WIDER, *(each.value for each in TIFS)])
        self.outside_box = _box(self, "Outside regular hours", [WIDER, "yes", "no"])
        self.limit_box = _box(self, "Limit from", [WIDER, *Anchor])
        self.ticks_box = QSpinBox(self)
        self.ticks_box.setRange(-MOST_TICKS, MOST_TICKS)
        self.ticks_box.setSuffix(" ticks")
        self.ticks_box.setAccessibleName("Ticks beyond it, towards the other side")
        distances = [unit.value for unit in DistanceUnit if unit is not DistanceUnit.RISK]
        self.offset_edit = _number(self, "Distance of the stop, or of the trail")
        self.offset_box = _box(self, "Unit of the stop's distance", distances)
        self.bracket_box = _box(self, "Bracket", [WIDER, "yes", "no"])
        self.target_edit = _number(self, "Target's distance")
        self.target_box = _box(self, "Unit of the target's distance", DistanceUnit)
        self.stop_edit = _number(self, "Stop loss's distance")
        self.stop_box = _box(self, "Unit of the stop loss's distance", distances)
        self.exit_tif_box = _box(self, "Time in force of the exits", [WIDER, *_EXIT_TIFS])
        self.fault_label = PlainLabel("", self, wrap=True)
        self.fault_label.set_tone("warning")
        self.take_button = QPushButton("Take from the ticket", self)
        self.save_button = QPushButton("Save", self)
        self.save_button.setDefault(True)
        self.remove_button = QPushButton("Remove", self)
        self.close_button = QPushButton("Close", self)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        cells = (
            cell(self, "For", self.level_box),
            cell(self, "Class and symbol", self.class_box, self.symbol_edit),
            cell(self, "Size", self.size_edit, self.size_box),
            cell(self, "Type", self.kind_box),
            cell(self, "Time in force", self.tif_box),
            cell(self, "Outside regular hours", self.outside_box),
            cell(self, "Limit from, ticks beyond", self.limit_box, self.ticks_box),
            cell(self, "Stop or trail, from the market", self.offset_edit, self.offset_box),
            cell(self, "Bracket", self.bracket_box),
            cell(self, "Exits stand", self.exit_tif_box),
            cell(self, "Target, from the entry", self.target_edit, self.target_box),
            cell(self, "Stop loss, from the entry", self.stop_edit, self.stop_box),
        )
        for place, each in enumerate(cells):
            grid.addWidget(each, *divmod(place, 2))
        buttons = QHBoxLayout()
        buttons.addWidget(self.take_button)
        buttons.addStretch(1)
        for button in (self.remove_button, self.save_button, self.close_button):
            buttons.addWidget(button)
        right = QVBoxLayout()
        right.addLayout(grid)
        right.addWidget(self.fault_label)
        right.addStretch(1)
        right.addLayout(buttons)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(14, 12, 14, 12)
        whole.setSpacing(12)
        whole.addWidget(self.list)
        whole.addLayout(right, 1)

    def _connect(self) -> None:
        self.list.currentTextChanged.connect(self._on_chosen)
        self.take_button.clicked.connect(self._on_take)
        self.save_button.clicked.connect(self._on_save)
        self.remove_button.clicked.connect(self._on_remove)
        self.close_button.clicked.connect(self.reject)
        for box in self.findChildren(QComboBox):
            box.currentIndexChanged.connect(self._on_edited)
        for edit in self.findChildren(DecimalEdit):
            edit.value_changed.connect(self._on_edited)
        self.symbol_edit.textEdited.connect(self._on_edited)

    def _show_list(self) -> None:
        with QSignalBlocker(self.list):
            self.list.clear()
            self.list.addItems(list(self._presets))

    @Slot(str)
    def _on_chosen(self, name: str) -> None:
        if name in self._presets:
            self.show_preset(self._presets[name])

    @Slot()
    def _on_edited(self) -> None:
        preset = self.preset
        self.class_box.setEnabled(preset.level is not PresetLevel.EVERYTHING)
        self.symbol_edit.setEnabled(preset.level is PresetLevel.SYMBOL)
        self.ticks_box.setEnabled(preset.limit_from is not None)
        typed = (edit.fault for edit in self.findChildren(DecimalEdit))
        fault = next(filter(None, typed), "") or preset.fault
        self.fault_label.show_text(fault[:1].upper() + fault[1:])
        self.save_button.setEnabled(not fault)
        self.save_button.setText(f"Save {text.button_text(preset.name)}" if not fault else "Save")
        self.remove_button.setEnabled(preset.name in self._presets)

    @Slot()
    def _on_take(self) -> None:
        self.show_preset(self._ticket)

    @Slot()
    def _on_save(self) -> None:
        preset = self.preset
        if not self.save_button.isEnabled() or preset.fault:
            return
        self._presets[preset.name] = preset
        self._keep(preset.name)

    @Slot()
    def _on_remove(self) -> None:
        if self._presets.pop(self.preset.name, None) is not None:
            self._keep("")

    def _keep(self, name: str) -> None:
        self._show_list()
        with QSignalBlocker(self.list):
            self.list.setCurrentRow(list(self._presets).index(name) if name else -1)
        self._on_edited()
        self.kept.emit(tuple(self._presets.values()))


def _empty(ticket: OrderPreset) -> OrderPreset:
    """Return a preset of the ticket's contract that says nothing yet."""
    return OrderPreset(level=ticket.level, sec_type=ticket.sec_type, symbol=ticket.symbol)


def _box(parent: QWidget, name: str, words: object) -> QComboBox:
    box = QComboBox(parent)
    box.addItems([str(each) for each in words])  # type: ignore[attr-defined]
    box.setAccessibleName(name)
    return box


def _number(parent: QWidget, name: str) -> DecimalEdit:
    edit = DecimalEdit(parent)
    edit.setAccessibleName(name)
    return edit


def _choice(box: QComboBox, kind: type[Choice]) -> Choice | None:
    words = box.currentText()
    return None if words == WIDER else kind(words)


def _yes_no(box: QComboBox) -> bool | None:
    return {"yes": True, "no": False}.get(box.currentText())


def _distance(edit: DecimalEdit, unit: QComboBox) -> Distance | None:
    amount: Decimal | None = edit.value
    return None if amount is None else Distance(amount, DistanceUnit(unit.currentText()))
