"""How orders, fills and their extras are called and checked before anything is sent."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.desk_fakes import NOON, D, execution
from workstation.domain.algos import algo_faults, algo_time, time_text
from workstation.domain.bar import Bar, BarSize, BarUpdate, OfSeries, SeriesKey
from workstation.domain.combo import ComboLeg
from workstation.domain.combo_contract import KnownLeg
from workstation.domain.confirmation import Ask, Confirmations
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.execution_quality import (
    BEFORE_MEASURING,
    NOT_RUNNING,
    FillMarket,
    FillQuality,
    MarketSample,
    MarkOut,
)
from workstation.domain.ids import ConId
from workstation.domain.limit_use import ExposureRow
from workstation.domain.order import OrderType
from workstation.domain.order_extras import (
    AdjustedType,
    Adjustment,
    Algo,
    Condition,
    ConditionKind,
    Conditions,
    adjustment_words,
    condition_words,
    conditions_words,
)
from workstation.domain.prices import PriceLadder

MOMENT = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


def test_a_time_of_an_algorithm_is_read_as_it_is_written_and_nothing_else_is() -> None:
    assert algo_time(time_text(MOMENT)) == MOMENT
    for text in (
        "",
        "14:30",
        "20261120 14:30:00",
        "20261120-25:61:00 UTC",
        "20261399-14:30:00 UTC",
    ):
        assert algo_time(text) is None


def test_a_number_of_an_algorithm_is_a_number_in_its_range() -> None:
    def faults(value: str) -> str:
        algo = Algo(strategy="Vwap", params=(("maxPctVol", value),))
        return " ".join(algo_faults(algo))

    assert faults("0.1") == ""
    assert "a number." in faults("NaN")
    assert "a number." in faults("Infinity")
    assert "a number." in faults("plenty")
    assert "%" in faults("7")


def test_a_leg_is_called_by_its_terms_or_its_own_symbol() -> None:
    def name(**terms: Any) -> str:
        contract = Contract(con_id=ConId(1), symbol="AAPL", **terms)
        details = ContractDetails(contract=contract, ladder=PriceLadder.of_tick(D("0.01")))
        return KnownLeg(ComboLeg(con_id=ConId(1), ratio=1), details).name

    option = {"sec_type": "OPT", "right": "C", "strike": D(200), "expiry": "20270115"}
    assert name(**option) == "20270115 200C"
    assert name(sec_type="FUT", local_symbol="ESZ6") == "ESZ6"
    assert name(sec_type="STK") == "AAPL"


def test_a_large_order_is_an_amount() -> None:
    assert Confirmations(large=D(0)).is_sound
    for large in (D(-1), D("NaN"), D("Infinity")):
        assert not Confirmations(large=large).is_sound


def test_a_fill_is_called_as_its_trader_calls_it() -> None:
    assert execution(symbol="SPY", sec_type="STK", local_symbol="SPY").shown_name == "SPY"
    option = execution(symbol="SPY", sec_type="OPT", local_symbol="SPY 270115C200")
    assert option.shown_name == "SPY 270115C200"
    assert execution(symbol="SPY", sec_type="OPT", local_symbol="").shown_name == "SPY"
    assert execution(symbol="SPY", sec_type="BAG").shown_name == "SPY combination"


def test_why_there_is_no_mark_out_is_said() -> None:
    sample = MarketSample(at=NOON)
    market = FillMarket(
        fill="a.1", key=None, order_type="LMT", algo="", filled_at=NOON, arrival=sample,
        at_fill=sample, point_value=Decimal(1), currency="USD",
    )  # fmt: skip
    fill = execution("a.1.01")
    assert FillQuality(execution=fill).mark_fault(10) == BEFORE_MEASURING
    assert FillQuality(execution=fill, market=market).mark_fault(10) == NOT_RUNNING
    assert FillQuality(execution=fill, market=market, is_pending=True).mark_fault(10) == ""
    silent = MarkOut(fill="a.1", horizon=10, market=MarketSample(at=NOON, fault="no quote"))
    assert FillQuality(execution=fill, market=market, marks=(silent,)).mark_fault(10) == "no quote"
    assert FillQuality(execution=fill, market=market, marks=(silent,)).mark(60) is None


def test_net_is_long_less_short_and_gross_their_sum() -> None:
    row = ExposureRow("currency", "USD", D(700), D(200))
    assert (row.net, row.gross) == (D(500), D(900))


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"kind": ConditionKind.EXECUTION, "symbol": "SPY"}, "SPY trades in the account"),
        ({"kind": ConditionKind.TIME, "time": MOMENT}, "it is before 2026-11-20 14:30:00 UTC"),
        ({"kind": ConditionKind.TIME, "is_more": True}, "it is after ?"),
        ({"kind": ConditionKind.MARGIN, "value": D(30)}, "the margin cushion is at most 30 %"),
        ({"kind": ConditionKind.VOLUME, "symbol": "SPY", "value": D(1000), "is_more": True},
         "SPY has a volume of at least 1000"),
        ({"kind": ConditionKind.PERCENT_CHANGE, "con_id": ConId(7), "value": D(2)},
         "contract 7 has changed by at most 2 %"),
        ({"kind": ConditionKind.PRICE, "symbol": "SPY"}, "SPY is at most ?"),
    ],
)  # fmt: skip
def test_a_condition_says_what_it_waits_for(terms: dict[str, Any], words: str) -> None:
    assert condition_words(Condition(**({"is_more": False} | terms))) == words


def test_only_conditions_on_a_market_look_at_a_contract() -> None:
    looks = {kind for kind in ConditionKind if kind.of_contract}
    assert looks >= {ConditionKind.PRICE, ConditionKind.VOLUME, ConditionKind.PERCENT_CHANGE}
    assert not looks & {ConditionKind.TIME, ConditionKind.MARGIN}


def test_a_time_without_its_zone_is_no_condition() -> None:
    naive = datetime(2026, 11, 20, 14, 30)  # noqa: DTZ001 what a condition must refuse
    with pytest.raises(ValueError, match="zone"):
        Condition(kind=ConditionKind.TIME, time=naive)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"becomes": AdjustedType.STOP, "stop_price": D(105)}, "at 110 becomes STP 105"),
        ({"becomes": AdjustedType.STOP_LIMIT, "stop_price": D(105), "limit_price": D(104)},
         "at 110 becomes STP LMT 105 limit 104"),
        ({"becomes": AdjustedType.TRAIL, "stop_price": D(105), "trail_amount": D(1)},
         "at 110 becomes TRAIL 105 trailing by 1"),
        ({"becomes": AdjustedType.TRAIL, "trail_amount": D(5), "trails_by_percent": True},
         "at 110 becomes TRAIL trailing by 5 %"),
    ],
)  # fmt: skip
def test_an_adjustable_stop_says_what_it_becomes(terms: dict[str, Any], words: str) -> None:
    assert adjustment_words(Adjustment(trigger_price=D(110), **terms)) == words


def test_a_number_of_an_algorithm_outside_its_range_is_told_with_the_range() -> None:
    low = Algo(strategy="DarkIce", params=(("displaySize", "0"),))
    assert any("from 1 to" in fault for fault in algo_faults(low))


def test_conditions_are_said_in_the_order_in_which_they_are_joined() -> None:
    first = Condition(kind=ConditionKind.PRICE, symbol="SPY", value=D("99.00"), joins_and=False)
    second = Condition(kind=ConditionKind.VOLUME, symbol="SPY", value=D(1000))
    assert conditions_words(Conditions(each=(first, second))) == (
        "sent when SPY is at least 99.00 or SPY has a volume of at least 1000"
    )
    assert conditions_words(Conditions(each=(), cancels=True, ignores_rth=True)) == (
        "cancelled when nothing, also outside regular hours"
    )


def test_what_asks_goes_by_the_kind_of_order_and_a_sound_amount() -> None:
    table = Confirmations(limit=Ask.NEVER, stop=Ask.ALWAYS, market=Ask.LARGE)
    assert table.of_kind(OrderType.LIMIT) is Ask.NEVER
    assert table.of_kind(OrderType.TRAIL) is Ask.ALWAYS
    assert table.of_kind(OrderType.MARKET) is Ask.LARGE
    assert table.is_sound
    assert not Confirmations(large=D("NaN")).is_sound
    assert not Confirmations(large=D(-1)).is_sound


def test_a_size_of_bar_says_its_seconds_and_an_update_its_series() -> None:
    assert BarSize.MINUTE_5.seconds == 300
    update = BarUpdate(ConId(1), BarSize.DAY_1, Bar(MOMENT, 1.0, 2.0, 0.5, 1.5, 10.0))
    assert update.series == SeriesKey(ConId(1), BarSize.DAY_1)
    assert OfSeries(ConId(1), BarSize.DAY_1).series == SeriesKey(ConId(1), BarSize.DAY_1)
