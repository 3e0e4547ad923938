"""How the account stands each second: limits, exposure, protection; for window and alarms."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from workstation.desk.account_risk import AccountRisk
from workstation.desk.broker_uses import broker_uses
from workstation.desk.coming_splits import ComingSplits
from workstation.desk.limit_monitor import DAY_LOSS, LimitMonitor
from workstation.desk.limits import Notify
from workstation.desk.naked_guard import NakedGuard
from workstation.desk.portfolio_watch import PortfolioSources, PortfolioWatch
from workstation.desk.session_lock import SessionLock
from workstation.desk.spread import Work, at_once
from workstation.domain.account import masked
from workstation.domain.commands import Done, Failed
from workstation.domain.execution import Execution
from workstation.domain.ids import AccountId
from workstation.domain.limit_use import LimitUse, RiskView
from workstation.domain.notice import Severity
from workstation.domain.pnl_check import PnlCheck
from workstation.oms.actions import Actions
from workstation.oms.efficiency import OrderEfficiency
from workstation.portfolio.day_result import DayFigures
from workstation.portfolio.exposures import Book
from workstation.risk.limits import Limits, LossAction, TwoLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskSources:
    """Where the figures come from; all on the core thread.

    `account` is the one that the window shows, `accounts` are all that the session manages.
    """

    account: Callable[[], AccountId | None]
    accounts: Callable[[], tuple[AccountId, ...]]
    account_risk: AccountRisk
    pending_limits: Callable[[AccountId], tuple[str, ...]]
    actions: Callable[[], Actions]
    gate: Callable[[AccountId], tuple[Decimal, Decimal | None]]
    efficiency: Callable[[], OrderEfficiency]
    portfolio: PortfolioSources
    reduce_only: Callable[[str], None]
    notify: Notify
    lock: SessionLock
    rolling: Callable[[], int] = lambda: 0
    spread: Callable[[Work], None] = at_once


_NONE = Decimal(0)
CHECK_SECONDS = 5.0
"""How often the day's results are compared with the broker's."""


class RiskWatch:
    """Publishes a RiskView when it differs from the last, and raises its alarms. Core thread."""

    def __init__(self, sources: RiskSources) -> None:
        self._sources = sources
        self._last: RiskView | None = None
        self._dirty = False
        self._rest = RiskView(AccountId(""), ())
        self._checks: tuple[PnlCheck, ...] = ()
        self._checked_at = -CHECK_SECONDS
        self._monitor = LimitMonitor(sources.notify, sources.reduce_only, self._on_breach)
        self.flatten: Callable[[AccountId], Done | Failed] = _cannot
        self._to_flatten: set[AccountId] = set()
        self._awaited: set[AccountId] = set()
        risk = sources.account_risk
        self.guard = NakedGuard(
            risk.clock,
            risk.orders,
            risk.positions,
            risk.quotes,
            risk.contracts,
            sources.notify,
            ComingSplits(risk.clock, sources.portfolio.ask),
            sources.portfolio.choices,
        )
        self._portfolio = PortfolioWatch(risk, sources.portfolio)
        self._is_looking = False

    def look(self) -> None:
        """Work the figures out with the next publishing."""
        self._dirty = True

    def filled(self, execution: Execution) -> None:
        """Begin to wait for the protection of what has just filled."""
        self.guard.filled(execution)

    def sweep(self) -> None:
        """Compare every account with its limits and its stops; called each second.

        With hundreds of positions that is much work, so it is spread over rounds.
        """
        account = self._sources.account()
        if account is not None and not self._is_looking:
            self._is_looking = True
            self._sources.spread(self._look_at_all(account))

    def _on_breach(self, account: AccountId, name: str, reason: str) -> None:
        """Lock the limits until the next session; what is held is closed where that is wished."""
        limits = self._sources.account_risk.limits(account)
        action = None if limits is None else limits.daily_loss_action
        if name == DAY_LOSS and action is LossAction.FLATTEN:
            self._to_flatten.add(account)
        self._sources.lock.lock(account, reason, cools=True)

    def _flatten_now(self) -> None:
        """Flatten what a loss had condemned by the last look; what cannot begin is tried each second.

        Nothing is closed for a loss that is no longer there: it was one wrong print, the day has
        turned, or the price came back. One of unknown size waits.
        """
        for account in tuple(self._to_flatten):
            is_lost = self._is_lost(account)
            if is_lost is False or (is_lost and isinstance(self.flatten(account), Done)):
                self._to_flatten.discard(account)

    def _is_lost(self, account: AccountId) -> bool | None:
        """Tell whether the day's loss stands at its limit now; None while it is not known."""
        risk = self._sources.account_risk
        limits, day = risk.limits(account), risk.day(account)
        if limits is None or limits.daily_loss is None:
            return False
        if limits.daily_loss_action is not LossAction.FLATTEN:
            return False
        return None if day.pnl is None else _rounded(-day.pnl) >= limits.daily_loss

    def _look_at_all(self, account: AccountId) -> Work:
        try:
            yield from self._look_at_each(account)
        finally:
            self._is_looking = False

    def _look_at_each(self, account: AccountId) -> Work:
        others = [each for each in self._sources.accounts() if each != account]
        self._flatten_now()
        faults = self._watch_limits(account, others)
        yield
        for other in others:  # shown or not, it loses money all the same
            try:
                yield from self.guard.check(other)
            except Exception as error:  # noqa: BLE001 - raised below, after the others' turn
                faults.append(error)
        coverages = yield from self.guard.check(account)
        figures = yield from self._portfolio.look(account)
        yield from self._check_results(account)
        self._dirty = True
        self._rest = RiskView(
            account,
            (),
            figures.exposures,
            figures.scenarios,
            coverages,
            figures.tail,
            self._sources.pending_limits(account),
            figures.unmodelled,
            self._checks,
            *self._locked(account),
            figures.groups,
            self._sources.portfolio.groups.fault,
        )
        if faults:
            raise faults[0]

    def _watch_limits(self, account: AccountId, others: Sequence[AccountId]) -> list[Exception]:
        """Compare every account with its limits, whatever fails about another; return what failed."""
        faults: list[Exception] = []
        for each in (account, *others):
            try:
                self._sources.account_risk.keep_best(each)
                uses = self._account_uses(each)
                self._monitor.check(each, uses, "" if each == account else masked(each))
            except Exception as error:  # noqa: BLE001 - the limits of the others still hold
                faults.append(error)
        return faults

    def _locked(self, account: AccountId) -> tuple[datetime | None, str, datetime | None]:
        """Return until when the limits are locked and why, and until when trading cools down."""
        lock = self._sources.lock.of(account)
        cooling = self._sources.lock.cooling_until(account)
        return (None, "", cooling) if lock is None else (lock.until, lock.reason, cooling)

    def _check_results(self, account: AccountId) -> Work:
        """Compare the day's results now and then: the broker's move about once a second."""
        now = self._sources.account_risk.clock.monotonic()
        if now - self._checked_at >= CHECK_SECONDS:
            self._checked_at = now
            self._checks = yield from self._sources.account_risk.pnl_checks(account)

    @property
    def changed(self) -> bool:
        """Whether the figures may have changed."""
        return self._dirty

    def take_changed(self) -> Sequence[RiskView]:
        """Return the newest figures if they differ from the last."""
        self._sources.account_risk.exposures.settle()
        account, dirty, self._dirty = self._sources.account(), self._dirty, False
        if account is None or not dirty:
            return ()
        rest = self._rest if self._rest.account == account else RiskView(account, ())
        view = replace(rest, uses=(*self._uses(account), *self._account_uses(account)))
        if view == self._last:
            return ()
        self._last = view
        return (view,)

    def _uses(self, account: AccountId) -> tuple[LimitUse, ...]:
        """Return the use of the limits that orders are checked against one by one."""
        ask = self._sources
        limits, actions = ask.account_risk.limits(account), ask.actions()
        money = self._currency(account)
        entries, most = ask.gate(account)
        return (
            _count(
                "Order actions, 1 s",
                actions.count(1),
                limits.actions_per_second if limits else None,
            ),
            _count(
                "Order actions, 1 min",
                actions.count(60),
                limits.actions_per_minute if limits else None,
            ),
            _use(
                "Working orders, one side",
                Decimal(self._most_working(account)),
                limits.working_orders if limits else None,
                "orders",
            ),
            *self._funds(account, limits),
            *self._rolling(limits),
            LimitUse("Entries, 1 min", entries, None, most, money),
            *broker_uses(
                ask.efficiency(),
                ask.account_risk.contracts,
                ask.account_risk.summary(account),
                sum(each.account == account for each in ask.account_risk.orders.working()),
                ask.account_risk.clock.now(),
            ),
        )

    def _account_uses(self, account: AccountId) -> tuple[LimitUse, ...]:
        """Return the use of the limits that the market alone can break."""
        ask = self._sources
        limits, summary = ask.account_risk.limits(account), ask.account_risk.summary(account)
        money, book = self._currency(account), ask.account_risk.exposures.book(account)
        largest = _largest(book)
        uses = [_use("Largest position", largest, limits.position if limits else None, money)]
        worth = summary.net_liquidation if summary is not None else None
        if limits is not None and worth is not None and worth > 0:
            times, percent = "x net liquidation", "% of net liquidation"
            uses += [
                _use("Gross exposure", _rounded(book.gross / worth), limits.gross_exposure, times),
                _use("Leverage, stocks", _rounded(book.stocks / worth), limits.leverage, times),
                _use(
                    "Concentration",
                    _rounded(largest / worth * 100),
                    limits.concentration_percent,
                    percent,
                ),
            ]
            margin = summary.initial_margin if summary is not None else None
            if margin is not None:
                used = _rounded(margin / worth * 100)
                uses.append(_use("Initial margin", used, limits.margin_use_percent, percent))
        return (*uses, *self._day(account, limits, money))

    def _day(self, account: AccountId, limits: Limits | None, money: str) -> Sequence[LimitUse]:
        day = self._sources.account_risk.day(account)
        self._say_whether_awaited(account, day)
        money = f"{money} estimated" if day.is_estimated else money
        if limits is None or day.pnl is None:
            return ()
        loss, fall = max(-day.pnl, Decimal(0)), day.below_peak or Decimal(0)
        return (
            LimitUse("Day's loss", _rounded(loss), None, limits.daily_loss, money),
            LimitUse("Fall from the day's best", _rounded(fall), None, limits.drawdown, money),
            *_periods(day, limits, money),
        )

    def _say_whether_awaited(self, account: AccountId, day: DayFigures) -> None:
        """Say once a day that the broker's figure is still of the day before."""
        if not day.is_awaited:
            self._awaited.discard(account)
        elif account not in self._awaited:
            self._awaited.add(account)
            self._sources.notify(
                Severity.INFO,
                f"{masked(account)}: the broker's daily result is still that of the day before.",
                effect="The day's loss is not known: entries ask, and nothing is closed for it.",
                advice="It counts from the moment the broker begins its day anew.",
            )

    def _currency(self, account: AccountId) -> str:
        summary = self._sources.account_risk.summary(account)
        return "" if summary is None else summary.currency

    def _most_working(self, account: AccountId) -> int:
        working = (
            each for each in self._sources.account_risk.orders.working() if each.account == account
        )
        return max(Counter((each.con_id, each.side) for each in working).values(), default=0)

    def _rolling(self, limits: Limits | None) -> Sequence[LimitUse]:
        """Return what the dead-man timer costs: messages that the broker counts."""
        if limits is None or limits.dead_man_minutes is None:
            return ()
        messages = Decimal(self._sources.rolling() * 120) / limits.dead_man_minutes
        return (
            LimitUse("Dead-man renewals", messages.quantize(Decimal(1)), None, None, "an hour"),
        )

    def _funds(self, account: AccountId, limits: Limits | None) -> Sequence[LimitUse]:
        summary = self._sources.account_risk.summary(account)
        if summary is None or summary.net_liquidation is None or summary.available_funds is None:
            return ()
        whole = summary.net_liquidation
        buffer = limits.funds_buffer_percent if limits else Decimal(0)
        used = max(whole - summary.available_funds, Decimal(0))
        free = whole * (1 - buffer / 100)
        return (LimitUse("Available funds", used, free, whole, summary.currency),)


def _periods(day: DayFigures, limits: Limits, money: str) -> Sequence[LimitUse]:
    """Return the use of the limits of the week, of the day's profit and of all days that are on."""
    lost, gained = max(-(day.week or _NONE), _NONE), max(day.pnl or _NONE, _NONE)
    rows = (
        ("Week's loss", lost, limits.weekly_loss),
        ("Day's profit", gained, limits.profit_target),
        ("Fall from the best of all days", day.below_best or _NONE, limits.trailing_drawdown),
    )
    return [
        LimitUse(name, _rounded(used), None, limit, money)
        for name, used, limit in rows
        if limit is not None
    ]


def _cannot(_account: AccountId) -> Failed:
    """Stand in until the desk can flatten."""
    return Failed("nothing can be sent yet")


def _largest(book: Book) -> Decimal:
    values = (abs(each.value) for each in book.holdings.values() if each.value is not None)
    return max(values, default=Decimal(0))


def _rounded(value: Decimal) -> Decimal:
    """Keep two decimals: a figure that moves behind them is not news."""
    return value.quantize(Decimal("0.01"))


def _use(name: str, used: Decimal, limit: TwoLevel | None, unit: str) -> LimitUse:
    personal = limit.personal if limit is not None else None
    catastrophic = limit.catastrophic if limit is not None else None
    return LimitUse(name, used, personal, catastrophic, unit)


def _count(name: str, used: int, most: int | None) -> LimitUse:
    return LimitUse(name, Decimal(used), None, None if most is None else Decimal(most), "actions")
