"""What the account holds together, each second: groups, shocks, and a bad day; for the window."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from workstation.desk.account_risk import AccountRisk
from workstation.desk.coming_splits import AskBroker, ask_nobody
from workstation.desk.daily_bars import DailyBars, RequestBars
from workstation.desk.figures_desk import FiguresDesk
from workstation.desk.open_by_choice import OpenByChoice
from workstation.desk.page_questions import PageQuestions
from workstation.desk.shock_groups import ShockGroups
from workstation.domain.greeks import Greeks
from workstation.domain.ids import AccountId, ConId
from workstation.domain.limit_use import ExposureRow, Scenario, TailRisk
from workstation.domain.shock_groups import GroupScenario
from workstation.portfolio.exposures import Book
from workstation.portfolio.scenarios import OptionRisk, exposure_rows, option_risk, tail_risk
from workstation.portfolio.shocks import Shocks

MODEL_GREEKS = 13
"""Tick type of the broker's own option model."""

TAIL_SECONDS = 60.0
"""How often the estimate of a bad day is worked out: it is much work and moves little."""


def _nothing(_con_id: ConId) -> None:
    """Stand in where nothing is looked up or known."""


def _no_cash(_account: AccountId) -> dict[str, Decimal]:
    """Stand in where no ledger is kept."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioSources:
    """Where the figures come from; all on the core thread.

    `need` looks a contract up, `greeks` is the broker's model, `cash` the ledger by currency.
    `groups` move by factors of their own, `ask` puts a question to the broker, `choices` are the
    positions that stand without a stop on purpose.
    """

    request_bars: RequestBars
    need: Callable[[ConId], None] = _nothing
    greeks: Callable[[ConId], Greeks | None] = _nothing
    cash: Callable[[AccountId], Mapping[str, Decimal]] = _no_cash
    groups: ShockGroups = field(default_factory=ShockGroups)
    ask: AskBroker = ask_nobody
    choices: OpenByChoice | None = None


@dataclass(frozen=True, slots=True)
class PortfolioFigures:
    """One look at the account; estimates but for the exposures."""

    exposures: tuple[ExposureRow, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    unmodelled: tuple[str, ...] = ()
    tail: TailRisk | None = None
    groups: tuple[GroupScenario, ...] = ()


class PortfolioWatch:
    """Works the figures out. Core thread."""

    def __init__(self, risk: AccountRisk, sources: PortfolioSources) -> None:
        self._risk = risk
        self._sources = sources
        self._bars = DailyBars(risk.clock, sources.request_bars)
        self._shocks = Shocks(risk.clock, risk.contracts.details, sources.greeks)
        self._tail: TailRisk | None = None
        self._tail_at = -TAIL_SECONDS
        self._known_returns = 0

    def look(self, account: AccountId) -> Generator[None, None, PortfolioFigures]:
        """Work the figures out in steps, and ask for the bars and contracts that are missing."""
        risk = self._risk
        book, summary = risk.exposures.book(account), risk.summary(account)
        below = self._underlyings(book)
        self._bars.ask((*book.holdings, *below))
        base = summary.currency if summary is not None else ""
        yield
        grid = self._shocks.grid(
            book.holdings.values(),
            base,
            lambda currency: risk.rate(account, currency),
            self._sources.cash(account),
            self._sources.groups.now(),
        )
        yield
        groups = yield from exposure_rows(book)
        yield
        rows = (*groups, *risk.strategies.rows(account, book.holdings))
        yield
        tail = self._tail_of(account, book, base)
        return PortfolioFigures(rows, grid.scenarios, grid.unmodelled, tail, grid.groups)

    def _underlyings(self, book: Book) -> dict[ConId, None]:
        """Return what the options held rest on; its sector and its past are needed too."""
        found: dict[ConId, None] = {}
        for con_id in book.holdings:
            details = self._risk.contracts.details(con_id)
            if details is not None and details.under_con_id:
                found[details.under_con_id] = None
                self._sources.need(details.under_con_id)
        return found

    def _tail_of(self, account: AccountId, book: Book, base: str) -> TailRisk | None:
        now, returns = self._risk.clock.monotonic(), self._bars.returns
        if now - self._tail_at >= TAIL_SECONDS or len(returns) != self._known_returns:
            self._tail_at, self._known_returns = now, len(returns)
            options = self._options(account, book, base)
            self._tail = tail_risk(book.holdings.values(), returns, options)
        return self._tail

    def _options(self, account: AccountId, book: Book, base: str) -> dict[ConId, OptionRisk]:
        found: dict[ConId, OptionRisk] = {}
        for con_id, holding in book.holdings.items():
            foreign = holding.currency != base
            fx = self._risk.rate(account, holding.currency) if foreign else Decimal(1)
            details = self._risk.contracts.details(con_id)
            if details is None or not details.contract.right:
                continue
            known = option_risk(holding, details, self._sources.greeks(con_id), fx)
            if known is not None:
                found[con_id] = known
        return found


def portfolio_sources(
    questions: PageQuestions, need: Callable[[ConId], None], figures: FiguresDesk
) -> PortfolioSources:
    """Take the figures from the desk's own."""
    return PortfolioSources(
        request_bars=questions.bars,
        ask=questions.ask,
        need=need,
        greeks=lambda con_id: figures.quotes.greeks(con_id, MODEL_GREEKS),
        cash=figures.balances.cash,
    )
