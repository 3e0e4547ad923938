"""Writes earlier orders and fills to a file: Parquet, JSON or comma-separated text."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path

import msgspec

from workstation.domain.account import masked
from workstation.domain.csv_cell import csv_text
from workstation.domain.errors import ExportError
from workstation.domain.ids import AccountId
from workstation.domain.past_trades import HistoryKind, PastFill, PastOrder
from workstation.domain.typed_table import Kind, TableWritten, TypedColumn, TypedTable
from workstation.storage.files import write_private_file

Rows = tuple[PastOrder, ...] | tuple[PastFill, ...]

ParquetWriter = Callable[[Path, TypedTable], TableWritten]
"""app.parquet.write_parquet, which the app hands in. Raises ExportError and OSError."""

_KINDS = {
    **dict.fromkeys(("order_id", "con_id"), Kind.INTEGER),
    **dict.fromkeys(("time", "changed_at"), Kind.TIME),
    **dict.fromkeys(("quantity", "filled", "limit_price", "stop_price"), Kind.DECIMAL),
    **dict.fromkeys(("average_price", "price", "commission", "realized_pnl"), Kind.DECIMAL),
    "is_own": Kind.FLAG,
}
"""Fields that are not text."""


def exported(
    path: Path, kind: HistoryKind, rows: Rows, write_parquet: ParquetWriter | None = None
) -> str:
    """Write all rows as the path's ending says, accounts masked, and say what was written.

    Raises OSError, and ExportError where Parquet cannot be written.
    """
    shown = [replace(row, account=AccountId(masked(row.account))) for row in rows]
    names = [field.name for field in fields(PastFill if kind is HistoryKind.FILLS else PastOrder)]
    note = ""
    if path.suffix.lower() == ".parquet":
        if write_parquet is None:
            raise ExportError("Parquet cannot be written here; CSV and JSON can.")
        columns = tuple(TypedColumn(name, _KINDS.get(name, Kind.TEXT)) for name in names)
        values = ([getattr(row, name) for name in names] for row in shown)
        note = write_parquet(path, TypedTable(columns, values)).note
    elif path.suffix.lower() == ".json":
        write_private_file(path, msgspec.json.format(msgspec.json.encode(shown)))
    else:
        content = io.StringIO(newline="")
        writer = csv.writer(content)
        writer.writerow(names)
        writer.writerows(_cells(row, names) for row in shown)
        write_private_file(path, content.getvalue().encode())
    return f"{len(rows):,} {kind.value} exported to {path}.{note}"


def _cells(row: PastOrder | PastFill, names: list[str]) -> Iterator[str]:
    for name in names:
        value = getattr(row, name)
        if value is None:
            yield ""
        elif isinstance(value, Decimal):
            yield f"{value:f}"
        else:
            yield csv_text(value.isoformat() if hasattr(value, "isoformat") else str(value))
