"""Keys of the user's own: bound, kept, checked for conflicts, and what they do."""

from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence

from tests.qt.conftest import Stage
from tests.qt.fakes import AAPL, ACCOUNT, a_link, a_position
from workstation.app.hotkey_files import HotkeyFiles
from workstation.domain.account import Environment
from workstation.domain.commands import (
    CancelOrders,
    HalvePosition,
    StopToBreakeven,
    SubmitOrder,
)
from workstation.domain.ids import AccountId
from workstation.domain.messages import LinkChanged
from workstation.domain.order import Side
from workstation.ui.hotkeys import Hotkeys


@pytest.fixture
def hotkeys(ready: Stage) -> Hotkeys:
    ready.window.choose_symbol("AAPL")
    return ready.window.menu.hotkeys


def press(ready: Stage, qtbot, key: Qt.Key) -> None:
    qtbot.keyClick(
        ready.window, key, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
    )


def test_a_bound_key_prepares_an_order_and_another_submits_it(ready, hotkeys, qtbot) -> None:
    assert hotkeys.change("buy_ask", "Alt+Shift+A") == ""
    assert hotkeys.change("submit", "Alt+Shift+S") == ""
    ready.window.ticket.form.quantity_edit.set_value(Decimal(10))
    press(ready, qtbot, Qt.Key.Key_A)
    terms = ready.window.ticket.form.terms
    assert (terms.side, terms.limit_price) == (Side.BUY, Decimal("187.20"))
    assert ready.commands.of(SubmitOrder) == []
    press(ready, qtbot, Qt.Key.Key_S)

    (sent,) = ready.commands.of(SubmitOrder)
    assert (sent.draft.limit_price, sent.draft.quantity) == (Decimal("187.20"), 10)


def test_an_entry_by_key_needs_arming_on_a_live_account_an_exit_never(
    ready, hotkeys, qtbot
) -> None:
    live = AccountId("U1234567")
    ready.events(LinkChanged(a_link(environment=Environment.LIVE, account=live, accounts=(live,))))
    ready.latest(a_position(account=live))
    for name, keys in (("buy_ask", "A"), ("submit", "S"), ("halve", "H"), ("breakeven", "B")):
        assert hotkeys.change(name, f"Alt+Shift+{keys}") == ""
    ready.window.ticket.form.quantity_edit.set_value(Decimal(10))
    press(ready, qtbot, Qt.Key.Key_A)
    press(ready, qtbot, Qt.Key.Key_S)
    assert ready.commands.of(SubmitOrder) == []
    press(ready, qtbot, Qt.Key.Key_H)
    press(ready, qtbot, Qt.Key.Key_B)

    assert ready.commands.of(HalvePosition) == [HalvePosition(live, AAPL)]
    assert ready.commands.of(StopToBreakeven) == [StopToBreakeven(live, AAPL)]


def test_cancels_by_key_are_for_the_tickets_symbol_and_side(ready, hotkeys) -> None:
    for name in ("cancel_symbol", "cancel_buys", "cancel_sells"):
        ready.window.menu.menus.by_name[name].trigger()

    assert ready.commands.of(CancelOrders) == [
        CancelOrders(account=ACCOUNT, con_id=AAPL, side=side)
        for side in (None, Side.BUY, Side.SELL)
    ]


def test_without_a_position_or_a_link_a_key_does_nothing(ready, hotkeys) -> None:
    by_name = ready.window.menu.menus.by_name
    by_name["halve"].trigger()
    by_name["breakeven"].trigger()

    assert ready.commands.of(HalvePosition) == []
    assert ready.commands.of(StopToBreakeven) == []


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ("Ctrl+Shift+X", "is the key of “Cancel all orders"),
        ("Alt+Q", "has a meaning in fields"),
        ("Del", "has a meaning in fields"),
        ("X", "needs Ctrl or Alt"),
        ("Shift+X", "needs Ctrl or Alt"),
        ("Ctrl+K, Ctrl+B", "not one key"),
        ("nonsense and more", "not one key"),
        ("Ctrl+Ä", "not one key"),
    ],
)
def test_a_key_that_would_be_in_the_way_is_refused_with_the_reason(hotkeys, keys, why) -> None:
    assert why in hotkeys.change("halve", keys)
    assert hotkeys.own == {}
    assert hotkeys.change("halve", "F9") == ""
    assert hotkeys.change("nothing", "F8") == "there is no such action"


def test_a_key_that_was_given_up_is_free_for_another_action(ready, hotkeys) -> None:
    assert hotkeys.change("cancel_all", "") == ""
    assert hotkeys.change("halve", "Ctrl+Shift+X") == ""
    assert ready.window.menu.menus.by_name["cancel_all"].shortcut().isEmpty()
    assert ("no key", "Cancel all orders (protection stays)  (your own; was Ctrl+Shift+X)") in (
        hotkeys.changed_words()
    )


def test_keys_are_kept_and_a_broken_line_is_said_and_skipped(
    ready, hotkeys, tmp_path: Path
) -> None:
    path = tmp_path / "hotkeys.toml"
    parent = QObject()
    files = HotkeyFiles(path, parent)
    said: list[str] = []
    files.faulted.connect(said.append)
    assert hotkeys.use_keeper(files) == []
    hotkeys.change("halve", "F9")
    hotkeys.change("cancel_all", "")
    assert files.load() == {"halve": "F9", "cancel_all": ""}

    path.write_text('halve = "F8"\nreverse = "F8"\ngone = "F7"\nsubmit = 5\nbuy = ""\n')
    faults = hotkeys.use_keeper(files)
    assert [fault.split(" is skipped")[0] for fault in faults] == [
        "The key F8 of reverse", "The key F7 of gone",
    ]  # fmt: skip
    assert any("submit is skipped" in each for each in said)
    by_name = ready.window.menu.menus.by_name
    assert by_name["halve"].shortcut() == QKeySequence("F8")
    assert by_name["buy"].shortcut().isEmpty()
    path.write_text("nonsense")
    assert files.load() == {}
    assert "cannot be read" in said[-1]
    assert path.read_text() == "nonsense"


def test_the_dialog_shows_every_action_and_says_what_stands_in_the_way(
    ready, hotkeys, qtbot
) -> None:
    ready.window.menu.menus.by_name["own_keys"].trigger()
    dialog = hotkeys.dialog
    titles = [dialog.table.item(row, 0).text() for row in range(dialog.table.rowCount())]
    assert "Halve the ticket's position" in titles
    assert dialog.chosen is None
    dialog.table.selectRow(titles.index("Halve the ticket's position"))
    dialog.key_edit.setKeySequence(QKeySequence("Ctrl+T"))
    qtbot.mouseClick(dialog.set_button, Qt.MouseButton.LeftButton)
    assert "Ctrl+T is the key of “Order ticket”" in dialog.words.text()
    dialog.key_edit.setKeySequence(QKeySequence("F9"))
    qtbot.mouseClick(dialog.set_button, Qt.MouseButton.LeftButton)
    assert hotkeys.own == {"halve": "F9"}
    row = titles.index("Halve the ticket's position")
    assert dialog.table.item(row, 1).text() == "F9"
    qtbot.mouseClick(dialog.first_button, Qt.MouseButton.LeftButton)
    assert hotkeys.own == {}
    dialog.close()


def test_a_key_that_is_held_down_acts_once(ready, hotkeys) -> None:
    assert not any(action.autoRepeat() for action in ready.window.menu.menus.by_name.values())
