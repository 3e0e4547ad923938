"""Studies on longer bars: the history from before the chart's own bars, kept and requested."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tests.qt.fakes import AAPL, CON_IDS, FakeCommands, a_contract
from tests.qt.test_chart_higher import CASES, LIBRARY, shown_of, studies_on
from tests.qt.test_chart_higher import table_of as table_of_sessions
from tests.qt.test_chart_panel import answer, bars, paint
from workstation.domain.bar import Bar, BarSize, SeriesKey
from workstation.domain.commands import BarsAnswer, Failed, FollowBars, RequestBars
from workstation.ui.chart import earlier_bars
from workstation.ui.chart.aggregate import Grouping, aggregated, summed
from workstation.ui.chart.bar_keeper import Span
from workstation.ui.chart.bar_table import BarTable, table_of
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.earlier_bars import base_of
from workstation.ui.chart.higher_bars import BarClock, HigherBars
from workstation.ui.chart.studies import Studies, Study
from workstation.ui.chart.time_marks import local_seconds
from workstation.ui.chart.timeframe import read_timeframe

DAY = BarSize.DAY_1
FIRST_DAY = datetime(2026, 3, 16, tzinfo=UTC)
"""The trading day of the chart's first bar, a Monday."""


def days(count: int, close: float = 100.0, end: datetime = FIRST_DAY) -> tuple[Bar, ...]:
    """Return the daily bars of the weekdays before a date, each a little higher than the last."""
    found: list[datetime] = []
    moment = end
    while len(found) < count:
        moment -= timedelta(days=1)
        if moment.weekday() < 5:
            found.insert(0, moment)
    return tuple(
        Bar(moment, close + n, close + n + 1, close + n - 1, close + n, 1000.0)
        for n, moment in enumerate(found)
    )


class Keeper:
    """Keeps spans of daily bars in memory and answers at once."""

    def __init__(self, *spans: Span) -> None:
        self.spans = spans
        self.saved: list[tuple[SeriesKey, Span]] = []
        self.forgotten: list[SeriesKey] = []

    def load(self, series: SeriesKey, taken: Any) -> None:
        taken(self.spans if series.size is DAY else ())

    def save(self, series: SeriesKey, span: Span) -> None:
        self.saved.append((series, span))

    def forget(self, series: SeriesKey) -> None:
        self.forgotten.append(series)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earlier_bars, "SETTLE_MS", 0)


def begin(panel: ChartPanel, commands: FakeCommands, size: str = "1D", period: int = 20) -> Study:
    panel.use_indicators(lambda: LIBRARY)
    study = {"key": "SMA", "timeperiod": period, "computed on": size}
    panel.restore_chart({"size": "5m", "studies": [study]})
    panel.show_contract(AAPL, "AAPL")
    commands.answer(FollowBars, answer(*bars(0, 600)))
    paint(panel)
    return panel.canvas.view.studies.all[0]


def wait_for_request(qtbot: Any, commands: FakeCommands, count: int = 1) -> RequestBars:
    qtbot.waitUntil(lambda: len(asked(commands)) >= count)
    return asked(commands)[-1]


def asked(commands: FakeCommands) -> list[RequestBars]:
    return commands.of(RequestBars)


def reply(commands: FakeCommands, *page: Bar, complete: bool = False) -> None:
    commands.answer(RequestBars, BarsAnswer(AAPL, DAY, page, complete))


def first_value(panel: ChartPanel, study: Study) -> float:
    paint(panel)
    return study.at(panel.feed.bars.first)[0]


def test_the_first_bar_of_the_chart_has_the_average_of_the_days_before_it(
    qtbot, panel, commands
) -> None:
    study = begin(panel, commands)
    assert np.isnan(first_value(panel, study))

    request = wait_for_request(qtbot, commands)
    # The first day may have lost its beginning: it is asked for with those before it.
    monday = FIRST_DAY
    assert (request.size, request.before) == (DAY, monday + timedelta(days=1))
    assert (request.con_id, request.regular_hours) == (AAPL, False)

    history = (*days(200), Bar(monday, 300.0, 301.0, 299.0, 300.0, 5.0))
    reply(commands, *history)
    known = [bar.close for bar in history[:-1]]
    assert first_value(panel, study) == pytest.approx(np.mean(known[-20:]))


def test_the_first_day_counts_whole_from_the_day_after_on(qtbot, panel, commands) -> None:
    study = begin(panel, commands)
    wait_for_request(qtbot, commands)
    history = (*days(200), Bar(FIRST_DAY, 300.0, 301.0, 299.0, 300.0, 5.0))
    reply(commands, *history)
    paint(panel)

    times = panel.feed.bars.times
    zone = panel.data.clock.zone
    of_tuesday = [
        place
        for place, seconds in enumerate(times.tolist())
        if datetime.fromtimestamp(seconds, zone).day == 17
    ]
    value = study.at(panel.feed.bars.first + of_tuesday[0])[0]
    assert value == pytest.approx(np.mean([bar.close for bar in history][-20:]))


def test_what_is_kept_is_shown_at_once_and_the_broker_is_asked_all_the_same(
    qtbot, panel, commands
) -> None:
    kept = table_of(days(150, end=FIRST_DAY + timedelta(days=4)))
    keeper = Keeper(Span(int(kept.times[0]), int(kept.times[-1]) + 86_400, kept))
    panel.use_keeper(keeper)
    study = begin(panel, commands)
    closes = kept.before(int(FIRST_DAY.timestamp())).closes
    assert first_value(panel, study) == pytest.approx(closes[-20:].mean())
    wait_for_request(qtbot, commands)


def split_page() -> tuple[Bar, ...]:
    """Return the days as they are told after a split: a tenth of what was kept."""
    kept = days(150, end=FIRST_DAY + timedelta(days=1))
    return tuple(Bar(b.time, b.open / 10, b.high / 10, b.low / 10, b.close / 10, 9.0) for b in kept)


def test_days_kept_from_before_a_split_are_dropped(qtbot, panel, commands) -> None:
    kept = table_of(days(150, end=FIRST_DAY + timedelta(days=1)))
    keeper = Keeper(Span(int(kept.times[0]), int(kept.times[-1]) + 86_400, kept))
    panel.use_keeper(keeper)
    study = begin(panel, commands)
    wait_for_request(qtbot, commands)
    page = split_page()
    reply(commands, *page)

    assert [series.size for series in keeper.forgotten] == [DAY]
    closes = [bar.close for bar in page if bar.time < FIRST_DAY]
    assert first_value(panel, study) == pytest.approx(np.mean(closes[-20:]))
    assert keeper.saved[-1][1].end == int((FIRST_DAY + timedelta(days=1)).timestamp())


def test_older_pages_are_asked_for_until_the_longest_average_has_enough(
    qtbot, panel, commands
) -> None:
    study = begin(panel, commands, period=40)  # wants five times forty days
    wait_for_request(qtbot, commands)
    whole = days(260, end=FIRST_DAY + timedelta(days=1))
    reply(commands, *whole[200:])
    paint(panel)
    request = wait_for_request(qtbot, commands, 2)
    assert request.before == whole[200].time
    reply(commands, *whole[:200])
    paint(panel)
    closes = [bar.close for bar in whole if bar.time < FIRST_DAY]
    assert first_value(panel, study) == pytest.approx(np.mean(closes[-40:]))
    qtbot.wait(20)
    assert len(asked(commands)) == 2


def test_where_there_is_no_more_nobody_asks_again(qtbot, panel, commands) -> None:
    begin(panel, commands)
    wait_for_request(qtbot, commands)
    reply(commands)
    for _ in range(3):
        panel.canvas.view.studies.changed_since(None)
        panel.canvas.refresh()
        paint(panel)
        qtbot.wait(5)
    assert len(asked(commands)) == 1


def test_a_failure_is_not_asked_for_again_at_once(qtbot, panel, commands) -> None:
    study = begin(panel, commands)
    wait_for_request(qtbot, commands)
    commands.answer(RequestBars, Failed("pacing"))
    panel.canvas.refresh()
    assert np.isnan(first_value(panel, study))
    qtbot.wait(20)
    assert len(asked(commands)) == 1


def test_another_contract_gets_nothing_of_the_one_before(qtbot, panel, commands) -> None:
    msft = CON_IDS["MSFT"]
    panel._state.details[msft] = a_contract("MSFT")
    study = begin(panel, commands)
    wait_for_request(qtbot, commands)
    reply(commands, *days(200))
    panel.show_contract(msft, "MSFT")
    commands.answer(FollowBars, BarsAnswer(msft, BarSize.MINUTE_5, bars(0, 600), complete=False))
    assert np.isnan(first_value(panel, study))
    request = wait_for_request(qtbot, commands, 2)
    assert request.con_id == msft


def test_a_formula_has_no_history_of_its_own(qtbot, panel, commands) -> None:
    begin(panel, commands)
    wait_for_request(qtbot, commands)
    panel.data.formula = object()  # type: ignore[assignment]
    assert panel.data.own_series(DAY) is None


@pytest.mark.parametrize(
    ("size", "base"),
    [
        ("1D", BarSize.DAY_1), ("1W", BarSize.DAY_1), ("1Q", BarSize.DAY_1),
        ("4h", BarSize.MINUTE_30), ("1h", BarSize.MINUTE_30), ("30m", BarSize.MINUTE_30),
        ("45m", BarSize.MINUTE_15), ("7m", BarSize.MINUTE_1), ("45s", BarSize.SECOND_15),
    ],
)  # fmt: skip
def test_longer_bars_are_added_up_from_what_lies_within_sessions(size, base) -> None:
    assert base_of(read_timeframe(size)) is base


class Past:
    """All of a market's past, in bars of a size that the broker has."""

    version = 1

    def __init__(self, table: BarTable, size: str, clock: BarClock) -> None:
        grouping = Grouping(read_timeframe(size), clock.zone, clock.opening)
        if size == "1D":  # named by the midnight UTC of their dates
            days = (local_seconds(table.times, clock.zone) + clock.evening) // 86_400 * 86_400
            self._table = summed(table, days)
        else:
            self._table = aggregated(table, grouping)

    def before(self, moment: int, count: int, grouping: Grouping) -> BarTable:
        del count
        return aggregated(self._table.before(moment), grouping)


@pytest.mark.parametrize(("size", "base"), [("1h", "30m"), ("1D", "1D")])
@pytest.mark.parametrize("case", CASES)
def test_a_chart_that_begins_late_shows_what_one_with_the_whole_past_shows(
    case, size, base
) -> None:
    sessions, clock, left_out = CASES[case]
    table = table_of_sessions(sessions, left_out=left_out)
    whole = shown_of(studies_on(table, clock, size, timeperiod=3))
    for start in (200, 260, 300):
        bars_ = BarArrays()
        bars_.replace_all(table.part(start, len(table)))
        studies = Studies(bars_)
        studies.use_library(lambda: LIBRARY)
        studies.history = lambda _: Past(table, base, clock)
        studies.use_clock(clock)
        studies.source.use(clock.zone, clock.evening)
        studies.add("SMA", {"computed on": size, "timeperiod": 3})
        studies.refresh()
        found, wanted = shown_of(studies)[0], whole[0, start:]
        there = np.isfinite(found) & np.isfinite(wanted)
        assert np.isfinite(wanted).sum() - there.sum() <= 1
        assert there.any()
        np.testing.assert_allclose(found[there], wanted[there], rtol=1e-9)


def test_the_end_of_an_hour_that_lost_its_beginning_is_unknown_and_not_the_one_before() -> None:
    sessions, clock, _ = CASES["an ordinary week"]
    table = table_of_sessions(sessions)
    bars_ = BarArrays()
    bars_.replace_all(table.part(78 * 4 + 20, 78 * 4 + 24))  # 11:10 to 11:30, where the hour ends
    higher = HigherBars(bars_, read_timeframe("1h"), clock, Past(table, "30m", clock))
    higher.refresh(0, 0)
    seen = higher.visible(np.arange(bars_.first, bars_.end)).tolist()
    assert set(seen[:-1]) == {higher.bars.end - 1}
    assert higher.bars.time(higher.bars.end - 1) == table.times[78 * 4]
    assert seen[-1] < higher.bars.first
