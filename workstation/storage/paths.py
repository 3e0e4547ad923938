"""Where the program keeps its files."""

from dataclasses import dataclass
from pathlib import Path

import platformdirs

from workstation.storage.files import make_private_folder


def default_data_folder() -> Path:
    """Return the folder of this user's data, as the system places it."""
    return Path(platformdirs.user_data_dir("workstation", appauthor=False))


@dataclass(frozen=True, slots=True)
class ProfileFiles:
    """Files of one profile; folders 0700, files 0600."""

    folder: Path

    @classmethod
    def of(cls, data_folder: Path, profile: str) -> "ProfileFiles":
        """Create the profile's folder where it is missing. Raises OSError."""
        make_private_folder(data_folder)
        make_private_folder(data_folder / "profiles")
        folder = data_folder / "profiles" / profile
        make_private_folder(folder)
        return cls(folder)

    @property
    def journal(self) -> Path:
        """The record of orders."""
        return self.folder / "journal.sqlite"

    @property
    def trading_state(self) -> Path:
        """The latch that survives a restart."""
        return self.folder / "trading-state.json"

    @property
    def control(self) -> Path:
        """Where the running program takes commands from outside."""
        return self.folder / "control.json"

    @property
    def limits(self) -> Path:
        """The limits, one section an account."""
        return self.folder / "limits.toml"

    @property
    def app_lock(self) -> Path:
        """How the window locks."""
        return self.folder / "lock.toml"

    @property
    def alerts(self) -> Path:
        """The price alerts."""
        return self.folder / "alerts.json"

    @property
    def hotkeys(self) -> Path:
        """The user's own keys."""
        return self.folder / "hotkeys.toml"

    @property
    def presets(self) -> Path:
        """What the ticket begins with, by class and symbol."""
        return self.folder / "presets.toml"

    @property
    def drafts(self) -> Path:
        """Orders that were filled in and kept for later."""
        return self.folder / "drafts.toml"

    @property
    def layout(self) -> Path:
        """The window as it was left."""
        return self.folder / "layout.json"

    @property
    def drawings(self) -> Path:
        """The folder of the drawings on charts, a file for each contract."""
        return self.folder / "drawings"

    @property
    def practice(self) -> Path:
        """The folder of what was practised on replayed charts, a file for each session."""
        return self.folder / "practice"

    @property
    def bars(self) -> Path:
        """The folder of the bars that charts have shown, a file for each series."""
        return self.folder / "bars"

    @property
    def gateway_state(self) -> Path:
        """What the simulated gateway remembers."""
        return self.folder / "gateway-state.json"

    @property
    def logs(self) -> Path:
        """The folder of the rotating logs."""
        return self.folder / "logs"
