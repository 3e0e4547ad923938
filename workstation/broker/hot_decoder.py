"""Quotes straight from the frame into a contract's slot, without the library's decoder.

Only the messages that come by the thousand: tickPrice and tickSize in text framing. Every
other frame is left to the library. Layouts: tws-wire.md 2.5.
"""

from workstation.broker.requests import Subscriptions
from workstation.domain.ports import TickSink

_PRICE_TO_SIZE = {1: 0, 2: 3, 4: 5, 66: 69, 67: 70, 68: 71}
"""tickPrice carries the size that belongs to bid, ask and last, live and delayed."""


class HotDecoder:
    """Decodes what it knows and says so. Core thread."""

    def __init__(self, ticks: TickSink, subscriptions: Subscriptions) -> None:
        self._ticks = ticks
        self._subscriptions = subscriptions

    def feed(self, body: bytes) -> bool:
        """Take a text frame; False when it is not one of ours. Raises ValueError if malformed."""
        if body.startswith(b"1\0"):
            fields = body.split(b"\0")
            con_id = self._subscriptions.con_id(int(fields[2]))
            tick_type, price, size = int(fields[3]), float(fields[4]), fields[5]
            if con_id is not None:
                self._ticks.set_price(con_id, tick_type, price)
                size_type = _PRICE_TO_SIZE.get(tick_type)
                if size and size_type is not None:
                    self._ticks.set_size(con_id, size_type, float(size))
            return True
        if body.startswith(b"2\0"):
            fields = body.split(b"\0")
            con_id = self._subscriptions.con_id(int(fields[2]))
            tick_type, size = int(fields[3]), fields[4]
            if con_id is not None and size:
                self._ticks.set_size(con_id, tick_type, float(size))
            return True
        return False
