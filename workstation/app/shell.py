"""The program around the window: choosing a connection, keeping settings, starting anew."""

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from workstation.app.options import SETTINGS_FILE, Options
from workstation.bridge.commands import CommandPort
from workstation.domain.commands import Reconnect
from workstation.domain.errors import SettingsError
from workstation.domain.profile import PROFILES, Profile
from workstation.storage.settings import OwnProfile, Settings, read_settings, write_settings
from workstation.ui.dialogs.connection import ConnectionDialog

log = logging.getLogger(__name__)


class Shell(QObject):
    """Opens the connection dialog and keeps what was chosen there. GUI thread."""

    restart_requested = Signal(object)
    """Name of the profile to start anew with: str."""

    faulted = Signal(object)
    """One sentence on why a setting was not kept: str."""

    def __init__(self, options: Options, commands: CommandPort, window: QWidget) -> None:
        super().__init__(window)
        self._path: Path = options.data_folder / SETTINGS_FILE
        self._current = options.profile.name
        self._profiles = dict(options.profiles)
        self._commands = commands
        self._window = window
        self.dialog: ConnectionDialog | None = None

    @Slot()
    def open_connection(self) -> None:
        """Show the connection dialog, or bring it to the front."""
        if self.dialog is not None:
            self.dialog.raise_()
            return
        self.dialog = ConnectionDialog(self._profiles, self._current, self._window)
        self.dialog.profile_requested.connect(self._on_requested)
        self.dialog.profile_saved.connect(self._on_saved)
        self.dialog.profile_removed.connect(self._on_removed)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    @Slot(object)
    def _on_requested(self, name: str) -> None:
        if name == self._current:
            self._commands.send(Reconnect())
            return
        self._keep(profile=name)
        self.restart_requested.emit(name)

    @Slot(object)
    def _on_saved(self, profile: Profile) -> None:
        self._profiles[profile.name] = profile
        self._keep()

    @Slot(object)
    def _on_removed(self, name: str) -> None:
        self._profiles.pop(name, None)
        self._keep()

    @Slot()
    def _on_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _keep(self, profile: str | None = None) -> None:
        own = {
            name: OwnProfile(host=each.host, port=each.port, environment=each.environment)
            for name, each in self._profiles.items()
            if name not in PROFILES and each.environment is not None
        }
        try:
            before = read_settings(self._path)
        except SettingsError:
            before = Settings()
        chosen = profile or before.profile
        if chosen not in own and chosen not in PROFILES:
            chosen = "simulated"
        settings = Settings(
            profile=chosen,
            client_id=before.client_id,
            max_server_version=before.max_server_version,
            profiles=own,
        )
        try:
            write_settings(self._path, settings)
        except OSError as error:
            log.info("the settings could not be kept: %s", error)
            self.faulted.emit(f"The settings could not be kept: {error.strerror}.")
