"""The newest part of a long journal: shown at once, and never anything but what the whole will show."""

import random
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.desk_fakes import (
    CLIENT,
    a_draft,
    bytes_sent,
    execution,
    fill,
    open_order,
    status,
)
from tests.helpers.virtual_time import VirtualClock
from workstation.desk import history as history_module
from workstation.desk import history_book
from workstation.desk.history import History
from workstation.desk.history_book import HistoryBook, NewestOrders
from workstation.desk.snapshot_maker import make_snapshot
from workstation.domain.errors import JournalError
from workstation.domain.execution import Commission
from workstation.domain.ids import ClientId, IntentId, OrderId, OrderKey, OrderRef, PermId
from workstation.domain.past_trades import HistoryKind, HistoryPage, HistoryWish
from workstation.domain.reports import CommissionReport
from workstation.oms.events import (
    CancelIntent,
    ChangeIntent,
    Intent,
    LinkLost,
    ReconcileBegan,
    Reconciled,
    Unanswered,
)
from workstation.storage.journal import Journal

TWS = ClientId(0)
ORDERS = 60


def names(number: int) -> dict[str, Any]:
    return {
        "order_id": OrderId(number),
        "perm_id": PermId(1_000 + number),
        "order_ref": OrderRef(f"WS:{number}"),
    }


def intent(number: int) -> Intent:
    return Intent(
        intent_id=IntentId(f"w{number}"),
        order_id=OrderId(number),
        client_id=CLIENT,
        order_ref=OrderRef(f"WS:{number}"),
        con_id=a_draft().con_id,
        symbol="SPY",
        draft=a_draft(intent_id=IntentId(f"w{number}")),
        sha256="0" * 64,
    )


def life(number: int, chance: random.Random) -> list[Any]:
    """Return what befalls one order; every fourth is another program's."""
    known, key = names(number), OrderKey(f"WS:{number}")
    without_ref = {name: each for name, each in known.items() if name != "order_ref"}
    if number % 4 == 0:
        theirs = {**without_ref, "client_id": TWS}
        return [
            open_order(None, **theirs, order_ref=None),
            fill(f"f.{number}.01", 100, **theirs, order_ref=None),
            open_order(None, status="Filled", **theirs, order_ref=None),
        ]
    steps: list[Any] = [intent(number), bytes_sent(number), open_order(None, **known)]
    steps += [status("Submitted", **without_ref)] if chance.random() < 0.7 else []
    if chance.random() < 0.4:
        steps.append(
            ChangeIntent(
                intent_id=IntentId(f"c{number}"),
                key=key,
                order_id=OrderId(number),
                quantity=Decimal(100),
                limit_price=Decimal(99),
                sha256="0" * 64,
            )
        )
    if chance.random() < 0.6:
        done = execution(f"a.{number}.01", 60, **known)
        cost = Commission(exec_id=done.exec_id, commission=Decimal(1), currency="USD",
                          realized_pnl=None)  # fmt: skip
        steps += [fill(f"a.{number}.01", 60, **known), CommissionReport(commission=cost)]
        steps += [fill(f"a.{number}.02", 50, **known)] if chance.random() < 0.5 else []
        steps += [fill(f"b.{number}.01", 40, **known)] if chance.random() < 0.5 else []
    steps += [CancelIntent(key=key)] if chance.random() < 0.4 else []
    steps += [Unanswered(key=key)] if chance.random() < 0.2 else []
    steps += [status("Cancelled", **without_ref)] if chance.random() < 0.4 else []
    return steps


def years(seed: int) -> list[Any]:
    """Return the lives of many orders, mixed, with lost links and reconciliations between."""
    chance = random.Random(seed)
    lives = [life(number, chance) for number in range(1, ORDERS + 1)]
    found: list[Any] = []
    while waiting := [each for each in lives if each]:
        found.append(chance.choice(waiting[:5]).pop(0))
        if chance.random() < 0.05:
            key = OrderKey(f"WS:{chance.randrange(1, ORDERS)}")
            found += [LinkLost(reason="gone"), ReconcileBegan()]
            found += [each.pop(0) for each in waiting[:3] if each]
            found.append(Reconciled(missing=(key,), settled=True))
    return found


def written(folder: Path, events: list[Any]) -> Path:
    path = folder / "journal.sqlite"
    journal = Journal(path, VirtualClock())
    for event in events:
        journal.record(type(event).__name__, event, durable=False)
    journal.close()
    return path


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a journal be long that has more than forty entries."""
    for module in (history_module, history_book):
        monkeypatch.setattr(module, "NEWEST", 40)
    monkeypatch.setattr(history_book, "BEFORE", 10)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let the reading of the whole journal wait until this is set."""
    let_go = threading.Event()
    real = HistoryBook._begin

    def waiting(book: HistoryBook) -> None:
        assert let_go.wait(60)
        real(book)

    monkeypatch.setattr(HistoryBook, "_begin", waiting)
    return let_go


@pytest.mark.parametrize("seed", range(3))
def test_no_order_of_the_newest_part_differs_from_what_the_whole_journal_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    path = written(tmp_path, years(seed))
    whole = HistoryBook(path, CLIENT)
    whole.read_on()
    truth = {order.key: order.state() for order in whole.orders()}
    fills = {each.base_id: each for each in whole.executions()}
    monkeypatch.setattr(history_book, "BEFORE", 10)
    shown = 0
    for newest in range(10, whole.seq, 37):
        monkeypatch.setattr(history_book, "NEWEST", newest)
        part = NewestOrders(path, CLIENT)
        part.read_on()
        for order in part.orders():
            shown += 1
            assert order.state() == truth[order.key], (newest, order.key)
            assert order.created_at == whole._book.get(order.key).created_at
        for each in part.executions():
            assert fills[each.base_id] == each
            assert part.commission(each.exec_id) == whole.commission(each.exec_id)
    assert shown > ORDERS


def test_what_was_under_way_where_the_newest_part_begins_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = names(1)
    events = [
        *(ReconcileBegan(), intent(1), open_order(None, status="Cancelled", **known)),
        open_order(
            None, status="Submitted", **known
        ),  # it lives after all: a reconciliation says so
    ]
    path = written(tmp_path, events)
    whole = HistoryBook(path, CLIENT)
    whole.read_on()
    monkeypatch.setattr(history_book, "NEWEST", 3)
    part = NewestOrders(path, CLIENT)
    part.read_on()

    (order,) = part.orders()
    assert order.state() == whole._book.get(order.key).state()
    assert not order.lifecycle.is_terminal


def test_the_newest_orders_come_first_and_the_whole_follows(
    tmp_path: Path, short: None, held: threading.Event
) -> None:
    path = written(tmp_path, years(1))
    history, wish = History(path, CLIENT), HistoryWish()
    first = history.answer(wish)
    waiting = history.answer(HistoryWish(only_whole=True))

    assert first.read < 1
    assert 0 < first.total < ORDERS
    assert all(order.is_own for order in first.orders)
    assert (waiting.read < 1, waiting.orders, waiting.total) == (True, (), 0)

    held.set()
    history._reading.wait()
    last = history.answer(HistoryWish(only_whole=True))
    assert last.read == 1
    assert last.total == ORDERS
    both = {order.key: order for order in last.orders}
    assert all(both[order.key] == order for order in first.orders)


def test_orders_that_come_while_the_whole_is_read_are_there_at_once(
    tmp_path: Path, short: None, held: threading.Event
) -> None:
    path = written(tmp_path, years(1))
    history = History(path, CLIENT)
    before = history.answer(HistoryWish()).total
    journal = Journal(path, VirtualClock())
    journal.record("Intent", intent(500), durable=True)
    journal.close()

    page = history.answer(HistoryWish())
    assert page.read < 1
    assert page.total == before + 1
    held.set()
    history._reading.wait()
    assert history.answer(HistoryWish()).total == ORDERS + 1


def test_fills_of_orders_that_are_not_whole_yet_wait_and_so_do_imported_ones(
    tmp_path: Path, short: None, held: threading.Event
) -> None:
    path = written(tmp_path, years(2))
    (tmp_path / "imported-trades.json").write_text("no list, and not even looked at")
    history, wish = History(path, CLIENT), HistoryWish(kind=HistoryKind.FILLS)
    orders = {order.key for order in history.answer(HistoryWish()).orders}
    page = history.answer(wish)

    assert page.total > 0
    assert {each.key for each in page.fills} <= orders
    (tmp_path / "imported-trades.json").unlink()
    held.set()
    history._reading.wait()
    assert history.answer(wish).total > page.total


def test_an_export_holds_every_order_also_of_a_long_journal(tmp_path: Path, short: None) -> None:
    path, target = written(tmp_path, years(1)), tmp_path / "out.csv"
    page = History(path, CLIENT).answer(HistoryWish(export=str(target)))

    assert page.read == 1
    assert len(target.read_text().splitlines()) == ORDERS + 1


def test_what_ends_the_reading_is_told_and_the_next_question_tries_again(
    tmp_path: Path, short: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, years(1))
    history = History(path, CLIENT)

    def broken(_book: HistoryBook) -> None:
        raise JournalError("the journal cannot be read: the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(HistoryBook, "_begin", broken)
        assert history.answer(HistoryWish()).read < 1
        history._reading._thread.join()
        with pytest.raises(JournalError, match="the disk is gone"):
            history.answer(HistoryWish(only_whole=True))
    assert history.answer(HistoryWish(export=str(tmp_path / "out.csv"))).total == ORDERS


def test_a_journal_that_began_anew_ends_the_reading_of_the_one_before(
    tmp_path: Path, short: None, held: threading.Event
) -> None:
    path = written(tmp_path, years(1))
    history = History(path, CLIENT)
    assert history.answer(HistoryWish()).read < 1
    old = history._reading
    for each in tmp_path.glob("journal*"):
        each.unlink()
    held.set()
    Journal(path, VirtualClock()).close()

    assert history.answer(HistoryWish()) == HistoryPage()
    assert old.book.is_given_up
    old._thread.join(60)
    assert not old.is_under_way


def test_a_snapshot_given_up_in_the_middle_leaves_no_order_behind(tmp_path: Path) -> None:
    path = written(tmp_path, years(1))
    journal = Journal(path, VirtualClock())
    journal.seal(make_snapshot(path, CLIENT))
    journal.close()
    book = HistoryBook(path, CLIENT)
    book.is_given_up = True
    book.read_on()

    assert list(book.orders()) == []
    assert book.share < 1
