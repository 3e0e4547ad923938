"""The figures side of the desk: quotes, positions, balances, and their way to the window."""

from collections.abc import Sequence
from typing import Protocol

from workstation.broker.session import Session
from workstation.desk.contracts import Contracts
from workstation.desk.outgoing import Outgoing
from workstation.domain.account import AccountPnl
from workstation.domain.clock import Clock
from workstation.domain.ids import AccountId, ConId
from workstation.domain.messages import LatestMessage
from workstation.domain.ports import Reactor
from workstation.domain.reports import AccountValueReport, PnlReport, PositionReport
from workstation.marketdata.market import Market
from workstation.portfolio.balances import RATE, Balances
from workstation.portfolio.positions import Positions

PUBLISH_SECONDS = 0.016
"""At most once a frame: what changes faster is seen by nobody."""

CONFIRM_SECONDS = 2.0
"""How long a fill may go without the position that it makes."""


class Publishes(Protocol):
    """Keeps values of which only the newest matters."""

    @property
    def changed(self) -> bool:
        """Whether anything waits to be published."""
        ...

    def take_changed(self) -> Sequence[LatestMessage]:
        """Return what changed since the last call."""
        ...


class FiguresDesk:
    """Keeps what replaces itself, and publishes what changed. Core thread."""

    def __init__(
        self,
        reactor: Reactor,
        clock: Clock,
        outgoing: Outgoing,
        session: Session,
        contracts: Contracts,
        market: Market,
    ) -> None:
        self.quotes = market.quotes
        self.positions = Positions(market.quotes)
        self.balances = Balances(clock)
        self._reactor = reactor
        self._clock = clock
        self._out = outgoing
        self._session = session
        self._contracts = contracts
        self._others: list[Publishes] = []
        self._pnl_asked: set[tuple[AccountId, ConId]] = set()
        self._results_asked: set[AccountId] = set()
        self._ahead_since: dict[tuple[AccountId, ConId], float] = {}
        self._published_at = clock.monotonic()
        self._planned = False

    def also_publish(self, other: Publishes) -> None:
        """Publish what another keeps, in the same beat."""
        self._others.append(other)

    def session_up(self, account: AccountId | None) -> None:
        """Ask for the profit and loss of the account in a new session."""
        self._pnl_asked.clear()
        self._results_asked.clear()
        if account is not None:
            self._ask_result(account)

    def show_account(self, account: AccountId) -> None:
        """Tell the figures of another account anew, and follow its profit and loss too."""
        self.balances.tell(account)
        self._ask_result(account)

    def _ask_result(self, account: AccountId) -> None:
        if account not in self._results_asked:
            self._results_asked.add(account)
            self._session.account.pnl(account)

    def on_position(self, report: PositionReport) -> None:
        """Take a position; its contract and its profit and loss are asked for once."""
        self.positions.apply_position(report)
        self._contracts.need(report.con_id)
        key = (report.account, report.con_id)
        if report.quantity and key not in self._pnl_asked:
            self._pnl_asked.add(key)
            self._session.account.position_pnl(*key)

    def sweep(self) -> None:
        """Ask for all positions when a fill stays without the broker's word; called each second.

        The report that holds it may have come before it: then nothing more comes by itself, and
        the fill would count twice.
        """
        self.positions.forget_early()
        now, waiting = self._clock.monotonic(), self.positions.ahead_of_broker()
        self._ahead_since = {key: self._ahead_since.get(key, now) for key in waiting}
        if any(now - since >= CONFIRM_SECONDS for since in self._ahead_since.values()):
            self._ahead_since = dict.fromkeys(waiting, now)
            if self._session.account.positions():
                self.positions.begin_refresh()

    def on_account_value(self, report: AccountValueReport) -> None:
        """Take one figure of an account."""
        self.balances.apply(report)
        if report.tag == RATE:
            self._revalue(report.currency)

    def _revalue(self, currency: str) -> None:
        """Have everything of a currency valued anew: its rate is known, or has changed."""
        for con_id in self.positions.all_held():
            details = self._contracts.details(con_id)
            if details is not None and details.contract.currency == currency:
                self.positions.mark_quoted(con_id)

    def on_pnl(self, report: PnlReport) -> None:
        """Take profit and loss of a position or of an account."""
        if report.con_id is not None:
            self.positions.apply_pnl(report)
            return
        self._out.post_latest(
            AccountPnl(
                account=report.account,
                daily=report.daily,
                unrealized=report.unrealized,
                realized=report.realized,
            )
        )

    def publish_when_due(self) -> None:
        """Plan to publish, at once where the last time is a frame ago; an order goes before."""
        changed = self.quotes.changed or self.positions.changed or self.balances.changed
        if not changed and not any(other.changed for other in self._others):
            return
        if not self._planned:
            self._planned = True
            wait = self._published_at + PUBLISH_SECONDS - self._clock.monotonic()
            self._reactor.call_later(max(wait, 0.0), self._publish)

    def _publish(self) -> None:
        self._planned = False
        self._published_at = self._clock.monotonic()
        for quote in self.quotes.take_changed():
            self._out.post_latest(quote)
            self.positions.mark_quoted(quote.con_id)
        self._reactor.give_way()  # an order goes before the rest
        for position in self.positions.take_changed():
            self._out.post_latest(position)
        for other in self._others:
            self._reactor.give_way()
            for message in other.take_changed():
                self._out.post_latest(message)
        for summary in self.balances.take_changed():
            self._out.post_latest(summary)
