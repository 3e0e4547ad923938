"""A trader's day: ordinary orders pass without a word, dangerous ones do not.

The first of the situations of orders-and-risk.md 1.3: those this program can express. The
account holds 1,000,000 with the limits proposed for it; SPY trades at 99.99 to 100.01.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.desk_fakes import SPY, D, Door, a_draft, fill, open_order, spy
from workstation.domain.account import Environment
from workstation.domain.contract import Contract
from workstation.domain.finding import (
    Answer,
    Denied,
    Level,
    NeedsAcknowledgement,
    RiskCode,
    Submitted,
    TradingState,
)
from workstation.domain.ids import AccountId, ClientId, IntentId, OrderId, PermId
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.prices import PriceLadder

MARKET: dict[str, Any] = {"order_type": OrderType.MARKET, "limit_price": None}
SELL = Side.SELL

Situation = Callable[[Door], Answer]


def holding(quantity: int, situation: Situation) -> Situation:
    def act(door: Door) -> Answer:
        door.hold(quantity)
        return situation(door)

    return act


def order(**terms: Any) -> Situation:
    return lambda door: door.submit(**terms)


def with_stop_working(door: Door) -> Answer:
    door.hold(100)
    door.apply(
        open_order(
            side=SELL, order_type="STP", limit_price=None, client_id=ClientId(0),
            order_id=OrderId(0), perm_id=PermId(4),
        )
    )  # fmt: skip
    return answer(door.submit(side=SELL, **MARKET))


def answer(given: Any) -> Answer:
    result: Answer = given
    return result


def close_twice(door: Door) -> Answer:
    door.hold(100)
    door.submit(side=SELL, **MARKET)
    return answer(door.submit(intent_id=IntentId("again"), side=SELL, **MARKET))


def scale_out(door: Door) -> Answer:
    door.hold(100)
    door.submit(side=SELL, quantity=D(50), **MARKET)
    return answer(door.submit(intent_id=IntentId("2"), side=SELL, quantity=D(50), **MARKET))


def scale_in(door: Door) -> Answer:
    door.submit()
    door.clock.seconds += 5
    return answer(door.submit(intent_id=IntentId("2")))


def both_sides(door: Door) -> Answer:
    door.hold(100)
    door.working(side=SELL, limit_price=D("101.00"))
    return answer(door.submit(limit_price=D("99.00")))


def nudge(door: Door) -> Answer:
    big = {"quantity": D(1500), "acknowledged": frozenset({"R05_ORDER_SIZE"})}
    key = door.working(**big)
    return answer(door.change(key, limit_price=D("100.01")))


def reprice_a_part_filled_exit(door: Door) -> Answer:
    door.hold(100)
    key = door.working(side=SELL, limit_price=D("101.00"))
    door.apply(fill("a.1.01", 60, side=SELL))
    door.hold(40)
    return answer(door.change(key, limit_price=D("99.99")))


def penny_stock(door: Door) -> Answer:
    door.market(0.4998, 0.5001)
    return answer(door.submit(quantity=D(10_000), limit_price=D("0.5001")))


def quiet_fund(door: Door) -> Answer:
    door.market(98.00, 102.00)
    return answer(door.submit(limit_price=D("101.00")))


def quiet_for_an_hour(door: Door) -> Answer:
    door.clock.seconds += 3600
    return answer(door.submit())


def squeeze(door: Door) -> Answer:
    door.hold(-100)
    door.market(150.00, 170.00)
    door.links(suspect=True, ready=False)
    return answer(door.submit(limit_price=D("200.00")))


def halted_exit(door: Door) -> Answer:
    door.hold(100)
    door.stand(trading_state=TradingState.HALTED, limits=None)
    return answer(door.submit(side=SELL, **MARKET))


ORDINARY: dict[str, Situation] = {
    "buys 100 shares at the ask": order(limit_price=D("100.01")),
    "buys 100 shares at the market": order(**MARKET),
    "sells 100 short": order(side=SELL),
    "buys as much as the personal limit allows": order(quantity=D(1000)),
    "bids far below, good till cancelled": order(limit_price=D("80.00"), tif=Tif.GTC),
    "bids before the open": order(limit_price=D("99.50"), outside_rth=True),
    "buys one share": order(quantity=D(1)),
    "adds to a position": scale_in,
    "works both sides of a position": both_sides,
    "buys a stock below a dollar": penny_stock,
    "bids inside a wide market": quiet_fund,
    "buys what has not traded for an hour": quiet_for_an_hour,
    "closes the whole position": holding(100, order(side=SELL, **MARKET)),
    "closes a short position": holding(-100, order(**MARKET)),
}

WITH_NOTHING_BUT_A_REMARK: dict[str, Situation] = {
    "moves an order by a tick whose size was accepted": nudge,
    "closes with a stop working": with_stop_working,
    "closes in two halves at once": scale_out,
    "takes an exit to the market after a part has filled": reprice_a_part_filled_exit,
    "closes a position far beyond every limit": holding(
        90_000, order(side=SELL, quantity=D(90_000), **MARKET)
    ),
    "buys back in a squeeze over a silent link": squeeze,
    "closes while halted and without limits": halted_exit,
}


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_order_passes_without_a_word(name: str) -> None:
    door = Door()
    given = ORDINARY[name](door)

    assert isinstance(given, Submitted), given
    assert given.findings == ()
    assert door.locked == []


@pytest.mark.parametrize("name", WITH_NOTHING_BUT_A_REMARK)
def test_an_ordinary_exit_or_move_is_never_held_up(name: str) -> None:
    given = WITH_NOTHING_BUT_A_REMARK[name](Door())

    assert isinstance(given, Submitted), given
    accepted = {finding.code for finding in given.findings if finding.level is not Level.INFO}
    assert accepted <= {RiskCode.ORDER_SIZE}


# -- dangerous --------------------------------------------------------------------------------------


def stale(door: Door) -> Answer:
    door.quotes.mark_all_stale()
    return answer(door.submit(**MARKET))


def no_data(door: Door) -> Answer:
    door.quotes.forget(SPY)
    return answer(door.submit())


def crossed_and_far(door: Door) -> Answer:
    door.quotes.set_price(SPY, 4, 50.0)
    door.market(101.0, 100.0)
    return answer(door.submit())


def another_currency(door: Door) -> Answer:
    contract = Contract(con_id=SPY, symbol="SPY", currency="JPY")
    door.contracts.known[SPY] = spy(contract=contract)
    return answer(door.submit())


def half_pennies(door: Door) -> Answer:
    door.contracts.known[SPY] = spy(ladder=PriceLadder.of_tick(D("0.05")))
    return answer(door.submit(limit_price=D("100.01")))


def unarmed(door: Door) -> Answer:
    account = AccountId("U1234567")
    door.stand(accounts=(account,), environment=Environment.LIVE)
    return answer(door.submit(a_draft(account=account)))


def live_in_a_paper_profile(door: Door) -> Answer:
    account = AccountId("U1234567")
    door.stand(accounts=(account,), environment=Environment.PAPER, armed=True)
    return answer(door.submit(a_draft(account=account)))


def built_up_piece_by_piece(door: Door) -> Answer:
    for number in range(3):
        door.submit(intent_id=IntentId(str(number)), quantity=D(800 + number))
    return answer(door.submit())


def a_leaning_finger(door: Door) -> Answer:
    for number in range(10):
        door.submit(intent_id=IntentId(str(number)), quantity=D(number + 1), source="hotkey")
    return answer(door.submit(quantity=D(99), source="hotkey"))


def reduced_after_overfill(door: Door) -> Answer:
    door.stand(trading_state=TradingState.REDUCING, trading_reason="more was filled")
    door.hold(100)
    return answer(door.submit(side=SELL, quantity=D(101), **MARKET))


def grow_quietly(door: Door) -> Answer:
    key = door.working()
    return answer(door.change(key, quantity=D(1100)))


def lost_in_the_middle(door: Door) -> Answer:
    door.links(ready=False, synced=False, reason="the other side closed the connection")
    door.hold(100)
    return answer(door.submit(side=SELL, **MARKET))


DANGEROUS: dict[str, tuple[Situation, type]] = {
    "a zero too many": (order(quantity=D(10_000)), Denied),
    "a bit more than usual": (order(quantity=D(1001)), NeedsAcknowledgement),
    "a point in the wrong place": (order(limit_price=D("1000.00")), Denied),
    "four per cent through the market": (order(limit_price=D("104.02")), NeedsAcknowledgement),
    "sells far below the market": (order(side=SELL, limit_price=D("10.00")), Denied),
    "buys at the market on stale quotes": (stale, Denied),
    "bids without any data": (no_data, NeedsAcknowledgement),
    "trusts a crossed market": (crossed_and_far, Denied),
    "forgets the currency": (another_currency, Denied),
    "prices between the ticks": (half_pennies, Denied),
    "trades live unarmed": (unarmed, Denied),
    "is in the wrong world": (live_in_a_paper_profile, Denied),
    "builds a large position in small pieces": (built_up_piece_by_piece, NeedsAcknowledgement),
    "leans on a key": (a_leaning_finger, Denied),
    "closes twice": (close_twice, NeedsAcknowledgement),
    "turns around while reducing": (reduced_after_overfill, Denied),
    "grows an order instead of sending one": (grow_quietly, NeedsAcknowledgement),
    "trades what it cannot know": (lost_in_the_middle, Denied),
}


@pytest.mark.parametrize("name", DANGEROUS)
def test_a_dangerous_order_does_not_pass(name: str) -> None:
    situation, expected = DANGEROUS[name]
    given = situation(Door())

    assert isinstance(given, expected), given
    assert max(finding.level for finding in given.findings) > Level.INFO
