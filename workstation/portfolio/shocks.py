"""What the positions would do if prices, volatility and currencies moved at once: an estimate.

Stocks and futures follow their price one for one. Options are valued anew by the formula of
Black and Scholes with the broker's implied volatility and no interest; an early exercise is worth
nothing to it. What has no model is left out and named.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from workstation.domain.clock import Clock
from workstation.domain.contract import ContractDetails
from workstation.domain.greeks import Greeks
from workstation.domain.ids import ConId
from workstation.domain.limit_use import Scenario
from workstation.domain.shock_groups import GroupScenario, ShockGroup
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
_LEAST = 1e-6
"""What is left of a price or a volatility that falls by all of it: the formula takes no nought."""

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
    groups: tuple[GroupScenario, ...] = ()


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


Stretch = tuple[float, float]
"""How many times the grid's moves a position's price and volatility move."""

PLAIN: Stretch = (1.0, 1.0)


def stretched(percent: int, times: float) -> float:
    """Return a move in percent times a factor; nothing falls below nothing."""
    return max(percent * times, -100.0)


def changes_of(option: OptionNow, stretch: Stretch = PLAIN) -> tuple[float, ...]:
    """Return how much one unit would gain in each cell of the grid."""

    def value(price: int, volatility: int) -> float:
        return option_value(
            option.right,
            option.spot * max(1 + stretched(price, stretch[0]) / 100, _LEAST),
            option.strike,
            option.years,
            option.volatility * max(1 + stretched(volatility, stretch[1]) / 100, _LEAST),
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
        self._known: dict[ConId, tuple[OptionNow, Stretch, tuple[float, ...]]] = {}

    def grid(
        self,
        holdings: Iterable[Holding],
        base: str,
        rate: Callable[[str], Decimal | None],
        cash: Mapping[str, Decimal],
        groups: Sequence[ShockGroup] = (),
    ) -> ShockGrid:
        """Return every cell, in the currency `base`; nothing without positions.

        Money in other currencies counts by `cash`; the currency pairs that made it are in it. A
        position of one of the groups, the first that takes it, moves by the group's factors.
        """
        home, foreign = [0.0] * len(_CELLS), [0.0] * len(_CELLS)
        funded, missing, left, count = 0.0, [], [AT_A_TIME], 0
        sums = _GroupSums(groups)
        for each in holdings:
            if each.sec_type == "CASH":
                continue
            count += 1
            group, stretch = sums.of(each)
            changes = self._changes(each, base, rate, left, stretch)
            if changes is None:
                missing.append(each.name)
                continue
            into = home if each.currency == base else foreign
            for number, change in enumerate(changes):
                into[number] += change
            sums.add(group, each, changes)
            if each.currency != base and each.sec_type not in _MARGINED:
                funded += float(each.value or 0)
        for currency, amount in cash.items():
            worth = rate(currency) if currency != base else None
            funded += float(amount * worth) if worth is not None else 0.0
        if count == len(missing) and not funded:
            return ShockGrid((), tuple(sorted(missing)))
        moves = CURRENCIES if funded or any(foreign) else (0,)
        cells = tuple(_cells(home, foreign, funded, moves))
        return ShockGrid(cells, tuple(sorted(missing)), sums.rows())

    def _changes(
        self,
        each: Holding,
        base: str,
        rate: Callable[[str], Decimal | None],
        left: list[int],
        stretch: Stretch,
    ) -> Sequence[float] | None:
        """Return what a position would gain in each cell, None where nothing tells."""
        if each.sec_type in _LINEAR:
            value = each.value
            if value is None:
                return None
            return [float(value) * stretched(p, stretch[0]) / 100 for _, p in _CELLS]
        if each.sec_type not in _OPTIONS:
            return None
        details = self._details(each.con_id)
        fx = Decimal(1) if each.currency == base else rate(each.currency)
        now = option_now(details, self._greeks(each.con_id), self._clock.now())
        if now is None or details is None or fx is None or each.value is None:
            return None
        units = float(each.quantity * details.multiplier / details.price_magnifier * fx)
        return [units * change for change in self._of_option(each.con_id, now, left, stretch)]

    def _of_option(
        self, con_id: ConId, now: OptionNow, left: list[int], stretch: Stretch
    ) -> tuple[float, ...]:
        known = self._known.get(con_id)
        if (
            known is not None
            and known[1] == stretch
            and (left[0] <= 0 or not _moved(known[0], now))
        ):
            return known[2]
        left[0] -= known is not None
        changes = changes_of(now, stretch)
        self._known[con_id] = (now, stretch, changes)
        return changes


class _GroupSums:
    """What each group would do alone, summed while the grid is worked out."""

    def __init__(self, groups: Sequence[ShockGroup]) -> None:
        self._groups = groups
        self._members: dict[str, list[str]] = {each.name: [] for each in groups}
        self._sums = {each.name: [0.0] * len(_CELLS) for each in groups}

    def of(self, each: Holding) -> tuple[ShockGroup | None, Stretch]:
        """Return the first group that takes a position, and how far it moves."""
        names = (each.symbol, each.name)
        for group in self._groups:
            if group.takes(names, each.underlying or each.symbol, each.sector):
                return group, (float(group.price), float(group.volatility))
        return None, PLAIN

    def add(self, group: ShockGroup | None, each: Holding, changes: Iterable[float]) -> None:
        """Count a position of a group."""
        if group is None:
            return
        self._members[group.name].append(each.name or each.symbol)
        into = self._sums[group.name]
        for number, change in enumerate(changes):
            into[number] += change

    def rows(self) -> tuple[GroupScenario, ...]:
        """Return every group with its result at each move of the prices alone."""
        return tuple(
            GroupScenario(
                each.name,
                each.price,
                each.volatility,
                tuple(sorted(self._members[each.name])),
                tuple(
                    (Decimal(price), Decimal(str(round(self._sums[each.name][number], 2))))
                    for number, (volatility, price) in enumerate(_CELLS)
                    if not volatility
                ),
            )
            for each in self._groups
        )


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
