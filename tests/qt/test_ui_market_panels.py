"""Depth, time and sales and news: what they follow, what they show, and that hiding is free."""

from decimal import Decimal

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication

from tests.qt.conftest import Stage
from tests.qt.fakes import (
    AAPL,
    CON_IDS,
    HOSTILE,
    a_book,
    a_contract,
    a_headline,
    a_link,
    a_trade,
)
from workstation.domain.commands import (
    Failed,
    FollowBars,
    FollowDepth,
    FollowTape,
    HeadlinesAnswer,
    RequestArticle,
    RequestHeadlines,
    UnfollowDepth,
    UnfollowTape,
)
from workstation.domain.depth import DepthLevel
from workstation.domain.link import LinkState
from workstation.domain.messages import ContractKnown, HeadlineArrived, LinkChanged, TradesArrived
from workstation.domain.news import Article
from workstation.domain.trade import Aggressor
from workstation.ui.models.tape import TAPE_ROWS, TapeModel, TapeRow
from workstation.ui.theme import paint

MSFT = CON_IDS["MSFT"]


@pytest.fixture
def chosen(ready: Stage, qtbot) -> Stage:
    """A ready window that has followed AAPL for a while."""
    ready.window.choose_symbol("AAPL")
    qtbot.waitUntil(lambda: bool(ready.commands.of(FollowDepth) and ready.commands.of(FollowTape)))
    return ready


def cells(model, row: int) -> list[str]:
    return [model.index(row, column).data() for column in range(model.columnCount())]


def test_the_selection_is_followed_once_it_has_settled(ready: Stage, qtbot) -> None:
    for symbol in ("MSFT", "NVDA", "TSLA", "AAPL"):
        ready.window.choose_symbol(symbol)

    qtbot.waitUntil(lambda: bool(ready.commands.of(FollowTape)))

    assert ready.commands.of(FollowDepth) == [FollowDepth(AAPL)]
    assert ready.commands.of(FollowTape) == [FollowTape(AAPL)]


def test_another_symbol_ends_the_old_stream_and_begins_a_new_one(chosen: Stage, qtbot) -> None:
    chosen.latest(a_book())
    chosen.events(TradesArrived((a_trade(),)))

    chosen.window.choose_symbol("MSFT")
    assert chosen.window.board.depth.model.rowCount() == 0
    assert chosen.window.board.tape.model.rowCount() == 0
    qtbot.waitUntil(lambda: len(chosen.commands.of(FollowTape)) == 2)

    assert chosen.commands.of(UnfollowDepth) == [UnfollowDepth(AAPL)]
    assert chosen.commands.of(UnfollowTape) == [UnfollowTape(AAPL)]
    assert chosen.commands.of(FollowDepth)[-1] == FollowDepth(MSFT)
    chosen.latest(a_book(AAPL))
    chosen.events(TradesArrived((a_trade(),)))
    assert chosen.window.board.depth.model.rowCount() == 0
    assert chosen.window.board.tape.model.rowCount() == 0


@pytest.mark.parametrize("name", ["depth", "tape"])
def test_a_hidden_dock_follows_nothing_and_costs_nothing(chosen: Stage, qtbot, name: str) -> None:
    follow, unfollow = {
        "depth": (FollowDepth, UnfollowDepth),
        "tape": (FollowTape, UnfollowTape),
    }[name]
    dock = chosen.window.docks.by_name[name]
    model = getattr(chosen.window.board, name).model

    dock.close()
    qtbot.waitUntil(lambda: chosen.commands.of(unfollow) == [unfollow(AAPL)])
    chosen.latest(a_book())
    chosen.events(TradesArrived((a_trade(),)))
    assert model.rowCount() == 0

    dock.toggleViewAction().trigger()
    qtbot.waitUntil(lambda: chosen.commands.of(follow) == [follow(AAPL), follow(AAPL)])
    chosen.latest(a_book())
    chosen.events(TradesArrived((a_trade(),)))
    assert model.rowCount() > 0


def test_a_dock_behind_another_tab_follows_nothing(chosen: Stage, qtbot) -> None:
    window = chosen.window
    window.tabifyDockWidget(window.docks.by_name["orders"], window.docks.by_name["depth"])
    window.docks.focus("orders")

    qtbot.waitUntil(lambda: bool(chosen.commands.of(UnfollowDepth)))
    window.docks.focus("depth")
    qtbot.waitUntil(lambda: len(chosen.commands.of(FollowDepth)) == 2)


def test_nothing_is_followed_before_link_and_contract_are_known(stage: Stage, qtbot) -> None:
    window = stage.window
    stage.events(LinkChanged(a_link(LinkState.SYNCING)))
    window.selection.choose(AAPL, "AAPL")
    qtbot.wait(300)
    stage.events(LinkChanged(a_link()))
    qtbot.wait(300)
    assert stage.commands.of(FollowDepth) == []

    stage.events(ContractKnown(a_contract("AAPL")))

    qtbot.waitUntil(lambda: stage.commands.of(FollowDepth) == [FollowDepth(AAPL)])


def test_a_link_that_returns_is_not_followed_twice(chosen: Stage, qtbot) -> None:
    chosen.events(LinkChanged(a_link(LinkState.DISCONNECTED)), LinkChanged(a_link()))
    qtbot.wait(300)

    assert len(chosen.commands.of(FollowDepth)) == 1
    assert chosen.commands.of(UnfollowDepth) == []


def test_the_book_shows_both_sides_with_cumulative_sizes(chosen: Stage) -> None:
    bids = (DepthLevel(187.14, 300, "ISLAND"), DepthLevel(187.13, 500, "ARCA"))
    asks = (DepthLevel(187.16, 100, "IEX"),)
    chosen.latest(a_book(bids=bids, asks=asks))
    panel = chosen.window.board.depth

    assert cells(panel.model, 0) == [
        "NSDQ", "300", "300", "187.14", "187.16", "100", "100", "IEX",
    ]  # fmt: skip
    assert cells(panel.model, 1) == ["ARCA", "800", "500", "187.13", "", "", "", ""]
    assert panel.spread_label.text() == "Spread 0.02   Mid 187.15"
    bars = panel.model.bars(panel.model.value_at(0))
    assert [bar.fraction for bar in bars] == [0.6, 0.2]
    assert [bar.from_right for bar in bars] == [True, False]


def test_a_book_that_shrinks_leaves_no_rows(chosen: Stage) -> None:
    panel = chosen.window.board.depth
    chosen.latest(a_book(depth=10))
    assert panel.model.rowCount() == 10

    chosen.latest(a_book(depth=3))
    assert panel.model.rowCount() == 3
    chosen.latest(a_book(bids=(), asks=()))
    assert panel.model.rowCount() == 0
    assert panel.spread_label.text() == ""


def click_place(chosen: Stage, qtbot, row: int, column: str) -> None:
    table = chosen.window.board.depth.table
    names = [shown.key for shown in chosen.window.board.depth.model.columns]
    place = table.visualRect(table.model().index(row, names.index(column))).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_click_on_a_place_puts_its_price_into_the_ticket(chosen: Stage, qtbot) -> None:
    form = chosen.window.ticket.form
    chosen.latest(a_book())
    click_place(chosen, qtbot, 1, "bid_price")
    assert form.terms.limit_price == Decimal("187.13")
    click_place(chosen, qtbot, 0, "ask_size")
    assert form.terms.limit_price == Decimal("187.16")

    chosen.latest(a_book(stale=True))
    click_place(chosen, qtbot, 2, "ask_price")
    assert form.terms.limit_price == Decimal("187.16")


def test_a_stale_book_is_grey_and_says_so(chosen: Stage) -> None:
    panel = chosen.window.board.depth
    chosen.latest(a_book(stale=True))

    assert panel.state_label.text() == "Stale"
    assert panel.model.cell(0, 3).colour == paint().muted
    assert panel.model.bars(panel.model.value_at(0)) == ()


def test_a_refused_book_says_why_and_is_tried_again_later(chosen: Stage, qtbot) -> None:
    panel = chosen.window.board.depth
    chosen.latest(a_book(bids=(), asks=(), problem="309: Max number (3) has been reached"))
    assert panel.state_label.text() == "No depth"
    assert "309" in panel.table._empty

    chosen.commands.answer(FollowDepth, Failed("no slot <b>left</b>"))
    assert "no slot" in panel.table._empty
    chosen.events(LinkChanged(a_link(LinkState.DEGRADED)), LinkChanged(a_link()))
    qtbot.waitUntil(lambda: len(chosen.commands.of(FollowDepth)) == 2)


def test_a_high_price_is_shown_in_full(chosen: Stage, qtbot) -> None:
    panel = chosen.window.board.depth
    chosen.latest(a_book(bids=(DepthLevel(187_114.25, 12_345_600, "ARCA"),), asks=()))
    panel.grab()
    qtbot.waitUntil(lambda: not panel.table._refit.isActive())
    panel.table._painter.has_overflowed = False
    panel.grab()

    assert not panel.table._painter.has_overflowed


def test_prints_stand_newest_first_with_their_aggressor(chosen: Stage) -> None:
    model = chosen.window.board.tape.model
    chosen.events(
        TradesArrived(
            (
                a_trade(1, price=187.16, size=300.0, aggressor=Aggressor.BUYER, exchange="ARCA"),
                a_trade(2, price=187.14, size=50.0, aggressor=Aggressor.SELLER),
            )
        )
    )
    chosen.events(TradesArrived((a_trade(3, aggressor=Aggressor.UNKNOWN),)))

    assert [cells(model, row)[2] for row in range(3)] == ["", "▼", "▲"]
    assert cells(model, 2)[1:] == ["187.16", "▲", "300", "ARCA"]
    assert model.cell(2, 1).colour == paint().up
    assert model.cell(1, 1).colour == paint().down
    assert model.cell(0, 1).colour is None


def test_small_prints_can_be_left_out_and_come_back(chosen: Stage) -> None:
    panel = chosen.window.board.tape
    chosen.events(TradesArrived(tuple(a_trade(n, size=float(n * 100)) for n in range(1, 11))))

    panel.size_box.setCurrentIndex(2)
    assert [cells(panel.model, row)[3] for row in range(panel.model.rowCount())] == [
        "1,000", "900", "800", "700", "600", "500",
    ]  # fmt: skip
    chosen.events(TradesArrived((a_trade(size=10.0), a_trade(size=9000.0))))
    assert cells(panel.model, 0)[3] == "9,000"
    panel.size_box.setCurrentIndex(0)
    assert panel.model.rowCount() == 12


def test_the_tape_stands_still_under_the_mouse(chosen: Stage) -> None:
    panel = chosen.window.board.tape
    viewport = panel.table.viewport()
    place = QPointF(3, 3)
    QApplication.sendEvent(viewport, QEnterEvent(place, place, place))
    chosen.events(TradesArrived((a_trade(1), a_trade(2))))

    assert panel.model.rowCount() == 0
    assert "2 waiting" in panel.pause_label.text()
    QApplication.sendEvent(viewport, QEvent(QEvent.Type.Leave))
    assert panel.model.rowCount() == 2
    assert panel.pause_label.text() == ""


def test_a_tape_without_a_link_says_that_it_is_old(chosen: Stage) -> None:
    panel = chosen.window.board.tape
    chosen.events(TradesArrived((a_trade(1),)))
    chosen.events(LinkChanged(a_link(LinkState.DISCONNECTED)))
    assert panel.pause_label.text() == "Stale"

    chosen.events(LinkChanged(a_link()))
    assert panel.pause_label.text() == ""


def test_the_tape_is_bounded(qapp) -> None:
    model = TapeModel()
    for start in range(0, TAPE_ROWS + 900, 300):
        model.add([TapeRow(a_trade(start + n)) for n in range(300)])

    assert model.rowCount() == TAPE_ROWS
    assert model.value_at(0).trade.time > model.value_at(TAPE_ROWS - 1).trade.time
    model.add([TapeRow(a_trade(n)) for n in range(3 * TAPE_ROWS)])
    assert model.rowCount() == TAPE_ROWS
    model.set_smallest(1e9)
    assert model.rowCount() == 0


@pytest.mark.parametrize("foreign", HOSTILE)
def test_foreign_text_in_book_and_tape_is_plain(chosen: Stage, foreign: str) -> None:
    board = chosen.window.board
    chosen.latest(a_book(bids=(DepthLevel(187.14, 300, foreign),), problem=foreign))
    chosen.events(TradesArrived((a_trade(exchange=foreign, conditions=foreign),)))
    chosen.window.grab()

    for model in (board.depth.model, board.tape.model):
        for column in range(model.columnCount()):
            index = model.index(0, column)
            assert "\n" not in index.data()
            tip = index.data(Qt.ItemDataRole.ToolTipRole) or ""
            assert "<" not in tip.removeprefix("<qt>").removesuffix("</qt>").replace("<br>", "")


def test_headlines_are_asked_for_only_when_news_can_be_seen(chosen: Stage, qtbot) -> None:
    qtbot.wait(200)
    assert chosen.commands.of(RequestHeadlines) == []

    chosen.window.docks.focus("news")
    qtbot.waitUntil(lambda: chosen.commands.of(RequestHeadlines) == [RequestHeadlines(AAPL)])
    chosen.commands.answer(
        RequestHeadlines, HeadlinesAnswer(AAPL, tuple(a_headline(n) for n in range(4)))
    )
    panel = chosen.window.board.news

    chosen.events(HeadlineArrived(a_headline(9, article_id="new", time=a_headline().time)))
    chosen.events(HeadlineArrived(a_headline(9, con_id=MSFT)))
    assert panel.model.rowCount() == 5
    times = [row.headline.time for row in panel.model.values()]
    assert times == sorted(times, reverse=True)
    chosen.window.choose_symbol("MSFT")
    qtbot.waitUntil(lambda: chosen.commands.of(RequestHeadlines)[-1] == RequestHeadlines(MSFT))
    assert panel.model.rowCount() == 0


def test_headlines_can_be_filtered_by_source(chosen: Stage, qtbot) -> None:
    chosen.window.docks.focus("news")
    qtbot.waitUntil(lambda: bool(chosen.commands.of(RequestHeadlines)))
    found = tuple(a_headline(number) for number in range(9))
    chosen.commands.answer(RequestHeadlines, HeadlinesAnswer(AAPL, found))
    panel = chosen.window.board.news

    panel.provider_box.setCurrentText("DJNL")
    shown = [panel.table.proxy.index(row, 1).data() for row in range(panel.table.proxy.rowCount())]
    assert shown == ["DJNL"] * 3
    panel.provider_box.setCurrentIndex(0)
    assert panel.table.proxy.rowCount() == 9


def test_no_news_says_why_and_refresh_asks_again(chosen: Stage, qtbot) -> None:
    chosen.window.docks.focus("news")
    qtbot.waitUntil(lambda: bool(chosen.commands.of(RequestHeadlines)))
    chosen.commands.answer(RequestHeadlines, Failed("The account has no news provider."))
    panel = chosen.window.board.news
    assert "no news provider" in panel.table._empty

    qtbot.mouseClick(panel.refresh_button, Qt.MouseButton.LeftButton)
    assert len(chosen.commands.of(RequestHeadlines)) == 2


def test_a_click_reads_an_article_and_a_late_answer_is_left_aside(chosen: Stage, qtbot) -> None:
    chosen.window.docks.focus("news")
    qtbot.waitUntil(lambda: bool(chosen.commands.of(RequestHeadlines)))
    first, second = a_headline(0), a_headline(1)
    chosen.commands.answer(RequestHeadlines, HeadlinesAnswer(AAPL, (first, second)))
    panel = chosen.window.board.news
    for row in (0, 1):
        place = panel.table.visualRect(panel.table.proxy.index(row, 2)).center()
        qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)

    old = Article(first.provider, first.article_id, "the old one", False)
    new = Article(second.provider, second.article_id, "<p>the <b>new</b> one</p>", True)
    chosen.commands.answer(RequestArticle, old)
    assert panel.article.view.toPlainText() == ""
    chosen.commands.answer(RequestArticle, new)
    assert panel.article.view.toPlainText() == "the new one"
    assert "raises target" in panel.article.title_label.text()


def test_the_chart_follows_the_selection(chosen: Stage, qtbot) -> None:
    chosen.window.choose_symbol("MSFT")

    qtbot.waitUntil(lambda: bool(chosen.commands.of(FollowBars)))
    assert chosen.commands.of(FollowBars)[-1].con_id == MSFT


def test_a_chart_behind_another_tab_asks_for_no_other_series(chosen: Stage, qtbot) -> None:
    window = chosen.window
    window.tabifyDockWidget(window.docks.by_name["orders"], window.docks.by_name["chart"])
    window.docks.focus("orders")

    window.choose_symbol("NVDA")
    qtbot.wait(400)
    assert all(follow.con_id != CON_IDS["NVDA"] for follow in chosen.commands.of(FollowBars))

    window.docks.focus("chart")
    qtbot.waitUntil(lambda: bool(chosen.commands.of(FollowBars)))
    assert chosen.commands.of(FollowBars)[-1].con_id == CON_IDS["NVDA"]
