"""main.py as a process: its options, its exit codes, and what it leaves behind."""

import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers.gateway import ROOT, Gateway

MAIN = [sys.executable, str(ROOT / "main.py")]


def run(*arguments: object, timeout: float = 30) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MAIN, *map(str, arguments)], capture_output=True, text=True, timeout=timeout, check=False
    )


def processes_naming(text: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            if text in words:
                found.append(int(entry.name))
    return found


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "0"], "0 is not a whole number from 1 to 65535"),
        (["--port", "http"], "http is not a whole number"),
        (["--client-id", "-1"], "-1 is not a whole number"),
        (["--profile", "nowhere"], "nowhere is not one of"),
        (["--host", "a b", "--port", "1"], "'a b' is not a host name"),
        (["--host", "localhost"], "--host needs a --port"),
        (["--demo", "--port", "7497"], "--demo runs its own gateway"),
        (["--exit-after", "soon"], "soon is not a time in seconds"),
        (["--exit-after", "nan"], "nan is not a time in seconds"),
        (["--screenshot", "/no/such/folder/a.png"], "no folder /no/such/folder"),
        (["--max-server-version", "999"], "999 is not a whole number from 157 to 226"),
        (["--port", "7497", "--frame-log", "x"], "--frame-log records the simulated gateway"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_a_wrong_option_gets_one_clear_line_and_code_2(arguments: list[str], said: str) -> None:
    result = run(*arguments)

    assert result.returncode == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_version() -> None:
    result = run("--version")

    assert (result.returncode, result.stdout) == (0, "workstation 0.1.0\n")


def test_a_data_folder_that_cannot_be_made_gets_one_clear_line(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.touch()

    result = run("--demo", "--offscreen", "--data-dir", blocker / "data")

    assert result.returncode == 2
    assert "cannot be used" in result.stderr
    assert result.stderr.count("\n") == 1


def test_demo_takes_a_picture_and_leaves_nothing_running(tmp_path: Path) -> None:
    picture = tmp_path / "window.png"

    result = run(
        *("--demo", "--offscreen", "--data-dir", tmp_path / "data"),
        *("--screenshot", picture, "--exit-after", "9"),
    )

    assert (result.returncode, result.stderr) == (0, "")
    header = picture.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", header[16:24]) >= (1280, 720)
    assert processes_naming(str(tmp_path)) == []
    log = (tmp_path / "data/profiles/simulated/logs/workstation.log").read_text()
    assert "milestone: painted" in log
    assert "milestone: first price" in log
    assert "SIM0" not in log
    assert "ERROR" not in log
    assert "WARNING" not in log


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    run("--demo", "--offscreen", "--data-dir", tmp_path / "data", "--exit-after", "7")

    found = list((tmp_path / "data").rglob("*"))
    assert {path.name for path in found} >= {"journal.sqlite", "limits.toml", "layout.json"}
    for path in [tmp_path / "data", *found]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_second_program_on_the_same_folder_is_turned_away(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [*MAIN, "--demo", "--offscreen", "--data-dir", str(tmp_path), "--exit-after", "20"]
    )
    try:
        lock = tmp_path / "profiles" / "simulated" / "journal.sqlite"
        wait_until(lock.exists)
        second = run("--demo", "--offscreen", "--data-dir", tmp_path)
        assert second.returncode == 2
        assert "another workstation is already running" in second.stderr
        first.send_signal(signal.SIGTERM)
        assert first.wait(timeout=10) == 0
    finally:
        first.kill()
        first.wait()


def test_a_killed_program_leaves_no_gateway(tmp_path: Path) -> None:
    program = subprocess.Popen([*MAIN, "--demo", "--offscreen", "--data-dir", str(tmp_path)])
    try:
        wait_until(lambda: len(processes_naming(str(tmp_path))) == 2)
    finally:
        program.kill()
        program.wait()

    wait_until(lambda: processes_naming(str(tmp_path)) == [])


def test_a_gateway_that_somebody_else_runs_is_used_by_host_and_port(tmp_path: Path) -> None:
    with Gateway(tmp_path) as gateway:
        result = run(
            *("--host", "127.0.0.1", "--port", gateway.port, "--client-id", 31, "--read-only"),
            *("--offscreen", "--data-dir", tmp_path / "data", "--exit-after", "7"),
        )
        start_api = gateway.frames(71)

    assert (result.returncode, result.stderr) == (0, "")
    assert [frame[2] for frame in start_api] == ["31"]


def wait_until(condition: object, seconds: float = 15) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)
