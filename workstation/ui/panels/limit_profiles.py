"""Named sets of limits: a list with what each would change, and what can be done with one."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from workstation.domain.ids import AccountId
from workstation.domain.limit_profiles import LimitProfile, LimitProfileWish, ProfileAct
from workstation.ui import text
from workstation.ui.dialogs.name_dialog import NameDialog
from workstation.ui.dialogs.plain_dialog import PlainDialog
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column
from workstation.ui.plain_label import PlainLabel
from workstation.ui.table_view import TableView
from workstation.ui.theme import paint

LONGEST_NAME = 40
_HELP = "Named sets of limits. Nothing here is in force until it is chosen, on record."


def _state(row: LimitProfile) -> str:
    if row.fault:
        return "cannot be chosen"
    count = len(row.changes)
    differs = "figure differs" if count == 1 else "figures differ"
    return "in force" if row.is_in_force else f"{count} {differs}"


COLUMNS: tuple[Column[LimitProfile], ...] = (
    Column(
        key="name",
        title="Limits",
        text=lambda row: text.one_line(row.name, LONGEST_NAME),
        sort=lambda row: row.name.casefold(),
        sample="Careful, after a bad week",
        is_number=False,
    ),
    Column(
        key="state",
        title="State",
        text=_state,
        sort=_state,
        sample="cannot be chosen",
        is_number=False,
    ),
    Column(
        key="changes",
        title="What choosing it changes",
        text=lambda row: text.one_line(row.fault or "; ".join(row.changes), 400),
        sort=lambda row: row.fault or "; ".join(row.changes),
        sample="daily_loss: 20000 -> 5000; order_size: 100000 / 500000 -> 20000 / 50000",
        is_number=False,
    ),
)
_STATE = 1


class LimitProfilesModel(KeyedTableModel[str, LimitProfile]):
    """Every set; the key is its name."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    @override
    def colour(self, row: LimitProfile, column: int) -> QColor | None:
        """Mark what is in force and what cannot be chosen."""
        if column != _STATE:
            return None
        return paint().error if row.fault else paint().good if row.is_in_force else None


class LimitProfilesPage(QWidget):
    """Asks; whoever keeps the sets answers by show_profiles() and say()."""

    wished = Signal(object)
    """LimitProfileWish of the user."""

    import_requested = Signal()
    """A set from a file of the user's choice."""

    export_requested = Signal(object)
    """Name of the set to be written to a file: str."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._account: AccountId | None = None
        self.model = LimitProfilesModel(self)
        self.table = TableView(self.model, "No named sets yet: New… keeps what is in force", self)
        self.label = PlainLabel(_HELP, self, wrap=True)
        self.label.set_tone("muted")
        self.dialog: NameDialog | PlainDialog | None = None
        self._pending = (ProfileAct.LIST, "", "")
        self._asked = ""
        line = QHBoxLayout()
        line.setContentsMargins(6, 3, 6, 0)
        self.buttons: dict[str, QPushButton] = {}
        for name, words, slot in (
            ("use", "Put in force…", self._on_use),
            ("new", "New…", self._on_new),
            ("copy", "Copy…", self._on_copy),
            ("rename", "Rename…", self._on_rename),
            ("delete", "Delete…", self._on_delete),
            ("import", "Import…", self.import_requested),
            ("export", "Export…", self._on_export),
        ):
            button = QPushButton(words, self)
            button.clicked.connect(slot)
            line.addWidget(button)
            self.buttons[name] = button
        line.addStretch(1)
        self.label.setContentsMargins(6, 0, 6, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(line)
        column.addWidget(self.label)
        column.addWidget(self.table, 1)
        self.table.selectionModel().selectionChanged.connect(self._show_buttons)
        self.table.doubleClicked.connect(self._on_use)
        self._show_buttons()

    @property
    def chosen(self) -> LimitProfile | None:
        """The selected set."""
        rows = [row for row in self.table.selected_rows() if isinstance(row, LimitProfile)]
        return rows[0] if len(rows) == 1 else None

    def show_account(self, account: AccountId | None) -> None:
        """Compare with the limits of this account from now on."""
        if account != self._account:
            self._account = account
            self.model.clear()
            self._show_buttons()
            self.ask_again()

    def show_profiles(self, profiles: tuple[LimitProfile, ...]) -> None:
        """Show these sets and no others."""
        self.model.show_only({each.name: each for each in profiles})
        self._show_buttons()

    def say(self, words: str, tone: str = "muted") -> None:
        """Say what became of a wish."""
        self.label.show_text(text.one_line(words, 400))
        self.label.set_tone(tone)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Ask what there is whenever somebody looks."""
        super().showEvent(event)
        self.ask_again()

    @Slot()
    def ask_again(self) -> None:
        """Ask for the list, where somebody looks."""
        if self.isVisible():
            self.wish(ProfileAct.LIST)

    def wish(self, act: ProfileAct, name: str = "", other: str = "", content: str = "") -> None:
        """Ask for one act on a set."""
        if self._account is not None:
            self.wished.emit(LimitProfileWish(self._account, act, name, other, content))

    @Slot()
    def _show_buttons(self) -> None:
        chosen = self.chosen
        for name in ("copy", "rename", "delete", "export"):
            self.buttons[name].setEnabled(chosen is not None)
        can_use = chosen is not None and not chosen.fault and not chosen.is_in_force
        self.buttons["use"].setEnabled(can_use)
        for name in ("new", "import"):
            self.buttons[name].setEnabled(self._account is not None)

    def ask_name(self, title: str, question: str, name: str, act: ProfileAct, content: str) -> None:
        """Ask for a name and wish the act under it; `content` is kept where it is a new set."""
        self.dialog = NameDialog(title, question, name, LONGEST_NAME, self.window())
        self._pending = (act, name, content)
        self.dialog.named.connect(self._on_named)
        self.dialog.open()

    @Slot(object)
    def _on_named(self, name: str) -> None:
        act, old, content = self._pending
        if act is ProfileAct.KEEP:
            self.wish(act, name, content=content)
        elif name != old:
            self.wish(act, old, name)

    @Slot()
    def _on_new(self) -> None:
        words = "Name of a set with the limits in force:"
        self.ask_name("New set of limits", words, "", ProfileAct.KEEP, "")

    @Slot()
    def _on_copy(self) -> None:
        if (chosen := self.chosen) is not None:
            self.ask_name("Copy limits", "Name of the copy:", chosen.name, ProfileAct.COPY, "")

    @Slot()
    def _on_rename(self) -> None:
        if (chosen := self.chosen) is not None:
            self.ask_name("Rename limits", "New name:", chosen.name, ProfileAct.RENAME, "")

    @Slot()
    def _on_export(self) -> None:
        if (chosen := self.chosen) is not None:
            self.export_requested.emit(chosen.name)

    @Slot()
    def _on_delete(self) -> None:
        if (chosen := self.chosen) is not None:
            question = f"Delete the limits “{chosen.name}”? The limits in force stay as they are."
            answers = {"delete": "Delete", "keep": "Keep"}
            self._ask("Delete limits", question, answers, chosen.name)

    @Slot()
    def _on_use(self) -> None:
        chosen = self.chosen
        if chosen is None or not self.buttons["use"].isEnabled():
            return
        changes = "\n".join(text.one_line(change, 200) for change in chosen.changes)
        question = f"Put the limits “{chosen.name}” in force?\n\n{changes}"
        answers = {"use": "Put them in force", "keep": "Keep the present ones"}
        self._ask("Choose limits", question, answers, chosen.name)

    def _ask(self, title: str, question: str, answers: dict[str, str], name: str) -> None:
        self._asked = name
        self.dialog = PlainDialog(title, question, answers, self.window())
        self.dialog.answered.connect(self._on_answered)
        self.dialog.open()

    @Slot(object)
    def _on_answered(self, answer: str) -> None:
        acts = {"use": ProfileAct.USE, "delete": ProfileAct.DELETE}
        if answer in acts:
            self.wish(acts[answer], self._asked)
