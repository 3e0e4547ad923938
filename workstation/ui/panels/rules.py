"""Rules: what this program watches and does by itself, each tagged as client-side."""

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from workstation.domain.rule import RuleState, RuleView
from workstation.ui import text
from workstation.ui.models.rules import RuleRow, RulesModel
from workstation.ui.plain_label import PlainLabel
from workstation.ui.table_view import TableView

_EDITABLE = frozenset({RuleState.ARMED, RuleState.PAUSED, RuleState.WAITING})


class RulesPanel(QWidget):
    """Shows rules; asks, never acts."""

    new_requested = Signal()
    """The user wants to make an if-then rule."""

    edit_requested = Signal(object)
    """RuleView of a rule that shall be changed."""

    pause_requested = Signal(object)
    """RuleViews that shall do nothing: tuple[RuleView, ...]."""

    resume_requested = Signal(object)
    """RuleViews that shall watch again: tuple[RuleView, ...]."""

    confirm_requested = Signal(object)
    """RuleView whose held order the user wants to look at."""

    remove_requested = Signal(object)
    """RuleViews that shall go: tuple[RuleView, ...]."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RulesModel(self)
        empty = "No rules: New… makes one; exit rules begin at a position or a stop"
        self.table = TableView(self.model, empty, self)
        self.table.setObjectName("rules_table")
        self.menu: QMenu | None = None
        self._is_read_only = False
        self.count_label = PlainLabel("", self)
        self.count_label.set_tone("muted")
        self.new_button = self._button("New…", "If … then …: watched on this computer")
        self.edit_button = self._button("Edit…", "Change the selected rule (F2)")
        self.resume_button = self._button("Resume", "Watch the selected rules again from now on")
        self.pause_button = self._button("Pause", "Let the selected rules do nothing")
        self.confirm_button = self._button(
            "Confirm…", "Look at what a held order asks, and send it"
        )
        self.remove_button = self._button("Remove", "Take the selected rules away (Delete)")
        self._lay_out()
        self._connect()
        self.show_rules({}, "")

    def _button(self, words: str, tip: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setToolTip(text.tooltip(tip))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(8, 3, 3, 0)
        line.addWidget(self.count_label)
        line.addStretch(1)
        for button in (self.new_button, self.edit_button, self.resume_button,
                       self.pause_button, self.confirm_button, self.remove_button):  # fmt: skip
            line.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(line)
        column.addWidget(self.table)

    def _connect(self) -> None:
        self.new_button.clicked.connect(self.new_requested)
        self.edit_button.clicked.connect(self._on_edit)
        self.resume_button.clicked.connect(self._on_resume)
        self.pause_button.clicked.connect(self._on_pause)
        self.confirm_button.clicked.connect(self._on_confirm)
        self.remove_button.clicked.connect(self._on_remove)
        table = self.table
        table.change_pressed.connect(self._on_edit)
        table.delete_pressed.connect(self._on_remove)
        table.doubleClicked.connect(self._on_edit)
        table.selectionModel().selectionChanged.connect(self._show_buttons)
        self.model.dataChanged.connect(self._show_buttons)
        self.model.rowsRemoved.connect(self._show_buttons)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._on_menu)

    def show_rules(self, rows: dict[object, RuleRow], words: str) -> None:
        """Show these rules and no others, and one sentence about them."""
        self.model.show_only(rows)  # type: ignore[arg-type]
        self.count_label.show_text(words)
        self._show_buttons()

    def set_read_only(self, *, read_only: bool) -> None:
        """Offer nothing that would act, or give it back."""
        self._is_read_only = read_only
        self._show_buttons()

    def _selected(self, *states: RuleState) -> tuple[RuleView, ...]:
        rows = [row.view for row in self.table.selected_rows() if isinstance(row, RuleRow)]
        return tuple(row for row in rows if not states or row.record.state in states)

    def _one(self, *states: RuleState) -> RuleView | None:
        found = self._selected(*states)
        return found[0] if len(found) == 1 and len(self._selected()) == 1 else None

    @Slot()
    def _show_buttons(self) -> None:
        free = not self._is_read_only
        self.new_button.setEnabled(free)
        self.edit_button.setEnabled(free and self._one(*_EDITABLE) is not None)
        self.resume_button.setEnabled(free and bool(self._selected(RuleState.PAUSED)))
        self.pause_button.setEnabled(bool(self._selected(RuleState.ARMED)))
        self.confirm_button.setEnabled(free and self._one(RuleState.HELD) is not None)
        self.remove_button.setEnabled(bool(self._selected()))

    @Slot()
    def _on_edit(self) -> None:
        if (held := self._one(RuleState.HELD)) is not None and not self._is_read_only:
            self.confirm_requested.emit(held)
        if (view := self._one(*_EDITABLE)) is not None and not self._is_read_only:
            self.edit_requested.emit(view)

    @Slot()
    def _on_resume(self) -> None:
        if views := self._selected(RuleState.PAUSED):
            self.resume_requested.emit(views)

    @Slot()
    def _on_pause(self) -> None:
        if views := self._selected(RuleState.ARMED):
            self.pause_requested.emit(views)

    @Slot()
    def _on_confirm(self) -> None:
        if (view := self._one(RuleState.HELD)) is not None:
            self.confirm_requested.emit(view)

    @Slot()
    def _on_remove(self) -> None:
        if views := self._selected():
            self.remove_requested.emit(views)

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, button in (
            ("New…", self.new_button),
            ("Edit…\tF2", self.edit_button),
            ("Resume", self.resume_button),
            ("Pause", self.pause_button),
            ("Confirm and send…", self.confirm_button),
            ("Remove\tDel", self.remove_button),
        ):
            action = menu.addAction(words)
            action.setEnabled(button.isEnabled())
            action.triggered.connect(button.click)
        self.menu = menu
        menu.popup(self.table.viewport().mapToGlobal(place))
