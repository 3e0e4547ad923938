"""The history panel: what it asks, what it shows, and the way to an order's timeline."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt

from tests.helpers.virtual_time import VirtualClock
from tests.qt.conftest import Stage
from tests.qt.fakes import ACCOUNT
from tests.qt.past_orders import a_past_fill, a_past_order
from workstation.app.past_trades import HistoryProcess, PastTrades
from workstation.domain.past_trades import (
    HistoryKind,
    HistoryPage,
    HistoryWish,
)
from workstation.storage.journal import Journal
from workstation.ui.panels.history import PAGE, HistoryPanel


@pytest.fixture
def panel(ready: Stage) -> HistoryPanel:
    found = ready.window.board.history
    found.wishes = []
    found.wished.connect(found.wishes.append)
    ready.window.docks.focus("history")
    return found


def test_it_asks_when_it_is_seen_and_when_a_choice_is_made(panel: HistoryPanel, qtbot) -> None:
    (first,) = panel.wishes
    assert first.kind is HistoryKind.ORDERS
    assert first.end - first.start == timedelta(days=30)
    panel.state_box.setCurrentText("With fills")
    panel.symbol_edit.setText("AAP")
    panel._typing.timeout.emit()
    panel.kind_box.setCurrentText("Fills")
    panel.period_box.setCurrentText("All days")
    last = panel.wishes[-1]

    assert panel.wishes[1].state == "with fills"
    assert panel.wishes[2].symbol == "AAP"
    assert (last.kind, last.state, last.start, last.end) == (HistoryKind.FILLS, "", None, None)
    assert not panel.state_box.isEnabled()


def test_orders_are_shown_and_one_opens_its_timeline(panel: HistoryPanel, qtbot) -> None:
    wanted: list[object] = []
    panel.timeline_requested.connect(wanted.append)
    order = a_past_order()
    panel.show_page(panel.wishes[0], HistoryPage(total=1, orders=(order,), accounts=(ACCOUNT,)))
    table = panel.table
    words = [table.proxy.index(0, n).data() for n in range(table.proxy.columnCount())]

    assert {"SELL", "STP", "GTC", "Filled", "here"} <= set(words)
    assert ACCOUNT not in words
    assert panel.account_box.itemText(1) != ACCOUNT
    assert panel.account_box.itemData(1) == ACCOUNT
    assert not panel.timeline_button.isEnabled()
    table.selectRow(0)
    qtbot.mouseClick(panel.timeline_button, Qt.MouseButton.LeftButton)
    table.doubleClicked.emit(QModelIndex())
    assert wanted == [order, order]


def test_an_imported_fill_says_where_it_is_from_and_has_no_timeline(panel: HistoryPanel) -> None:
    wanted: list[object] = []
    panel.timeline_requested.connect(wanted.append)
    wish = HistoryWish(kind=HistoryKind.FILLS)
    fills = (a_past_fill(1), a_past_fill(2, imported=True))
    panel.show_page(wish, HistoryPage(total=2, fills=fills, words="2 trades read."))
    column = panel.fills.columnCount() - 1
    assert [panel.fills.index(n, column).data() for n in (0, 1)] == ["journal", "statement"]
    assert "2 trades read." in panel.label.text()
    panel.fill_table.selectRow(panel.fills.row_of("a.2"))
    assert not panel.timeline_button.isEnabled()
    panel.fill_table.doubleClicked.emit(QModelIndex())
    assert wanted == []
    assert "no order" in panel.label.text()


def test_long_answers_come_in_pages(panel: HistoryPanel, qtbot) -> None:
    orders = tuple(a_past_order(number) for number in range(1, 4))
    panel.show_page(panel.wishes[0], HistoryPage(total=PAGE + 3, orders=orders))
    assert "1 to 3 shown" in panel.label.text()
    assert not panel.newer_button.isEnabled()
    qtbot.mouseClick(panel.older_button, Qt.MouseButton.LeftButton)
    assert panel.wishes[-1].offset == PAGE
    panel.show_page(panel.wishes[-1], HistoryPage(total=PAGE + 3, orders=orders))
    assert not panel.older_button.isEnabled()
    qtbot.mouseClick(panel.newer_button, Qt.MouseButton.LeftButton)
    assert panel.wishes[-1].offset == 0


def test_the_newest_rows_are_never_taken_for_all_of_them(panel: HistoryPanel) -> None:
    wish = panel.wishes[0]
    panel.show_page(wish, HistoryPage(read=0.1))
    assert "still being read" in panel.table.empty_text
    first = a_past_order(1)
    panel.show_page(wish, HistoryPage(total=1, orders=(first,), read=0.37, accounts=("U1",)))
    panel.table.selectRow(0)
    assert "37%" in panel.label.text()
    assert panel.label.property("tone") == "warning"
    following = replace(wish, only_whole=True)
    panel.show_page(following, HistoryPage(read=0.6))
    assert "60%" in panel.label.text()
    assert panel.orders.rowCount() == 1  # how far it is takes nothing away
    whole = (first, a_past_order(2))
    panel.show_page(following, HistoryPage(total=2, orders=whole, accounts=("U2",)))

    assert panel.label.text() == "2 orders"
    assert panel.label.property("tone") == "muted"
    assert panel.orders.rowCount() == 2
    assert panel.table.selected_rows() == [first]
    assert [panel.account_box.itemData(n) for n in range(panel.account_box.count())] == ["", "U2"]
    panel.show_page(following, HistoryPage())
    assert "take more days" in panel.table.empty_text


def test_what_could_not_be_read_is_said_and_an_import_that_fails_is_another_thing(
    panel: HistoryPanel,
) -> None:
    wish = panel.wishes[0]
    panel.show_page(wish, HistoryPage())
    panel.show_page(replace(wish, statement="a.xml"), HistoryPage(fault="it is no statement"))
    assert "take more days" in panel.fill_table.empty_text
    assert panel.label.text() == "It is no statement"
    panel.show_page(wish, HistoryPage(fault="the journal is damaged"))
    assert panel.table.empty_text == "The journal could not be read"
    assert panel.label.text() == "The journal is damaged"
    assert panel.label.property("tone") == "error"


def test_what_comes_later_takes_its_place_among_the_newest(panel: HistoryPanel) -> None:
    one, two, three = map(a_past_order, (1, 2, 3))
    panel.show_page(panel.wishes[0], HistoryPage(total=2, orders=(one, three), read=0.5))
    following = replace(panel.wishes[0], only_whole=True)
    panel.show_page(following, HistoryPage(total=3, orders=(one, two, three)))
    assert [panel.orders.value_at(n) for n in range(3)] == [one, two, three]


def test_the_whole_is_asked_for_until_it_is_there(
    panel: HistoryPanel, tmp_path: Path, qtbot
) -> None:
    past = PastTrades(tmp_path, "simulated", 7, panel)
    pages = iter([HistoryPage(read=0.2), HistoryPage(read=0.7), HistoryPage(total=3)])
    asked: list[HistoryWish] = []
    past._process.ask = lambda wish: (asked.append(wish), next(pages))[1]
    past._follow.setInterval(1)
    past.ask(HistoryWish(symbol="A"))
    qtbot.waitUntil(lambda: panel.label.text() == "3 orders", timeout=30_000)

    assert [(wish.symbol, wish.only_whole) for wish in asked] == [
        *(("A", False), ("A", True), ("A", True)),
    ]
    assert past._idle.isActive()
    assert not past._follow.isActive()
    past.close()


def test_another_choice_ends_the_asking_for_the_one_before(
    panel: HistoryPanel, tmp_path: Path, qtbot
) -> None:
    past = PastTrades(tmp_path, "simulated", 7, panel)
    asked: list[HistoryWish] = []
    past._process.ask = lambda wish: (asked.append(wish), HistoryPage(read=0.2))[1]
    past._follow.setInterval(60_000)
    past.ask(HistoryWish(symbol="A"))
    qtbot.waitUntil(past._follow.isActive, timeout=30_000)
    past.ask(HistoryWish(symbol="B"))
    assert not past._follow.isActive()
    qtbot.waitUntil(past._follow.isActive, timeout=30_000)
    assert past._followed == HistoryWish(symbol="B", only_whole=True)
    past.close()
    assert not past._follow.isActive()


def test_export_and_import_name_the_file(panel: HistoryPanel, tmp_path: Path) -> None:
    panel.show_page(panel.wishes[0], HistoryPage(total=1, orders=(a_past_order(),)))
    panel.export_button.click()
    panel.files.filterSelected.emit("JSON (*.json)")
    assert panel.files.defaultSuffix() == "json"
    panel.files.fileSelected.emit(str(tmp_path / "out.json"))
    panel.files.close()
    wish = panel.wishes[-1]
    assert wish.export == str(tmp_path / "out.json")
    panel.show_page(wish, HistoryPage(total=1, words="1 orders exported."))
    assert panel.label.text() == "1 orders exported."
    assert panel.orders.rowCount() == 1  # the table stays
    panel.import_button.click()
    panel.files.fileSelected.emit(str(tmp_path / "flex.xml"))
    panel.files.close()
    assert panel.wishes[-1].statement == str(tmp_path / "flex.xml")
    assert panel.wishes[-1].kind is HistoryKind.FILLS
    panel.show_page(panel.wishes[-1], HistoryPage(fault="It is no Flex statement."))
    assert panel.label.text() == "It is no Flex statement."


def test_a_process_beside_the_program_answers_and_only_the_newest_wish_waits(
    panel: HistoryPanel, tmp_path: Path, qtbot
) -> None:
    journal = tmp_path / "profiles" / "simulated" / "journal.sqlite"
    journal.parent.mkdir(parents=True)
    Journal(journal, VirtualClock()).close()
    answered: list[HistoryWish] = []
    past = PastTrades(tmp_path, "simulated", 7, panel)
    show = panel.show_page
    panel.show_page = lambda wish, page: (answered.append(wish), show(wish, page))
    wishes = [HistoryWish(symbol=letter) for letter in "ABC"]
    for wish in wishes:
        past.ask(wish)
    qtbot.waitUntil(lambda: len(answered) == 1, timeout=60_000)
    assert answered == [wishes[2]]
    assert "0 orders" in panel.label.text()
    past._process._process.kill()  # it is started anew
    past.ask(wishes[0])
    qtbot.waitUntil(lambda: len(answered) == 2, timeout=60_000)
    assert "0 orders" in panel.label.text()
    past.close()
    assert past._process._process is None


def test_a_process_that_cannot_answer_is_a_fault(tmp_path: Path) -> None:
    process = HistoryProcess(tmp_path, "no such profile", 7)
    page = process.ask(HistoryWish())
    process.end()
    assert page.fault
