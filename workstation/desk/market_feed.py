"""The market data side of the desk in one piece: streams, their watch, and the meter."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from workstation.broker.session import Phase, Session
from workstation.desk.contracts import Contracts
from workstation.desk.data_desk import DataDesk
from workstation.desk.figures_desk import FiguresDesk
from workstation.desk.limits import Notify
from workstation.desk.link import LinkKeeper
from workstation.desk.outgoing import Outgoing
from workstation.desk.settings import Presence
from workstation.desk.silence import SilenceWatch
from workstation.desk.streams import WATCHLIST, Streams
from workstation.domain.clock import Clock
from workstation.domain.ids import ConId
from workstation.domain.notice import Severity
from workstation.domain.order_status import OrderView
from workstation.domain.reports import (
    BrokerNotice,
    ContractReport,
    ContractsEnded,
    HistoryReport,
    HistoryUpdateReport,
    MarketRuleReport,
)
from workstation.domain.subscription import DataUse, StreamKey, StreamKind, Use
from workstation.marketdata.market import Market

MOST_MESSAGES = 45
"""Messages that may leave in a second. Source: tws-wire.md 3.1."""

MOST_HISTORY = 50
"""History requests that may be open. Source: tws-wire.md 3.1."""

MOST_HISTORY_TOKENS = 60
"""Requests for small bars and ticks that may leave in ten minutes. Source: tws-wire.md 3.1."""


class Holdings(Protocol):
    """The positions, as far as they make a stream important."""

    def all_held(self) -> dict[ConId, Decimal]:
        """Return what is held in any account."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedParts:
    """What market data needs, and what an interruption of the link touches."""

    clock: Clock
    session: Session
    link: LinkKeeper
    presence: Presence
    contracts: Contracts
    data: DataDesk
    figures: FiguresDesk
    market: Market
    outgoing: Outgoing
    notify: Notify


class MarketFeed:
    """Keeps what is wanted running, within the account's limits. Core thread."""

    def __init__(self, parts: FeedParts, *, lines: int) -> None:
        self._with = parts
        self.streams = Streams(
            parts.clock,
            parts.session,
            parts.contracts,
            parts.market,
            parts.outgoing,
            parts.notify,
            lines=lines,
        )
        self.silence = SilenceWatch(
            parts.clock,
            self.streams,
            parts.contracts,
            parts.market.quotes,
            self._is_healthy,
            self._on_silent,
        )
        self._told: DataUse | None = None
        parts.data.heard = self.silence.hear
        parts.contracts.on_watched = self.watched

    def handlers(self) -> dict[type, Callable[[Any], object]]:
        """Return who takes which report about contracts, bars and news."""
        contracts, data = self._with.contracts, self._with.data
        return {
            ContractReport: contracts.on_contract,
            ContractsEnded: lambda ended: contracts.on_look_up_ended(ended.req_id),
            MarketRuleReport: contracts.on_market_rule,
            HistoryReport: data.on_history,
            HistoryUpdateReport: data.on_history_update,
        }

    def watched(self, con_id: ConId) -> None:
        """Stream the quotes of a contract that the watchlist has taken in."""
        self.streams.want(con_id, StreamKind.QUOTES, WATCHLIST, once=True)

    def trades_in(self, holdings: Holdings, working: Callable[[], tuple[OrderView, ...]]) -> None:
        """Learn where positions and working orders stand: what they need pauses last."""

        def traded() -> frozenset[ConId]:
            held = (con_id for con_id, quantity in holdings.all_held().items() if quantity)
            return frozenset(held) | {order.con_id for order in working()}

        self.streams.traded = traded

    def session_down(self) -> None:
        """Nothing streams, and nothing that waits is answered any more."""
        self.streams.session_down()
        self._with.data.session_down()

    def on_refused(self, subject: int, notice: BrokerNotice) -> bool:
        """Take a coded message about one of our requests; False when it is about an order."""
        return (
            self._with.contracts.on_refused(subject, notice.text)
            or self.streams.on_notice(notice)
            or self._with.data.on_refused(notice)
        )

    def sweep(self) -> None:
        """Look after what runs; called each second."""
        self.streams.sweep()
        self.silence.sweep()
        if self._is_healthy():
            self._with.data.renew_silent(self.silence.is_alive)
        self._tell_use()

    def _is_healthy(self) -> bool:
        is_up = self._with.session.phase is Phase.UP
        return is_up and not self._with.presence.farm_lost and not self._with.link.suspect

    def _on_silent(self, key: StreamKey) -> None:
        details = self._with.contracts.details(key.con_id)
        symbol = details.contract.symbol if details is not None else str(key.con_id)
        self._with.notify(
            Severity.INFO,
            f"The {key.kind.value} of {symbol} fell silent while its market is open.",
            effect="They are asked for again, and charts are filled in. Orders are not touched.",
        )
        if key.kind is StreamKind.QUOTES:
            self._with.data.renew(key.con_id)

    def _tell_use(self) -> None:
        lines, depth, tape = self.streams.uses()
        messages = self._with.session.messages_last_second
        history = self._with.data.open_requests
        use = DataUse(
            lines=lines,
            depth=depth,
            tape=tape,
            messages=Use(name="messages a second", used=messages, most=MOST_MESSAGES),
            history=Use(name="history requests", used=history, most=MOST_HISTORY),
            tokens=Use(
                name="history tokens, 10 min",
                used=self._with.data.spent_history,
                most=MOST_HISTORY_TOKENS,
            ),
        )
        if use != self._told:
            self._told = use
            self._with.outgoing.post_latest(use)
