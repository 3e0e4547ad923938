"""Orders are changed in their own table: by ticks, in place; filtered, and exported as shown."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.qt.conftest import Stage
from tests.qt.fakes import an_execution, an_order
from workstation.app.table_files import TableFiles
from workstation.domain.commands import ChangeOrder
from workstation.domain.finding import (
    Denied,
    Finding,
    Level,
    NeedsAcknowledgement,
    RiskCode,
    Submitted,
)
from workstation.domain.ids import ClientId
from workstation.domain.messages import ExecutionArrived, OrderChanged
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle, Pending
from workstation.ui.table_words import table_words

D = Decimal
PLUS, MINUS, RETURN = Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Return
SOFT = Finding(RiskCode.PRICE_COLLAR, Level.SOFT, "The price is far from the market.")


@pytest.fixture
def table(ready: Stage):
    """Order 1 buys 100 AAPL at 187.20; it is selected and the table has the keyboard."""
    ready.events(OrderChanged(an_order(1)))
    ready.window.orders.table.selectRow(0)
    ready.window.orders.table.setFocus()
    return ready.window.orders.table


def changes(stage: Stage):
    return [command.change for command in stage.commands.of(ChangeOrder)]


def test_a_key_moves_the_order_by_one_tick_and_ctrl_by_ten(ready: Stage, table) -> None:
    QTest.keyClick(table, PLUS)
    ready.commands.answer(ChangeOrder, Submitted(1, changes(ready)[0].key))
    ready.events(OrderChanged(an_order(1, limit_price=D("187.21"))))
    QTest.keyClick(table, MINUS, Qt.KeyboardModifier.ControlModifier)

    assert [each.limit_price for each in changes(ready)] == [D("187.21"), D("187.11")]
    assert [each.quantity for each in changes(ready)] == [None, None]
    assert changes(ready)[0].source == "orders"


def test_keys_pressed_while_a_change_is_under_way_make_one_more(ready: Stage, table) -> None:
    QTest.keyClick(table, PLUS)
    (first,) = changes(ready)
    ready.commands.answer(ChangeOrder, Submitted(1, first.key))
    moving = an_order(1, replace=Pending.REQUESTED, pending_limit=D("187.21"))
    ready.events(OrderChanged(moving))
    for _ in range(3):
        QTest.keyClick(table, PLUS)
    assert len(changes(ready)) == 1  # one in flight

    ready.events(OrderChanged(an_order(1, limit_price=D("187.21"))))
    assert [each.limit_price for each in changes(ready)] == [D("187.21"), D("187.24")]


def test_what_was_waiting_dies_with_its_order(ready: Stage, table) -> None:
    ready.events(OrderChanged(an_order(1, replace=Pending.REQUESTED)))
    QTest.keyClick(table, PLUS)
    ready.events(OrderChanged(an_order(1, lifecycle=Lifecycle.FILLED)))
    assert changes(ready) == []


def test_a_stop_limit_moves_as_a_whole(ready: Stage, table) -> None:
    ready.events(OrderChanged(an_order(1, order_type="STP LMT", stop_price=D("188.00"))))
    QTest.keyClick(table, MINUS)
    (change,) = changes(ready)
    assert (change.limit_price, change.stop_price) == (D("187.19"), D("187.99"))


def test_orders_of_others_and_of_the_past_do_not_move(ready: Stage, table) -> None:
    ready.events(OrderChanged(an_order(1, editable=False, client_id=ClientId(0))))
    QTest.keyClick(table, PLUS)
    ready.events(OrderChanged(an_order(1, lifecycle=Lifecycle.CANCELLED)))
    QTest.keyClick(table, PLUS)
    QTest.keyClick(table, RETURN)
    assert changes(ready) == []
    assert ready.window.board.order_edits.editor is None


def test_a_limit_is_changed_in_place(ready: Stage, table) -> None:
    QTest.keyClick(table, RETURN)
    editor = ready.window.board.order_edits.editor
    assert editor is not None
    assert editor.value == D("187.20")
    editor.set_value(D("187.255"))
    QTest.keyClick(editor, RETURN)
    assert changes(ready) == []  # moved to the ladder first, and shown
    assert editor.value == D("187.25")
    QTest.keyClick(editor, RETURN)

    (change,) = changes(ready)
    assert (change.limit_price, change.quantity, change.stop_price) == (D("187.25"), None, None)
    assert ready.window.board.order_edits.editor is None
    assert table.hasFocus()


def test_a_quantity_is_changed_in_place_and_escape_sends_nothing(ready: Stage, table) -> None:
    edits = ready.window.board.order_edits
    QTest.keyClick(table, RETURN, Qt.KeyboardModifier.ShiftModifier)
    edits.editor.set_value(D(70))
    QTest.keyClick(edits.editor, Qt.Key.Key_Escape)
    assert changes(ready) == []
    QTest.keyClick(table, RETURN, Qt.KeyboardModifier.ShiftModifier)
    edits.editor.set_value(D(60))
    QTest.keyClick(edits.editor, RETURN)
    assert [each.quantity for each in changes(ready)] == [D(60)]


def test_a_double_click_on_a_price_opens_it_and_elsewhere_the_ticket(ready: Stage, table) -> None:
    columns = [column.key for column in ready.window.orders.model.columns]
    table.doubleClicked.emit(table.proxy.index(0, columns.index("limit")))
    assert ready.window.board.order_edits.editor is not None
    table.setFocus()  # leaving the field closes it
    assert ready.window.board.order_edits.editor is None
    table.doubleClicked.emit(table.proxy.index(0, columns.index("state")))
    assert "CHANGE ORDER 1" in ready.window.ticket.title_label.text()


def test_what_risk_asks_is_answered_at_the_table(ready: Stage, table, qtbot: QtBot) -> None:
    QTest.keyClick(table, PLUS)
    ready.commands.answer(ChangeOrder, NeedsAcknowledgement((SOFT,)))
    strip = ready.window.board.order_edits.sending.strip
    assert strip.isVisible()
    assert "far from the market" in strip.finding_texts[0]
    qtbot.waitUntil(lambda: strip.takes_confirmation, timeout=5_000)
    QTest.keyClick(table, RETURN)
    assert len(changes(ready)) == 2
    assert changes(ready)[1].acknowledged == {SOFT.acknowledgement}
    ready.commands.answer(ChangeOrder, Denied((SOFT,)))
    assert "Denied" in strip.headline.text()


def test_words_filter_the_orders(ready: Stage, table) -> None:
    ready.events(
        OrderChanged(an_order(2, symbol="MSFT", side=Side.SELL)),
        OrderChanged(an_order(3, symbol="MSFT", lifecycle=Lifecycle.FILLED)),
    )
    panel = ready.window.orders
    panel.find_edit.setText("msft sell")
    assert [row.order.order_id for row in shown(table)] == [2]
    panel.find_edit.setText("msft")
    panel.filter_box.setCurrentIndex(0)
    assert [row.order.order_id for row in shown(table)] == [2]
    panel.find_edit.clear()
    assert table.proxy.rowCount() == 2


def shown(table):
    return [table.source.value_at(table.proxy.source_row(n)) for n in range(table.proxy.rowCount())]


def test_the_export_is_what_is_shown(ready: Stage, table, qtbot: QtBot, tmp_path: Path) -> None:
    ready.events(OrderChanged(an_order(2, symbol="=1+1", limit_price=D("1187.20"))))
    columns = [column.key for column in ready.window.orders.model.columns]
    table.setColumnHidden(columns.index("note"), True)
    parent = QObject()
    files = TableFiles(parent)
    said: list[str] = []
    files.told.connect(said.append)
    ready.window.orders.find_edit.setText("=1")
    files.write((tmp_path / "orders.csv", table_words(table)))
    qtbot.waitUntil(lambda: bool(said), timeout=10_000)

    (row,) = csv.DictReader(io.StringIO((tmp_path / "orders.csv").read_text("utf-8")))
    assert said == [f"1 row exported to {tmp_path / 'orders.csv'}."]
    assert (row["Symbol"], row["Limit"], row["Stop"]) == ("'=1+1", "1187.20", "")
    assert "Note" not in row


def test_executions_are_exported_from_their_menu(ready: Stage, tmp_path: Path) -> None:
    ready.events(ExecutionArrived(an_execution()))
    panel = ready.window.board.executions
    asked: list[tuple[Path, list[list[str]]]] = []
    panel.export_requested.connect(asked.append)
    panel.table.customContextMenuRequested.emit(QPoint(5, 5))
    panel.menu.actions()[0].trigger()
    panel.menu.close()
    panel.files.fileSelected.emit(str(tmp_path / "fills.csv"))
    panel.files.close()
    ((path, rows),) = asked
    assert path == tmp_path / "fills.csv"
    assert rows[0][:3] == ["Time", "Symbol", "Side"]
    assert rows[1][1:4] == ["AAPL", "BUY", "40"]
