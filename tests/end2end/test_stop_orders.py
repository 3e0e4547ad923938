"""A stop order through the whole program: held at the broker, changed, cancelled."""

from collections.abc import Callable

from PySide6.QtCore import Qt

from tests.end2end.conftest import Trader
from tests.end2end.test_first_orders import PLACE_ORDER, bid_of

Start = Callable[[], Trader]


def test_a_stop_rests_is_moved_and_is_cancelled(start: Start) -> None:
    trader = start()
    trader.until_ready()
    form = trader.window.ticket.form
    row = [row["symbol"] for row in trader.watchlist()].index("AAPL")
    trader.click_row(trader.window.watchlist.table, row)
    trader.until(lambda: trader.window.ticket.symbol == "AAPL")
    stop = bid_of(trader, "AAPL") + 20
    form.quantity_edit.setFocus()
    trader.type("10")
    form.type_box.setCurrentText("STP")
    form.stop_edit.setFocus()
    trader.type(str(stop))
    assert trader.window.ticket.submit_button.text() == f"BUY 10 AAPL STP {stop:.2f} DAY"
    trader.press(Qt.Key.Key_Return)

    trader.until(lambda: [row["state"] for row in trader.orders()] == ["Held"])
    assert trader.orders()[0]["stop"] == f"{stop:.2f}"
    assert trader.orders()[0]["limit"] == "—"

    trader.click_row(trader.window.orders.table, 0)
    trader.press(Qt.Key.Key_F2)
    trader.type(str(stop + 1))
    trader.press(Qt.Key.Key_Return)
    trader.until(lambda: trader.orders()[0]["stop"] == f"{stop + 1:.2f}")
    assert len(trader.frames(PLACE_ORDER)) == 2

    trader.click_row(trader.window.orders.table, 0)
    trader.press(Qt.Key.Key_Delete)
    trader.until(lambda: trader.orders()[0]["state"] == "Cancelled")
    assert trader.positions() == []
