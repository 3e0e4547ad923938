"""A trader's first minutes: prices, orders by key and mouse, a refusal, a crash of the gateway."""

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import Qt

from tests.end2end.conftest import Trader
from workstation.domain.link import LinkState
from workstation.ui.chart.live_paint import live_painter

PLACE_ORDER, CANCEL_ORDER = 3, 4
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Start = Callable[[], Trader]


def bid_of(trader: Trader, symbol: str) -> Decimal:
    row = next(row for row in trader.watchlist() if row["symbol"] == symbol)
    return Decimal(row["bid"].replace(",", ""))


def send_limit_by_keyboard(trader: Trader, symbol: str, quantity: str, price: str) -> None:
    trader.press(Qt.Key.Key_T, CONTROL)
    trader.type(symbol)
    trader.press(Qt.Key.Key_Return)
    trader.until(lambda: trader.window.ticket.symbol == symbol)
    trader.press(Qt.Key.Key_B, CONTROL)
    trader.type(quantity)
    trader.press(Qt.Key.Key_Tab)
    trader.type(price)
    trader.press(Qt.Key.Key_Return)


def test_prices_move(start: Start) -> None:
    trader = start()
    trader.until_ready()
    first = trader.watchlist()

    trader.until(lambda: [row["bid"] for row in trader.watchlist()] != [r["bid"] for r in first])
    assert live_painter()._inbox is trader.program.inbox  # charts are painted behind its beat


def test_a_resting_order_is_placed_changed_and_cancelled_by_keyboard(start: Start) -> None:
    trader = start()
    trader.until_ready()
    limit = bid_of(trader, "AAPL") - 3

    send_limit_by_keyboard(trader, "AAPL", "100", str(limit))
    trader.until(lambda: [row["state"] for row in trader.orders()] == ["Working"])
    assert trader.orders()[0]["limit"] == f"{limit:.2f}"

    trader.click_row(trader.window.orders.table, 0)
    trader.press(Qt.Key.Key_F2)
    trader.type(str(limit - 1))
    trader.press(Qt.Key.Key_Return)
    trader.until(lambda: trader.orders()[0]["limit"] == f"{limit - 1:.2f}")
    trader.until(lambda: trader.orders()[0]["state"] == "Working")
    assert len(trader.frames(PLACE_ORDER)) == 2
    assert len({frame[1] for frame in trader.frames(PLACE_ORDER)}) == 1  # the same order id

    trader.click_row(trader.window.orders.table, 0)
    trader.press(Qt.Key.Key_Delete)
    trader.until(lambda: trader.orders()[0]["state"] == "Cancelled")
    assert len(trader.frames(CANCEL_ORDER)) == 1
    assert trader.positions() == []


def test_a_market_order_by_mouse_fills_and_shows_position_and_pnl(start: Start) -> None:
    trader = start()
    trader.until_ready()
    ticket = trader.window.ticket
    row = [row["symbol"] for row in trader.watchlist()].index("MSFT")
    trader.click_row(trader.window.watchlist.table, row)
    trader.until(lambda: ticket.symbol == "MSFT")
    trader.click(ticket.form.buy_button)
    trader.click(ticket.form.quantity_edit)
    ticket.form.quantity_edit.setFocus()
    trader.type("100")
    ticket.form.type_box.setCurrentText("MKT")
    trader.until(ticket.submit_button.isEnabled)
    assert ticket.submit_button.text() == "BUY 100 MSFT MKT DAY"

    trader.click(ticket.submit_button)

    trader.until(lambda: [row["state"] for row in trader.orders()] == ["Filled"])
    trader.until(lambda: [row["quantity"] for row in trader.positions()] == ["100"])
    position = trader.positions()[0]
    assert position["symbol"] == "MSFT"
    trader.until(lambda: trader.positions()[0]["unrealized_pnl"] not in {"—", ""})
    trader.until(lambda: trader.positions()[0]["daily_pnl"] not in {"—", ""})
    assert trader.orders()[0]["filled"] == "100"


def test_a_too_large_order_is_denied_with_every_reason_and_never_sent(start: Start) -> None:
    trader = start()
    trader.until_ready()

    send_limit_by_keyboard(trader, "AAPL", "100000", str(bid_of(trader, "AAPL") * 2))

    strip = trader.window.ticket.strip
    trader.until(lambda: strip.headline.text().startswith("Denied"))
    shown = "\n".join(strip.finding_texts)
    for reason in ("Order size", "Position with all", "available funds", "far through the market"):
        assert reason in shown
    assert trader.orders() == []
    assert trader.frames(PLACE_ORDER) == []


def test_a_killed_gateway_comes_back_and_the_orders_with_it(start: Start) -> None:
    trader = start()
    trader.until_ready()
    send_limit_by_keyboard(trader, "IBM", "10", str(bid_of(trader, "IBM") - 4))
    trader.until(lambda: [row["state"] for row in trader.orders()] == ["Working"])
    order_id = trader.orders()[0]["order_id"]
    gateway = trader.program.gateway
    assert gateway is not None
    killed = gateway.process_id

    trader.kill(killed)
    trader.until(lambda: trader.link_state() is LinkState.DISCONNECTED, patience_ms=2_000)
    trader.until(lambda: all(row["symbol"].endswith("stale") for row in trader.watchlist()))

    trader.until(lambda: trader.link_state() is LinkState.READY)
    assert gateway.process_id not in {0, killed}
    trader.until(lambda: [row["state"] for row in trader.orders()] == ["Working"])
    assert [row["order_id"] for row in trader.orders()] == [order_id]
    before = trader.watchlist()
    trader.until(lambda: trader.watchlist() != before)

    trader.click_row(trader.window.orders.table, 0)
    trader.press(Qt.Key.Key_Delete)
    trader.until(lambda: trader.orders()[0]["state"] == "Cancelled")


def test_a_restart_finds_everything_as_it_was(start: Start) -> None:
    trader = start()
    trader.until_ready()
    send_limit_by_keyboard(trader, "GOOG", "5", str(bid_of(trader, "GOOG") - 5))
    trader.until(lambda: [row["state"] for row in trader.orders()] == ["Working"])
    gateway = trader.program.gateway
    assert gateway is not None
    process = gateway.process_id
    trader.window.docks.by_name["log"].close()
    trader.close()
    assert not trader.is_alive(process)

    again = start()

    again.until_ready()
    again.until(lambda: [row["state"] for row in again.orders()] == ["Working"])
    assert again.orders()[0]["symbol"] == "GOOG"
    assert again.window.docks.by_name["log"].isHidden()
    assert again.window.ticket.symbol == "GOOG"
