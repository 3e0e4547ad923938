"""Collects what one decision is made of and asks the risk checks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from workstation.domain.account import AccountSummary, Environment
from workstation.domain.clock import Clock
from workstation.domain.finding import TradingState
from workstation.domain.ids import AccountId, ConId
from workstation.domain.order import OrderDraft
from workstation.domain.order_status import OrderView
from workstation.domain.ports import ContractSource, PositionSource, QuoteSource
from workstation.oms.controller import Actions, Verdict
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.orders import OrderBook
from workstation.risk import gate
from workstation.risk.checks import Facts, Link, notional
from workstation.risk.exposure import (
    is_exit,
    leaves,
    leaves_of,
    of_contract,
    sent_as_closes,
)
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
        if changed is not None and _only_shrinks(draft, changed):
            facts = replace(facts, is_exit=True)
        found = gate.findings(facts)
        return Verdict(
            findings=found,
            refusal=gate.refusal(found, draft.acknowledged),
            entry_value=None if facts.is_exit else _entry_value(facts, changed),
        )

    def _facts(self, draft: OrderDraft, changed: ManagedOrder | None) -> Facts:
        ask = self._sources
        standing = ask.standing(draft.account)
        actions = ask.actions()
        position = ask.positions.quantity(draft.account, draft.con_id)
        key = changed.key if changed is not None else None
        everything = ask.orders.working()
        working = of_contract(everything, draft.account, draft.con_id, without=key)
        quote = ask.quotes.quote(draft.con_id)
        closes = sent_as_closes(working, draft, quote)
        open_quantity = _open_quantity(draft, changed)
        return Facts(
            draft=draft,
            open_quantity=open_quantity,
            now=ask.clock.now(),
            details=ask.contracts.details(draft.con_id),
            quote=quote,
            position=position,
            working=leaves(working),
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
            open_cost=self._open_cost(draft, [o for o in everything if o.key != key], standing),
        )

    def _open_cost(
        self, draft: OrderDraft, working: list[OrderView], standing: Standing
    ) -> Decimal:
        """Sum the margin that other working entries of the account may still claim.

        Of the orders on the closing side of a position, what closes it claims nothing.
        """
        if standing.limits is None:
            return Decimal(0)
        total = Decimal(0)
        to_close: dict[ConId, Decimal] = {}
        for order in working:
            if order.account != draft.account:
                continue
            quantity = leaves_of(order)
            held = self._sources.positions.quantity(order.account, order.con_id)
            if held * order.side.sign < 0:
                left = to_close.setdefault(order.con_id, abs(held))
                closing = min(left, quantity)
                to_close[order.con_id] = left - closing
                quantity -= closing
            total += quantity * self._unit_value(order)
        return total * standing.limits.stock_margin_percent / 100

    def _unit_value(self, order: OrderView) -> Decimal:
        """Value one share of a working order; 0 where nothing tells its price."""
        prices = [order.limit_price, order.pending_limit]
        quote = self._sources.quotes.quote(order.con_id)
        if quote is not None and not any(prices):
            seen = (quote.ask, quote.last, quote.close)
            prices.append(next((Decimal(str(price)) for price in seen if price), None))
        price = max((abs(price) for price in prices if price is not None), default=Decimal(0))
        details = self._sources.contracts.details(order.con_id)
        return price if details is None else price * details.multiplier / details.price_magnifier


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
    old = replace(facts.draft, limit_price=changed.limit_price)
    before = notional(replace(facts, draft=old), changed.quantity - changed.filled)
    return max(value - (before or Decimal(0)), Decimal(0))


def _only_shrinks(draft: OrderDraft, changed: ManagedOrder) -> bool:
    """Tell whether a change only lowers risk: a smaller quantity at an unchanged price (1.2)."""
    price = draft.limit_price
    if not draft.quantity.is_finite() or (price is not None and not price.is_finite()):
        return False
    return draft.quantity <= changed.quantity and price == changed.limit_price
