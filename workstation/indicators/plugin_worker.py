"""The process one indicator of the user runs in: it gets bars and gives values, nothing else.

It is started for one file and ends when its input ends. The file's code is kept from the network,
from other processes, from writing and from the program's own packages, so that it cannot reach the
broker; Python's audit hooks see to that against mistakes, not against a determined attacker.

A frame is a length, a JSON object that names the size of what follows it, and float64 numbers.
"""

import importlib.util
import inspect
import io
import itertools
import json
import os
import struct
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import numpy as np

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

ROWS = ("times", "days", "opens", "highs", "lows", "closes", "volumes")
KINDS = ("line", "dashed", "histogram", "dots", "level", "mark")
MOST_OUTPUTS = 12
LARGEST = 512 * 1024 * 1024
_MEMORY = 4 * 1024**3
_FORBIDDEN = (
    *(
        "socket.",
        "subprocess.",
        "ctypes.",
        "shutil.",
        "winreg.",
        "pty.",
        "ftplib.",
        "http.",
        "smtplib.",
    ),
    *("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile", "os.kill"),
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"),
    *("urllib.", "telnetlib.", "imaplib.", "nntplib.", "poplib."),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

Frame = tuple[dict[str, Any], bytes]


def read_frame(stream: IO[bytes]) -> Frame | None:
    """Return the next frame, None at the end. Raises ValueError where it makes no sense."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    if length > 1_048_576:
        raise ValueError("a frame that is too long")
    content = json.loads(stream.read(length) or b"{}")
    size = int(content.get("size", 0))
    if not 0 <= size <= LARGEST:
        raise ValueError("a frame that is too long")
    numbers = stream.read(size)
    if len(numbers) < size:
        return None
    return content, numbers


def write_frame(
    stream: IO[bytes], content: Mapping[str, object], numbers: bytes | memoryview = b""
) -> None:
    """Send a frame. Raises OSError where nobody reads any more."""
    text = json.dumps({**content, "size": len(numbers)}).encode()
    stream.write(struct.pack(">I", len(text)) + text)
    stream.write(numbers)
    stream.flush()


def main(arguments: Sequence[str]) -> int:
    """Serve the file that the first argument names until the input ends; 0 then."""
    path = Path(arguments[0])
    source, sink = _own_streams()
    _limit_memory()
    _lock_down()
    names: dict[str, Any] = {}
    write_frame(sink, _answer(path, lambda: (_described(path, names), b"")))
    while (frame := read_frame(source)) is not None:
        content, numbers = frame
        write_frame(sink, *_answer_with(path, content, numbers, names))
    return 0


def _answer(path: Path, work: Callable[[], Frame]) -> dict[str, Any]:
    return _guarded(path, work)[0]


def _answer_with(
    path: Path, content: dict[str, Any], numbers: bytes, names: dict[str, Any]
) -> Frame:
    return _guarded(path, lambda: _computed(content, numbers, names))


def _guarded(path: Path, work: Callable[[], Frame]) -> Frame:
    try:
        return work()
    except BaseException as error:  # noqa: BLE001 -- a user's code may raise anything, even an exit
        return {"fault": _where(path, error)}, b""


def _where(path: Path, error: BaseException) -> str:
    """Write file, line and reason of what a user's code raised."""
    lines = [
        each.lineno
        for each in traceback.extract_tb(error.__traceback__)
        if each.filename == str(path)
    ]
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == str(path) else None
    if line is None and lines:
        line = lines[-1]
    place = f"{path.name}, line {line}" if line else path.name
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{place}: {type(error).__name__}{': ' if reason else ''}{reason}"[:400]


# ---- the file -------------------------------------------------------------------------------


def _described(path: Path, names: dict[str, Any]) -> dict[str, Any]:
    """Run the file and return what it tells of itself."""
    spec = importlib.util.spec_from_file_location("indicator", path)
    if spec is None or spec.loader is None:
        raise ValueError("it is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    names.update(vars(module))
    compute = names.get("compute")
    if not callable(compute):
        raise TypeError("there is no function compute(bars, ...)")
    outputs = names.get("OUTPUTS", {"value": "line"})
    if not isinstance(outputs, dict) or not 1 <= len(outputs) <= MOST_OUTPUTS:
        raise ValueError(f"OUTPUTS must be a dict of 1 to {MOST_OUTPUTS} names and kinds")
    for kind in outputs.values():
        if kind not in KINDS:
            raise ValueError(f"OUTPUTS: {kind!r} is not one of {', '.join(KINDS)}")
    parameters = _parameters(names.get("PARAMETERS", {}))
    inspect.signature(compute).bind(None, **{each["name"]: 0 for each in parameters})
    return {
        "title": str(names.get("TITLE", path.stem)),
        "outputs": [[str(name), kind] for name, kind in outputs.items()],
        "parameters": parameters,
        "overlay": bool(names.get("OVERLAY", True)),
        "guides": [float(each) for each in itertools.islice(names.get("GUIDES", ()), 12)],
    }


def _parameters(given: object) -> list[dict[str, Any]]:
    if not isinstance(given, dict) or len(given) > 24:
        raise ValueError("PARAMETERS must be a dict of at most 24 names")
    found = []
    for name, value in given.items():
        numbers = value if isinstance(value, tuple | list) else (value, -1e9, 1e9)
        is_fit = len(numbers) == 3 and all(
            isinstance(n, int | float) and not isinstance(n, bool) for n in numbers
        )
        if not is_fit or not str(name).isidentifier():
            raise ValueError(f"PARAMETERS: {name} must be (default, least, most)")
        default, least, most = numbers
        if not least <= default <= most:
            raise ValueError(f"PARAMETERS: the default of {name} is not within its limits")
        is_whole = isinstance(default, int)
        found.append({"name": name, "numbers": [float(n) for n in numbers], "whole": is_whole})
    return found


def _computed(content: dict[str, Any], numbers: bytes, names: dict[str, Any]) -> Frame:
    count = int(content["count"])
    table = np.frombuffer(numbers, np.float64).reshape(len(ROWS), count).copy()
    arrays: dict[str, Any] = dict(zip(ROWS, table, strict=True))
    arrays["times"], arrays["days"] = (arrays[n].astype(np.int64) for n in ("times", "days"))
    whole = set(content["whole"])
    values = {n: int(v) if n in whole else v for n, v in content["values"].items()}
    found = names["compute"](SimpleNamespace(**arrays, count=count), **values)
    outputs = _outputs(found, list(content["outputs"]), count)
    return {"rows": len(outputs)}, np.ascontiguousarray(outputs).tobytes()


def _outputs(found: object, wanted: list[str], count: int) -> Any:
    """Return one row an output; what was given must have the shape of the bars."""
    if isinstance(found, dict):
        if set(found) != set(wanted):
            raise ValueError(f"compute must give {', '.join(wanted)}")
        rows = [found[name] for name in wanted]
    elif len(wanted) == 1 and (not isinstance(found, tuple | list) or len(found) == count != 1):
        rows = [found]
    elif isinstance(found, tuple | list):
        rows = list(found)
    else:
        raise ValueError(f"compute must give {len(wanted)} arrays, not {type(found).__name__}")
    if len(rows) != len(wanted):
        raise ValueError(f"compute gave {len(rows)} arrays, {len(wanted)} are announced")
    table = [np.asarray(_bounded(row, count), np.float64) for row in rows]
    for name, row in zip(wanted, table, strict=True):
        if row.shape != (count,):
            raise ValueError(f"{name} has the shape {row.shape}, the bars have ({count},)")
    return table


def _bounded(row: object, count: int) -> Any:
    """Take no more than one value too many of something without an end."""
    if isinstance(row, np.ndarray | list | tuple):
        return row
    if not isinstance(row, Iterable):
        raise TypeError(f"compute gave {type(row).__name__} where an array belongs")
    return list(itertools.islice(row, count + 1))


# ---- the cage -------------------------------------------------------------------------------


def _own_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Keep the pipes for ourselves: what the file prints or asks goes nowhere."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), _Nowhere(), _Nowhere()
    sys.dont_write_bytecode = True
    return source, sink


class _Nowhere(io.TextIOBase):
    """Takes text and forgets it."""

    def write(self, text: str, /) -> int:
        """Forget a text."""
        return len(text)


def _limit_memory() -> None:
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _lock_down() -> None:
    """Refuse from here on what an indicator has no need of. It cannot be taken back."""
    sys.addaudithook(_on_audit)


def _on_audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "import" and str(arguments[0]).split(".")[0] in {"workstation", "ibapi"}:
        raise PermissionError(f"an indicator may not import {arguments[0]}")
    is_writing = (
        event == "open"
        and len(arguments) > 2
        and (
            any(letter in str(arguments[1] or "") for letter in "wax+")
            or bool(int(arguments[2] or 0) & _WRITING)
        )
    )
    if is_writing or event.startswith(_FORBIDDEN):
        raise PermissionError(f"an indicator may not do this ({event})")
