"""What ends with this computer is said in the Risk dock, and once more before the window closes."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import AAPL, a_risk_view, an_order
from workstation.domain.alert import PriceAlert
from workstation.domain.commands import Failed
from workstation.domain.coverage import LeaveOpen
from workstation.domain.limit_use import LimitUse
from workstation.domain.messages import AlertsChanged, OrderChanged

ALERT = PriceAlert(number=1, con_id=AAPL, symbol="AAPL", price=Decimal(190))
FIRED = replace(ALERT, number=2, symbol="OLD", fired_at=datetime(2026, 11, 20, tzinfo=UTC))


def local(ready: Stage) -> str:
    return ready.window.board.risk.protection.local_label.text()


def covered(*symbols: str):
    """The risk view of positions of which each of these stands without a stop."""
    view = a_risk_view()
    row = replace(view.coverages[0], uncovered=Decimal(5))
    whole = replace(row, symbol="SAFE", uncovered=Decimal(0))
    return replace(view, coverages=(whole, *(replace(row, symbol=each) for each in symbols)))


def test_what_works_only_here_is_listed(ready: Stage) -> None:
    assert "price alert" not in local(ready)
    assert "The broker knows nothing of these" in local(ready)
    ready.events(AlertsChanged((ALERT, FIRED, replace(ALERT, number=3))))
    assert "2 price alerts (AAPL)" in local(ready)
    assert "renewal" not in local(ready)
    use = LimitUse("Dead-man renewals", Decimal(8), None, None, "an hour")
    ready.latest(replace(a_risk_view(), uses=(use,)))
    assert "the renewal of entries, which lapse without it" in local(ready)


def test_closing_says_what_stands_bare_and_what_is_no_longer_watched(ready: Stage, qtbot) -> None:
    ready.events(AlertsChanged((ALERT,)), OrderChanged(an_order(1)))
    ready.latest(covered("TSLA", "MSFT"))
    assert not ready.window.close()
    words = ready.window.leaving.dialog.label.text()
    assert "1 order is working at the broker" in words
    assert "2 positions stand without a stop for all of it: TSLA, MSFT." in words
    assert "1 price alert (AAPL) will not be watched." in words


@pytest.mark.parametrize("answer", ["stay", "leave"])
def test_without_orders_it_still_asks_while_something_ends_with_the_program(
    ready: Stage, qtbot, answer: str
) -> None:
    ready.latest(covered("TSLA"))
    assert not ready.window.close()
    dialog = ready.window.leaving.dialog
    assert dialog.label.text() == "1 position stands without a stop for all of it: TSLA."
    if answer == "stay":
        qtbot.mouseClick(dialog.buttons[answer], Qt.MouseButton.LeftButton)
        assert ready.window.isVisible()
    else:
        with qtbot.waitSignal(ready.window.closing):
            qtbot.mouseClick(dialog.buttons[answer], Qt.MouseButton.LeftButton)


def test_many_names_are_cut(ready: Stage) -> None:
    ready.latest(covered(*"ABCDEFG"))
    ready.window.close()
    assert "A, B, C, D, E and 2 more." in ready.window.leaving.dialog.label.text()


def test_a_position_marked_as_open_on_purpose_is_not_asked_about(ready: Stage) -> None:
    view = covered("TSLA")
    marked = replace(view, coverages=tuple(replace(x, is_by_choice=True) for x in view.coverages))
    ready.latest(marked)
    assert ready.window.leaving.may_close()
    assert ready.window.board.risk.pages.tabText(1) == "Protection"


def test_the_mark_is_set_and_taken_away_in_the_protection_view(ready: Stage) -> None:
    page = ready.window.board.risk.protection
    view = a_risk_view()
    row = replace(view.coverages[0], uncovered=Decimal(5))
    ready.latest(replace(view, coverages=(row,)))
    assert page.choice_box.isVisibleTo(page)
    assert not page.choice_box.isChecked()
    page.choice_box.click()
    assert ready.commands.of(LeaveOpen) == [LeaveOpen(row.account, row.con_id, is_on=True)]
    ready.commands.answer(LeaveOpen, Failed("the journal cannot be written"))
    assert not page.choice_box.isChecked()
    assert "journal" in page.words_label.text()
    ready.latest(replace(view, coverages=(replace(row, is_by_choice=True),)))
    assert page.choice_box.isChecked()
    page.choice_box.click()
    assert ready.commands.of(LeaveOpen)[-1] == LeaveOpen(row.account, row.con_id, is_on=False)
    ready.latest(replace(view, coverages=(replace(row, uncovered=Decimal(0)),)))
    assert not page.choice_box.isVisibleTo(page)


def test_a_split_that_comes_is_in_remarks_and_words(ready: Stage) -> None:
    page = ready.window.board.risk.protection
    row = replace(
        a_risk_view().coverages[0], kept=Decimal(60), uncovered=Decimal(0), over=Decimal(0),
        split_day=date(2027, 2, 3),
    )  # fmt: skip
    ready.latest(replace(a_risk_view(), coverages=(row,)))
    assert "The split on 2027-02-03 will cancel the stops of 60" in page.words_label.text()
    (shown,) = page.model.values()
    remarks = page.model.columns[-1].text(shown)
    assert "split on 2027-02-03 cancels 60" in remarks
