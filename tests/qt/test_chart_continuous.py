"""A continuous future: expiries stitched at their rolls, which are marked; nothing is adjusted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.qt.fakes import AAPL, a_contract
from tests.qt.test_chart_panel import paint, panel
from workstation.domain.bar import Bar, BarSize, BarUpdate
from workstation.domain.commands import Answered, Ask, BarsAnswer, FollowBars
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.ids import ConId
from workstation.domain.queries import BarsPage, FindContracts
from workstation.ui.chart.roll_feed import ROLL_DAYS, parts_of
from workstation.ui.chart.source import Older, Series

__all__ = ["panel"]

NOW = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
HOURS = "20260315:1800-20260316:1700"


def future(number: int, days: int, expiry: str = "", **changes: Any) -> ContractDetails:
    """Return an expiry whose last day of trade is so many days from today."""
    contract = Contract(
        con_id=ConId(900 + number),
        symbol="ES",
        sec_type="FUT",
        exchange="CME",
        local_symbol=f"ES{number}",
        trading_class="ES",
        expiry=expiry or f"{NOW + timedelta(days=days):%Y%m%d}",
    )
    values: dict[str, Any] = {
        "multiplier": Decimal(50),
        "time_zone_id": "UTC",
        "trading_hours": HOURS,
    }
    return replace(a_contract("AAPL"), contract=contract, **{**values, **changes})


FAR, NEAR, LAST, GONE = future(4, 150), future(3, 60), future(2, -30), future(1, -120)
ROLL = NOW + timedelta(days=-30 - ROLL_DAYS) - timedelta(hours=6)
"""When NEAR took over from LAST: the evening on which the trading day begins."""


def day(at: datetime, price: float) -> Bar:
    return Bar(at, price, price + 1, price - 1, price, 10.0)


def days(first: int, end: int, price: float) -> tuple[Bar, ...]:
    return tuple(day(NOW + timedelta(days=n), price) for n in range(first, end))


def test_each_expiry_stands_until_the_evening_before_its_roll_and_the_far_ones_wait() -> None:
    found = parts_of([NEAR, GONE, FAR, LAST], int(NOW.timestamp()))
    assert [part.details.contract.local_symbol for part in found] == ["ES1", "ES2", "ES3"]
    assert found[2].begin == found[1].end == int(ROLL.timestamp())
    assert all(part.begin < part.end for part in found)
    assert parts_of([future(9, 60, expiry="202612")], int(NOW.timestamp())) == []


@pytest.fixture
def stitched(panel, commands):
    """A continuous chart of days: NEAR is here, LAST and GONE are still to come."""
    panel._state.details[NEAR.contract.con_id] = NEAR
    panel.restore_chart({"size": "1D", "continuous": True})
    panel.show_contract(NEAR.contract.con_id, "ES")
    (ask,) = commands.of(Ask)
    assert isinstance(ask.query, FindContracts)
    assert ask.query.filter.include_expired
    assert (ask.query.filter.symbol, ask.query.filter.trading_class) == ("ES", "ES")
    other = future(7, 40, multiplier=Decimal(5))
    commands.answer(Ask, Answered((NEAR, other, GONE, FAR, LAST)))
    (follow,) = commands.of(FollowBars)
    assert follow.con_id == NEAR.contract.con_id
    page = BarsAnswer(NEAR.contract.con_id, BarSize.DAY_1, days(-60, 1, 300.0), complete=False)
    commands.answer(FollowBars, page)
    return panel


def pages(commands: Any) -> list[BarsPage]:
    return [each.query for each in commands.of(Ask) if isinstance(each.query, BarsPage)]


def test_the_past_is_of_the_expiry_that_traded_then(stitched, commands) -> None:
    data = stitched.feed.bars
    first = datetime.fromtimestamp(data.time(data.first), UTC)
    assert first == NOW - timedelta(days=38)  # the first date that is wholly after the roll
    (page,) = pages(commands)
    assert page.contract == LAST.contract
    assert page.before == ROLL
    commands.answer(Ask, Answered(days(-130, -20, 200.0)))
    prices = set(data.closes(data.first, data.end).tolist())
    assert prices == {200.0, 300.0}
    times = data.times.tolist()
    assert times == sorted(set(times))
    (rest,) = pages(commands)[1:]
    assert rest.contract == GONE.contract
    commands.answer(Ask, Answered(days(-240, -100, 100.0)))
    at = {
        datetime.fromtimestamp(t, UTC): c
        for t, c in zip(
            data.times.tolist(), data.closes(data.first, data.end).tolist(), strict=True
        )
    }
    assert at[NOW - timedelta(days=39)] == 200.0
    assert at[NOW - timedelta(days=38)] == 300.0
    assert len(at) == len(data) == 1 + max(-n for n in [(t - NOW).days for t in at])
    assert stitched.feed.rolls[-1] == (int(ROLL.timestamp()), "ES3")
    assert "not adjusted" in stitched.canvas.words.note
    assert "continuous" in stitched.canvas.words.title


def test_it_goes_on_live_and_nothing_is_traded_on_it(stitched) -> None:
    data = stitched.feed.bars
    moved = BarUpdate(NEAR.contract.con_id, BarSize.DAY_1, day(NOW, 333.0))
    stitched.take_updates([moved])
    assert data.bar(data.end - 1)[3] == 333.0
    assert stitched.trading.con_id is None
    assert stitched.chart_state()["continuous"] is True


def test_rolls_are_marked(stitched, commands) -> None:
    commands.answer(Ask, Answered(days(-130, -20, 200.0)))
    marked = paint(stitched)
    stitched.feed._parts[2] = replace(stitched.feed._parts[2], begin=0)
    assert paint(stitched) != marked


def test_an_expiry_without_bars_gives_way_to_the_one_before(stitched, commands) -> None:
    commands.answer(Ask, Answered(()))
    assert [page.contract for page in pages(commands)] == [LAST.contract, GONE.contract]
    commands.answer(Ask, Answered(()))
    assert stitched.feed.older is Older.COMPLETE
    assert stitched.feed.series is Series.SHOWN


def test_the_menu_offers_it_for_futures_only(panel, commands) -> None:
    panel.show_contract(AAPL, "AAPL")
    assert not panel.extras.continuous.isEnabled()
    assert "no future" in panel.extras.continuous.text()
    panel._state.details[NEAR.contract.con_id] = NEAR
    panel.show_contract(NEAR.contract.con_id, "ES")
    commands.clear()
    assert panel.extras.continuous.isEnabled()
    panel.extras.continuous.trigger()
    assert [type(each.query) for each in commands.of(Ask)] == [FindContracts]
    panel.extras.continuous.trigger()
    assert panel.data.rolls == []
    assert panel.trading.con_id == NEAR.contract.con_id
