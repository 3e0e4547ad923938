"""What a rule of this program waits for: prices, changes, results, times, and its user's orders."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from workstation.domain.alert import Direction, as_written
from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.order_status import Lifecycle
from workstation.domain.quote import Quote


class Watched(StrEnum):
    """What a condition looks at."""

    LAST = "last"
    BID = "bid"
    ASK = "ask"
    CHANGE = "change"
    """Of the last price since the previous close, in per cent."""

    PNL = "unrealised P&L"
    """Of the account's position, in the contract's currency. Source: pnlSingle."""

    TIME = "time"
    ORDER = "order"

    @property
    def of_contract(self) -> bool:
        """Whether it compares a figure of a contract with a value."""
        return self not in {Watched.TIME, Watched.ORDER}


class OrderHappens(StrEnum):
    """What may happen to an order of one's own."""

    FILLS = "fills"
    """To its whole quantity."""

    REJECTED = "is rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCondition:
    """One condition; `joins_and` says how it is tied to the next, "and" closer than "or".

    `value` is a price, per cent or money. `time` is aware. `order` None means the order that the
    rule before this one has sent (`Rule.after`); `name` is what the contract or the order is
    called.
    """

    watches: Watched
    joins_and: bool = True
    direction: Direction = Direction.RISES
    value: Decimal | None = None
    con_id: ConId | None = None
    name: str = ""
    time: datetime | None = None
    order: OrderKey | None = None
    happens: OrderHappens = OrderHappens.FILLS

    @property
    def fault(self) -> str:
        """Why nothing could be told of it, "" where it is whole."""
        if self.watches is Watched.TIME:
            is_aware = self.time is not None and self.time.tzinfo is not None
            return "" if is_aware else "A condition needs a time and its zone."
        if self.watches is Watched.ORDER:
            return ""
        if self.con_id is None:
            return "Choose a contract for each condition."
        if self.value is None or not self.value.is_finite():
            return "Enter a number for each condition."
        return ""


class RuleFacts(Protocol):
    """What conditions are held against; None for what is not known now."""

    def now(self) -> datetime:
        """Return the time, aware."""
        ...

    def market(self, con_id: ConId) -> Quote | None:
        """Return the quote of a contract if it can be acted on."""
        ...

    def result(self, account: AccountId, con_id: ConId) -> Decimal | None:
        """Return the unrealised result of a position."""
        ...

    def lifecycle(self, order: OrderKey) -> Lifecycle | None:
        """Return where an order stands."""
        ...


def measured(condition: RuleCondition, account: AccountId, facts: RuleFacts) -> Decimal | None:
    """Return the figure that is compared with the condition's value, None where none is known."""
    if condition.con_id is None or not condition.watches.of_contract:
        return None
    if condition.watches is Watched.PNL:
        return facts.result(account, condition.con_id)
    quote = facts.market(condition.con_id)
    return None if quote is None else _figure(condition.watches, quote)


def _figure(watches: Watched, quote: Quote) -> Decimal | None:
    if watches is Watched.CHANGE:
        return _change(quote)
    prices = {Watched.BID: quote.bid, Watched.ASK: quote.ask}
    price = prices.get(watches, quote.last)
    return None if price is None else as_written(price)


def _change(quote: Quote) -> Decimal | None:
    """Return the change since the previous close in per cent."""
    if quote.last is None or not quote.close:
        return None
    before = as_written(quote.close)
    return (as_written(quote.last) - before) / before * 100


def holds(condition: RuleCondition, account: AccountId, facts: RuleFacts) -> bool | None:
    """Tell whether a condition holds now, None where that is not known."""
    if condition.watches is Watched.TIME:
        return condition.time is not None and facts.now() >= condition.time
    if condition.watches is Watched.ORDER:
        return _has_happened(condition, facts)
    figure = measured(condition, account, facts)
    if figure is None or condition.value is None:
        return None
    return condition.direction.has_come(figure, condition.value)


def _has_happened(condition: RuleCondition, facts: RuleFacts) -> bool | None:
    stands = None if condition.order is None else facts.lifecycle(condition.order)
    if stands is None:
        return None
    if condition.happens is OrderHappens.FILLS:
        return stands is Lifecycle.FILLED
    return stands is Lifecycle.REJECTED


def groups(conditions: Sequence[RuleCondition]) -> Iterator[list[RuleCondition]]:
    """Yield the conditions that hold together; one such group is enough."""
    group: list[RuleCondition] = []
    for condition in conditions:
        group.append(condition)
        if not condition.joins_and:
            yield group
            group = []
    if group:
        yield group


def all_hold(
    conditions: Sequence[RuleCondition], account: AccountId, facts: RuleFacts
) -> bool | None:
    """Tell whether the whole holds now: None where what is not known decides it."""
    is_known = True
    for group in groups(conditions):
        found = [holds(each, account, facts) for each in group]
        if False in found:
            continue
        if None not in found:
            return True
        is_known = False
    return False if is_known else None


ShowTime = Callable[[datetime], str]
"""Writes a time for the user."""


def utc_time(moment: datetime) -> str:
    """Write a time as logs do."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def condition_words(condition: RuleCondition, show_time: ShowTime = utc_time) -> str:
    """Say one condition."""
    if condition.watches is Watched.TIME:
        when = "?" if condition.time is None else show_time(condition.time)
        return f"the time is {when}"
    if condition.watches is Watched.ORDER:
        return f"{condition.name or 'the order of the rule before'} {condition.happens}"
    rises = condition.direction is Direction.RISES
    value = "?" if condition.value is None else f"{condition.value:f}"
    unit = " %" if condition.watches is Watched.CHANGE else ""
    way = "rises to" if rises else "falls to"
    return f"{condition.name} {condition.watches} {way} {value}{unit}"


def conditions_words(conditions: Sequence[RuleCondition], show_time: ShowTime = utc_time) -> str:
    """Say all conditions, "and" closer than "or"."""
    return " or ".join(
        " and ".join(condition_words(each, show_time) for each in group)
        for group in groups(conditions)
    )
