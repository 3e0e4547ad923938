"""Writes the timeline of an order, one row a step, as comma-separated text or as Parquet."""

import csv
import io
from datetime import datetime
from pathlib import Path

from workstation.app.parquet import SUFFIX, write_parquet
from workstation.domain.csv_cell import csv_text
from workstation.domain.timeline import Timeline, TimelineStep
from workstation.domain.typed_table import Kind, TypedColumn, TypedTable
from workstation.storage.files import write_private_file

_COLUMNS = {
    "entry": Kind.INTEGER,
    "time_utc": Kind.TIME,
    **dict.fromkeys(("kind", "what", "state"), Kind.TEXT),
    **dict.fromkeys(("bid", "ask", "last", "bid_size", "ask_size"), Kind.FLOAT),
    "market_time_utc": Kind.TIME,
    "market_stale": Kind.FLAG,
    "journal": Kind.TEXT,
}


def export_timeline(path: Path, shown: Timeline) -> str:
    """Write a file as its ending says, and say so. Raises OSError and ExportError."""
    if path.suffix.lower() == SUFFIX:
        columns = tuple(TypedColumn(name, kind) for name, kind in _COLUMNS.items())
        write_parquet(path, TypedTable(columns, map(_row, shown.steps)))
    else:
        write_private_file(path, timeline_csv(shown).encode())
    return f"Exported to {path}."


def timeline_csv(shown: Timeline) -> str:
    """Write a timeline as comma-separated text, one step a line, RFC 4180."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(map(_cell, _row(step)) for step in shown.steps)
    return text.getvalue()


def _row(step: TimelineStep) -> tuple[object, ...]:
    market = step.market
    seen: tuple[object, ...] = (None,) * 7
    if market is not None:
        prices = (market.bid, market.ask, market.last, market.bid_size, market.ask_size)
        seen = (*prices, market.at, market.stale)
    what = (step.kind.value, step.title, step.state)
    return (step.seq, step.time, *what, *seen, step.detail)


def _cell(value: object) -> str:
    """Write a value with all its digits, and never as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | int):
        return repr(value)
    return value.isoformat() if isinstance(value, datetime) else csv_text(str(value))
