"""Kept bars: shown at once, joined to what the broker says, gaps closed, other bars forgotten."""

from pathlib import Path
from typing import Any

import pytest

from tests.qt.fakes import AAPL
from tests.qt.test_chart_panel import M5, START, a_bar, answer, bars, panel, shown
from workstation.app.bar_files import BarFiles
from workstation.domain.bar import Bar, BarUpdate, SeriesKey
from workstation.domain.commands import Failed, FollowBars, RequestBars
from workstation.ui.chart.bar_keeper import Span
from workstation.ui.chart.bar_table import table_of
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.source import Series

__all__ = ["panel", "shown"]

KEY = SeriesKey(AAPL, M5)
STEP = 300
FIRST = int(START.timestamp())


def span(first: int, end: int) -> Span:
    return Span(FIRST + first * STEP, FIRST + end * STEP, table_of(bars(first, end)))


class Keeper:
    """Keeps spans in memory and answers at once."""

    def __init__(self, *spans: Span) -> None:
        self.spans = spans
        self.saved: list[tuple[SeriesKey, Span]] = []
        self.forgotten: list[SeriesKey] = []
        self.loads = 0

    def load(self, series: SeriesKey, taken: Any) -> None:
        self.loads += 1
        taken(self.spans if series == KEY else ())

    def save(self, series: SeriesKey, span: Span) -> None:
        self.saved.append((series, span))

    def forget(self, series: SeriesKey) -> None:
        self.forgotten.append(series)


def show(panel: ChartPanel, *spans: Span) -> Keeper:
    keeper = Keeper(*spans)
    panel.use_keeper(keeper)
    panel.show_contract(AAPL, "AAPL")
    return keeper


def times(panel: ChartPanel) -> list[int]:
    return [(time - FIRST) // STEP for time in panel.feed.bars.times.tolist()]


def test_kept_bars_are_shown_at_once_and_joined_without_a_seam(panel, commands) -> None:
    show(panel, span(0, 500))
    assert len(panel.feed.bars) == 500
    assert panel.feed.series is Series.SHOWN
    panel.take_updates([BarUpdate(AAPL, M5, a_bar(620))])  # waits for the broker's page
    commands.answer(FollowBars, answer(*bars(450, 620)))
    assert times(panel) == list(range(621))
    assert panel.canvas.words.warning == ""


def test_without_a_link_kept_bars_are_shown_and_said_to_be_old(panel, commands) -> None:
    show(panel, span(0, 500))
    commands.answer(FollowBars, Failed("There is no link to the broker."))
    assert len(panel.feed.bars) == 500
    assert "Not updating: kept bars shown" in panel.canvas.words.warning
    assert commands.of(RequestBars) == []


def test_a_gap_between_kept_bars_and_the_broker_s_is_closed_by_itself(panel, commands) -> None:
    keeper = show(panel, span(0, 300))
    commands.answer(FollowBars, answer(*bars(700, 800)))
    assert times(panel) == list(range(700, 800))  # never a hole that looks like none
    (first,) = commands.of(RequestBars)
    assert first.before == a_bar(700).time
    commands.answer(RequestBars, answer(*bars(450, 700)))
    commands.answer(RequestBars, answer(*bars(290, 450)))
    assert times(panel) == list(range(800))
    assert [(s.begin - FIRST) // STEP for _, s in keeper.saved] == [700, 450, 290]
    assert [(s.end - FIRST) // STEP for _, s in keeper.saved] == [799, 700, 450]


def test_older_stretches_on_disk_are_taken_before_the_broker_is_asked(
    panel, commands, qtbot
) -> None:
    show(panel, span(-900, -600), span(0, 500))
    commands.answer(FollowBars, answer(*bars(400, 510)))
    commands.clear()
    panel.canvas.view.pan(-(10**6))
    panel.canvas.view_moved.emit()
    (asked,) = commands.of(RequestBars)
    assert asked.before == a_bar(0).time
    commands.answer(RequestBars, answer(*bars(-620, 0)))
    panel.canvas.view.pan(-(10**6))
    panel.canvas.view_moved.emit()
    assert times(panel) == list(range(-900, 510))


def test_after_a_split_what_was_kept_is_forgotten(panel, commands) -> None:
    keeper = show(panel, span(-900, -600), span(0, 500))
    halved = [
        Bar(b.time, b.open / 2, b.high / 2, b.low / 2, b.close / 2, 1.0) for b in bars(400, 510)
    ]
    commands.answer(FollowBars, answer(*halved))
    assert times(panel) == list(range(400, 510))
    assert keeper.forgotten == [KEY]
    assert commands.of(RequestBars) == [] or commands.of(RequestBars)[0].before == a_bar(400).time


def test_a_few_corrected_bars_are_no_split(panel, commands) -> None:
    keeper = show(panel, span(0, 500))
    page = [*bars(400, 405), a_bar(405, 191.0), *bars(406, 510)]
    commands.answer(FollowBars, answer(*page))
    assert keeper.forgotten == []
    assert panel.feed.bars.bar(405)[3] == a_bar(405, 191.0).close
    assert times(panel) == list(range(510))


def test_kept_bars_of_a_future_that_the_broker_does_not_know_go(panel, commands) -> None:
    show(panel, span(0, 500))
    commands.answer(FollowBars, answer(*bars(300, 400)))
    assert times(panel) == list(range(400))


def test_only_bars_that_have_ended_are_kept_and_none_twice(panel, commands) -> None:
    keeper = show(panel)
    commands.answer(FollowBars, answer(*bars(0, 100)))
    panel.take_updates([BarUpdate(AAPL, M5, a_bar(99, 190.0)), BarUpdate(AAPL, M5, a_bar(100))])
    panel.feed.keep()
    panel.feed.keep()
    spans = [
        ((s.begin - FIRST) // STEP, (s.end - FIRST) // STEP, len(s.bars)) for _, s in keeper.saved
    ]
    assert spans == [(0, 99, 99), (99, 100, 1)]
    assert keeper.saved[1][1].bars.closes.tolist() == [a_bar(99, 190.0).close]


def test_a_bar_corrected_late_is_kept_as_corrected(panel, commands) -> None:
    keeper = show(panel)
    commands.answer(FollowBars, answer(*bars(0, 100)))
    panel.take_updates([BarUpdate(AAPL, M5, a_bar(50, 200.0))])
    panel.feed.keep()
    assert (keeper.saved[-1][1].begin - FIRST) // STEP == 50


@pytest.fixture
def files(tmp_path: Path) -> BarFiles:
    return BarFiles(tmp_path / "bars")


def test_what_is_written_to_disk_comes_back_on_the_gui_thread(files, qtbot) -> None:
    found: list[tuple[Span, ...]] = []
    files.save(KEY, span(0, 50))
    files.save(KEY, span(50, 80))
    files.load(KEY, found.append)
    qtbot.waitUntil(lambda: bool(found))
    ((kept,),) = found
    assert (kept.begin, kept.end) == (FIRST, FIRST + 80 * STEP)
    for mine, true in zip(kept.bars.columns, table_of(bars(0, 80)).columns, strict=True):
        assert mine.tolist() == true.tolist()
    files.close()


def test_a_folder_that_cannot_be_used_costs_only_the_bars(tmp_path, qtbot, caplog) -> None:
    (tmp_path / "bars").write_text("a file in the way")
    files = BarFiles(tmp_path / "bars")
    found: list[tuple[Span, ...]] = []
    files.save(KEY, span(0, 50))
    files.load(KEY, found.append)
    qtbot.waitUntil(lambda: found == [()])
    files.close()
    assert "bars could not be kept" in caplog.text or caplog.text == ""
