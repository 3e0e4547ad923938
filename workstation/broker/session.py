"""One session with a TWS or gateway: handshake, start-up, requests, and an orderly or clear end."""

import hashlib
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial

from ibapi.client import EClient

from workstation.broker.account_requests import AccountRequests
from workstation.broker.adapter import COMPLAINTS, Encoder
from workstation.broker.bad_messages import BadMessages
from workstation.broker.data_requests import DataRequests
from workstation.broker.exercise_to_ib import ask_to_exercise
from workstation.broker.faults import CallbackGuard, raise_later
from workstation.broker.framing import Frames
from workstation.broker.inbound import Inbound
from workstation.broker.market_requests import MarketRequests
from workstation.broker.outbox import Outbox
from workstation.broker.pacing import Pacer, Share
from workstation.broker.raw_log import RawLog
from workstation.broker.request_engine import RequestEngine
from workstation.broker.request_writer import RequestWriter
from workstation.broker.requests import Subscriptions
from workstation.broker.to_ib import asks_who_sent, ib_order, ib_routed
from workstation.broker.transport import Transport, TransportEvents
from workstation.broker.wrapper import Wrapper
from workstation.domain.clock import Clock
from workstation.domain.contract import Contract
from workstation.domain.errors import EncodingError
from workstation.domain.exercise import ExerciseOption
from workstation.domain.ids import AccountId, ClientId, OrderId, OrderRef
from workstation.domain.market_sinks import MarketSinks
from workstation.domain.order import ALONE, OrderDraft, OrderLinks
from workstation.domain.order_source import is_automatic
from workstation.domain.ports import EncodedOrder, FrameTap, Reactor, ReportSink, Timer
from workstation.domain.protocol import HIGHEST_SERVER_VERSION, LOWEST_SERVER_VERSION
from workstation.domain.reports import (
    NextOrderId,
    OrderBytesSent,
    Report,
    SessionEnded,
    SessionStarted,
)

log = logging.getLogger(__name__)

HANDSHAKE_SECONDS = 5.0
START_SECONDS = 10.0
SILENCE_SECONDS = 5.0
"""After this long without a byte the broker is asked for the time."""
SUSPECT_SECONDS = 9.0
"""After this long, with probes unanswered, the link is suspect and entries are denied."""
DEAD_SECONDS = 30.0
"""After this long it is closed and opened anew; sooner would hurt orders on a slow machine."""
LEGS_OF_A_BRACKET = 3
"""Orders that an entry may bring along; none of them waits."""
PULSE_SECONDS = 0.5
PROBE_SECONDS = 1.0


class Phase(Enum):
    """How far a session has come."""

    CLOSED = 0
    CONNECTING = 1
    HANDSHAKE = 2
    STARTING = 3
    UP = 4


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """What to offer. `max_server_version` is the highest protocol version asked for.

    `tap` sees every message, for a recording.
    """

    client_id: ClientId
    max_server_version: int = HIGHEST_SERVER_VERSION
    tap: FrameTap | None = None


class Session:
    """Speaks to one broker at a time and reports everything to one sink. Core thread.

    open() begins; SessionStarted or SessionEnded follows. Nothing here waits, and every
    outcome is read from the transport, never from an exception of the library.
    """

    def __init__(
        self,
        reactor: Reactor,
        clock: Clock,
        settings: SessionSettings,
        sink: ReportSink,
        market: MarketSinks,
    ) -> None:
        self.order_sent_at = -math.inf
        """When the last order or cancel left, in the clock's monotonic seconds."""
        self.settings = settings
        self._reactor = reactor
        self._clock = clock
        self._sink = sink
        self.raw_log = RawLog(clock)
        self._subscriptions = Subscriptions()
        self._outbox = Outbox(reactor, Pacer(clock), self._write)
        self._writer = RequestWriter(reactor, self._outbox, self._report)
        self.requests = RequestEngine(reactor, clock, self._writer)
        self._wrapper = self._new_wrapper(market)
        self.account = AccountRequests(
            self._writer, self._wrapper.pnl_accounts, self.requests.lists
        )
        self.market = MarketRequests(self._writer, self._subscriptions)
        self.data = DataRequests(self._writer)
        self._transport = self._new_transport()
        self._phase = Phase.CLOSED
        self._server_version = 0
        self._inbound: Inbound | None = None
        self._guard = CallbackGuard(self._wrapper, reactor)
        self._accounts: tuple[AccountId, ...] | None = None
        self._next_id: OrderId | None = None
        self._deadline: Timer | None = None
        self._pulse: Timer | None = None
        self._next_probe = 0.0
        self.bad_messages = BadMessages(clock)

    def _new_wrapper(self, market: MarketSinks) -> Wrapper:
        return Wrapper(
            self._report,
            market,
            self._subscriptions,
            answers=self.requests,
            on_accounts=self._on_accounts,
            on_next_id=self._on_next_id,
            now=self._clock.now,
        )

    # -- life --------------------------------------------------------------------------------

    @property
    def phase(self) -> Phase:
        """How far the session has come."""
        return self._phase

    @property
    def server_version(self) -> int | None:
        """The agreed protocol version, None before the handshake."""
        return self._server_version or None

    @property
    def bytes_waiting(self) -> int:
        """Bytes that the socket has not taken yet; entries are denied meanwhile."""
        return self._transport.bytes_waiting

    @property
    def silent_for(self) -> float:
        """Seconds since the last byte came in."""
        return self._clock.monotonic() - self._transport.last_inbound

    def open(self, host: str, port: int) -> None:
        """Begin a session; harmless while one is open."""
        if self._phase is not Phase.CLOSED:
            return
        self._transport = self._new_transport()
        COMPLAINTS.install()
        self._phase = Phase.CONNECTING
        self._transport.open(host, port)

    def close(self, reason: str) -> None:
        """End the session; SessionEnded follows if one was open."""
        if self._phase is not Phase.CLOSED:
            self._transport.close(reason)

    def _new_transport(self) -> Transport:
        events = TransportEvents(
            opened=self._on_opened,
            frames=self._on_frames,
            sent=self._on_sent,
            closed=self._end,
            went=self.raw_log.take_out,
        )
        return Transport(self._reactor, self._clock, events, self.settings.tap)

    def _on_opened(self) -> None:
        self._phase = Phase.HANDSHAKE
        offer = f"v{100}..{self.settings.max_server_version}".encode()
        self._transport.send(b"API\0" + len(offer).to_bytes(4, "big") + offer)
        self._expect_within(
            HANDSHAKE_SECONDS,
            "the broker accepted the connection but said nothing for 5 s; "
            "TWS may be asking whether to accept it",
        )

    def _on_sent(self, order_ids: tuple[OrderId, ...]) -> None:
        self._report(OrderBytesSent(order_ids=order_ids))

    def _end(self, reason: str, doubtful: tuple[OrderId, ...]) -> None:
        self._phase = Phase.CLOSED
        for timer in (self._deadline, self._pulse):
            if timer is not None:
                timer.cancel()
        self._deadline = self._pulse = None
        self._server_version = 0
        self._writer.encoder = None
        if self._inbound is not None:
            self._inbound.stop()
            self._inbound = None
        self._accounts = self._next_id = None
        exits_waiting = self._outbox.clear()
        self.bad_messages.forget()
        self._subscriptions.clear()
        self.account.forget()
        self._wrapper.forget_lists()
        self.requests.session_ended(reason)
        in_doubt = (*doubtful, *exits_waiting)
        self._report(SessionEnded(reason=reason, orders_in_doubt=in_doubt))

    def _report(self, report: Report) -> None:
        try:
            self._sink(report)
        except Exception as error:  # noqa: BLE001 - no fault of the broker's, nor of the sender's
            self._on_fault(error)

    def _on_fault(self, error: Exception) -> None:
        raise_later(self._reactor, error)

    # -- frames in ---------------------------------------------------------------------------

    def _on_frames(self, frames: Frames) -> None:
        first = 0
        if self._phase is Phase.HANDSHAKE:
            self._on_handshake(frames.body(0))
            first = 1
        if self._inbound is not None:
            self._inbound.feed(frames, first)

    def _on_handshake(self, body: bytes) -> None:
        version = body.split(b"\0", 1)[0]
        if not version.isdigit() or len(version) > 6:
            self._transport.close("what answers there does not speak the TWS protocol")
            return
        number = int(version)
        if not LOWEST_SERVER_VERSION <= number <= self.settings.max_server_version:
            self._transport.close(
                f"the broker offers protocol version {number}; this program speaks "
                f"{LOWEST_SERVER_VERSION} to {self.settings.max_server_version}"
            )
            return
        self._server_version = number
        self.account.forget()
        self._writer.encoder = Encoder(number, self.settings.client_id)
        self._inbound = Inbound(
            number,
            self._guard,
            self._wrapper.market,
            self._subscriptions,
            COMPLAINTS,
            on_bad=self._on_bad_frame,
            on_fault=self._on_fault,
        )
        self._inbound.on_slow = self.raw_log.take_in
        self._inbound.give_way = self._reactor.give_way
        self._phase = Phase.STARTING
        self._expect_within(
            START_SECONDS, "the broker told neither accounts nor the next order id within 10 s"
        )
        self._writer.write(lambda encoder: encoder.frame(EClient.startApi), Share.CANCEL)

    def _on_bad_frame(self, fault: str) -> None:
        if self.bad_messages.add(fault):
            self._transport.close(f"too many unreadable messages, the last one: {fault}")

    def _on_accounts(self, accounts: tuple[AccountId, ...]) -> None:
        self._accounts = self._guard.accounts = accounts
        self._start_if_complete()

    def _on_next_id(self, order_id: OrderId) -> None:
        self._next_id = order_id
        if self._phase is Phase.UP:
            if self._writer.ids.collides(order_id):
                self._transport.close("the order ids have come to the numbers of our requests")
            else:
                self._report(NextOrderId(order_id=order_id))
            return
        self._writer.ids.avoid(order_id)
        self._start_if_complete()

    def _start_if_complete(self) -> None:
        if self._phase is not Phase.STARTING or self._accounts is None or self._next_id is None:
            return
        self._phase = Phase.UP
        if self._deadline is not None:
            self._deadline.cancel()
        self._pulse = self._reactor.call_later(PULSE_SECONDS, self._check_pulse)
        self.requests.session_up()
        self._report(
            SessionStarted(
                server_version=self._server_version,
                accounts=self._accounts,
                next_order_id=self._next_id,
            )
        )

    def _check_pulse(self) -> None:
        if self._phase is not Phase.UP:
            return
        silent = self.silent_for
        if silent >= DEAD_SECONDS:
            self._transport.close("the broker has been silent for 30 s and answers no probe")
            return
        if silent >= SILENCE_SECONDS and self._clock.monotonic() >= self._next_probe:
            self._next_probe = self._clock.monotonic() + PROBE_SECONDS
            self.account.time()
        self._pulse = self._reactor.call_later(PULSE_SECONDS, self._check_pulse)

    def _expect_within(self, delay: float, reason: str) -> None:
        if self._deadline is not None:
            self._deadline.cancel()

        def expire() -> None:
            self._transport.close(reason)

        self._deadline = self._reactor.call_later(delay, expire)

    # -- orders out --------------------------------------------------------------------------

    def encode_order(
        self,
        order_id: OrderId,
        order_ref: OrderRef,
        contract: Contract,
        draft: OrderDraft,
        links: OrderLinks = ALONE,
    ) -> EncodedOrder:
        """Return the frame of an order, a change or a what-if, unsent. Raises EncodingError."""
        if self._writer.encoder is None:
            raise EncodingError("there is no session to write the order for")
        try:
            order = ib_order(order_ref, draft, links)
            if asks_who_sent(self._server_version, contract):
                order.manualOrderIndicator = 0 if is_automatic(draft.source) else 1
            terms = ib_routed(contract, draft), order
        except (ValueError, TypeError, OverflowError) as error:
            raise EncodingError(f"the order cannot be written: {error}") from error
        data = self._writer.encoder.order(order_id, *terms)
        return EncodedOrder(order_id, data, hashlib.sha256(data).hexdigest())

    def encode_exercise(
        self, order_id: OrderId, contract: Contract, wish: ExerciseOption
    ) -> EncodedOrder:
        """Return the frame that exercises options or lets them lapse, unsent.

        Raises EncodingError.
        """
        data = self._writer.encode(partial(ask_to_exercise, order_id, contract, wish))
        return EncodedOrder(order_id, data, hashlib.sha256(data).hexdigest())

    @property
    def messages_last_second(self) -> int:
        """Messages that left in the last second; the broker takes 50."""
        return self._outbox.used

    def may_write_entry(self) -> bool:
        """Tell whether the wire has room for one more entry in this second, whole bracket or not."""
        return self._outbox.has_room(Share.ENTRY, LEGS_OF_A_BRACKET)

    def may_write_exit(self) -> bool:
        """Tell whether an exit would leave at once; it may also wait for its turn."""
        return self._outbox.has_room(Share.CANCEL)

    def write_order(self, order: EncodedOrder, *, may_wait: bool) -> bool:
        """Hand approved bytes to the outbound buffer; only the final gate calls this.

        False means that the broker gets none of them: no session, or a second that is full for
        an order that may not wait.
        """
        if self._phase is not Phase.UP:
            return False
        self.order_sent_at = self._clock.monotonic()
        share = Share.CANCEL if may_wait else Share.ENTRY
        return self._outbox.send(share, order.data, order_id=order.order_id) is not None

    def cancel_order(self, order_id: OrderId) -> bool:
        """Ask to cancel; waits for nothing but the wire. False when there is no session."""
        if self._phase is not Phase.UP:
            return False
        return self._write_cancel(lambda encoder: encoder.cancel(order_id))

    def global_cancel(self) -> bool:
        """Ask to cancel every order of the account, other clients' included."""
        return self._write_cancel(lambda encoder: encoder.global_cancel())

    @property
    def cancels_waiting(self) -> int:
        """Cancels and exits that wait for their turn on the wire; they would end with it."""
        return self._outbox.cancels_waiting

    def _write_cancel(self, encode: Callable[[Encoder], bytes]) -> bool:
        return self._writer.write(encode, Share.CANCEL, left=self._note_order_left)

    def _note_order_left(self) -> None:
        self.order_sent_at = self._clock.monotonic()

    def is_request(self, number: int) -> bool:
        """Tell whether a notice's number names a request rather than an order."""
        return self._writer.ids.is_request(number)

    def _write(self, frame: bytes, order_id: OrderId | None) -> bool:
        if order_id is not None:
            self._note_order_left()
        return self._transport.is_open and self._transport.send(frame, order_id)
