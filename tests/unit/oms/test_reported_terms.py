"""What of an order the broker's report shows, as the broker writes it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.helpers.desk_fakes import D
from workstation.domain.ids import ConId
from workstation.domain.order import OrderTerms
from workstation.domain.order_extras import Algo, Condition, ConditionKind, Conditions
from workstation.oms.reported_terms import is_taken, not_shown

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
PLAIN = OrderTerms()


def test_a_time_is_taken_to_the_minute() -> None:
    asked = replace(PLAIN, good_till=AT)
    assert is_taken(PLAIN, asked, replace(PLAIN, good_till=AT + timedelta(seconds=59)))
    assert not is_taken(PLAIN, asked, replace(PLAIN, good_till=AT + timedelta(seconds=60)))
    assert not is_taken(PLAIN, asked, replace(PLAIN, good_till=AT - timedelta(hours=1)))
    assert not is_taken(PLAIN, asked, PLAIN)


def test_an_algorithm_is_taken_in_any_spelling_and_with_empty_parameters_left_out() -> None:
    asked = replace(
        PLAIN, algo=Algo(strategy="Vwap", params=(("maxPctVol", "0.1"), ("endTime", "")))
    )
    assert is_taken(
        PLAIN, asked, replace(PLAIN, algo=Algo(strategy="VWAP", params=(("MAXPCTVOL", "0.1"),)))
    )
    assert not is_taken(
        PLAIN, asked, replace(PLAIN, algo=Algo(strategy="Twap", params=(("maxPctVol", "0.1"),)))
    )
    assert not is_taken(
        PLAIN, asked, replace(PLAIN, algo=Algo(strategy="Vwap", params=(("maxPctVol", "0.2"),)))
    )


def test_an_algorithm_or_conditions_that_were_left_out_are_not_taken() -> None:
    algo = replace(PLAIN, algo=Algo(strategy="Vwap"))
    conditions = replace(
        PLAIN, conditions=Conditions(each=(Condition(kind=ConditionKind.TIME, time=AT),))
    )
    for asked in (algo, conditions, replace(PLAIN, good_till=AT)):
        assert not is_taken(PLAIN, asked, PLAIN)
        assert not is_taken(asked, PLAIN, asked)


def test_conditions_are_taken_without_what_is_only_shown() -> None:
    price = Condition(kind=ConditionKind.PRICE, con_id=ConId(7), symbol="SPY", value=D(99))
    moment = Condition(kind=ConditionKind.TIME, time=AT)
    asked = replace(PLAIN, conditions=Conditions(each=(price, moment)))
    nameless = replace(price, symbol="")
    sharp = replace(moment, time=AT + timedelta(seconds=30))
    assert is_taken(PLAIN, asked, replace(PLAIN, conditions=Conditions(each=(nameless, sharp))))
    other = replace(price, value=D(98))
    assert not is_taken(PLAIN, asked, replace(PLAIN, conditions=Conditions(each=(other, moment))))
    ends = Conditions(each=(price, moment), cancels=True)
    assert not is_taken(PLAIN, asked, replace(PLAIN, conditions=ends))


def test_what_a_report_lacks_is_named_in_a_traders_words() -> None:
    ours = replace(PLAIN, hidden=True, algo=Algo(strategy="Vwap"))
    assert not_shown(ours, PLAIN) == ("hidden", "algo")
    assert not_shown(ours, ours) == ()
    assert not_shown(PLAIN, ours) == ()
