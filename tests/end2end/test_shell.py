"""The program around the window: faults of its own, and another connection."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from tests.end2end.conftest import Trader
from tests.end2end.test_first_orders import bid_of, send_limit_by_keyboard
from workstation.storage.settings import read_settings

Start = Callable[[], Trader]


def fail_in_a_slot(account: str) -> None:
    raise ValueError(f"no such row for {account}")


def caught(account: str) -> ValueError:
    with pytest.raises(ValueError, match="no such row") as info:
        fail_in_a_slot(account)
    return info.value


def test_a_fault_of_the_window_is_said_once_and_reported_without_accounts(
    start: Start, expected_log: Callable[[str], None]
) -> None:
    expected_log("an error in the window")
    trader = start()
    trader.until_ready()
    error = caught("SIM0000001")

    for _ in range(3):
        trader.program.on_exception(ValueError, error, error.__traceback__)

    dialog = trader.program.crash.dialog
    assert dialog is not None
    assert "Orders are not touched" in dialog.label.text()
    reports = list((trader.folder / "data/profiles/simulated/logs").glob("crash-*.txt"))
    assert len(reports) == 1
    written = reports[0].read_text()
    assert "no such row for S•••001" in written
    assert "SIM0" not in written
    trader.click(dialog.buttons["ok"])
    assert trader.program.crash.dialog is None


def test_choosing_another_profile_ends_this_one_and_is_kept(start: Start) -> None:
    trader = start()
    trader.until_ready()
    trader.press(
        Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    )
    dialog = trader.program.shell.dialog
    assert dialog is not None
    rows = [dialog.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(5)]
    dialog.list.setCurrentRow(rows.index("tws-paper"))

    trader.expect_end()
    trader.click(dialog.connect_button)

    trader.until_ended()
    assert trader.program.next_profile == "tws-paper"
    assert read_settings(trader.folder / "data" / "settings.toml").profile == "tws-paper"


def test_staying_with_a_working_order_keeps_the_connection(start: Start) -> None:
    trader = start()
    trader.until_ready()
    send_limit_by_keyboard(trader, "IBM", "1", str(bid_of(trader, "IBM") - 5))
    trader.until(lambda: [row["state"] for row in trader.orders()] == ["Working"])

    trader.program.shell.restart_requested.emit("tws-paper")
    question = trader.window.leaving.dialog
    assert question is not None
    trader.click(question.buttons["stay"])

    assert trader.program.next_profile == ""
    assert trader.window.isVisible()
