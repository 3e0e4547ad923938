"""A session that only looks shows nothing that sends: every action, button and menu is tried."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QMenu,
    QPushButton,
    QToolBar,
    QToolButton,
    QWidget,
)

from tests.qt.conftest import Stage
from tests.qt.fakes import a_link, a_position, an_order
from workstation.domain import commands as wishes
from workstation.domain.coverage import RepairProtection
from workstation.domain.exercise import ExerciseOption
from workstation.domain.messages import LinkChanged, OrderChanged
from workstation.domain.order import Side
from workstation.domain.several import SeveralCommand

SENDS: tuple[Any, ...] = (
    wishes.SubmitOrder, wishes.SubmitBracket, wishes.ChangeOrder, wishes.CancelOrder,
    wishes.CancelOrders, wishes.GlobalCancel, wishes.HalvePosition, wishes.ReversePosition,
    wishes.StopToBreakeven, wishes.ClosePosition, wishes.Flatten, wishes.PreviewMargin,
    wishes.SetTradingState, wishes.SetArmed, RepairProtection, ExerciseOption,
    *SeveralCommand.__args__,
)  # fmt: skip
"""What leaves for the broker, or changes what may."""

LEFT_ALONE = {"quit", "connection", "reconnect", "lock"}
"""Actions that would end the test; none sends an order."""


@pytest.fixture
def looking(ready: Stage) -> Stage:
    """A session of a read-only API, with an order, a position and a symbol in the ticket."""
    ready.events(OrderChanged(an_order(1, side=Side.SELL)))
    ready.latest(a_position())
    ready.window.choose_symbol("AAPL")
    ready.window.orders.table.selectRow(0)
    ready.window.positions.table.selectRow(0)
    ready.events(LinkChanged(a_link(read_only=True)))
    ready.commands.clear()
    return ready


def sent(stage: Stage) -> list[Any]:
    return stage.commands.of(SENDS)  # type: ignore[arg-type]


def close_what_opened(window: Any) -> None:
    for dialog in window.findChildren(QDialog):
        dialog.reject()
    popup = QApplication.activePopupWidget()
    while popup is not None:
        popup.close()
        popup = QApplication.activePopupWidget()


def is_offered(part: QWidget) -> bool:
    """Tell whether the toolbar around a part of it offers it, room for it or not."""
    bar = part.parentWidget()
    assert isinstance(bar, QToolBar)
    return any(each.isVisible() for each in bar.actions() if bar.widgetForAction(each) is part)


def leaves(menu: QMenu) -> Iterator[QAction]:
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            yield from leaves(inner)
        else:
            yield action


def test_no_action_of_the_menus_sends(looking: Stage) -> None:
    window = looking.window
    tried = 0
    for name, action in window.menu.menus.by_name.items():
        if name in LEFT_ALONE or not (action.isVisible() and action.isEnabled()):
            continue
        tried += 1
        action.trigger()
        for dialog in window.findChildren(QDialog):
            for button in dialog.findChildren(QAbstractButton):
                if button.isVisible() and button.isEnabled():
                    button.click()
        close_what_opened(window)
        assert sent(looking) == [], name
    assert tried > 20


def test_no_button_in_sight_sends(looking: Stage) -> None:
    window = looking.window
    for dock in window.docks.by_name.values():
        dock.show()
        dock.raise_()
        QApplication.processEvents()
        for button in dock.findChildren(QAbstractButton):
            opens_menu = isinstance(button, QToolButton | QPushButton) and button.menu()
            if button.isVisibleTo(window) and button.isEnabled() and not opens_menu:
                words = f"{dock.windowTitle()}: {button.text() or button.objectName()}"
                button.click()
                close_what_opened(window)
                assert sent(looking) == [], words


def test_what_sends_is_hidden_and_not_only_greyed(looking: Stage) -> None:
    window = looking.window
    board = window.board
    hidden = (
        board.ticket, board.ticket.submit_button, board.orders.cancel_button,
        board.orders.change_button, board.orders.cancel_all_button, board.positions.close_button,
        board.positions.reverse_button, board.risk.stop_button, board.risk.cancel_button,
        board.risk.flatten_button, board.risk.exposure.margin_button,
        board.risk.protection.repair_button,
    )  # fmt: skip
    for widget in hidden:
        assert not widget.isVisibleTo(window), widget.objectName() or type(widget).__name__
    menu = board.chart.trade_menu
    assert not is_offered(menu.button)
    assert not is_offered(menu.quantity_edit)
    for name in ("buy", "sell", "cancel_all", "flatten", "close_position", "basket", "halve"):
        assert not window.menu.menus.by_name[name].isVisible(), name
    assert all(button.defaultAction().isVisible() or button.isHidden()
               for button in window.menu.toolbar.findChildren(QAbstractButton))  # fmt: skip
    said = board.ticket_place.words.text()
    assert "Read-only" in said
    assert "exits and cancels neither" in said
    assert "switch off 'Read-Only API'" in said
    assert "Read-only" in board.risk.reason_label.text()


def test_the_keys_of_orders_positions_and_the_ticket_send_nothing(looking: Stage, qtbot) -> None:
    window = looking.window
    table = window.orders.table
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_F2, Qt.Key.Key_Plus, Qt.Key.Key_Minus,
                Qt.Key.Key_Return):  # fmt: skip
        for held in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier,
                     Qt.KeyboardModifier.ShiftModifier):  # fmt: skip
            qtbot.keyClick(table, key, held)
    shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    for key in (Qt.Key.Key_X, Qt.Key.Key_E, Qt.Key.Key_H, Qt.Key.Key_U, Qt.Key.Key_P,
                Qt.Key.Key_F, Qt.Key.Key_Down, Qt.Key.Key_Up):  # fmt: skip
        qtbot.keyClick(window, key, shift)
    for key in (Qt.Key.Key_B, Qt.Key.Key_S, Qt.Key.Key_Return):
        qtbot.keyClick(window.board.chart.canvas, key, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(window.ticket, Qt.Key.Key_Return)
    assert sent(looking) == []
    assert window.findChildren(QDialog) == [] or not any(
        each.isVisible() for each in window.findChildren(QDialog)
    )


def test_no_menu_of_a_row_or_of_the_chart_offers_an_order(looking: Stage) -> None:
    window = looking.window
    window.orders.table.selectRow(0)
    window.orders._on_menu(QPoint(5, 5))
    offered = [each.text() for each in leaves(window.orders.menu)]
    assert offered
    assert not any("ancel" in words or "hange" in words for words in offered)
    for action in leaves(window.orders.menu):
        if action.text().startswith(("Timeline", "Fold", "Unfold")):
            action.trigger()
    window.positions.menu = None
    window.positions._on_menu(QPoint(5, 5))
    assert window.positions.menu is None
    menu = QMenu(window)
    window.board.chart.trading._fill_menu(menu, an_order().limit_price)
    assert [each.text().partition(" ")[0] for each in menu.actions()] == ["Alert"]
    window.board.chart.trading.context(QPoint(0, 0), QPointF(0, 0))
    close_what_opened(window)
    assert sent(looking) == []


def test_what_stood_open_when_it_turned_is_put_away(ready: Stage) -> None:
    window = ready.window
    window.choose_symbol("AAPL")
    chart = window.board.chart
    chart.staging.placing = Side.BUY
    ready.events(LinkChanged(a_link(read_only=True)))
    assert chart.staging.placing is None
    assert not window.board.ticket.isVisibleTo(window)
    new = window.board.charts.new_cell()
    assert not is_offered(new.panel.trade_menu.button)


def test_a_session_that_may_send_again_shows_everything_again(looking: Stage) -> None:
    window = looking.window
    looking.events(LinkChanged(a_link()))
    board = window.board
    assert board.ticket.submit_button.isVisibleTo(board.ticket_place)
    for name in ("buy", "cancel_all", "flatten", "halve"):
        action = window.menu.menus.by_name[name]
        assert action.isVisible(), name
        assert action.isEnabled(), name
    assert is_offered(board.chart.trade_menu.button)
    for widget in (board.orders.cancel_all_button, board.positions.close_button,
                   board.risk.flatten_button):  # fmt: skip
        assert widget.isVisibleTo(widget.parentWidget())
    assert board.risk.flatten_button.isEnabled()
    assert board.orders.cancel_all_button.isEnabled()
    window.positions.table.selectRow(0)
    assert window.menu.menus.by_name["close_position"].isEnabled()


def test_closing_offers_no_cancel_that_the_broker_would_refuse(looking: Stage) -> None:
    leaving = looking.window.leaving
    assert not leaving.may_close()
    assert set(leaving.dialog.buttons) == {"leave", "stay"}
