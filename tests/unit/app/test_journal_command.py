"""`main.py journal`: what it says, what it writes, and how it ends."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.helpers.desk_fakes import Door, fill
from tests.helpers.virtual_time import VirtualClock
from workstation.app import journal_check
from workstation.app.cli import main
from workstation.storage import journal_file
from workstation.storage.journal import Journal
from workstation.storage.journal_reader import CheckedSoFar
from workstation.storage.paths import ProfileFiles


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal in which one order was placed and filled on 2026-11-20."""
    path = ProfileFiles.of(tmp_path, "simulated").journal
    journal = Journal(path, VirtualClock())
    door = Door(journal=journal)
    door.working()
    door.apply(fill("a.1.01", 100))
    journal.record("=1+1", {}, durable=True)
    journal.close()
    return path


def run(path: Path, *words: str) -> int:
    return main(["journal", *words, "--data-dir", str(path.parents[2])])


def test_a_sound_journal_ends_with_0(path: Path, capsys: Any) -> None:
    assert run(path, "verify") == 0
    assert capsys.readouterr().out.startswith("sound: 4 entries in 1 file(s)")


def test_a_changed_byte_ends_with_1_and_changes_nothing(path: Path, capsys: Any) -> None:
    data = bytearray(path.read_bytes())
    data[data.index(b"a.1.01")] ^= 1
    path.write_bytes(data)

    assert run(path, "verify") == 1
    assert "the chain breaks" in capsys.readouterr().err
    assert path.read_bytes() == bytes(data)


@pytest.mark.parametrize("content", [None, b"", b"no database, whatever its name may say" * 99])
def test_what_cannot_be_read_does_not_end_with_0(
    path: Path, content: bytes | None, capsys: Any
) -> None:
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    assert run(path, "verify") == (2 if content is None else 1)
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("name", ["1", "9001"])
def test_show_tells_the_order_step_by_step(path: Path, name: str, capsys: Any) -> None:
    assert run(path, "show", name) == 0

    said = capsys.readouterr().out.splitlines()
    assert said[0] == "BUY 100 SPY LMT, number 1, permId 9001"
    assert [line.split(" -> ")[-1] for line in said[1:]] == ["Staged", "Working", "Filled"]


def test_an_order_nobody_knows_is_said_so(path: Path, capsys: Any) -> None:
    assert run(path, "show", "77") == 2
    assert "knows no order 77" in capsys.readouterr().err


def test_export_writes_every_entry_without_accounts_and_formulas(
    path: Path, tmp_path: Path
) -> None:
    table, lines = tmp_path / "a.csv", tmp_path / "a.json"

    assert run(path, "export", "--csv", str(table), "--json", str(lines)) == 0

    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    objects = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    assert [row["seq"] for row in rows] == ["1", "2", "3", "4"]
    assert [each["seq"] for each in objects] == [1, 2, 3, 4]
    assert [json.loads(row["body"]) for row in rows] == [each["body"] for each in objects]
    assert (rows[3]["event"], objects[3]["event"]) == ("'=1+1", "=1+1")
    for written in (table, lines):
        assert "SIM0000001" not in written.read_text("utf-8")
        assert written.stat().st_mode & 0o077 == 0
    assert run(path, "export", "--csv", str(table)) == 2  # never over another file


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("2026-11-20", "2026-11-20", 4),
        ("2026-11-21", None, 0),
        (None, "2026-11-19", 0),
        (None, None, 4),
    ],
)
def test_export_keeps_to_the_days_asked_for(
    path: Path, first: str | None, last: str | None, count: int, capsys: Any
) -> None:
    words = [*(("--from", first) if first else ()), *(("--to", last) if last else ())]

    assert run(path, "export", "--json", "-", *words) == 0
    assert len(capsys.readouterr().out.splitlines()) == count


@pytest.mark.parametrize(
    "words", [["export", "--json", "-", "--from", "soon"], ["nonsense"], [], ["show"]]
)
def test_wrong_words_end_with_2_and_one_line(words: list[str], capsys: Any) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["journal", *words])
    assert caught.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_export_needs_a_target(path: Path, capsys: Any) -> None:
    assert run(path, "export") == 2
    assert "--csv" in capsys.readouterr().err


def test_quality_writes_a_line_for_each_fill_of_the_days_asked_for(
    path: Path, tmp_path: Path, capsys: Any
) -> None:
    table = tmp_path / "quality.csv"
    assert run(path, "quality", "--csv", str(table)) == 0
    assert capsys.readouterr().err == "1 fills exported\n"

    with table.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["symbol"], row["side"], row["quantity"]) == ("SPY", "BUY", "100")
    assert "older than this measurement" in row["not_measured"]
    assert "SIM0000001" not in table.read_text("utf-8")
    assert table.stat().st_mode & 0o077 == 0
    assert run(path, "quality", "--csv", str(table)) == 2  # never over another file
    assert run(path, "quality", "--csv", "-", "--from", "2026-11-21") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1  # the titles


# -- how far a check has come -------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "shown"), [(Terminal, True), (io.StringIO, False)])
@pytest.mark.parametrize("damaged", [False, True])
def test_a_long_check_says_on_a_terminal_how_far_it_is(
    path: Path, monkeypatch: pytest.MonkeyPatch, stream: Any, shown: bool, damaged: bool
) -> None:
    journal = Journal(path, VirtualClock())
    for _ in range(4_000):
        journal.record("Note", {}, durable=False)
    journal.record("Last", {"a": "zzzzzzzz"}, durable=True)
    journal.close()
    if damaged:
        data = path.read_bytes()
        path.write_bytes(data.replace(b"zzzzzzzz", b"zzzzzzzy"))
    monkeypatch.setattr(journal_check, "LONG", 100)
    error = stream()
    monkeypatch.setattr("sys.stderr", error)

    assert run(path, "verify") == (1 if damaged else 0)
    said = error.getvalue()
    assert ("\rchecked 2,000 of 4,005 entries (49 %)" in said) is shown
    assert ("\rchecked 4,000 of 4,005 entries (99 %)" in said) is shown
    last = said.split("\r")[-1]
    assert last.startswith("workstation: ") if damaged else last == ""


def test_a_short_check_says_nothing_on_the_way(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_file, "TOLD_EVERY", 1)
    error = Terminal()
    monkeypatch.setattr("sys.stderr", error)
    assert run(path, "verify") == 0
    assert error.getvalue() == ""


def test_how_far_a_check_came_is_kept_in_a_file_for_the_program(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_file, "TOLD_EVERY", 1)
    monkeypatch.setattr(journal_check, "EVERY", 2)
    target = tmp_path / "so-far"
    assert run(path, "verify", "--so-far", str(target)) == 0
    so_far = msgspec.json.decode(target.read_bytes(), type=CheckedSoFar)

    assert so_far.seq == 4
    assert run(path, "verify", "--after", f"{so_far.seq}:{so_far.hash}") == 0
    assert run(path, "verify", "--so-far", str(tmp_path)) == 0  # a note that fails is no fault
    with pytest.raises(SystemExit):
        run(path, "verify", "--after", "4:xyz")
