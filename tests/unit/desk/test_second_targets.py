"""A plain target beside a bracket's may be added, and the trader is told what may come of it."""

from typing import Any

import pytest

from tests.helpers.desk_fakes import D, Door, fill, open_order
from workstation.domain.finding import Level, RiskCode, Submitted, TradingState
from workstation.domain.ids import ClientId, IntentId, OrderId, PermId
from workstation.domain.notice import Severity
from workstation.domain.order import OrderType, Side

FOREIGN = {"client_id": ClientId(3), "side": Side.SELL, "oca_group": "g", "oca_type": 1}


def bracketed() -> Door:
    """A hundred are held; a group of a stop and a target stands for them."""
    door = Door()
    door.hold(100)
    for number, terms in enumerate(
        ({"order_type": "STP", "limit_price": None, "stop_price": D(95)}, {"limit_price": D(110)}),
        50,
    ):
        named = {"order_id": OrderId(number), "perm_id": PermId(9000 + number)}
        door.apply(open_order(**(FOREIGN | named | terms)))
    return door


def target(door: Door, **terms: Any) -> Any:
    given = {"side": Side.SELL, "limit_price": D("108.00"), "intent_id": IntentId("target")}
    return door.submit(**(given | terms))


def codes(answer: Any) -> list[RiskCode]:
    return [each.code for each in answer.findings]


@pytest.mark.parametrize("state", [TradingState.ACTIVE, TradingState.HALTED])
def test_it_is_an_exit_and_leaves_with_a_warning(state: TradingState) -> None:
    door = bracketed()
    door.stand(trading_state=state)
    answer = target(door)

    assert isinstance(answer, Submitted)
    found = next(each for each in answer.findings if each.code is RiskCode.SECOND_TARGET)
    assert (found.level, found.measured, found.limit) == (
        Level.INFO, "200 with all of them filled", "100 held",
    )  # fmt: skip
    (told,) = door.out.notices
    assert (told.severity, told.order) == (Severity.WARNING, answer.key)
    assert "may fill beside" in told.text
    assert "one group" in told.advice


def test_no_warning_where_all_of_them_close_no_more_than_is_held() -> None:
    door = bracketed()
    door.hold(200)
    assert RiskCode.SECOND_TARGET not in codes(target(door))
    assert door.out.notices == []


def test_a_close_now_and_an_entry_are_no_target() -> None:
    door = bracketed()
    assert RiskCode.SECOND_TARGET not in codes(target(door, limit_price=D("99.50")))
    assert RiskCode.SECOND_TARGET not in codes(
        door.submit(intent_id=IntentId("in"), limit_price=D("99.00"), quantity=D(10))
    )
    assert door.out.notices == []


def test_an_order_that_waits_for_a_price_is_a_target_too() -> None:
    door = bracketed()
    kinds = frozenset({"LMT", "MIT"})
    details = door.contracts.known[next(iter(door.contracts.known))]
    object.__setattr__(details, "order_types", kinds)
    answer = target(
        door, order_type=OrderType.MARKET_IF_TOUCHED, limit_price=None, stop_price=D("108.00")
    )
    assert RiskCode.SECOND_TARGET in codes(answer)


def test_a_change_that_makes_it_larger_warns_again_and_its_fill_does_not() -> None:
    door = bracketed()
    door.hold(150)
    answer = target(door, quantity=D(50))
    assert door.out.notices == []
    door.apply(open_order(door.order(answer.key)))
    changed = door.change(answer.key, quantity=D(60))
    assert codes(changed).count(RiskCode.SECOND_TARGET) == 1
    assert len(door.out.notices) == 1
    door.apply(fill("t.1", 10, side=Side.SELL, order_id=door.order(answer.key).order_id,
                    perm_id=door.order(answer.key).perm_id))  # fmt: skip
    assert len(door.out.notices) == 1
