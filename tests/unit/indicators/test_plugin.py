"""Own indicators in their processes: values, faults with file and line, and what they may not do."""

import sys
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from tests.unit.indicators.test_running import Bars
from workstation.indicators.definition import BarSeries, Indicator, Kind
from workstation.indicators.plugin import Plugin, PluginError
from workstation.indicators.running import Running

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, str(ROOT / "main.py"), "indicator"]
BARS = Bars(60)
SERIES = BARS.series(0, 60)


class Loader:
    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack

    def __call__(self, code: str, limit: float = 30.0) -> Indicator:
        path = self._folder / "mine.py"
        path.write_text(textwrap.dedent(code))
        return self.file(path, limit)

    def file(self, path: Path, limit: float = 30.0) -> Indicator:
        plugin = Plugin(path, COMMAND, limit)
        self._stack.callback(plugin.close)
        return plugin.describe()


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Loader]:
    with ExitStack() as stack:
        yield Loader(tmp_path, stack)


def values(indicator: Indicator, series: BarSeries = SERIES, **changed: float) -> np.ndarray:
    return np.array(indicator.compute(series, indicator.clean(changed)))


def test_the_example_of_the_docs_gives_what_it_says_and_follows_ticks(load) -> None:
    found = load.file(ROOT / "docs" / "examples" / "mean_distance.py")
    assert (found.key, found.group, found.is_overlay) == (
        "my.mean_distance",
        "My indicators",
        False,
    )
    assert [each.kind for each in found.outputs] == [Kind.LINE, Kind.HISTOGRAM]
    assert found.parameters[0].is_whole
    closes = SERIES.closes[50:60]
    distance, change = values(found, length=10)
    assert distance[59] == pytest.approx((closes[-1] - closes.mean()) / closes.std())
    assert change[59] == pytest.approx(distance[59] - distance[58])
    assert np.isnan(distance[:9]).all()

    bars = Bars(400)
    running = Running(found, found.clean({}))
    running.refresh(bars, 0)
    bars.move(399, 101.5)
    running.refresh(bars, 399)
    whole = Running(found, found.clean({}))
    whole.refresh(bars, 0)
    assert running.fault == ""
    assert running.at(399) == pytest.approx(whole.at(399), abs=1e-9)


def test_an_exception_says_file_and_line_and_disables_those_parameters(load) -> None:
    found = load("""
        PARAMETERS = {"divisor": (1, 0, 9)}
        def compute(bars, divisor):
            print("noise " * 100_000)
            return bars.closes * (1 // divisor)
    """)
    assert values(found)[0] == pytest.approx(SERIES.closes)
    for _ in range(2):
        with pytest.raises(PluginError, match=r"^mine\.py, line 5: ZeroDivisionError"):
            values(found, divisor=0)
    assert values(found)[0] == pytest.approx(SERIES.closes)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import nonexistent_thing\n", r"line 1: ModuleNotFoundError"),
        ("x = 1\ndef compute(bars:\n", r"line 2: SyntaxError"),
        ("TITLE = 'x'\n", r"no function compute"),
        ("OUTPUTS = {'a': 'pie'}\ndef compute(bars): pass\n", r"'pie' is not one of line"),
        ("PARAMETERS = {'n': (5, 9, 1)}\ndef compute(bars, n): pass\n", r"not within its limits"),
        ("def compute(bars, n): pass\n", r"TypeError: missing a required argument: 'n'"),
        ("raise SystemExit(3)\n", r"line 1: SystemExit"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(load, code, said) -> None:
    with pytest.raises(PluginError, match=said):
        load(code)


def test_a_wrong_shape_and_endless_values_are_refused(load) -> None:
    found = load("""
        import itertools
        PARAMETERS = {"how": (0, 0, 4)}
        def compute(bars, how):
            return [bars.closes[1:], itertools.count(), 4.0, ["x"] * bars.count, (1, 2)][how]
    """)
    for how, said in enumerate((r"\(59,\)", r"\(61,\)", "float", "could not convert", "2 arrays")):
        with pytest.raises(PluginError, match=said):
            values(found, how=how)


def test_what_does_not_end_is_stopped_and_stays_stopped(load) -> None:
    found = load("def compute(bars):\n    while True:\n        pass\n", limit=0.5)
    for _ in range(2):
        with pytest.raises(PluginError, match=r"longer than 0\.5 seconds"):
            values(found)


def test_it_cannot_reach_the_broker(load, tmp_path) -> None:
    target = tmp_path / "written"
    found = load(f"""
        PARAMETERS = {{"how": (0, 0, 9)}}
        def compute(bars, how):
            if how == 0:
                import socket
                socket.create_connection(("127.0.0.1", 7497))
            if how == 1:
                import subprocess
                subprocess.run(["true"])
            if how == 2:
                import workstation.desk
            if how == 3:
                import ibapi
            if how == 4:
                open({str(target)!r}, "w")
            if how == 5:
                import os
                os.system("true")
            if how == 6:
                import ctypes
                ctypes.CDLL(None)
            return bars.closes
    """)
    for how in range(7):
        with pytest.raises(PluginError, match=r"line \d+: PermissionError: an indicator may not"):
            values(found, how=how)
    assert not target.exists()
    assert values(found, how=9)[0] == pytest.approx(SERIES.closes)
