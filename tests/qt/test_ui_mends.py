"""Orders in sight, keys, docks, news, the log, and what a read-only session cannot do."""

import logging
from datetime import timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from tests.qt.conftest import Stage
from tests.qt.fakes import (
    AAPL,
    NOW,
    SYMBOLS,
    a_book,
    a_headline,
    a_link,
    a_notice,
    a_position,
    a_trade,
    an_order,
)
from workstation.domain.commands import (
    CancelOrder,
    CancelOrders,
    ClosePosition,
    Failed,
    RequestArticle,
    SetTradingState,
    Watched,
    WatchSymbol,
)
from workstation.domain.finding import TradingState
from workstation.domain.ids import ConId, OrderKey
from workstation.domain.link import LinkState
from workstation.domain.messages import (
    HeadlineArrived,
    LinkChanged,
    NoticeArrived,
    OrderChanged,
    TradesArrived,
)
from workstation.domain.notice import Severity
from workstation.domain.order import Side
from workstation.ui.actions import SHORTCUTS


def shown(table, key: str) -> list[str]:
    number = [column.key for column in table.source.columns].index(key)
    model = table.model()
    return [model.index(row, number).data() for row in range(model.rowCount())]


def settle(stage: Stage) -> None:
    for table in stage.window.board.tables.values():
        table.proxy.settle(1e12)


def test_the_newest_order_is_on_top_and_a_bracket_stays_below_its_entry(ready: Stage) -> None:
    entry = an_order(20)
    target = an_order(21, parent=entry.key, side=Side.SELL)
    stop = an_order(22, parent=entry.key, side=Side.SELL, order_type="STP")
    for order in (an_order(12), entry, target, stop, an_order(30)):
        ready.events(OrderChanged(order))
    settle(ready)

    table = ready.window.orders.table
    assert shown(table, "order_id") == ["30", "20", "21", "22", "12"]

    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    state = table.column_state()
    table.reset_columns()
    assert shown(table, "order_id")[0] == "30"
    table.restore_columns(state)
    assert shown(table, "order_id")[0] == "12"


def test_the_article_follows_the_arrow_keys(ready: Stage, qtbot) -> None:
    ready.window.choose_symbol("AAPL")
    ready.window.docks.focus("news")
    news = ready.window.board.news
    qtbot.waitUntil(lambda: news.is_seen)
    ready.events(*[HeadlineArrived(a_headline(number)) for number in range(3)])
    news.table.selectRow(0)
    qtbot.waitUntil(lambda: len(ready.commands.of(RequestArticle)) == 1)

    qtbot.keyClick(news.table, Qt.Key.Key_Down)
    qtbot.keyClick(news.table, Qt.Key.Key_Down)

    qtbot.waitUntil(lambda: len(ready.commands.of(RequestArticle)) == 2)
    assert ready.commands.of(RequestArticle)[-1].article_id == "A2"


def test_floating_docks_come_before_the_window_when_it_appears(
    stage: Stage, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dock = stage.window.docks.by_name["depth"]
    dock.setFloating(True)
    raised: list[str] = []
    monkeypatch.setattr(dock, "raise_", lambda: raised.append("depth"))
    stage.window.hide()
    stage.window.show()
    qtbot.waitUntil(lambda: bool(raised))


def test_a_wider_window_gives_its_room_to_the_chart(stage: Stage, qtbot) -> None:
    docks = stage.window.docks.by_name
    qtbot.wait(50)
    ticket, chart = docks["ticket"].width(), docks["chart"].width()

    stage.window.resize(1780, 720)

    qtbot.waitUntil(lambda: docks["chart"].width() >= chart + 450)
    assert abs(docks["ticket"].width() - ticket) <= 4


def test_resetting_the_layout_empties_no_panel(ready: Stage, qtbot) -> None:
    ready.window.choose_symbol("AAPL")
    board = ready.window.board
    qtbot.waitUntil(lambda: board.tape.is_seen and board.depth.is_seen)
    ready.events(TradesArrived((a_trade(1), a_trade(2))))
    ready.latest(a_book())
    assert board.tape.model.rowCount() == 2

    ready.window.reset_layout()
    qtbot.wait(50)

    assert board.tape.model.rowCount() == 2
    assert board.depth.model.rowCount() == 10
    labels = [b.text() for b in ready.window.menu.toolbar.children() if hasattr(b, "text")]
    assert "Reset layout" not in labels
    assert "Cancel all" in labels


def test_stopping_entries_names_the_entries_that_still_work(ready: Stage) -> None:
    ready.latest(a_position(quantity=Decimal(100)))
    ready.events(
        OrderChanged(an_order(1)),
        OrderChanged(an_order(2, side=Side.SELL)),
        OrderChanged(an_order(3, side=Side.SELL, parent=OrderKey("7:1"))),
    )
    controls = ready.window.controls

    controls.stop_entries()

    assert ready.commands.of(SetTradingState) == [SetTradingState(TradingState.REDUCING)]
    assert "1 entry order is still working" in controls.dialog.label.text()
    assert "BUY 100 AAPL" in controls.dialog.label.text()
    controls.dialog.buttons["entries"].click()
    assert ready.commands.of(CancelOrder) == [CancelOrder(OrderKey("7:1"))]
    assert controls.dialog is None


def test_stopping_entries_offers_cancel_all_and_asks_nothing_without_entries(ready: Stage) -> None:
    controls = ready.window.controls
    controls.stop_entries()
    assert controls.dialog is None
    ready.events(OrderChanged(an_order(1)))
    controls.halt()
    controls.dialog.buttons["all"].click()
    assert ready.commands.of(CancelOrders) == [CancelOrders(protection=True)]


def test_a_read_only_session_offers_nothing_that_acts(ready: Stage) -> None:
    ready.events(OrderChanged(an_order(1)), LinkChanged(a_link(read_only=True)))
    window = ready.window
    for name in ("stop_entries", "halt", "resume", "cancel_all", "flatten", "close_position"):
        assert not window.menu.menus.by_name[name].isEnabled(), name
    assert not window.board.risk.cancel_button.isEnabled()
    assert not window.orders.cancel_all_button.isEnabled()
    assert window.orders.count_label.text() == "1 order working"  # it may not be cancelled here
    window.controls.stop_entries()
    assert ready.commands.of(SetTradingState) == []


def test_closing_a_position_has_a_key_and_says_how_it_is_sent(ready: Stage) -> None:
    ready.latest(a_position())
    positions = ready.window.positions
    action = ready.window.menu.menus.by_name["close_position"]
    assert action.shortcut() == QKeySequence("Ctrl+Shift+P")
    action.trigger()
    assert positions.dialog is None
    positions.table.selectRow(0)

    action.trigger()

    assert "with a limit through the market" in positions.dialog.label.text()
    positions.dialog.buttons["close"].click()
    assert [command.con_id for command in ready.commands.of(ClosePosition)] == [AAPL]


def test_every_key_of_the_menus_is_in_the_list(ready: Stage) -> None:
    listed = " ".join(keys for keys, _ in SHORTCUTS)
    for name in ("halt", "resume", "close_position", "stop_entries", "flatten", "cancel_all"):
        keys = ready.window.menu.menus.by_name[name].shortcut().toString()
        assert keys, name
        assert keys in listed, name
    assert "(chart)" in listed


def test_a_symbol_of_the_ticket_that_is_unknown_leaves_no_row(ready: Stage) -> None:
    failures = []
    ready.window.watching.not_found.connect(failures.append)
    ready.window.ticket.symbol_entered.emit("ZZZQ")
    assert ready.commands.of(WatchSymbol) == [WatchSymbol("ZZZQ")]
    assert ready.window.watching.symbols() == list(SYMBOLS)

    ready.commands.answer(WatchSymbol, Failed("no security definition"))

    assert ready.window.watching.symbols() == list(SYMBOLS)
    assert failures == [("ZZZQ", "no security definition")]

    ready.window.ticket.symbol_entered.emit("IBM")
    ready.commands.answer(WatchSymbol, Watched(ConId(555), "IBM"))
    assert ready.window.watching.symbols() == [*SYMBOLS, "IBM"]
    assert ready.window.ticket.con_id == 555


def test_a_sentence_of_the_broker_names_its_order(ready: Stage) -> None:
    ready.events(OrderChanged(an_order(12)))
    notice = a_notice(text="Order Canceled - reason:", code=202, order=OrderKey("7:12"))
    ready.events(NoticeArrived(notice))
    assert shown(ready.window.log.table, "text")[-1] == "Order 12, BUY AAPL: Order Canceled"


def test_the_log_file_gets_what_the_user_was_told(
    ready: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="workstation"):
        ready.events(
            NoticeArrived(a_notice(Severity.WARNING, text="farm is broken")),
            LinkChanged(a_link(LinkState.DISCONNECTED, reason="gone")),
            OrderChanged(an_order(12)),
        )
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "notice WARNING (code 2104): 'farm is broken'" in said
    assert "link DISCONNECTED: 'gone'" in said
    assert "order 12 BUY LMT 'AAPL': Working" in said


def test_a_sentence_about_the_link_leaves_the_status_bar_when_it_is_back(ready: Stage) -> None:
    ready.events(
        LinkChanged(a_link(LinkState.DISCONNECTED)),
        NoticeArrived(a_notice(Severity.ERROR, text="The gateway ended with code 9")),
    )
    assert "code 9" in ready.window.status_line.currentMessage()
    ready.events(LinkChanged(a_link()))
    assert ready.window.status_line.currentMessage() == ""


@pytest.mark.parametrize("name", ["orders", "depth"])
def test_numbers_in_narrow_tables_are_never_replaced_by_marks(
    ready: Stage, qtbot, name: str
) -> None:
    ready.window.choose_symbol("AAPL")
    ready.window.docks.focus(name)
    table = ready.window.board.tables[name]
    big = Decimal("123456.78")
    ready.events(OrderChanged(an_order(1, limit_price=big, quantity=Decimal(1_234_567))))
    ready.latest(a_book(bids=(), asks=a_book().asks))
    if name == "orders":
        for number in range(len(table.source.columns)):
            table.setColumnWidth(number, 24)
    else:
        table.setFixedWidth(180)

    def numbers_fit() -> bool:
        table.viewport().repaint()
        cells = [
            (number, table._painter.width_of(table.source.cell(0, number)))
            for number, column in enumerate(table.source.columns)
            if column.is_number and not table.isColumnHidden(number)
        ]
        return all(table.columnWidth(number) + 1 >= need for number, need in cells)

    qtbot.waitUntil(numbers_fit)


def test_a_small_window_shows_bid_and_ask_in_the_watchlist(ready: Stage, qtbot) -> None:
    table = ready.window.watchlist.table
    keys = [column.key for column in table.source.columns]
    numbers = [keys.index(key) for key in ("last", "bid", "ask")]

    def all_in_sight() -> bool:
        ends = [table.columnViewportPosition(n) + table.columnWidth(n) for n in numbers]
        return max(ends) <= table.viewport().width()

    qtbot.waitUntil(all_in_sight)


def test_orders_entered_later_stand_above(ready: Stage) -> None:
    ready.events(OrderChanged(an_order(5, created_at=NOW - timedelta(hours=1))))
    ready.events(OrderChanged(an_order(4, created_at=NOW)))
    settle(ready)
    assert shown(ready.window.orders.table, "order_id") == ["4", "5"]
