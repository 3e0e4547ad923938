from datetime import datetime

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.qt.chart_rig import chart, stop  # noqa: F401 -- fixtures
from tests.qt.fakes import CON_IDS, NOW, SYMBOLS, FakeCommands, a_contract, a_link, a_quote
from tests.qt.test_chart_panel import panel, shown  # noqa: F401 -- fixtures
from workstation.domain.messages import ContractKnown, LinkChanged
from workstation.ui.main_window import MainWindow
from workstation.ui.theme import apply_theme, paint


class Stage:
    """A window, what it sent, and short words to feed it."""

    def __init__(self, window: MainWindow, commands: FakeCommands) -> None:
        self.window = window
        self.commands = commands

    def events(self, *messages: object) -> None:
        self.window.on_events(messages)

    def latest(self, *messages: object) -> None:
        self.window.on_latest(messages)

    def make_ready(self, *symbols: str) -> None:
        self.events(LinkChanged(a_link()))
        self.commands.answer_watches()
        for symbol in symbols or SYMBOLS:
            self.events(ContractKnown(a_contract(symbol)))
        self.latest(*[a_quote(CON_IDS[symbol]) for symbol in symbols or SYMBOLS])
        self.commands.sent.clear()


def clock() -> datetime:
    return NOW


@pytest.fixture
def commands(qapp: QApplication) -> FakeCommands:
    return FakeCommands()


@pytest.fixture(autouse=True)
def nothing_left_over(qapp: QApplication):
    """Begin in the dark and end with no window; deferred deletes need a push outside a loop."""
    if paint().theme.name != "dark" or not qapp.styleSheet():
        apply_theme(qapp, "dark")
    yield
    release_modifiers(qapp)
    for widget in qapp.topLevelWidgets():
        if widget.parentWidget() is None:  # else it goes with its owner, when that lets it go
            widget.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def release_modifiers(qapp: QApplication) -> None:
    """Forget a Shift or Ctrl: Qt keeps those of a test's last click for the next selection."""
    if qapp.keyboardModifiers() != Qt.KeyboardModifier.NoModifier:
        probe = QWidget()
        probe.show()
        QTest.keyClick(probe, Qt.Key.Key_Escape)
    assert qapp.keyboardModifiers() == Qt.KeyboardModifier.NoModifier


@pytest.fixture
def stage(qtbot, commands: FakeCommands):
    window = MainWindow(commands, read_only=False, symbols=SYMBOLS, clock=clock)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return Stage(window, commands)


@pytest.fixture
def ready(stage: Stage) -> Stage:
    stage.make_ready()
    return stage
