"""Numbers requests, turns them into frames, and lets those leave in turn."""

from collections.abc import Callable

from ibapi.client import EClient

from workstation.broker.adapter import Encoder
from workstation.broker.outbox import Outbox
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
    ) -> bool:
        """Write a request; False when nothing leaves. `subject` hears why it could not be written."""
        return self.write(lambda encoder: encoder.frame(ask), share, subject)

    def write(
        self, encode: Callable[[Encoder], bytes], share: Share, subject: ReqId | None = None
    ) -> bool:
        """Write one message of any share; False when nothing leaves."""
        if self.encoder is None:
            return False
        try:
            frame = encode(self.encoder)
        except EncodingError as error:
            self._refuse(subject, str(error))
            return False
        return self._outbox.send(share, frame) is not None

    def _refuse(self, subject: ReqId | None, text: str) -> None:
        """Answer a request that cannot be written, as the broker would: not before it is made."""
        notice = BrokerNotice(subject=subject, code=CANNOT_BE_WRITTEN, text=text)
        self._reactor.call_later(0.0, lambda: self._report(notice))
