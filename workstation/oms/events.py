"""Everything that changes orders, live or from the journal: one list for both.

State is these events applied in order; the journal holds them under their class names.
"""

from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.ids import ClientId, ConId, IntentId, OrderId, OrderKey, OrderRef
from workstation.domain.order import OrderDraft, OrderTerms
from workstation.domain.reports import (
    BrokerNotice,
    CommissionReport,
    ExecutionReport,
    OpenOrderReport,
    OrderBytesSent,
    OrderStatusReport,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An approved new order, on record before its bytes may leave.

    `sha256` is of the exact frame; `order_id` is also the new high-water mark. The exits of
    a bracket name their `parent`.
    """

    intent_id: IntentId
    order_id: OrderId
    client_id: ClientId
    order_ref: OrderRef
    con_id: ConId
    symbol: str
    draft: OrderDraft
    sha256: str
    parent: OrderKey | None = None
    parent_id: OrderId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeIntent:
    """Approved new terms of a working order, on record before the bytes may leave.

    The last three are None in records of versions that could not change them.
    """

    intent_id: IntentId
    key: OrderKey
    order_id: OrderId
    quantity: Decimal
    limit_price: Decimal | None
    sha256: str
    stop_price: Decimal | None = None
    tif: str | None = None
    outside_rth: bool | None = None
    terms: OrderTerms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """A question what an order would cost, on record before its bytes may leave.

    It is no order and changes none; `order_id` is spent on it.
    """

    order_id: OrderId
    draft: OrderDraft
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelIntent:
    """A cancel that is about to leave."""

    key: OrderKey


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """The transport took no byte of an order, a change or a cancel."""

    key: OrderKey
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLost:
    """The session ended; what was not acknowledged is now unknown."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """The broker said nothing about an order, change or cancel for too long."""

    key: OrderKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileBegan:
    """The broker's lists are being asked for; what they name is the truth of now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """All lists of one reconciliation ended; these of our live orders were in none.

    `settled` tells that it began at least 10 s after the link came up (2.5.6).
    """

    missing: tuple[OrderKey, ...]
    settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPlacedConfirmed:
    """Two reconciliations found nothing of an order, and where it counts the user agreed."""

    key: OrderKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """A day order of an earlier day that the broker no longer knows."""

    key: OrderKey


OmsEvent = (
    Intent
    | ChangeIntent
    | CancelIntent
    | NotSent
    | LinkLost
    | Unanswered
    | ReconcileBegan
    | Reconciled
    | NotPlacedConfirmed
    | Expired
    | OrderBytesSent
    | OpenOrderReport
    | OrderStatusReport
    | ExecutionReport
    | CommissionReport
    | BrokerNotice
)

EVENT_TYPES: dict[str, type[OmsEvent]] = {
    kind.__name__: kind
    for kind in (
        Intent,
        ChangeIntent,
        CancelIntent,
        NotSent,
        LinkLost,
        Unanswered,
        ReconcileBegan,
        Reconciled,
        NotPlacedConfirmed,
        Expired,
        OrderBytesSent,
        OpenOrderReport,
        OrderStatusReport,
        ExecutionReport,
        CommissionReport,
        BrokerNotice,
    )
}
"""Names under which the journal keeps each event."""
