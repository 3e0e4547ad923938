"""A newcomer's first ten minutes, by mouse and keyboard, from the first symbol to the next start."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.end2end.conftest import Trader
from workstation.domain.finding import TradingState
from workstation.ui.panels.positions import PositionsPanel

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Start = Callable[[], Trader]

SYMBOL = "IBM"
YEARS = 10
LOADING_MS = 30_000


def find_symbol(trader: Trader) -> None:
    """Type a symbol into the watchlist; it arrives everywhere."""
    trader.press(Qt.Key.Key_L, CONTROL)
    trader.type(SYMBOL)
    trader.press(Qt.Key.Key_Return)
    trader.until(lambda: row_of(trader)["bid"] != "—")
    trader.until(lambda: trader.window.ticket.symbol == SYMBOL)


def row_of(trader: Trader) -> dict[str, str]:
    """Return the symbol's line of the watchlist, empty prices before there is one."""
    rows = [row for row in trader.watchlist() if row["symbol"] == SYMBOL]
    return rows[0] if rows else {"bid": "—"}


def price(trader: Trader, side: str) -> Decimal:
    return Decimal(row_of(trader)[side].replace(",", ""))


def read_the_chart_back(trader: Trader) -> None:
    """Choose daily bars and page back until a day ten years ago is in sight."""
    chart = trader.window.board.chart
    days = next(button for button in chart.sizes.buttons.buttons() if button.text() == "1D")
    trader.click(days)
    trader.press(Qt.Key.Key_6, CONTROL)
    trader.until(chart.canvas.hasFocus)
    trader.until(lambda: len(chart.feed.bars) > 0, LOADING_MS)
    newest = first_day_in_sight(trader)
    assert (datetime.now(UTC) - newest).days < 3 * 366

    def is_ten_years_back() -> bool:
        QTest.keyClick(chart.canvas, Qt.Key.Key_PageUp)
        return (datetime.now(UTC) - first_day_in_sight(trader)).days >= YEARS * 365

    trader.until(is_ten_years_back, LOADING_MS)
    bars = chart.feed.bars
    times = [bars.time(index) for index in range(bars.first, bars.end)]
    assert times == sorted(set(times))
    trader.press(Qt.Key.Key_End)
    trader.until(lambda: chart.canvas.view.index_at(chart.canvas.width() // 2) is not None)


def first_day_in_sight(trader: Trader) -> datetime:
    view = trader.window.board.chart.canvas.view
    index = view.index_at(0)
    first = view.bars.first if index is None else index
    return datetime.fromtimestamp(view.bars.time(first), UTC)


def watch_depth_and_prints(trader: Trader) -> None:
    """Look until the book has changed and a print has come in."""
    depth, tape = trader.window.board.depth, trader.window.board.tape
    trader.until(lambda: depth.model.rowCount() >= 5)
    book = [str(depth.model.index(0, column).data()) for column in range(4)]
    trader.until(lambda: tape.model.rowCount() > 0, LOADING_MS)
    prints = tape.model.rowCount()
    trader.until(
        lambda: [str(depth.model.index(0, c).data()) for c in range(4)] != book, LOADING_MS
    )
    trader.until(lambda: tape.model.rowCount() > prints, LOADING_MS)


def place_a_bracket(trader: Trader) -> None:
    """Buy through the ask, with a target and a stop far away, by keyboard alone."""
    ticket = trader.window.ticket
    ask = price(trader, "ask")
    trader.press(Qt.Key.Key_B, CONTROL)
    trader.until(ticket.form.quantity_edit.hasFocus)
    trader.type("100")
    trader.press(Qt.Key.Key_Tab)
    trader.type(str(ask + Decimal("0.10")))
    ticket.form.exits.box.setFocus()
    trader.press(Qt.Key.Key_Space)
    trader.until(ticket.form.exits.target_edit.hasFocus)
    trader.type(str(ask + 3))
    trader.press(Qt.Key.Key_Tab)
    trader.type(str(ask - 3))
    words = f"BUY 100 {SYMBOL} LMT {ask + Decimal('0.10')} DAY"
    exits = f"BRACKET {ask + 3} / {ask - 3} GTC"
    assert ticket.submit_button.text() == f"{words}\n{exits}"
    trader.click(ticket.margin_button)
    trader.until(lambda: "Initial margin" in ticket.strip.headline.text())
    assert trader.orders() == []
    trader.press(Qt.Key.Key_Return)


def see_it_filled(trader: Trader) -> None:
    """The entry fills; its exits stand and hang below it."""
    trader.until(lambda: len(trader.orders()) == 3)
    trader.until(lambda: trader.orders()[0]["state"] == "Filled", LOADING_MS)
    trader.until(lambda: [row["state"] for row in trader.orders()[1:]] == ["Working", "Held"])
    assert [row["symbol"] for row in trader.orders()] == [
        f"▾ {SYMBOL}", f"└ {SYMBOL}", f"└ {SYMBOL}",
    ]  # fmt: skip
    entry_id = trader.orders()[0]["order_id"]
    notes = [row["note"] for row in trader.orders()[1:]]
    waits = "waits for its trigger price"
    assert notes == [f"target of order {entry_id}", f"stop of order {entry_id} · {waits}"]
    trader.until(lambda: [row["quantity"] for row in trader.positions()] == ["100"])
    trader.until(lambda: trader.positions()[0]["unrealized_pnl"] not in {"—", ""})


def close_the_position(trader: Trader) -> None:
    """Choose its row, press Close, confirm; target and stop end with it."""
    trader.press(Qt.Key.Key_4, CONTROL)
    panel: PositionsPanel = trader.window.positions
    trader.until(panel.isVisible)
    trader.click_row(panel.table, 0)
    trader.click(panel.close_button)
    trader.until(lambda: panel.dialog is not None and panel.dialog.isVisible())
    assert panel.dialog is not None
    trader.click(panel.dialog.buttons["close"])
    trader.until(lambda: all(row["quantity"] == "0" for row in trader.positions()), LOADING_MS)
    trader.until(lambda: all(row["state"] in {"Filled", "Cancelled"} for row in trader.orders()))


def read_a_headline(trader: Trader) -> str:
    """Open the news, choose a source and click its first line."""
    trader.press(Qt.Key.Key_N, CONTROL, SHIFT)
    news = trader.window.board.news
    trader.until(lambda: news.model.rowCount() > 0, LOADING_MS)
    trader.until(lambda: news.provider_box.findText("SIMB") > 0)
    news.provider_box.setCurrentText("SIMB")
    trader.click_row(news.table, 0)
    trader.until(lambda: len(news.article.view.toPlainText()) > 20, LOADING_MS)
    title = news.article.title_label.text()
    assert title
    return title


def flatten(trader: Trader) -> None:
    """Go to the button by key and hold Space for a second."""
    button = trader.window.board.risk.flatten_button
    trader.press(Qt.Key.Key_F, CONTROL, SHIFT)
    trader.until(button.hasFocus)
    QTest.keyPress(button, Qt.Key.Key_Space)
    trader.until(lambda: trading_state(trader) is TradingState.HALTED)
    QTest.keyRelease(button, Qt.Key.Key_Space)


def fills_of(trader: Trader) -> list[dict[str, str]]:
    kept = ("time", "symbol", "side", "quantity", "price", "order_id")
    rows = trader.rows(trader.window.board.executions.model)
    return sorted(({name: row[name] for name in kept} for row in rows), key=str)


def trading_state(trader: Trader) -> TradingState | None:
    link = trader.window.state.link
    return None if link is None else link.trading_state


def test_the_first_ten_minutes(start: Start) -> None:
    trader = start()
    trader.until_ready()
    find_symbol(trader)
    read_the_chart_back(trader)
    watch_depth_and_prints(trader)
    place_a_bracket(trader)
    see_it_filled(trader)
    close_the_position(trader)
    read_a_headline(trader)
    flatten(trader)
    orders, fills = trader.orders(), fills_of(trader)
    assert len(fills) >= 2
    symbols = [row["symbol"] for row in trader.watchlist()]
    trader.window.docks.by_name["tape"].close()
    trader.close()

    again = start()
    again.until_ready()
    again.until(lambda: len(again.orders()) == len(orders), LOADING_MS)
    again.until(lambda: trading_state(again) is TradingState.HALTED)
    kept = ("symbol", "side", "quantity", "limit", "stop", "state", "filled", "order_id", "note")
    assert [[row[name] for name in kept] for row in again.orders()] == [
        [row[name] for name in kept] for row in orders
    ]
    assert [row["symbol"] for row in again.watchlist()] == symbols
    assert again.window.ticket.symbol == SYMBOL
    assert again.window.board.chart.sizes.buttons.checkedButton().text() == "1D"
    assert again.window.docks.by_name["tape"].isHidden()
    again.until(lambda: fills_of(again) == fills, LOADING_MS)
    again.until(lambda: len(again.window.board.chart.feed.bars) > 0, LOADING_MS)
