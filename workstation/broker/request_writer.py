"""Numbers requests, turns them into frames, and lets those leave in turn."""

from collections.abc import Callable

from ibapi.client import EClient

from workstation.broker.adapter import Encoder
from workstation.broker.outbox import Outbox, Outgoing, nothing
from workstation.broker.pacing import Share
from workstation.broker.requests import RequestIds
from workstation.domain.errors import EncodingError
from workstation.domain.ids import ReqId
from workstation.domain.ports import Reactor, ReportSink
from workstation.domain.reports import BrokerNotice

CANNOT_BE_WRITTEN = 579
"""The library's own code for a request with signs that the protocol does not know."""


class RequestWriter:
    """The one way out for everything but orders. Core thread.

    `encoder` stands while a session does; without one nothing is written.
    """

    def __init__(self, reactor: Reactor, outbox: Outbox, report: ReportSink) -> None:
        self._reactor = reactor
        self._outbox = outbox
        self._report = report
        self.ids = RequestIds()
        self.encoder: Encoder | None = None

    def numbered(self, ask: Callable[[EClient, int], None], share: Share = Share.ACCOUNT) -> ReqId:
        """Write a request under a new number; its answers carry it."""
        req_id = self.ids.new()
        self.ask(lambda client: ask(client, req_id), req_id, share)
        return req_id

    def ask(
        self,
        ask: Callable[[EClient], None],
        subject: ReqId | None = None,
        share: Share = Share.ACCOUNT,
        left: Callable[[], None] = nothing,
    ) -> bool:
        """Write a request; False when nothing leaves.

        `subject` hears why it could not be written, `left` is called when it has left.
        """
        return self.write(lambda encoder: encoder.frame(ask), share, subject, left)

    def encode(self, ask: Callable[[EClient], None]) -> bytes:
        """Return the frame of a request, unsent. Raises EncodingError."""
        if self.encoder is None:
            raise EncodingError("there is no session to write the request for")
        return self.encoder.frame(ask)

    def send(self, frame: bytes, share: Share, left: Callable[[], None]) -> Outgoing | None:
        """Let a frame leave now or in turn; None when it is not kept. `left` hears of it."""
        return self._outbox.send(share, frame, left=left)

    def has_room(self, share: Share) -> bool:
        """Tell whether a message of this share would leave at once."""
        return self._outbox.has_room(share)

    @property
    def is_full(self) -> bool:
        """Whether no more requests are kept."""
        return self._outbox.is_full

    def write(
        self,
        encode: Callable[[Encoder], bytes],
        share: Share,
        subject: ReqId | None = None,
        left: Callable[[], None] = nothing,
    ) -> bool:
        """Write one message of any share; False when nothing leaves."""
        if self.encoder is None:
            return False
        try:
            frame = encode(self.encoder)
        except EncodingError as error:
            self._refuse(subject, str(error))
            return False
        return self._outbox.send(share, frame, left=left) is not None

    def _refuse(self, subject: ReqId | None, text: str) -> None:
        """Answer a request that cannot be written, as the broker would: not before it is made."""
        notice = BrokerNotice(subject=subject, code=CANNOT_BE_WRITTEN, text=text)
        self._reactor.call_later(0.0, lambda: self._report(notice))
