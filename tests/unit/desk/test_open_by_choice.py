"""Positions that stand without a stop on purpose: the mark, its end, and the journal's memory."""

import pytest

from tests.helpers.desk_fakes import ACCOUNT, SPY, D, MemoryJournal
from tests.unit.desk.test_naked_guard import Guarded
from workstation.desk.naked_guard import NakedGuard
from workstation.desk.open_by_choice import OpenByChoice
from workstation.domain.errors import JournalError
from workstation.domain.ids import AccountId


def started(journal: MemoryJournal) -> OpenByChoice:
    choices = OpenByChoice(journal)
    assert len(list(choices.remembering(list(journal.entries)))) == len(journal.entries)
    return choices


def test_a_mark_holds_for_this_side_of_this_position_and_over_a_restart() -> None:
    journal = MemoryJournal()
    choices = started(journal)
    assert not choices.holds(ACCOUNT, SPY, D(100))
    choices.choose(ACCOUNT, SPY, D(100), is_on=True)
    for known in (choices, started(journal)):
        assert known.holds(ACCOUNT, SPY, D(250))
        assert not known.holds(ACCOUNT, SPY, D(-100))
        assert not known.holds(ACCOUNT, SPY, D(0))
        assert not known.holds(AccountId("SIM0000009"), SPY, D(100))
    choices.choose(ACCOUNT, SPY, D(100), is_on=False)
    assert not started(journal).holds(ACCOUNT, SPY, D(100))
    assert journal.durable[-2:] == ["OpenChosen", "OpenChosen"]


def test_it_ends_with_the_position_also_over_a_restart() -> None:
    journal, guarded = MemoryJournal(), Guarded()
    door, choices = guarded.door, started(journal)
    guarded.guard = NakedGuard(
        door.clock, door.orders, door.positions, door.quotes, door.contracts, guarded.notify,
        choices=choices,
    )  # fmt: skip
    door.hold(100)
    choices.choose(ACCOUNT, SPY, D(100), is_on=True)
    guarded.seconds(2)
    assert guarded.cover().is_by_choice
    door.hold(0)
    guarded.seconds(2)
    door.hold(100)
    guarded.seconds(1)
    assert not guarded.cover().is_by_choice
    assert not started(journal).holds(ACCOUNT, SPY, D(100))
    count = len(journal.events)
    choices.ended(ACCOUNT, SPY)
    assert len(journal.events) == count


def test_what_the_journal_cannot_hold_is_not_marked() -> None:
    journal = MemoryJournal()
    choices = started(journal)
    journal.broken = True
    with pytest.raises(JournalError):
        choices.choose(ACCOUNT, SPY, D(100), is_on=True)
    assert not choices.holds(ACCOUNT, SPY, D(100))
