"""What the broker's statuses and message codes do to an order.

Source: orders-and-risk.md 2.3 and 2.4. A status or code that is not listed changes nothing.
"""

from workstation.domain.order_status import Lifecycle

STATUS_TO_LIFECYCLE: dict[str, Lifecycle] = {
    "ApiPending": Lifecycle.SENT,
    "PendingSubmit": Lifecycle.SENT,
    "PreSubmitted": Lifecycle.HELD,  # not live at the venue, but it can fill
    "Submitted": Lifecycle.WORKING,
    "ApiCancelled": Lifecycle.CANCELLED,
    "Cancelled": Lifecycle.CANCELLED,
    "Inactive": Lifecycle.INACTIVE,  # not terminal: a held order may come alive
}

LIVE = frozenset({"ApiPending", "PendingSubmit", "PreSubmitted", "Submitted"})
"""Statuses of an order that the broker works, or will."""

ASK_AFTER = frozenset({"ApiCancelled", "Inactive"})
"""Statuses that do not tell the end: the broker is asked for it, once a change."""

CANCEL_PENDING = "PendingCancel"
FILLED = "Filled"

REJECTED = frozenset({200, 201, 203})
"""Refuses a placement; refuses a change and leaves the old order live."""

INVALID = frozenset({105, 106, 107, 109, 110, 163, 320, 321, 329, 382, 383, 387, 388, 434, 451})
"""As REJECTED: the broker would not take the terms."""

CANCELLED = 202
DUPLICATE_ID = 103
CHANGE_TOO_LATE = 104
PACING = 100
ORDER_MESSAGE = 399

CANCEL_FAILED = frozenset({135, 136, 161, 10147, 10148, 10149})
"""The cancel did nothing; what the order is must be asked."""

INFORMS = frozenset({399, 404, 2102, 2109, 2137, 2161, 10167, 10311, 10349})
"""Belongs to the order as a note and changes no state."""

_HELD_FOR = {
    "child": "waits for its entry",
    "trigger": "waits for its trigger price",
    "locate": "the broker locates shares to borrow",
}


def held_words(why_held: str) -> str:
    """Say why the broker holds an order; `why_held` is a list with commas, as in orderStatus."""
    words = (word.strip() for word in why_held.split(","))
    return ", ".join(_HELD_FOR.get(word, f"held by the broker: {word}") for word in words if word)
