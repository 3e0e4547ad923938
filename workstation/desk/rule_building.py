"""Builds price alerts and rules: one watch of prices, one way to tell what has come."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from workstation.desk.alerts import AlertDesk, AlertParts
from workstation.desk.other_orders import RULE_CLOSE
from workstation.desk.outgoing import Outgoing
from workstation.desk.price_watch import PriceWatch
from workstation.desk.rule_actions import RuleActions
from workstation.desk.rule_sight import RuleSight
from workstation.desk.rule_tape import RuleTape
from workstation.desk.rules import RuleDesk, RuleParts
from workstation.desk.settings import DeskSettings
from workstation.domain.clock import Clock
from workstation.domain.commands import Done, Failed
from workstation.domain.ids import AccountId, ConId, IntentId
from workstation.domain.ports import Checkpoint, JournalPort, Reactor
from workstation.domain.rule import RULE_SOURCE
from workstation.oms.order_ids import OrderRefs

if TYPE_CHECKING:
    from workstation.desk.desk import Desk


@dataclass(frozen=True, slots=True)
class Basics:
    """What a desk gives its parts to live on."""

    reactor: Reactor
    clock: Clock
    journal: JournalPort
    out: Outgoing
    checkpoint: Checkpoint


def build_rules(desk: "Desk", basics: Basics, settings: DeskSettings) -> tuple[AlertDesk, RuleDesk]:
    """Build alerts and rules over one tap of every contract; all on the core thread."""
    watch = PriceWatch(desk.figures.quotes)
    with_ = (basics.reactor, basics.clock, watch, desk.contracts, desk.streams)
    alerts = AlertDesk(AlertParts(*with_, basics.out, settings.alerts_file))
    sight = RuleSight(
        clock=basics.clock,
        quotes=desk.figures.quotes,
        contracts=desk.contracts,
        positions=desk.figures.positions,
        orders=desk.orders,
        standing=desk.standing.of,
    )
    rules = RuleDesk(
        RuleParts(
            reactor=basics.reactor,
            journal=basics.journal,
            sight=sight,
            tape=RuleTape(watch, desk.contracts, desk.streams),
            actions=_actions(desk, sight, OrderRefs(settings.install)),
            out=basics.out,
            notify=desk.notify,
            lock=desk.lock,
            checkpoint=basics.checkpoint,
            efficiency=lambda: desk.order_desk.efficiency,
        )
    )
    return alerts, rules


def _actions(desk: "Desk", sight: RuleSight, refs: OrderRefs) -> RuleActions:
    """Give rules the doors that hands use."""

    def cancel_symbol(account: AccountId, con_id: ConId) -> Done | Failed:
        return desk.exits.emergency.cancel(account=account, con_id=con_id)

    return RuleActions(
        sight=sight,
        submit=desk.order_desk.submit,
        submit_bracket=desk.order_desk.submit_bracket,
        change=desk.order_desk.renew,
        cancel=desk.order_desk.controller.cancel,
        cancel_symbol=cancel_symbol,
        close=partial(desk.exits.closer.close, source=RULE_CLOSE),
        new_intent=lambda: IntentId(f"{RULE_SOURCE}{refs.new()}"),
    )


def heard(first: Callable[[], None], then: Callable[[], None]) -> Callable[[], None]:
    """Return what tells two that orders changed, one after the other."""

    def tell() -> None:
        first()
        then()

    return tell
