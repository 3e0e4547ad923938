"""What happened to an order, read off two of its states: sent, filled, rejected, cancelled."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from workstation.domain.ids import OrderKey
from workstation.domain.order_status import Lifecycle, OrderView
from workstation.domain.prices import PriceLadder
from workstation.ui import text


class OrderHappening(StrEnum):
    """What a trader wants to hear of, the most urgent first."""

    REJECTED = "rejected"
    FILLED = "filled"
    CANCELLED = "cancelled"
    SENT = "sent"


_PLACED = frozenset({Lifecycle.SENT, Lifecycle.HELD, Lifecycle.WORKING})
_ENDED = {
    Lifecycle.REJECTED: OrderHappening.REJECTED,
    Lifecycle.CANCELLED: OrderHappening.CANCELLED,
    Lifecycle.EXPIRED: OrderHappening.CANCELLED,
    Lifecycle.NOT_PLACED: OrderHappening.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened to an order."""

    what: OrderHappening
    order: OrderView
    filled: Decimal = Decimal(0)
    """How much has filled since the order was last seen."""

    def title(self, ladder: PriceLadder | None) -> str:
        """Say it in one line."""
        order = self.order
        quantity = self.filled if self.what is OrderHappening.FILLED else order.quantity
        parts = [order.side.value, text.size(quantity), text.one_line(order.symbol, 24)]
        if self.what is OrderHappening.FILLED:
            last = text.exact_price(order.last_fill_price, ladder)
            left = f", {text.size(order.remaining)} left" if order.is_working else ""
            return f"Filled  {' '.join(parts)} at {last}{left}"
        price = order.limit_price if order.limit_price is not None else order.stop_price
        parts.append(text.one_line(order.order_type, 12))
        parts += [] if price is None else [text.exact_price(price, ladder)]
        is_expired = order.lifecycle is Lifecycle.EXPIRED
        word = "Expired" if is_expired else self.what.value.capitalize()
        return f"{word}  {' '.join(parts)}"

    @property
    def reason(self) -> str:
        """Why, where that matters."""
        return text.one_line(self.order.note, 160) if self.what is OrderHappening.REJECTED else ""


class OrderEvents:
    """Remembers how each order was last seen. GUI thread."""

    def __init__(self) -> None:
        self._seen: dict[OrderKey, OrderView] = {}

    def take(self, orders: Iterable[OrderView], *, is_news: bool) -> list[Happened]:
        """Return what happened to the orders since; nothing where they are only read at first."""
        found: list[Happened] = []
        for order in orders:
            before = self._seen.get(order.key)
            self._seen[order.key] = order
            if is_news:
                found += _happened(before, order)
        return found


def _happened(before: OrderView | None, now: OrderView) -> list[Happened]:
    found = []
    was = None if before is None else before.lifecycle
    more = now.filled - (Decimal(0) if before is None else before.filled)
    is_placed = now.lifecycle in _PLACED or (before is None and now.lifecycle is Lifecycle.FILLED)
    if is_placed and was in {None, Lifecycle.STAGED, Lifecycle.SENDING}:
        found.append(Happened(OrderHappening.SENT, now))
    if more > 0:
        found.append(Happened(OrderHappening.FILLED, now, more))
    if now.lifecycle is not was and now.lifecycle in _ENDED:
        found.append(Happened(_ENDED[now.lifecycle], now))
    return found
