"""Exit rules at work: the stop stays at the broker and is only ever moved nearer, by a change.

One change at a time, at most so many as the broker's efficiency ratio bears. Where the market or
the order cannot be trusted the rule waits and says why; the stop stands where it stood. A rule has
done its part when a breakeven stands or its stop has filled; any other end of the stop withdraws
it. Row O10.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from workstation.desk.broker_uses import EFFICIENT
from workstation.desk.rule_live import LiveRule
from workstation.desk.rule_sight import RuleSight
from workstation.domain.exit_rule import ExitKind, ExitRule
from workstation.domain.finding import Answer, Submitted
from workstation.domain.ids import IntentId
from workstation.domain.order import OrderChange, Side
from workstation.domain.order_status import Lifecycle, Pending
from workstation.domain.prices import PriceLadder
from workstation.domain.rule import RuleState
from workstation.oms.editing import why_not_editable
from workstation.oms.efficiency import OrderEfficiency
from workstation.oms.managed_order import ManagedOrder
from workstation.risk.facts import exact

MOST_REFUSALS = 3
STOPS = frozenset({"STP", "STP LMT"})

_PACES = ((EFFICIENT, 60.0), (EFFICIENT / 2, 15.0), (Decimal(0), 2.0))
"""Seconds between two moves of one stop, from so many messages for each fill of the day on."""


def moved_stop(order: ManagedOrder, price: Decimal, source: str, intent: IntentId) -> OrderChange:
    """Return the change that puts a stop at a price; the limit of a stop limit goes along."""
    limit = order.limit_price
    if limit is not None and order.stop_price is not None:
        limit += price - order.stop_price
    return OrderChange(
        intent_id=intent, key=order.key, stop_price=price, limit_price=limit, source=source
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRules:
    """Looks at exit rules after each round in which their market or their order moved.

    `end` ends a rule with a state and a sentence; `pause` pauses it aloud.
    """

    sight: RuleSight
    change: Callable[[OrderChange], Answer]
    new_intent: Callable[[], IntentId]
    efficiency: Callable[[], OrderEfficiency]
    end: Callable[[LiveRule, RuleState, str], None]
    pause: Callable[[LiveRule, str], None]

    def look(self, live: LiveRule) -> None:
        """Do what an armed exit rule asks for now."""
        rule = live.rule.exit
        assert rule is not None  # it is asked for exit rules alone
        order = self.sight.orders.get(rule.stop)
        if order is None or order.lifecycle.is_terminal:
            what = "is not known any more" if order is None else order.view().display_state.lower()
            has_filled = order is not None and order.lifecycle is Lifecycle.FILLED
            state = RuleState.DONE if has_filled else RuleState.WITHDRAWN
            self.end(live, state, f"{_moves(live)}; the stop ended: {what}")
            return
        live.waits = self._fault(live, rule, order)
        if live.waits:
            return
        details = self.sight.contracts.details(rule.con_id)
        entry = rule.entry or self.sight.entry(live.rule.account, rule.con_id)
        market = self._market(rule)
        if details is None or entry is None or market is None:
            live.waits = "the cost of the position is not known yet"
            return
        if fault := rule.why_not_at(entry, details.ladder):
            live.waits = fault
            return
        live.best = rule.better(live.best, market)
        if not self._settled(live, rule, order):
            return
        self._follow(live, rule, order, (entry, market, details.ladder))

    def _fault(self, live: LiveRule, rule: ExitRule, order: ManagedOrder) -> str:
        """Say why nothing may be done now; an order that changes is waited for in silence."""
        account = live.rule.account
        if order.order_type not in STOPS or order.stop_price is None:
            return f"the order is a {order.order_type} now, which the broker moves"
        held = self.sight.positions.quantity(account, rule.con_id)
        faults = (
            self.sight.desk_fault(live.rule),
            self.sight.market_fault(rule.con_id, both_sides=True),
            self.sight.doubt(account, rule.con_id),
            "" if held * rule.side.sign < 0 else "there is no position yet that it closes",
        )
        return next((fault for fault in faults if fault), "")

    def _market(self, rule: ExitRule) -> Decimal | None:
        """Return the price at which the position could be closed."""
        quote = self.sight.quotes.quote(rule.con_id)
        if quote is None:
            return None
        return exact(quote.bid if rule.side is Side.SELL else quote.ask)

    def _settled(self, live: LiveRule, rule: ExitRule, order: ManagedOrder) -> bool:
        """Tell whether the last move is over; count one that did not come about."""
        if order.replace is not Pending.NONE or order.cancel is not Pending.NONE:
            return False
        asked, live.asked = live.asked, None
        if asked is None or order.stop_price is None:
            return True
        if rule.tightens(order.stop_price, asked):
            self._refused(live, order.note or "the broker left the stop where it was")
            return False
        live.refusals, live.refused = 0, ""
        live.moves += 1
        return True

    def _follow(
        self,
        live: LiveRule,
        rule: ExitRule,
        order: ManagedOrder,
        now: tuple[Decimal, Decimal, PriceLadder],
    ) -> None:
        entry, market, ladder = now
        assert live.best is not None  # the market is known
        assert order.stop_price is not None  # else it is no stop
        wanted = rule.wanted(entry, live.best, ladder)
        if wanted is None:
            return
        if not rule.tightens(order.stop_price, wanted):
            if rule.kind is ExitKind.BREAKEVEN:
                where = f"the stop stands at {order.stop_price:f}"
                self.end(live, RuleState.DONE, f"{where}, at breakeven or nearer")
            return
        if not rule.is_inside(wanted, market):
            live.waits = f"the stop would leave at once at {wanted:f}"
            return
        live.waits = self._too_soon(live) or why_not_editable(order)
        if not live.waits:
            self._move(live, order, wanted)

    def _too_soon(self, live: LiveRule) -> str:
        """Say why the broker's count of messages lets no move leave yet; a first one may."""
        if live.moved_at is None:
            return ""
        sent, filled = self.efficiency().ratio(self.sight.clock.now())
        ratio = Decimal(sent) / (filled + 1)
        pace = next(seconds for least, seconds in _PACES if ratio >= least)
        if self.sight.clock.monotonic() - live.moved_at >= pace:
            return ""
        if live.refused:
            return live.refused
        slow = f" ({ratio:.0f} messages for each fill today)" if ratio >= EFFICIENT / 2 else ""
        return f"moves at most each {pace:.0f} s{slow}"

    def _move(self, live: LiveRule, order: ManagedOrder, price: Decimal) -> None:
        wish = moved_stop(order, price, live.rule.source, self.new_intent())
        live.moved_at = self.sight.clock.monotonic()
        answer = self.change(wish)
        if isinstance(answer, Submitted):
            live.asked = price
        else:
            self._refused(live, answer.findings[0].text)

    def _refused(self, live: LiveRule, why: str) -> None:
        live.refusals += 1
        live.waits = live.refused = f"the stop was not moved: {why}"
        if live.refusals >= MOST_REFUSALS:
            self.pause(live, f"the stop could not be moved {live.refusals} times: {why}")


def _moves(live: LiveRule) -> str:
    return f"moved {live.moves} times" if live.moves != 1 else "moved once"
