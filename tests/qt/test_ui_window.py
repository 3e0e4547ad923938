"""The window as a whole: panels, links between them, layouts, closing."""

import base64
import json
from decimal import Decimal

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLabel

from tests.qt.conftest import Stage, clock
from tests.qt.fakes import (
    AAPL,
    CON_IDS,
    HOSTILE,
    SYMBOLS,
    FakeCommands,
    a_contract,
    a_link,
    a_notice,
    a_pnl,
    a_position,
    a_quote,
    a_summary,
    an_execution,
    an_order,
)
from workstation.domain.account import Environment
from workstation.domain.commands import (
    CancelOrder,
    CancelOrders,
    Failed,
    Reconnect,
    SetTradingState,
    UnwatchContract,
    Watched,
    WatchSymbol,
)
from workstation.domain.finding import TradingState
from workstation.domain.ids import AccountId, ClientId, ConId
from workstation.domain.link import LinkState
from workstation.domain.messages import (
    ContractKnown,
    ExecutionArrived,
    LinkChanged,
    NoticeArrived,
    OrderChanged,
)
from workstation.domain.notice import Severity
from workstation.domain.order_status import Lifecycle, Pending
from workstation.ui.dialogs.plain_dialog import PlainDialog
from workstation.ui.layout_state import first_frame, on_screen
from workstation.ui.main_window import MainWindow
from workstation.ui.theme import apply_theme


def texts(table) -> list[list[str]]:
    model = table.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def column(table, key: str) -> list[str]:
    number = [spec.key for spec in table.source.columns].index(key)
    return [row[number] for row in texts(table)]


def test_symbols_are_watched_once_the_link_is_ready(stage: Stage) -> None:
    assert stage.commands.of(WatchSymbol) == []
    stage.events(LinkChanged(a_link(LinkState.SYNCING)))
    assert stage.commands.of(WatchSymbol) == []

    stage.events(LinkChanged(a_link()))
    stage.events(LinkChanged(a_link()))

    assert [command.symbol for command in stage.commands.of(WatchSymbol)] == list(SYMBOLS)


def test_a_symbol_is_added_by_typing_and_removed_by_delete(ready: Stage, qtbot) -> None:
    watchlist = ready.window.watchlist
    qtbot.keyClicks(watchlist.symbol_edit, "ibm")
    qtbot.keyClick(watchlist.symbol_edit, Qt.Key.Key_Return)
    assert ready.commands.of(WatchSymbol) == [WatchSymbol("IBM")]
    ready.commands.answer(WatchSymbol, Watched(ConId(555), "IBM"))
    ready.latest(a_quote(ConId(555), last=240.0))
    assert column(watchlist.table, "symbol")[-1] == "IBM"
    assert ready.window.ticket.con_id == 555

    watchlist.table.selectRow(len(SYMBOLS))
    qtbot.keyClick(watchlist.table, Qt.Key.Key_Delete)

    assert ready.commands.of(UnwatchContract) == [UnwatchContract(ConId(555))]
    assert "IBM" not in column(watchlist.table, "symbol")


def test_a_symbol_that_is_not_found_says_so_and_is_tried_again(ready: Stage) -> None:
    ready.window.watching.add("XYZZY")
    ready.commands.answer(WatchSymbol, Failed("no security definition"))
    assert "not found" in column(ready.window.watchlist.table, "symbol")[-1]

    ready.events(LinkChanged(a_link(LinkState.DISCONNECTED)), LinkChanged(a_link()))

    assert ready.commands.of(WatchSymbol)[-1] == WatchSymbol("XYZZY")


def test_a_symbol_removed_while_it_is_looked_up_is_not_streamed(ready: Stage) -> None:
    ready.window.watching.add("IBM")
    ready.window.watching.remove(("IBM",))

    ready.commands.answer(WatchSymbol, Watched(ConId(555), "IBM"))

    assert ready.commands.of(UnwatchContract) == [UnwatchContract(ConId(555))]


def test_two_names_of_one_contract_are_one_row(ready: Stage) -> None:
    ready.window.watching.add("APPLE")

    ready.commands.answer(WatchSymbol, Watched(AAPL, "AAPL"))

    assert "APPLE" not in ready.window.watching.symbols()
    assert ready.commands.of(UnwatchContract) == []


def test_one_selection_links_watchlist_orders_positions_and_ticket(ready: Stage, qtbot) -> None:
    window = ready.window
    ready.events(OrderChanged(an_order(con_id=CON_IDS["TSLA"], symbol="TSLA")))
    ready.latest(a_position("F"))

    def click(table, row: int) -> None:
        place = table.visualRect(table.model().index(row, 0)).center()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)

    click(window.watchlist.table, 2)
    assert window.ticket.con_id == CON_IDS["NVDA"]
    click(window.orders.table, 0)
    assert window.ticket.con_id == CON_IDS["TSLA"]
    click(window.positions.table, 0)
    assert window.ticket.con_id == CON_IDS["F"]
    assert window.watchlist.table.selected_rows()[0].symbol == "F"


def test_a_symbol_typed_into_the_ticket_is_watched_and_chosen(ready: Stage, qtbot) -> None:
    edit = ready.window.ticket.form.symbol_edit
    edit.selectAll()
    qtbot.keyClicks(edit, "ibm")
    qtbot.keyClick(edit, Qt.Key.Key_Return)

    ready.commands.answer(WatchSymbol, Watched(ConId(555), "IBM"))

    assert (ready.window.ticket.symbol, ready.window.ticket.con_id) == ("IBM", 555)
    assert edit.text() == "IBM"


def test_delete_cancels_the_selected_own_orders_only(ready: Stage, qtbot) -> None:
    ours, done = an_order(12), an_order(13, lifecycle=Lifecycle.FILLED)
    foreign = an_order(-3, client_id=ClientId(0), editable=False)
    ready.events(OrderChanged(ours), OrderChanged(done), OrderChanged(foreign))
    table = ready.window.orders.table
    table.selectAll()

    qtbot.keyClick(table, Qt.Key.Key_Delete)

    assert ready.commands.of(CancelOrder) == [CancelOrder(ours.key)]
    assert "change it there" in column(table, "note")[2]


def test_a_cancel_that_fails_raises_an_alarm(ready: Stage, qtbot) -> None:
    ready.events(OrderChanged(an_order(12)))
    ready.window.orders.table.selectRow(0)
    qtbot.mouseClick(ready.window.orders.cancel_button, Qt.MouseButton.LeftButton)

    ready.commands.answer(CancelOrder, Failed("the link takes nothing"))

    assert ready.window.alarms.isVisible()
    assert "the link takes nothing" in ready.window.alarms.text_label.text()


def test_cancel_all_by_key_and_by_button(ready: Stage, qtbot) -> None:
    ready.events(OrderChanged(an_order(12)))
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier

    qtbot.keyClick(ready.window, Qt.Key.Key_X, modifiers)
    qtbot.mouseClick(ready.window.orders.cancel_all_button, Qt.MouseButton.LeftButton)

    assert ready.commands.of(CancelOrders) == [CancelOrders(), CancelOrders()]


def test_the_working_filter_follows_the_orders(ready: Stage) -> None:
    panel = ready.window.orders
    panel.filter_box.setCurrentIndex(0)
    ready.events(OrderChanged(an_order(12)), OrderChanged(an_order(13)))
    ready.window.on_frame()
    assert column(panel.table, "order_id") == ["13", "12"]

    ready.events(OrderChanged(an_order(12, lifecycle=Lifecycle.CANCELLED)))
    panel.table.proxy.settle(1e12)

    assert column(panel.table, "order_id") == ["13"]
    panel.filter_box.setCurrentIndex(1)
    assert len(texts(panel.table)) == 2


def test_a_change_under_way_shows_old_and_new_terms(ready: Stage) -> None:
    ready.events(
        OrderChanged(
            an_order(
                replace=Pending.REQUESTED,
                pending_quantity=Decimal(80),
                pending_limit=Decimal("187.10"),
            )
        )
    )
    table = ready.window.orders.table

    assert column(table, "quantity") == ["100 → 80"]
    assert column(table, "limit") == ["187.20 → 187.10"]
    assert column(table, "state") == ["Changing"]


def test_positions_and_account_figures_are_shown(ready: Stage) -> None:
    ready.latest(
        a_position(), a_position("F", account=AccountId("SIM9")), a_summary(), a_pnl(daily=-12.5)
    )
    panel = ready.window.positions

    assert column(panel.table, "symbol") == ["AAPL"]
    assert column(panel.table, "unrealized_pnl") == ["+1,781.01"]
    assert panel.account_line.values["daily"].text() == "−12.50"
    assert panel.account_line.values["buying_power"].text() == "3,380,440.08 USD"

    ready.latest(a_position(quantity=Decimal(0), realized_pnl=None))
    assert texts(panel.table) == []


def test_fills_and_notices_stand_in_the_log(ready: Stage) -> None:
    ready.events(
        ExecutionArrived(an_execution()),
        NoticeArrived(a_notice(Severity.WARNING, text="farm broken", effect="e", advice="a")),
    )
    panel = ready.window.log

    assert column(panel.table, "text") == ["Bought 40 AAPL at 187.20 on NASDAQ", "farm broken"]
    panel.filter_box.setCurrentIndex(1)
    assert column(panel.table, "text") == ["farm broken"]
    panel.filter_box.setCurrentIndex(3)
    assert column(panel.table, "severity") == ["FILL"]


def test_alarms_stay_until_each_is_dismissed(ready: Stage, qtbot) -> None:
    for number in (1, 2):
        ready.events(NoticeArrived(a_notice(Severity.ALARM, text=f"alarm {number}")))
    alarms = ready.window.alarms
    assert "alarm 1" in alarms.text_label.text()

    qtbot.mouseClick(alarms.dismiss_button, Qt.MouseButton.LeftButton)
    assert "alarm 2" in alarms.text_label.text()
    qtbot.mouseClick(alarms.dismiss_button, Qt.MouseButton.LeftButton)
    assert alarms.isHidden()


@pytest.mark.parametrize(
    ("account", "environment", "mode"),
    [
        ("SIM1", Environment.SIMULATED, "SIMULATED"),
        ("DU1234567", Environment.PAPER, "PAPER"),
        ("U1234567", Environment.LIVE, "LIVE"),
        ("U1234567", None, "LIVE"),
    ],
)
def test_the_banner_names_the_world(stage: Stage, account, environment, mode) -> None:
    stage.events(LinkChanged(a_link(account=AccountId(account), environment=environment)))

    banner = stage.window.banner
    assert banner.mode == mode
    assert (banner.frame_colour() is not None) == (mode == "LIVE")
    assert account not in banner.account_label.text()
    assert account in banner.account_label.toolTip()


def test_read_only_is_told_and_disables_the_ticket(qtbot, qapp) -> None:
    window = MainWindow(FakeCommands(), read_only=True, symbols=(), clock=clock)
    window.on_events((LinkChanged(a_link()),))

    assert window.banner.mode == "SIMULATED READ-ONLY"
    assert not window.ticket.submit_button.isEnabled()
    assert not window.ticket.form.quantity_edit.isEnabled()
    assert "Read-only" in window.ticket.obstacle_label.text()


def test_a_lost_link_offers_to_reconnect(ready: Stage, qtbot) -> None:
    banner = ready.window.banner
    assert banner.reconnect_button.isHidden()

    ready.events(LinkChanged(a_link(LinkState.DISCONNECTED, reason="TWS is gone")))
    qtbot.mouseClick(banner.reconnect_button, Qt.MouseButton.LeftButton)

    assert "TWS is gone" in banner.link_label.text()
    assert ready.commands.of(Reconnect) == [Reconnect()]
    assert "stale" in column(ready.window.watchlist.table, "symbol")[0]


def test_a_restricted_trading_state_is_loud_and_can_be_lifted(ready: Stage, qtbot) -> None:
    ready.events(LinkChanged(a_link(trading_state=TradingState.HALTED)))
    assert ready.window.banner.trading_label.text() == "TRADING HALTED"

    ready.window.menu.menus.by_name["resume"].trigger()
    dialog = ready.window.findChild(PlainDialog)
    qtbot.mouseClick(dialog.buttons["resume"], Qt.MouseButton.LeftButton)

    assert ready.commands.of(SetTradingState) == [SetTradingState(TradingState.ACTIVE)]


def test_the_clock_shows_local_and_exchange_time(ready: Stage) -> None:
    ready.window.on_frame()

    assert "10:32:05 EDT" in ready.window.banner.clock_label.text()


def test_the_banner_survives_every_layout(ready: Stage) -> None:
    window = ready.window
    for dock in window.docks.by_name.values():
        dock.close()
    window.restore_layout(window.layout_state())

    assert window.banner.isVisible()
    assert window.banner.mode == "SIMULATED"


def test_a_layout_goes_out_and_comes_back(ready: Stage, qtbot, qapp) -> None:
    window = ready.window
    window.watching.replace_all(("TSLA", "AAPL"))
    window.choose_symbol("AAPL")
    window.watchlist.table.setColumnWidth(1, 133)
    window.watchlist.table.horizontalHeader().moveSection(1, 4)
    window.orders.table.setColumnHidden(3, True)
    window.docks.by_name["log"].close()
    apply_theme(qapp, "light")
    saved = json.loads(json.dumps(window.layout_state()))

    other = MainWindow(FakeCommands(), read_only=False, symbols=("F",), clock=clock)
    assert other.restore_layout(saved)

    assert other.watching.symbols() == ["TSLA", "AAPL"]
    assert other.ticket.symbol == "AAPL"
    assert other.watchlist.table.columnWidth(1) == 133
    assert other.watchlist.table.horizontalHeader().visualIndex(1) == 4
    assert other.orders.table.isColumnHidden(3)
    assert not other.docks.by_name["log"].toggleViewAction().isChecked()
    assert other.layout_state()["theme"] == "light"
    assert other.layout_state()["columns"] == saved["columns"]


def garbage() -> list[object]:
    blob = base64.b64encode(b"\x00\xff" * 600).decode()
    return [
        None,
        [],
        "text",
        {},
        {"version": 99},
        {"version": True},
        {"version": 1},
        {"version": 1, "geometry": 7, "docks": None, "columns": [], "symbols": "AAPL"},
        {"version": 1, "geometry": blob, "docks": blob},
        {"version": 1, "geometry": "A" * 200_000, "docks": "%%%"},
        {"version": 1, "symbols": [1, None, "aapl", "<b>x</b>", "W" * 9999], "selected": 4},
        {"version": 1, "columns": {"orders": {"columns": [{"key": "time", "width": 10**9}]}}},
        {"version": 1, "columns": {"orders": {"columns": [{"key": "time", "width": -5}, 3]}}},
        {"version": 1, "columns": {"orders": {"columns": [{"key": [], "width": {}}] * 900}}},
        {"version": 1, "columns": {"orders": {"sort": "no such column"}}, "theme": "pink"},
    ]


@pytest.mark.parametrize("state", garbage(), ids=range(len(garbage())))
def test_a_garbage_layout_leaves_a_usable_window(stage: Stage, state: object) -> None:
    stage.window.restore_layout(state)

    for dock in stage.window.docks.by_name.values():
        assert dock.toggleViewAction().isChecked()
    for table in (stage.window.watchlist.table, stage.window.orders.table):
        for number in range(table.model().columnCount()):
            if not table.source.columns[number].is_extra:
                assert 24 <= table.columnWidth(number) <= 2000
    json.dumps(stage.window.layout_state())


def test_no_window_comes_back_off_screen(stage: Stage, qtbot) -> None:
    stage.window.setGeometry(QRect(9000, 9000, 700, 500))
    saved = stage.window.layout_state()

    other = MainWindow(FakeCommands(), read_only=False, symbols=(), clock=clock)
    other.restore_layout(saved)

    screens = [screen.availableGeometry() for screen in QApplication.screens()]
    assert any(screen.intersects(other.geometry()) for screen in screens)


@pytest.mark.parametrize(
    ("frame", "is_kept"),
    [
        (QRect(100, 100, 800, 600), True),
        (QRect(1850, 100, 800, 600), False),
        (QRect(2000, 100, 800, 600), True),
        (QRect(100, -300, 800, 600), False),
        (QRect(-9000, 0, 800, 600), False),
        (QRect(5000, 5000, 9000, 9000), False),
    ],
)
def test_a_frame_must_show_enough_of_its_title(frame: QRect, is_kept: bool) -> None:
    areas = [QRect(0, 0, 1920, 1050), QRect(1920, 0, 1280, 1024)]

    found = on_screen(frame, areas if frame.left() != 1850 else areas[:1])

    assert (found == frame) == is_kept
    assert any(area.contains(found) for area in areas) or is_kept


def test_reset_layout_brings_everything_back(ready: Stage) -> None:
    window = ready.window
    for dock in window.docks.by_name.values():
        dock.setFloating(True)
        dock.close()
    window.orders.table.setColumnHidden(3, True)

    window.menu.menus.by_name["reset_layout"].trigger()

    assert not any(dock.isFloating() for dock in window.docks.by_name.values())
    assert all(dock.toggleViewAction().isChecked() for dock in window.docks.by_name.values())
    assert not window.orders.table.isColumnHidden(3)


@pytest.mark.parametrize("foreign", HOSTILE)
def test_hostile_text_is_plain_everywhere(ready: Stage, foreign: str) -> None:
    window = ready.window
    ready.events(
        LinkChanged(a_link(LinkState.DEGRADED, reason=foreign, trading_reason=foreign)),
        ContractKnown(a_contract(foreign, AAPL)),
        OrderChanged(an_order(symbol=foreign, note=foreign)),
        NoticeArrived(a_notice(Severity.ALARM, text=foreign, effect=foreign, advice=foreign)),
        NoticeArrived(a_notice(Severity.ERROR, text=foreign)),
        ExecutionArrived(an_execution(symbol=foreign, exchange=foreign)),
    )
    ready.latest(a_position(symbol=foreign, quantity=Decimal(5)))
    window.on_frame()
    window.grab()

    for label in window.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText or not label.text()


def test_every_key_is_taken_once(ready: Stage) -> None:
    keys = [
        action.shortcut().toString()
        for action in ready.window.menu.menus.by_name.values()
        if action.shortcut() != QKeySequence()
    ]

    assert len(keys) == len(set(keys))
    assert {"Ctrl+Q", "Ctrl+T", "Ctrl+B", "Ctrl+S", "Ctrl+Shift+X", "F1"} <= set(keys)


def test_a_window_that_was_never_placed_fills_its_screen() -> None:
    assert first_frame(QRect(0, 20, 1920, 1060)) == QRect(0, 20, 1920, 1060)
    assert first_frame(QRect(0, 0, 800, 800)) == QRect(0, 0, 1280, 800)
    wall = first_frame(QRect(1920, 0, 5120, 2160))
    assert wall == QRect(1920 + 1280, 360, 2560, 1440)
