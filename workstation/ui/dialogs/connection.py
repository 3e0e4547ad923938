"""Choosing where to connect, and what to set at the broker's side so that it works."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from workstation.domain.account import Environment
from workstation.domain.link import LinkState, LinkView
from workstation.domain.link_fault import LinkFault, fault_of
from workstation.domain.profile import PROFILES, Profile
from workstation.ui import text
from workstation.ui.connection_advice import (
    advice_for,
    advice_on,
    advice_on_link,
    program_at,
)
from workstation.ui.dialogs.connection_form import (
    EndpointForm,
    ExtrasForm,
    fault_in,
    profile_of,
)
from workstation.ui.dialogs.found_ports import FoundPorts
from workstation.ui.dialogs.setup_list import SetupList
from workstation.ui.plain_label import PlainLabel

_UNENCRYPTED = (
    "The link to another computer is not encrypted: anyone on the way can read and change orders. "
    "Use a tunnel."
)


class ConnectionDialog(QDialog):
    """Shows the profiles, edits them, and asks for one to be used. Opened, never executed."""

    profile_requested = Signal(object)
    """Name of the profile to connect with: str."""

    profile_saved = Signal(object)
    """Profile of the user's own, new or changed, or a built-in one with something added."""

    profile_removed = Signal(object)
    """Name of the own profile to forget: str."""

    client_id_chosen = Signal(object)
    """The API client number to use from now on: int."""

    look_requested = Signal()
    """Find out which ports of this computer listen."""

    start_requested = Signal(object)
    """Start the command of this Profile."""

    def __init__(
        self,
        profiles: Mapping[str, Profile],
        current: str,
        parent: QWidget | None = None,
        *,
        client_id: int = 7,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Connection")
        self._profiles = dict(profiles)
        self._current = current
        self._client_id = client_id
        self._link: LinkView | None = None
        self._is_running = False
        self._build()
        self.client_edit.setValue(client_id)
        self._fill(current)

    # -- what is shown ------------------------------------------------------------------------

    def show_link(self, link: LinkView | None) -> None:
        """Show how the link stands and, while it does not, what to change."""
        if link != self._link:
            self._link = link
            self._offer_client_id()
            self._show_advice()

    def _offer_client_id(self) -> None:
        """Put the next client id in where another program uses this one: Connect takes it."""
        link = self._link
        in_use = link is not None and fault_of(link.reason) is LinkFault.CLIENT_ID_IN_USE
        if link is not None and in_use and self.client_edit.value() == link.client_id:
            self.client_edit.setValue(link.client_id + 1)

    def show_found(self, ports: tuple[int, ...]) -> None:
        """Show which ports of this computer listen."""
        self.found.show_found(ports, self._profiles)

    def show_launch(self, words: str, *, running: bool) -> None:
        """Show how the command that was started does."""
        self._is_running = running
        self.launch_label.show_text(words)
        self._check()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Look at the ports as soon as the dialog is seen."""
        super().showEvent(event)
        if not event.spontaneous():
            self.look_requested.emit()

    # -- building -----------------------------------------------------------------------------

    def _build(self) -> None:
        self.list = QListWidget(self)
        self.list.setAccessibleName("Profiles")
        self.list.setMinimumSize(200, 150)
        self.list.currentItemChanged.connect(self._on_chosen)
        self.found = FoundPorts(self)
        self.found.look_requested.connect(self._on_look_again)
        self.found.profile_chosen.connect(self._on_found_chosen)
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        left.addWidget(self.found)
        middle = QHBoxLayout()
        middle.setSpacing(12)
        middle.addLayout(left)
        middle.addWidget(self._build_tabs(), 1)
        self.fault_label = PlainLabel("", self, wrap=True)
        self.fault_label.set_tone("warning")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.addLayout(middle, 1)
        column.addWidget(self.fault_label)
        column.addLayout(self._build_buttons())
        self.resize(760, 470)

    def _build_tabs(self) -> QTabWidget:
        self.tabs = QTabWidget(self)
        self.setup_list = SetupList(self)
        self.tabs.addTab(self._build_endpoint(), "&Endpoint")
        self.tabs.addTab(self._build_extras(), "Standb&y and start")
        self.tabs.addTab(self.setup_list, "Settin&gs")
        return self.tabs

    def _build_endpoint(self) -> QWidget:
        page = QWidget(self)
        self.endpoint = EndpointForm(page)
        self.name_edit, self.host_edit = self.endpoint.name_edit, self.endpoint.host_edit
        self.port_edit, self.world_box = self.endpoint.port_edit, self.endpoint.world_box
        self.client_edit = self.endpoint.client_edit
        self.endpoint.edited.connect(self._check)
        self.state_label = PlainLabel("", page, wrap=True)
        self.advice_label = PlainLabel("", page, wrap=True)
        self.advice_label.setMinimumWidth(330)
        column = _column(page)
        column.addWidget(self.endpoint)
        for label in (self.state_label, self.advice_label):
            label.setContentsMargins(10, 0, 10, 0)
            column.addWidget(label)
        column.addStretch(1)
        return page

    def _build_extras(self) -> QWidget:
        page = QWidget(self)
        self.extras = ExtrasForm(page)
        self.extras.edited.connect(self._check)
        self.start_button = QPushButton("Start it no&w", page)
        self.start_button.setAutoDefault(False)
        self.start_button.clicked.connect(self._on_start)
        self.launch_label = PlainLabel("", page, wrap=True)
        about = PlainLabel(
            "After three failed attempts the standby is tried, then the first again. The command "
            "starts TWS or IB Gateway without a shell; it goes on when this program ends, and is "
            "not started again when it ended by itself with code 0.",
            page,
            wrap=True,
        )
        about.set_tone("muted")
        column = _column(page)
        column.addWidget(self.extras)
        line = QHBoxLayout()
        line.setContentsMargins(10, 0, 10, 0)
        line.addWidget(self.start_button)
        line.addWidget(self.launch_label, 1)
        column.addLayout(line)
        about.setContentsMargins(10, 8, 10, 0)
        column.addWidget(about)
        column.addStretch(1)
        return page

    def _build_buttons(self) -> QHBoxLayout:
        self.new_button = QPushButton("New", self)
        self.save_button = QPushButton("Sa&ve", self)
        self.remove_button = QPushButton("&Remove", self)
        self.connect_button = QPushButton("Connec&t", self)
        self.close_button = QPushButton("Close", self)
        self.new_button.clicked.connect(self._on_new)
        self.save_button.clicked.connect(self._on_save)
        self.remove_button.clicked.connect(self._on_remove)
        self.connect_button.clicked.connect(self._on_connect)
        self.close_button.clicked.connect(self.reject)
        self.connect_button.setDefault(True)
        line = QHBoxLayout()
        for button in (self.new_button, self.save_button, self.remove_button):
            button.setAutoDefault(False)
            line.addWidget(button)
        line.addStretch(1)
        line.addWidget(self.connect_button)
        line.addWidget(self.close_button)
        return line

    def _fill(self, chosen: str) -> None:
        self.list.clear()
        for name in self._profiles:
            item = QListWidgetItem(f"{name}  (in use)" if name == self._current else name)
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.list.addItem(item)
            if name == chosen:
                self.list.setCurrentItem(item)
        if self.list.currentRow() < 0 and self.list.count():
            self.list.setCurrentRow(0)

    # -- choosing and editing -----------------------------------------------------------------

    def _chosen(self) -> str:
        if self.list.currentRow() < 0:
            return ""
        return str(self.list.currentItem().data(Qt.ItemDataRole.UserRole))

    @Slot()
    def _on_chosen(self) -> None:
        profile = self._profiles.get(self._chosen())
        if profile is not None:
            self._show(profile)
        self._check()

    def _show(self, profile: Profile) -> None:
        self.endpoint.show_profile(profile)
        self.extras.show_profile(profile)
        self._show_advice()

    def _show_advice(self) -> None:
        name, link = self._chosen(), self._link
        is_current = name == self._current and link is not None and bool(link.host)
        state, tone, advice = (
            "",
            "muted",
            advice_on(LinkFault.NOTHING_LISTENS, self.port_edit.value()),
        )
        if name == "simulated":
            advice = advice_for(name)
        elif is_current and link is not None:
            advice = advice_on_link(link, self._profiles[name].environment)
        if is_current and link is not None:
            reason = f": {text.one_line(link.reason)}" if link.reason else ""
            which = ", the standby" if link.is_standby else ""
            state = f"Now {link.state.value} at {link.host}:{link.port}{which}{reason}."
            tone = "warning" if link.state is LinkState.DISCONNECTED else "muted"
        self.state_label.show_text(state)
        self.state_label.setVisible(bool(state))
        self.state_label.set_tone(tone)
        self.advice_label.show_text(advice)

    @Slot()
    def _check(self) -> None:
        profile = self._edited()
        saved = self._profiles.get(profile.name)
        fault = fault_in(profile)
        if not fault and self._chosen() not in PROFILES and profile.name in PROFILES:
            fault = f"{profile.name} is a built-in profile; choose another name."
        warning = _UNENCRYPTED if profile.remote_hosts else ""
        self.fault_label.show_text(fault or warning)
        self.extras.follow_world(profile.environment)
        self.setup_list.show_for(profile.port, self.client_edit.value())
        self.tabs.setTabText(2, f"Settin&gs in {program_at(profile.port)}")
        self.save_button.setEnabled(not fault and saved != profile)
        self.remove_button.setEnabled(
            self._chosen() in self._profiles and self._chosen() not in PROFILES
        )
        self.connect_button.setEnabled(saved is not None and saved == profile)
        self.start_button.setEnabled(bool(profile.command) and not self._is_running)

    def _edited(self) -> Profile:
        return profile_of(self.endpoint, self.extras)

    # -- buttons ------------------------------------------------------------------------------

    @Slot()
    def _on_look_again(self) -> None:
        self.found.show_looking()
        self.look_requested.emit()

    @Slot(object)
    def _on_found_chosen(self, name: str) -> None:
        self._fill(name)
        self.tabs.setCurrentIndex(0)
        self.connect_button.setFocus()

    @Slot()
    def _on_start(self) -> None:
        self.start_requested.emit(self._edited())

    @Slot()
    def _on_new(self) -> None:
        self.list.setCurrentRow(-1)
        self._show(Profile("", "127.0.0.1", 7497, Environment.PAPER))
        self.tabs.setCurrentIndex(0)
        self.name_edit.setFocus()
        self._check()

    @Slot()
    def _on_save(self) -> None:
        profile = self._edited()
        self._profiles[profile.name] = profile
        self._choose_client_id()
        self.profile_saved.emit(profile)
        self._fill(profile.name)

    @Slot()
    def _on_remove(self) -> None:
        name = self._chosen()
        self._profiles.pop(name, None)
        self.profile_removed.emit(name)
        self._fill(self._current)

    @Slot()
    def _on_connect(self) -> None:
        self._choose_client_id()
        self.profile_requested.emit(self._edited().name)
        self.accept()

    def _choose_client_id(self) -> None:
        if self.client_edit.value() != self._client_id:
            self._client_id = self.client_edit.value()
            self.client_id_chosen.emit(self._client_id)


def _column(page: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 6)
    column.setSpacing(6)
    return column
