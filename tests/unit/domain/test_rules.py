"""Rules as values: what holds, where a stop should stand, what makes no sense, what is said."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, SPY, a_draft
from workstation.domain.alert import Direction
from workstation.domain.bracket import BracketDraft
from workstation.domain.exit_rule import ExitKind, ExitRule, Reach, ReachUnit, exit_words
from workstation.domain.ids import AccountId, ConId, OrderKey, RuleId
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle
from workstation.domain.prices import PriceLadder
from workstation.domain.quote import Quote
from workstation.domain.rule import (
    ActionKind,
    Rule,
    RuleAction,
    RuleRecord,
    RuleState,
    RuleView,
    action_words,
    before_words,
    rule_words,
    when_words,
)
from workstation.domain.rule_conditions import (
    OrderHappens,
    RuleCondition,
    Watched,
    all_hold,
    condition_words,
    conditions_words,
    holds,
    measured,
)

D = Decimal
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
KEY = OrderKey("one")
LADDER = PriceLadder.of_tick(D("0.01"))
FALLS = Direction.FALLS


class Facts:
    """What is known: a quote, a result, orders."""

    def __init__(self, **quote: Any) -> None:
        self.quote = Quote(con_id=SPY, received_at=NOON, **quote) if quote else None
        self.pnl: Decimal | None = None
        self.orders: dict[OrderKey, Lifecycle] = {}

    def now(self) -> datetime:
        return NOON

    def market(self, con_id: ConId) -> Quote | None:
        return self.quote if con_id == SPY else None

    def result(self, account: AccountId, con_id: ConId) -> Decimal | None:
        return self.pnl if (account, con_id) == (ACCOUNT, SPY) else None

    def lifecycle(self, order: OrderKey) -> Lifecycle | None:
        return self.orders.get(order)


def a_condition(watches: Watched = Watched.LAST, value: str | None = "101", **more: Any):
    price = None if value is None else D(value)
    base: dict[str, Any] = {"con_id": SPY, "name": "SPY", "value": price}
    return RuleCondition(watches=watches, **(base | more))


def at(seconds: float) -> RuleCondition:
    return RuleCondition(watches=Watched.TIME, time=NOON + timedelta(seconds=seconds))


def of_order(**more: Any) -> RuleCondition:
    return RuleCondition(watches=Watched.ORDER, **more)


# -- conditions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "quote", "expected"),
    [
        (a_condition(), {"last": 101.0}, True),
        (a_condition(), {"last": 100.99}, False),
        (a_condition(value="190.1"), {"last": 190.1}, True),
        (a_condition(direction=FALLS), {"last": 101.0}, True),
        (a_condition(direction=FALLS), {"last": 101.01}, False),
        (a_condition(Watched.BID), {"bid": 102.0, "last": 1.0}, True),
        (a_condition(Watched.BID), {"last": 102.0}, None),
        (a_condition(Watched.ASK), {"ask": 100.0, "last": 102.0}, False),
        (a_condition(), {}, None),
        (a_condition(con_id=None), {"last": 102.0}, None),
        (a_condition(value=None), {"last": 102.0}, None),
        (a_condition(con_id=ConId(9)), {"last": 102.0}, None),
        (a_condition(Watched.CHANGE, "2"), {"last": 102.0, "close": 100.0}, True),
        (a_condition(Watched.CHANGE, "2"), {"last": 101.99, "close": 100.0}, False),
        (a_condition(Watched.CHANGE, "-2", direction=FALLS), {"last": 98.0, "close": 100.0}, True),
        (a_condition(Watched.CHANGE, "2"), {"last": 102.0}, None),
        (a_condition(Watched.CHANGE, "2"), {"close": 102.0}, None),
        (a_condition(Watched.CHANGE, "2"), {"last": 102.0, "close": 0.0}, None),
        (at(0), {}, True),
        (at(1), {}, False),
        (RuleCondition(watches=Watched.TIME), {}, False),
    ],
)
def test_a_condition_holds_by_the_figure_it_names(
    condition: RuleCondition, quote: dict[str, float], expected: bool | None
) -> None:
    assert holds(condition, ACCOUNT, Facts(**quote)) is expected


def test_a_result_of_a_position_is_compared_as_money() -> None:
    facts = Facts(last=1.0)
    loss = a_condition(Watched.PNL, "-500", direction=FALLS)
    assert holds(loss, ACCOUNT, facts) is None
    facts.pnl = D("-499.99")
    assert holds(loss, ACCOUNT, facts) is False
    facts.pnl = D(-500)
    assert holds(loss, ACCOUNT, facts) is True
    assert measured(loss, ACCOUNT, facts) == D(-500)
    assert measured(at(1), ACCOUNT, facts) is None


@pytest.mark.parametrize(
    ("happens", "stands", "expected"),
    [
        (OrderHappens.FILLS, Lifecycle.FILLED, True),
        (OrderHappens.FILLS, Lifecycle.WORKING, False),
        (OrderHappens.FILLS, Lifecycle.REJECTED, False),
        (OrderHappens.REJECTED, Lifecycle.REJECTED, True),
        (OrderHappens.REJECTED, Lifecycle.FILLED, False),
        (OrderHappens.FILLS, None, None),
    ],
)
def test_what_happens_to_an_order(
    happens: OrderHappens, stands: Lifecycle | None, expected: bool | None
) -> None:
    facts = Facts()
    if stands is not None:
        facts.orders[KEY] = stands
    assert holds(of_order(order=KEY, happens=happens), ACCOUNT, facts) is expected
    assert holds(of_order(happens=happens), ACCOUNT, facts) is None, "whose order?"


def test_and_binds_closer_than_or() -> None:
    def both(first: str, then: str, last: str) -> bool | None:
        marks = {"T": "100", "F": "102", "?": None}
        made = [a_condition(value=marks[each]) for each in (first, then, last)]
        made[1] = a_condition(value=marks[then], joins_and=False)
        return all_hold(made, ACCOUNT, Facts(last=101.0))

    assert both("T", "T", "F") is True
    assert both("T", "F", "T") is True
    assert both("T", "F", "F") is False
    assert both("F", "?", "F") is False, "what is not known does not matter there"
    assert both("T", "?", "F") is None
    assert both("T", "?", "T") is True
    assert all_hold((), ACCOUNT, Facts()) is False


def test_conditions_are_said() -> None:
    first = a_condition(joins_and=True)
    change = a_condition(Watched.CHANGE, "-2.5", direction=FALLS, joins_and=False)
    words = conditions_words([first, change, at(60)])
    assert words == (
        "SPY last rises to 101 and SPY change falls to -2.5 % or "
        "the time is 2026-11-20 17:01:00 UTC"
    )
    assert condition_words(at(0), lambda moment: f"{moment:%H:%M}") == "the time is 17:00"
    assert condition_words(RuleCondition(watches=Watched.TIME)) == "the time is ?"
    assert condition_words(a_condition(value=None)) == "SPY last rises to ?"
    assert condition_words(of_order()) == "the order of the rule before fills"
    rejected = of_order(order=KEY, name="order 7", happens=OrderHappens.REJECTED)
    assert condition_words(rejected) == "order 7 is rejected"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (a_condition(), ""),
        (a_condition(con_id=None), "contract"),
        (a_condition(value=None), "number"),
        (a_condition(value="NaN"), "number"),
        (at(0), ""),
        (RuleCondition(watches=Watched.TIME), "time"),
        (RuleCondition(watches=Watched.TIME, time=NOON.replace(tzinfo=None)), "zone"),
        (of_order(), ""),
    ],
)
def test_what_a_condition_lacks(condition: RuleCondition, words: str) -> None:
    assert words in condition.fault
    assert bool(words) is bool(condition.fault)


# -- exit rules -----------------------------------------------------------------------------------


def reach(amount: str, unit: ReachUnit = ReachUnit.PRICE) -> Reach:
    return Reach(D(amount), unit)


def an_exit(kind: ExitKind = ExitKind.BREAKEVEN, **more: Any) -> ExitRule:
    """A rule for the stop at 98 of a position bought at 100."""
    base: dict[str, Any] = {
        "stop": KEY, "con_id": SPY, "symbol": "SPY", "side": Side.SELL, "first_stop": D(98),
        "begins": reach("2"), "reach": reach("0.05"),
    }  # fmt: skip
    return ExitRule(kind=kind, **(base | more))


def short(kind: ExitKind = ExitKind.BREAKEVEN, **more: Any) -> ExitRule:
    return an_exit(kind, side=Side.BUY, first_stop=D(102), **more)


@pytest.mark.parametrize(
    ("rule", "best", "expected"),
    [
        (an_exit(), "101.99", None),
        (an_exit(), "102", "100.05"),
        (an_exit(), "110", "100.05"),
        (an_exit(reach=reach("-0.05")), "102", "99.95"),
        (an_exit(reach=reach("3", ReachUnit.TICKS)), "102", "100.03"),
        (an_exit(reach=reach("0.0512")), "102", "100.06"),
        (an_exit(begins=reach("1", ReachUnit.RISK)), "101.99", None),
        (an_exit(begins=reach("1", ReachUnit.RISK)), "102", "100.05"),
        (an_exit(begins=reach("3", ReachUnit.PERCENT)), "103", "100.05"),
        (short(), "98.01", None),
        (short(), "98", "99.95"),
        (short(reach=reach("0.0512")), "98", "99.94"),
        (an_exit(ExitKind.TRAIL, reach=reach("1.5")), "101.99", None),
        (an_exit(ExitKind.TRAIL, reach=reach("1.5")), "103", "101.5"),
        (an_exit(ExitKind.TRAIL, reach=reach("1.5"), begins=None), "100", "98.5"),
        (an_exit(ExitKind.TRAIL, reach=reach("1.505"), begins=None), "100", "98.49"),
        (short(ExitKind.TRAIL, reach=reach("1.505"), begins=None), "100", "101.51"),
        (an_exit(ExitKind.STEP, reach=reach("1")), "101.99", None),
        (an_exit(ExitKind.STEP, reach=reach("1")), "103.99", "99"),
        (an_exit(ExitKind.STEP, reach=reach("1")), "104", "100"),
        (short(ExitKind.STEP, reach=reach("1")), "96", "100"),
        (
            an_exit(ExitKind.STEP, first_stop=D(100), begins=reach("1", ReachUnit.RISK)),
            "104",
            None,
        ),
    ],
)
def test_where_a_stop_should_stand(rule: ExitRule, best: str, expected: str | None) -> None:
    wanted = rule.wanted(D(100), D(best), LADDER)
    assert wanted == (None if expected is None else D(expected))


def test_nearer_is_towards_the_market_and_inside_is_before_it() -> None:
    assert an_exit().tightens(D(98), D("98.01"))
    assert not an_exit().tightens(D(98), D(98))
    assert short().tightens(D(102), D(101))
    assert an_exit().is_inside(D(98), D("98.01"))
    assert not an_exit().is_inside(D(98), D(98))
    assert short().is_inside(D(102), D(101))
    assert an_exit().better(None, D(5)) == D(5)
    assert an_exit().better(D(6), D(5)) == D(6)
    assert short().better(D(6), D(5)) == D(5)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (an_exit(), ""),
        (an_exit(reach=reach("-5")), ""),
        (an_exit(reach=reach("2")), "at or beyond the market"),
        (an_exit(first_stop=D(100), begins=reach("1", ReachUnit.RISK)), "no risk"),
        (an_exit(ExitKind.TRAIL, first_stop=D(101), reach=reach("1", ReachUnit.RISK)), "no risk"),
        (an_exit(ExitKind.TRAIL, begins=None), ""),
        (short(ExitKind.STEP), ""),
    ],
)
def test_what_an_entry_makes_impossible(rule: ExitRule, words: str) -> None:
    fault = rule.why_not_at(D(100), LADDER)
    assert words in fault
    assert bool(words) is bool(fault)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (an_exit(), ""),
        (an_exit(entry=D(100)), ""),
        (an_exit(entry=D("NaN")), "number"),
        (an_exit(reach=reach("Infinity")), "number"),
        (an_exit(begins=reach("0")), "above 0"),
        (an_exit(begins=None), "Enter the profit"),
        (an_exit(ExitKind.TRAIL, begins=None, reach=reach("0")), "distance"),
        (an_exit(ExitKind.STEP, reach=reach("-1")), "distance"),
    ],
)
def test_what_an_exit_rule_lacks(rule: ExitRule, words: str) -> None:
    assert words in rule.fault
    assert bool(words) is bool(rule.fault)


def test_exit_rules_are_said() -> None:
    ticks = reach("4", ReachUnit.TICKS)
    assert exit_words(an_exit(begins=reach("1", ReachUnit.RISK), reach=ticks)) == (
        "at a profit of 1 R: stop of SPY to the entry + 4 ticks"
    )
    assert exit_words(an_exit(reach=reach("0"))).endswith("stop of SPY to the entry")
    assert exit_words(an_exit(reach=reach("-0.5"))).endswith("the entry − 0.5 in price")
    assert exit_words(an_exit(ExitKind.TRAIL)) == (
        "from a profit of 2 in price on: stop of SPY follows the best price at 0.05 in price"
    )
    assert exit_words(an_exit(ExitKind.TRAIL, begins=None)).startswith("stop of SPY follows")
    assert exit_words(an_exit(ExitKind.STEP)) == (
        "with each profit of 2 in price: stop of SPY 0.05 in price nearer"
    )


# -- rules ----------------------------------------------------------------------------------------


def an_action(kind: ActionKind = ActionKind.ALERT, **more: Any) -> RuleAction:
    return RuleAction(kind=kind, **more)


def a_rule(**more: Any) -> Rule:
    base: dict[str, Any] = {
        "rule_id": RuleId("r"), "account": ACCOUNT,
        "conditions": (a_condition(),), "action": an_action(),
    }  # fmt: skip
    return Rule(**(base | more))


def a_bracket() -> BracketDraft:
    return BracketDraft(entry=a_draft(), target_price=D(110), stop_price=D(90))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (a_rule(), ""),
        (a_rule(action=None, exit=an_exit()), ""),
        (a_rule(action=None, exit=an_exit(begins=None)), "Enter the profit"),
        (a_rule(action=None), "moves a stop, or"),
        (a_rule(exit=an_exit()), "moves a stop, or"),
        (a_rule(conditions=()), "Say when"),
        (a_rule(conditions=(), after=RuleId("q")), ""),
        (a_rule(after=RuleId("r")), "for itself"),
        (a_rule(conditions=(a_condition(value=None),)), "number"),
        (a_rule(conditions=(of_order(),)), "the rule before"),
        (a_rule(conditions=(of_order(),), after=RuleId("q")), ""),
        (a_rule(action=an_action(ActionKind.SEND)), "Prepare one order"),
        (a_rule(action=an_action(ActionKind.SEND, draft=a_draft())), ""),
        (a_rule(action=an_action(ActionKind.SEND, bracket=a_bracket())), ""),
        (a_rule(action=an_action(ActionKind.SEND, draft=a_draft(), bracket=a_bracket())), "one"),
        (
            a_rule(account=AccountId("X"), action=an_action(ActionKind.SEND, draft=a_draft())),
            "another account",
        ),
        (a_rule(action=an_action(ActionKind.CANCEL)), "Choose the orders"),
        (a_rule(action=an_action(ActionKind.CANCEL, orders=(KEY,))), ""),
        (a_rule(action=an_action(ActionKind.CANCEL_SYMBOL)), "Choose a contract"),
        (a_rule(action=an_action(ActionKind.FLATTEN, con_id=SPY)), ""),
        (a_rule(action=an_action(ActionKind.TIGHTEN, orders=(KEY,))), "new price"),
        (a_rule(action=an_action(ActionKind.TIGHTEN, price=D(1))), "new price"),
        (a_rule(action=an_action(ActionKind.TIGHTEN, orders=(KEY,), price=D("NaN"))), "price"),
        (a_rule(action=an_action(ActionKind.TIGHTEN, orders=(KEY,), price=D(1))), ""),
    ],
)
def test_what_a_rule_lacks(rule: Rule, words: str) -> None:
    assert words in rule.fault
    assert bool(words) is bool(rule.fault)


def test_a_rule_names_what_it_needs() -> None:
    mixed = a_rule(conditions=(at(1), of_order(order=KEY), a_condition()))
    assert (mixed.con_ids, mixed.symbol) == ({SPY}, "SPY")
    moving = a_rule(conditions=(), action=None, exit=an_exit())
    assert (moving.con_ids, moving.symbol) == ({SPY}, "SPY")
    timed = a_rule(conditions=(at(1),), action=an_action(ActionKind.FLATTEN, con_id=SPY, words="F"))
    assert (timed.con_ids, timed.symbol) == (frozenset(), "F")
    assert a_rule(conditions=(at(1),), action=None).symbol == ""
    sending = an_action(ActionKind.SEND, words="BUY 1 F MKT", symbol="F", draft=a_draft())
    assert a_rule(conditions=(at(1),), action=sending).symbol == "F"
    assert (mixed.source, mixed.intent_id) == ("rule:r", "rule:r")


def test_the_order_of_the_rule_before_is_put_in_where_it_is_meant() -> None:
    rule = a_rule(conditions=(of_order(), a_condition(), of_order(order=OrderKey("two"))))
    found = rule.of_order(KEY).conditions
    assert [each.order for each in found] == [KEY, None, "two"]


def test_halts_stop_what_trades_and_nothing_else() -> None:
    stopped = {kind for kind in ActionKind if a_rule(action=an_action(kind)).needs_trading}
    assert stopped == {ActionKind.SEND, ActionKind.TIGHTEN, ActionKind.FLATTEN}
    assert a_rule(action=None, exit=an_exit()).needs_trading


def test_a_rule_that_waits_says_what_for() -> None:
    before = "once the stop of SPY"
    assert before_words(a_rule()) == "once that rule has fired and what it does is done"
    moved = before_words(a_rule(action=None, exit=an_exit()))
    assert moved == f"{before} stands at breakeven, or has filled"
    for kind in (ExitKind.TRAIL, ExitKind.STEP):
        assert before_words(a_rule(action=None, exit=an_exit(kind))) == f"{before} has filled"


def test_what_a_rule_sends_is_one_order() -> None:
    plain, whole = an_action(draft=a_draft()), an_action(bracket=a_bracket())
    assert (plain.wish, plain.entry) == (a_draft(), a_draft())
    assert (whole.wish, whole.entry) == (a_bracket(), a_draft())
    assert an_action().entry is None


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (an_action(), "tell me"),
        (an_action(ActionKind.SEND, words="BUY 1 F MKT"), "send BUY 1 F MKT"),
        (an_action(ActionKind.CANCEL, words="order 7"), "cancel order 7"),
        (an_action(ActionKind.CANCEL_SYMBOL, words="F"), "cancel all orders of F (protection stays)"),
        (an_action(ActionKind.FLATTEN, words="F"), "close the position in F"),
        (an_action(ActionKind.TIGHTEN, words="of F"), "tighten the stop of F to ?"),
        (an_action(ActionKind.TIGHTEN, words="of F", price=D(9)), "tighten the stop of F to 9"),
    ],
)  # fmt: skip
def test_actions_are_said(action: RuleAction, words: str) -> None:
    assert action_words(action) == words
    assert rule_words(a_rule(action=action)) == f"if SPY last rises to 101: {words}"


def test_rules_are_said() -> None:
    after = a_rule(conditions=(), after=RuleId("q"))
    assert when_words(after) == "as soon as the rule before is done"
    moving = a_rule(conditions=(), action=None, exit=an_exit())
    assert rule_words(moving) == exit_words(an_exit()) == when_words(moving)


def test_only_some_states_could_still_act() -> None:
    active = {state for state in RuleState if state.is_active}
    assert active == {RuleState.ARMED, RuleState.PAUSED, RuleState.WAITING, RuleState.HELD}
    record = RuleRecord(rule=a_rule(), state=RuleState.ARMED, at=NOON)
    assert RuleView(record).record.rule_id == "r"
