"""The fields of one connection profile."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from workstation.domain.account import Environment
from workstation.domain.profile import PROFILES, Profile

MOST_CLIENT_ID = 2**31 - 1
LONGEST_COMMAND = 2000


class EndpointForm(QWidget):
    """Where to connect, as whom, and whose money is expected there."""

    edited = Signal()
    """Any field changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name_edit = _line(self, 32)
        self.host_edit = _line(self, 253)
        self.port_edit = _port(self)
        self.world_box = QComboBox(self)
        self.world_box.addItems([each.value for each in Environment])
        self.world_box.setToolTip("With any other account nothing can be traded or armed.")
        self.client_edit = QSpinBox(self)
        self.client_edit.setRange(0, MOST_CLIENT_ID)
        self.client_edit.setGroupSeparatorShown(False)
        self.client_edit.setToolTip(
            "One number for all profiles. Each program at one TWS needs its own; an order can be "
            "changed and cancelled only under the number that placed it."
        )
        form = QFormLayout(self)
        form.setContentsMargins(10, 10, 10, 6)
        form.addRow("&Name", self.name_edit)
        form.addRow("&Host", self.host_edit)
        form.addRow("&Port", self.port_edit)
        form.addRow("&Accounts are", self.world_box)
        form.addRow("C&lient id", self.client_edit)
        for edit in (self.name_edit, self.host_edit):
            edit.textChanged.connect(self.edited)
        for number in (self.port_edit, self.client_edit):
            number.valueChanged.connect(self.edited)
        self.world_box.currentTextChanged.connect(self.edited)

    def show_profile(self, profile: Profile) -> None:
        """Fill the fields; those of a built-in profile cannot be changed."""
        self.name_edit.setText(profile.name)
        self.host_edit.setText(profile.host)
        self.port_edit.setValue(profile.port)
        self.world_box.setCurrentText((profile.environment or Environment.LIVE).value)
        own = profile.name not in PROFILES
        for widget in (self.name_edit, self.host_edit, self.port_edit, self.world_box):
            widget.setEnabled(own)


class ExtrasForm(QWidget):
    """A second endpoint, and the command that starts the other side."""

    edited = Signal()
    """Any field changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.standby_host_edit = _line(self, 253)
        self.standby_host_edit.setPlaceholderText("127.0.0.1")
        self.standby_port_edit = _port(self)
        self.standby_port_edit.setSpecialValueText("none")
        self.command_edit = _line(self, LONGEST_COMMAND)
        self.command_edit.setPlaceholderText(
            '/opt/ibgateway/ibgateway, or "C:\\...\\ibgateway.exe"'
        )
        self.restarts_box = QCheckBox("&Start it by itself, and again after a crash", self)
        form = QFormLayout(self)
        form.setContentsMargins(10, 10, 10, 6)
        form.addRow("Stand&by host", self.standby_host_edit)
        form.addRow("Standby p&ort", self.standby_port_edit)
        form.addRow("Co&mmand", self.command_edit)
        form.addRow("", self.restarts_box)
        for edit in (self.standby_host_edit, self.command_edit):
            edit.textChanged.connect(self.edited)
        self.standby_port_edit.valueChanged.connect(self.edited)
        self.restarts_box.toggled.connect(self._on_toggled)

    def show_profile(self, profile: Profile) -> None:
        """Fill the fields."""
        self.standby_host_edit.setText(profile.standby_host)
        self.standby_port_edit.setValue(profile.standby_port)
        self.command_edit.setText(profile.command)
        self.command_edit.setCursorPosition(0)
        self.restarts_box.setChecked(profile.restarts)
        self.setEnabled(not profile.starts_gateway)
        self.follow_world(profile.environment)

    def follow_world(self, world: Environment | None) -> None:
        """Let only a paper profile start its program without being told each time."""
        self.restarts_box.setEnabled(world is Environment.PAPER)
        self.restarts_box.setToolTip(
            ""
            if world is Environment.PAPER
            else "Only for paper accounts; for live ones you press Start yourself each time."
        )

    @Slot(bool)
    def _on_toggled(self, _checked: bool) -> None:  # noqa: FBT001 -- Qt's signature
        self.edited.emit()


def profile_of(endpoint: EndpointForm, extras: ExtrasForm) -> Profile:
    """Return what both forms say together."""
    name = endpoint.name_edit.text().strip()
    base = PROFILES.get(name) or Profile(
        name,
        endpoint.host_edit.text().strip(),
        endpoint.port_edit.value(),
        Environment(endpoint.world_box.currentText()),
    )
    port = extras.standby_port_edit.value()
    host = extras.standby_host_edit.text().strip()
    return Profile(
        base.name,
        base.host,
        base.port,
        base.environment,
        base.starts_gateway,
        standby_host=(host or "127.0.0.1") if port else host,
        standby_port=port,
        command=extras.command_edit.text().strip(),
        restarts=extras.restarts_box.isChecked(),
    )


def fault_in(profile: Profile) -> str:
    """Say what is wrong with a profile, or ""."""
    name, host = profile.name, profile.host
    allowed = all(mark.isascii() and (mark.isalnum() or mark in "-_") for mark in name)
    if not name or not allowed or not name[0].isalnum():
        return "A name has letters, digits, - and _, and begins with a letter or digit."
    if not host or _is_no_host(host) or _is_no_host(profile.standby_host):
        return "A host is a name or an address without spaces."
    if not profile.port and not profile.starts_gateway:
        return "A port is a number from 1 to 65535."
    if profile.standby_port and (profile.standby_host, profile.standby_port) == (
        host,
        profile.port,
    ):
        return "The standby is the endpoint itself; give another host or port, or none."
    return ""


def _is_no_host(host: str) -> bool:
    return any(mark.isspace() or mark == "/" for mark in host)


def _line(parent: QWidget, longest: int) -> QLineEdit:
    edit = QLineEdit(parent)
    edit.setMaxLength(longest)
    return edit


def _port(parent: QWidget) -> QSpinBox:
    edit = QSpinBox(parent)
    edit.setRange(0, 65_535)
    edit.setGroupSeparatorShown(False)
    return edit
