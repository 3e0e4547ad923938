"""Order presets between their file and the window."""

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from workstation.domain.order_preset import OrderPreset
from workstation.storage.preset_file import read_presets, write_presets
from workstation.ui import text

log = logging.getLogger(__name__)


class PresetFiles(QObject):
    """Reads the presets once and keeps every change durably. GUI thread."""

    faulted = Signal(object)
    """One sentence on what could not be read or kept: str."""

    def __init__(self, path: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._path = path

    def load(self) -> tuple[OrderPreset, ...]:
        """Return the presets that can be used; every other one is said and skipped."""
        try:
            presets, faults = read_presets(self._path)
        except (OSError, ValueError) as error:
            self._set_aside(error)
            return ()
        for fault in faults:
            self.faulted.emit(f"An order preset is skipped: {text.one_line(fault, 200)}.")
        if faults:
            self._copy_aside()
        return presets

    @Slot(object)
    def save(self, presets: tuple[OrderPreset, ...]) -> None:
        """Keep the presets; a disk that refuses costs them, never the program."""
        try:
            write_presets(self._path, presets)
        except OSError as error:
            self.faulted.emit(f"The order presets could not be kept: {error.strerror}.")

    def _set_aside(self, error: Exception) -> None:
        """Say that the file is broken and keep it: the next change would write over it."""
        self.faulted.emit(
            f"The order presets cannot be read ({text.one_line(str(error), 160)}); none is used. "
            f"The file stays beside as {self._path.stem}.damaged."
        )
        try:
            self._path.replace(self._path.with_suffix(".damaged"))
        except OSError as fault:
            log.info("the presets could not be set aside: %s", fault)

    def _copy_aside(self) -> None:
        """Keep what was skipped: the next change writes only what could be read."""
        try:
            self._path.with_suffix(".damaged").write_bytes(self._path.read_bytes())
        except OSError as fault:
            log.info("the presets could not be copied: %s", fault)
