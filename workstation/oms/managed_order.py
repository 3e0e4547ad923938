"""One order as the core keeps it: terms, two axes of state, and fills as a set."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from workstation.domain.execution import Commission, Execution
from workstation.domain.ids import (
    AccountId,
    ClientId,
    ConId,
    ExecId,
    IntentId,
    OrderId,
    OrderKey,
    OrderRef,
    PermId,
)
from workstation.domain.order import OrderDraft, Side
from workstation.domain.order_status import Lifecycle, OrderFlag, OrderView, Pending


@dataclass(slots=True)
class ManagedOrder:
    """Mutable, owned by the OrderBook; the world outside sees `view()`.

    `quantity` and `limit_price` are the terms the broker last acknowledged, or ours before
    the first acknowledgement. `acknowledged` tells whether the broker ever spoke of it.
    `doubt_since` is when it became unanswered; `missing_rounds` counts the settled
    reconciliations that found nothing of it.
    """

    key: OrderKey
    order_id: OrderId
    client_id: ClientId
    order_ref: OrderRef | None
    account: AccountId
    con_id: ConId
    symbol: str
    side: Side
    quantity: Decimal
    order_type: str
    limit_price: Decimal | None
    tif: str
    mine: bool
    created_at: datetime
    updated_at: datetime
    outside_rth: bool = False
    draft: OrderDraft | None = None
    intent_id: IntentId | None = None
    perm_id: PermId | None = None
    lifecycle: Lifecycle = Lifecycle.STAGED
    cancel: Pending = Pending.NONE
    replace: Pending = Pending.NONE
    pending_quantity: Decimal | None = None
    pending_limit: Decimal | None = None
    acknowledged: bool = False
    worked: bool = False
    said_filled: bool = False
    missing_rounds: int = 0
    revisions: dict[str, Execution] = field(default_factory=dict)
    commissions: dict[ExecId, Commission] = field(default_factory=dict)
    flags: set[OrderFlag] = field(default_factory=set)
    note: str = ""

    @property
    def filled(self) -> Decimal:
        """Sum of the latest revision of each execution (I1)."""
        return sum((each.quantity for each in self.revisions.values()), Decimal(0))

    @property
    def average_price(self) -> Decimal | None:
        """Quantity-weighted price of the fills, None without one."""
        filled = self.filled
        if not filled:
            return None
        paid = sum((each.quantity * each.price for each in self.revisions.values()), Decimal(0))
        return paid / filled

    @property
    def answer_due(self) -> bool:
        """Whether the broker owes an answer about the order, a change or a cancel."""
        if self.lifecycle.is_terminal:
            return False
        return (
            self.lifecycle in {Lifecycle.STAGED, Lifecycle.SENDING, Lifecycle.SENT}
            or Pending.REQUESTED in {self.cancel, self.replace}
        ) and self.mine

    @property
    def in_doubt(self) -> bool:
        """Whether something about the order is unknown."""
        return self.lifecycle is Lifecycle.UNKNOWN or Pending.UNKNOWN in {self.cancel, self.replace}

    def drop_replace(self) -> None:
        """Forget a change that ended, one way or the other."""
        self.replace = Pending.NONE
        self.pending_quantity = self.pending_limit = None

    def view(self) -> OrderView:
        """Return the order as a frozen value."""
        return OrderView(
            key=self.key,
            order_id=self.order_id,
            client_id=self.client_id,
            perm_id=self.perm_id,
            account=self.account,
            con_id=self.con_id,
            symbol=self.symbol,
            side=self.side,
            quantity=self.quantity,
            order_type=self.order_type,
            limit_price=self.limit_price,
            tif=self.tif,
            lifecycle=self.lifecycle,
            cancel=self.cancel,
            replace=self.replace,
            pending_quantity=self.pending_quantity,
            pending_limit=self.pending_limit,
            filled=self.filled,
            average_price=self.average_price,
            flags=frozenset(self.flags),
            note=self.note,
            editable=self.mine,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )
