"""Rules over the real wire: one change of the stop, one order, and nothing again after a restart."""

from decimal import Decimal

from tests.helpers.cores import ACCOUNT
from tests.helpers.gateway_rig import PLACE, TradingRig
from tests.helpers.killable_core import AAPL
from workstation.domain.alert import Direction
from workstation.domain.commands import Done, SetTradingState, SubmitOrder
from workstation.domain.exit_rule import ExitKind, ExitRule, Reach, ReachUnit
from workstation.domain.finding import Submitted, TradingState
from workstation.domain.ids import RuleId
from workstation.domain.order import OrderType, Side
from workstation.domain.order_status import Lifecycle
from workstation.domain.rule import (
    ActionKind,
    MakeRule,
    ResumeRule,
    Rule,
    RuleAction,
    RuleState,
)
from workstation.domain.rule_conditions import RuleCondition, Watched

L = Lifecycle


def state(rig: TradingRig, name: str = "r") -> RuleState:
    live = rig.desk.rules.book.get(RuleId(name))
    assert live is not None
    return live.record.state


def note(rig: TradingRig, name: str = "r") -> str:
    live = rig.desk.rules.book.get(RuleId(name))
    assert live is not None
    return live.record.note


def below(rig: TradingRig) -> Decimal:
    """A price the market is far beyond, so that a profit from there is there at once."""
    return (rig.last - 5).quantize(Decimal("0.01"))


def a_rule(rig: TradingRig, draft: object = None, **changes: object) -> Rule:
    """If AAPL stands above a price that is far away, buy."""
    condition = RuleCondition(watches=Watched.LAST, con_id=AAPL, name="AAPL", value=rig.last + 500)
    action = RuleAction(kind=ActionKind.SEND, words="BUY 20 AAPL", draft=draft or rig.draft())  # type: ignore[arg-type]
    base: dict[str, object] = {"rule_id": RuleId("r"), "conditions": (condition,), "action": action}
    return Rule(account=ACCOUNT, **(base | changes))  # type: ignore[arg-type]


def touch(rig: TradingRig, price: float) -> None:
    """Let the feed tell a last price, as a tick would."""
    rig.desk.figures.quotes.set_price(AAPL, 4, price)


def test_breakeven_is_exactly_one_change_on_the_wire(rig: TradingRig) -> None:
    assert isinstance(rig.ask(SubmitOrder(rig.draft())), Submitted)
    rig.until(lambda: rig.is_at(1, L.FILLED) and rig.position() == 20)
    far = rig.last - 30
    terms = {"side": Side.SELL, "order_type": OrderType.STOP, "stop_price": far}
    stop = rig.ask(SubmitOrder(rig.draft(**terms)))
    rig.until(lambda: rig.is_at(2, L.HELD))
    sent = len(rig.gateway.frames(PLACE))

    entry = below(rig)
    wish = ExitRule(
        kind=ExitKind.BREAKEVEN, stop=stop.key, con_id=AAPL, symbol="AAPL", side=Side.SELL,
        first_stop=far, entry=entry, begins=Reach(Decimal(1), ReachUnit.PRICE),
        reach=Reach(Decimal("0.10"), ReachUnit.PRICE),
    )  # fmt: skip
    answer = rig.ask(MakeRule(Rule(rule_id=RuleId("r"), account=ACCOUNT, exit=wish)))
    assert isinstance(answer, Done), answer
    rig.until(lambda: state(rig) is RuleState.DONE)

    assert rig.order(2).stop_price == entry + Decimal("0.10")
    frames = rig.gateway.frames(PLACE)[sent:]
    assert [frame[1] for frame in frames] == ["2"], "one change of the same order"
    assert rig.is_at(2, L.HELD), "the stop was at the broker all the time"


def test_a_rule_fires_one_order_and_a_refused_one_says_why(rig: TradingRig) -> None:
    assert isinstance(rig.ask(MakeRule(a_rule(rig))), Done)
    rig.core.loop.run_once(0.1)
    assert rig.gateway.frames(PLACE) == []
    touch(rig, float(rig.last) + 600)
    rig.until(lambda: state(rig) is RuleState.DONE)
    rig.until(lambda: rig.is_at(1, L.FILLED))
    touch(rig, float(rig.last) - 1)
    touch(rig, float(rig.last) + 600)
    rig.core.loop.run_once(0.1)
    assert len(rig.gateway.frames(PLACE)) == 1

    other = a_rule(rig, rule_id=RuleId("second"))
    assert isinstance(rig.ask(MakeRule(other)), Done)
    touch(rig, 1.0)
    rig.core.loop.run_once(0.1)
    rig.ask(SetTradingState(TradingState.REDUCING))
    touch(rig, 99_999.0)
    rig.until(lambda: state(rig, "second") is RuleState.REFUSED)
    assert "REDUCING" in note(rig, "second")
    assert any("REDUCING" in text or "refused" in text for text in rig.texts())
    assert len(rig.gateway.frames(PLACE)) == 1


def test_after_a_restart_a_rule_waits_for_its_user(rig: TradingRig) -> None:
    falls = RuleCondition(
        watches=Watched.LAST, con_id=AAPL, name="AAPL", value=below(rig),
        direction=Direction.FALLS,
    )  # fmt: skip
    assert isinstance(rig.ask(MakeRule(a_rule(rig, conditions=(falls,)))), Done)

    rig.restart()
    assert state(rig) is RuleState.PAUSED
    touch(rig, 1.0)
    rig.core.loop.run_once(0.1)
    assert rig.gateway.frames(PLACE) == []
    assert isinstance(rig.ask(ResumeRule(RuleId("r"))), Done)
    rig.until(lambda: not rig.desk.rules.book.armed()[0].waits)
    touch(rig, 1.0)
    rig.until(lambda: state(rig) is RuleState.DONE)
    assert len(rig.gateway.frames(PLACE)) == 1
