"""A door with rules over it: real quotes, positions, orders and checks, time moved by hand."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from tests.helpers.desk_exits import Exits
from tests.helpers.desk_fakes import ACCOUNT, SPY, Door, a_draft, open_order
from workstation.desk.other_orders import RULE_CLOSE
from workstation.desk.price_watch import PriceWatch
from workstation.desk.rule_actions import RuleActions
from workstation.desk.rule_commands import RuleCommands
from workstation.desk.rule_sight import RuleSight
from workstation.desk.rule_tape import RuleTape
from workstation.desk.rules import RuleDesk, RuleParts
from workstation.domain.commands import Done
from workstation.domain.exit_rule import ExitKind, ExitRule, Reach, ReachUnit
from workstation.domain.ids import IntentId, OrderKey, RuleId
from workstation.domain.messages import RulesChanged
from workstation.domain.notice import Severity
from workstation.domain.order import OrderType, Side
from workstation.domain.reports import PositionReport
from workstation.domain.rule import (
    ActionKind,
    ConfirmRule,
    MakeRule,
    PauseRule,
    RemoveRule,
    ResumeRule,
    Rule,
    RuleAction,
    RuleState,
)
from workstation.domain.rule_conditions import RuleCondition, Watched

BID, ASK, LAST = 1, 2, 4
D = Decimal


class Streams:
    """What the rules want streamed."""

    def __init__(self) -> None:
        self.wanted: set[Any] = set()
        self.traded: Any = frozenset

    def want(self, con_id: Any, _kind: Any, _user: str, *, once: bool) -> None:
        assert once
        self.wanted.add(con_id)

    def drop(self, con_id: Any, _kind: Any, _user: str) -> None:
        self.wanted.discard(con_id)


class RuleRig:
    """Rules over a door; `again` is the rig that ended, whose journal is read."""

    def __init__(self, again: "RuleRig | None" = None) -> None:
        door = Door() if again is None else Door(clock=again.door.clock, journal=again.door.journal)
        self.exits = Exits(door)
        self.door = door
        self.points: dict[str, Any] = {}
        self.needed: list[Any] = []
        self.streams = Streams()
        door.contracts.need = self.needed.append  # type: ignore[attr-defined]
        sight = RuleSight(
            clock=door.clock, quotes=door.quotes, contracts=door.contracts,
            positions=door.positions, orders=door.orders, standing=lambda _account: door.standing,
        )  # fmt: skip
        self.intents = 0
        self.cancelled_symbols: list[Any] = []
        actions = RuleActions(
            sight=sight, submit=door.desk.submit, submit_bracket=door.desk.submit_bracket,
            change=door.desk.renew, cancel=door.desk.controller.cancel,
            cancel_symbol=self._cancel_symbol,
            close=partial(self.exits.closer.close, source=RULE_CLOSE), new_intent=self._intent,
        )  # fmt: skip
        watch = PriceWatch(door.quotes)
        tape = RuleTape(watch, door.contracts, self.streams)  # type: ignore[arg-type]
        self.rules = RuleDesk(
            RuleParts(
                reactor=door.timers, journal=door.journal, sight=sight, tape=tape,
                actions=actions, out=door.out, notify=self.exits.notify,  # type: ignore[arg-type]
                lock=door._lock, checkpoint=self._checkpoint,
                efficiency=lambda: door.desk.efficiency,
            )
        )  # fmt: skip
        door.desk.orders_changed = self.rules.orders_changed
        self.commands = RuleCommands(desk=self.rules, sight=sight, preview=door.judge.preview)
        if again is not None:
            entries = self.rules.remembering(list(door.journal.entries))
            door.desk.replay(entries)
        self.rules.start()
        self.settle()

    @classmethod
    def priced(cls) -> "RuleRig":
        """Return rules that see SPY at 100."""
        rig = cls()
        rig.last(100.0)
        return rig

    def _cancel_symbol(self, account: Any, con_id: Any) -> Done:
        self.cancelled_symbols.append((account, con_id))
        return Done("2 of 2 cancels are on their way.")

    def _intent(self) -> IntentId:
        self.intents += 1
        return IntentId(f"rule:move-{self.intents}-{len(self.door.journal.entries)}")

    def _checkpoint(self, label: str) -> None:
        if label in self.points:
            raise self.points[label]

    # -- the world ----------------------------------------------------------------------------

    def settle(self, seconds: float = 0.01) -> None:
        self.door.timers.advance(seconds)

    def last(self, *prices: float) -> None:
        for price in prices:
            self.door.quotes.set_price(SPY, LAST, price)
        self.settle()

    def market(self, bid: float, ask: float | None = None) -> None:
        """A market that moves in one burst: the side that leads comes first."""
        pairs = [(SPY, BID, bid), (SPY, ASK, bid + 0.02 if ask is None else ask)]
        self.door.quotes.set_prices(pairs)
        self.settle()

    def hold(self, quantity: int = 100, cost: str = "100") -> None:
        self.door.positions.apply_position(
            PositionReport(account=ACCOUNT, con_id=SPY, symbol="SPY", quantity=D(quantity),
                           average_cost=D(cost))
        )  # fmt: skip

    def stop(self, price: str = "98", side: Side = Side.SELL, **more: Any) -> OrderKey:
        """A stop of 100 that the broker holds."""
        terms: dict[str, Any] = {
            "side": side, "order_type": OrderType.STOP, "stop_price": D(price),
            "limit_price": None, "outside_rth": True,
        }  # fmt: skip
        key = self.door.working(**(terms | more))
        self.settle()
        return key

    def acknowledge(self, key: OrderKey) -> None:
        """Let the broker confirm the terms that were last asked for."""
        order = self.door.order(key)
        stop = order.stop_price if order.pending_stop is None else order.pending_stop
        limit = order.limit_price if order.pending_limit is None else order.pending_limit
        self.door.apply(open_order(order, stop_price=stop, limit_price=limit))
        self.settle()

    @property
    def sent(self) -> list[str]:
        return [frame.decode() for frame in self.door.broker.frames]

    @property
    def alarms(self) -> list[str]:
        said = self.door.out.notices
        return [f"{x.text} {x.effect}" for x in said if x.severity is Severity.ALARM]

    # -- rules --------------------------------------------------------------------------------

    def make(self, rule: Rule, *accepted: str) -> Any:
        answer = self.commands.make(MakeRule(rule, frozenset(accepted)))
        self.settle()
        return answer

    def watching(self, rule: Rule, *accepted: str) -> "RuleRig":
        """Make a rule that nothing speaks against."""
        answer = self.make(rule, *accepted)
        assert isinstance(answer, Done), answer
        return self

    def pause(self, name: str = "r") -> Any:
        return self.commands.pause(PauseRule(RuleId(name)))

    def resume(self, name: str = "r") -> Any:
        answer = self.commands.resume(ResumeRule(RuleId(name)))
        self.settle()
        return answer

    def remove(self, name: str = "r") -> Any:
        return self.commands.remove(RemoveRule(RuleId(name)))

    def confirm(self, *accepted: str, name: str = "r") -> Any:
        return self.commands.confirm(ConfirmRule(RuleId(name), frozenset(accepted)))

    def view(self, name: str = "r") -> Any:
        live = self.rules.book.get(RuleId(name))
        assert live is not None
        return live.view()

    def state(self, name: str = "r") -> RuleState:
        return self.view(name).record.state

    def note(self, name: str = "r") -> str:
        return self.view(name).record.note

    @property
    def shown(self) -> tuple[Any, ...]:
        told = [each for each in self.door.out.messages if isinstance(each, RulesChanged)]
        return told[-1].rules

    def restarted(self) -> "RuleRig":
        return RuleRig(again=self)


def exit_rule(
    key: OrderKey, kind: ExitKind = ExitKind.BREAKEVEN, name: str = "r", **more: Any
) -> Rule:
    """Breakeven plus 0.05 at a profit of 2, for a sale that closes."""
    base: dict[str, Any] = {
        "stop": key, "con_id": SPY, "symbol": "SPY", "side": Side.SELL, "first_stop": D(98),
        "begins": Reach(D(2), ReachUnit.PRICE), "reach": Reach(D("0.05"), ReachUnit.PRICE),
    }  # fmt: skip
    return Rule(rule_id=RuleId(name), account=ACCOUNT, exit=ExitRule(kind=kind, **(base | more)))


def price(value: str = "101", watches: Watched = Watched.LAST, **more: Any) -> RuleCondition:
    return RuleCondition(watches=watches, con_id=SPY, name="SPY", value=D(value), **more)


def if_then(
    *conditions: RuleCondition, name: str = "r", action: RuleAction | None = None, **more: Any
) -> Rule:
    """If SPY rises to 101, tell me."""
    told = action or RuleAction(kind=ActionKind.ALERT)
    return Rule(rule_id=RuleId(name), account=ACCOUNT, action=told,
                conditions=conditions or (price(),), **more)  # fmt: skip


def sends(draft: Any, **more: Any) -> RuleAction:
    return RuleAction(kind=ActionKind.SEND, words="an order", draft=draft, **more)


def buys(**changes: Any) -> Rule:
    """If SPY rises to 101, buy 100 at 100.00."""
    return if_then(action=sends(a_draft(**changes)))


def the_time(rig: RuleRig, seconds: float, **more: Any) -> RuleCondition:
    """So many seconds from now."""
    at = rig.door.clock.now() + timedelta(seconds=seconds)
    return RuleCondition(watches=Watched.TIME, time=at, **more)


def renamed(rule: Rule, name: str) -> Rule:
    return replace(rule, rule_id=RuleId(name))
