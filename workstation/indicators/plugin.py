"""An indicator of the user's own: a Python file that runs in a process of its own."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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

LIMIT = 5.0
"""Seconds one computation has; nobody but its own thread waits for it."""

_KEPT = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP")


class PluginError(ValueError):
    """An own indicator cannot be used; its text says file, line and why."""


def key_of(path: Path) -> str:
    """Return the key of the indicator in a file."""
    return PREFIX + path.stem


class Plugin:
    """The process of one file. One thread at a time; each call waits, up to its limit.

    Whoever must not wait gives the computation to run(), which has a thread of its own. A
    computation that does not end disables the indicator until the file is saved again.
    """

    def __init__(self, path: Path, command: Sequence[str], limit: float | None = None) -> None:
        self._path, self._limit = path, LIMIT if limit is None else limit
        self._fault = ""
        self._thread = ThreadPoolExecutor(1, "own-indicator")
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
            content, _ = self._exchange(START_LIMIT)
            return self._indicator(content)
        except PluginError:
            self.close()
            raise
        except (KeyError, TypeError, ValueError, IndexError) as error:
            self.close()
            raise PluginError(f"{self._path.name} does not describe itself rightly") from error

    def run(self, job: Callable[[], None]) -> None:
        """Do a job on this file's own thread, after those before it; none after close()."""
        try:
            self._thread.submit(job)
        except RuntimeError:
            return  # it has been closed, and so has whatever showed it

    def stop(self) -> None:
        """Kill the process, so that who waits for it need not. Any thread; close() must follow."""
        self._process.kill()

    def close(self) -> None:
        """End the process and the thread."""
        self.stop()
        self._thread.shutdown(cancel_futures=True)
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
            worker=self,
        )

    def _compute(
        self, outputs: list[str], whole: list[str], series: BarSeries, values: Values
    ) -> list[Floats]:
        if self._fault:
            raise PluginError(self._fault)
        count = len(series)
        table = np.empty((len(ROWS), count))
        for row, name in zip(table, ROWS, strict=True):
            row[:] = getattr(series, name)
        request = {"count": count, "values": dict(values), "whole": whole, "outputs": outputs}
        _, numbers = self._exchange(self._limit, lambda: self._send(request, _bytes_of(table)))
        return list(np.frombuffer(numbers, np.float64).reshape(len(outputs), count))

    def _send(self, request: dict[str, Any], numbers: memoryview) -> None:
        assert self._process.stdin is not None
        write_frame(self._process.stdin, request, numbers)

    def _exchange(self, limit: float, send: Callable[[], None] = lambda: None) -> Frame:
        """Send and return the next answer. Raises PluginError, also when the limit is over."""
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        watch = threading.Timer(limit, stop)
        watch.daemon = True
        watch.start()
        try:
            assert self._process.stdout is not None
            send()
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


def _bytes_of(table: Floats) -> memoryview:
    return table.data.cast("B") if table.size else memoryview(b"")


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
