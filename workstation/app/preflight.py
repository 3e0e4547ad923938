"""What must be true of this machine before a window is tried."""

import sys
from importlib.metadata import PackageNotFoundError, version


def fault() -> str:
    """Return one sentence on why the program cannot run here, or "".

    PySide6 6.12.0 drops references on Python below 3.12 and aborts after some minutes, so it
    is refused before it is imported. Source: platform.md 0.
    """
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        found = ".".join(map(str, sys.version_info[:3]))
        return f"Python 3.11, 3.12 or 3.13 is needed; this is {found}"
    try:
        qt = version("PySide6-Essentials")
    except PackageNotFoundError:
        if getattr(sys, "frozen", False):
            return ""  # the packaged program carries what it was tested with
        return "PySide6 is not installed; 'python3 run.py setup' installs all that is needed"
    if qt.startswith("6.12.") and sys.version_info < (3, 12):
        return (
            f"PySide6 {qt} aborts on Python {sys.version_info[0]}.{sys.version_info[1]}; "
            "'python3 run.py setup' installs the version this program needs"
        )
    return ""
