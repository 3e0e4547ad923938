"""Where siblings meet: the Protocols through which packages of one layer use each other."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Any, Protocol

from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.ids import AccountId, ConId, OrderId, OrderRef
from workstation.domain.messages import EventMessage, LatestMessage
from workstation.domain.order import OrderDraft, OrderLinks
from workstation.domain.quote import Quote
from workstation.domain.reports import Report


class QuoteSource(Protocol):
    """Newest quotes, as risk and the OMS see them. Core thread."""

    def quote(self, con_id: ConId) -> Quote | None:
        """Return the newest quote, or None where nothing was ever received."""
        ...


class ContractSource(Protocol):
    """Trading rules of the contracts known so far. Core thread."""

    @property
    def revision(self) -> int:
        """Another number whenever the rules of any contract may be others."""
        ...

    def details(self, con_id: ConId) -> ContractDetails | None:
        """Return the rules of a contract, or None where it was not looked up."""
        ...


ReportSink = Callable[[Report], None]
"""Takes each report in the order of its arrival. Core thread."""


@dataclass(frozen=True, slots=True)
class EncodedOrder:
    """The exact bytes that place or change one order, not yet sent."""

    order_id: OrderId
    data: bytes
    sha256: str


class OrderEncoder(Protocol):
    """Turns an approved order into bytes without sending. Core thread."""

    def encode_order(
        self,
        order_id: OrderId,
        order_ref: OrderRef,
        contract: Contract,
        draft: OrderDraft,
        links: OrderLinks,
    ) -> EncodedOrder:
        """Return the frame of a new or changed order, or of a what-if; raises EncodingError."""
        ...


class OrderWire(Protocol):
    """The way of order bytes to the broker. Core thread; only the final gate calls it."""

    def write_order(self, order: EncodedOrder, *, may_wait: bool) -> bool:
        """Hand the bytes to the outbound buffer; False when the link takes none.

        An entry goes at once or not at all; an exit may wait for its turn on the wire.
        """
        ...


class CancelWire(Protocol):
    """The way of cancels, which ask nobody. Core thread."""

    def cancel_order(self, order_id: OrderId) -> bool:
        """Ask the broker to cancel; False when the link takes nothing."""
        ...

    def global_cancel(self) -> bool:
        """Ask for a cancel of every order of the login; False when the link takes nothing."""
        ...


Checkpoint = Callable[[str], None]
"""Told where an order has come; tests end the process there to prove the recovery."""


def no_checkpoint(_label: str) -> None:
    """Stand in outside of tests."""


class JournalPort(Protocol):
    """The durable record. Core thread, one writer."""

    def record(self, event: str, body: Any, *, durable: bool) -> int:
        """Append one entry and return its number; durable entries are on disk on return.

        Raises JournalError; the caller must then lock trading.
        """
        ...


class Publisher(Protocol):
    """The way to the window. Core thread."""

    def post(self, message: EventMessage) -> None:
        """Send a message that must not be lost."""
        ...

    def post_latest(self, message: LatestMessage) -> None:
        """Send a message that replaces the one of the same key."""
        ...


class PositionSource(Protocol):
    """Signed positions as risk sees them. Core thread."""

    def quantity(self, account: AccountId, con_id: ConId) -> Decimal:
        """Return the signed position, 0 where none is known."""
        ...


class Direction(IntEnum):
    """Which way a recorded message went, or that a connection began; as in the files."""

    IN = 1
    OUT = 2
    OPENED = 3


FrameTap = Callable[[Direction, list[bytes]], None]
"""Sees the bodies of all messages as they come and go; raises nothing. Core thread."""


class Timer(Protocol):
    """One pending call."""

    def cancel(self) -> None:
        """Make sure the call does not happen; harmless when it already did."""
        ...


class Reactor(Protocol):
    """The loop of the core thread, as far as a socket owner needs it. Core thread."""

    def call_later(self, delay: float, call: Callable[[], None]) -> Timer:
        """Call after `delay` seconds of the loop's clock."""
        ...

    def give_way(self) -> None:
        """Carry out the commands that wait, within a long callback; it may end a session."""
        ...

    def watch(self, sock: socket.socket, ready: Callable[[bool, bool], None]) -> None:
        """Call `ready(readable, writable)` whenever the socket is; reading only at first."""
        ...

    def want_write(self, sock: socket.socket, *, wanted: bool) -> None:
        """Ask to be called, or no longer be called, when the socket can be written."""
        ...

    def unwatch(self, sock: socket.socket) -> None:
        """Forget the socket before it is closed."""
        ...
