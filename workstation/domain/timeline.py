"""The life of one order, step by step: what was decided, what left, what came back, and when."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from workstation.domain.finding import Finding
from workstation.domain.ids import ConId, IntentId, OrderKey


class StepKind(StrEnum):
    """Which way a step of an order went."""

    DECISION = "decision"
    OUT = "out"
    IN = "in"
    STATE = "state"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSeen:
    """The market at the moment of one event of an order; kept in the journal behind it.

    `about` is the name of the event, `at` when it was taken. Prices are floats as the feed sent
    them, None for a side that was not there; `stale` means the feed was down.
    """

    key: OrderKey
    about: str
    at: datetime
    con_id: ConId
    bid: float | None
    ask: float | None
    last: float | None
    bid_size: float | None = None
    ask_size: float | None = None
    stale: bool = False
    data_type: int = 1
    intent_id: IntentId | None = None
    """The wish that was answered, for the market at a refusal; `key` may then be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A wish was refused or asked about: the market of this moment belongs to its record.

    `key` is the order that a change was meant for, None for a new order.
    """

    intent_id: IntentId
    key: OrderKey | None
    con_id: ConId


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What risk said of an order or a change that was let through.

    `entry_value` is the money an entry moves in the account's currency, None for an exit.
    `reasons` are the trader's own words for each personal limit that was overridden, by the name
    of the rule; records of earlier versions have none.
    """

    key: OrderKey
    intent_id: IntentId
    findings: tuple[Finding, ...]
    entry_value: Decimal | None
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineStep:
    """One step; `state` is the order's word after it and "" where it stayed the same.

    `seq` is the number of the journal's entry, `detail` its content with accounts masked.
    `market` is None where none was noted.
    """

    seq: int
    time: datetime
    kind: StepKind
    title: str
    state: str = ""
    detail: str = ""
    market: MarketSeen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All steps of one order, oldest first."""

    key: OrderKey
    order_id: int
    perm_id: int | None
    title: str
    steps: tuple[TimelineStep, ...]
