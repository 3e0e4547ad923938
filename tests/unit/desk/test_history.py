"""The history: every order and fill of all days, each once, whatever was read of it before."""

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.helpers.desk_fakes import ACCOUNT, CLIENT, NOON, Door, a_draft, fill
from tests.helpers.virtual_time import VirtualClock
from workstation.app.history_server import serve
from workstation.desk import history_book
from workstation.desk.history import History
from workstation.desk.snapshot_maker import make_snapshot
from workstation.domain.ids import AccountId, IntentId
from workstation.domain.past_trades import HistoryKind, HistoryPage, HistoryWish, Origin
from workstation.storage.flex_file import FlexError
from workstation.storage.journal import Journal

FILLS = HistoryKind.FILLS
STATEMENT = (
    "<FlexQueryResponse>"
    '<Trade accountId="U7654321" symbol="=QQQ" ibExecID="b.7.01" dateTime="20250310;100000" '
    'quantity="3" tradePrice="400" buySell="BUY" ibCommission="-1" currency="USD"/>'
    '<Trade accountId="SIM0000001" symbol="SPY" ibExecID="a.1.01" dateTime="20261120;100000" '
    'quantity="100" tradePrice="100" buySell="BUY"/>'
    "</FlexQueryResponse>"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal with an order that filled, and one that works."""
    path = tmp_path / "journal.sqlite"
    journal = Journal(path, VirtualClock())
    door = Door(journal=journal)
    door.working()
    door.apply(fill("a.1.01", 100))
    door.submit(a_draft(intent_id=IntentId("wish-2"), quantity=Decimal(7)))
    journal.close()
    return path


def asked(path: Path, **wish: Any) -> HistoryPage:
    return History(path, CLIENT).answer(HistoryWish(**wish))


def quantities(page: HistoryPage) -> list[Decimal]:
    return [order.quantity for order in page.orders]


def test_every_order_is_there_with_its_end(path: Path) -> None:
    page = asked(path)

    assert sorted(quantities(page)) == [7, 100]
    assert page.total == 2
    assert page.accounts == (ACCOUNT,)
    filled = next(order for order in page.orders if order.quantity == 100)
    assert (filled.state, filled.filled, filled.is_own) == ("Filled", 100, True)


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({"state": "FILLED"}, [100]),
        ({"state": "with fills"}, [100]),
        ({"state": "working"}, [7]),
        ({"state": "REJECTED"}, []),
        ({"symbol": "sp", "state": "FILLED"}, [100]),
        ({"symbol": "QQQ"}, []),
        ({"account": "U7"}, []),
        ({"account": str(ACCOUNT), "state": "working"}, [7]),
        ({"start": NOON + timedelta(days=1)}, []),
        ({"end": NOON - timedelta(days=1)}, []),
        ({"start": NOON - timedelta(days=1), "end": NOON, "state": "FILLED"}, [100]),
    ],
)
def test_the_choices_choose(path: Path, wish: dict[str, Any], found: list[int]) -> None:
    assert quantities(asked(path, **wish)) == found


def test_pages_follow_each_other(path: Path) -> None:
    first, second = asked(path, limit=1), asked(path, limit=1, offset=1)
    assert first.total == second.total == 2
    assert sorted([*quantities(first), *quantities(second)]) == [7, 100]


def test_a_second_answer_reads_only_what_came_since(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(path, CLIENT)
    assert history.answer(HistoryWish(kind=FILLS)).total == 1
    read: list[int] = []
    real = history_book.read_entries

    def counted(first: Path, after: int = 0) -> Any:
        for entry in real(first, after):
            read.append(entry.seq)
            yield entry

    monkeypatch.setattr(history_book, "read_entries", counted)
    journal = Journal(path, VirtualClock())
    journal.record("ExecutionReport", fill("c.9.01", 5, order_id=99, perm_id=None), durable=True)
    last = journal.last_seq
    journal.close()

    assert history.answer(HistoryWish(kind=FILLS)).total == 2
    assert read == [last]


def test_a_snapshot_stands_for_what_is_before_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = asked(path)
    journal = Journal(path, VirtualClock())
    journal.seal(make_snapshot(path, CLIENT))
    journal.close()
    history = History(path, CLIENT)
    seen: list[int] = []
    real = history_book.read_entries
    monkeypatch.setattr(
        history_book, "read_entries", lambda p, after: seen.append(after) or real(p, after)
    )

    assert history.answer(HistoryWish()) == whole
    assert seen[0] > 0


def test_a_journal_that_began_anew_is_read_anew(path: Path) -> None:
    history = History(path, CLIENT)
    assert history.answer(HistoryWish()).total == 2
    for each in path.parent.glob("journal*"):
        each.unlink()
    Journal(path, VirtualClock()).close()

    assert history.answer(HistoryWish()).total == 0


def test_imported_trades_are_shown_and_own_executions_count_once(
    path: Path, tmp_path: Path
) -> None:
    statement = tmp_path / "flex.xml"
    statement.write_text(STATEMENT)
    page = asked(path, kind=FILLS, statement=str(statement))

    assert "2 trades read, 2 of them new" in page.words
    assert "1 are executions of the journal" in page.words
    assert [(each.symbol, each.origin) for each in page.fills] == [
        ("SPY", Origin.OWN),
        ("=QQQ", Origin.IMPORTED),
    ]
    assert page.fills[0].key is not None
    again = asked(path, kind=FILLS, statement=str(statement))
    assert "0 of them new" in again.words
    assert again.total == 2
    assert asked(path).total == 2  # no order comes of a statement


def test_a_statement_that_is_refused_changes_nothing(path: Path, tmp_path: Path) -> None:
    statement = tmp_path / "flex.xml"
    statement.write_text('<!DOCTYPE a [<!ENTITY b "c">]>' + STATEMENT)
    with pytest.raises(FlexError):
        asked(path, kind=FILLS, statement=str(statement))
    assert asked(path, kind=FILLS).total == 1


def test_an_export_holds_every_row_and_no_account(path: Path, tmp_path: Path) -> None:
    (tmp_path / "flex.xml").write_text(STATEMENT)
    asked(path, statement=str(tmp_path / "flex.xml"))
    target, text = tmp_path / "out.csv", tmp_path / "out.json"
    words = asked(path, kind=FILLS, limit=1, export=str(target)).words
    asked(path, limit=1, export=str(text))

    assert words == f"2 fills exported to {target}."
    rows = list(csv.DictReader(io.StringIO(target.read_text())))
    assert [row["symbol"] for row in rows] == ["SPY", "'=QQQ"]  # no formula
    assert rows[1]["price"] == "400"
    assert rows[1]["commission"] == "1"
    assert str(ACCOUNT) not in target.read_text() + text.read_text()
    assert "U7654321" not in target.read_text()
    assert sorted(each["quantity"] for each in json.loads(text.read_text())) == ["100", "7"]


def test_the_server_answers_line_by_line_and_says_what_is_wrong(path: Path, tmp_path: Path) -> None:
    missing = HistoryWish(statement=str(tmp_path / "none.xml"))
    lines = [msgspec.json.encode(HistoryWish()), b"nonsense", msgspec.json.encode(missing)]
    answers = io.BytesIO()
    assert serve(History(path, CLIENT), io.BytesIO(b"\n".join(lines) + b"\n"), answers) == 0
    good, bad, gone = (
        msgspec.json.decode(line, type=HistoryPage) for line in answers.getvalue().splitlines()
    )

    assert good.total == 2
    assert good.accounts == (str(AccountId(ACCOUNT)),)
    assert bad.fault
    assert "none.xml" in gone.fault
