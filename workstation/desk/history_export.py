"""The rows of the history as a file for another program: comma-separated text, or JSON."""

import csv
import io
from collections.abc import Iterator
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path

import msgspec

from workstation.domain.account import masked
from workstation.domain.csv_cell import csv_text
from workstation.domain.ids import AccountId
from workstation.domain.past_trades import HistoryKind, PastFill, PastOrder
from workstation.storage.files import write_private_file


def exported(
    path: Path, kind: HistoryKind, rows: tuple[PastOrder, ...] | tuple[PastFill, ...]
) -> str:
    """Write all rows, accounts masked, and say what was written. Raises OSError."""
    shown = [replace(row, account=AccountId(masked(row.account))) for row in rows]
    if path.suffix.lower() == ".json":
        write_private_file(path, msgspec.json.format(msgspec.json.encode(shown)))
    else:
        kept = PastFill if kind is HistoryKind.FILLS else PastOrder
        content = io.StringIO(newline="")
        writer = csv.writer(content)
        names = [field.name for field in fields(kept)]
        writer.writerow(names)
        writer.writerows(_cells(row, names) for row in shown)
        write_private_file(path, content.getvalue().encode())
    return f"{len(rows):,} {kind.value} exported to {path}."


def _cells(row: PastOrder | PastFill, names: list[str]) -> Iterator[str]:
    for name in names:
        value = getattr(row, name)
        if value is None:
            yield ""
        elif isinstance(value, Decimal):
            yield f"{value:f}"
        else:
            yield csv_text(value.isoformat() if hasattr(value, "isoformat") else str(value))
