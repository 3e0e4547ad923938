"""The rows of a table as text, as they stand on the screen, for an export."""

from workstation.ui.table_view import TableView


def table_words(table: TableView) -> list[list[str]]:
    """Return titles and rows in the order shown; columns and rows that are hidden are left out."""
    header, proxy, source = table.horizontalHeader(), table.proxy, table.source
    order = [header.logicalIndex(place) for place in range(header.count())]
    shown = [number for number in order if not table.isColumnHidden(number)]
    rows = [[source.columns[number].title for number in shown]]
    for row in range(proxy.rowCount()):
        place = proxy.source_row(row)
        rows.append([source.cell(place, number).text for number in shown])
    return rows
