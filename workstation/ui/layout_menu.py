"""The menu of named layouts."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from workstation.ui import text
from workstation.ui.dialogs.name_dialog import NameDialog
from workstation.ui.docks import Docks
from workstation.ui.layouts import DEFAULT, LONGEST_NAME, Layouts


class LayoutMenu(QObject):
    """View > Layouts: one entry for each name, then what can be done with the one in force."""

    def __init__(self, menu: QMenu, layouts: Layouts, docks: Docks, window: QWidget) -> None:
        super().__init__(menu)
        self._menu = menu
        self._layouts = layouts
        self._docks = docks
        self._window = window
        self._group = QActionGroup(self)
        self._group.triggered.connect(self._on_chosen)
        self._separator = menu.addSeparator()
        self.dialog: NameDialog | None = None
        self.save = self._add("&Save", self._on_save)
        self.save_as = self._add("Save &as…", self._on_save_as)
        self.rename = self._add("&Rename…", self._on_rename)
        self.delete = self._add("&Delete", self._on_delete)
        menu.addSeparator()
        self.lock = QAction("&Lock layout", menu)
        self.lock.setCheckable(True)
        self.lock.toggled.connect(self._on_locked)
        menu.addAction(self.lock)
        layouts.changed.connect(self._show_names)
        self._show_names()

    @property
    def names(self) -> list[str]:
        """The names as the menu offers them."""
        return [str(action.data()) for action in self._group.actions()]

    def choose(self, name: str) -> None:
        """Switch as a click on a name does."""
        for action in self._group.actions():
            if action.data() == name:
                action.trigger()

    def _add(self, title: str, slot: object) -> QAction:
        action = QAction(title, self._menu)
        action.triggered.connect(slot)
        self._menu.addAction(action)
        return action

    @Slot()
    def _show_names(self) -> None:
        for action in self._group.actions():
            self._group.removeAction(action)
            self._menu.removeAction(action)
            action.deleteLater()
        for name in self._layouts.names:
            action = QAction(text.button_text(name), self._menu)
            action.setData(name)
            action.setCheckable(True)
            action.setChecked(name == self._layouts.current)
            self._group.addAction(action)
            self._menu.insertAction(self._separator, action)
        is_named = self._layouts.current != DEFAULT
        for action in (self.save, self.rename, self.delete):
            action.setEnabled(is_named)

    @Slot(QAction)
    def _on_chosen(self, action: QAction) -> None:
        self._layouts.switch(action.data())

    @Slot()
    def _on_save(self) -> None:
        self._layouts.save()

    @Slot()
    def _on_save_as(self) -> None:
        self._ask("Save layout as", "Name of the layout", "")
        if self.dialog is not None:
            self.dialog.named.connect(self._on_save_named)

    @Slot()
    def _on_rename(self) -> None:
        self._ask("Rename layout", "New name of the layout", self._layouts.current)
        if self.dialog is not None:
            self.dialog.named.connect(self._on_rename_named)

    def _ask(self, title: str, question: str, name: str) -> None:
        self.dialog = NameDialog(title, question, name, LONGEST_NAME, self._window)
        self.dialog.open()

    @Slot(object)
    def _on_save_named(self, name: str) -> None:
        self._layouts.save_as(name)

    @Slot(object)
    def _on_rename_named(self, name: str) -> None:
        self._layouts.rename(name)

    @Slot()
    def _on_delete(self) -> None:
        self._layouts.delete()

    @Slot(bool)
    def _on_locked(self, locked: bool) -> None:  # noqa: FBT001 -- Qt's signature
        self._docks.set_locked(locked=locked)
