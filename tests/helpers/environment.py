"""The surroundings every test runs in: no real home, no proxy, and a display."""

import os
import sys
import tempfile

HOME_VARIABLES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
FOREIGN_PREFIXES = ("QT_", "QSG_", "QML_")
FOREIGN_NAMES = ("http_proxy", "https_proxy", "all_proxy", "dbus_session_bus_address")


def prepare() -> tempfile.TemporaryDirectory[str]:
    """Change os.environ for this process and its children; return the folder to clean up."""
    folder = tempfile.TemporaryDirectory(prefix="workstation-tests-")
    for name in list(os.environ):
        is_foreign = name.startswith(FOREIGN_PREFIXES) and name != "QT_QPA_PLATFORM"
        if is_foreign or name.lower() in FOREIGN_NAMES:
            del os.environ[name]
    for name in HOME_VARIABLES:
        os.environ[name] = os.path.join(folder.name, name.lower())  # noqa: PTH118
        os.mkdir(os.environ[name])  # noqa: PTH102
    os.environ["XDG_RUNTIME_DIR"] = folder.name  # mkdtemp made it private, as Qt wants
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    has_display = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if sys.platform.startswith("linux") and not has_display:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return folder
