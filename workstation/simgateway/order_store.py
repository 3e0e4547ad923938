"""All orders by their numbers, what of them changed, and the way out for what clients hear."""

from collections.abc import Callable
from dataclasses import replace

from workstation.domain.clock import Clock
from workstation.simgateway.families import Families
from workstation.simgateway.order_records import Changes, Numbers
from workstation.simgateway.orders import (
    LIVE,
    Complaint,
    Event,
    Execution,
    Order,
    OrderShown,
    StatusShown,
)


class OrderStore:
    """Keeps orders and executions; everything a client is to hear leaves through emit."""

    def __init__(self, numbers: Numbers, clock: Clock, emit: Callable[[Event], None]) -> None:
        self.orders: dict[int, Order] = {}
        self.executions: dict[str, Execution] = {}
        self.changes = Changes()
        self.numbers = numbers
        self.families = Families(self.orders)
        self.emit = emit
        self._clock = clock
        self._by_client: dict[tuple[int, int], int] = {}
        self._live: dict[int, None] = {}

    def find(self, client_id: int, order_id: int) -> Order | None:
        """Return an order by its client's numbers."""
        perm_id = self._by_client.get((client_id, order_id))
        return None if perm_id is None else self.orders[perm_id]

    def live(self, client_id: int | None = None) -> list[Order]:
        """Return the transmitted orders that still work, of one client or of all, oldest first."""
        found = (self.orders[perm_id] for perm_id in sorted(self._live))
        return [order for order in found if client_id in {None, order.client_id}]

    def put(self, order: Order) -> Order:
        """Keep an order as it now stands, and return it."""
        self.orders[order.perm_id] = order
        self._by_client[order.client_id, order.order_id] = order.perm_id
        self.changes.orders[order.perm_id] = order
        self.families.add(order)
        if order.status in LIVE:
            self._live[order.perm_id] = None
        else:
            self._live.pop(order.perm_id, None)
        return order

    def rebind(self, order: Order, client_id: int, order_id: int) -> Order:
        """Hand an order to another client under a new id, and return it as it now stands."""
        self._by_client.pop((order.client_id, order.order_id), None)
        return self.put(replace(order, client_id=client_id, order_id=order_id))

    def add_execution(self, execution: Execution) -> None:
        """Keep an execution."""
        self.executions[execution.exec_id] = execution
        self.changes.executions[execution.exec_id] = execution

    def show(self, order: Order) -> None:
        """Tell how an order stands: openOrder and orderStatus."""
        self.emit(OrderShown(order))
        self.emit(StatusShown(order))

    def complain(self, client_id: int, order_id: int, code: int, text: str) -> None:
        """Send an error message about an order."""
        self.emit(Complaint(client_id, order_id, code, text))

    def warn(self, order: Order, code: int, text: str) -> None:
        """Send an error message about an order that goes on."""
        self.complain(order.client_id, order.order_id, code, text)

    def time(self) -> float:
        """Return wall time in seconds since 1970."""
        return self._clock.now().timestamp()
