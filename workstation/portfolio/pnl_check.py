"""Compares the broker's daily profit and loss of each contract with our own, and finds out why.

The broker's figure counts from the last close, or from its own reset of the day; ours from our
fills, the last close and the newest quote.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.account import PositionView
from workstation.domain.contract import ContractDetails
from workstation.domain.execution import Execution
from workstation.domain.pnl_check import PnlCheck
from workstation.domain.quote import Quote
from workstation.portfolio.exposures import mark
from workstation.risk.facts import exact

_NONE = Decimal(0)
LEAST = Decimal("0.05")
"""Differences of a few cents are the rounding of either side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLedger:
    """What is known of one contract today; money in the contract's currency.

    `fills` are those of the day by their newest revision, `fees` what they have cost so far and
    `unreported` how many of them have no cost yet. `fx` is what the currency is worth in the
    account's own, None where not known.
    """

    position: PositionView
    details: ContractDetails | None
    quote: Quote | None
    fills: tuple[Execution, ...]
    fees: Decimal
    unreported: int
    fx: Decimal | None


@dataclass(frozen=True, slots=True)
class _Result:
    """Our result before fees, with what it rests on."""

    gross: Decimal
    overnight: Decimal
    quantity: Decimal
    price: Decimal | None
    unit: Decimal


def checked(ledger: DayLedger) -> PnlCheck:
    """Compare one contract."""
    position, details = ledger.position, ledger.details
    broker = exact(position.daily_pnl)
    result = _own(ledger)
    ours = None if isinstance(result, str) else result.gross - ledger.fees
    if broker is None:
        reason = "the broker has not told its figure yet"
    elif isinstance(result, str):
        reason = result
    else:
        reason = _reason(ledger, result, broker)
    return PnlCheck(
        con_id=position.con_id,
        symbol=position.symbol,
        currency=details.contract.currency if details is not None else "",
        broker=broker,
        ours=ours,
        fees=ledger.fees,
        reason=reason,
    )


def largest_first(found: Iterable[PnlCheck]) -> tuple[PnlCheck, ...]:
    """Sort by the size of the difference."""
    return tuple(sorted(found, key=lambda each: (-abs(each.difference or _NONE), each.symbol)))


def _own(ledger: DayLedger) -> _Result | str:
    """Work our result out, or say what is missing for it."""
    details, quote = ledger.details, ledger.quote
    if details is None:
        return "the contract's rules are not known"
    unit = details.multiplier / details.price_magnifier
    bought = sum((each.side.sign * each.quantity for each in ledger.fills), _NONE)
    quantity = ledger.position.quantity
    overnight, price = quantity - bought, mark(quote)
    if any(each.lacks_price for each in ledger.fills):
        return "a fill of today came without its price"
    close = exact(quote.close) if quote is not None else None
    if quantity and price is None:
        return "there is no price for what is held"
    if overnight and close is None:
        return "there is no last close for what was held over night"
    points = quantity * (price or _NONE) - overnight * (close or _NONE)
    points -= sum(
        (each.side.sign * each.quantity * (each.price or _NONE) for each in ledger.fills), _NONE
    )
    return _Result(points * unit, overnight, quantity, price, unit)


def _reason(ledger: DayLedger, result: _Result, broker: Decimal) -> str:
    """Try what could explain a difference, the likeliest first."""
    rounding = max(LEAST, abs(result.quantity * result.unit) * _half_tick(ledger, result.price))
    net = result.gross - ledger.fees

    def explains(guess: Decimal) -> bool:
        return abs(broker - guess) <= rounding

    if explains(net):
        return ""
    theirs = _their_price(ledger, result)
    tried: tuple[tuple[str, Callable[[], Decimal | None]], ...] = (
        (f"fees: the broker leaves out {ledger.fees:f}", lambda: result.gross),
        (
            f"price: the broker values at {theirs}, we at {result.price}",
            lambda: None if theirs is None else _valued_at(result, theirs) - ledger.fees,
        ),
        (
            f"price and fees: the broker values at {theirs} and leaves the fees out",
            lambda: None if theirs is None else _valued_at(result, theirs),
        ),
        (
            "exchange rate: the broker's figure is in the account's currency",
            lambda: None if ledger.fx in {None, Decimal(1)} else net * (ledger.fx or _NONE),
        ),
    )
    for reason, guess in tried:
        value = guess()
        if value is not None and explains(value):
            return reason
    return _guess(ledger, result)


def _guess(ledger: DayLedger, result: _Result) -> str:
    """Name what is most likely where nothing explains the figure exactly."""
    if ledger.unreported:
        return f"fees: the cost of {ledger.unreported} fills is not reported yet"
    if result.overnight:
        return (
            "reset time: the broker counts what was held over night from another moment "
            "than the last close, or a fill of today is not on record"
        )
    return "not explained: compare the fills of today with TWS"


def _half_tick(ledger: DayLedger, price: Decimal | None) -> Decimal:
    if ledger.details is None or price is None:
        return _NONE
    return ledger.details.ladder.increment_at(price) / 2


def _their_price(ledger: DayLedger, result: _Result) -> Decimal | None:
    """Return the price that the broker values the position at, None where it has not told."""
    value = exact(ledger.position.market_value)
    if value is None or not result.quantity or ledger.details is None:
        return None
    price = value / (result.quantity * result.unit)
    return price.normalize() if ledger.details.ladder.allows(price) else round(price, 6)


def _valued_at(result: _Result, price: Decimal) -> Decimal:
    assert result.price is not None  # something is held
    return result.gross + result.quantity * result.unit * (price - result.price)
