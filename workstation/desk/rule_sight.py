"""What rules see of market, orders and desk, and why they must not act on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from workstation.desk.judge import HALTED, Standing
from workstation.domain.clock import Clock
from workstation.domain.finding import TradingState
from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.order_status import Lifecycle
from workstation.domain.ports import ContractSource
from workstation.domain.quote import MarketDataType, Quote
from workstation.domain.rule import Rule
from workstation.marketdata.quotes import Quotes
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.orders import OrderBook
from workstation.portfolio.positions import Positions


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSight:
    """Reads, decides nothing that leaves. Core thread."""

    clock: Clock
    quotes: Quotes
    contracts: ContractSource
    positions: Positions
    orders: OrderBook
    standing: Callable[[AccountId], Standing]

    # -- what conditions are held against -----------------------------------------------------

    def now(self) -> datetime:
        """Return the time, aware."""
        return self.clock.now()

    def market(self, con_id: ConId) -> Quote | None:
        """Return the quote of a contract if it can be acted on."""
        return None if self.market_fault(con_id) else self.quotes.quote(con_id)

    def result(self, account: AccountId, con_id: ConId) -> Decimal | None:
        """Return the unrealised result of a position."""
        return self.positions.result(account, con_id)

    def lifecycle(self, order: OrderKey) -> Lifecycle | None:
        """Return where an order stands; one of which not all fills are known stands nowhere."""
        known = self.orders.get(order)
        return None if known is None or known.in_doubt else known.lifecycle

    # -- why not ------------------------------------------------------------------------------

    def market_fault(self, con_id: ConId, *, both_sides: bool = False) -> str:
        """Say why a market cannot be acted on, "" where it can."""
        quote = self.quotes.quote(con_id)
        if quote is None:
            return "no market data yet"
        is_halted = self.quotes.number(con_id, HALTED) in {1.0, 2.0}
        has_both = quote.bid is not None and quote.ask is not None
        faults = (
            (quote.stale, "the market data is dead"),
            (quote.data_type is not MarketDataType.LIVE, "the market data is delayed or frozen"),
            (is_halted, "trading in it is halted"),
            (has_both and not quote.two_sided, "bid and ask are crossed"),
            (both_sides and not has_both, "the market has one side only"),
        )
        return next((words for applies, words in faults if applies), "")

    def desk_fault(self, rule: Rule) -> str:
        """Say why nothing of a rule may leave now, whatever the market, "" where it may."""
        now = self.standing(rule.account)
        if now.read_only:
            return "the program was started read-only"
        if not now.link.ready or now.link.suspect:
            return f"no healthy link: {now.link.reason or 'the broker is silent'}"
        if not now.link.synced:
            return "orders and positions are being compared with the broker"
        if rule.account not in now.accounts:
            return "the broker does not manage this account here"
        is_locked = now.trading_state is TradingState.LOCKED  # nothing can be put on record
        is_halted = now.trading_state is TradingState.HALTED and rule.needs_trading
        if is_locked or is_halted:
            return f"trading is {now.trading_state.value}: {now.trading_reason}"
        return ""

    def doubt(self, account: AccountId, con_id: ConId) -> str:
        """Say which order of a contract nobody is sure of, "" where all are known."""
        for order in self._in_doubt():
            if (order.account, order.con_id) == (account, con_id):
                return f"order {order.order_id} is unknown at the broker"
        return ""

    def _in_doubt(self) -> list[ManagedOrder]:
        known = (self.orders.get(view.key) for view in self.orders.working())
        return [order for order in known if order is not None and order.in_doubt]

    def entry(self, account: AccountId, con_id: ConId) -> Decimal | None:
        """Return the price at which a position was opened on average, None where not known."""
        cost = self.positions.average_cost(account, con_id)
        details = self.contracts.details(con_id)
        if cost is None or details is None:
            return None
        return cost * details.price_magnifier / details.multiplier
