"""The raw messages in the log's dock: read while seen, filtered, held still, copied."""

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QGuiApplication, QKeySequence

from tests.qt.conftest import Stage
from tests.qt.fakes import HOSTILE, NOW
from workstation.domain.raw_message import MessagesRead, RawMessage, ReadMessages
from workstation.ui.models.raw_messages import MOST_ROWS


def a_message(
    number: int, *, is_out: bool = False, name: str = "ORDER_STATUS", text: str = "3|17|"
):
    return RawMessage(number, NOW, is_out, name, text)


@pytest.fixture
def panel(ready: Stage, qtbot):
    board = ready.window.board
    ready.window.docks.focus("log")
    board.log_pages.setCurrentWidget(board.raw_messages)
    qtbot.waitUntil(board.raw_messages.isVisible)
    return board.raw_messages


def rows(panel) -> list[str]:
    proxy = panel.table.proxy
    return [proxy.index(row, 3, QModelIndex()).data() for row in range(proxy.rowCount())]


def answer(ready: Stage, *messages: RawMessage) -> None:
    ready.commands.answer(ReadMessages, MessagesRead(messages))


def test_messages_are_asked_for_only_while_they_are_seen(ready: Stage, panel, qtbot) -> None:
    assert ready.commands.of(ReadMessages) == [ReadMessages(0)]
    answer(ready, a_message(1, text="a"), a_message(2, text="b"))
    assert rows(panel) == ["a", "b"]
    qtbot.waitUntil(lambda: ReadMessages(2) in ready.commands.of(ReadMessages))
    answer(ready)
    ready.window.board.log_pages.setCurrentWidget(ready.window.board.log)
    ready.commands.clear()
    assert not panel._timer.isActive()


def test_the_list_is_filtered_by_way_and_words_and_held_still(ready: Stage, panel) -> None:
    answer(
        ready,
        a_message(1, text="in|AAPL"),
        a_message(2, is_out=True, name="PLACE_ORDER", text="out|AAPL"),
    )
    panel.way_box.setCurrentText("Out")
    assert rows(panel) == ["out|AAPL"]
    panel.way_box.setCurrentText("In and out")
    panel.find_edit.setText("aapl place")
    assert rows(panel) == ["out|AAPL"]
    panel.find_edit.setText("")
    panel.pause_box.setChecked(True)
    ready.commands.clear()
    panel.read()
    assert ready.commands.of(ReadMessages) == []


def test_the_list_has_an_end_and_foreign_text_stays_text(ready: Stage, panel, qtbot) -> None:
    hostile = [a_message(n + 1, text=foreign) for n, foreign in enumerate(HOSTILE)]
    answer(ready, *hostile)
    assert all("\n" not in row for row in rows(panel))
    panel.model.append(a_message(n) for n in range(100, 100 + MOST_ROWS + 300))

    assert MOST_ROWS - 300 <= panel.model.rowCount() <= MOST_ROWS
    assert panel.model.newest == 100 + MOST_ROWS + 299


def test_selected_messages_are_copied(ready: Stage, panel, qtbot) -> None:
    answer(ready, a_message(1, text="3|17|Submitted|"))
    panel.table.selectRow(0)
    qtbot.keyClick(panel.table, "c", QKeySequence("Ctrl+C")[0].keyboardModifiers())

    assert QGuiApplication.clipboard().text().endswith(" in ORDER_STATUS 3|17|Submitted|")
