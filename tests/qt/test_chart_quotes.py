"""Quotes of a chart's own symbol, whatever it is, and what a typed symbol may mean."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.qt.fakes import AAPL, FakeCommands, a_contract, a_link, a_quote
from tests.qt.test_chart_panel import answer, bars
from workstation.domain.commands import FollowBars, FollowQuotes, UnfollowQuotes
from workstation.domain.ids import ConId
from workstation.ui import following
from workstation.ui.chart import canvas as chart_canvas
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.symbol_finder import kinds_of

ES = ConId(495512563)


@pytest.fixture
def live(panel: ChartPanel, commands: FakeCommands, monkeypatch) -> ChartPanel:
    """A chart of a future that no watchlist knows."""
    monkeypatch.setattr(following, "SETTLE_MS", 0)
    panel.quotes.following._timer.setInterval(0)
    panel._state.link = a_link()
    known = a_contract()
    future = replace(known.contract, con_id=ES, symbol="ES", sec_type="FUT", exchange="CME")
    panel._state.details[ES] = replace(known, contract=future)
    panel.show_contract(ES, "ES")
    commands.answer(FollowBars, replace(answer(*bars(0, 100)), con_id=ES))
    return panel


def test_the_quotes_of_a_future_come_to_its_chart_without_a_watchlist(
    live, commands, qtbot
) -> None:
    qtbot.waitUntil(lambda: commands.of(FollowQuotes) == [FollowQuotes(ES)])
    live._state.quotes[ES] = a_quote(ES, bid=6782.5, ask=6783.0)
    live.quotes.on_changed(frozenset({ES}))
    assert (live.canvas.view.bid, live.canvas.view.ask) == (6782.5, 6783.0)


def test_a_quote_that_stays_on_its_row_paints_nothing(live, monkeypatch) -> None:
    asked: list[object] = []
    painter = SimpleNamespace(request=asked.append)
    monkeypatch.setattr(chart_canvas, "live_painter", lambda: painter)
    view = live.canvas.view
    view.prices.show_range(180.0, 190.0)
    row = 10.0 / view.prices.height
    price = view.prices.price_at(view.prices.y_of(185.0))  # in the middle of its row

    def quote(bid: float | None, ask: float | None) -> int:
        asked.clear()
        live._state.quotes[ES] = a_quote(ES, bid=bid, ask=ask)
        live.quotes.on_changed(frozenset({ES}))
        assert (view.bid, view.ask) == (bid, ask)  # another painting draws the newest
        return len(asked)

    assert quote(price, price + 5 * row) == 1
    assert quote(price + row / 8, price + 5 * row) == 0
    assert quote(price + row / 8, price + 5 * row + row / 8) == 0
    assert quote(price + 2 * row, price + 5 * row) == 1
    assert quote(price + 2 * row, price + 8 * row) == 1
    assert quote(None, price + 8 * row) == 1


def test_another_contract_or_a_hidden_chart_gives_the_line_back(live, commands, qtbot) -> None:
    qtbot.waitUntil(lambda: commands.of(FollowQuotes) == [FollowQuotes(ES)])
    live.show_contract(AAPL, "AAPL")
    qtbot.waitUntil(lambda: commands.of(UnfollowQuotes) == [UnfollowQuotes(ES)])
    assert (live.canvas.view.bid, live.canvas.view.ask) == (None, None)
    qtbot.waitUntil(lambda: commands.of(FollowQuotes)[-1] == FollowQuotes(AAPL))
    live.hide()
    qtbot.waitUntil(lambda: commands.of(UnfollowQuotes)[-1] == UnfollowQuotes(AAPL))


def test_a_chart_that_is_let_go_gives_its_line_back_at_once(ready, qtbot) -> None:
    commands, charts = ready.commands, ready.window.board.charts
    ready.window.choose_symbol("AAPL")
    cell = ready.window.board.chart_grid._add()
    panel = cell.panel
    panel.set_wanted(wanted=True)
    qtbot.waitUntil(lambda: panel.quotes.following.contract == AAPL)
    commands.sent.clear()
    charts.retire(cell)
    assert commands.of(UnfollowQuotes) == [UnfollowQuotes(AAPL)]


def test_a_replayed_chart_follows_no_quotes(live, commands, qtbot) -> None:
    qtbot.waitUntil(lambda: commands.of(FollowQuotes) == [FollowQuotes(ES)])
    live.replay.begin(50)
    qtbot.waitUntil(lambda: commands.of(UnfollowQuotes) == [UnfollowQuotes(ES)])


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("AAPL", ["STK", "FUT", "IND", "CRYPTO", "CFD", "FUT", "STK"]),
        ("EUR.USD", ["CASH", "CRYPTO"]),
        ("EURUSD", ["STK", "FUT", "IND", "CASH", "CRYPTO", "CFD", "FUT", "STK"]),
        ("AAPL  261218C00150000", ["OPT"]),
        ("037833AX8", ["STK", "FUT", "IND", "BOND", "CRYPTO", "CFD", "FUT", "STK"]),
    ],
)
def test_a_typed_symbol_is_looked_for_in_every_kind_the_likeliest_first(typed, kinds) -> None:
    assert [each.sec_type for each in kinds_of(typed)] == kinds


def test_a_pair_is_one_currency_in_another_and_an_option_is_written_as_the_exchanges_do() -> None:
    pair, coin = kinds_of("EUR.USD")
    assert (pair.symbol, pair.currency, pair.exchange) == ("EUR", "USD", "IDEALPRO")
    assert (coin.symbol, coin.currency) == ("EUR", "USD")
    assert kinds_of("AAPL261218C00150000")[0].local_symbol == "AAPL  261218C00150000"
