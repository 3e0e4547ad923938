"""Writes tables as Parquet, with DuckDB: the one module that imports it.

DuckDB is no part of what every user installs, and 70 ms of import; `app/parquet.py` loads this
module when a file is to be written, and not before.
"""

import atexit
import gc
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np

from workstation.domain.errors import ExportError
from workstation.domain.typed_table import Kind, TableWritten, TypedColumn, TypedTable
from workstation.storage.files import replace_durably

atexit.register(gc.unfreeze)  # or DuckDB says at the end that its types were never let go
DIGITS = 38
"""Digits of Parquet's widest decimal."""

SCALE = 12
"""Decimals of a column of decimals, unless one of its values needs more."""

BATCH = 50_000
"""Rows that are handed over at a time."""

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,  # nothing is ever fetched from a server
    "autoload_known_extensions": False,
    "memory_limit": "512MB",  # more than that waits on the disk
    "threads": 1,  # the trading core needs the others
}


def write_parquet(path: Path, table: TypedTable) -> TableWritten:
    """Write a table whole or not at all; the file is readable by its owner only.

    Decimals are DECIMAL(38, 12), or with more decimals where a value needs them; a column that
    fits no such number is text. Times are microseconds in UTC. Blocks: any thread but the GUI's.
    Raises OSError, and ExportError for a value that is not of its column's type; what stood at
    `path` is then intact.
    """
    folder = _folder_beside(path)
    try:
        draft = folder / "draft.parquet"
        written = _write(draft, table, folder)
        replace_durably(draft, path)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise ExportError(f"{path} could not be written: {reason}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return written


def _folder_beside(path: Path) -> Path:
    """Make a folder on the same disk that only its owner may enter."""
    try:
        return Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write(draft: Path, table: TypedTable, folder: Path) -> TableWritten:
    settings = {**_SETTINGS, "temp_directory": str(folder / "waiting")}
    columns = [_Column(column) for column in table.columns]
    with duckdb.connect(":memory:", config=settings) as database:
        names = [f"c{number}" for number in range(len(columns))]
        database.execute(f"CREATE TABLE given ({', '.join(f'{each} VARCHAR' for each in names)})")
        count = 0
        for batch in _batches(table.rows):
            count += len(batch)
            values = zip(*batch, strict=True)
            texts = [column.texts(v) for column, v in zip(columns, values, strict=True)]
            database.register("batch", dict(zip(names, texts, strict=True)))
            database.execute("INSERT INTO given SELECT * FROM batch")
            database.unregister("batch")
        chosen = [
            duckdb.ColumnExpression(name).cast(column.sql_type).alias(column.name)
            for name, column in zip(names, columns, strict=True)
        ]
        database.table("given").select(*chosen).write_parquet(str(draft), compression="zstd")
    return TableWritten(count, tuple(c.name for c in columns if c.is_kept_as_text))


def _batches(rows: Iterable[Sequence[object]]) -> Iterable[list[Sequence[object]]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch


class _Column:
    """Turns values into the texts that DuckDB casts, and learns what a decimal needs."""

    def __init__(self, column: TypedColumn) -> None:
        self.name = column.name
        self._kind = column.kind
        self._text: Callable[[object], str] = {
            Kind.DECIMAL: self._decimal,
            Kind.FLOAT: _float,
            Kind.INTEGER: _integer,
            Kind.TIME: _time,
            Kind.FLAG: _flag,
            Kind.TEXT: _plain,
        }[column.kind]
        self._whole = 1
        self._decimals = SCALE
        self._is_number = True

    def texts(self, values: Iterable[object]) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
        """Return values as texts, None where they are missing. Raises ExportError."""
        try:
            texts = [None if value is None else self._text(value) for value in values]
        except TypeError as error:
            raise ExportError(f"The column {self.name} holds a value of another type.") from error
        found = np.empty(len(texts), dtype=np.object_)
        found[:] = texts
        return found

    @property
    def is_kept_as_text(self) -> bool:
        """Whether a decimal among its values fits no number of the file."""
        fits = self._is_number and self._whole + self._decimals <= DIGITS
        return self._kind is Kind.DECIMAL and not fits

    @property
    def sql_type(self) -> duckdb.sqltypes.DuckDBPyType:
        """The type that holds all of the values that were seen, exactly."""
        if self._kind is Kind.DECIMAL and not self.is_kept_as_text:
            return duckdb.decimal_type(DIGITS, self._decimals)
        return _SQL_TYPES.get(self._kind, duckdb.sqltypes.VARCHAR)

    def _decimal(self, value: object) -> str:
        if not isinstance(value, Decimal | int):
            raise TypeError
        text = f"{value:f}"
        whole, _, decimals = text.partition(".")
        if len(decimals) > self._decimals:
            self._decimals = max(self._decimals, len(decimals.rstrip("0")))
        digits = whole.removeprefix("-")
        self._whole = max(self._whole, len(digits))
        self._is_number = self._is_number and digits.isdigit()
        return text


_SQL_TYPES = {
    Kind.FLOAT: duckdb.sqltypes.DOUBLE,
    Kind.INTEGER: duckdb.sqltypes.BIGINT,
    Kind.TIME: duckdb.sqltypes.TIMESTAMP_TZ,
    Kind.FLAG: duckdb.sqltypes.BOOLEAN,
}


def _plain(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return str(value)


def _float(value: object) -> str:
    if not isinstance(value, float | int):
        raise TypeError
    return repr(float(value))


def _integer(value: object) -> str:
    if not isinstance(value, int):
        raise TypeError
    return str(int(value))


def _time(value: object) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError
    return value.astimezone(UTC).isoformat()


def _flag(value: object) -> str:
    if not isinstance(value, bool):
        raise TypeError
    return str(value)
