"""One client's protocol state: handshake, start-up, and what each request leads to.

Source: tws-wire.md 2.1.
"""

import logging
import re
from collections.abc import Callable

from workstation.simgateway import (
    requests_account,
    requests_data,
    requests_groups,
    requests_orders,
    requests_session,
)
from workstation.simgateway.client import Client
from workstation.simgateway.codec_proto import decode
from workstation.simgateway.codec_text import (
    API_PREFIX,
    BadFieldError,
    BadFrameError,
    Fields,
    FrameReader,
)
from workstation.simgateway.faults import MOST_VIOLATIONS, Faults, Pace
from workstation.simgateway.gateway import Gateway
from workstation.simgateway.messages import Message, error
from workstation.simgateway.requests_refused import HANDLERS as REFUSED

LOWEST_VERSION = 157
HIGHEST_VERSION = 226
"""Highest that can be chosen; every request and answer is known up to it."""

DEFAULT_VERSION = 200
"""The last version in text throughout, which is what a gateway offers unless told otherwise."""

START_API = 71

_WITH_VERSION = frozenset({1, 2, 7, 9, 10, 11, 21, 25, 50, 51, 52, 53, 54, 55, 56, 57, 62, 74, 76})
"""Requests whose id comes after a version field."""

_LOG = logging.getLogger(__name__)
_VERSIONS = re.compile(r"v(\d{1,4})(?:\.\.(\d{1,4}))?(?: .*)?\Z", re.DOTALL)
_FARMS = (
    (2104, "Market data farm connection is OK:usfarm"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefil"),
)
_HANDLERS: dict[int, Callable[[Client, Fields], None]] = {
    **REFUSED,
    **requests_data.HANDLERS,
    **requests_orders.HANDLERS,
    **requests_account.HANDLERS,
    **requests_groups.HANDLERS,
    **requests_session.HANDLERS,
}


class ProtocolError(Exception):
    """The peer does not speak the protocol; it is dropped, with this line in the log."""


class Session:
    """Turns received bytes into answers.

    write sends one message; received is told the fields of each inbound frame.
    """

    def __init__(
        self,
        gateway: Gateway,
        highest_version: int,
        write: Callable[[Message], None],
        received: Callable[[list[str]], None],
        *,
        faults: Faults | None = None,
        admit: Callable[[bytes], list[bytes]] = lambda body: [body],
    ) -> None:
        self.sv = 0
        self.client: Client | None = None
        self.finished = False
        """Whether the connection is to be closed once everything is sent."""

        self._gateway = gateway
        self._highest = highest_version
        self._write = write
        self._received = received
        self._faults = faults or Faults(0)
        self._admit = admit
        self._pace = Pace()
        self._reader = FrameReader()
        self._prefix = b""

    @property
    def client_id(self) -> int | None:
        """Client id, known from startApi on."""
        return self.client.client_id if self.client else None

    def feed(self, data: bytes) -> None:
        """Take received bytes.

        Raises:
            ProtocolError: the peer must be dropped.
        """
        if len(self._prefix) < len(API_PREFIX):
            missing = len(API_PREFIX) - len(self._prefix)
            self._prefix += data[:missing]
            data = data[missing:]
            if not API_PREFIX.startswith(self._prefix):
                raise ProtocolError("first bytes are not those of an API client")
        try:
            bodies = self._reader.feed(data)
        except BadFrameError as problem:
            raise ProtocolError(str(problem)) from None
        for body in bodies:
            for admitted in self._admit(body):
                self.take(admitted)

    def close(self) -> None:
        """Forget the client; its orders stay."""
        if self.client and self._gateway.listeners.get(self.client.client_id) is self.client:
            del self._gateway.listeners[self.client.client_id]
        self.client = None

    def take(self, body: bytes) -> None:
        """Take one whole message.

        Raises:
            ProtocolError: the peer must be dropped.
        """
        if self.finished:
            return
        try:
            values = decode(self.sv, body)
        except BadFieldError as problem:
            if self.client is None:
                raise ProtocolError(str(problem)) from None
            self.client.error(-1, 320, f"Error reading request. Unable to parse data. {problem}")
            return
        self._received(values)
        if not self.sv:
            self._negotiate(values)
        elif self.client is None:
            self._start(Fields(values))
        elif not self._is_too_fast(self.client):
            self._dispatch(self.client, Fields(values))

    def _is_too_fast(self, client: Client) -> bool:
        """Refuse a request above the allowed rate; the third time ends the session."""
        most = self._faults.most_a_second
        if not most:
            return False
        clock = self._gateway.clock
        count = self._pace.counted(clock.real(clock.monotonic()))
        if count <= most:
            return False
        violations = self._pace.violate()
        text = (
            "Max rate of messages per second has been exceeded:"
            f"max={most} rec={count} ({violations})"
        )
        client.error(-1, 100, text)
        self.finished = violations >= MOST_VIOLATIONS
        return True

    def _negotiate(self, values: list[str]) -> None:
        offer = _VERSIONS.match(values[0]) if values else None
        if offer is None:
            raise ProtocolError("no version range in the first frame")
        lowest, highest = int(offer[1]), int(offer[2] or offer[1])
        version = min(self._highest, highest)
        if version < max(LOWEST_VERSION, lowest):
            raise ProtocolError(f"no common version with a client of {lowest}..{highest}")
        local = self._gateway.local_time(self._gateway.now())
        self._write([version, f"{local:%Y%m%d %H:%M:%S} EST"])  # text in every version
        self.sv = version

    def _start(self, fields: Fields) -> None:
        try:
            if fields.integer() != START_API:
                raise ProtocolError("a request came before startApi")
            fields.skip()
            client_id = fields.integer()
        except BadFieldError as problem:
            raise ProtocolError(f"startApi: {problem}") from None
        if client_id < 0:
            raise ProtocolError(f"startApi: no client can be {client_id}")
        if client_id in self._gateway.listeners or client_id in self._faults.ids_in_use:
            text = "Unable to connect as the client id is already in use. Retry with a unique client id."
            now = int(self._gateway.now() * 1000)
            self._write(error(self.sv, -1, 326, text, now))
            self.finished = True
            return
        self.client = Client(self._gateway, self.sv, client_id, self._write)
        self._gateway.listeners[client_id] = self.client
        self._greet(self.client)

    def _greet(self, client: Client) -> None:
        live = self._gateway.desk.live_orders(client.client_id)
        if live:
            requests_orders.send_open_orders(client, live)
        client.write([15, 1, ",".join(self._gateway.accounts)])
        client.write([9, 1, self._gateway.desk.numbers.next_order_id(client.client_id)])
        for code, text in _FARMS:
            client.error(-1, code, text)

    def _dispatch(self, client: Client, fields: Fields) -> None:
        try:
            message_id = fields.integer(-1)
        except BadFieldError as problem:
            raise ProtocolError(f"message id: {problem}") from None
        handler = _HANDLERS.get(message_id)
        if handler is None:
            text = f"Error reading request. Unknown message id {message_id}."
            client.error(-1, 320, text)
            return
        try:
            handler(client, fields)
        except BadFieldError as problem:
            _LOG.info("client %d: request %d: %s", client.client_id, message_id, problem)
            text = f"Error reading request. Unable to parse data. {problem}"
            client.error(_likely_id(message_id, client.sv, fields), 320, text)


def _likely_id(message_id: int, sv: int, fields: Fields) -> int:
    """Return the id a malformed request most likely carries."""
    has_version = message_id in _WITH_VERSION or (message_id == 4 and sv < 192)
    return fields.integer_at(2 if has_version else 1)
