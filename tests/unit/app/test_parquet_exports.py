"""Parquet from the command line and from the history: which rows, which values, how it ends."""

import io
import json
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from tests.helpers.desk_fakes import ACCOUNT, CLIENT, Door, fill
from tests.helpers.virtual_time import VirtualClock
from workstation.app.cli import main
from workstation.app.history_server import serve
from workstation.app.parquet import write_parquet
from workstation.desk.history import History
from workstation.domain.past_trades import HistoryKind, HistoryPage, HistoryWish
from workstation.storage.journal import Journal
from workstation.storage.journal_reader import read_entries
from workstation.storage.paths import ProfileFiles

YEAR = timedelta(days=365).total_seconds()
ODD = {"text": '=1+1 "a", \n Zürich 株', "price": "0.1234567890123456789", "of": str(ACCOUNT)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of 2026-11-20, with a filled order, and of a year later."""
    path = ProfileFiles.of(tmp_path, "simulated").journal
    clock = VirtualClock()
    journal = Journal(path, clock)
    door = Door(journal=journal)
    door.working()
    door.apply(fill("a.1.01", 100))
    journal.close()
    clock.seconds += YEAR
    journal = Journal(path, clock)
    journal.record("=cmd", ODD, durable=True)
    journal.close()
    return path


def run(path: Path, *words: str) -> int:
    return main(["journal", *words, "--data-dir", str(path.parents[2])])


def micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def rows(target: Path, columns: str = "*") -> list[tuple[Any, ...]]:
    return duckdb.read_parquet(str(target)).project(columns).fetchall()


@pytest.fixture
def no_duckdb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "workstation.storage.parquet_file", raising=False)
    monkeypatch.setitem(sys.modules, "duckdb", None)


def test_the_journal_of_two_years_is_read_back_as_it_stands(path: Path, tmp_path: Path) -> None:
    assert len(list(path.parent.glob("*.sqlite"))) == 2
    target = tmp_path / "a.parquet"
    assert run(path, "export", "--parquet", str(target)) == 0

    found = rows(target, "seq, epoch_us(time), monotonic_ns, boot, build, event")
    assert found == [
        (each.seq, micros(each.when), each.monotonic_ns, each.boot, each.build, each.event)
        for each in read_entries(path)
    ]
    event, body = rows(target, "event, body")[-1]
    assert event == "=cmd"  # no mark against formulas
    assert json.loads(body) == {**ODD, "of": "S•••001"}
    described = duckdb.read_parquet(str(target))
    assert [str(each) for each in described.types][:3] == [
        "BIGINT",
        "TIMESTAMP WITH TIME ZONE",
        "BIGINT",
    ]
    assert str(ACCOUNT).encode() not in target.read_bytes()
    assert target.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("days", "years"),
    [
        (("--from", "2027-01-01"), {2027}),
        (("--to", "2026-12-31"), {2026}),
        (("--from", "2026-11-20", "--to", "2027-11-20"), {2026, 2027}),
        (("--from", "2028-01-01"), set()),
    ],
)
def test_only_the_days_asked_for_are_exported(
    path: Path, tmp_path: Path, days: tuple[str, ...], years: set[int], capsys: Any
) -> None:
    target = tmp_path / "a.parquet"
    assert run(path, "export", "--parquet", str(target), *days) == 0

    wanted = [each.seq for each in read_entries(path) if each.when.year in years]
    assert rows(target, "seq") == [(seq,) for seq in wanted]
    assert capsys.readouterr().err == f"{len(wanted)} entries exported\n"


@pytest.mark.parametrize("command", ["export", "quality"])
def test_an_export_never_writes_over_a_file_nor_to_the_terminal(
    path: Path, tmp_path: Path, command: str, capsys: Any
) -> None:
    target = tmp_path / "a.parquet"
    target.write_bytes(b"mine")
    assert run(path, command, "--parquet", str(target)) == 2
    assert "File exists" in capsys.readouterr().err
    assert target.read_bytes() == b"mine"
    assert run(path, command, "--parquet", "-") == 2
    assert "to a file" in capsys.readouterr().err
    assert run(path, command, "--parquet", str(tmp_path / "none" / "a.parquet")) == 2
    assert "none/a.parquet" in capsys.readouterr().err
    assert run(path, command) == 2
    assert "--parquet FILE" in capsys.readouterr().err


@pytest.mark.usefixtures("no_duckdb")
@pytest.mark.parametrize("command", ["export", "quality"])
def test_without_duckdb_the_command_says_so_and_writes_nothing(
    path: Path, tmp_path: Path, command: str, capsys: Any
) -> None:
    (tmp_path / "out").mkdir()
    names = [str(tmp_path / "out" / name) for name in ("a.parquet", "a.csv")]
    assert run(path, command, "--parquet", names[0], "--csv", names[1]) == 2

    said = capsys.readouterr().err
    assert "python3 run.py analytics" in said
    assert said.count("\n") == 1
    assert list((tmp_path / "out").iterdir()) == []
    assert run(path, command, "--csv", names[1]) == 0  # CSV needs nothing


def test_quality_has_types(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.parquet"
    assert run(path, "quality", "--parquet", str(target)) == 0

    found = duckdb.read_parquet(str(target))
    kinds = dict(zip(found.columns, map(str, found.types), strict=True))
    assert kinds["time_utc"] == "TIMESTAMP WITH TIME ZONE"
    assert (kinds["price"], kinds["mid_60s"], kinds["con_id"]) == (
        "DECIMAL(38,12)",
        "DOUBLE",
        "BIGINT",
    )
    ((symbol, quantity, mid, account),) = rows(target, "symbol, quantity, mid_60s, account")
    assert (symbol, quantity, mid, account) == ("SPY", Decimal(100), None, "S•••001")


# -- the history ------------------------------------------------------------------------------------


def test_the_history_is_exported_with_types(path: Path, tmp_path: Path) -> None:
    history = History(path, CLIENT, write_parquet)
    fills, orders = tmp_path / "fills.Parquet", tmp_path / "orders.parquet"
    page = history.answer(HistoryWish(kind=HistoryKind.FILLS, limit=1, export=str(fills)))
    history.answer(HistoryWish(export=str(orders)))
    (known,) = history.answer(HistoryWish(kind=HistoryKind.FILLS)).fills
    (order,) = history.answer(HistoryWish()).orders

    assert page.words == f"1 fills exported to {fills}."
    assert rows(fills, "exec_id, epoch_us(time), quantity, price, commission, account") == [
        (known.exec_id, micros(known.time), known.quantity, known.price, None, "S•••001")
    ]
    assert rows(orders, "key, is_own, side, epoch_us(changed_at), filled, stop_price, tif") == [
        (order.key, True, "BUY", micros(order.changed_at), Decimal(100), None, order.tif)
    ]
    found = duckdb.read_parquet(str(orders))
    kinds = zip(found.columns, map(str, found.types), strict=True)
    assert {name for name, kind in kinds if kind == "VARCHAR"} == {
        *("key", "account", "symbol", "side", "order_type", "tif", "state", "note")
    }


def test_an_export_of_no_rows_still_has_its_columns(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.parquet"
    history = History(path, CLIENT, write_parquet)
    history.answer(HistoryWish(symbol="none", export=str(target)))

    found = duckdb.read_parquet(str(target))
    assert found.columns[:3] == ["key", "order_id", "time"]
    assert found.fetchall() == []


@pytest.mark.usefixtures("no_duckdb")
def test_without_duckdb_the_history_answers_with_the_sentence(path: Path, tmp_path: Path) -> None:
    wishes = [HistoryWish(export=str(tmp_path / "a.parquet")), HistoryWish()]
    questions = b"".join(msgspec.json.encode(wish) + b"\n" for wish in wishes)
    answers = io.BytesIO()
    assert serve(History(path, CLIENT, write_parquet), io.BytesIO(questions), answers) == 0
    refused, page = (
        msgspec.json.decode(line, type=HistoryPage) for line in answers.getvalue().splitlines()
    )

    assert "python3 run.py analytics" in refused.fault
    assert page.total == 1
    assert not (tmp_path / "a.parquet").exists()


def test_a_history_that_cannot_write_parquet_writes_nothing_else_instead(
    path: Path, tmp_path: Path
) -> None:
    target = tmp_path / "a.parquet"
    question = msgspec.json.encode(HistoryWish(export=str(target))) + b"\n"
    answers = io.BytesIO()
    serve(History(path, CLIENT), io.BytesIO(question), answers)

    assert msgspec.json.decode(answers.getvalue(), type=HistoryPage).fault
    assert not target.exists()
