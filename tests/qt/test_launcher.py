"""The command that starts TWS or a Gateway: run, watched, started again, left alone."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from workstation.app import launcher as launcher_module
from workstation.app.launcher import Launcher

SLEEP = f'"{sys.executable}" -c "import time; time.sleep(60)"'


def python(code: str) -> str:
    return f'"{sys.executable}" -c "{code}"'


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Launcher]:
    monkeypatch.setattr(launcher_module, "WATCH_MS", 20)
    monkeypatch.setattr(launcher_module, "FIRST_RESTART_SECONDS", 0.05)
    owner = QObject()
    made = Launcher(tmp_path / "out.log", owner)
    yield made
    process = made._process
    made.leave()
    if process is not None:
        process.returncode = None
        process.kill()
        process.wait()
    owner.deleteLater()


@pytest.fixture
def sentences(launcher: Launcher) -> list[str]:
    heard: list[str] = []
    launcher.ended.connect(heard.append)
    return heard


def test_its_exit_and_last_words_are_told(
    qtbot: QtBot, launcher: Launcher, sentences: list[str]
) -> None:
    launcher.start(
        python("print('hello'); print('login failed'); raise SystemExit(3)"), restarts=False
    )
    assert launcher.is_running
    assert "runs since" in launcher.words

    qtbot.waitUntil(lambda: bool(sentences), timeout=20_000)

    assert "ended with code 3: login failed." in sentences[0]
    assert launcher.words == sentences[0]
    assert not launcher.is_running


def test_no_shell_reads_the_command(
    qtbot: QtBot, launcher: Launcher, sentences: list[str], tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    launcher.start(
        python("import sys; print(sys.argv[1:])") + f" $HOME ; touch {mark} && echo", restarts=False
    )
    qtbot.waitUntil(lambda: bool(sentences), timeout=20_000)

    assert "['$HOME', ';', 'touch'" in sentences[0]
    assert not mark.exists()


@pytest.mark.parametrize("command", ["/no/such/program --x", "", "   "])
def test_what_cannot_be_started_is_told(
    launcher: Launcher, sentences: list[str], command: str
) -> None:
    launcher.start(command, restarts=True)

    assert len(sentences) == 1
    assert "cannot be started: No such file" in sentences[0] or "No command" in sentences[0]
    assert not launcher.is_running


def test_a_crash_is_followed_by_a_later_and_later_start(
    qtbot: QtBot, launcher: Launcher, sentences: list[str]
) -> None:
    launcher.start(python("raise SystemExit(9)"), restarts=True)

    qtbot.waitUntil(lambda: len(sentences) == 3, timeout=40_000)

    waits = [sentence.split("again in ")[1] for sentence in sentences]
    assert waits == ["0.05 s.", "0.1 s.", "0.2 s."]


def test_a_signal_counts_as_a_crash(qtbot: QtBot, launcher: Launcher, sentences: list[str]) -> None:
    launcher.start(SLEEP, restarts=True)
    first = launcher.process_id
    os.kill(first, signal.SIGKILL)

    qtbot.waitUntil(lambda: launcher.process_id not in {0, first}, timeout=20_000)

    assert "was ended by signal 9" in sentences[0]


@pytest.mark.parametrize(("code", "restarts"), [(0, True), (5, False)])
def test_it_is_not_started_again_unasked(
    qtbot: QtBot, launcher: Launcher, sentences: list[str], code: int, restarts: bool
) -> None:
    launcher.start(python(f"raise SystemExit({code})"), restarts=restarts)
    qtbot.waitUntil(lambda: bool(sentences), timeout=20_000)
    qtbot.wait(300)

    assert len(sentences) == 1
    assert "again" not in sentences[0]
    assert not launcher.is_running


def test_a_second_start_does_not_make_two(launcher: Launcher) -> None:
    launcher.start(SLEEP, restarts=False)
    first = launcher.process_id
    launcher.start(SLEEP, restarts=False)
    assert launcher.process_id == first


def test_what_runs_outlives_the_watch(
    tmp_path: Path, end_later: Callable[[int], None], qtbot: QtBot
) -> None:
    made = Launcher(tmp_path / "out.log")
    made.start(SLEEP, restarts=True)
    process_id = made.process_id
    end_later(process_id)

    made.leave()
    made.deleteLater()
    qtbot.wait(50)

    os.kill(process_id, 0)  # raises when it is gone
    assert not made.is_running


def test_a_new_window_starts_no_second_one_beside_it(
    tmp_path: Path, end_later: Callable[[int], None], launcher: Launcher, sentences: list[str]
) -> None:
    earlier = Launcher(tmp_path / "out.log")
    earlier.start(python("print('mine', flush=True); import time; time.sleep(60)"), restarts=True)
    end_later(earlier.process_id)
    earlier.leave()
    earlier.deleteLater()

    launcher.start(SLEEP, restarts=True)

    assert not launcher.is_running
    assert "still runs" in sentences[0]


def test_a_packaged_program_hands_on_no_libraries_of_its_own(
    qtbot: QtBot, launcher: Launcher, sentences: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/bundle")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/theirs")
    code = (
        "import os; print(os.environ.get('LD_LIBRARY_PATH'), 'LD_LIBRARY_PATH_ORIG' in os.environ)"
    )
    launcher.start(python(code), restarts=False)
    qtbot.waitUntil(lambda: bool(sentences), timeout=20_000)
    assert "/theirs False" in sentences[0]


@pytest.fixture
def end_later() -> Iterator[Callable[[int], None]]:
    processes: list[int] = []
    yield processes.append
    for process_id in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process_id, signal.SIGKILL)
            os.waitpid(process_id, 0)
