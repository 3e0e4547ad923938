"""What must be said aloud of one order: what happened, what it means for the order, what to do."""

from dataclasses import dataclass

from workstation.domain.order_status import Pending
from workstation.oms.managed_order import ManagedOrder

_COMPARE = "Compare with TWS or the mobile program"


@dataclass(frozen=True, slots=True)
class OrderAlarm:
    """One finding in the words of its kind; whoever shows it names the order.

    `stops_entries` tells that only orders that close may be sent from now on (I3).
    """

    text: str
    effect: str
    advice: str
    stops_entries: bool = False


REVIVED = OrderAlarm(
    "An order that had ended may be live at the broker.",
    "It counts as working again and can fill.",
    f"{_COMPARE}; cancel it if you do not want it.",
)


def unknown_status(word: str) -> OrderAlarm:
    """Say that the broker calls the order what nobody knows."""
    return OrderAlarm(
        f"The broker reports an unknown status: {word}",
        "The order is shown as it stood before; whether it still works is not known.",
        f"{_COMPARE}; cancel it there if you do not want it.",
    )


def overfilled(order: ManagedOrder) -> OrderAlarm:
    """Say by how much the fills are more than was ordered."""
    excess = order.overfill
    return OrderAlarm(
        f"More was filled than ordered: {order.filled:f} of {order.filled - excess:f}.",
        f"The {excess:f} too many are yours: the position is larger than meant, or on the other "
        f"side after an exit, and its stops may not fit. Only orders that close are sent from now on.",
        "Compare the position with TWS; close or protect what is too many, and ask the broker.",
        stops_entries=True,
    )


def late_fill(order: ManagedOrder) -> OrderAlarm:
    """Say that a fill came after the end."""
    ordered = f" of {order.quantity:f}" if order.quantity else ""  # sized by cash it has none
    return OrderAlarm(
        "An order that had ended was filled after all.",
        f"{order.filled:f}{ordered} count as filled and have changed the position; "
        "what you sent since does not allow for it.",
        "Look at the position and its stops; close or protect what you did not mean to hold.",
    )


def change_refused(broker_text: str) -> OrderAlarm:
    """Say that the old terms go on."""
    return OrderAlarm(
        f"The change was refused; the order stands as before. {broker_text}".rstrip(),
        "It goes on working with its old price and quantity; the new ones are not in force.",
        "Mend what the broker names and change it again, or cancel it.",
    )


def unanswered(order: ManagedOrder, seconds: float) -> OrderAlarm:
    """Say of which wish there is no answer, and what may be true meanwhile."""
    if order.acknowledged and order.cancel is not Pending.NONE:
        return OrderAlarm(
            f"The broker has not confirmed a cancel for {seconds:.0f} s.",
            "The order may still be live and can fill.",
            f"{_COMPARE}; cancel it there if it still works.",
        )
    if order.acknowledged and order.replace is not Pending.NONE:
        return OrderAlarm(
            f"The broker has not answered about a change for {seconds:.0f} s.",
            "The order may stand with its old terms or the new ones, and can fill with either. "
            "Nothing is resent.",
            f"{_COMPARE} which of them stand, before you change it again.",
        )
    if order.said_filled:
        return OrderAlarm(
            f"The broker calls an order filled, but has not told its fills for {seconds:.0f} s.",
            "It cannot work any more; the position and the day's result may lack its fills.",
            "Compare the position with TWS before you trade it.",
        )
    return OrderAlarm(
        f"The broker has not answered about an order for {seconds:.0f} s.",
        "It may be live and can fill. Nothing is resent.",
        f"{_COMPARE}, before you send it anew.",
    )
