"""What the order desk counts and what of it has changed since the last transaction."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypedDict

from workstation.simgateway.orders import Execution, Order


@dataclass(slots=True)
class Numbers:
    """The counters that must never give a number twice."""

    perm_id: int
    exec_number: int
    last_order_ids: dict[int, int] = field(default_factory=dict)

    def next_order_id(self, client_id: int) -> int:
        """Return the lowest order id a client may use."""
        return self.last_order_ids.get(client_id, 0) + 1


@dataclass(slots=True)
class Changes:
    """What the next transaction of the state file must hold."""

    orders: dict[int, Order] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)

    positions: dict[tuple[str, int], None] = field(default_factory=dict)
    """Account and con_id of the positions that changed, by fills or without."""

    warned: bool = False
    """Whether an account has been warned, or is not any longer."""

    def __bool__(self) -> bool:
        return bool(self.orders or self.executions or self.positions or self.warned)

    def clear(self) -> None:
        """Begin anew after a transaction."""
        self.orders.clear()
        self.executions.clear()
        self.positions.clear()
        self.warned = False


class OrderFacts(TypedDict):
    """What an execution takes over from its order."""

    client_id: int
    order_id: int
    perm_id: int
    con_id: int
    account: str
    side: str
    cumulative: Decimal
    average_price: Decimal
    order_ref: str
    model_code: str
    liquidates: bool


def order_facts(order: Order) -> OrderFacts:
    """Return what an execution takes over from its order as it stands after the fill."""
    terms = order.terms
    return {
        "client_id": order.client_id,
        "order_id": order.order_id,
        "perm_id": order.perm_id,
        "con_id": terms.con_id,
        "account": terms.account,
        "side": terms.side,
        "cumulative": order.filled,
        "average_price": order.average_price,
        "order_ref": terms.order_ref,
        "model_code": terms.model_code,
        "liquidates": terms.liquidates,
    }
