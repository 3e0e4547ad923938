"""What waits for its turn on the wire: the most urgent first, each kind as it came."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from workstation.broker.pacing import Pacer, Share
from workstation.domain.ids import OrderId
from workstation.domain.ports import Reactor, Timer

MOST_WAITING = 10_000
"""More requests than this are refused; cancels and exits never are."""

Write = Callable[[bytes, OrderId | None], bool]
"""Hands one frame to the link, with the order it places; False when the link takes none."""


def nothing() -> None:
    """Stand in where nobody wants to know."""


@dataclass(slots=True, eq=False)
class Outgoing:
    """One frame on its way; `left` is called when the link has taken it."""

    frame: bytes
    order_id: OrderId | None = None
    left: Callable[[], None] = nothing
    withdrawn: bool = False

    def withdraw(self) -> None:
        """Make sure that the frame does not leave any more; harmless when it has left."""
        self.withdrawn = True


class Outbox:
    """The one scheduler of everything that is written. Core thread.

    At most 45 messages leave in any second. Entries never wait here. Source: tws-wire.md 3.1.
    """

    def __init__(self, reactor: Reactor, pacer: Pacer, write: Write) -> None:
        self._reactor = reactor
        self._pacer = pacer
        self._write = write
        self._queues: dict[Share, deque[Outgoing]] = {
            share: deque() for share in Share if share is not Share.ENTRY
        }
        self._release: Timer | None = None

    def send(
        self,
        share: Share,
        frame: bytes,
        *,
        order_id: OrderId | None = None,
        left: Callable[[], None] = nothing,
    ) -> Outgoing | None:
        """Send now or in turn; None when it is not even kept."""
        outgoing = Outgoing(frame, order_id, left)
        if not self._has_before(share) and self._pacer.allows(share):
            return outgoing if self._let_out(share, outgoing) else None
        if share is Share.ENTRY or (share is not Share.CANCEL and self.is_full):
            return None
        self._queues[share].append(outgoing)
        self._schedule()
        return outgoing

    def has_room(self, share: Share, count: int = 1) -> bool:
        """Tell whether so many messages of this share could leave now."""
        return not self._has_before(share) and self._pacer.allows(share, count)

    @property
    def used(self) -> int:
        """Messages that left in the last second."""
        return self._pacer.used

    @property
    def cancels_waiting(self) -> int:
        """Cancels and exits among what waits."""
        return len(self._queues[Share.CANCEL])

    @property
    def waiting(self) -> int:
        """Messages that wait for their turn."""
        return sum(len(queue) for queue in self._queues.values())

    def clear(self) -> tuple[OrderId, ...]:
        """Forget what waits: its session is over. Returns the exits among it."""
        orders = tuple(
            each.order_id for each in self._queues[Share.CANCEL] if each.order_id is not None
        )
        for queue in self._queues.values():
            queue.clear()
        if self._release is not None:
            self._release.cancel()
            self._release = None
        return orders

    def _has_before(self, share: Share) -> bool:
        """Tell whether something waits that must leave before a new message of this share."""
        return any(queue for each, queue in self._queues.items() if each <= share)

    @property
    def is_full(self) -> bool:
        """Whether no more requests are kept."""
        return self.waiting - self.cancels_waiting >= MOST_WAITING

    def _let_out(self, share: Share, outgoing: Outgoing) -> bool:
        self._pacer.take(share)
        if not self._write(outgoing.frame, outgoing.order_id):
            return False
        outgoing.left()
        return True

    def _schedule(self) -> None:
        if self._release is not None:
            self._release.cancel()
            self._release = None
        share = next((each for each, queue in self._queues.items() if queue), None)
        if share is not None:
            self._release = self._reactor.call_later(self._pacer.wait_for(share), self._let_go)

    def _let_go(self) -> None:
        self._release = None
        for share, queue in self._queues.items():
            while queue and (queue[0].withdrawn or self._pacer.allows(share)):
                outgoing = queue.popleft()
                if not outgoing.withdrawn and not self._let_out(share, outgoing):
                    return
        self._schedule()
