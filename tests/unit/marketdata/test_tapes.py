"""Prints and bars of five seconds on their way to the window: every one, in order."""

from datetime import UTC, datetime

from tests.helpers.desk_fakes import SPY
from tests.helpers.virtual_time import VirtualClock
from workstation.domain.bar import Bar
from workstation.domain.ids import ConId, ReqId
from workstation.domain.market_sinks import BarRow, PrintColumns
from workstation.domain.trade import Aggressor, Trade
from workstation.marketdata.live_bars import MOST_KEPT, LiveBars
from workstation.marketdata.quotes import Quotes
from workstation.marketdata.tapes import Tapes

OTHER = ConId(2)
START = 1_790_000_000
START_TIME = datetime.fromtimestamp(START, UTC)


def prints(*prices: float) -> PrintColumns:
    count = len(prices)
    return PrintColumns(
        [START + n for n in range(count)], list(prices), [100.0] * count, ["ARCA"] * count,
        ["I"] * count,
    )  # fmt: skip


def quoted() -> Tapes:
    quotes = Quotes(VirtualClock())
    quotes.set_prices([(SPY, 1, 99.0), (SPY, 2, 101.0)])
    tapes = Tapes(quotes)
    tapes.attach(ReqId(7), SPY)
    tapes.attach(ReqId(8), OTHER)
    return tapes


def test_each_print_is_judged_by_the_quote_that_stood_when_it_came() -> None:
    tapes = quoted()
    tapes.add_all(7, prints(101, 100, 99))
    tapes._quotes.set_prices([(SPY, 1, 100.0)])  # type: ignore[attr-defined]
    tapes.add_all(7, prints(100))

    (trades,) = tapes.take()

    assert [trade.aggressor.name for trade in trades] == ["BUYER", "UNKNOWN", "SELLER", "SELLER"]
    assert trades[0] == Trade(SPY, START_TIME, 101, 100, "ARCA", "I", Aggressor.BUYER)
    assert trades[-1] == list(trades)[3]
    assert trades[1:3] == tuple(trades)[1:3]


def test_prints_of_a_request_that_has_ended_are_dropped_and_nothing_is_told_twice() -> None:
    tapes = quoted()
    tapes.add_all(7, prints(100))
    tapes.add_all(8, prints(50, 51))
    assert tapes.detach(SPY) == [7]
    tapes.add_all(7, prints(100))

    assert [(each.con_id, each.prices) for each in tapes.take()] == [
        (SPY, [100]),
        (OTHER, [50, 51]),
    ]
    assert tapes.take() == []


def bar(second: int, close: float = 100.0, volume: float | None = 300.0) -> BarRow:
    return BarRow(START + second, 99.0, 101.0, 98.0, close, volume, 99.5, 12)


def test_bars_of_five_seconds_come_in_order_and_the_newest_is_kept() -> None:
    bars = LiveBars()
    bars.attach(ReqId(7), SPY)
    bars.add(7, bar(0))
    bars.add(7, bar(5, close=102.0, volume=None))
    bars.add(9, bar(5))

    ((first, second),) = bars.take()

    assert first.bar == Bar(START_TIME, 99.0, 101.0, 98.0, 100.0, 300.0)
    assert (first.average, first.trades) == (99.5, 12)
    assert (second.bar.close, second.bar.volume) == (102.0, 0.0)
    assert bars.newest(SPY) == second
    assert bars.take() == []
    assert bars.detach(SPY) == [7]
    bars.add(7, bar(10))
    assert (bars.take(), bars.newest(SPY)) == ([], None)


def test_bars_that_nobody_takes_are_not_kept_without_limit() -> None:
    bars = LiveBars()
    bars.attach(ReqId(7), SPY)
    for number in range(MOST_KEPT + 5):
        bars.add(7, bar(5 * number))

    (kept,) = bars.take()

    assert len(kept) == MOST_KEPT
    assert kept[-1].bar.time.timestamp() == START + 5 * (MOST_KEPT + 4)
