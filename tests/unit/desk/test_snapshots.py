"""A start from a snapshot and what came after it is the start from the whole journal, always."""

import dataclasses
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.cores import SESSION, core_in
from tests.helpers.desk_fakes import CLIENT, NOON
from tests.helpers.guards import Expect
from tests.helpers.killable_core import Window
from tests.helpers.random_records import KINDS, RandomRecords, entries_of, renewals
from tests.helpers.virtual_time import VirtualClock
from workstation.desk.core import Core
from workstation.desk.past import NOT_READ, PastError, Replay, read_past
from workstation.desk.snapshot_maker import make_snapshot
from workstation.domain.errors import JournalError
from workstation.domain.ids import ClientId
from workstation.domain.order_status import Lifecycle
from workstation.oms.book_state import DERIVED, STATE, BookStateError, freeze
from workstation.oms.efficiency import OrderEfficiency
from workstation.oms.events import EVENT_TYPES
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.order_ids import OrderIds
from workstation.oms.orders import OrderBook
from workstation.storage.journal import Journal
from workstation.storage.journal_file import Entry
from workstation.storage.snapshot_file import snapshots_of

FIELDS = [each.name for each in dataclasses.fields(ManagedOrder) if not each.name.startswith("_")]


def replayed(entries: list[Entry]) -> Replay:
    replay = Replay(CLIENT)
    for entry in entries:
        replay.take(entry)
    return replay


def portrait(book: OrderBook) -> dict[str, Any]:
    """Return all there is of a book, in its order, for a comparison."""
    parts = vars(book)
    found: dict[str, Any] = {
        name: list(parts[name].items()) for name in STATE if name[1:] != "reconciling"
    }
    found["_orders"] = [
        (key, [(name, getattr(order, name)) for name in FIELDS], order.view(), order.state())
        for key, order in parts["_orders"].items()
    ]
    found["_live"] = [
        (key, parts["_orders"][key] is order) for key, order in parts["_live"].items()
    ]
    return found | {"reconciling": parts["_reconciling"]}


def everything(replay: Replay) -> tuple[Any, ...]:
    kept = replay._kept.entries(NOON)
    return portrait(replay.book), replay.efficiency._days, replay.ids.next_id, kept


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.integers(45, 160), st.randoms(use_true_random=False))
def test_a_snapshot_and_the_rest_are_the_whole(seed: int, count: int, dice: random.Random) -> None:
    entries = entries_of(RandomRecords(seed).entries(count))
    cuts = sorted(dice.sample(range(count + 1), 3))
    whole = replayed(entries)

    part = replayed(entries[: cuts[0]])
    for cut, end in zip(cuts, [*cuts[1:], count], strict=True):  # a snapshot of a snapshot, too
        following = Replay(CLIENT)
        following.begin_from(list(part.lines(NOON)))
        assert everything(following) == everything(part)
        for entry in entries[cut:end]:
            following.take(entry)
        part = following

    assert everything(part) == everything(whole)


def test_the_random_journals_come_to_every_state() -> None:
    """Without this the comparison could hold for want of anything to compare."""
    lifecycles: Counter[Lifecycle] = Counter()
    books = []
    dead_man = 0
    for seed in range(240):
        made = RandomRecords(seed).entries(150)
        assert {event for _, event, _ in made} == set(KINDS)
        dead_man += renewals(made)
        book = replayed(entries_of(made)).book
        lifecycles.update(order.lifecycle for order in book)
        books.append(vars(book))

    assert {*Lifecycle} - set(lifecycles) <= {Lifecycle.SENDING}  # nothing on record makes that one
    assert dead_man
    for name in STATE:
        assert any(parts[name] for parts in books), name
    for name in FIELDS:
        values = {
            repr(getattr(order, name)) for parts in books for order in parts["_orders"].values()
        }
        assert len(values) > 1, name


def test_a_book_with_a_part_that_is_unknown_is_not_kept() -> None:
    book = OrderBook(CLIENT)
    assert set(vars(book)) == STATE | DERIVED
    book.something_new = {}  # type: ignore[attr-defined]

    with pytest.raises(BookStateError):
        list(freeze(book))


@pytest.mark.parametrize("seed", range(3))
def test_lines_that_miss_or_repeat_something_are_refused_and_change_nothing(seed: int) -> None:
    lines = list(replayed(entries_of(RandomRecords(seed).entries(150))).lines(NOON))
    orders = [number for number, line in enumerate(lines) if line.startswith(b"o")]
    spoiled = [
        [*lines[: orders[0]], *lines[orders[0] + 1 :]],
        [*lines[: orders[0]], lines[orders[0]], *lines[orders[0] :]],
        [line for line in lines if not line.startswith(b"t")],
        [line for line in lines if not line.startswith(b"n")],
        [line for line in lines if not line.startswith(b"c")],
        [line for line in lines if not line.startswith(b"k")],
        [*lines, b"?something"],
        [*lines, b"o{}"],
        [*lines, b"p[[1,999]]"],
        [],
    ]
    for each in spoiled:
        book, counts, ids = OrderBook(CLIENT), OrderEfficiency(CLIENT), OrderIds()
        with pytest.raises(PastError):
            read_past(each, CLIENT, book, counts, ids)
        assert (list(book), counts._days, ids.next_id) == ([], {}, 1)


# -- the whole desk -----------------------------------------------------------------------------------


def written(folder: Path, seed: int, *, cut: int, count: int = 150) -> Path:
    """Write a journal of random records with a sealed snapshot at one of them."""
    clock = VirtualClock()
    made = RandomRecords(seed).entries(count)
    path = folder / "journal.sqlite"
    journal = Journal(path, clock)
    for number, (at, event, body) in enumerate(made):
        clock.seconds = 1000.0 + (at - clock._start).total_seconds()
        if number == cut:
            journal.commit()
            journal.seal(make_snapshot(path, SESSION.client_id))
        journal.record(event, body, durable=False)
    journal.close()
    return path


def fresh(folder: Path) -> tuple[Core, Window]:
    window = Window()
    return core_in(folder, window, window.take, VirtualClock()), window


def begun(folder: Path) -> tuple[Core, Window]:
    core, window = fresh(folder)
    core.desk.start()
    return core, window


def beliefs(core: Core, window: Window) -> dict[str, Any]:
    """Return what a start took from the journal, in every part of the desk that reads it."""
    desk = core.desk
    order_desk = desk.order_desk
    assert order_desk.dead_man is not None
    return {
        "book": portrait(desk.orders),
        "counts": order_desk.efficiency._days,
        "ids": order_desk.controller.ids.next_id,
        "families": (order_desk.families._known, order_desk.families._ended),
        "confirmations": order_desk.judge.confirmations,
        "dead man": (order_desk.dead_man._rolling, order_desk.dead_man._given),
        "limits": (desk.limits._limits, desk.limits._recorded),
        "locks": desk.limits.lock._locks,
        "best": (desk.risk._best, desk.risk._periods._days),
        "exercises": (desk.exerciser._asked, desk.exerciser._seen, desk.exerciser._old),
        "quality": (desk.quality._book._fills, desk.quality._arrivals),
        "strategies": {k: v for k, v in vars(desk.risk.strategies).items() if not callable(v)},
        "shown": window.messages,
    }


@pytest.mark.parametrize("seed", range(12))
def test_every_part_of_the_desk_starts_the_same_with_a_snapshot(tmp_path: Path, seed: int) -> None:
    cut = random.Random(seed).randint(1, 149)
    folders = [tmp_path / "with", tmp_path / "without"]
    folders[0].mkdir()
    written(folders[0], seed, cut=cut)
    shutil.copytree(folders[0], folders[1])
    for path in snapshots_of(folders[1] / "journal.sqlite"):
        path.unlink()

    cores = [begun(folder) for folder in folders]
    (one, _), (other, _) = cores

    assert one.journal.snapshot is not None
    assert one.journal.sealed_seq == cut
    assert other.journal.snapshot is None
    found, expected = [beliefs(*each) for each in cores]
    for part, value in expected.items():
        assert found[part] == value, part
    for core, _ in cores:
        core.close()


def test_no_part_of_the_desk_reads_an_entry_that_a_snapshot_leaves_out(tmp_path: Path) -> None:
    """Whoever begins to read another kind at a start must have it kept."""
    read: set[str] = set()

    class Watched:
        def __init__(self, entry: Entry) -> None:
            self._entry = entry

        def __getattr__(self, name: str) -> Any:
            if name == "body":
                read.add(self._entry.event)
            return getattr(self._entry, name)

    path = written(tmp_path, 1, cut=100)
    for snapshot in snapshots_of(path):
        snapshot.unlink()
    core, _ = fresh(tmp_path)
    entries: Any = [Watched(entry) for entry in core.journal.entries()]
    desk = core.desk
    passing = desk.limits.remembering(desk.risk.remembering(iter(entries)))
    passing = desk.quality.remembering(desk.exerciser.remembering(passing))
    desk.order_desk.replay(passing, known=len(entries))  # the order book takes none

    assert not read & NOT_READ
    assert read & set(EVENT_TYPES) <= {"ChangeIntent", "ExecutionReport", "CommissionReport"}
    core.close()


# -- what is wrong with a snapshot ------------------------------------------------------------------


def test_a_snapshot_of_another_client_or_another_code_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected_log: Expect
) -> None:
    expected_log("another version of the program, or another client, made it")
    written(tmp_path, 2, cut=100)
    other = dataclasses.replace(SESSION, client_id=ClientId(9))
    window = Window()
    core = core_in(tmp_path, window, window.take, VirtualClock(), session=other)
    assert core.journal.snapshot is None
    core.close()

    monkeypatch.setattr("workstation.desk.snapshot_mark.code_mark", lambda: "changed")
    core, _ = begun(tmp_path)
    assert core.journal.snapshot is None
    core.close()


def test_content_that_cannot_be_read_after_all_is_replayed_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected_log: Expect
) -> None:
    expected_log("not readable")
    written(tmp_path, 3, cut=100)

    def refuse(*_: object) -> list[Entry]:
        raise PastError("not readable")

    monkeypatch.setattr("workstation.desk.past_start.read_past", refuse)
    core, window = begun(tmp_path)
    found = beliefs(core, window)
    core.close()

    monkeypatch.undo()

    assert snapshots_of(tmp_path / "journal.sqlite") == []
    plain, _ = begun(tmp_path)
    assert [key for key, *_ in found["book"]["_orders"]] == [
        order.key for order in plain.desk.orders
    ]
    plain.close()


def test_a_journal_without_entries_has_no_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with pytest.raises(JournalError):
        make_snapshot(path, CLIENT)
    Journal(path, VirtualClock()).close()
    with pytest.raises(JournalError):
        make_snapshot(path, CLIENT)
