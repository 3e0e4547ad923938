"""What the whole account holds and has gained today, for the checks and for the window."""

from collections.abc import Callable, Iterable

from workstation.desk.figures_desk import FiguresDesk
from workstation.desk.recent_previews import RecentPreviews
from workstation.domain.account import AccountSummary
from workstation.domain.clock import Clock
from workstation.domain.execution import Execution
from workstation.domain.ids import AccountId
from workstation.domain.ports import ContractSource, QuoteSource
from workstation.domain.reports import PnlReport
from workstation.oms.orders import OrderBook
from workstation.portfolio.day_result import DayFigures, DayResult
from workstation.portfolio.exposures import Exposures, Rate, no_rate
from workstation.portfolio.positions import Positions
from workstation.risk.limits import Limits, LossMeasure

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
            clock, positions, quotes, contracts, summary, orders.commission, rate
        )
        self.rate = rate
        self._kept: dict[tuple[AccountId, LossMeasure], tuple[float, DayFigures]] = {}

    def take(self, execution: Execution) -> None:
        """Count a fill of today; of a combination its legs."""
        if execution.is_whole_combo:
            return
        self._kept.clear()
        self._result.take(execution)

    def take_all(self, executions: Iterable[Execution]) -> None:
        """Count those of today among the executions of the journal."""
        for execution in executions:
            self.take(execution)

    def take_pnl(self, report: PnlReport) -> None:
        """Keep the broker's own daily figure."""
        self._result.take_pnl(report)

    def day(self, account: AccountId) -> DayFigures:
        """Return the day's result by the measure of the account's limits."""
        limits = self.limits(account)
        measure = LossMeasure.TRADES if limits is None else limits.daily_loss_measure
        now = self.clock.monotonic()
        kept = self._kept.get((account, measure))
        if kept is not None and now - kept[0] < DAY_SECONDS:
            return kept[1]
        figures = self._result.figures(account, measure)
        self._kept[account, measure] = (now, figures)
        return figures


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
