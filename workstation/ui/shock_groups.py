"""Editing the groups of the grid of shocks."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import CommandResult, Done, Failed
from workstation.domain.shock_groups import ReadShockGroups, SetShockGroups, ShockGroupsText
from workstation.ui import text
from workstation.ui.dialogs.text_dialog import TextDialog

TITLE = "Groups of shocks"
_WORDS = "What moves together, and how many times the grid's move. Empty or all in comments: none."


class ShockGroupsEditor(QObject):
    """Opens the text of the groups and has the core keep it. GUI thread."""

    def __init__(self, commands: CommandPort, window: QWidget) -> None:
        super().__init__(window)
        self._commands, self._window = commands, window
        self.dialog: TextDialog | None = None

    @Slot()
    def open(self) -> None:
        """Show the groups as their file has them."""
        if self.dialog is not None:
            self.dialog.raise_()
            return
        self.dialog = TextDialog(TITLE, _WORDS, self._window)
        self.dialog.keep_button.setEnabled(False)
        self.dialog.keep_requested.connect(self._on_keep)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()
        self._commands.send(ReadShockGroups(), self._take_text)

    def _take_text(self, result: CommandResult) -> None:
        if self.dialog is None:
            return
        if isinstance(result, ShockGroupsText):
            self.dialog.show_text(result.text)
            self.dialog.keep_button.setEnabled(True)
        elif isinstance(result, Failed):
            self.dialog.say(text.one_line(result.reason, 300), "error")

    @Slot(object)
    def _on_keep(self, content: str) -> None:
        self._commands.send(SetShockGroups(content), self._take_answer)

    def _take_answer(self, result: CommandResult) -> None:
        if self.dialog is None:
            return
        if isinstance(result, Done):
            self.dialog.accept()
        elif isinstance(result, Failed):
            self.dialog.say(f"Not kept: {text.one_line(result.reason, 300)}", "error")

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None
