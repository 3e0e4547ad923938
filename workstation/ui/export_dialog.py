"""Asks for the name of a file to export to; its ending says what is written."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

KINDS = {
    "csv": "Comma-separated (*.csv)",
    "parquet": "Parquet (*.parquet)",
    "json": "JSON (*.json)",
}
"""Ending of a file, and how its kind is called."""

PARQUET = ".parquet"


class ExportDialog(QFileDialog):
    """Offers kinds of file; whoever turns to another kind gets its ending on the name."""

    def __init__(
        self, title: str, stem: str, parent: QWidget, kinds: tuple[str, ...] = ("csv", "parquet")
    ) -> None:
        super().__init__(parent, title)
        self._endings = {KINDS[ending]: ending for ending in kinds}
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setNameFilters(list(self._endings))
        self.setDefaultSuffix(kinds[0])
        self.selectFile(f"{stem}.{kinds[0]}")
        self.filterSelected.connect(self._on_kind_chosen)

    @Slot(str)
    def _on_kind_chosen(self, kind: str) -> None:
        ending = self._endings.get(kind)
        if ending is None:
            return
        self.setDefaultSuffix(ending)
        for name in self.selectedFiles()[:1]:
            path = Path(name)
            if path.suffix.removeprefix(".").lower() in KINDS:
                self.selectFile(path.with_suffix(f".{ending}").name)


def is_parquet(path: Path) -> bool:
    """Tell whether a file of this name is written as Parquet."""
    return path.suffix.lower() == PARQUET
