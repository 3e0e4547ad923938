"""The whole program on the test display: window, core thread, gateway process."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from workstation.app.options import parse
from workstation.app.program import Program
from workstation.domain.link import LinkState
from workstation.storage.paths import ProfileFiles
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.theme import apply_theme

PATIENCE_MS = 10_000


class Trader:
    """Uses the running program with mouse and keyboard, and reads what it shows."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self.folder = folder
        self.frame_log = folder / "frames.jsonl"
        self._qtbot = qtbot
        self.closed = False
        self._ended: list[bool] = []
        options = parse(
            ["--demo", "--data-dir", str(folder / "data"), "--frame-log", str(self.frame_log)]
        )
        files = ProfileFiles.of(options.data_folder, options.profile.name)
        self.program = Program(options, files)
        self.window = self.program.window
        self.program.start()
        with qtbot.waitExposed(self.window, timeout=PATIENCE_MS):
            pass
        self.window.activateWindow()
        self.until(self.window.isActiveWindow)

    # -- waiting ------------------------------------------------------------------------------

    def until(self, condition: Callable[[], Any], patience_ms: int = PATIENCE_MS) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=patience_ms)

    def until_ready(self) -> None:
        self.until(lambda: self.link_state() is LinkState.READY)
        self.until(lambda: all(row["bid"] != "—" for row in self.watchlist()))
        self.until(lambda: len(self.watchlist()) == 5)

    def link_state(self) -> LinkState | None:
        link = self.window.state.link
        return None if link is None else link.state

    # -- reading ------------------------------------------------------------------------------

    def rows(self, model: KeyedTableModel[Any, Any]) -> list[dict[str, str]]:
        """Return the table as shown: one dict of column name to text for each row."""
        names = [column.key for column in model.columns]
        return [
            {name: str(model.index(row, place).data()) for place, name in enumerate(names)}
            for row in range(model.rowCount())
        ]

    def watchlist(self) -> list[dict[str, str]]:
        return self.rows(self.window.messages.quotes)

    def orders(self) -> list[dict[str, str]]:
        return self.rows(self.window.messages.orders)

    def positions(self) -> list[dict[str, str]]:
        return self.rows(self.window.messages.positions)

    def log(self) -> str:
        return "\n".join(str(row) for row in self.rows(self.window.messages.log))

    def frames(self, message_id: int) -> list[list[str]]:
        """Return what the gateway received under this message id, from its own record."""
        lines = (json.loads(line) for line in self.frame_log.read_text().splitlines())
        return [
            line["fields"]
            for line in lines
            if line["direction"] == "in" and line["fields"][:1] == [str(message_id)]
        ]

    # -- acting -------------------------------------------------------------------------------

    def click(self, widget: QWidget) -> None:
        assert widget.isVisible()
        assert widget.isEnabled()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def click_row(self, table: Any, row: int, *, double: bool = False) -> None:
        place: QPoint = table.visualRect(table.model().index(row, 0)).center()
        action = QTest.mouseDClick if double else QTest.mouseClick
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        if double:
            action(table.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def press(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        held = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            held |= modifier
        QTest.keyClick(QApplication.focusWidget() or self.window, key, held)

    def type(self, text: str) -> None:
        """Type into whatever has the keyboard, replacing what stands there."""
        self.until(QApplication.focusWidget)
        widget = QApplication.focusWidget()
        QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(widget, text)

    @staticmethod
    def kill(process_id: int) -> None:
        """End a process of the program as a crash would."""
        os.kill(process_id, signal.SIGKILL)

    @staticmethod
    def is_alive(process_id: int) -> bool:
        return Path(f"/proc/{process_id}").exists()

    # -- ending -------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the window as its user does, and wait until nothing is left of the program."""
        self.expect_end()
        self.window.force_close()
        self.until_ended()

    def expect_end(self) -> None:
        """Listen for the end of the program, which something else will bring about."""
        self.closed = True
        self.program.ended.connect(lambda: self._ended.append(True))

    def until_ended(self) -> None:
        self.until(lambda: self._ended)
        self.window.deleteLater()
        self.program.deleteLater()


@pytest.fixture
def start(tmp_path: Path, qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[[], Trader]]:
    """Start the program; a second call is a later start on the same data."""
    apply_theme(qapp, "dark")
    running: list[Trader] = []

    def start_program() -> Trader:
        trader = Trader(tmp_path, qtbot)
        running.append(trader)
        return trader

    yield start_program
    for trader in running:
        if not trader.closed:
            trader.close()
