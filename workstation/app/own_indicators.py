"""Watches the folder of the user's own indicators and loads what was saved there."""

import logging
import os
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal, Slot

from workstation.app.gateway_process import program_command
from workstation.app.pool_job import PoolJob, Told
from workstation.indicators.definition import Indicator
from workstation.indicators.plugin import Plugin, PluginError, broken, key_of, worker_command
from workstation.storage.files import make_private_folder

log = logging.getLogger(__name__)

LOOK_MS = 1000
MOST_FILES = 32

Stamp = tuple[int, int]
"""When a file was written, in nanoseconds, and its length."""

_Loaded = tuple[Path, Stamp, Plugin | None, Indicator]


class OwnIndicators(QObject):
    """Keeps a process for each file; a file that is saved gets a new one. GUI thread.

    Files are loaded on a pool thread, one after the other, so that the window never waits.
    """

    changed = Signal(object)
    """Every own indicator by its key: dict[str, Indicator]."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self._known: dict[Path, Stamp] = {}
        self._plugins: dict[Path, Plugin] = {}
        self._library: dict[str, Indicator] = {}
        self._is_closed = False
        self._loading: list[Plugin] = []
        """The one whose file is being loaded; appended and removed by the pool thread."""

        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._told = Told(self)
        self._told.done.connect(self._on_loaded)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to watch; a folder that cannot be made costs the indicators, not the program."""
        try:
            make_private_folder(self.folder)
        except OSError as error:
            log.info("no folder for own indicators: %s", error)
            return
        self._timer.start()
        self.look()

    def close(self) -> None:
        """End every process."""
        self._is_closed = True
        self._timer.stop()
        self._pool.clear()
        for plugin in tuple(self._loading):
            plugin.stop()  # a file that does not end would keep the program
        self._pool.waitForDone()
        for plugin in self._plugins.values():
            plugin.close()
        self._plugins.clear()

    @Slot()
    def look(self) -> None:
        """Load what is new or was saved, and forget what is gone."""
        found = _files(self.folder)
        for path in set(self._known) - set(found):
            del self._known[path]
            self._end(path)
            self._library.pop(key_of(path), None)
            self.changed.emit(dict(self._library))
        for path, stamp in found.items():
            if self._known.get(path) != stamp:
                self._known[path] = stamp
                self._pool.start(PoolJob(partial(self._load, path, stamp), self._told))

    def _load(self, path: Path, stamp: Stamp) -> _Loaded:
        """Start the process of a file and wait for what it says of itself. Pool thread."""
        try:
            plugin = Plugin(path, worker_command(program_command()))
            self._loading.append(plugin)
            try:
                if self._is_closed:
                    plugin.stop()
                return path, stamp, plugin, plugin.describe()
            finally:
                self._loading.remove(plugin)
        except PluginError as error:
            log.info("own indicator: %s", error)
            return path, stamp, None, broken(path, str(error))

    @Slot(object)
    def _on_loaded(self, result: _Loaded) -> None:
        path, stamp, plugin, indicator = result
        if self._is_closed or self._known.get(path) != stamp:
            if plugin is not None:
                plugin.close()  # it was saved again, or removed, in the meantime
            return
        self._end(path)
        if plugin is not None:
            self._plugins[path] = plugin
        self._library[indicator.key] = indicator
        self.changed.emit(dict(self._library))

    def _end(self, path: Path) -> None:
        plugin = self._plugins.pop(path, None)
        if plugin is not None:
            plugin.close()


def _files(folder: Path) -> dict[Path, Stamp]:
    try:
        with os.scandir(folder) as entries:
            found = {
                Path(entry.path): (entry.stat().st_mtime_ns, entry.stat().st_size)
                for entry in entries
                if entry.name.endswith(".py") and entry.name[0] not in "._" and entry.is_file()
            }
    except OSError:
        return {}
    return dict(sorted(found.items())[:MOST_FILES])
