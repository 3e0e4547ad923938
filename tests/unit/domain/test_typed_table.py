"""What is said of a table that was written."""

from workstation.domain.typed_table import TableWritten


def test_columns_that_became_text_are_named_and_nothing_is_said_without_any() -> None:
    assert TableWritten(rows=3).note == ""
    note = TableWritten(rows=3, kept_as_text=("limit", "stop")).note
    assert note == " Written as text, since no number could hold every value: limit, stop."
