"""Numbers of our requests and what each one asked for."""

from workstation.domain.ids import ConId, OrderId, ReqId

_LOW = range(1, 500_000_000)
_HIGH = range(1_000_000_000, 2_147_000_000)


class RequestIds:
    """Hands out request ids in a range that order ids never reach.

    The broker has one integer space for both, so a message about id 7 must not be able to
    mean an order and a request. Between the ranges there is room for order ids to grow.
    Source: orders-and-risk.md 2.4.
    """

    def __init__(self) -> None:
        self._range = _HIGH
        self._next = _HIGH.start

    def avoid(self, next_order_id: OrderId) -> None:
        """Choose the range once the next order id is known."""
        wanted = _LOW if next_order_id >= _LOW.stop else _HIGH
        if wanted is not self._range:
            self._range = wanted
            self._next = wanted.start

    def collides(self, next_order_id: OrderId) -> bool:
        """Tell whether order ids have come into the range of the requests."""
        return next_order_id in self._range

    def new(self) -> ReqId:
        """Return an unused number; raises OverflowError when the range is spent."""
        if self._next not in self._range:
            raise OverflowError("the range of request ids is spent; reconnect to begin anew")
        number = ReqId(self._next)
        self._next += 1
        return number

    def is_request(self, number: int) -> bool:
        """Tell whether a number names one of our requests."""
        return self._range.start <= number < self._next


class Subscriptions:
    """Which contract each running quote request streams."""

    def __init__(self) -> None:
        self._by_request: dict[int, ConId] = {}
        self._by_contract: dict[ConId, ReqId] = {}

    def add(self, req_id: ReqId, con_id: ConId) -> None:
        """Remember a request that starts, and forget the contract's earlier one."""
        self.remove(con_id)
        self._by_request[req_id] = con_id
        self._by_contract[con_id] = req_id

    def remove(self, con_id: ConId) -> ReqId | None:
        """Forget a contract's request and return its number, None where there was none."""
        req_id = self._by_contract.pop(con_id, None)
        if req_id is not None:
            del self._by_request[req_id]
        return req_id

    def con_id(self, req_id: int) -> ConId | None:
        """Return the contract of a tick, None for one we no longer want."""
        return self._by_request.get(req_id)

    def req_id(self, con_id: ConId) -> ReqId | None:
        """Return the running request of a contract."""
        return self._by_contract.get(con_id)

    def clear(self) -> None:
        """Forget all: a new session knows none of them."""
        self._by_request.clear()
        self._by_contract.clear()
