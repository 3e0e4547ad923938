"""What the positions would do if prices, volatility and currencies moved at once: an estimate.

Stocks and futures follow their price one for one. Options are valued anew by the formula of
Black and Scholes with the broker's implied volatility and no interest; an early exercise is worth
nothing to it. What has no model is left out and named.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from workstation.domain.clock import Clock
from workstation.domain.contract import ContractDetails
from workstation.domain.greeks import Greeks
from workstation.domain.ids import ConId
from workstation.domain.limit_use import Scenario
from workstation.portfolio.exposures import Holding
from workstation.portfolio.option_model import CALL, PUT, option_value

PRICES = (-20, -10, -5, -2, 0, 2, 5, 10, 20)
VOLATILITIES = (-25, 0, 25, 50)
"""Percent of the volatility itself: 20 % becomes 25 % at +25."""

CURRENCIES = (-10, 0, 10)
"""Percent that every currency but the account's own moves against it."""

AT_A_TIME = 20
"""Options whose market moved that are valued anew in one look, 2 ms of work."""

_FUNDED = frozenset({"STK", "CRYPTO", "BOND", "FUND"})
_MARGINED = frozenset({"FUT", "CFD", "CONTFUT"})
_OPTIONS = frozenset({"OPT", "FOP", "WAR"})
_LINEAR = _FUNDED | _MARGINED
_CELLS = tuple((vol, price) for vol in VOLATILITIES for price in PRICES)
_YEAR_SECONDS = 365.25 * 86400
_EXPIRY_ZONE, _EXPIRY_TIME = ZoneInfo("America/New_York"), time(16, 0)


@dataclass(frozen=True, slots=True)
class OptionNow:
    """One option and its market: what the model is fed with. Volatility per year."""

    right: str
    strike: float
    spot: float
    volatility: float
    years: float


@dataclass(frozen=True, slots=True)
class ShockGrid:
    """The results of all shocks, and the positions that are missing in them."""

    scenarios: tuple[Scenario, ...] = ()
    unmodelled: tuple[str, ...] = ()


def option_now(
    details: ContractDetails | None, greeks: Greeks | None, now: datetime
) -> OptionNow | None:
    """Return what values an option, None where the broker has not told all of it."""
    if details is None or greeks is None:
        return None
    contract = details.contract
    day = _day_of(contract.expiry)
    if contract.strike is None or day is None:
        return None
    spot, volatility = greeks.underlying_price, greeks.implied_volatility
    if contract.right not in {CALL, PUT} or spot is None or volatility is None:
        return None
    if spot <= 0 or volatility <= 0:
        return None
    ends = datetime.combine(day, _EXPIRY_TIME, _EXPIRY_ZONE).astimezone(UTC)
    years = max((ends - now).total_seconds(), 0.0) / _YEAR_SECONDS
    return OptionNow(contract.right, float(contract.strike), spot, volatility, years)


def _day_of(text: str) -> date | None:
    """Read a last day of trading, None where it is a month or nothing."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def changes_of(option: OptionNow) -> tuple[float, ...]:
    """Return how much one unit would gain in each cell of the grid."""

    def value(price: int, volatility: int) -> float:
        return option_value(
            option.right,
            option.spot * (1 + price / 100),
            option.strike,
            option.years,
            option.volatility * (1 + volatility / 100),
        )

    before = value(0, 0)
    return tuple(value(price, volatility) - before for volatility, price in _CELLS)


class Shocks:
    """Works the grid out; options are valued again only when their market moved. Core thread."""

    def __init__(
        self,
        clock: Clock,
        details: Callable[[ConId], ContractDetails | None],
        greeks: Callable[[ConId], Greeks | None],
    ) -> None:
        self._clock = clock
        self._details = details
        self._greeks = greeks
        self._known: dict[ConId, tuple[OptionNow, tuple[float, ...]]] = {}

    def grid(
        self,
        holdings: Iterable[Holding],
        base: str,
        rate: Callable[[str], Decimal | None],
        cash: Mapping[str, Decimal],
    ) -> ShockGrid:
        """Return every cell, in the currency `base`; nothing without positions.

        Money in other currencies counts by `cash`; the currency pairs that made it are in it.
        """
        home, foreign = [0.0] * len(_CELLS), [0.0] * len(_CELLS)
        funded, missing, left, count = 0.0, [], [AT_A_TIME], 0
        for each in holdings:
            if each.sec_type == "CASH":
                continue
            count += 1
            changes = self._changes(each, base, rate, left)
            if changes is None:
                missing.append(each.name)
                continue
            into = home if each.currency == base else foreign
            for number, change in enumerate(changes):
                into[number] += change
            if each.currency != base and each.sec_type not in _MARGINED:
                funded += float(each.value or 0)
        for currency, amount in cash.items():
            worth = rate(currency) if currency != base else None
            funded += float(amount * worth) if worth is not None else 0.0
        if count == len(missing) and not funded:
            return ShockGrid((), tuple(sorted(missing)))
        moves = CURRENCIES if funded or any(foreign) else (0,)
        return ShockGrid(tuple(_cells(home, foreign, funded, moves)), tuple(sorted(missing)))

    def _changes(
        self, each: Holding, base: str, rate: Callable[[str], Decimal | None], left: list[int]
    ) -> Iterable[float] | None:
        """Return what a position would gain in each cell, None where nothing tells."""
        if each.sec_type in _LINEAR:
            value = each.value
            return None if value is None else [float(value) * p / 100 for _, p in _CELLS]
        if each.sec_type not in _OPTIONS:
            return None
        details = self._details(each.con_id)
        fx = Decimal(1) if each.currency == base else rate(each.currency)
        now = option_now(details, self._greeks(each.con_id), self._clock.now())
        if now is None or details is None or fx is None or each.value is None:
            return None
        units = float(each.quantity * details.multiplier / details.price_magnifier * fx)
        return [units * change for change in self._of_option(each.con_id, now, left)]

    def _of_option(self, con_id: ConId, now: OptionNow, left: list[int]) -> tuple[float, ...]:
        known = self._known.get(con_id)
        if known is not None and (left[0] <= 0 or not _moved(known[0], now)):
            return known[1]
        left[0] -= known is not None
        changes = changes_of(now)
        self._known[con_id] = (now, changes)
        return changes


def _moved(before: OptionNow, now: OptionNow) -> bool:
    """Tell whether the market moved by more than the estimate can tell: a tenth of a percent."""
    return (
        abs(now.spot / before.spot - 1) > 0.001
        or abs(now.volatility / before.volatility - 1) > 0.001
        or abs(now.years - before.years) > 1 / 365 / 24
    )


def _cells(
    home: list[float], foreign: list[float], funded: float, moves: tuple[int, ...]
) -> Iterable[Scenario]:
    for fx in moves:
        for number, (volatility, price) in enumerate(_CELLS):
            abroad = (funded + foreign[number]) * (1 + fx / 100) - funded
            result = Decimal(str(round(home[number] + abroad, 2)))
            yield Scenario(Decimal(price), result, Decimal(volatility), Decimal(fx))
