"""What the window says of figures nobody vouches for, and what always stays readable."""

from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from tests.qt.conftest import Stage
from tests.qt.fakes import (
    AAPL,
    NOW,
    a_book,
    a_link,
    a_notice,
    a_pnl,
    a_position,
    a_quote,
    a_summary,
    an_order,
)
from workstation.domain.account import Environment
from workstation.domain.link import LinkState
from workstation.domain.messages import LinkChanged, NoticeArrived, OrderChanged
from workstation.domain.notice import Severity
from workstation.domain.profile import PROFILES
from workstation.ui.connection_advice import advice_for
from workstation.ui.dialogs.connection import ConnectionDialog
from workstation.ui.theme import MODE_COLOURS, apply_theme, paint


def ground(widget: QWidget) -> str:
    return widget.grab().toImage().pixelColor(2, widget.height() // 2).name()


@pytest.mark.parametrize("world", [Environment.LIVE, Environment.PAPER])
def test_the_banner_keeps_its_colour_through_a_change_of_theme(
    stage: Stage, qapp: QApplication, world: Environment
) -> None:
    stage.events(LinkChanged(a_link(environment=world)))
    label = stage.window.banner.mode_label
    wanted = MODE_COLOURS[world.value][0]
    assert ground(label) == wanted

    for theme in ("light", "dark"):
        apply_theme(qapp, theme)
        assert ground(label) == wanted, theme


def test_an_alarm_keeps_its_colour_through_a_change_of_theme(
    ready: Stage, qapp: QApplication
) -> None:
    ready.events(NoticeArrived(a_notice(Severity.ALARM)))
    apply_theme(qapp, "light")
    assert ground(ready.window.alarms) == "#a3101f"


@pytest.mark.parametrize("state", [LinkState.READY, LinkState.DISCONNECTED])
def test_a_narrow_banner_keeps_link_and_account(stage: Stage, qtbot, state: LinkState) -> None:
    banner = stage.window.banner
    stage.window.on_frame()
    stage.events(LinkChanged(a_link(state)))
    room = QWidget()
    qtbot.addWidget(room)
    room.resize(1700, 100)
    banner.setParent(room)
    room.show()
    banner.show()
    banner.resize(banner.minimumSizeHint().width(), banner.sizeHint().height())
    assert banner.width() < 900

    advance = banner.link_label.fontMetrics().horizontalAdvance
    words = banner.link_label.text().partition(":")[0]
    qtbot.waitUntil(lambda: banner.link_label.width() >= advance(words))
    assert state.value in words
    account, clock = banner.account_label, banner.clock_label
    qtbot.waitUntil(lambda: account.width() >= account.sizeHint().width())
    assert banner.note_label.isHidden()
    assert "EDT" not in banner.clock_label.text()
    qtbot.waitUntil(lambda: clock.width() >= clock.sizeHint().width())


def test_a_wide_banner_shows_note_and_both_zones(ready: Stage, qtbot) -> None:
    ready.window.resize(1700, 720)
    ready.window.on_frame()
    qtbot.waitUntil(ready.window.banner.note_label.isVisible)
    assert "EDT" in ready.window.banner.clock_label.text()


@pytest.mark.parametrize(
    "link",
    [a_link(LinkState.DEGRADED, reason="TWS lost its link"), a_link(is_silent=True)],
    ids=["degraded", "silent"],
)
def test_quotes_and_book_of_a_dead_link_are_stale_and_come_back(ready: Stage, link) -> None:
    window = ready.window
    window.choose_symbol("AAPL")
    depth = window.board.depth
    depth.set_in_front(in_front=True)
    ready.latest(a_book())
    row = window.messages.quotes.value("AAPL")
    assert not row.is_stale

    ready.events(LinkChanged(link))

    assert row.is_stale
    assert window.messages.quotes.colour(row, 3) == paint().muted
    assert depth.state_label.text() == "Stale"
    assert "stale" in window.ticket.form.last_label.text()

    ready.events(LinkChanged(a_link()))

    assert not row.is_stale
    assert depth.state_label.text() == ""
    assert "stale" not in window.ticket.form.last_label.text()


def test_a_quote_the_core_calls_stale_stays_so_when_the_link_is_back(ready: Stage) -> None:
    ready.events(LinkChanged(a_link(LinkState.DEGRADED)))
    ready.latest(a_quote(AAPL, stale=True))
    ready.events(LinkChanged(a_link()))
    assert ready.window.messages.quotes.value("AAPL").is_stale
    assert not ready.window.messages.quotes.value("MSFT").is_stale


def test_orders_positions_and_money_are_history_while_the_link_is_down(ready: Stage) -> None:
    window, board = ready.window, ready.window.board
    ready.events(OrderChanged(an_order()))
    ready.latest(a_position(), a_pnl(), a_summary())
    gone = NOW + timedelta(seconds=60)

    ready.events(LinkChanged(a_link(LinkState.DISCONNECTED, reason="gone", since=gone)))

    stamp = gone.astimezone().strftime("%H:%M:%S")
    for label in (board.orders.count_label, board.positions.count_label, board.account.doubt_label):
        assert f"As of {stamp}: not connected" in label.text()
    for model in (window.messages.orders, window.messages.positions):
        columns = range(len(model.columns))
        assert {model.cell(0, column).colour.name() for column in columns} == {paint().muted.name()}
    line = board.positions.account_line
    assert {label.property("tone") for label in line.values.values()} == {"muted"}

    ready.events(LinkChanged(a_link()))

    assert board.orders.count_label.text() == "1 order working"
    assert "As of" not in board.positions.count_label.text()
    assert board.account.doubt_label.text() == ""
    assert line.values["daily"].property("tone") == "up"
    assert window.messages.orders.cell(0, 2).colour == paint().buy


def test_before_the_first_connection_nothing_is_asserted(stage: Stage) -> None:
    board = stage.window.board
    link = a_link(LinkState.DISCONNECTED, reason="refused", account=None, environment=None)
    stage.events(LinkChanged(link))

    doubt = "Not known yet: not connected"
    assert board.orders.count_label.text() == doubt
    assert board.orders.table.empty_text.startswith(doubt)
    assert advice_for("tws-paper") in board.orders.table.empty_text
    assert board.positions.table.empty_text == doubt
    assert board.log.table.empty_text == doubt

    stage.make_ready()

    assert board.orders.count_label.text() == "0 orders working"
    assert board.orders.table.empty_text == "No orders today"
    assert board.positions.table.empty_text == "No positions"
    assert board.log.table.empty_text == "Nothing has happened yet"


def test_the_next_attempt_is_counted_down_and_the_first_step_is_told(stage: Stage) -> None:
    banner = stage.window.banner
    retry = NOW + timedelta(seconds=8)
    link = a_link(
        LinkState.DISCONNECTED,
        reason="connection refused",
        retry_at=retry,
        environment=None,
        account=None,
    )
    stage.events(LinkChanged(link))
    assert "next attempt in 8 s" in banner.link_label.text()
    assert "Start TWS and switch on its API" in banner.link_label.text()

    banner.show_time(NOW + timedelta(seconds=5), None)

    assert "next attempt in 3 s" in banner.link_label.text()


def test_the_dialog_and_the_banner_give_the_same_advice(stage: Stage, qtbot) -> None:
    dialog = ConnectionDialog(PROFILES, "tws-paper")
    qtbot.addWidget(dialog)
    stage.events(LinkChanged(a_link(LinkState.DISCONNECTED, account=None, environment=None)))
    words = dialog.advice_label.text().replace("'", "&#x27;")
    assert words in stage.window.banner.link_label.toolTip()


def test_a_link_that_is_compared_says_so(stage: Stage) -> None:
    stage.events(LinkChanged(a_link(LinkState.SYNCING)))
    assert "comparing with the broker" in stage.window.orders.count_label.text()
