"""Client-side rules in a core that will be killed, and what must hold of them when it comes back.

A rule that the user was told is watched is written down beside the journal before anything else
happens, so that the next core's memory can be held against it.
"""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from tests.helpers.accepting import all_of
from tests.helpers.chaos_rig import ChaosWorld
from tests.helpers.chaos_work import CENT, Trader
from tests.helpers.cores import ACCOUNT
from workstation.desk.rules import RESTARTED
from workstation.desk.settings import Started
from workstation.domain.alert import Direction
from workstation.domain.commands import Done
from workstation.domain.exit_rule import ExitKind, ExitRule, Reach, ReachUnit
from workstation.domain.finding import NeedsAcknowledgement
from workstation.domain.ids import RuleId
from workstation.domain.messages import NoticeArrived
from workstation.domain.notice import Notice, Severity
from workstation.domain.rule import (
    RULE_SOURCE,
    ActionKind,
    MakeRule,
    PauseRule,
    RemoveRule,
    ResumeRule,
    Rule,
    RuleAction,
    RuleRecord,
    RuleState,
    rule_words,
)
from workstation.domain.rule_conditions import RuleCondition, Watched
from workstation.oms.events import Intent

MADE, GIVEN_UP = "rules-made.txt", "rules-given-up.txt"
LAST = 4
"""Tick type of the last price."""

FAR = Decimal(50)


class RuleTrader(Trader):
    """Trades, makes rules of every kind, and lets the market come to their prices."""

    def __init__(self, world: Any) -> None:
        super().__init__(world)
        self.rules: list[RuleId] = []
        self.above = Decimal(0)

    def act(self) -> None:
        """Make a rule and let it fire, most often; else trade."""
        deeds: list[Callable[[], None]] = [
            self.alone,
            self.pair,
            self.chain,
            self.exit,
            self.by_hand,
        ]
        if self.random.random() < 0.75:
            self.random.choice(deeds)()
            self.touch()
        else:
            super().act()

    def alone(self) -> None:
        self.make(self._rule(self._sends()))

    def pair(self) -> None:
        """The first of a group withdraws the other."""
        group = f"group {self.wishes}"
        self.make(self._rule(self._sends(), group=group))
        falls = self._condition(direction=Direction.FALLS, value=self._mark() - FAR)
        self.make(self._rule(self._sends(), group=group, conditions=(falls,)))

    def chain(self) -> None:
        """One triggers the other, which sends at once or waits for a price far away."""
        first = self._rule(self._sends())
        self.make(first)
        far = self._condition(value=self._mark() + FAR)
        waits = self.random.choice(((), (far,)))
        self.make(self._rule(self._sends(), after=first.rule_id, conditions=waits))

    def exit(self) -> None:
        """A stop that follows the market, if one works."""
        stops = [
            each
            for each in self.world.core.desk.orders
            if each.order_type == "STP" and not each.lifecycle.is_terminal and each.stop_price
        ]
        if not stops:
            return
        stop = self.random.choice(stops)
        assert stop.stop_price is not None
        wish = ExitRule(
            kind=ExitKind.TRAIL, stop=stop.key, con_id=stop.con_id, symbol="AAPL", side=stop.side,
            first_stop=stop.stop_price, begins=None, reach=Reach(Decimal(3), ReachUnit.TICKS),
        )  # fmt: skip
        self.make(Rule(rule_id=self._name(), account=ACCOUNT, exit=wish))

    def by_hand(self) -> None:
        """Pause, resume or remove a rule, perhaps one that is over."""
        if not self.rules:
            return
        name = self.random.choice(self.rules)
        match self.random.choice((PauseRule, PauseRule, ResumeRule, RemoveRule)):
            case kind if kind is RemoveRule:
                self._write(GIVEN_UP, name)  # from now on it may be gone
                self.world.ask(RemoveRule(name))
            case kind:
                self.world.ask(kind(name))

    def make(self, rule: Rule) -> None:
        """Ask for a rule as a hand would; one that is watched is written down."""
        answer = self.world.ask(MakeRule(rule))
        if isinstance(answer, NeedsAcknowledgement):
            answer = self.world.ask(MakeRule(rule, all_of(answer.findings)))
        if isinstance(answer, Done):
            self._write(MADE, rule.rule_id)
            self.rules.append(rule.rule_id)

    def touch(self) -> None:
        """Let the feed tell prices below and above what the rules wait for."""
        quotes = self.world.core.desk.figures.quotes
        for price in (self.above - 1, self.above + CENT):
            quotes.set_price(self._con_id(), LAST, float(price))

    def _write(self, file: str, name: RuleId) -> None:
        with (self.world.folder / file).open("a") as lines:
            lines.write(f"{name}\n")

    def _name(self) -> RuleId:
        self.wishes += 1
        return RuleId(f"rule {self.wishes}")

    def _rule(self, action: RuleAction, **terms: Any) -> Rule:
        self.above = self._mark() + 2 * CENT
        base: dict[str, Any] = {"conditions": (self._condition(value=self.above),)}
        return Rule(rule_id=self._name(), account=ACCOUNT, action=action, **(base | terms))

    def _condition(self, **terms: Any) -> RuleCondition:
        return RuleCondition(watches=Watched.LAST, con_id=self._con_id(), name="AAPL", **terms)

    def _sends(self) -> RuleAction:
        return RuleAction(kind=ActionKind.SEND, words="an order", draft=self._draft())


# -- when the program is back -----------------------------------------------------------------


def rule_faults(world: ChaosWorld) -> list[str]:
    """Return what a kill did to rules: none fired twice, none lost, none changed in silence.

    Called when the core that came back has settled and has done nothing with rules yet.
    """
    records, orders, early = _journalled(world)
    newest = {name: each[-1] for name, each in records.items()}
    return [
        *early,
        *_fired_twice(records, orders),
        *_lost(world, newest),
        *_untold(world, newest),
        *_still_acting(world),
    ]


def _journalled(
    world: ChaosWorld,
) -> tuple[dict[RuleId, list[RuleRecord]], dict[RuleId, list[Intent]], list[str]]:
    """Return records and orders of each rule as they were when the core was killed.

    And what was sent before its firing was on record.
    """
    records: dict[RuleId, list[RuleRecord]] = {}
    orders: dict[RuleId, list[Intent]] = {}
    early = []
    starts = 0
    for entry in world.core.journal.entries():
        starts += entry.event == Started.__name__
        if starts > 1:
            break
        if entry.event == RuleRecord.__name__:
            record = msgspec.json.decode(entry.body, type=RuleRecord)
            records.setdefault(record.rule_id, []).append(record)
        elif entry.event == Intent.__name__:
            intent = msgspec.json.decode(entry.body, type=Intent)
            if not intent.draft.source.startswith(RULE_SOURCE):
                continue
            name = RuleId(intent.draft.source.removeprefix(RULE_SOURCE))
            orders.setdefault(name, []).append(intent)
            before = records.get(name)
            if not before or before[-1].state is not RuleState.FIRED:
                early.append(f"{name}: its order is on record before its firing")
    return records, orders, early


def _fired_twice(
    records: dict[RuleId, list[RuleRecord]], orders: dict[RuleId, list[Intent]]
) -> list[str]:
    fired = {
        name: sum(each.state is RuleState.FIRED for each in of_one)
        for name, of_one in records.items()
    }
    found = [f"{name}: fired {times} times" for name, times in fired.items() if times > 1]
    found += [f"{name}: {len(each)} orders" for name, each in orders.items() if len(each) > 1]
    return found


def _lost(world: ChaosWorld, newest: dict[RuleId, RuleRecord]) -> list[str]:
    """What the user was told is watched is known, or was given up by the user."""
    made, given_up = _names(world.folder / MADE), _names(world.folder / GIVEN_UP)
    book = world.core.desk.rules.book
    found = [f"{name}: the record of a watched rule is gone" for name in made - newest.keys()]
    for name, record in newest.items():
        if record.state is RuleState.REMOVED:
            is_known = name in given_up
        else:
            is_known = book.get(name) is not None
        if not is_known:
            found.append(f"{name}: was {record.state.value}, and is not shown any more")
    return found


def _untold(world: ChaosWorld, newest: dict[RuleId, RuleRecord]) -> list[str]:
    """What was armed is paused, and what had fired unknown: both told, the latter aloud."""
    notices = [each.notice for each in world.window.messages if isinstance(each, NoticeArrived)]
    found, paused = [], 0
    for name, record in newest.items():
        live = world.core.desk.rules.book.get(name)
        now = None if live is None else live.record
        was, state = record.state, None if now is None else now.state
        if was is RuleState.ARMED and state is not RuleState.PAUSED:
            found.append(f"{name}: was armed and is {state}")
        if was is RuleState.FIRED and (
            state is not RuleState.UNKNOWN or not _said(notices, record)
        ):
            found.append(f"{name}: had fired, is {state}, and was told: {_said(notices, record)}")
        if was is RuleState.WAITING and state is RuleState.WITHDRAWN and not _said(notices, record):
            found.append(f"{name}: waited, was withdrawn, and nobody was told")
        if now is not None and now.state is RuleState.PAUSED and now.note == RESTARTED:
            paused += was is not RuleState.PAUSED
    if paused and not any(each.text.startswith(f"{paused} client-side") for each in notices):
        found.append(f"{paused} rules are paused since the restart, and nobody was told so")
    return found


def _said(notices: list[Notice], record: RuleRecord) -> bool:
    """Tell whether a rule was spoken of by its words, as loudly as its state asks for."""
    least = Severity.ALARM if record.state is RuleState.FIRED else Severity.WARNING
    words = rule_words(record.rule)
    return any(words in each.text and each.severity >= least for each in notices)


def _still_acting(world: ChaosWorld) -> list[str]:
    """The market goes through every price that was waited for, and nothing is sent."""
    if not list(world.core.desk.rules.book):
        return []
    before = world.tap.placed.total()
    quotes = world.core.desk.figures.quotes
    for con_id in world.con_ids:
        for price in (1.0, 9_999.0, 1.0):
            quotes.set_price(con_id, LAST, price)
            world.run(0.1)
    world.run(1.2)  # and a look of every second
    sent = world.tap.placed.total() - before
    return [f"{sent} orders left of rules that nobody resumed"] if sent else []


def rules_made(world: ChaosWorld) -> int:
    """Return how many rules the killed core had said it watches."""
    return len(_names(world.folder / MADE))


def _names(file: Path) -> set[RuleId]:
    return (
        {RuleId(name) for name in file.read_text().split("\n") if name} if file.exists() else set()
    )
