"""Sizes and prices a trader would otherwise work out by hand: exact, and never beyond what was meant.

Quantities are rounded down to the contract's size increment, so that no amount is exceeded; prices
are snapped to the market rule at their own price, away from the market. Source: features O14, O15.
"""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from workstation.domain.contract import ContractDetails
from workstation.domain.order import Side
from workstation.domain.prices import PriceLadder


class SizeMode(StrEnum):
    """From what a quantity is worked out."""

    MONEY = "Money"
    EQUITY = "% of equity"
    POSITION = "% of position"
    RISK = "Risk to stop"


class PriceMode(StrEnum):
    """From what a limit is worked out; all but the last take an offset in ticks."""

    BID = "Bid ± ticks"
    MID = "Mid ± ticks"
    ASK = "Ask ± ticks"
    LAST = "Last ± ticks"
    SPREAD = "% of spread"


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeFacts:
    """What a size is worked out of, None for what is not known.

    `price` is what one share or contract is expected to trade at, per unit as quoted; `equity` the
    account's net liquidation value in `equity_currency`; `position` signed.
    """

    details: ContractDetails
    price: Decimal | None = None
    equity: Decimal | None = None
    equity_currency: str = ""
    position: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Helped:
    """A quantity or price that was worked out, or the reason why there is none."""

    value: Decimal | None = None
    reason: str = ""


def point_value(details: ContractDetails) -> Decimal:
    """Return the money that one unit of price means for one share or contract."""
    return details.multiplier / Decimal(details.price_magnifier)


def size_of(
    mode: SizeMode, amount: Decimal, facts: SizeFacts, stop: Decimal | None = None
) -> Helped:
    """Work a quantity out; `amount` is money or per cent, `stop` a price for the risk."""
    if not amount.is_finite() or amount <= 0:
        return Helped(reason="Enter a number above 0")
    match mode:
        case SizeMode.MONEY:
            return _for_money(amount, facts)
        case SizeMode.EQUITY:
            return _for_equity(amount, facts)
        case SizeMode.POSITION:
            return _in_lots(abs(facts.position) * amount / 100, facts.details, "No position")
        case _:
            return _for_risk(amount, facts, stop)


def _for_money(money: Decimal, facts: SizeFacts) -> Helped:
    if facts.price is None:
        return Helped(reason="No price yet: enter a limit")
    unit = abs(facts.price) * point_value(facts.details)
    if not unit:
        return Helped(reason="A price of 0 has no size")
    return _in_lots(money / unit, facts.details, "Too little for one")


def _for_equity(percent: Decimal, facts: SizeFacts) -> Helped:
    if facts.equity is None or facts.equity <= 0:
        return Helped(reason="The account's equity is not known")
    currency = facts.details.contract.currency
    if facts.equity_currency != currency:
        return Helped(reason=f"Equity is in {facts.equity_currency}, this trades in {currency}")
    return _for_money(facts.equity * percent / 100, facts)


def _for_risk(money: Decimal, facts: SizeFacts, stop: Decimal | None) -> Helped:
    if facts.price is None:
        return Helped(reason="No price yet: enter a limit")
    if stop is None or not stop.is_finite():
        return Helped(reason="Enter the stop price")
    distance = abs(facts.price - stop)
    if not distance:
        return Helped(reason="The stop is at the price itself")
    unit = distance * point_value(facts.details)
    return _in_lots(money / unit, facts.details, "Too little for one")


def _in_lots(quantity: Decimal, details: ContractDetails, nothing: str) -> Helped:
    """Round down to the size increment; less than the smallest size is nothing."""
    step = details.size_increment if details.size_increment > 0 else Decimal(1)
    lots = (quantity / step).to_integral_value(rounding=ROUND_FLOOR) * step
    if lots <= 0 or lots < details.min_size:
        return Helped(reason=nothing)
    return Helped(lots)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFacts:
    """The market that a price is worked out of, None for what there is not."""

    ladder: PriceLadder
    side: Side
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None


def price_of(mode: PriceMode, amount: Decimal, facts: PriceFacts) -> Helped:
    """Work a limit out; `amount` is ticks up (below 0 down) or per cent of the spread from the bid."""
    if not amount.is_finite():
        return Helped(reason="Enter a number")
    base = _base(mode, amount, facts)
    if base is None:
        return Helped(reason="No quote of both sides" if mode is not PriceMode.LAST else "No trade")
    ladder, is_buy = facts.ladder, facts.side is Side.BUY
    price = ladder.snap_down(base) if is_buy else ladder.snap_up(base)
    if mode is PriceMode.SPREAD:
        return Helped(price)
    if amount != amount.to_integral_value() or abs(amount) > MOST_TICKS:
        return Helped(reason=f"Ticks are whole, at most {MOST_TICKS}")
    for _ in range(abs(int(amount))):
        price = neighbour(ladder, price, up=amount > 0)
    return Helped(price)


MOST_TICKS = 1000
"""More ticks than this are a slip of the finger."""


def _base(mode: PriceMode, amount: Decimal, facts: PriceFacts) -> Decimal | None:
    bid, ask = facts.bid, facts.ask
    alone = {PriceMode.BID: bid, PriceMode.ASK: ask, PriceMode.LAST: facts.last}
    if mode in alone:
        return alone[mode]
    if bid is None or ask is None or bid > ask:
        return None
    share = Decimal(50) if mode is PriceMode.MID else amount
    return bid + (ask - bid) * share / 100


def neighbour(ladder: PriceLadder, price: Decimal, *, up: bool) -> Decimal:
    """Return the next allowed price, by the increment that holds on that side of it."""
    step = ladder.increment_at(price)
    if up == (price >= 0) and price:
        return price + (step if up else -step)
    inner = ladder.increment_at(price + (step if up else -step))
    return price + (inner if up else -inner)
