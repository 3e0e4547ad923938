"""How much of each limit is used, for the window; it decides nothing."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workstation.broker.pacing import MESSAGES
from workstation.desk.flatten import Held
from workstation.domain.account import AccountSummary
from workstation.domain.ids import AccountId, ConId
from workstation.domain.limit_use import LimitUse, RiskView
from workstation.domain.ports import ContractSource, QuoteSource
from workstation.oms.actions import Actions
from workstation.oms.orders import OrderBook
from workstation.risk.facts import exact
from workstation.risk.limits import Limits

WORKING_PERSONAL, WORKING_MOST = 15, 20
"""Working orders of one contract and side. Source: orders-and-risk.md R18."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskSources:
    """Where the figures come from; all on the core thread."""

    account: Callable[[], AccountId | None]
    limits: Callable[[AccountId], Limits | None]
    summary: Callable[[AccountId], AccountSummary | None]
    actions: Callable[[], Actions]
    orders: OrderBook
    positions: Held
    quotes: QuoteSource
    contracts: ContractSource
    gate: Callable[[AccountId], tuple[Decimal, Decimal | None]]
    messages: Callable[[], int]


class RiskWatch:
    """Publishes a RiskView when it differs from the last. Core thread."""

    def __init__(self, sources: RiskSources) -> None:
        self._sources = sources
        self._last: RiskView | None = None
        self._dirty = False

    def look(self) -> None:
        """Work the figures out with the next publishing."""
        self._dirty = True

    @property
    def changed(self) -> bool:
        """Whether the figures may have changed."""
        return self._dirty

    def take_changed(self) -> Sequence[RiskView]:
        """Return the newest figures if they differ from the last."""
        self._dirty = False
        account = self._sources.account()
        if account is None:
            return ()
        view = RiskView(account, self._uses(account))
        if view == self._last:
            return ()
        self._last = view
        return (view,)

    def _uses(self, account: AccountId) -> tuple[LimitUse, ...]:
        ask = self._sources
        limits, actions = ask.limits(account), ask.actions()
        money = self._currency(account)
        entries, most = ask.gate(account)
        return (
            _count(
                "Order actions, 1 s",
                actions.count(1),
                limits.actions_per_second if limits else None,
            ),
            _count(
                "Order actions, 1 min",
                actions.count(60),
                limits.actions_per_minute if limits else None,
            ),
            LimitUse(
                "Largest position",
                self._largest_position(account),
                limits.position.personal if limits else None,
                limits.position.catastrophic if limits else None,
                money,
            ),
            LimitUse(
                "Working orders, one side",
                Decimal(self._most_working(account)),
                Decimal(WORKING_PERSONAL),
                Decimal(WORKING_MOST),
                "orders",
            ),
            *self._funds(account, limits),
            LimitUse("Entries, 1 min", entries, None, most, money),
            _count("Messages, 1 s", ask.messages(), MESSAGES, unit="messages"),
        )

    def _currency(self, account: AccountId) -> str:
        summary = self._sources.summary(account)
        return "" if summary is None else summary.currency

    def _largest_position(self, account: AccountId) -> Decimal:
        held = self._sources.positions.held(account)
        values = (abs(quantity) * self._unit(con_id) for con_id, quantity in held.items())
        return max(values, default=Decimal(0))

    def _unit(self, con_id: ConId) -> Decimal:
        """Value one share by the last trade, else the close; 0 where nothing is known."""
        quote, details = self._sources.quotes.quote(con_id), self._sources.contracts.details(con_id)
        if quote is None or details is None:
            return Decimal(0)
        price = exact(quote.last) or exact(quote.close) or exact(quote.bid) or Decimal(0)
        return abs(price) * details.multiplier / details.price_magnifier

    def _most_working(self, account: AccountId) -> int:
        working = (each for each in self._sources.orders.working() if each.account == account)
        return max(Counter((each.con_id, each.side) for each in working).values(), default=0)

    def _funds(self, account: AccountId, limits: Limits | None) -> Sequence[LimitUse]:
        summary = self._sources.summary(account)
        if summary is None or summary.net_liquidation is None or summary.available_funds is None:
            return ()
        whole = summary.net_liquidation
        buffer = limits.funds_buffer_percent if limits else Decimal(0)
        used = max(whole - summary.available_funds, Decimal(0))
        free = whole * (1 - buffer / 100)
        return (LimitUse("Available funds", used, free, whole, summary.currency),)


def _count(name: str, used: int, most: int | None, unit: str = "actions") -> LimitUse:
    return LimitUse(name, Decimal(used), None, None if most is None else Decimal(most), unit)
