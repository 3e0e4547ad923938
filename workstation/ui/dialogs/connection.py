"""Choosing where to connect: the built-in profiles and the user's own."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.account import Environment
from workstation.domain.profile import PROFILES, Profile
from workstation.ui.connection_advice import advice_for
from workstation.ui.plain_label import PlainLabel

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_UNENCRYPTED = (
    "The link to another computer is not encrypted: anyone on the way can read and change orders. "
    "Use a tunnel."
)


class ConnectionDialog(QDialog):
    """Shows the profiles, edits own ones, and asks for one to be used. Opened, never executed."""

    profile_requested = Signal(object)
    """Name of the profile to connect with: str."""

    profile_saved = Signal(object)
    """Profile of the user's own, new or changed."""

    profile_removed = Signal(object)
    """Name of the own profile to forget: str."""

    def __init__(
        self, profiles: Mapping[str, Profile], current: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Connection")
        self._profiles = dict(profiles)
        self._current = current
        self._build()
        self._fill(current)

    def _build(self) -> None:
        self.list = QListWidget(self)
        self.list.setAccessibleName("Profiles")
        self.list.setMinimumSize(190, 210)
        self.list.currentItemChanged.connect(self._on_chosen)
        self.name_edit = QLineEdit(self)
        self.name_edit.setMaxLength(32)
        self.host_edit = QLineEdit(self)
        self.host_edit.setMaxLength(253)
        self.port_edit = QSpinBox(self)
        self.port_edit.setRange(0, 65_535)
        self.port_edit.setGroupSeparatorShown(False)
        self.world_box = QComboBox(self)
        self.world_box.addItems([each.value for each in Environment])
        self.advice_label = PlainLabel("", self, wrap=True)
        self.advice_label.setMinimumWidth(330)
        self.fault_label = PlainLabel("", self, wrap=True)
        self.fault_label.set_tone("warning")
        form = QFormLayout()
        form.addRow("Name", self.name_edit)
        form.addRow("Host", self.host_edit)
        form.addRow("Port", self.port_edit)
        form.addRow("Accounts are", self.world_box)
        form.addRow(self.advice_label)
        form.addRow(self.fault_label)
        for edit in (self.name_edit, self.host_edit):
            edit.textChanged.connect(self._check)
        self.port_edit.valueChanged.connect(self._check)
        middle = QHBoxLayout()
        middle.addWidget(self.list)
        middle.addLayout(form, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.addLayout(middle)
        column.addLayout(self._build_buttons())

    def _build_buttons(self) -> QHBoxLayout:
        self.new_button = QPushButton("New", self)
        self.save_button = QPushButton("Save", self)
        self.remove_button = QPushButton("Remove", self)
        self.connect_button = QPushButton("Connect", self)
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

    def _chosen(self) -> str:
        if self.list.currentRow() < 0:
            return ""
        return str(self.list.currentItem().data(Qt.ItemDataRole.UserRole))

    def _is_own(self) -> bool:
        return self._chosen() not in PROFILES

    @Slot()
    def _on_chosen(self) -> None:
        profile = self._profiles.get(self._chosen())
        if profile is not None:
            self._show(profile)
        self._check()

    def _show(self, profile: Profile) -> None:
        self.name_edit.setText(profile.name)
        self.host_edit.setText(profile.host)
        self.port_edit.setValue(profile.port)
        world = profile.environment or Environment.LIVE
        self.world_box.setCurrentText(world.value)
        own = profile.name not in PROFILES
        for widget in (self.name_edit, self.host_edit, self.port_edit, self.world_box):
            widget.setEnabled(own)
        self.advice_label.show_text(advice_for(profile.name))

    @Slot()
    def _check(self) -> None:
        own = self._is_own()
        fault = self._fault() if own else ""
        host = self.host_edit.text().strip()
        warning = _UNENCRYPTED if own and host and host not in _LOOPBACK else ""
        self.fault_label.show_text(fault or warning)
        self.save_button.setEnabled(own and not fault)
        self.remove_button.setEnabled(own and self._chosen() in self._profiles)
        saved = self._profiles.get(self.name_edit.text().strip())
        self.connect_button.setEnabled(saved is not None and saved == self._edited())

    def _fault(self) -> str:
        name, host = self.name_edit.text().strip(), self.host_edit.text().strip()
        allowed = all(mark.isascii() and (mark.isalnum() or mark in "-_") for mark in name)
        if not name or not allowed or not name[0].isalnum():
            return "A name has letters, digits, - and _, and begins with a letter or digit."
        if name in PROFILES:
            return f"{name} is a built-in profile; choose another name."
        if not host or any(mark.isspace() or mark == "/" for mark in host):
            return "A host is a name or an address without spaces."
        return "" if self.port_edit.value() else "A port is a number from 1 to 65535."

    def _edited(self) -> Profile:
        name = self.name_edit.text().strip()
        if name in PROFILES:
            return PROFILES[name]
        world = Environment(self.world_box.currentText())
        return Profile(name, self.host_edit.text().strip(), self.port_edit.value(), world)

    @Slot()
    def _on_new(self) -> None:
        self.list.setCurrentRow(-1)
        self._show(Profile("", "127.0.0.1", 7497, Environment.PAPER))
        self.name_edit.setFocus()
        self._check()

    @Slot()
    def _on_save(self) -> None:
        profile = self._edited()
        self._profiles[profile.name] = profile
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
        self.profile_requested.emit(self._edited().name)
        self.accept()
