"""The packaged program, away from every Python: it starts, trades by real keys, and ends.

The folder is built once and kept in dist/ while its sources stay as they are.
"""

import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
EXIT_AFTER = 20
REQUEST_QUOTES, PLACE_ORDER = "1", "3"
TICK_PRICE, ORDER_STATUS, EXECUTION = "1", "3", "11"
ASK_TICK = "2"
SYMBOLS = {"AAPL", "GOOG", "IBM", "META", "MSFT"}

# As `run.py test` sets it; nobody's own display gets keys from a test.
DISPLAY = os.environ.get("DISPLAY") if os.environ.get("QT_QPA_PLATFORM") == "xcb" else None

pytestmark = [
    pytest.mark.timeout(540),  # a cold build on a slow machine
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and speaks X11"),
]


# ---- the program -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The built program, copied away from the sources."""
    fcntl = pytest.importorskip("fcntl")
    copied = tmp_path_factory.mktemp("packaged") / "workstation"
    (ROOT / "build").mkdir(exist_ok=True)
    with (ROOT / "build" / "test.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run of the tests may be building
        build = [sys.executable, str(ROOT / "packaging" / "build.py"), "--reuse"]
        built = subprocess.run(build, capture_output=True, text=True, check=False)
        assert built.returncode == 0, built.stdout + built.stderr
        shutil.copytree(ROOT / "dist" / "workstation", copied, symlinks=True)
    yield copied
    shutil.rmtree(copied)


@dataclass
class Packaged:
    """One run of the packaged demo, and what its gateway saw."""

    folder: Path
    home: Path
    process: subprocess.Popen[str] | None = None

    def start(self, *options: str) -> subprocess.Popen[str]:
        environment = {"HOME": str(self.home)} | ({"DISPLAY": DISPLAY} if DISPLAY else {})
        command = [str(self.folder / "workstation"), "--demo", "--data-dir", str(self.data)]
        screen = [] if DISPLAY else ["--offscreen"]
        self.process = subprocess.Popen(
            [*command, *screen, "--frame-log", str(self.frame_log), *options],
            env=environment,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self.process

    def end(self) -> None:
        """Leave nothing of a test that failed."""
        for process_id in run_processes(self.folder):
            os.kill(process_id, signal.SIGKILL)
        if self.process is not None:
            self.process.communicate()

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def frame_log(self) -> Path:
        return self.home / "frames.jsonl"

    @property
    def log(self) -> str:
        path = self.data / "profiles" / "simulated" / "logs" / "workstation.log"
        return path.read_text() if path.exists() else ""

    def frames(self, direction: str, message_id: str) -> list[list[str]]:
        """Return the fields of every whole frame of this id, oldest first."""
        if not self.frame_log.exists():
            return []
        text = self.frame_log.read_text()
        lines = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
        return [
            line["fields"]
            for line in lines
            if line["direction"] == direction and line["fields"][:1] == [message_id]
        ]

    def asks(self) -> dict[str, Decimal]:
        """Return the newest ask of each symbol, as the gateway sent it."""
        symbols = {frame[2]: frame[4] for frame in self.frames("in", REQUEST_QUOTES)}
        ticks = self.frames("out", TICK_PRICE)
        return {symbols[tick[2]]: Decimal(tick[4]) for tick in ticks if tick[3] == ASK_TICK}

    def is_ready(self) -> bool:
        return "milestone: first price" in self.log and self.asks().keys() == SYMBOLS


@pytest.fixture
def packaged(folder: Path, tmp_path: Path) -> Iterator[Packaged]:
    run = Packaged(folder, tmp_path)
    yield run
    run.end()


def run_processes(folder: Path) -> list[int]:
    """Return the processes that run a program of this folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "exe").readlink().is_relative_to(folder):
                found.append(int(entry.name))
        except OSError:
            continue  # it has ended, or belongs to somebody else
    return found


def mapped_files(process_id: int) -> set[Path]:
    lines = Path(f"/proc/{process_id}/maps").read_text().splitlines()
    return {Path(words[5]) for line in lines if len(words := line.split(None, 5)) == 6}


def until(condition: Callable[[], Any], what: str) -> None:
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit, f"in vain: {what}"
        time.sleep(0.05)


# ---- the keyboard ----------------------------------------------------------------------------


class Keyboard:
    """Presses real keys of the X server in the window of a process."""

    def __init__(self, process_id: int) -> None:
        self._display = Display()
        self._owner = self._display.intern_atom("_NET_WM_PID")
        until(lambda: self._windows(process_id), "a window of the program")
        self._windows(process_id)[0].set_input_focus(X.RevertToParent, X.CurrentTime)
        self._display.sync()

    def _windows(self, process_id: int) -> list[Any]:
        children = self._display.screen().root.query_tree().children
        owned = [each for each in children if self._owner_of(each) == process_id]
        return [each for each in owned if each.get_attributes().map_state == X.IsViewable]

    def _owner_of(self, window: Any) -> int | None:
        found = window.get_full_property(self._owner, X.AnyPropertyType)
        return found.value[0] if found else None

    def press(self, key: str, *held: str) -> None:
        """Press a key by its X name while others are held."""
        codes = [
            self._display.keysym_to_keycode(XK.string_to_keysym(name)) for name in (*held, key)
        ]
        assert all(codes)
        for code in codes:
            xtest.fake_input(self._display, X.KeyPress, code)
        for code in reversed(codes):
            xtest.fake_input(self._display, X.KeyRelease, code)
        self._display.sync()

    def type(self, text: str) -> None:
        for mark in text:
            self.press("period" if mark == "." else mark)

    def close(self) -> None:
        self._display.close()


def buy(process_id: int, symbol: str, quantity: str, price: str) -> None:
    """Fill in the ticket and send it, with keys alone."""
    keyboard = Keyboard(process_id)
    keyboard.press("t", "Control_L")
    keyboard.type(symbol.lower())
    keyboard.press("Return")
    keyboard.press("b", "Control_L")
    keyboard.type(quantity)
    keyboard.press("Tab")
    keyboard.type(price)
    keyboard.press("Return")
    keyboard.close()


# ---- the tests -------------------------------------------------------------------------------


def test_the_demo_trades_takes_a_picture_and_leaves_nothing(packaged: Packaged) -> None:
    picture = packaged.home / "window.png"
    process = packaged.start("--screenshot", str(picture), "--exit-after", str(EXIT_AFTER))
    until(packaged.is_ready, "prices of all symbols")
    running = run_processes(packaged.folder)
    assert len(running) == 2  # the program and, as itself, its gateway
    for process_id in running:
        assert [path for path in mapped_files(process_id) if is_foreign(path)] == []

    if DISPLAY:
        buy_and_wait(packaged, process.pid)

    said, _ = process.communicate(timeout=EXIT_AFTER + PATIENCE)
    assert (process.returncode, said) == (0, "")
    assert run_processes(packaged.folder) == []
    assert len(packaged.frames("in", PLACE_ORDER)) == (1 if DISPLAY else 0)
    header = picture.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", header[16:24]) >= (1280, 720)
    assert " ERROR " not in packaged.log


def buy_and_wait(packaged: Packaged, process_id: int) -> None:
    """Buy a little above the ask; return when the gateway has filled the order."""
    price = f"{packaged.asks()['MSFT'] * Decimal('1.002'):.2f}"
    buy(process_id, "MSFT", "10", price)
    until(lambda: packaged.frames("in", PLACE_ORDER), "the order")
    (order,) = packaged.frames("in", PLACE_ORDER)
    assert (order[3], *order[16:19]) == ("MSFT", "BUY", "10", "LMT")
    assert Decimal(order[19]) == Decimal(price)
    until(lambda: packaged.frames("out", EXECUTION), "an execution")
    until(lambda: packaged.frames("out", ORDER_STATUS)[-1][2] == "Filled", "the order filled")


def is_foreign(path: Path) -> bool:
    """Tell whether a file in a process's memory is of this checkout or of some Python."""
    in_packages = {"site-packages", "dist-packages"} & set(path.parts)
    standard = Path(sysconfig.get_path("stdlib"))
    return bool(in_packages) or path.is_relative_to(ROOT) or path.is_relative_to(standard)


def test_it_carries_what_it_reads_at_run_time(folder: Path) -> None:
    inside = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}

    assert inside >= {
        "LICENSE",
        "_internal/tzdata/zoneinfo/US/Eastern",
        *(
            f"_internal/{path.relative_to(ROOT).as_posix()}"
            for path in (ROOT / "resources").rglob("*")
        ),
    }
    names = {Path(name).name.partition(".")[0] for name in inside}
    assert names >= {"_ta_lib", "nh3", "libqxcb", "libqoffscreen", "libqsvg"}
    unwanted = ("libqgtk3", "libqeglfs", "libqvnc", "libqlinuxfb", "_tkinter", "libQt6Qml")
    assert not names.intersection(unwanted)


def test_a_wrong_option_is_answered_without_a_window(folder: Path) -> None:
    result = subprocess.run(
        [str(folder / "workstation"), "--port", "0"],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 2
    assert "0 is not a whole number from 1 to 65535" in result.stderr
