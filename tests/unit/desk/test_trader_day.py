"""A trader's day: forty ordinary orders pass without a question, forty dangerous ones do not.

The situations of orders-and-risk.md 1.3, through the real judge and the one door. The account
holds 1,000,000 with the limits proposed for it; SPY trades at 99.99 to 100.01.
"""

import pytest

from tests.helpers.day_orders import (
    MARKET,
    SELL,
    Situation,
    a_bracket,
    a_stop,
    after_accepting_for_the_day,
    after_delayed_was_accepted,
    again_on_the_ladder,
    both_sides,
    future,
    halted_exit,
    halve_an_order,
    holding,
    in_pence,
    leave_after_the_day_was_lost,
    leave_on_history,
    leave_what_is_restricted,
    leave_while_others_sell_too,
    nudge,
    on_the_weekend,
    option,
    order,
    penny_stock,
    quiet_for_an_hour,
    quiet_fund,
    reprice_a_part_filled_exit,
    scale_in,
    scale_out,
    sell_held_options,
    squeeze,
    ten_seconds_after_the_open,
    the_fifteenth_order,
    three_targets,
    to_breakeven,
    with_stop_working,
    write_what_the_broker_has_valued,
)
from tests.helpers.desk_fakes import D, Door
from workstation.domain.finding import (
    Level,
    RiskCode,
    Submitted,
)
from workstation.domain.order import Tif

ORDINARY: dict[str, Situation] = {
    "buys 100 shares at the ask": order(limit_price=D("100.01")),
    "buys 100 shares at the market": order(**MARKET),
    "buys as much as the personal limit allows": order(quantity=D(1000)),
    "bids below the market, good till cancelled": order(limit_price=D("90.00"), tif=Tif.GTC),
    "bids before the open": order(limit_price=D("99.50"), outside_rth=True),
    "takes what is there at once or nothing": order(limit_price=D("101.00"), tif=Tif.IOC),
    "buys one share": order(quantity=D(1)),
    "adds to a position": scale_in,
    "works both sides of a position": both_sides,
    "buys a stock below a dollar": penny_stock,
    "bids inside a wide market": quiet_fund,
    "buys what has not traded for an hour": quiet_for_an_hour,
    "closes the whole position": holding(100, order(side=SELL, **MARKET)),
    "closes a short position": holding(-100, order(**MARKET)),
    "buys with both exits": a_bracket(),
    "waits for a breakout": order(**a_stop("105.00")),
    "protects a position": holding(100, order(**a_stop("95.00", side=SELL, tif=Tif.GTC))),
    "moves a stop to breakeven": to_breakeven,
    "halves a working order": halve_an_order,
    "takes profit in three steps": three_targets,
    "buys one micro future": future,
    "buys ten micro futures": lambda door: future(door, quantity=D(10)),
    "buys five calls": option,
    "sells the calls it holds": sell_held_options,
    "buys a share that is quoted in pence": in_pence(2000),
    "clicks the ladder twice": again_on_the_ladder,
    "has fifteen bids working": the_fifteenth_order,
}

WITH_NOTHING_BUT_A_REMARK: dict[str, Situation] = {
    "sells 100 short": order(side=SELL),
    "bids far below, good till cancelled": order(limit_price=D("80.00"), tif=Tif.GTC),
    "bids on the weekend": on_the_weekend,
    "buys again on delayed data accepted today": after_delayed_was_accepted,
    "buys again in a size accepted for the day": after_accepting_for_the_day,
    "writes a call whose margin the broker has told": write_what_the_broker_has_valued,
    "moves an order by a tick whose size was accepted": nudge,
    "closes with a stop working": with_stop_working,
    "closes in the first seconds with a stop working": ten_seconds_after_the_open,
    "closes in two halves at once": scale_out,
    "takes an exit to the market after a part has filled": reprice_a_part_filled_exit,
    "closes a position far beyond every limit": holding(
        90_000, order(side=SELL, quantity=D(90_000), **MARKET)
    ),
    "closes beyond every limit and types no reason": holding(
        90_000,
        order(side=SELL, quantity=D(90_000), acknowledged=frozenset({"R05_ORDER_SIZE"}), **MARKET),
    ),
    "buys back in a squeeze over a silent link": squeeze,
    "closes while halted and without limits": halted_exit,
    "closes what is on the restricted list": leave_what_is_restricted,
    "closes after the day's loss was reached": leave_after_the_day_was_lost,
    "closes on quotes that stand still": leave_on_history,
    "closes half while the wire is full": leave_while_others_sell_too,
}


def test_there_are_forty() -> None:
    assert len(ORDINARY) + len(WITH_NOTHING_BUT_A_REMARK) >= 40


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_order_passes_without_a_word(name: str) -> None:
    door = Door()
    given = ORDINARY[name](door)

    assert isinstance(given, Submitted), given
    assert given.findings == ()
    assert door.locked == []


ACCEPTED_BEFORE = {RiskCode.ORDER_SIZE, RiskCode.DELAYED_DATA}


@pytest.mark.parametrize("name", WITH_NOTHING_BUT_A_REMARK)
def test_an_ordinary_order_is_never_held_up_by_a_remark(name: str) -> None:
    door = Door()
    given = WITH_NOTHING_BUT_A_REMARK[name](door)

    assert isinstance(given, Submitted), given
    accepted = {finding.code for finding in given.findings if finding.level is not Level.INFO}
    assert accepted <= ACCEPTED_BEFORE
    assert door.locked == []
