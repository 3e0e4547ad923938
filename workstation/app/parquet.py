"""Loads the writer of Parquet when it is needed, or says what is missing."""

import sys
from collections.abc import Callable
from pathlib import Path

from workstation.domain.errors import ExportError
from workstation.domain.typed_table import TableWritten, TypedTable

SUFFIX = ".parquet"

_MISSING = (
    "Parquet needs DuckDB, which is not installed. Install it once with python3 run.py analytics; "
    "CSV needs nothing."
)
_MISSING_PACKAGED = (
    "This packaged program has no DuckDB and cannot write Parquet. Export CSV instead, or use the "
    "program from its sources after python3 run.py analytics."
)
_BROKEN = (
    "DuckDB, which Parquet needs, cannot be loaded here ({reason}). CSV needs nothing. To mend it "
    "delete .venv and run python3 run.py analytics."
)


def parquet_writer() -> Callable[[Path, TypedTable], TableWritten]:
    """Return storage.parquet_file.write_parquet, loaded now. Any thread. Raises ExportError."""
    try:
        from workstation.storage.parquet_file import write_parquet
    except ModuleNotFoundError as error:
        is_packaged = getattr(sys, "frozen", False)
        raise ExportError(_MISSING_PACKAGED if is_packaged else _MISSING) from error
    except ImportError as error:
        raise ExportError(_BROKEN.format(reason=error)) from error
    return write_parquet


def write_parquet(path: Path, table: TypedTable) -> TableWritten:
    """Write a table, as storage.parquet_file says. Raises ExportError and OSError."""
    return parquet_writer()(path, table)
