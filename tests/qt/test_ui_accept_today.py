"""A rule that asks may be accepted for the symbol and the rest of the day."""

from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import FINDINGS
from tests.qt.test_ui_ticket import click, fill_in, press, ticket
from workstation.domain.commands import SubmitOrder
from workstation.domain.finding import NeedsAcknowledgement
from workstation.domain.override import accepted, accepted_today

__all__ = ["ticket"]  # a fixture


def test_a_rule_is_accepted_for_the_symbol_and_the_day_on_wish(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    click(qtbot, ticket.submit_button)
    ready.commands.answer(SubmitOrder, NeedsAcknowledgement(FINDINGS))
    box = ticket.strip.today_box
    assert box.isVisible()
    assert not box.isChecked()
    qtbot.keyClicks(ticket.strip.reason_edit, "earnings")
    qtbot.waitUntil(lambda: ticket.strip.takes_confirmation)
    press(qtbot, box, Qt.Key.Key_Space)
    press(qtbot, box, Qt.Key.Key_Return)

    sent = ready.commands.of(SubmitOrder)[-1].draft
    assert accepted_today(FINDINGS)
    assert sent.acknowledged == accepted(FINDINGS, "earnings") | accepted_today(FINDINGS)
    assert box.isHidden()
