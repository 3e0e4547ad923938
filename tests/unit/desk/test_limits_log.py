"""The log of limits without its window: an account's first limits, then a change of one figure."""

from dataclasses import replace
from pathlib import Path

from tests.helpers.desk_fakes import LIMITS, D
from tests.helpers.virtual_time import VirtualClock
from workstation.desk.limits_log import CONFIRMED, FIRST, limit_changes
from workstation.domain.limit_changes import LimitChange
from workstation.risk.limits import Limits
from workstation.storage.journal import Journal


def test_a_changed_figure_is_one_change(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite", VirtualClock())
    journal.record(Limits.__name__, LIMITS, durable=True)
    journal.record(Limits.__name__, replace(LIMITS, daily_loss=D(750)), durable=True)
    newest, *first = limit_changes(journal.entries())
    journal.close()

    assert isinstance(newest, LimitChange)
    assert (newest.who, newest.figure, newest.old, newest.new) == (
        CONFIRMED,
        "daily_loss",
        "off",
        "750",
    )
    assert {each.who for each in first} == {FIRST}
