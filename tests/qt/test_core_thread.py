"""The journal is opened, checked and replayed on the core's thread; the window hears how far it is."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from workstation.app.opening import open_core
from workstation.app.options import parse
from workstation.bridge import core_thread
from workstation.bridge.commands import CommandQueue
from workstation.bridge.core_thread import CoreThread
from workstation.domain.clock import SystemClock
from workstation.domain.commands import Reconnect
from workstation.domain.messages import EventMessage, LatestMessage
from workstation.storage import journal as journal_module
from workstation.storage import journal_file
from workstation.storage.journal import Journal
from workstation.storage.paths import ProfileFiles
from workstation.ui.banner import Banner
from workstation.ui.screen_state import ScreenState

PATIENCE_MS = 30_000


class Deaf:
    def post(self, message: EventMessage) -> None:
        pass

    def post_latest(self, message: LatestMessage) -> None:
        pass


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProfileFiles:
    """A profile with a journal of some entries, of which each is told."""
    made = ProfileFiles.of(tmp_path, "simulated")
    journal = Journal(made.journal, SystemClock())
    for number in range(50):
        journal.record("Note", {"number": number}, durable=False)
    journal.close()
    monkeypatch.setattr(journal_file, "TOLD_EVERY", 1)
    monkeypatch.setattr(journal_module, "TOLD_EVERY", 1)
    monkeypatch.setattr(core_thread, "TOLD_SECONDS", 0.0)
    return made


@pytest.fixture
def thread(files: ProfileFiles, tmp_path: Path) -> Iterator[CoreThread]:
    options = parse(["--data-dir", str(tmp_path)])
    made = open_core(options, files, Deaf(), CommandQueue(), SystemClock())
    yield made
    made.stop()
    assert made.wait(PATIENCE_MS)


def test_the_window_waits_for_nothing_of_the_journal(
    thread: CoreThread, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    on: set[threading.Thread] = set()
    for name in ("_check", "entries", "_write_anchor"):
        original = getattr(Journal, name)

        def noting(journal: Journal, *given: Any, _of: Any = original) -> Any:
            on.add(threading.current_thread())
            return _of(journal, *given)

        monkeypatch.setattr(Journal, name, noting)
    told: list[str] = []
    thread.progressed.connect(told.append)

    with qtbot.waitSignal(thread.opened, timeout=PATIENCE_MS) as opened:
        thread.start()
    qtbot.waitUntil(lambda: any("reading" in each for each in told), timeout=PATIENCE_MS)

    assert opened.args == [""]
    assert threading.current_thread() not in on
    assert len(on) == 1
    assert "checking the journal, 50 % of 50 entries" in told
    assert QThread.currentThread() is not thread


def test_a_wish_of_before_there_was_a_core_is_answered(
    files: ProfileFiles, tmp_path: Path, qtbot: QtBot
) -> None:
    taken: list[object] = []
    queue = CommandQueue()
    original = queue.take
    queue.take = lambda: (taken.append(found), found)[1] if (found := original()) else None  # type: ignore[method-assign]
    options = parse(["--data-dir", str(tmp_path)])
    thread = open_core(options, files, Deaf(), queue, SystemClock())
    queue.put(1, Reconnect())
    thread.start()
    try:
        qtbot.waitUntil(lambda: bool(taken), timeout=PATIENCE_MS)
    finally:
        thread.stop()
        assert thread.wait(PATIENCE_MS)


def test_the_program_can_end_while_the_journal_is_read(
    thread: CoreThread, files: ProfileFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    original = Journal._check

    def slow(journal: Journal, *given: Any) -> None:
        reached.set()
        assert go_on.wait(PATIENCE_MS / 1000)
        original(journal, *given)

    monkeypatch.setattr(Journal, "_check", slow)
    opened: list[object] = []
    thread.opened.connect(opened.append)
    thread.start()
    assert reached.wait(PATIENCE_MS / 1000)

    thread.stop()
    go_on.set()
    assert thread.wait(PATIENCE_MS)

    monkeypatch.undo()
    assert opened == []
    again = Journal(files.journal, SystemClock())
    assert again.last_seq == 50  # not even a word that it was begun
    again.close()


def test_a_journal_that_cannot_be_opened_is_told_and_the_thread_ends(
    thread: CoreThread, files: ProfileFiles, qtbot: QtBot
) -> None:
    files.journal.unlink()
    files.journal.mkdir()

    with qtbot.waitSignals([thread.refused, thread.finished], timeout=PATIENCE_MS):
        thread.start()


def test_the_banner_shows_how_far_the_journal_is_read(qtbot: QtBot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.resize(1600, 40)
    banner.show_state(ScreenState(read_only=False))
    assert banner.link_label.text() == "○ DISCONNECTED: starting"

    banner.show_start("reading the journal, 40 % of 1,000,000 entries")
    assert banner.link_label.text().endswith("reading the journal, 40 % of 1,000,000 entries")
