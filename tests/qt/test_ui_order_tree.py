"""The order table's families: brackets, groups and ladders fold, stay together, and tell orphans."""

import random
from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import ACCOUNT, CON_IDS, a_position, an_order
from workstation.domain.family import Family, FamilyKind
from workstation.domain.ids import FamilyId, IntentId, OrderId
from workstation.domain.messages import FamilyKnown, OrderChanged
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle
from workstation.domain.several import CancelFamily
from workstation.ui.models.order_rows import Grouping
from workstation.ui.panels.orders import OrdersPanel

LADDER = Family(
    family_id=FamilyId("f"), kind=FamilyKind.LADDER, title="3 buys of AAPL", account=ACCOUNT,
    intents=(IntentId("a"), IntentId("b"), IntentId("c")),
)  # fmt: skip


@pytest.fixture
def panel(ready: Stage, qtbot) -> OrdersPanel:
    ready.window.docks.focus("orders")
    qtbot.waitUntil(ready.window.orders.isVisible)
    return ready.window.orders


def bracket(number: int = 21, **changes):
    entry = an_order(number, **changes)
    exits = {"side": Side.SELL, "parent": entry.key, "parent_id": entry.order_id}
    target = an_order(number + 1, **exits)
    stop = an_order(
        number + 2, order_type="STP", limit_price=None, stop_price=Decimal(185), **exits
    )
    return entry, target, stop


def send(stage: Stage, *orders) -> None:
    stage.events(*[OrderChanged(order) for order in orders])
    stage.window.orders.table.proxy.settle(float("inf"))


def shown(panel: OrdersPanel, key: str = "order_id") -> list[str]:
    """Return a column as it stands on the screen, top first."""
    column = [each.key for each in panel.model.columns].index(key)
    proxy = panel.table.proxy
    return [proxy.index(row, column).data() for row in range(proxy.rowCount())]


def press_mark(panel: OrdersPanel, row: int, qtbot) -> None:
    column = [each.key for each in panel.model.columns].index("symbol")
    place = panel.table.visualRect(panel.table.proxy.index(row, column)).topLeft()
    viewport = panel.table.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place + QPoint(8, 6))


def test_a_bracket_stays_together_however_the_table_is_sorted(ready, panel) -> None:
    send(ready, an_order(11), *bracket(), an_order(31))

    assert shown(panel) == ["31", "21", "22", "23", "11"]  # the newest first
    price = [each.key for each in panel.model.columns].index("limit")
    panel.table.sortByColumn(price, Qt.SortOrder.AscendingOrder)
    below = shown(panel)[shown(panel).index("21") :]
    assert below[:3] == ["21", "22", "23"]
    panel.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert shown(panel) == ["11", "21", "22", "23", "31"]


def test_exits_that_arrive_before_their_entry_find_their_place(ready, panel) -> None:
    entry, target, stop = bracket()
    send(ready, stop, target)
    assert shown(panel, "symbol") == ["AAPL", "AAPL"]
    send(ready, entry)

    assert shown(panel, "symbol") == ["▾ AAPL", "└ AAPL", "└ AAPL"]


def test_the_mark_folds_a_bracket_and_opens_it_again(ready, panel, qtbot) -> None:
    send(ready, *bracket())
    press_mark(panel, 0, qtbot)
    assert shown(panel, "symbol") == ["▸ AAPL"]
    press_mark(panel, 0, qtbot)
    assert shown(panel) == ["21", "22", "23"]

    panel.table.selectRow(0)
    qtbot.keyClick(panel.table, Qt.Key.Key_Left)
    assert shown(panel) == ["21"]
    qtbot.keyClick(panel.table, Qt.Key.Key_Left)
    assert shown(panel) == ["21"]
    qtbot.keyClick(panel.table, Qt.Key.Key_Right)
    assert shown(panel) == ["21", "22", "23"]


def test_a_folded_family_stays_folded_while_its_orders_change(ready, panel, qtbot) -> None:
    entry, target, stop = bracket()
    send(ready, entry, target, stop)
    press_mark(panel, 0, qtbot)
    send(ready, replace(stop, lifecycle=Lifecycle.CANCELLED))

    assert shown(panel) == ["21"]


def test_a_ladder_has_a_record_of_its_own_that_cancels_it_as_one(ready, panel, qtbot) -> None:
    rungs = [an_order(n, family=FamilyId("f"), quantity=Decimal(50)) for n in (1, 2, 3)]
    rungs[0] = replace(rungs[0], lifecycle=Lifecycle.FILLED, filled=Decimal(50))
    ready.events(FamilyKnown(LADDER))
    send(ready, *rungs)

    assert shown(panel, "symbol") == ["▾ AAPL", "└ AAPL", "└ AAPL", "└ AAPL"]
    assert shown(panel, "state")[0] == "2/3 working"
    assert shown(panel, "quantity")[0] == "150"
    assert shown(panel, "filled")[0] == "50"
    assert shown(panel, "note")[0] == "ladder: 3 buys of AAPL"
    panel.table.selectRow(0)
    panel.table.customContextMenuRequested.emit(panel.table.rect().center())
    words = [action.text() for action in panel.menu.actions()]
    assert "Cancel 2 orders\tDel" in words
    next(a for a in panel.menu.actions() if a.text() == "Cancel the whole ladder").trigger()
    assert ready.commands.of(CancelFamily) == [CancelFamily(FamilyId("f"))]
    asked = []
    panel.cancel_requested.connect(asked.append)
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    assert [order.order_id for order in asked[0]] == [2, 3]


def test_a_group_of_two_has_a_record_and_says_when_one_is_left(ready, panel) -> None:
    first = an_order(1, oca_group="exit", side=Side.SELL)
    second = an_order(2, oca_group="exit", side=Side.SELL)
    send(ready, first)
    assert shown(panel, "symbol") == ["AAPL"]
    send(ready, second)
    assert shown(panel, "symbol") == ["▾ AAPL", "└ AAPL", "└ AAPL"]
    assert shown(panel, "type")[0] == "OCA"
    assert shown(panel, "quantity")[0] == ""  # they exclude one another: a sum would mislead
    assert "orphan" not in shown(panel, "note")[0]
    send(ready, replace(second, lifecycle=Lifecycle.REJECTED))

    assert shown(panel, "note")[0].startswith("orphan: the rest of the group has ended")


def test_an_exit_whose_entry_ended_without_a_fill_is_an_orphan(ready, panel) -> None:
    entry, target, stop = bracket()
    send(ready, entry, target, stop)
    assert not any("orphan" in note for note in shown(panel, "note"))
    send(ready, replace(entry, lifecycle=Lifecycle.CANCELLED))

    assert [note.startswith("orphan: its entry 21 ended") for note in shown(panel, "note")] == [
        False, True, True,
    ]  # fmt: skip


def test_an_exit_is_an_orphan_once_its_position_is_gone(ready, panel) -> None:
    entry, target, stop = bracket()
    ready.latest(a_position(quantity=Decimal(100)))
    filled = replace(entry, lifecycle=Lifecycle.FILLED, filled=Decimal(100))
    send(ready, filled, target, stop)
    assert not any("orphan" in note for note in shown(panel, "note"))
    ready.latest(a_position(quantity=Decimal(0)))

    assert all("no position is left" in note for note in shown(panel, "note")[1:])


def test_an_exit_of_an_unknown_entry_is_no_orphan_while_it_protects(ready, panel) -> None:
    stop = an_order(9, side=Side.SELL, parent_id=OrderId(3), order_type="STP")
    ready.latest(a_position(quantity=Decimal(100)))
    send(ready, stop)
    assert "orphan" not in shown(panel, "note")[0]
    ready.latest(a_position(quantity=Decimal(0)))

    assert "neither its entry nor a position" in shown(panel, "note")[0]


def test_the_table_groups_by_symbol_with_the_families_inside(ready, panel, qtbot) -> None:
    msft = {"con_id": CON_IDS["MSFT"], "symbol": "MSFT"}
    send(ready, an_order(5, **msft), *bracket())
    panel.group_box.setCurrentText(Grouping.SYMBOL.value)
    ready.window.orders.table.proxy.settle(float("inf"))

    assert shown(panel, "symbol") == [
        "▾ AAPL", "    ▾ AAPL", "    └ AAPL", "    └ AAPL", "▾ MSFT", "└ MSFT",
    ]  # fmt: skip
    press_mark(panel, 0, qtbot)
    assert shown(panel, "symbol") == ["▸ AAPL", "▾ MSFT", "└ MSFT"]
    panel.table.selectRow(0)
    assert not panel.cancel_button.isEnabled()  # a mere grouping is nothing one cancels by a key
    panel.group_box.setCurrentText(Grouping.NOTHING.value)
    ready.window.orders.table.proxy.settle(float("inf"))
    assert shown(panel) == ["21", "22", "23", "5"]


def test_a_filter_keeps_the_entry_of_a_working_exit_in_sight(ready, panel) -> None:
    entry, target, stop = bracket()
    ready.latest(a_position(quantity=Decimal(100)))
    done = replace(entry, lifecycle=Lifecycle.FILLED, filled=Decimal(100))
    send(ready, done, target, stop, an_order(40, lifecycle=Lifecycle.CANCELLED))
    panel.filter_box.setCurrentIndex(0)

    assert shown(panel) == ["21", "22", "23"]


def test_random_streams_leave_rows_and_tree_in_step(ready, panel) -> None:
    rng = random.Random(5)
    ready.events(FamilyKnown(LADDER))
    orders = {}
    for _ in range(250):
        number = rng.randrange(1, 25)
        parent = rng.choice([None, *[o for o in orders.values() if o.order_id < number]])
        old = orders.get(number)
        order = old or an_order(
            number,
            parent=None if parent is None else parent.key,
            oca_group=rng.choice(["", "g", "h"]),
            family=rng.choice([None, FamilyId("f")]),
        )
        orders[number] = replace(order, lifecycle=rng.choice(list(Lifecycle)))
        ready.events(OrderChanged(orders[number]))
        panel.group_box.setCurrentIndex(rng.randrange(3))
        ready.window.orders.table.proxy.settle(float("inf"))
        ids = [each for each in shown(panel) if each]
        assert sorted(map(int, ids)) == sorted(orders)
        known = {row.key for row in panel.model.values() if hasattr(row, "key")}
        known |= {order.key for order in orders.values()}
        for row in panel.model.values():
            assert set(row.path) <= known


def test_what_is_shown_is_exported_from_the_menu(ready, panel, qtbot, tmp_path) -> None:
    send(ready, *bracket(), an_order(31, con_id=CON_IDS["MSFT"], symbol="MSFT"))
    panel.find_edit.setText("aapl")
    panel.table.customContextMenuRequested.emit(panel.table.rect().center())
    next(a for a in panel.menu.actions() if a.text() == "Export what is shown…").trigger()
    asked = []
    panel.export_requested.connect(asked.append)
    panel.files.fileSelected.emit(str(tmp_path / "orders.csv"))
    panel.files.reject()

    ((path, rows),) = asked
    assert path == tmp_path / "orders.csv"
    assert [row[1] for row in rows] == ["Symbol", "▾ AAPL", "└ AAPL", "└ AAPL"]
