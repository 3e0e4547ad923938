"""Names the code that makes orders of a journal: a snapshot made by other code is not used.

The mark changes with whatever could change a replay: the version, the interpreter, and every
module that values, orders and their records are made of, by its compiled code.
"""

import functools
import hashlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator
from types import CodeType

import msgspec

import workstation.domain
import workstation.oms
from workstation import __version__
from workstation.domain.ids import ClientId
from workstation.storage.snapshot_file import FORMAT

_MORE = (
    "workstation.desk.past",
    "workstation.desk.dead_man",
    "workstation.portfolio.day_result",
    "workstation.portfolio.periods",
    "workstation.storage.journal_file",
)


def snapshot_mark(client_id: ClientId) -> str:
    """Return the mark of this code for a client, whose orders are its own and nobody else's."""
    return f"{__version__} {code_mark()} client {client_id}"


@functools.cache
def code_mark() -> str:
    """Return a hash of the code that replays a journal."""
    digest = hashlib.sha256()
    versions = (FORMAT, sys.version, msgspec.__version__)
    digest.update(repr(versions).encode())
    for name in sorted((*_modules(workstation.domain), *_modules(workstation.oms), *_MORE)):
        spec = importlib.util.find_spec(name)
        get_code = getattr(spec and spec.loader, "get_code", None)
        code = None if get_code is None else get_code(name)
        digest.update(name.encode())
        if code is not None:
            _take(digest, code)
    return digest.hexdigest()[:32]


def _modules(package: object) -> Iterator[str]:
    for each in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):  # type: ignore[attr-defined]
        yield each.name


def _take(digest: "hashlib._Hash", code: CodeType) -> None:
    """Add what a piece of code does; neither where it stands nor in which order a set is."""
    digest.update(code.co_code)
    digest.update(repr((code.co_name, code.co_names, code.co_varnames)).encode())
    for value in code.co_consts:
        if isinstance(value, CodeType):
            _take(digest, value)
        else:
            text = repr(sorted(map(repr, value)) if isinstance(value, frozenset) else value)
            digest.update(text.encode())
