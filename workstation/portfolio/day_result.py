"""The result of today's trades, from our own fills and quotes, for the loss limits (R12, R13)."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from workstation.domain.account import AccountSummary
from workstation.domain.clock import Clock
from workstation.domain.execution import Commission, Execution
from workstation.domain.ids import AccountId, ConId, ExecId
from workstation.domain.ports import ContractSource, PositionSource, QuoteSource
from workstation.domain.quote import Quote
from workstation.domain.reports import PnlReport
from workstation.portfolio.broker_day import BrokerDay, DayMark
from workstation.portfolio.exposures import Rate, mark, no_rate
from workstation.risk.facts import ONE, exact
from workstation.risk.limits import LossMeasure
from workstation.risk.trading_day import MIDNIGHT, DayBoundary, boundary_of

_NONE = Decimal(0)

Lot = tuple[Decimal, Decimal | None]
"""Signed quantity, and the price it was opened at, None where that is not known."""


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The day's result in base currency and its best so far; None where not known.

    `week` is the week's result, `below_best` the fall from the best of all days. `is_awaited`
    says that the broker's figure is still of the day before, and so is not known. `is_estimated`
    says that a fill came without its price, and counts at the broker's average of its order or
    else at the market when it came.
    """

    pnl: Decimal | None = None
    best: Decimal | None = None
    week: Decimal | None = None
    below_best: Decimal | None = None
    is_awaited: bool = False
    is_estimated: bool = False

    @property
    def below_peak(self) -> Decimal | None:
        """How far the result has fallen from its best; never negative."""
        return None if self.pnl is None or self.best is None else self.best - self.pnl


@dataclass(slots=True)
class _Trades:
    """Today's fills of one contract, the newest revision of each."""

    fills: dict[str, Execution] = field(default_factory=dict)
    booked: tuple[object, ...] = ()
    marks: dict[str, Decimal] = field(default_factory=dict)
    realized: Decimal = _NONE
    open_lots: deque[Lot] = field(default_factory=deque)


Key = tuple[AccountId, ConId]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBest:
    """The best result of a day so far, as the journal keeps it over a restart."""

    account: AccountId
    day: date
    measure: LossMeasure
    best: Decimal


def at_midnight(_account: AccountId) -> DayBoundary:
    """Begin every day at midnight in New York."""
    return boundary_of(MIDNIGHT)


class DayResult:
    """Keeps today's trades and values them when asked to look. Core thread."""

    def __init__(
        self,
        clock: Clock,
        positions: PositionSource,
        quotes: QuoteSource,
        contracts: ContractSource,
        summary: Callable[[AccountId], AccountSummary | None],
        commission: Callable[[ExecId], Commission | None],
        rate: Rate = no_rate,
        boundary: Callable[[AccountId], DayBoundary] | None = None,
    ) -> None:
        self.told_price: Callable[[Execution], Decimal | None] = _untold
        """What the broker's averages say of a fill that came without its price."""
        self._rate = rate
        self._boundary = boundary or at_midnight
        self._clock = clock
        self._positions = positions
        self._quotes = quotes
        self._contracts = contracts
        self._summary = summary
        self._commission = commission
        self._days: dict[AccountId, date] = {}
        self._trades: dict[Key, _Trades] = {}
        self._broker: dict[AccountId, BrokerDay] = {}
        self._best: dict[tuple[AccountId, LossMeasure, date], Decimal] = {}
        """By day: a clock that jumps must neither lose a day's best nor lend it to another."""

        self._left: dict[tuple[AccountId, date], DayMark] = {}

    def take(self, execution: Execution) -> None:
        """Count a fill of today; an older revision changes nothing, a bust counts nothing."""
        today = self._turn(execution.account)
        if self._boundary(execution.account).day_of(execution.time) != today:
            return
        self._broker_day(execution.account).filled()
        trades = self._trades.setdefault((execution.account, execution.con_id), _Trades())
        known = trades.fills.get(execution.base_id)
        if known is None or known.revision < execution.revision:
            trades.fills[execution.base_id] = execution
            if execution.lacks_price:
                self._price_of(execution, trades, self._quotes.quote(execution.con_id))

    def take_pnl(self, report: PnlReport, ended_with: Decimal | None = None) -> None:
        """Keep the broker's own daily figure of an account.

        `ended_with` is the last figure known of a day before, from the journal.
        """
        if report.con_id is None:
            self._turn(report.account)
            self._broker_day(report.account).take(report, ended_with)

    def figures(self, account: AccountId, measure: LossMeasure) -> DayFigures:
        """Value the day now and remember its best."""
        today = self._turn(account)
        is_awaited = is_estimated = False
        if measure is LossMeasure.ACCOUNT:
            pnl, is_awaited = self._of_broker(account)
        else:
            pnl = self._of_trades(account)
            is_estimated = self._lacks_price(account)
        known = self._best.get((account, measure, today))
        if pnl is None:
            return DayFigures(None, known, is_awaited=is_awaited)
        best = self._best[account, measure, today] = max(pnl, _NONE if known is None else known)
        return DayFigures(pnl, best, is_estimated=is_estimated)

    def _lacks_price(self, account: AccountId) -> bool:
        return any(
            fill.lacks_price
            for (owner, _), trades in self._trades.items()
            if owner == account
            for fill in trades.fills.values()
        )

    def _price_of(
        self, execution: Execution, trades: _Trades, quote: Quote | None
    ) -> Decimal | None:
        """Return the price of a fill; without one the broker's average, else the first market."""
        if execution.price is not None or not execution.quantity:
            return execution.price
        told = self.told_price(execution)
        if told is not None:
            return told
        market = mark(quote)
        if market is not None:
            trades.marks.setdefault(execution.base_id, market)
        return trades.marks.get(execution.base_id)

    def _of_broker(self, account: AccountId) -> tuple[Decimal | None, bool]:
        day = self._broker_day(account)
        return day.pnl, day.is_of_yesterday

    def _broker_day(self, account: AccountId) -> BrokerDay:
        return self._broker.setdefault(account, BrokerDay())

    def fills(self, account: AccountId, con_id: ConId) -> tuple[Execution, ...]:
        """Return today's fills of a contract by their newest revision."""
        self._turn(account)
        trades = self._trades.get((account, con_id))
        return () if trades is None else tuple(trades.fills.values())

    def restore(self, best: DayBest) -> None:
        """Take the best of a run before this one."""
        place = (best.account, best.measure, best.day)
        self._best[place] = max(self._best.get(place, _NONE), best.best)

    def today(self, account: AccountId) -> date:
        """Return the trading day of an account."""
        return self._turn(account)

    def forget(self, account: AccountId) -> None:
        """Drop the trades of an account, to count them anew."""
        for key in [key for key in self._trades if key[0] == account]:
            del self._trades[key]

    def _turn(self, account: AccountId) -> date:
        """Begin anew with a new day of an account, and return it."""
        today = self._boundary(account).day_of(self._clock.now())
        if self._days.get(account) != today:
            if account in self._days:
                self.forget(account)
                self._turn_broker(account, self._days[account], today)
            self._days[account] = today
        return today

    def _turn_broker(self, account: AccountId, before: date, today: date) -> None:
        """Begin the broker's day anew, unless the clock only comes back to one it had left."""
        broker = self._broker_day(account)
        self._left[account, before] = broker.mark
        left = self._left.get((account, today))
        if left is not None and (today < before or left.began):
            broker.come_back(left)
        else:
            broker.turn()

    def _of_trades(self, account: AccountId) -> Decimal | None:
        summary = self._summary(account)
        total = _NONE
        for (owner, con_id), trades in self._trades.items():
            if owner != account:
                continue
            details = self._contracts.details(con_id)
            if details is None or summary is None:
                return None
            fx = self._worth(account, details.contract.currency, summary.currency)
            points = self._points(account, con_id, trades)
            if points is None or fx is None:
                return None
            total += points * details.multiplier / details.price_magnifier * fx
            total -= self._costs(account, trades, summary.currency)
        return total

    def _points(self, account: AccountId, con_id: ConId, trades: _Trades) -> Decimal | None:
        """Return the result in price points times quantity; None without a price for the rest."""
        quote = self._quotes.quote(con_id)
        if not self._book(self._positions.quantity(account, con_id), trades, quote):
            return None
        price = mark(quote)
        if not trades.open_lots:
            return trades.realized
        if price is None:
            return None
        open_points = (
            quantity * (price - paid) for quantity, paid in trades.open_lots if paid is not None
        )
        return trades.realized + sum(open_points, _NONE)

    def _book(self, position: Decimal, trades: _Trades, quote: Quote | None) -> bool:
        """Match today's fills first in, first out; what came over night stands at the last close.

        Without a close an overnight lot stands at the price it is closed at: no result. False
        while a fill has no price, not even an estimate.
        """
        fills = sorted(trades.fills.values(), key=lambda each: (each.time, each.exec_id))
        overnight = position - sum((each.side.sign * each.quantity for each in fills), _NONE)
        close = exact(quote.close) if quote is not None else None
        priced = [(each, self._price_of(each, trades, quote)) for each in fills if each.quantity]
        paid = [price for _, price in priced if price is not None]
        if len(paid) < len(priced):
            return False
        state = (overnight, close, tuple((each.exec_id, price) for each, price in priced))
        if state == trades.booked:
            return True
        kept: deque[Lot] = deque()
        if overnight:
            kept.append((overnight, close))
        realized = _NONE
        today: deque[Lot] = deque()
        for (each, _), price in zip(priced, paid, strict=True):
            left = each.side.sign * each.quantity
            left, gained = _match(kept, left, price)
            realized += gained
            left, gained = _match(today, left, price)
            realized += gained
            if left:
                today.append((left, price))
        trades.booked, trades.realized, trades.open_lots = state, realized, today
        return True

    def _worth(self, account: AccountId, currency: str, base: str) -> Decimal | None:
        return ONE if currency == base else self._rate(account, currency)

    def _costs(self, account: AccountId, trades: _Trades, base: str) -> Decimal:
        """Sum what the fills have cost; one in a currency without a rate counts nothing."""
        total = _NONE
        for each in map(self._commission, (fill.exec_id for fill in trades.fills.values())):
            fx = None if each is None else self._worth(account, each.currency, base)
            if each is not None and fx is not None:
                total += each.commission * fx
        return total


def _untold(_execution: Execution) -> None:
    """Stand in where nobody knows the orders behind the fills."""


def _match(lots: deque[Lot], left: Decimal, price: Decimal) -> tuple[Decimal, Decimal]:
    """Close lots of the other sign; return what is left of the fill, and the points gained."""
    gained = _NONE
    while left and lots and lots[0][0] * left < 0:
        quantity, paid = lots[0]
        closed = min(abs(quantity), abs(left))
        sign = 1 if quantity > 0 else -1
        if paid is not None:
            gained += sign * closed * (price - paid)
        left += sign * closed
        rest = quantity - sign * closed
        lots.popleft()
        if rest:
            lots.appendleft((rest, paid))
    return left, gained
