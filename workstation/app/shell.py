"""The program around the window: where it connects, what it keeps of that, what it starts."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from workstation.app.options import SETTINGS_FILE, Options
from workstation.bridge.commands import CommandPort
from workstation.domain.commands import Reconnect, UseEndpoint
from workstation.domain.errors import SettingsError
from workstation.domain.link import LinkView
from workstation.domain.profile import PROFILES, Profile, is_loopback
from workstation.storage.settings import (
    Extras,
    OwnProfile,
    Settings,
    read_settings,
    write_settings,
)
from workstation.ui import text
from workstation.ui.dialogs.plain_dialog import PlainDialog

if TYPE_CHECKING:
    from workstation.app.launcher import Launcher
    from workstation.app.port_probe import PortProbe
    from workstation.ui.dialogs.connection import ConnectionDialog

log = logging.getLogger(__name__)

FOLLOW_MS = 500
OUTPUT_FILE = "started-program.log"
_DEFAULT_PORTS = tuple(profile.port for profile in PROFILES.values() if profile.port)


class Shell(QObject):
    """Connects to the profile, opens the connection dialog and keeps what was chosen. GUI thread.

    Another computer is connected to only after the user agreed to a link without encryption.
    """

    restart_requested = Signal(object)
    """Name of the profile to start anew with: str."""

    faulted = Signal(object)
    """One sentence on why a setting was not kept, or a profile not connected to: str."""

    launch_ended = Signal(object)
    """One sentence on how the program that was started has ended: str."""

    def __init__(
        self,
        options: Options,
        commands: CommandPort,
        window: QWidget,
        logs: Path,
        link: Callable[[], LinkView | None],
    ) -> None:
        super().__init__(window)
        self._path: Path = options.data_folder / SETTINGS_FILE
        self._running = options.profile
        self._client_id = options.client_id
        self._chosen_client_id: int | None = None
        self._profiles = dict(options.profiles)
        self._output = logs / OUTPUT_FILE
        self._commands = commands
        self._window = window
        self._link = link
        self.dialog: ConnectionDialog | None = None
        self.question: PlainDialog | None = None
        self._asked: Profile | None = None
        self.launcher: Launcher | None = None
        self._probe: PortProbe | None = None
        self._is_first_look = False
        self._follow = QTimer(self)
        self._follow.setInterval(FOLLOW_MS)
        self._follow.timeout.connect(self._on_follow_due)

    # -- connecting ---------------------------------------------------------------------------

    def connect_first(self) -> None:
        """Connect to the profile the program runs with, and start its command where it may."""
        self._use(self._running)
        if self._running.may_restart and is_loopback(self._running.host):
            self._is_first_look = True
            self._look((self._running.port,))

    def leave(self) -> None:
        """Let go of what was started: it goes on by itself."""
        if self._probe is not None:
            self._probe.stop()
        if self.launcher is not None:
            self.launcher.leave()

    def _use(self, profile: Profile) -> None:
        """Connect; to another computer only once the user has agreed."""
        strangers = [host for host in profile.remote_hosts if host not in self._agreed_hosts()]
        if not strangers:
            self._send(profile)
            return
        named = " and ".join(text.one_line(host, 80) for host in strangers)
        question = (
            f"The link to {named} is not encrypted: anyone on the way can read and change your "
            "orders. Better use a tunnel, such as ssh has, and connect to 127.0.0.1. Connect all "
            "the same? The answer is kept for this host."
        )
        answers = {"connect": "Connect unencrypted", "stay": "Stay disconnected"}
        self._asked = profile
        self.question = PlainDialog("Another computer", question, answers, self._window)
        self.question.answered.connect(self._on_agreed)
        self.question.open()

    @Slot(object)
    def _on_agreed(self, answer: str) -> None:
        profile, self._asked, self.question = self._asked, None, None
        if answer == "connect" and profile is not None:
            self._keep(hosts=profile.remote_hosts)
            self._send(profile)
        elif profile is not None:
            self.faulted.emit(
                f"Not connected to {text.one_line(profile.host, 80)}: the link would not be "
                "encrypted. File, Connection, Connect asks again."
            )

    def _send(self, profile: Profile) -> None:
        self._commands.send(
            UseEndpoint(profile.host, profile.port, profile.standby_host, profile.standby_port)
        )

    # -- the dialog ---------------------------------------------------------------------------

    @Slot()
    def open_connection(self) -> None:
        """Show the connection dialog, or bring it to the front."""
        from workstation.ui.dialogs.connection import ConnectionDialog

        if self.dialog is not None:
            self.dialog.raise_()
            return
        chosen = self._chosen_client_id
        client_id = self._client_id if chosen is None else chosen
        self.dialog = ConnectionDialog(
            self._profiles, self._running.name, self._window, client_id=client_id
        )
        self.dialog.profile_requested.connect(self._on_requested)
        self.dialog.profile_saved.connect(self._on_saved)
        self.dialog.profile_removed.connect(self._on_removed)
        self.dialog.client_id_chosen.connect(self._on_client_id_chosen)
        self.dialog.look_requested.connect(self._on_look_requested)
        self.dialog.start_requested.connect(self._on_start_requested)
        self.dialog.finished.connect(self._on_finished)
        self._on_follow_due()
        self._on_launch_changed()
        self._follow.start()
        self.dialog.open()

    @Slot()
    def _on_follow_due(self) -> None:
        if self.dialog is not None:
            self.dialog.show_link(self._link())

    @Slot(object)
    def _on_requested(self, name: str) -> None:
        profile = self._profiles.get(name, self._running)
        is_same = name == self._running.name and self._chosen_client_id in {None, self._client_id}
        if not is_same or profile.environment is not self._running.environment:
            self._keep(profile=name)
            self.restart_requested.emit(name)
        elif profile.starts_gateway:
            self._commands.send(Reconnect())
        else:
            self._running = profile
            self._use(profile)

    @Slot(object)
    def _on_saved(self, profile: Profile) -> None:
        self._profiles[profile.name] = profile
        self._keep()

    @Slot(object)
    def _on_removed(self, name: str) -> None:
        self._profiles.pop(name, None)
        self._keep()

    @Slot(object)
    def _on_client_id_chosen(self, client_id: int) -> None:
        self._chosen_client_id = client_id
        self._keep()

    @Slot()
    def _on_finished(self) -> None:
        self._follow.stop()
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    # -- ports and programs -------------------------------------------------------------------

    @Slot()
    def _on_look_requested(self) -> None:
        own = [p.port for p in self._profiles.values() if p.port and is_loopback(p.host)]
        self._look((*_DEFAULT_PORTS, *own))

    def _look(self, ports: tuple[int, ...]) -> None:
        from workstation.app.port_probe import PortProbe

        if self._probe is None:
            self._probe = PortProbe(self)
            self._probe.found.connect(self._on_found)
        self._probe.look(ports)

    @Slot(object)
    def _on_found(self, ports: tuple[int, ...]) -> None:
        if self._is_first_look:
            self._is_first_look = False
            if self._running.port not in ports:
                self._start(self._running)
        if self.dialog is not None:
            self.dialog.show_found(ports)

    @Slot(object)
    def _on_start_requested(self, profile: Profile) -> None:
        self._start(profile)

    def _start(self, profile: Profile) -> None:
        from workstation.app.launcher import Launcher

        if self.launcher is None:
            self.launcher = Launcher(self._output, self)
            self.launcher.changed.connect(self._on_launch_changed)
            self.launcher.ended.connect(self.launch_ended)
        self.launcher.start(profile.command, restarts=profile.may_restart)

    @Slot()
    def _on_launch_changed(self) -> None:
        if self.dialog is not None and self.launcher is not None:
            self.dialog.show_launch(self.launcher.words, running=self.launcher.is_running)

    # -- keeping ------------------------------------------------------------------------------

    def _settings(self) -> Settings:
        try:
            return read_settings(self._path)
        except SettingsError:
            return Settings()

    def _agreed_hosts(self) -> tuple[str, ...]:
        return self._settings().unencrypted_hosts

    def _keep(self, profile: str | None = None, hosts: tuple[str, ...] = ()) -> None:
        """Write what is known now; the file's other lines stay."""
        before = self._settings()
        own, built_in = {}, {}
        for name, each in self._profiles.items():
            extras = Extras.of(each)
            if name in PROFILES:
                if extras != Extras():
                    built_in[name] = extras
            elif each.environment is not None:
                own[name] = _own(each)
        chosen = profile or before.profile
        if chosen not in own and chosen not in PROFILES:
            chosen = "simulated"
        client_id = before.client_id if self._chosen_client_id is None else self._chosen_client_id
        settings = Settings(
            profile=chosen,
            client_id=client_id,
            max_server_version=before.max_server_version,
            profiles=own,
            built_in=built_in,
            unencrypted_hosts=tuple(dict.fromkeys((*before.unencrypted_hosts, *hosts))),
        )
        try:
            write_settings(self._path, settings)
        except OSError as error:
            log.info("the settings could not be kept: %s", error)
            self.faulted.emit(f"The settings could not be kept: {error.strerror}.")


def _own(profile: Profile) -> OwnProfile:
    assert profile.environment is not None
    return OwnProfile(
        host=profile.host,
        port=profile.port,
        environment=profile.environment,
        standby_host=profile.standby_host,
        standby_port=profile.standby_port,
        command=profile.command,
        restarts=profile.restarts,
    )
