"""What counts as an exit, and that no exit is trapped and no entry passes for one."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.desk_fakes import (
    ACCOUNT,
    LIMITS,
    SPY,
    D,
    Door,
    a_draft,
    fill,
    open_order,
    status,
)
from workstation.domain.finding import Denied, Level, RiskCode, Submitted, TradingState
from workstation.domain.ids import AccountId, ClientId, ConId, IntentId, OrderId, PermId
from workstation.domain.order import OrderType, Side
from workstation.domain.order_status import Lifecycle
from workstation.oms.events import Reconciled

SELL, BUY = Side.SELL, Side.BUY


def long(quantity: int = 100, state: TradingState = TradingState.HALTED) -> Door:
    """A door that holds a position and lets nothing but exits pass."""
    door = Door()
    door.hold(quantity)
    door.stand(trading_state=state)
    return door


def is_exit(door: Door, **changes: Any) -> bool:
    return door.judge(a_draft(**{"side": SELL, **changes}), None).entry_value is None


def market(**changes: Any) -> dict[str, Any]:
    return {"order_type": OrderType.MARKET, "limit_price": None, **changes}


def foreign(door: Door, quantity: int, **changes: Any) -> None:
    """An order of another client on the selling side."""
    terms = {"client_id": ClientId(3), "order_id": OrderId(0), "perm_id": PermId(quantity)}
    door.apply(open_order(side=SELL, quantity=D(quantity), **{**terms, **changes}))


# -- the arithmetic ---------------------------------------------------------------------------------


def test_an_exit_is_the_other_side_and_no_more_than_the_position() -> None:
    door = long()

    assert is_exit(door, quantity=D(100))
    assert not is_exit(door, quantity=D(101))
    assert not is_exit(door, side=BUY, quantity=D(1))
    assert not is_exit(Door())
    short = long(-100)
    assert is_exit(short, side=BUY, quantity=D(100))
    assert not is_exit(short, side=SELL, quantity=D(1))


def test_a_close_under_way_counts_whoever_sent_it_and_whatever_became_of_it() -> None:
    for terms in (market(), {"limit_price": D("99.99")}, {"limit_price": D("99.00")}):
        door = long()
        foreign(door, 60, order_type=terms.get("order_type", OrderType.LIMIT).value,
                limit_price=terms["limit_price"])  # fmt: skip
        assert is_exit(door, quantity=D(40), **market())
        assert not is_exit(door, quantity=D(41), **market())
        order = next(iter(door.orders))
        door.apply(Reconciled(missing=(order.key,), settled=False))
        assert order.lifecycle is Lifecycle.UNKNOWN
        assert not is_exit(door, quantity=D(41), **market())
        names = {"order_id": order.order_id, "client_id": order.client_id}
        door.apply(status("Cancelled", perm_id=order.perm_id, **names))
        assert is_exit(door, quantity=D(100), **market())


def test_two_exits_at_once_never_exceed_the_position() -> None:
    door = long(state=TradingState.REDUCING)

    assert isinstance(door.submit(side=SELL, **market()), Submitted)
    second = door.submit(intent_id=IntentId("2"), side=SELL, quantity=D(1), **market())

    assert isinstance(second, Denied)
    assert len(door.broker.frames) == 1


def test_two_resting_exits_together_never_exceed_the_position() -> None:
    door = long(state=TradingState.REDUCING)
    target = {"side": SELL, "limit_price": D("110.00")}

    assert isinstance(door.submit(quantity=D(60), **target), Submitted)
    assert isinstance(door.submit(intent_id=IntentId("2"), quantity=D(41), **target), Denied)
    assert isinstance(door.submit(intent_id=IntentId("3"), quantity=D(40), **target), Submitted)


def test_a_standing_target_or_stop_does_not_stand_before_the_door() -> None:
    for terms in ({"limit_price": D("110.00")}, {"order_type": "STP", "limit_price": None}):
        door = long()
        foreign(door, 100, **terms)
        answer = door.submit(side=SELL, **market())
        assert isinstance(answer, Submitted), terms
        assert any("keep working" in finding.text for finding in answer.findings)


def test_a_stop_does_not_count_against_a_target() -> None:
    door = long()
    foreign(door, 100, order_type="STP", limit_price=None)

    assert is_exit(door, limit_price=D("110.00"))


def test_a_target_being_repriced_to_the_market_counts_as_a_close() -> None:
    door = long(state=TradingState.ACTIVE)
    key = door.working(side=SELL, limit_price=D("110.00"))
    assert is_exit(door, **market())
    door.change(key, limit_price=D("99.99"))
    assert not is_exit(door, **market())


def test_without_a_market_every_limit_counts_as_a_close() -> None:
    for blind in (lambda d: d.quotes.mark_all_stale(), lambda d: d.market(101.0, 100.0),
                  lambda d: d.quotes.set_price(SPY, 1, -1)):  # fmt: skip
        door = long()
        foreign(door, 100, limit_price=D("110.00"))
        blind(door)
        assert not is_exit(door, **market())


def test_orders_of_other_accounts_and_contracts_do_not_count() -> None:
    door = long()
    foreign(door, 100, con_id=ConId(1), **market())
    foreign(door, 99, account=AccountId("SIM0000009"), **market())

    assert is_exit(door, quantity=D(100))


def test_fills_ahead_of_the_position_report_count() -> None:
    door = long()
    key = door.working(side=SELL, **market())
    report = fill("a.1.01", 100, side=SELL)
    door.apply(report)
    door.positions.apply_execution(report.execution)

    assert door.order(key).lifecycle is Lifecycle.FILLED
    assert not is_exit(door, quantity=D(1))


# -- changes ----------------------------------------------------------------------------------------


def test_an_exit_that_filled_a_part_may_still_be_repriced() -> None:
    door = long(state=TradingState.ACTIVE)
    key = door.working(side=SELL, limit_price=D("110.00"))
    door.apply(fill("a.1.01", 60, side=SELL))
    door.hold(40)
    door.stand(trading_state=TradingState.HALTED)

    assert isinstance(door.change(key, limit_price=D("99.99")), Submitted)


def test_an_entry_may_shrink_in_any_state_and_neither_grow_nor_move() -> None:
    door = Door()
    key = door.working()
    door.stand(trading_state=TradingState.HALTED)

    assert isinstance(door.change(key, quantity=D(101)), Denied)
    assert isinstance(door.change(key, limit_price=D("100.01")), Denied)
    assert isinstance(door.change(key, quantity=D(50), limit_price=D("100.01")), Denied)
    assert isinstance(door.change(key, quantity=D(50)), Submitted)


def test_a_change_is_judged_without_its_own_old_leaves() -> None:
    door = Door()
    key = door.working(quantity=D(1000))

    assert door.judge(a_draft(quantity=D(1000)), door.order(key)).findings == ()
    (finding,) = door.judge(a_draft(quantity=D(1000)), None).findings
    assert finding.code is RiskCode.DUPLICATE


def test_a_change_adds_to_the_final_gate_only_what_it_adds_to_the_order() -> None:
    door = Door()
    key = door.working()

    for terms, added in (
        ({"quantity": D(150)}, D(5000)),
        ({"limit_price": D("101.00")}, D(100)),
        ({"limit_price": D("99.00"), "quantity": D(101)}, D(0)),
    ):
        assert door.judge(a_draft(**terms), door.order(key)).entry_value == added


def test_an_entry_that_nothing_values_counts_as_the_largest_at_the_final_gate() -> None:
    door = Door()
    door.quotes.forget(SPY)
    assert door.judge(a_draft(**market()), None).entry_value == LIMITS.order_size.catastrophic

    door.stand(limits=None)
    value = door.judge(a_draft(**market()), None).entry_value
    assert value is not None
    assert value.is_nan()


# -- funds ------------------------------------------------------------------------------------------


def open_cost(door: Door) -> D:
    cost: D = door.judge._facts(a_draft(con_id=ConId(1)), None).open_cost
    return cost


def test_working_entries_claim_margin_and_closes_claim_none() -> None:
    door = Door()
    door.working(quantity=D(10))
    assert open_cost(door) == D(500)
    door.hold(100)
    foreign(door, 60, limit_price=D(110))
    assert open_cost(door) == D(500)
    foreign(door, 70, limit_price=D(110))  # 30 of it would be a short sale
    assert open_cost(door) == D(500) + D(30) * 110 / 2
    foreign(door, 1, account=AccountId("SIM0000009"))
    assert open_cost(door) == D(2150)


def test_a_working_market_order_is_valued_by_its_quote() -> None:
    door = Door()
    door.working(quantity=D(10), **market())
    assert open_cost(door) == D(10) * D("100.01") / 2
    door.quotes.forget(SPY)
    assert open_cost(door) == 0
    door.contracts.known.clear()
    door.quotes.set_price(SPY, 4, 50.0)
    assert open_cost(door) == 250
    door.stand(limits=None)
    assert open_cost(door) == 0


# -- no path around ---------------------------------------------------------------------------------

SIDES = st.sampled_from(list(Side))
QUANTITIES = st.sampled_from([1, 40, 60, 100, 101])
PRICES = st.sampled_from([None, "99.00", "99.99", "100.01", "110.00"])
ACTS = st.lists(st.tuples(SIDES, QUANTITIES, PRICES, st.booleans()), max_size=8)


@given(st.sampled_from([-100, 0, 100]), ACTS)
def test_while_reducing_no_market_order_can_ever_turn_a_position_around(
    held: int, acts: list[Any]
) -> None:
    """Market exits and what is marketable, together, never sell more than there is."""
    door = long(held, TradingState.REDUCING)
    position, sent = D(held), D(0)
    for number, (side, quantity, price, filled) in enumerate(acts):
        terms = market() if price is None else {"limit_price": D(price)}
        answer = door.submit(
            intent_id=IntentId(str(number)), side=side, quantity=D(quantity), **terms
        )
        if not isinstance(answer, Submitted):
            continue
        assert side.sign * position < 0
        order = door.order(answer.key)
        at_once = price is None or side.sign * (D(price) - D(100)) > 0
        sent += quantity if at_once else 0
        if filled and at_once:
            report = fill(f"{number}.1.01", quantity, order_id=order.order_id, side=side,
                          perm_id=None)  # fmt: skip
            door.apply(report)
            door.positions.apply_execution(report.execution)
    assert sent <= abs(held)
    assert door.positions.quantity(ACCOUNT, SPY) * held >= 0


def test_every_personal_limit_asks_and_every_finding_is_reported() -> None:
    door = Door()
    answer = door.submit(quantity=D(2501), limit_price=D("104.00"))

    assert {finding.code for finding in answer.findings} == {
        RiskCode.ORDER_SIZE, RiskCode.POSITION, RiskCode.CONCENTRATION, RiskCode.PRICE_COLLAR,
    }  # fmt: skip
    assert {finding.level for finding in answer.findings} == {Level.SOFT}
    assert LIMITS.account == ACCOUNT
