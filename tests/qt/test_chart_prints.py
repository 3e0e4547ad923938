"""Bars of trades, volume, range and Renko: their rules, and the seam of past and live prints."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.qt.fakes import AAPL, CON_IDS, a_contract, a_trade
from tests.qt.test_chart_panel import panel, shown
from workstation.domain.commands import (
    Answered,
    Ask,
    Done,
    Failed,
    FollowBars,
    FollowTape,
    UnfollowTape,
)
from workstation.domain.queries import PastTrades
from workstation.domain.reference import PastTrade
from workstation.ui.chart.print_bars import PrintBars
from workstation.ui.chart.print_feed import met
from workstation.ui.chart.source import Series
from workstation.ui.chart.timeframe import read_timeframe

__all__ = ["panel", "shown"]

T0 = datetime(2026, 3, 18, 14, 30, tzinfo=UTC)


def built(name: str, *prices: float, size: float = 100.0) -> PrintBars:
    bars = PrintBars(read_timeframe(name), 0.01)
    for number, price in enumerate(prices):
        bars.add(number, price, size)
    return bars


def rows(bars: PrintBars) -> list[tuple[float, ...]]:
    return [
        tuple(round(float(value), 4) for value in row)
        for row in zip(*bars.table().columns[1:], strict=True)
    ]


def test_bars_of_trades_hold_so_many_and_the_last_still_forms() -> None:
    bars = built("3T", 10.0, 10.2, 9.9, 10.1, 10.3)
    assert rows(bars) == [(10.0, 10.2, 9.9, 9.9, 300.0), (10.1, 10.3, 10.1, 10.3, 200.0)]
    assert bars.ended == 1
    assert bars.table().times.tolist() == [0, 3]


def test_bars_of_volume_end_with_the_print_that_reaches_it() -> None:
    bars = PrintBars(read_timeframe("500V"), 0.01)
    for price, size in ((10.0, 300.0), (10.1, 100.0), (10.2, 900.0), (10.3, 500.0), (9.0, 1.0)):
        bars.add(0, price, size)
    assert [row[4] for row in rows(bars)] == [1300.0, 500.0, 1.0]
    assert [row[3] for row in rows(bars)] == [10.2, 10.3, 9.0]


def test_range_bars_never_span_more() -> None:
    bars = built("5R", 10.00, 10.03, 10.05, 10.06, 10.04, 9.99, 10.50)
    assert rows(bars) == [
        (10.0, 10.05, 10.0, 10.05, 300.0),
        (10.06, 10.06, 10.04, 10.04, 200.0),
        (9.99, 9.99, 9.99, 9.99, 100.0),
        (10.5, 10.5, 10.5, 10.5, 100.0),
    ]


def test_renko_bricks_follow_through_and_turn_only_after_two() -> None:
    bars = built("10K", 10.00, 10.09, 10.10, 10.31, 10.25, 10.11, 10.10, 9.99)
    found = rows(bars)
    assert [(row[0], row[3]) for row in found] == [
        (10.0, 10.1),
        (10.1, 10.2),
        (10.2, 10.3),
        (10.2, 10.1),
        (10.1, 10.0),
    ]
    assert sum(row[4] for row in found) == 800.0


PRINTS = st.lists(st.tuples(st.integers(9_900, 10_100), st.integers(1, 900)), max_size=120)


@given(PRINTS, st.sampled_from(["1T", "7T", "1V", "1000V", "1R", "13R", "1K", "9K"]))
def test_whatever_is_printed_the_rules_hold(prints, name) -> None:
    timeframe = read_timeframe(name)
    bars = PrintBars(timeframe, 0.01)
    for number, (cents, size) in enumerate(prints):
        bars.add(number // 3, cents / 100, float(size))
    table = bars.table()
    assert (table.highs >= table.lows).all()
    assert (table.times[1:] >= table.times[:-1]).all()
    if name[-1] != "K":
        assert table.volumes.sum() == pytest.approx(sum(size for _, size in prints))
        if prints:
            assert table.highs.max() == max(cents for cents, _ in prints) / 100
    if name[-1] == "R":
        assert (table.highs - table.lows <= timeframe.count * 0.01 + 1e-9).all()
    if name[-1] == "V":
        assert (table.volumes[: bars.ended] >= timeframe.count).all()
    if name[-1] == "K":
        step = timeframe.count * 0.01
        assert abs(table.closes - table.opens) == pytest.approx([step] * len(table.times))


# ---- where past and live meet ----------------------------------------------------------------

SECONDS = st.lists(st.integers(0, 3), min_size=0, max_size=12)


@given(SECONDS, st.integers(0, 12), st.integers(0, 12))
def test_no_print_is_lost_or_counted_twice_where_both_heard_all(counts, heard, asked) -> None:
    """The live stream began at some print, the past was asked for at a later one."""
    truth = [
        (second, float(second), float(number))
        for second, count in enumerate(counts)
        for number in range(count)
    ]
    begin, end = sorted((min(heard, len(truth)), min(asked, len(truth))))
    past, live = truth[:end], truth[begin:]
    is_whole = not past or not live or past[-1][0] != live[0][0] or begin == 0 or end == len(truth)
    if is_whole or truth[begin - 1][0] != live[0][0]:
        assert met(past, live) == truth
    else:
        assert len(met(past, live)) <= len(truth)


# ---- on the chart ----------------------------------------------------------------------------


def past(*numbers: int, price: float = 187.0) -> tuple[PastTrade, ...]:
    return tuple(
        PastTrade(T0 + timedelta(seconds=n), price + n / 100, 100.0, "ARCA", "", False, False)
        for n in numbers
    )


def live(*numbers: int) -> tuple[Any, ...]:
    return tuple(
        replace_time(a_trade(price=187.0 + n / 100, size=100.0), T0 + timedelta(seconds=n))
        for n in numbers
    )


def replace_time(trade: Any, time: datetime) -> Any:
    return trade._replace(time=time)


@pytest.fixture
def ticks(shown, commands, qtbot):
    commands.clear()
    shown.sizes.chosen.emit(read_timeframe("10T"))
    assert commands.of(FollowTape) == [FollowTape(AAPL, "Chart")]
    commands.answer(FollowTape, Done())
    return shown


def test_past_prints_come_first_and_live_ones_go_on(ticks, commands) -> None:
    (ask,) = commands.of(Ask)
    assert isinstance(ask.query, PastTrades)
    ticks.take_trades(live(40, 41))  # before the answer
    commands.answer(Ask, Answered(past(*range(41))))
    data = ticks.feed.bars
    assert ticks.feed.series is Series.SHOWN
    assert data.volumes(data.first, data.end).tolist() == [1000.0] * 4 + [200.0]
    ticks.take_trades(live(*range(42, 55)))
    assert data.volumes(data.first, data.end).tolist() == [1000.0] * 5 + [500.0]
    ticks.take_trades(tuple(t._replace(con_id=CON_IDS["MSFT"]) for t in live(60)))
    assert data.volumes(data.first, data.end).sum() == 5500.0
    assert "From the broker's prints" in ticks.canvas.words.note
    assert "bars of 10 trades" in ticks.canvas.words.title


def test_older_prints_rebuild_the_bars_and_the_newest_stay_in_place(ticks, commands) -> None:
    commands.answer(Ask, Answered(past(*range(1000))))
    data = ticks.feed.bars
    end = data.end
    asks = [each for each in commands.of(Ask) if isinstance(each.query, PastTrades)]
    if len(asks) == 1:
        ticks.feed.want_older()
        asks = commands.of(Ask)
    assert asks[1].query.end == T0 + timedelta(seconds=1)  # second 0 may have been cut
    commands.answer(Ask, Answered(past(*range(-30, 2))))
    assert data.end == end
    assert data.volumes(data.first, data.end).sum() == pytest.approx(103_000)


def test_another_size_is_built_of_the_prints_that_are_here_without_asking(ticks, commands) -> None:
    commands.answer(Ask, Answered(past(*range(50))))
    commands.clear()
    ticks.sizes.chosen.emit(read_timeframe("2500V"))
    data = ticks.feed.bars
    assert data.volumes(data.first, data.end).tolist() == [2500.0] * 2
    assert "bars of 2500 shares or lots" in ticks.canvas.words.title
    ticks.take_trades(live(51, 52))
    assert data.volumes(data.first, data.end).tolist() == [2500.0] * 2 + [200.0]
    assert not commands.of(FollowTape)
    assert not [each for each in commands.of(Ask) if isinstance(each.query, PastTrades)]


def test_a_refused_tape_leaves_the_past_and_says_so(shown, commands) -> None:
    commands.clear()
    shown.sizes.chosen.emit(read_timeframe("8R"))
    commands.answer(FollowTape, Failed("no tick-by-tick data for this contract"))
    commands.answer(Ask, Answered(past(*range(50))))
    assert len(shown.feed.bars) > 3
    assert shown.canvas.words.warning


def test_back_to_time_the_tape_is_let_go(ticks, commands, qtbot) -> None:
    commands.answer(Ask, Answered(past(*range(50))))
    commands.clear()
    ticks.sizes.chosen.emit(read_timeframe("5m"))
    qtbot.waitUntil(lambda: bool(commands.of(FollowBars)))
    assert commands.of(UnfollowTape) == [UnfollowTape(AAPL, "Chart")]
    ticks.take_trades(live(70))
    assert len(ticks.feed.bars) == 0


def test_a_contract_without_rules_waits(panel, commands) -> None:
    panel._state.details.clear()
    panel.sizes.chosen.emit(read_timeframe("5K"))
    panel.show_contract(AAPL, "AAPL")
    assert commands.of(FollowTape) == []
    panel._state.details[AAPL] = replace(a_contract())
    panel.contract_known(AAPL)
    assert commands.of(FollowTape) == [FollowTape(AAPL, "Chart")]
