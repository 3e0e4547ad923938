"""What the window knows at this moment, gathered from both lanes."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from workstation.domain.account import Environment, PositionView
from workstation.domain.alert import PriceAlert
from workstation.domain.confirmation import ConfirmationPolicy
from workstation.domain.contract import ContractDetails
from workstation.domain.family import Family
from workstation.domain.ids import AccountId, ConId, FamilyId, OrderKey
from workstation.domain.limit_use import RiskView
from workstation.domain.link import LinkState, LinkView
from workstation.domain.order_status import OrderView
from workstation.domain.prices import PriceLadder
from workstation.domain.quote import Quote
from workstation.domain.rule import RuleView
from workstation.domain.subscription import StreamKey, StreamKind, StreamState
from workstation.ui import text


@dataclass(slots=True)
class ScreenState:
    """Newest values by their keys. GUI thread, written by the main window alone."""

    read_only: bool
    link: LinkView | None = None
    was_ready: bool = False
    """Whether orders and positions were ever compared with the broker."""
    known_until: datetime | None = None
    """Since when orders, positions and money are history, None while they are not."""
    details: dict[ConId, ContractDetails] = field(default_factory=dict)
    quotes: dict[ConId, Quote] = field(default_factory=dict)
    positions: dict[tuple[AccountId, ConId], PositionView] = field(default_factory=dict)
    streams: dict[StreamKey, StreamState] = field(default_factory=dict)
    orders: dict[OrderKey, OrderView] = field(default_factory=dict)
    alerts: tuple[PriceAlert, ...] = ()
    rules: tuple[RuleView, ...] = ()
    risk: RiskView | None = None
    confirmations: ConfirmationPolicy = field(default_factory=ConfirmationPolicy)
    families: dict[FamilyId, Family] = field(default_factory=dict)
    chosen_account: AccountId | None = None
    """Where several accounts are managed, the one that was chosen in the ticket."""

    def stream(self, con_id: ConId | None, kind: StreamKind) -> StreamState | None:
        """Return how a stream stands, None for one that was never wanted."""
        return None if con_id is None else self.streams.get(StreamKey(con_id, kind))

    def ladder(self, con_id: ConId | None) -> PriceLadder | None:
        """Return the price increments of a contract, None while unknown."""
        details = self.details.get(con_id) if con_id is not None else None
        return details.ladder if details else None

    def position(
        self, con_id: ConId | None, account: AccountId | None = None
    ) -> PositionView | None:
        """Return what an account holds of a contract; without a word, the one orders go to.

        Before one of several was chosen it is the banner's.
        """
        account = account or self.order_account or self.account
        if account is None or con_id is None:
            return None
        return self.positions.get((account, con_id))

    @property
    def account(self) -> AccountId | None:
        """The account that is shown."""
        return self.link.account if self.link else None

    @property
    def has_several_accounts(self) -> bool:
        """Whether an order could go to more than one account."""
        return self.link is not None and len(self.link.accounts) > 1

    @property
    def order_account(self) -> AccountId | None:
        """The account orders go to: the only one, of several the chosen one, None before that."""
        if self.link is None or not self.has_several_accounts:
            return self.account
        return self.chosen_account if self.chosen_account in self.link.accounts else None

    @property
    def armed(self) -> bool:
        """Whether new entries are allowed on a live account, as the core says."""
        return self.link is not None and self.link.armed

    @property
    def is_ready(self) -> bool:
        """Whether the link is up and reconciled; a data farm may be down."""
        return self.link is not None and self.link.serves

    @property
    def can_exit(self) -> bool:
        """Whether an order that closes something could leave now."""
        link = self.link
        if link is None or self.is_read_only:
            return False
        is_comparing = link.state is LinkState.SYNCING
        return link.state in {LinkState.READY, LinkState.DEGRADED} or (
            is_comparing and link.knows_exits
        )

    @property
    def has_market(self) -> bool:
        """Whether quotes can be a market: nothing is known to be between them and us."""
        link = self.link
        up = link is not None and link.state in {LinkState.READY, LinkState.SYNCING}
        return link is not None and (up or link.only_farms) and not link.is_silent

    @property
    def doubt(self) -> str:
        """Why orders, positions and money on screen may not be so; empty where they are."""
        state = self.link.state if self.link else LinkState.DISCONNECTED
        if state in {LinkState.READY, LinkState.DEGRADED}:
            return ""
        why = "comparing with the broker" if state is LinkState.SYNCING else "not connected"
        if not self.was_ready:
            return f"Not known yet: {why}"
        return f"As of {text.clock_time(self.known_until)}: {why}"

    def take_link(self, link: LinkView) -> None:
        """Take the newest state of the link, and remember since when the rest is history."""
        old, self.link = self.link, link
        known = {LinkState.READY, LinkState.DEGRADED}
        if link.serves:
            self.was_ready, self.known_until = True, None
        elif link.state not in known and old is not None and old.state in known:
            degraded = old.state is LinkState.DEGRADED
            self.known_until = old.since if degraded else link.since

    @property
    def is_live(self) -> bool:
        """Whether real money is at stake; an account of unknown world counts as live."""
        return (
            self.link is not None
            and self.link.account is not None
            and self.link.environment in (Environment.LIVE, None)
        )

    @property
    def is_read_only(self) -> bool:
        """Whether the program or the session was opened only to look."""
        return self.read_only or (self.link is not None and self.link.read_only)

    def own_working_orders(self) -> list[OrderView]:
        """Return the orders of this client that may still be live at the broker."""
        return [order for order in self.orders.values() if order.is_working and order.editable]

    def protecting_orders(self) -> list[OrderView]:
        """Return the working orders of this client that stand for a position that is open."""
        return [order for order in self.own_working_orders() if self._protects(order)]

    def foreign_orders(self) -> list[OrderView]:
        """Return the working orders of other clients, of TWS and of the mobile program."""
        return [order for order in self.orders.values() if order.is_working and not order.editable]

    def working_entries(self) -> list[OrderView]:
        """Return the working orders of this client that would open or enlarge a position."""
        return [order for order in self.own_working_orders() if self._is_entry(order)]

    def _protects(self, order: OrderView) -> bool:
        held = self.positions.get((order.account, order.con_id))
        return order.is_protective and held is not None and order.side.sign * held.quantity < 0

    def _is_entry(self, order: OrderView) -> bool:
        if order.parent is not None:
            return False
        held = self.positions.get((order.account, order.con_id))
        quantity = held.quantity if held is not None else Decimal(0)
        return order.side.sign * quantity >= 0 or order.remaining > abs(quantity)
