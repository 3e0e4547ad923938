"""What one decision is made of, and what it values an order at (orders-and-risk.md 1.2)."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from workstation.domain.account import AccountSummary, Environment
from workstation.domain.contract import ContractDetails
from workstation.domain.finding import Finding, TradingState
from workstation.domain.ids import AccountId
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.domain.order_status import OrderView
from workstation.domain.preview import MarginPreview
from workstation.domain.quote import Quote
from workstation.risk.exposure import Leaves
from workstation.risk.limits import Limits

ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The link as risk sees it: may entries, may exits leave, and why not.

    `clock_offset` is how far the broker's clock is ahead of ours, in seconds.
    """

    ready: bool
    synced: bool
    suspect: bool
    bytes_waiting: int
    wire_has_room: bool
    reason: str
    clock_offset: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """What else the account holds: market values of every other contract, in base currency.

    `gross` sums absolute values, `net` signed ones, `stocks` is the stocks' part of gross.
    `working` is what working orders of other contracts would add. `unvalued` counts the
    positions without a price or an exchange rate; they are missing in the sums.
    """

    gross: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    stocks: Decimal = Decimal(0)
    working: Decimal = Decimal(0)
    unvalued: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Automatic:
    """What the rule or strategy that wants the order sent since the last order by hand."""

    orders: int
    fills: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything one decision is made of, taken in one moment.

    `working` leaves out the order that is being changed, and so do `opposite`, the working
    orders of the other side of the contract, and `same_side_orders`. `open_quantity` is what
    the draft could still fill: for a change, its quantity less what has filled. `open_cost` is
    the margin that working entries already claim, in the account's currency, and
    `open_values` their value by class, from which it was estimated. `chasing` counts
    the orders of the last minute that followed the price the same way. `day_pnl` and
    `below_peak` are the day's result and its distance from the day's best, None where they
    cannot be worked out; `week_pnl` and `below_best` are the same of the week and of all days.
    `is_day_estimated` tells that a fill of today came without its price.
    `is_halted` tells that the exchange has halted the contract. `preview` is the broker's answer about this very order, if recent.
    `combo_unit` is the size of one combination in the account's currency, None where it is no
    combination or only the broker knows.
    `shortable` is the broker's tick of that name, `cash_account` None where it is not known.
    `fx` is what one unit of the contract's currency is worth in the account's, None where
    the broker has not told it.
    `unsized` counts the working orders of the contract of which nothing tells a quantity.
    `closes` is what working orders that were sent as closes will close beside the draft.
    `group` are our other orders of the draft's one-cancels-all group, also those that ended.
    """

    draft: OrderDraft
    open_quantity: Decimal
    now: datetime
    details: ContractDetails | None
    quote: Quote | None
    position: Decimal
    working: Leaves
    is_exit: bool
    summary: AccountSummary | None
    limits: Limits | None
    limits_fault: str
    link: Link
    environment: Environment
    accounts: tuple[AccountId, ...]
    armed: bool
    read_only: bool
    trading_state: TradingState
    trading_reason: str
    actions_last_second: int = 0
    actions_last_minute: int = 0
    seconds_since_same: float | None = None
    open_cost: Decimal = Decimal(0)
    others: Others = Others()
    opposite: tuple[OrderView, ...] = ()
    same_side_orders: int = 0
    chasing: int = 0
    automatic: Automatic | None = None
    day_pnl: Decimal | None = None
    below_peak: Decimal | None = None
    week_pnl: Decimal | None = None
    below_best: Decimal | None = None
    is_day_estimated: bool = False
    is_halted: bool = False
    preview: MarginPreview | None = None
    shortable: float | None = None
    combo_unit: Decimal | None = None
    cash_account: bool | None = None
    open_values: tuple[tuple[str, Decimal], ...] = ()
    fx: Decimal | None = ONE
    group: tuple[OrderView, ...] = ()
    closes: Decimal = Decimal(0)
    unsized: int = 0

    @property
    def sec_type(self) -> str:
        """The contract's class; a stock where it is not known, which R02 refuses anyway."""
        return self.details.contract.sec_type if self.details is not None else "STK"


Check = Callable[[Facts], Iterator[Finding]]

_UNSET = frozenset({Decimal(2**31 - 1)})
"""The broker's mark for an absent number that is small enough to pass for one."""


def sendable(number: Decimal) -> bool:
    """Tell whether a price or quantity survives the wire exactly: finite, 15 digits, below 1E12.

    Prices travel as doubles; beyond 15 digits another price would arrive.
    """
    return number.is_finite() and _fits(number)


@lru_cache(256)
def _fits(number: Decimal) -> bool:
    """Look at the digits of a finite number, once for the many checks of one order."""
    if number in _UNSET:
        return False
    digits = len(number.normalize().as_tuple().digits)
    return not number or (-12 <= number.adjusted() < 12 and digits <= 15)


def reference_price(facts: Facts) -> Decimal | None:
    """Return ask for a purchase and bid for a sale, else the last trade; None without any.

    Source: orders-and-risk.md 1.2, `ref(side)`.
    """
    quote = facts.quote
    if quote is None or quote.stale:
        return None
    side_price = quote.ask if facts.draft.side is Side.BUY else quote.bid
    if quote.two_sided:
        return exact(side_price)
    last = exact(quote.last)
    return last if last is not None else exact(quote.close)


class _Newest:
    """The value of the facts that were valued last: ten checks ask for it in one decision."""

    known: tuple[Facts | None, Decimal | None] = (None, None)


def unit_value(facts: Facts) -> Decimal | None:
    """Return the money one share or lot moves, in the account's currency.

    None where no price or no exchange rate values it. Source: orders-and-risk.md 1.2, Notional.
    """
    known, value = _Newest.known
    if known is not facts:
        value = _unit_value(facts)
        _Newest.known = (facts, value)  # in one step: other threads try out limits
    return value


def _unit_value(facts: Facts) -> Decimal | None:
    details = facts.details
    if details is None or facts.fx is None:
        return None
    price = _valuing_price(facts)
    if not price:
        return None
    value = abs(price) * details.multiplier / details.price_magnifier
    return value if facts.fx is ONE else value * facts.fx


def _valuing_price(facts: Facts) -> Decimal | None:
    draft, reference = facts.draft, reference_price(facts)
    if draft.order_type.takes_limit:
        limit = draft.limit_price
        if limit is None or not sendable(limit):
            return None
        return limit if draft.side is Side.BUY else max(limit, reference or limit)
    if not reference:
        reference = _any_price(facts.quote)  # a zero bid is a market, but values nothing
    if draft.order_type in {OrderType.STOP, OrderType.STOP_PROTECTED}:
        stop = draft.stop_price
        if stop is None or not sendable(stop):
            return None
        if reference is None:
            return stop
        return max(stop, reference) if draft.side is Side.BUY else reference
    return None if reference is None else reference * Decimal("1.02")


def _any_price(quote: Quote | None) -> Decimal | None:
    """Return what was last known of a market that gives no reference: it still tells a size."""
    if quote is None:
        return None
    seen = (exact(each) for each in (quote.ask, quote.last, quote.close, quote.bid))
    return next((price for price in seen if price), None)


def notional(facts: Facts, quantity: Decimal) -> Decimal | None:
    """Return the money that so much of the draft moves, None where nothing values it."""
    unit = unit_value(facts)
    return None if unit is None or not sendable(quantity) else quantity * unit


def exact(price: float | None) -> Decimal | None:
    """Return a quote's price as it is written; None where there is none."""
    return None if price is None or not math.isfinite(price) else Decimal(str(price))
