"""What the window knows at this moment, gathered from both lanes."""

from dataclasses import dataclass, field

from workstation.domain.account import Environment, PositionView
from workstation.domain.contract import ContractDetails
from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.link import LinkState, LinkView
from workstation.domain.order_status import OrderView
from workstation.domain.prices import PriceLadder
from workstation.domain.quote import Quote


@dataclass(slots=True)
class ScreenState:
    """Newest values by their keys. GUI thread, written by the main window alone."""

    read_only: bool
    link: LinkView | None = None
    details: dict[ConId, ContractDetails] = field(default_factory=dict)
    quotes: dict[ConId, Quote] = field(default_factory=dict)
    positions: dict[tuple[AccountId, ConId], PositionView] = field(default_factory=dict)
    orders: dict[OrderKey, OrderView] = field(default_factory=dict)

    def ladder(self, con_id: ConId | None) -> PriceLadder | None:
        """Return the price increments of a contract, None while unknown."""
        details = self.details.get(con_id) if con_id is not None else None
        return details.ladder if details else None

    def position(self, con_id: ConId | None) -> PositionView | None:
        """Return the position of the banner's account in a contract."""
        account = self.account
        if account is None or con_id is None:
            return None
        return self.positions.get((account, con_id))

    @property
    def account(self) -> AccountId | None:
        """The account orders go to."""
        return self.link.account if self.link else None

    @property
    def armed(self) -> bool:
        """Whether new entries are allowed on a live account, as the core says."""
        return self.link is not None and self.link.armed

    @property
    def is_ready(self) -> bool:
        """Whether the link is up and reconciled."""
        return self.link is not None and self.link.state is LinkState.READY

    @property
    def can_exit(self) -> bool:
        """Whether an order that closes something could leave now."""
        link = self.link
        up = link is not None and link.state in {LinkState.READY, LinkState.DEGRADED}
        return up and not self.is_read_only

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
