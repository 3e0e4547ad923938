"""Writes entries of the journal as comma-separated text, JSON or a typed table, accounts masked."""

import csv
import json
from collections.abc import Iterable
from typing import IO

from workstation.domain.account import redacted
from workstation.domain.csv_cell import csv_text
from workstation.domain.typed_table import Kind, TypedColumn, TypedTable
from workstation.storage.journal_file import Entry

_COLUMNS = {
    "seq": Kind.INTEGER,
    "time": Kind.TIME,
    "monotonic_ns": Kind.INTEGER,
    "boot": Kind.TEXT,
    "build": Kind.TEXT,
    "event": Kind.TEXT,
    "body": Kind.TEXT,
}


def write_csv(file: IO[str], entries: Iterable[Entry]) -> int:
    """Write one line an entry, RFC 4180, and return how many."""
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    count = 0
    for count, each in enumerate(entries, 1):  # noqa: B007 - the number of the last
        texts = map(csv_text, (each.boot, each.build, each.event, redacted(each.body.decode())))
        writer.writerow([each.seq, each.time, each.monotonic_ns, *texts])
    return count


def write_json(file: IO[str], entries: Iterable[Entry]) -> int:
    """Write one JSON object a line, and return how many."""
    count = 0
    for count, each in enumerate(entries, 1):  # noqa: B007 - the number of the last
        line = {
            "seq": each.seq,
            "time": each.time,
            "monotonic_ns": each.monotonic_ns,
            "boot": each.boot,
            "build": each.build,
            "event": each.event,
            "body": json.loads(redacted(each.body.decode())),
        }
        file.write(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n")
    return count


def journal_table(entries: Iterable[Entry]) -> TypedTable:
    """Return one row an entry, read while it is written; the body is JSON as text."""
    columns = tuple(TypedColumn(name, kind) for name, kind in _COLUMNS.items())
    return TypedTable(columns, map(_row, entries))


def _row(each: Entry) -> tuple[object, ...]:
    names = (each.boot, each.build, each.event)
    return (each.seq, each.when, each.monotonic_ns, *names, redacted(each.body.decode()))
