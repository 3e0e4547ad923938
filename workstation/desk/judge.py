"""Collects what one decision is made of and asks the risk checks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from workstation.domain.account import AccountSummary, Environment
from workstation.domain.clock import Clock
from workstation.domain.finding import TradingState
from workstation.domain.ids import AccountId
from workstation.domain.order import OrderDraft, Side
from workstation.domain.order_status import OrderView
from workstation.domain.ports import ContractSource, PositionSource, QuoteSource
from workstation.oms.controller import Actions, Verdict
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.orders import OrderBook
from workstation.risk import gate
from workstation.risk.checks import Facts, Link, notional
from workstation.risk.exposure import is_exit, leaves, leaves_of
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
            entry_value=None if facts.is_exit else (notional(facts) or Decimal(0)),
        )

    def _facts(self, draft: OrderDraft, changed: ManagedOrder | None) -> Facts:
        ask = self._sources
        standing = ask.standing(draft.account)
        actions = ask.actions()
        position = ask.positions.quantity(draft.account, draft.con_id)
        key = changed.key if changed is not None else None
        working_orders = ask.orders.working()
        working = leaves(working_orders, draft.account, draft.con_id, without=key)
        return Facts(
            draft=draft,
            now=self._now(),
            details=ask.contracts.details(draft.con_id),
            quote=ask.quotes.quote(draft.con_id),
            position=position,
            working=working,
            is_exit=is_exit(draft.side, draft.quantity, position, working),
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
            open_cost=self._open_cost(draft, [o for o in working_orders if o.key != key], standing),
        )

    def _open_cost(
        self, draft: OrderDraft, working: list[OrderView], standing: Standing
    ) -> Decimal:
        """Sum the margin that other working entries of the account may still claim."""
        if standing.limits is None:
            return Decimal(0)
        total = Decimal(0)
        for order in working:
            if order.account != draft.account:
                continue
            held = self._sources.positions.quantity(order.account, order.con_id)
            closing = held * order.side.sign < 0
            quantity = leaves_of(order) - (abs(held) if closing else Decimal(0))
            price = order.limit_price or self._last_price(order)
            if quantity > 0 and price is not None:
                total += quantity * price
        return total * standing.limits.stock_margin_percent / 100

    def _last_price(self, order: OrderView) -> Decimal | None:
        quote = self._sources.quotes.quote(order.con_id)
        if quote is None:
            return None
        price = quote.ask if order.side is Side.BUY else quote.bid
        price = price if price is not None else quote.last
        return None if price is None else Decimal(str(price))

    def _now(self) -> datetime:
        return self._sources.clock.now()


def _only_shrinks(draft: OrderDraft, changed: ManagedOrder) -> bool:
    """Tell whether a change only lowers risk: a smaller quantity at an unchanged price (1.2)."""
    return draft.quantity <= changed.quantity and draft.limit_price == changed.limit_price
