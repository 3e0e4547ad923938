"""Kept drafts between their file and the window."""

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from workstation.domain.kept_draft import KeptDraft
from workstation.storage.draft_file import read_drafts, write_drafts
from workstation.ui import text

log = logging.getLogger(__name__)


class DraftFiles(QObject):
    """Reads the drafts once and keeps every change durably. GUI thread."""

    faulted = Signal(object)
    """One sentence on what could not be read or kept: str."""

    def __init__(self, path: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._path = path

    def load(self) -> tuple[KeptDraft, ...]:
        """Return the drafts that can be used; what cannot is said, and the file kept beside."""
        try:
            drafts, faults = read_drafts(self._path)
        except (OSError, ValueError) as error:
            self._tell_and_keep(f"The drafts cannot be read ({text.one_line(str(error), 160)})")
            return ()
        if faults:
            self._tell_and_keep(f"A draft is skipped: {text.one_line(faults[0], 200)}")
        return drafts

    @Slot(object)
    def save(self, drafts: tuple[KeptDraft, ...]) -> bool:
        """Keep the drafts; False, and said, where the disk refuses."""
        try:
            write_drafts(self._path, drafts)
        except OSError as error:
            self.faulted.emit(f"The drafts could not be kept: {error.strerror}.")
            return False
        return True

    def _tell_and_keep(self, sentence: str) -> None:
        """Say what is broken, and copy the file: the next change would write over it."""
        beside = self._path.with_suffix(".damaged")
        self.faulted.emit(f"{sentence}. The file stays beside as {beside.name}.")
        try:
            beside.write_bytes(self._path.read_bytes())
        except OSError as fault:
            log.info("the drafts could not be copied: %s", fault)
