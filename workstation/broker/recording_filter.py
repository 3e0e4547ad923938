"""Which messages belong to orders, for a recording of these alone."""

from workstation.domain.ports import Direction

_ORDERS_IN = frozenset({3, 4, 5, 9, 11, 15, 53, 55, 59, 100, 101, 102})
"""orderStatus, error, openOrder, nextValidId, execDetails, managedAccounts, their ends,
commissions, orderBound and completed orders."""

_ORDERS_OUT = frozenset({3, 4, 5, 7, 16, 21, 58, 71, 99})
"""placeOrder, cancels, startApi, and the requests whose answers stand above."""

_LOWEST_VERSION = 157
"""A text number from here on is no message id but the agreed version."""

_PROTOBUF_OFFSET = 200
_ID_BYTES = 4


def is_any_message(_direction: Direction, _body: bytes) -> bool:
    """Keep everything."""
    return True


def is_order_message(direction: Direction, body: bytes) -> bool:
    """Keep what places, changes or tells of orders, and what a replay needs to begin."""
    if direction is Direction.OPENED:
        return True
    number = message_id(body)
    wanted = _ORDERS_IN if direction is Direction.IN else _ORDERS_OUT
    return number is None or number in wanted


def message_id(body: bytes) -> int | None:
    """Return a message's id in either framing, without the mark of protobuf; None of a greeting."""
    if body[:1] == b"\0":
        number = int.from_bytes(body[:_ID_BYTES], "big")
        return number - _PROTOBUF_OFFSET if number > _PROTOBUF_OFFSET else number
    head = body.split(b"\0", 1)[0]
    if not head.isdigit() or int(head) >= _LOWEST_VERSION:
        return None
    return int(head)
