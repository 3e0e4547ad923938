"""What the whole account holds and has gained today, for the checks and for the window."""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import msgspec

from workstation.desk.figures_desk import FiguresDesk
from workstation.desk.recent_previews import RecentPreviews
from workstation.domain.account import AccountSummary, PositionView
from workstation.domain.clock import Clock
from workstation.domain.execution import Execution
from workstation.domain.ids import AccountId
from workstation.domain.order_source import is_automatic
from workstation.domain.pnl_check import PnlCheck
from workstation.domain.ports import ContractSource, QuoteSource
from workstation.domain.reports import PnlReport
from workstation.oms.orders import OrderBook
from workstation.portfolio.day_result import DayBest, DayFigures, DayResult
from workstation.portfolio.exposures import Exposures, Rate, no_rate
from workstation.portfolio.periods import DaySoFar, Periods
from workstation.portfolio.pnl_check import DayLedger, checked, largest_first
from workstation.portfolio.positions import Positions
from workstation.portfolio.strategies import Strategies
from workstation.risk.facts import ONE
from workstation.risk.limits import Limits, LossMeasure
from workstation.risk.trading_day import MIDNIGHT, DayBoundary, boundary_of
from workstation.storage.journal_file import Entry

BY_HAND, ELSEWHERE = "by hand", "TWS and other clients"
"""Where a fill comes from that no strategy and no order reference names."""

KEEP_SECONDS = 60.0
"""How often a day's result goes to the journal at most."""

KEPT_DAYS = 10
"""Of so many days the best goes on into a journal that begins anew."""

DAY_SECONDS = 0.5
"""How long the day's figures stand; an order in between does not value every fill anew."""


class AccountRisk:
    """Values positions and the day. Core thread."""

    def __init__(
        self,
        clock: Clock,
        positions: Positions,
        quotes: QuoteSource,
        contracts: ContractSource,
        orders: OrderBook,
        summary: Callable[[AccountId], AccountSummary | None],
        limits: Callable[[AccountId], Limits | None],
        rate: Rate = no_rate,
    ) -> None:
        self.positions = positions
        self.quotes = quotes
        self.contracts = contracts
        self.orders = orders
        self.summary = summary
        self.limits = limits
        self.clock = clock
        self.previews = RecentPreviews(clock)
        self.exposures = Exposures(clock, positions, quotes, contracts, summary, rate)
        self._result = DayResult(
            clock, positions, quotes, contracts, summary, orders.commission, rate, self._boundary
        )
        self._result.told_price = orders.told_price
        self.record: Callable[[object], None] = _forget
        self.is_settled: Callable[[], bool] = _settled
        """Whether positions and fills are both the broker's; between them a day has no result."""
        self._best: dict[tuple[AccountId, LossMeasure, date], DayBest] = {}
        self._days: dict[AccountId, date] = {}
        self.rate = rate
        self.strategies = Strategies(self._strategy_of)
        self._periods = Periods()
        self._kept_days: dict[tuple[AccountId, LossMeasure], float] = {}
        self._kept: dict[tuple[AccountId, LossMeasure], tuple[float, DayFigures]] = {}
        self._settled_days: dict[tuple[AccountId, LossMeasure, date], DayFigures] = {}

    def take(self, execution: Execution) -> None:
        """Count a fill of today; of a combination its legs."""
        if execution.is_whole_combo:
            return
        self._kept.clear()
        self._result.take(execution)
        self.strategies.take(execution)

    def take_all(self, executions: Iterable[Execution]) -> None:
        """Count the executions of the journal: of the day's result those of today."""
        for execution in executions:
            self.take(execution)
        for best in self._best.values():
            self._result.restore(best)

    def _strategy_of(self, execution: Execution) -> str:
        """Name what sent the order of a fill: a rule or strategy, a hand, or another client."""
        order = self.orders.find(
            execution.perm_id, execution.order_ref, execution.client_id, execution.order_id
        )
        if order is not None and order.draft is not None:
            source = order.draft.source
            return source if is_automatic(source) else BY_HAND
        return execution.order_ref or ELSEWHERE

    def remembering(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Pass the journal through, and take the newest best of each day from it."""
        for entry in entries:
            if entry.event == DayBest.__name__:
                best = msgspec.json.decode(entry.body, type=DayBest)
                self._best[best.account, best.measure, best.day] = best
            elif entry.event == DaySoFar.__name__:
                self._periods.take(msgspec.json.decode(entry.body, type=DaySoFar))
            yield entry

    def kept(self) -> tuple[tuple[DaySoFar, ...], tuple[DayBest, ...]]:
        """Return what the journal holds of the days, for one that begins anew."""
        newest = max((best.day for best in self._best.values()), default=date.min)
        bests = (best for best in self._best.values() if (newest - best.day).days <= KEPT_DAYS)
        return self._periods.all(), tuple(bests)

    def _with_periods(
        self, account: AccountId, measure: LossMeasure, day: DayFigures
    ) -> DayFigures:
        """Add the week and the fall from the best of all days."""
        if day.pnl is None or day.best is None:
            return day
        place = (account, measure, self._result.today(account), day.pnl)
        week, below = self._periods.week(*place), self._periods.below_best(*place, day.best)
        return replace(day, week=week, below_best=below)

    def _keep_day(self, account: AccountId, measure: LossMeasure, figures: DayFigures) -> None:
        """Put the day's result on record, now and then and only where it moved."""
        now, key = self.clock.monotonic(), (account, measure)
        if figures.pnl is None or figures.best is None:
            return
        today = self._result.today(account)
        if self._periods.is_over(account, measure, today):
            return  # the machine's clock was set back: that day's result stands
        known = self._periods.known(account, measure, today)
        is_new = known is None or now - self._kept_days.get(key, -KEEP_SECONDS) >= KEEP_SECONDS
        if is_new and (known is None or (known.pnl, known.best) != (figures.pnl, figures.best)):
            pnl, best = figures.pnl, figures.best
            day = DaySoFar(account=account, day=today, measure=measure, pnl=pnl, best=best)
            self._kept_days[key] = now
            self._periods.take(day)
            self.record(day)

    def keep_best(self, account: AccountId) -> None:
        """Put the day's best on record when it rose, and its result; called each second."""
        figures, limits = self.day(account), self.limits(account)
        if figures.best is None or limits is None:
            return
        measure = limits.daily_loss_measure
        self._keep_day(account, measure, figures)
        today = self._result.today(account)
        known = self._best.get((account, measure, today))
        if known is None or figures.best > known.best:
            best = DayBest(account=account, day=today, measure=measure, best=figures.best)
            self._best[account, measure, today] = best
            self.record(best)

    def pnl_checks(self, account: AccountId) -> Generator[None, None, tuple[PnlCheck, ...]]:
        """Compare the broker's daily result of each contract with our own, a contract a step."""
        found = []
        for view in self.positions.each_view(account):
            found.append(checked(self._ledger(account, view)))
            yield
        return largest_first(found)

    def _ledger(self, account: AccountId, view: PositionView) -> DayLedger:
        details, summary = self.contracts.details(view.con_id), self.summary(account)
        fills = self._result.fills(account, view.con_id)
        currency = details.contract.currency if details is not None else ""
        costs = [self.orders.commission(each.exec_id) for each in fills]
        known = [each for each in costs if each is not None and each.currency == currency]
        base = summary.currency if summary is not None else ""
        return DayLedger(
            position=view,
            details=details,
            quote=self.quotes.quote(view.con_id),
            fills=fills,
            fees=sum((each.commission for each in known), Decimal(0)),
            unreported=len(costs) - len(known),
            fx=ONE if currency == base else self.rate(account, currency),
        )

    def recount(self, account: AccountId) -> None:
        """Count the day's trades anew: the limits may say now that it begins at another time."""
        self._kept.clear()
        self._result.forget(account)
        for execution in self.orders.executions():
            if execution.account == account and not execution.is_whole_combo:
                self._result.take(execution)

    def _today(self, account: AccountId) -> date:
        """Return the day; where it is another, with the trades that the broker dates to it.

        A clock that jumps forward or back and returns finds every day as it was left.
        """
        today = self._result.today(account)
        before = self._days.setdefault(account, today)
        self._days[account] = today
        if today != before:
            self.recount(account)
        return today

    def _boundary(self, account: AccountId) -> DayBoundary:
        limits = self.limits(account)
        return boundary_of(MIDNIGHT if limits is None else limits.day_begins)

    def take_pnl(self, report: PnlReport) -> None:
        """Keep the broker's own daily figure."""
        today = self._result.today(report.account)
        before = self._periods.ended_with(report.account, LossMeasure.ACCOUNT, today)
        self._result.take_pnl(report, before)

    def day(self, account: AccountId) -> DayFigures:
        """Return the day's result by the measure of the account's limits.

        While positions and fills are being compared with the broker's, fills without their
        positions would look like gains and losses over night: what stood before it stands.
        """
        limits = self.limits(account)
        measure = LossMeasure.TRADES if limits is None else limits.daily_loss_measure
        place = (account, measure, self._today(account))
        if not self.is_settled():
            return self._settled_days.get(place, DayFigures())
        now = self.clock.monotonic()
        kept = self._kept.get((account, measure))
        if kept is not None and now - kept[0] < DAY_SECONDS:
            return kept[1]
        figures = self._with_periods(account, measure, self._result.figures(account, measure))
        self._kept[account, measure] = (now, figures)
        self._settled_days = {k: v for k, v in self._settled_days.items() if k[:2] != place[:2]}
        self._settled_days[place] = figures
        return figures


def _settled() -> bool:
    """Stand in where nothing is compared with a broker."""
    return True


def _forget(_note: object) -> None:
    """Stand in until the desk records."""


def account_risk(
    clock: Clock,
    figures: FiguresDesk,
    contracts: ContractSource,
    orders: OrderBook,
    limits: Callable[[AccountId], Limits | None],
) -> AccountRisk:
    """Build it over the desk's figures."""
    return AccountRisk(
        clock,
        figures.positions,
        figures.quotes,
        contracts,
        orders,
        figures.balances.summary,
        limits,
        figures.balances.rate,
    )
