"""The one place that drives the client library: requests become bytes, frames become callbacks.

The library's own connection, reader and run loop are not used. Its builds differ; what
differs is asked of the library, never assumed.
"""

import inspect
import logging
import threading
from collections.abc import Callable, Container
from typing import Any

from ibapi.client import EClient
from ibapi.contract import Contract as IbContract
from ibapi.decoder import Decoder
from ibapi.order import Order as IbOrder
from ibapi.wrapper import EWrapper

from workstation.broker.faults import CallbackGuard
from workstation.domain.errors import EncodingError
from workstation.domain.ids import ClientId, OrderId

RAW_ID_SERVER_VERSION = 201
"""From here a message starts with its id as four bytes. Source: tws-wire.md 2.1.6."""

PROTOBUF_OFFSET = 200
_ID_BYTES = 4

PLACE_ORDER = 3
"""Message id of an order. Source: tws-wire.md 2.4."""


class _Capture:
    """Stands where the library expects its connection and keeps what it would send."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def sendMsg(self, data: bytes) -> int:  # noqa: N802 - the library's name
        self.frames.append(data)
        return len(data)

    def isConnected(self) -> bool:  # noqa: N802 - the library's name
        return True


class _EncodingErrors(EWrapper):
    """Hears of requests that the library could not write; it calls error() and returns."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.texts: list[str] = []

    def error(self, *args: Any) -> None:
        code, text = error_parts(args)[1:3]
        self.texts.append(f"{text} (code {code})")


class Encoder:
    """Turns requests into frames for one server version. Core thread."""

    def __init__(self, server_version: int, client_id: ClientId) -> None:
        self._errors = _EncodingErrors()
        self._capture = _Capture()
        self._client = EClient(self._errors)
        self._client.conn = self._capture
        self._client.clientId = client_id
        self._client.optCapab = ""
        self._client.serverVersion_ = server_version
        self._client.setConnState(EClient.CONNECTED)

    def frame(self, request: Callable[[EClient], None]) -> bytes:
        """Return the bytes of one request. Raises EncodingError, and then has sent nothing."""
        self._capture.frames.clear()
        self._errors.texts.clear()
        try:
            request(self._client)
        except Exception as error:
            raise EncodingError(f"the request cannot be written: {error}") from error
        if self._errors.texts or len(self._capture.frames) != 1:
            raise EncodingError("; ".join(self._errors.texts) or "the request wrote nothing")
        return self._capture.frames[0]

    def order(self, order_id: OrderId, contract: IbContract, order: IbOrder) -> bytes:
        """Return the bytes that place or change an order; the only such call."""
        return self.frame(lambda client: client.placeOrder(order_id, contract, order))

    def cancel(self, order_id: OrderId) -> bytes:
        """Return the bytes that cancel an order."""
        extra = _further_arguments(EClient.cancelOrder, known=2)
        return self.frame(lambda client: client.cancelOrder(order_id, *extra))

    def global_cancel(self) -> bytes:
        """Return the bytes that cancel every order of the account."""
        extra = _further_arguments(EClient.reqGlobalCancel, known=1)
        return self.frame(lambda client: client.reqGlobalCancel(*extra))


def _further_arguments(method: Callable[..., Any], *, known: int) -> tuple[Any, ...]:
    """Fill what a cancel takes besides self and id: nothing, a time, or an OrderCancel.

    Builds differ, also between cancelOrder and reqGlobalCancel of one build.
    """
    parameters = list(inspect.signature(method).parameters.values())[known:]
    if not parameters:
        return ()
    annotation = parameters[0].annotation
    return (annotation(),) if inspect.isclass(annotation) and annotation is not str else ("",)


def error_parts(args: tuple[Any, ...]) -> tuple[int, int, str, str]:
    """Return id, code, text and advanced reject of error(), with 3, 4 or 5 arguments.

    Four are id, code, text, advanced in older builds, and id, time, code, text where a newer
    one complains of its own.
    """
    advanced = ""
    if len(args) == 5:
        subject, _, code, text, advanced = args
    elif len(args) == 4 and isinstance(args[2], str):
        subject, code, text, advanced = args
    elif len(args) == 4:
        subject, _, code, text = args
    else:
        subject, code, text = args
    return int(subject), int(code), str(text), str(advanced or "")


class FrameDecoder:
    """Hands frames to the library's decoder, which calls the wrapper. Core thread."""

    def __init__(self, wrapper: CallbackGuard, server_version: int) -> None:
        self._decoder = Decoder(wrapper, server_version)
        self._raw_ids = server_version >= RAW_ID_SERVER_VERSION

    def parse(self, body: bytes) -> tuple[int, bytes]:
        """Return the id of a message and what follows; ids above 200 are protobuf.

        Raises ValueError where there is no id.
        """
        if self._raw_ids:
            if len(body) < _ID_BYTES:
                raise ValueError("a message shorter than its id")
            return int.from_bytes(body[:_ID_BYTES], "big"), body[_ID_BYTES:]
        head, _, rest = body.partition(b"\0")
        message_id = int(head)
        if message_id > PROTOBUF_OFFSET:
            raise ValueError(f"there is no message {message_id}")
        return message_id, rest

    def feed(self, message_id: int, rest: bytes) -> None:
        """Decode one message. Raises whatever the library makes of a malformed one."""
        if message_id > PROTOBUF_OFFSET:
            message_id -= PROTOBUF_OFFSET
            _require(message_id, Decoder.msgId2handleInfoProtoBuf)
            self._decoder.processProtoBuf(rest, message_id)
            return
        _require(message_id, Decoder.msgId2handleInfo)
        self._decoder.interpret(tuple(rest.split(b"\0")[:-1]), message_id)


def _require(message_id: int, known: Container[int]) -> None:
    """Raise ValueError for a message that the agreed version does not have: the stream is off."""
    if message_id not in known:
        raise ValueError(f"there is no message {message_id}")


class _Count(threading.local):
    count = 0


class LibraryComplaints(logging.Filter):
    """Counts messages that the library drops with nothing but a log record.

    Its records hold raw fields, account names among them, so they go no further. One listener
    serves every session of the program, each on its own thread: a second one would never hear
    what the first has swallowed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._of_thread = _Count()

    @property
    def count(self) -> int:
        """How many this thread has met; only ever growing."""
        return self._of_thread.count

    def filter(self, record: logging.LogRecord) -> bool:
        """Count and swallow one record."""
        if record.levelno >= logging.ERROR:
            self._of_thread.count += 1
        return False

    def install(self) -> None:
        """Listen to the library's decoder and silence the rest of its chatter; once is enough."""
        logging.getLogger("ibapi").setLevel(logging.ERROR)
        for name in ("ibapi.decoder", "ibapi.client", "ibapi.utils", "ibapi.wrapper"):
            logging.getLogger(name).addFilter(self)


COMPLAINTS = LibraryComplaints()
