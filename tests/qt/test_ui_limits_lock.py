"""The Risk dock's button that locks the limits until the next session, and what it tells."""

from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import ACCOUNT, a_link, a_risk_view
from workstation.domain.commands import Failed
from workstation.domain.limit_use import LockLimits
from workstation.domain.messages import LinkChanged

UNTIL = datetime(2026, 11, 23, 5, tzinfo=UTC)


def test_limits_are_locked_by_one_confirmation(ready: Stage, qtbot) -> None:
    panel = ready.window.board.risk
    ready.window.docks.focus("risk")
    ready.latest(a_risk_view())
    for answer, sent in (("keep", []), ("lock", [LockLimits(ACCOUNT)])):
        qtbot.mouseClick(panel.lock_button, Qt.MouseButton.LeftButton)
        assert "only get tighter" in panel.dialog.label.text()
        qtbot.mouseClick(panel.dialog.buttons[answer], Qt.MouseButton.LeftButton)
        assert panel.dialog is None
        assert ready.commands.of(LockLimits) == sent
    said: list[tuple[str, str]] = []
    ready.window.ordering.failed.connect(said.append)
    ready.commands.answer(LockLimits, Failed("No limits are in force for this account yet."))
    assert said == [("Limits", "No limits are in force for this account yet.")]


def test_a_lock_and_a_time_to_cool_down_are_told(ready: Stage) -> None:
    panel = ready.window.board.risk
    locked = replace(a_risk_view(), locked_until=UNTIL, lock_reason="the day's loss reached 120")
    ready.latest(locked)
    assert panel.lock_button.text().startswith("Limits locked until")
    assert "loss reached 120" in panel.lock_button.toolTip()
    assert not panel.lock_button.isEnabled()
    ready.latest(replace(locked, cooling_until=UNTIL))
    assert panel.lock_button.text().startswith("Cooling down until")
    ready.latest(a_risk_view())
    assert panel.lock_button.text() == "Lock limits…"
    assert panel.lock_button.isEnabled()
    ready.events(LinkChanged(a_link(read_only=True)))
    ready.latest(replace(a_risk_view(), unmodelled=("X",)))
    assert not panel.lock_button.isEnabled()
