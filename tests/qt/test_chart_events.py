"""Events on the chart: what is asked and when, where they stand, and what is said of them."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint

from tests.helpers.mouse import move_mouse
from tests.qt.fakes import AAPL, CON_IDS, FakeCommands, a_contract
from tests.qt.test_chart_panel import START, a_bar, answer, bars, paint, panel
from workstation.domain.bar import BarSize
from workstation.domain.commands import (
    Answered,
    Ask,
    FollowBars,
    HeadlinesAnswer,
    RequestHeadlines,
)
from workstation.domain.company_events import DividendOutlook, EventKind
from workstation.domain.ids import ConId
from workstation.domain.news import Headline
from workstation.domain.queries import DividendsOf, WshEvents, WshMeta
from workstation.domain.query import FailureKind, RequestFailure
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.event_book import MOST_CONTRACTS, EventBook
from workstation.ui.chart.formula import read_formula

__all__ = ["panel"]

DAY = BarSize.DAY_1
REFUSED = RequestFailure(
    kind=FailureKind.REFUSED, text="News feed is not allowed.", meaning="", advice="Subscribe."
)
NOT_LINKED = replace(REFUSED, kind=FailureKind.NOT_CONNECTED, text="not connected")


def dividend(day: str, announced: str = "20260101") -> dict[str, object]:
    data = {
        "ex_div_date": day,
        "dividend_oc": 0.26,
        "dividend_currency": "USD",
        "announce_datetime": announced,
    }
    return {"event_type": "wshe_div", "data": data}


def report(day: str, **more: object) -> dict[str, object]:
    return {"event_type": "wshe_ed", "data": {"earnings_date": day, "quarter": "Q1", **more}}


def headline(time: datetime, number: int = 1, con_id=AAPL) -> Headline:
    return Headline(con_id, time, "SIMB", f"a{number}", f"AAPL does thing {number}")


def days(count: int) -> tuple:
    midnight = START.replace(hour=0, minute=0)
    found = (replace(a_bar(n), time=midnight + timedelta(days=n)) for n in range(count))
    return tuple(bar for bar in found if bar.time.weekday() < 5)


@pytest.fixture
def daily(panel: ChartPanel, commands: FakeCommands) -> ChartPanel:
    """Days from Monday 16 March to Friday 10 April 2026."""
    panel.restore_chart({"size": "1D", "events": [str(kind) for kind in EventKind], "margin": 30})
    panel.show_contract(AAPL, "AAPL")
    commands.answer(FollowBars, answer(*days(26), size=DAY))
    paint(panel)
    return panel


def answer_calendar(commands: FakeCommands, *rows: dict[str, object]) -> None:
    commands.answer(Ask, Answered("{}"))
    for _ in range(3):
        tag = commands.of(Ask)[-1].query.event_type
        mine = [row for row in rows if row["event_type"] == tag]
        commands.answer(Ask, Answered(json.dumps(mine)))


def of_query(commands: FakeCommands, kind: type) -> list[object]:
    return [each.query for each in commands.of(Ask) if isinstance(each.query, kind)]


def told(chart: ChartPanel, kind: EventKind, number: int = 0) -> str:
    paint(chart)
    tool = chart.extras.events
    places = [area for area, events in tool._placed if events[0].kind is kind]
    area = places[number]
    move_mouse(chart.canvas, QPoint(round(area.center().x()), round(area.center().y())))
    paint(chart)
    return " | ".join(words for words, _ in tool.told(chart.canvas.mouse))


def placed(chart: ChartPanel) -> list[tuple[int, EventKind]]:
    return [(index, event.kind) for index, event in chart.extras.events.marks()]


def test_nothing_is_asked_before_a_kind_is_chosen(panel, commands) -> None:
    panel.show_contract(AAPL, "AAPL")
    commands.answer(FollowBars, answer(*bars(0, 600)))
    assert commands.of(RequestHeadlines) == commands.of(Ask) == []
    assert "events" not in panel.chart_state()

    panel.extras.event_menu.refresh()
    panel.extras.event_menu.kinds[EventKind.EARNINGS].trigger()
    assert len(commands.of(RequestHeadlines)) == 1
    assert panel.chart_state()["events"] == ["earnings"]
    panel.extras.event_menu.kinds[EventKind.NEWS].trigger()
    assert len(commands.of(RequestHeadlines)) == 1, "once for all kinds"


def test_the_calendar_is_asked_for_its_kinds_first_and_one_thing_at_a_time(daily, commands) -> None:
    assert [type(each.query) for each in commands.of(Ask)] == [DividendsOf, WshMeta]
    assert daily.extras.events.state_words() == "Asking for events…"
    commands.answer(Ask, Answered(DividendOutlook()))
    commands.answer(Ask, Answered("{}"))
    for number, tag in enumerate(("wshe_div", "wshe_splits", "wshe_ed"), 1):
        assert [each.event_type for each in of_query(commands, WshEvents)][-1] == tag
        assert len(of_query(commands, WshEvents)) == number
        commands.answer(Ask, Answered("[]"))
    commands.answer(RequestHeadlines, HeadlinesAnswer(AAPL, ()))
    assert daily.extras.events.state_words() == "No event data."
    daily.data.reloaded.emit()
    assert len(of_query(commands, WshMeta)) == 1


def test_days_stand_at_their_bars_and_weekends_at_the_next(daily, commands) -> None:
    commands.answer(Ask, Answered(DividendOutlook()))
    answer_calendar(
        commands,
        dividend("20260320"),
        dividend("20260316"),
        dividend("20250101"),
        report("20260328", wshe_earnings_date_status="UNCONFIRMED"),
    )
    assert placed(daily) == [
        (0, EventKind.DIVIDEND),
        (4, EventKind.DIVIDEND),
        (10, EventKind.EARNINGS),  # Saturday: the Monday after, when it could be traded on
    ]
    assert told(daily, EventKind.DIVIDEND) == "ex-dividend 0.26 USD · 16 Mar 2026"
    assert "the date is not confirmed" in told(daily, EventKind.EARNINGS)


def test_a_coming_dividend_stands_in_the_margin_on_its_trading_day(daily, commands) -> None:
    outlook = DividendOutlook(next_day=date(2026, 4, 15), next_amount=0.27)
    commands.answer(Ask, Answered(outlook))
    end = daily.canvas.view.bars.end
    assert placed(daily) == [(end + 2, EventKind.DIVIDEND)]
    assert told(daily, EventKind.DIVIDEND) == "ex-dividend 0.27 USD · 15 Apr 2026 · in 5 days"
    answer_calendar(commands, dividend("20260415"))
    assert placed(daily) == [(end + 2, EventKind.DIVIDEND)], "two sources, one mark"


def test_a_chart_of_the_past_shows_ahead_only_what_was_announced_by_then(
    daily, commands, monkeypatch
) -> None:
    monkeypatch.setattr(type(daily.feed), "is_live", property(lambda _feed: False))
    commands.answer(Ask, Answered(DividendOutlook(next_day=date(2026, 4, 14))))
    end = daily.canvas.view.bars.end
    answer_calendar(
        commands,
        dividend("20260415", announced="20260410T120000"),
        dividend("20260416", announced="20260411T120000"),
        report("20260417"),
    )
    assert placed(daily) == [(end + 2, EventKind.DIVIDEND)]


def test_a_replay_tells_nothing_of_its_future(daily, commands, monkeypatch) -> None:
    commands.answer(Ask, Answered(DividendOutlook(next_day=date(2026, 4, 14))))
    assert len(placed(daily)) == 1
    monkeypatch.setattr(type(daily.data), "is_replaying", property(lambda _data: True))
    assert placed(daily) == []
    assert daily.extras.events.con_id == AAPL


def test_why_there_are_no_events_is_the_reason_and_a_replay_is_none(daily, commands) -> None:
    commands.answer(Ask, Answered(DividendOutlook(next_day=date(2026, 4, 14))))
    daily.replay.begin(daily.canvas.view.bars.end - 5)
    assert daily.data.is_replaying
    assert "prices of one contract" not in daily.extras.events.state_words()
    assert daily.extras.events.con_id == AAPL

    daily.replay.end()
    daily.data.formula = read_formula("AAPL/MSFT")
    assert daily.extras.events.state_words() == (
        "No event data: a formula of several symbols is shown."
    )
    assert daily.extras.events.con_id is None


def test_intraday_an_event_stands_at_the_first_bar_of_its_day_and_news_at_its_bar(
    panel, commands
) -> None:
    panel.restore_chart({"size": "5m", "events": ["dividend", "news"]})
    panel.show_contract(AAPL, "AAPL")
    commands.answer(FollowBars, answer(*bars(0, 600)))
    news = (headline(START + timedelta(minutes=52)), headline(START - timedelta(days=9), 2))
    commands.answer(RequestHeadlines, HeadlinesAnswer(AAPL, news))
    commands.answer(Ask, Answered(DividendOutlook(next_day=date(2026, 3, 17))))
    first = next(n for n in range(600) if (START + n * timedelta(minutes=5)).day == 17)
    assert placed(panel) == [(10, EventKind.NEWS), (first, EventKind.DIVIDEND)]

    panel.extras.events.take_headline(headline(START + timedelta(minutes=100), 3))
    panel.extras.events.take_headline(headline(START, 4, CON_IDS["MSFT"]))
    assert placed(panel)[:2] == [(10, EventKind.NEWS), (20, EventKind.NEWS)]
    panel.canvas.view.show_oldest()
    assert told(panel, EventKind.NEWS).startswith("AAPL does thing 1 · ")


def test_a_refusal_is_said_once_for_all_and_asked_again_on_wish(daily, commands) -> None:
    commands.answer(RequestHeadlines, HeadlinesAnswer(AAPL, ()))
    commands.answer(Ask, replace(REFUSED, kind=FailureKind.TIMED_OUT))
    commands.answer(Ask, REFUSED)
    assert daily.extras.events.state_words() == (
        "No event data. Wall Street Horizon: News feed is not allowed. Subscribe."
    )
    daily.extras.event_menu.refresh()
    shown = [action.text() for action in daily.extras.event_menu.actions()]
    assert "Wall Street Horizon: News feed is not allowed. Subscribe." in shown

    daily._state.details[CON_IDS["MSFT"]] = a_contract("MSFT")
    daily.show_contract(CON_IDS["MSFT"], "MSFT")
    commands.answer(FollowBars, replace(answer(*days(26), size=DAY), con_id=CON_IDS["MSFT"]))
    assert len(of_query(commands, WshMeta)) == 1
    commands.answer(Ask, Answered(DividendOutlook()))
    commands.answer(RequestHeadlines, HeadlinesAnswer(CON_IDS["MSFT"], ()))
    daily.extras.event_menu.again.trigger()
    assert len(of_query(commands, WshMeta)) == 2


def test_what_only_the_link_prevented_is_asked_with_the_next_bars(daily, commands) -> None:
    commands.answer(Ask, NOT_LINKED)
    commands.answer(Ask, NOT_LINKED)
    commands.answer(RequestHeadlines, HeadlinesAnswer(AAPL, ()))
    daily.data.reloaded.emit()
    assert len(of_query(commands, WshMeta)) == 2


def test_an_answer_that_is_no_calendar_is_said_and_breaks_nothing(daily, commands) -> None:
    commands.answer(Ask, Answered(DividendOutlook()))
    commands.answer(Ask, Answered("{}"))
    for _ in range(3):
        commands.answer(Ask, Answered("<html>"))
    commands.answer(RequestHeadlines, HeadlinesAnswer(AAPL, ()))
    assert "not JSON" in daily.extras.events.state_words()


def test_events_of_the_contracts_looked_at_last_are_remembered(commands) -> None:
    book = EventBook(commands)
    first, *others = (replace(a_contract().contract, con_id=ConId(n)) for n in range(1, 100))
    book.ask(first)
    for contract in others:
        assert book.known(first.con_id) is not None
        book.ask(contract)
    assert sum(book.known(ConId(n)) is not None for n in range(1, 100)) == MOST_CONTRACTS
    assert book.known(others[0].con_id) is None
    assert book.known(others[-1].con_id) is not None
