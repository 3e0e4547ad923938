"""Quotes straight from the frame into a contract's slot, without the library's decoder.

Only the messages that come by the thousand: tickPrice and tickSize in text framing, and of
these only the plain ones. Every other frame is left to the library. Layouts: tws-wire.md 2.5.
"""

from collections.abc import Callable

from workstation.broker.requests import Subscriptions
from workstation.domain.ids import ConId
from workstation.domain.ports import TickSink

_PRICE_TO_SIZE = {1: 0, 2: 3, 4: 5, 66: 69, 67: 70, 68: 71}
"""tickPrice carries the size that belongs to bid, ask and last, live and delayed."""

_UNSET_SIZES = frozenset(
    {b"", b"2147483647", b"9223372036854775807", b"-9223372036854775808",
     b"170141183460469231731687303715884105727"}
)  # fmt: skip
_LARGEST = 1e300
"""Nothing real is larger; the broker's mark for an unset double is."""


class HotDecoder:
    """Decodes what it knows and says so. Core thread.

    An exception of the sink goes to `on_fault`: it is no fault of the message.
    """

    def __init__(
        self,
        ticks: TickSink,
        subscriptions: Subscriptions,
        *,
        on_fault: Callable[[Exception], None],
    ) -> None:
        self._ticks = ticks
        self._subscriptions = subscriptions
        self._on_fault = on_fault

    def feed(self, body: bytes) -> bool:
        """Take a text frame; False when it is not one of ours or not a plain one."""
        try:
            if body.startswith(b"1\0006\0"):
                return self._price(body.split(b"\0"))
            if body.startswith(b"2\0006\0"):
                return self._size(body.split(b"\0"))
        except ValueError:
            pass
        return False

    def _price(self, fields: list[bytes]) -> bool:
        _, _, req_id, kind, price_text, size_text, mask, end = fields
        tick_type, price = int(kind), float(price_text)
        size = None if size_text in _UNSET_SIZES else float(size_text)
        int(mask)
        if end or not (-_LARGEST < price < _LARGEST) or not _is_plain(size):
            return False
        con_id = self._subscriptions.con_id(int(req_id))
        if con_id is not None:
            self._hand_over(con_id, tick_type, price, size)
        return True

    def _hand_over(self, con_id: ConId, tick_type: int, price: float, size: float | None) -> None:
        try:
            self._ticks.set_price(con_id, tick_type, price)
            size_type = _PRICE_TO_SIZE.get(tick_type)
            if size is not None and size_type is not None:
                self._ticks.set_size(con_id, size_type, size)
        except Exception as error:  # noqa: BLE001 - told to the loop
            self._on_fault(error)

    def _size(self, fields: list[bytes]) -> bool:
        _, _, req_id, kind, size_text, end = fields
        tick_type = int(kind)
        size = None if size_text in _UNSET_SIZES else float(size_text)
        if end or tick_type < 0 or not _is_plain(size):
            return False
        con_id = self._subscriptions.con_id(int(req_id))
        if con_id is not None and size is not None:
            try:
                self._ticks.set_size(con_id, tick_type, size)
            except Exception as error:  # noqa: BLE001 - told to the loop
                self._on_fault(error)
        return True


def _is_plain(size: float | None) -> bool:
    return size is None or -_LARGEST < size < _LARGEST
