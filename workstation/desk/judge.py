"""Collects what one decision is made of and asks the risk checks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from workstation.domain.account import AccountSummary, Environment
from workstation.domain.bracket import BracketDraft
from workstation.domain.clock import Clock
from workstation.domain.finding import Finding, TradingState
from workstation.domain.ids import AccountId, ConId
from workstation.domain.order import OrderDraft
from workstation.domain.order_status import OrderView
from workstation.domain.ports import ContractSource, PositionSource, QuoteSource
from workstation.domain.quote import Quote
from workstation.oms.actions import Actions
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.orders import OrderBook
from workstation.oms.outlet import Verdict
from workstation.risk import gate
from workstation.risk.exposure import (
    Filling,
    are_rivals,
    is_exit,
    leaves,
    may_fill,
    of_contract,
    sent_as_closes,
)
from workstation.risk.facts import Facts, Link, notional, reference_price
from workstation.risk.group import bracket_findings
from workstation.risk.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of the desk that is no market figure, taken at one moment."""

    link: Link
    environment: Environment
    accounts: tuple[AccountId, ...]
    armed: bool
    read_only: bool
    trading_state: TradingState
    trading_reason: str
    limits: Limits | None
    limits_fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSources:
    """Where the figures come from."""

    clock: Clock
    quotes: QuoteSource
    contracts: ContractSource
    positions: PositionSource
    orders: OrderBook
    summary: Callable[[AccountId], AccountSummary | None]
    standing: Callable[[AccountId], Standing]
    actions: Callable[[], Actions]


class Judge:
    """Says what risk thinks of a draft. Core thread; changes nothing."""

    def __init__(self, sources: JudgeSources) -> None:
        self._sources = sources

    def __call__(self, draft: OrderDraft, changed: ManagedOrder | None) -> Verdict:
        """Run every check on a new order, or on a changed one without its old leaves."""
        facts = self._facts(draft, changed)
        if changed is not None and self._lowers_risk(draft, changed, facts.position):
            facts = replace(facts, is_exit=True)
        return self._verdict(facts, gate.findings(facts), changed)

    def bracket(self, bracket: BracketDraft) -> Verdict:
        """Run every check on a bracket as a whole: one denied leg denies all (R26)."""
        facts = self._facts(bracket.entry, None)
        reference = reference_price(facts)
        group = tuple(bracket_findings(bracket, facts.details, reference, closes=facts.is_exit))
        found = sorted((*gate.findings(facts), *group), key=lambda each: -each.level)
        return self._verdict(facts, tuple(found), None)

    def _verdict(
        self, facts: Facts, found: tuple[Finding, ...], changed: ManagedOrder | None
    ) -> Verdict:
        return Verdict(
            findings=found,
            refusal=gate.refusal(found, facts.draft.acknowledged),
            entry_value=None if facts.is_exit else _entry_value(facts, changed),
        )

    def _facts(self, draft: OrderDraft, changed: ManagedOrder | None) -> Facts:
        ask = self._sources
        standing = ask.standing(draft.account)
        actions = ask.actions()
        position = ask.positions.quantity(draft.account, draft.con_id)
        quote = ask.quotes.quote(draft.con_id)
        everything = ask.orders.working()
        itself = changed.view() if changed is not None else None
        filling = [each for each in may_fill(everything) if not _is_of(itself, each[0])]
        place = (draft.account, draft.con_id)
        closes = Decimal(0)
        if position * draft.side.sign < 0:
            closes = self._closes(draft, itself, everything, quote)
        open_quantity = _open_quantity(draft, changed)
        return Facts(
            draft=draft,
            open_quantity=open_quantity,
            now=ask.clock.now(),
            details=ask.contracts.details(draft.con_id),
            quote=quote,
            position=position,
            working=leaves(x for x in filling if (x[0].account, x[0].con_id) == place),
            is_exit=is_exit(draft.side, open_quantity, position, closes),
            summary=ask.summary(draft.account),
            limits=standing.limits,
            limits_fault=standing.limits_fault,
            link=standing.link,
            environment=standing.environment,
            accounts=standing.accounts,
            armed=standing.armed,
            read_only=standing.read_only,
            trading_state=standing.trading_state,
            trading_reason=standing.trading_reason,
            actions_last_second=actions.count(1),
            actions_last_minute=actions.count(60),
            seconds_since_same=None if changed is not None else actions.since_same(draft),
            open_cost=self._open_cost(draft, filling, standing),
        )

    @staticmethod
    def _closes(
        draft: OrderDraft,
        itself: OrderView | None,
        everything: tuple[OrderView, ...],
        quote: Quote | None,
    ) -> Decimal:
        """Sum what closes beside a draft on the closing side."""
        same = of_contract(everything, draft.account, draft.con_id)
        others = (each for each in same if itself is None or each.key != itself.key)
        return sent_as_closes(others, draft.side, draft.limit_price, quote)

    def _lowers_risk(self, draft: OrderDraft, changed: ManagedOrder, position: Decimal) -> bool:
        """Tell whether a change only lowers risk (1.2).

        A smaller quantity at unchanged prices does; an exit's new prices do too: always while
        its entry has not filled, else where a stop comes closer or a limit more marketable.
        """
        numbers = (draft.quantity, draft.limit_price, draft.stop_price)
        if not all(number is None or number.is_finite() for number in numbers):
            return False
        if draft.quantity > changed.quantity:
            return False
        if (draft.limit_price, draft.stop_price) == (changed.limit_price, changed.stop_price):
            return True
        parent = None if changed.parent is None else self._sources.orders.get(changed.parent)
        if parent is not None and not parent.lifecycle.is_terminal:
            return True
        return position * draft.side.sign < 0 and _is_nearer(draft, changed)

    def _open_cost(self, draft: OrderDraft, filling: list[Filling], standing: Standing) -> Decimal:
        """Sum the margin that other working entries of the account may still claim.

        Of the orders on the closing side of a position, what closes it claims nothing.
        """
        if standing.limits is None:
            return Decimal(0)
        total = Decimal(0)
        held: dict[ConId, Decimal] = {}
        to_close: dict[ConId, Decimal] = {}
        for order, quantity in filling:
            if order.account != draft.account:
                continue
            con_id, opening = order.con_id, quantity
            if con_id not in held:
                held[con_id] = self._sources.positions.quantity(draft.account, con_id)
            if held[con_id] and held[con_id] * order.side.sign < 0:
                left = to_close.setdefault(con_id, abs(held[con_id]))
                closing = min(left, quantity)
                to_close[con_id] = left - closing
                opening -= closing
            if opening:
                total += opening * self._unit_value(order)
        return total * standing.limits.stock_margin_percent / 100

    def _unit_value(self, order: OrderView) -> Decimal:
        """Value one share of a working order; 0 where nothing tells its price."""
        own = (order.limit_price, order.pending_limit, order.stop_price, order.pending_stop)
        price = max((abs(each) for each in own if each is not None), default=Decimal(0))
        if not price:
            price = self._market_price(order.con_id)
        details = self._sources.contracts.details(order.con_id)
        return price if details is None else price * details.multiplier / details.price_magnifier

    def _market_price(self, con_id: ConId) -> Decimal:
        quote = self._sources.quotes.quote(con_id)
        if quote is None:
            return Decimal(0)
        seen = (quote.ask, quote.last, quote.close)
        return next((abs(Decimal(str(each))) for each in seen if each), Decimal(0))


def _open_quantity(draft: OrderDraft, changed: ManagedOrder | None) -> Decimal:
    """Return what a draft could still fill; a changed order has filled a part already."""
    if changed is None or not draft.quantity.is_finite():
        return draft.quantity
    return draft.quantity - changed.filled


def _entry_value(facts: Facts, changed: ManagedOrder | None) -> Decimal:
    """Return the money an entry adds: of a change only what it adds to the order it changes."""
    value = notional(facts, facts.open_quantity)
    if value is None:
        return Decimal("NaN")  # the final gate lets nothing pass that cannot be measured
    if changed is None:
        return value
    old = replace(facts.draft, limit_price=changed.limit_price, stop_price=changed.stop_price)
    before = notional(replace(facts, draft=old), changed.quantity - changed.filled)
    return max(value - (before or Decimal(0)), Decimal(0))


def _is_of(changed: OrderView | None, other: OrderView) -> bool:
    """Tell whether an order is the one being changed, or one that never fills beside it."""
    return changed is not None and (changed.key == other.key or are_rivals(changed, other))


def _is_nearer(draft: OrderDraft, changed: ManagedOrder) -> bool:
    """Tell whether an exit's stop comes no farther and its limit no less marketable.

    The limit of a stop limit moves with its stop: what counts is how far it goes beyond it.
    """
    sign = draft.side.sign
    limit, old_limit = draft.limit_price, changed.limit_price
    stop, old_stop = draft.stop_price, changed.stop_price
    if stop is not None and old_stop is not None:
        if sign * (stop - old_stop) > 0:
            return False
        if limit is not None and old_limit is not None:
            limit, old_limit = limit - stop, old_limit - old_stop
    return limit is None or old_limit is None or sign * (limit - old_limit) >= 0
