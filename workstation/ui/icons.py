"""The program's own pictures."""

from pathlib import Path

from PySide6.QtGui import QIcon

_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "icons"


def icon(name: str) -> QIcon:
    """Return a picture by its name; an empty one where the file is missing."""
    path = _FOLDER / f"{name}.svg"
    return QIcon(str(path)) if path.is_file() else QIcon()
