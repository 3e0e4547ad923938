"""Named layouts: saved, switched, renamed, deleted, locked, and read with distrust."""

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QToolButton

from tests.qt.conftest import Stage, clock
from tests.qt.fakes import FakeCommands
from workstation.domain.commands import CancelOrders, Flatten
from workstation.ui.layouts import DEFAULT, LARGEST, LONGEST_NAME, MOST_LAYOUTS, Layouts
from workstation.ui.main_window import MainWindow


def named(stage: Stage, qtbot, action, name: str) -> None:
    action.trigger()
    dialog = stage.window.menu.layouts.dialog
    dialog.edit.selectAll()
    qtbot.keyClicks(dialog.edit, name)
    qtbot.keyClick(dialog.edit, Qt.Key.Key_Return)


def is_shown(window: MainWindow, name: str) -> bool:
    return window.docks.by_name[name].toggleViewAction().isChecked()


def test_a_layout_is_saved_switched_renamed_and_deleted(ready: Stage, qtbot) -> None:
    window, menu = ready.window, ready.window.menu.layouts
    window.docks.by_name["news"].close()
    window.orders.table.setColumnWidth(2, 123)
    named(ready, qtbot, menu.save_as, "Morning")
    assert menu.names == [DEFAULT, "Morning"]
    window.choose_symbol("TSLA")
    symbols = window.watching.symbols()

    menu.choose(DEFAULT)
    assert is_shown(window, "news")
    assert window.orders.table.columnWidth(2) != 123
    menu.choose("Morning")
    assert not is_shown(window, "news")
    assert window.orders.table.columnWidth(2) == 123
    assert window.ticket.symbol == "TSLA"
    assert window.watching.symbols() == symbols

    named(ready, qtbot, menu.rename, "Evening")
    assert menu.names == [DEFAULT, "Evening"]
    menu.delete.trigger()
    assert menu.names == [DEFAULT]
    assert not menu.delete.isEnabled()
    assert not is_shown(window, "news")


def test_save_keeps_how_things_stand_under_the_name_in_force(ready: Stage, qtbot) -> None:
    window, menu = ready.window, ready.window.menu.layouts
    assert not menu.save.isEnabled()
    named(ready, qtbot, menu.save_as, "Mine")
    window.docks.by_name["tape"].close()
    menu.save.trigger()

    menu.choose(DEFAULT)
    menu.choose("Mine")

    assert not is_shown(window, "tape")


def test_layouts_go_out_and_come_back_with_the_window(ready: Stage, qtbot) -> None:
    window = ready.window
    window.docks.by_name["depth"].close()
    window.layouts.save_as("No book")
    window.menu.layouts.choose(DEFAULT)
    window.menu.layouts.lock.trigger()
    saved = json.loads(json.dumps(window.layout_state()))

    other = MainWindow(FakeCommands(), read_only=False, symbols=(), clock=clock)
    assert other.restore_layout(saved)

    assert other.layouts.names == [DEFAULT, "No book"]
    assert other.docks.is_locked
    assert other.menu.layouts.lock.isChecked()
    other.menu.layouts.choose("No book")
    assert not is_shown(other, "depth")
    assert other.docks.is_locked


def test_a_locked_layout_cannot_be_dragged_or_closed(ready: Stage) -> None:
    docks, lock = ready.window.docks, ready.window.menu.layouts.lock
    lock.trigger()
    for dock in docks.by_name.values():
        assert dock.features() == QDockWidget.DockWidgetFeature.NoDockWidgetFeatures
        assert not dock.toggleViewAction().isEnabled()

    lock.trigger()
    movable = QDockWidget.DockWidgetFeature.DockWidgetMovable
    assert all(dock.features() & movable for dock in docks.by_name.values())


def test_the_toolbar_does_what_the_menu_does(ready: Stage, qtbot) -> None:
    buttons = {
        button.text(): button for button in ready.window.menu.toolbar.findChildren(QToolButton)
    }
    assert {"Buy", "Sell", "Cancel all", "Stop entries", "Flatten…"} <= set(buttons)

    qtbot.mouseClick(buttons["Cancel all"], Qt.MouseButton.LeftButton)
    assert ready.commands.sent[-1:] == [CancelOrders()]
    qtbot.mouseClick(buttons["Flatten…"], Qt.MouseButton.LeftButton)
    assert ready.window.board.risk.flatten_button.hasFocus()
    assert ready.commands.of(Flatten) == []


class Still:
    """Something that is always arranged the same way."""

    def __init__(self) -> None:
        self.state: dict[str, object] = {"docks": "x"}

    def arrangement(self) -> dict[str, object]:
        return dict(self.state)

    def restore_arrangement(self, state: dict[str, object]) -> None:
        self.state = state

    def reset_layout(self) -> None:
        self.state = {"docks": "x"}


def test_names_and_sizes_are_bounded(qapp) -> None:
    host = Still()
    layouts = Layouts(host)
    assert not layouts.save_as("")
    assert not layouts.save_as("default")
    assert not layouts.save_as(None)
    for number in range(MOST_LAYOUTS + 5):
        layouts.save_as(f"{number} " + "W" * 100)
    assert len(layouts.names) == MOST_LAYOUTS + 1
    assert all(len(name) <= LONGEST_NAME for name in layouts.names)

    host.state = {"docks": "A" * LARGEST}
    assert not layouts.save()
    assert len(json.dumps(layouts.state())) < 1_000_000


def test_a_name_that_is_taken_is_not_given_twice(qapp) -> None:
    layouts = Layouts(Still())
    layouts.save_as("one")
    layouts.save_as("two")

    assert not layouts.rename("one")
    assert layouts.names == [DEFAULT, "one", "two"]
    assert not layouts.switch("three")


DEEP: object = "x"
for _ in range(5000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "state",
    [
        None,
        [],
        "x",
        {"kept": 7},
        {"kept": {"a": 7, "b": None}, "current": "a"},
        {"kept": {"\u202ea<b>": {}}, "current": []},
        {"kept": {"Default": {"docks": 1}}, "current": "Default"},
        {"kept": {"big": {"docks": "A" * (LARGEST + 1)}}},
        {"kept": {"deep": {"docks": DEEP}}},
        {"kept": {"odd": {"docks": {1, 2}}}},
        {"kept": {str(n): {} for n in range(900)}},
    ],
    ids=range(11),
)
def test_garbage_is_left_out(ready: Stage, state: object) -> None:
    ready.window.layouts.restore(state)

    assert len(ready.window.layouts.names) <= MOST_LAYOUTS + 1
    for name in ready.window.layouts.names:
        ready.window.menu.layouts.choose(name)
        assert "\u202e" not in name
    assert is_shown(ready.window, "orders")
