"""Tells the core which positions stand without a stop on purpose."""

from PySide6.QtCore import QObject, Slot

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import CommandResult, Failed
from workstation.domain.coverage import LeaveOpen
from workstation.ui.panels.protection import ProtectionPage


class OpenChoice(QObject):
    """GUI thread; what cannot be kept is said on the page."""

    def __init__(self, page: ProtectionPage, commands: CommandPort) -> None:
        super().__init__(page)
        self._page, self._commands = page, commands
        page.choice_requested.connect(self._on_requested)

    @Slot(object)
    def _on_requested(self, wish: LeaveOpen) -> None:
        self._commands.send(wish, self._take)

    def _take(self, result: CommandResult) -> None:
        if isinstance(result, Failed):
            self._page.refuse(result.reason)
