"""Parquet: what is read back is what was given, digit for digit, and no file is ever half of one."""

import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from workstation.app.parquet import write_parquet
from workstation.domain.errors import ExportError
from workstation.domain.order import Side
from workstation.domain.typed_table import Kind, TableWritten, TypedColumn, TypedTable
from workstation.storage import parquet_file

D = Decimal


def written(path: Path, kind: Kind, *values: object) -> TableWritten:
    return write_parquet(path, TypedTable((TypedColumn("it", kind),), [(v,) for v in values]))


def read(path: Path) -> tuple[str, list[Any]]:
    """Return the type of the column and its values; of times the microseconds, as DuckDB has them."""
    found = duckdb.read_parquet(str(path))
    kind = str(found.types[0])
    if "TIME ZONE" in kind:
        found = found.project("epoch_us(it)")
    return kind, [row[0] for row in found.fetchall()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "it's 100% \N{EURO SIGN}.parquet"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([D("187.20"), None, D("-0.000000000001")], "DECIMAL(38,12)"),
        ([D("12345678901234567890123456.5"), D("-99999999999999999999999999")], "DECIMAL(38,12)"),
        ([D("0.33333333333333333333333333"), D(3)], "DECIMAL(38,26)"),
        ([D("1E+5"), D("0E-30"), D("1.500000000000000000000000")], "DECIMAL(38,12)"),
        ([None, None], "DECIMAL(38,12)"),
    ],
)
def test_decimals_keep_every_digit(path: Path, values: list[Decimal | None], kind: str) -> None:
    assert written(path, Kind.DECIMAL, *values) == TableWritten(len(values))
    assert read(path) == (kind, values)


@pytest.mark.parametrize("odd", [D("1E-40"), D(10) ** 30, D("NaN"), D("-Infinity")])
def test_decimals_that_no_number_holds_stay_text_and_that_is_said(path: Path, odd: Decimal) -> None:
    outcome = written(path, Kind.DECIMAL, D("1.50"), None, odd)

    assert outcome.kept_as_text == ("it",)
    assert "it" in outcome.note
    assert read(path) == ("VARCHAR", ["1.50", None, f"{odd:f}"])


def test_text_is_what_it_was(path: Path) -> None:
    texts = [
        "=1+1",
        "-2",
        "",
        None,
        "a\nb\r\n\tc,\"d\"'e'",
        "Zürich \N{EURO SIGN} 株",
        "\0",
        "NULL",
        "—",
    ]
    written(path, Kind.TEXT, *texts, Side.BUY)

    assert read(path) == ("VARCHAR", [*texts, "BUY"])


def test_times_are_microseconds_in_utc(path: Path) -> None:
    exact = datetime(2026, 11, 1, 5, 59, 59, 123_457, tzinfo=UTC)
    elsewhere = exact.astimezone(timezone(timedelta(hours=-5)))
    written(path, Kind.TIME, exact, elsewhere, None)

    micros = (exact - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert read(path) == ("TIMESTAMP WITH TIME ZONE", [micros, micros, None])


@pytest.mark.parametrize(
    ("kind", "values", "shown"),
    [
        (Kind.FLOAT, [0.1 + 0.2, 5e-324, None, 3], "DOUBLE"),
        (Kind.INTEGER, [2**63 - 1, -(2**63), 0, None], "BIGINT"),
        (Kind.FLAG, [True, False, None], "BOOLEAN"),
    ],
)
def test_numbers_and_flags_are_what_they_were(
    path: Path, kind: Kind, values: list[object], shown: str
) -> None:
    written(path, kind, *values)
    assert read(path) == (shown, values)


@pytest.mark.parametrize("kind", Kind)
def test_a_table_without_rows_has_its_columns(path: Path, kind: Kind) -> None:
    assert written(path, kind).rows == 0
    assert read(path)[1] == []
    assert duckdb.read_parquet(str(path)).columns == ["it"]


def test_rows_keep_their_order_over_batches(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_file, "BATCH", 7)
    late = [None] * 20 + [D("0.1234567890123456")]  # known only from the last batch on
    columns = (TypedColumn('a "b"', Kind.INTEGER), TypedColumn("it", Kind.DECIMAL))
    rows = list(enumerate(late))
    assert write_parquet(path, TypedTable(columns, iter(rows))).rows == 21

    assert duckdb.read_parquet(str(path)).fetchall() == rows


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.INTEGER, 2**63),
        (Kind.INTEGER, "1"),
        (Kind.DECIMAL, 1.5),
        (Kind.FLOAT, D("1.5")),
        (Kind.TIME, datetime(2026, 11, 1)),  # noqa: DTZ001 - what must not be
        (Kind.FLAG, 1),
        (Kind.TEXT, 1),
        (Kind.TEXT, "\ud800"),
    ],
)
def test_a_value_of_another_type_fails_and_leaves_the_old_file(
    path: Path, kind: Kind, value: object
) -> None:
    path.write_bytes(b"the old one")
    with pytest.raises(ExportError):
        written(path, kind, None, value)

    assert path.read_bytes() == b"the old one"
    assert list(path.parent.iterdir()) == [path]


def test_a_row_that_cannot_be_made_leaves_the_old_file(path: Path) -> None:
    def rows() -> Any:
        yield ("a",)
        raise OSError("the disk is gone")

    path.write_bytes(b"the old one")
    with pytest.raises(OSError, match="gone"):
        write_parquet(path, TypedTable((TypedColumn("it", Kind.TEXT),), rows()))

    assert path.read_bytes() == b"the old one"
    assert list(path.parent.iterdir()) == [path]


def test_the_file_is_its_owners_and_nothing_else_stays(path: Path) -> None:
    written(path, Kind.TEXT, "a")
    written(path, Kind.TEXT, "b")  # over the first

    assert read(path)[1] == ["b"]
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o077 == 0


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    target = tmp_path / "none" / "a.parquet"
    with pytest.raises(FileNotFoundError) as caught:
        written(target, Kind.TEXT, "a")
    assert caught.value.filename == str(target)


@pytest.mark.parametrize(
    ("is_packaged", "said"), [(False, "python3 run.py analytics"), (True, "packaged program")]
)
def test_without_duckdb_the_way_to_it_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch, is_packaged: bool, said: str
) -> None:
    monkeypatch.delitem(sys.modules, "workstation.storage.parquet_file")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    monkeypatch.setattr(sys, "frozen", is_packaged, raising=False)

    with pytest.raises(ExportError, match=said) as caught:
        written(path, Kind.TEXT, "a")
    assert "CSV" in str(caught.value)
    assert list(path.parent.iterdir()) == []


def test_duckdb_that_cannot_be_loaded_says_why(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "duckdb":
                raise ImportError("DLL load failed")

    monkeypatch.delitem(sys.modules, "workstation.storage.parquet_file")
    monkeypatch.delitem(sys.modules, "duckdb")
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])

    with pytest.raises(ExportError, match="DLL load failed"):
        written(path, Kind.TEXT, "a")
