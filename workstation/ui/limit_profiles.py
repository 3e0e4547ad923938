"""Carries the wishes of the page of named limits to the core, and files in and out."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import CommandResult, Done, Failed
from workstation.domain.limit_profiles import (
    LimitProfiles,
    LimitProfileText,
    LimitProfileWish,
    ProfileAct,
)
from workstation.ui.panels.limit_profiles import LONGEST_NAME, LimitProfilesPage


class LimitProfilesLink(QObject):
    """One wish at a time in the order asked. GUI thread."""

    write_requested = Signal(object)
    """(Path, text) to be written to a file of the user's choice: tuple[Path, str]."""

    read_requested = Signal(object)
    """Path of a file whose text shall come to take_file()."""

    def __init__(self, page: LimitProfilesPage, commands: CommandPort, parent: QWidget) -> None:
        super().__init__(parent)
        self._page, self._commands, self._window = page, commands, parent
        self._target: Path | None = None
        self._exporting = ""
        self.files: QFileDialog | None = None
        page.wished.connect(self._on_wished)
        page.import_requested.connect(self._on_import)
        page.export_requested.connect(self._on_export)

    @Slot(object)
    def _on_wished(self, wish: LimitProfileWish) -> None:
        self._commands.send(wish, self._take)

    def _take(self, result: CommandResult) -> None:
        match result:
            case LimitProfiles(profiles=profiles):
                self._page.show_profiles(profiles)
            case LimitProfileText(text=content):
                if self._target is not None:
                    self.write_requested.emit((self._target, content))
                    self._target = None
            case Done(text=words):
                self._page.say(words, "good")
                self._page.ask_again()
            case Failed(reason=reason):
                self._page.say(f"Not done: {reason}", "error")
                self._page.ask_again()

    @Slot()
    def _on_import(self) -> None:
        self.files = QFileDialog(self._window, "Limits to keep under a name")
        self.files.setNameFilter("Limits (*.toml);;All files (*)")
        self.files.fileSelected.connect(self._on_import_chosen)
        self.files.open()

    @Slot(str)
    def _on_import_chosen(self, name: str) -> None:
        self.read_requested.emit(Path(name))

    def told(self, words: str) -> None:
        """Say what became of a file."""
        self._page.say(words)

    def take_file(self, path: Path, content: str) -> None:
        """Ask under which name the limits of a file shall be kept."""
        name = path.stem[:LONGEST_NAME]
        self._page.ask_name("Import limits", "Name of the set:", name, ProfileAct.KEEP, content)

    @Slot(object)
    def _on_export(self, name: str) -> None:
        self._exporting = name
        self.files = QFileDialog(self._window, "Write limits to a file")
        self.files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.files.setDefaultSuffix("toml")
        self.files.selectFile(f"{name}.toml")
        self.files.fileSelected.connect(self._on_export_chosen)
        self.files.open()

    @Slot(str)
    def _on_export_chosen(self, name: str) -> None:
        self._target = Path(name)
        self._page.wish(ProfileAct.READ, self._exporting)
