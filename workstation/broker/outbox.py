"""What waits for its turn on the wire: cancels first, then requests as they came."""

from collections import deque
from collections.abc import Callable

from workstation.broker.pacing import Pacer, Share
from workstation.domain.ports import Reactor, Timer

MOST_WAITING = 10_000
"""More requests than this are refused; cancels never are."""


class Outbox:
    """Lets frames leave at the broker's pace. Orders never wait here. Core thread."""

    def __init__(self, reactor: Reactor, pacer: Pacer, write: Callable[[bytes], bool]) -> None:
        self._reactor = reactor
        self._pacer = pacer
        self._write = write
        self._cancels: deque[bytes] = deque()
        self._requests: deque[bytes] = deque()
        self._release: Timer | None = None

    def send(self, share: Share, frame: bytes) -> bool:
        """Send now or in turn; False when it is not even kept."""
        waiting = self._cancels if share is Share.CANCEL else self._requests
        if not waiting and self._pacer.allows(share):
            self._pacer.take()
            return self._write(frame)
        if len(self._requests) >= MOST_WAITING and share is not Share.CANCEL:
            return False
        waiting.append(frame)
        self._schedule()
        return True

    def has_room(self, share: Share) -> bool:
        """Tell whether a message of this share could leave now."""
        return self._pacer.allows(share)

    @property
    def used(self) -> int:
        """Messages that left in the last second."""
        return self._pacer.used

    def claim(self) -> bool:
        """Count a message that its sender writes himself; False when this second is full."""
        if not self._pacer.allows(Share.CANCEL):
            return False
        self._pacer.take()
        return True

    def clear(self) -> None:
        """Forget what waits: its session is over."""
        self._cancels.clear()
        self._requests.clear()
        if self._release is not None:
            self._release.cancel()
            self._release = None

    def _schedule(self) -> None:
        if self._release is not None:
            self._release.cancel()
            self._release = None
        if self._cancels or self._requests:
            share = Share.CANCEL if self._cancels else Share.REQUEST
            self._release = self._reactor.call_later(self._pacer.wait_for(share), self._let_go)

    def _let_go(self) -> None:
        self._release = None
        for waiting, share in ((self._cancels, Share.CANCEL), (self._requests, Share.REQUEST)):
            while waiting and self._pacer.allows(share):
                self._pacer.take()
                if not self._write(waiting.popleft()):
                    return
        self._schedule()
