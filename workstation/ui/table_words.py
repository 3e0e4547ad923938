"""What a table shows, in the order shown, for an export: as text, or as values with their types."""

from pathlib import Path
from typing import TypeVar

from workstation.domain.typed_table import TypedColumn, TypedTable
from workstation.ui.export_dialog import is_parquet
from workstation.ui.models.export_values import Exports
from workstation.ui.table_view import TableView

R = TypeVar("R")


def table_content(
    table: TableView, exports: Exports[R], path: Path
) -> TypedTable | list[list[str]]:
    """Return what is to be written to a file of this name."""
    return table_values(table, exports) if is_parquet(path) else table_words(table)


def table_words(table: TableView) -> list[list[str]]:
    """Return titles and rows in the order shown; columns and rows that are hidden are left out."""
    proxy, source, shown = table.proxy, table.source, _shown_columns(table)
    rows = [[source.columns[number].title for number in shown]]
    for row in range(proxy.rowCount()):
        place = proxy.source_row(row)
        rows.append([source.cell(place, number).text for number in shown])
    return rows


def table_values(table: TableView, exports: Exports[R]) -> TypedTable:
    """Return what the same columns and rows stand for."""
    proxy, source = table.proxy, table.source
    keys = ["", *(source.columns[number].key for number in _shown_columns(table))]
    values = [value for key in keys for value in exports[key]]
    rows = []
    for row in range(proxy.rowCount()):
        held = source.value_at(proxy.source_row(row))
        rows.append([value.of(held) for value in values])
    return TypedTable(tuple(TypedColumn(each.name, each.kind) for each in values), rows)


def _shown_columns(table: TableView) -> list[int]:
    header = table.horizontalHeader()
    order = [header.logicalIndex(place) for place in range(header.count())]
    return [number for number in order if not table.isColumnHidden(number)]
