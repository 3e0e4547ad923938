"""Which ports of this computer listen, each a button that chooses its profile."""

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from workstation.domain.profile import Profile, is_loopback
from workstation.ui.plain_label import PlainLabel


class FoundPorts(QWidget):
    """Shows what a look at the ports found; asks for another look."""

    look_requested = Signal()
    """Look at the ports again."""

    profile_chosen = Signal(object)
    """Name of the profile of a found port: str."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = PlainLabel("", self, wrap=True)
        self.label.set_tone("muted")
        self.buttons: list[QPushButton] = []
        self.again_button = QPushButton("Loo&k again", self)
        self.again_button.setAutoDefault(False)
        self.again_button.clicked.connect(self.look_requested)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.label)
        self._column.addWidget(self.again_button)
        self.show_looking()

    def show_looking(self) -> None:
        """Say that the answer is awaited."""
        self.label.show_text("Looking for TWS and IB Gateway on this computer …")

    def show_found(self, ports: tuple[int, ...], profiles: Mapping[str, Profile]) -> None:
        """Show a button for each profile whose port listens."""
        for button in self.buttons:
            self._column.removeWidget(button)
            button.deleteLater()
        self.buttons.clear()
        here = {p.port: p.name for p in reversed(tuple(profiles.values())) if is_loopback(p.host)}
        found = [(port, here[port]) for port in ports if port in here]
        self.label.show_text(
            "Listening on this computer:"
            if found
            else "Neither TWS nor IB Gateway listens on this computer."
        )
        for place, (port, name) in enumerate(found, 1):
            button = QPushButton(f"{port}   {name}", self)
            button.setObjectName(name)
            button.setAutoDefault(False)
            button.clicked.connect(self._on_clicked)
            self._column.insertWidget(place, button)
            self.buttons.append(button)

    @Slot()
    def _on_clicked(self) -> None:
        if (sender := self.sender()) is not None:
            self.profile_chosen.emit(sender.objectName())
