"""An indicator of the user's own: a Python file that runs in a process of its own."""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from workstation.indicators.definition import (
    BarSeries,
    Floats,
    Indicator,
    Kind,
    Output,
    Parameter,
    Values,
)
from workstation.indicators.plugin_worker import ROWS, Frame, read_frame, write_frame

GROUP = "My indicators"

PREFIX = "my."
"""What the keys of own indicators begin with."""

START_LIMIT = 20.0
"""Seconds a file has to load."""

LIMIT = 2.0
"""Seconds one computation has; the chart waits for it."""

_KEPT = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP")


class PluginError(ValueError):
    """An own indicator cannot be used; its text says file, line and why."""


def key_of(path: Path) -> str:
    """Return the key of the indicator in a file."""
    return PREFIX + path.stem


class Plugin:
    """The process of one file. One thread at a time; each call waits, up to its limit.

    An exception of a computation disables the indicator for those parameters, a computation
    that does not end disables it altogether, until the file is saved again.
    """

    def __init__(self, path: Path, command: Sequence[str], limit: float = LIMIT) -> None:
        self._path, self._limit = path, limit
        self._fault = ""
        self._faults: dict[tuple[tuple[str, float], ...], str] = {}
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment["OPENBLAS_NUM_THREADS"] = "1"
        try:
            self._process = subprocess.Popen(  # noqa: S603 -- our own program
                [*command, str(path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise PluginError(f"{path.name} cannot be started: {error.strerror}") from error

    def describe(self) -> Indicator:
        """Load the file and return its indicator. Raises PluginError."""
        try:
            content, _ = self._read(START_LIMIT)
            return self._indicator(content)
        except PluginError:
            self.close()
            raise
        except (KeyError, TypeError, ValueError, IndexError) as error:
            self.close()
            raise PluginError(f"{self._path.name} does not describe itself rightly") from error

    def stop(self) -> None:
        """Kill the process, so that who waits for it need not. Any thread; close() must follow."""
        self._process.kill()

    def close(self) -> None:
        """End the process."""
        self.stop()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue  # what was still to be sent has nobody to read it
        self._process.wait()

    def _indicator(self, content: dict[str, Any]) -> Indicator:
        parameters = tuple(_parameter(each) for each in content["parameters"])
        outputs = tuple(Output(str(name), Kind[kind.upper()]) for name, kind in content["outputs"])
        whole = [each.name for each in parameters if each.is_whole]
        names = [each.name for each in outputs]
        return Indicator(
            key=key_of(self._path),
            title=str(content["title"])[:120],
            group=GROUP,
            compute=partial(self._compute, names, whole),
            parameters=parameters,
            outputs=outputs,
            is_overlay=bool(content["overlay"]),
            guides=tuple(float(each) for each in content["guides"]),
        )

    def _compute(
        self, outputs: list[str], whole: list[str], series: BarSeries, values: Values
    ) -> list[Floats]:
        given = tuple(sorted(values.items()))
        if known := self._fault or self._faults.get(given, ""):
            raise PluginError(known)
        count = len(series)
        table = np.array([getattr(series, name) for name in ROWS], np.float64)
        request = {"count": count, "values": dict(values), "whole": whole, "outputs": outputs}
        try:
            assert self._process.stdin is not None
            write_frame(self._process.stdin, request, table.tobytes())
            _, numbers = self._read(self._limit)
            found = np.frombuffer(numbers, np.float64).reshape(len(outputs), count)
        except PluginError as error:
            self._faults[given] = str(error)
            raise
        except (OSError, ValueError) as error:
            self._fault = f"{self._path.name} has ended"
            raise PluginError(self._fault) from error
        return list(found)

    def _read(self, limit: float) -> Frame:
        """Return the next answer. Raises PluginError, also when the limit is over."""
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        watch = threading.Timer(limit, stop)
        watch.daemon = True
        watch.start()
        try:
            assert self._process.stdout is not None
            frame = read_frame(self._process.stdout)
        except (OSError, ValueError):
            frame = None
        finally:
            watch.cancel()
        if frame is None or late.is_set():
            took = f"took longer than {limit:g} seconds" if late.is_set() else "has ended by itself"
            self._fault = f"{self._path.name} {took} and was stopped; save it to try again"
            raise PluginError(self._fault)
        if "fault" in frame[0]:
            raise PluginError(str(frame[0]["fault"]))
        return frame


def broken(path: Path, reason: str) -> Indicator:
    """Return what stands for a file that cannot be used: it says why wherever it is shown."""

    def compute(series: BarSeries, values: Values) -> list[Floats]:
        del series, values
        raise PluginError(reason)

    return Indicator(
        key=key_of(path), title=f"cannot be used: {reason}", group=GROUP, compute=compute
    )


def worker_command(program: Sequence[str]) -> list[str]:
    """Return the words that start the process of a file, but for the file."""
    return [*(program or [sys.executable]), "indicator"]


def _parameter(content: dict[str, Any]) -> Parameter:
    default, least, most = (float(each) for each in content["numbers"])
    name = str(content["name"])
    return Parameter(
        name=name,
        title=name.replace("_", " ").capitalize(),
        default=default,
        least=least,
        most=most,
        is_whole=content["whole"] is True,
    )
