"""The log of limits: read from the journal, which figure went from what to what, and who did it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, D
from tests.helpers.virtual_time import VirtualClock
from workstation.app.limits_logs import LimitsLogs
from workstation.desk.limits_log import CONFIRMED, FIRST, LOCKED, limit_changes
from workstation.desk.session_lock import SessionLock
from workstation.risk.limits import Limits, Override, TwoLevel
from workstation.storage.journal import Journal
from workstation.ui.panels.risk import RiskPanel

TIGHT = TwoLevel(personal=D(1000), catastrophic=D(2000))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.sqlite", VirtualClock())
    yield journal
    journal.close()


def put(journal: Journal, limits: Limits) -> None:
    journal.record(Limits.__name__, limits, durable=True)


def test_each_changed_figure_is_told_with_what_it_was_the_newest_first(journal: Journal) -> None:
    put(journal, LIMITS)
    put(journal, replace(LIMITS, order_size=TIGHT, daily_loss=D(750)))
    put(journal, replace(LIMITS, order_size=TIGHT, daily_loss=D(750)))  # the same again
    lock = SessionLock(VirtualClock(), journal, lambda _account: LIMITS)
    lock.lock(ACCOUNT, "the user locked them")

    told = limit_changes(journal.entries())
    assert (told[0].figure, told[0].who) == (LOCKED, "the user locked them")
    changed = {each.figure: (each.old, each.new) for each in told if each.who == CONFIRMED}
    was = LIMITS.order_size
    assert changed == {
        "order_size": (f"{was.personal:f} / {was.catastrophic:f}", "1000 / 2000"),
        "daily_loss": ("off", "750"),
    }
    first = [each for each in told if each.who == FIRST]
    assert first
    assert all(each.old == "" and each.seq < told[1].seq for each in first)
    assert not any(str(ACCOUNT) in each.account for each in told)


def test_another_account_and_a_figure_inside_an_override_are_told_apart(journal: Journal) -> None:
    first = replace(LIMITS, overrides=(Override(symbol="SPY", order_size=TIGHT),))
    put(journal, first)
    put(journal, replace(first, account="SIM0000002"))
    wide = replace(TIGHT, catastrophic=D(3000))
    put(journal, replace(first, overrides=(Override(symbol="SPY", order_size=wide),)))

    (change,) = [each for each in limit_changes(journal.entries()) if each.who == CONFIRMED]
    assert change.figure == "overrides"
    assert "2000" in change.old
    assert "3000" in change.new


def test_the_risk_dock_opens_it_and_the_rows_are_those_of_the_journal(
    journal: Journal, tmp_path: Path, qtbot: QtBot
) -> None:
    put(journal, LIMITS)
    put(journal, replace(LIMITS, order_size=TIGHT))
    window = QWidget()
    qtbot.addWidget(window)
    panel, logs = RiskPanel(window), LimitsLogs(tmp_path / "journal.sqlite", window)
    panel.log_requested.connect(logs.open)
    qtbot.mouseClick(panel.log_button, Qt.MouseButton.LeftButton)
    dialog = logs.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.table.rowCount() > 0, timeout=10_000)
    cells = [dialog.table.item(0, column).text() for column in range(7)]
    assert cells[2:6] == ["order size", cells[3], "1000 / 2000", CONFIRMED]
    dialog.close()
    assert logs.dialog is None
    logs.wait()
