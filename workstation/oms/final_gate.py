"""The last object before the wire: it lets pass only what the journal approved, byte for byte."""

import hashlib
from collections import deque
from collections.abc import Callable
from decimal import Decimal

from workstation.domain.clock import Clock
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import AccountId, OrderId
from workstation.domain.ports import EncodedOrder, OrderWire


class FinalGateError(WorkstationError):
    """Something other than an approved order came to the gate; trading must lock."""


class FinalGate:
    """Holds approvals and counters of its own, apart from the checks' (R24). Core thread.

    `environment_fault` says why the account's world is not the profile's, or "".
    """

    def __init__(self, wire: OrderWire, clock: Clock, environment_fault: Callable[[], str]) -> None:
        self._wire = wire
        self._clock = clock
        self._environment_fault = environment_fault
        self._approved: dict[OrderId, str] = {}
        self._entries: dict[AccountId, _Minute] = {}
        self._most: dict[AccountId, Decimal] = {}

    def limit(self, account: AccountId, most_a_minute: Decimal) -> None:
        """Set the money that entries of an account may move in a minute; before, none pass."""
        self._most[account] = most_a_minute

    def use(self, account: AccountId) -> tuple[Decimal, Decimal | None]:
        """Return the money that entries moved in the last minute, and the most that may."""
        return self._recent(account).total, self._most.get(account)

    def approve(self, order_id: OrderId, sha256: str) -> None:
        """Take note of what the journal holds durably; good for one send."""
        self._approved[order_id] = sha256

    def send(
        self,
        order: EncodedOrder,
        account: AccountId,
        entry_value: Decimal | None,
        *,
        may_wait: bool = False,
    ) -> bool:
        """Write approved bytes; False when the link took none.

        `entry_value` is the money an entry moves, None for an exit. An exit may wait for the
        wire. Raises FinalGateError when anything is not as approved; then nothing was written.
        """
        approved = self._approved.pop(order.order_id, None)
        if approved is None:
            raise FinalGateError(f"order {order.order_id} was never approved")
        if hashlib.sha256(order.data).hexdigest() != approved:
            raise FinalGateError(f"the bytes of order {order.order_id} differ from the approved")
        if fault := self._environment_fault():
            raise FinalGateError(fault)
        if entry_value is not None:
            self._count(account, entry_value)
        return self._wire.write_order(order, may_wait=may_wait)

    def _count(self, account: AccountId, value: Decimal) -> None:
        if not value.is_finite() or value < 0:
            raise FinalGateError("an entry of no measurable size came to the final gate")
        minute = self._recent(account)
        most = self._most.get(account)
        if most is None or minute.total + value > most:
            raise FinalGateError(
                f"entries of {minute.total + value:,.0f} within a minute exceed what the final gate"
                " lets pass"
            )
        minute.add(self._clock.monotonic(), value)

    def _recent(self, account: AccountId) -> "_Minute":
        minute = self._entries.setdefault(account, _Minute())
        minute.forget(self._clock.monotonic() - 60)
        return minute


class _Minute:
    """The money of the last minute's entries, and its exact sum."""

    def __init__(self) -> None:
        self.total = Decimal(0)
        self._entries: deque[tuple[float, Decimal]] = deque()

    def add(self, at: float, value: Decimal) -> None:
        self._entries.append((at, value))
        self.total += value

    def forget(self, until: float) -> None:
        """Leave out what is older."""
        if self._entries and self._entries[0][0] < until:
            while self._entries and self._entries[0][0] < until:
                self._entries.popleft()
            self.total = sum((value for _, value in self._entries), Decimal(0))
