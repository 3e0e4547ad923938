"""Looks once at what a broker holds, for `main.py status`: no order, no journal, no window."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workstation.broker.notices import LinkEffect, meaning_of
from workstation.broker.session import Session, SessionSettings
from workstation.desk.loop import CoreLoop
from workstation.desk.reconcile import Reconciler
from workstation.domain.account import AccountSummary, PositionView
from workstation.domain.clock import Clock
from workstation.domain.execution import Commission, Execution
from workstation.domain.ids import AccountId
from workstation.domain.link import LinkState
from workstation.domain.link_fault import LinkFault, fault_of, is_read_only_refusal
from workstation.domain.notice import Notice
from workstation.domain.order_status import OrderView
from workstation.domain.reports import (
    AccountValueReport,
    BrokerNotice,
    CommissionReport,
    ExecutionReport,
    ListEnded,
    ListKind,
    OpenOrderReport,
    OrderStatusReport,
    PositionReport,
    Report,
    ServerTime,
    SessionEnded,
    SessionStarted,
)
from workstation.marketdata.market import Market
from workstation.oms.orders import OrderBook
from workstation.portfolio.balances import Balances
from workstation.portfolio.positions import Positions

RETRY_SECONDS = 0.5
STEP_SECONDS = 0.25
REFUSED_SECONDS = 2.0
"""How long the other lists may still take once a read-only TWS has refused those of orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerStatus:
    """What a broker holds, and how the link to it stood.

    `fault` is None when every list ended; else it and `reason` say why not, and a list that
    did not end is None: not known, never empty. `positions` leaves out what is flat.
    """

    state: LinkState
    fault: LinkFault | None
    reason: str
    server_version: int | None
    accounts: tuple[AccountId, ...]
    clock_offset: float | None
    since: datetime
    summaries: tuple[AccountSummary, ...] | None
    positions: tuple[PositionView, ...] | None
    open_orders: tuple[OrderView, ...] | None
    executions: tuple[Execution, ...] | None
    commissions: tuple[Commission, ...] | None
    notices: tuple[Notice, ...]


@dataclass(slots=True)
class _Seen:
    """What came in so far."""

    accounts: tuple[AccountId, ...] = ()
    server_version: int | None = None
    clock_offset: float | None = None
    ended: set[ListKind] = field(default_factory=set)
    notices: list[Notice] = field(default_factory=list)
    fault: LinkFault | None = None
    reason: str = ""
    refusal: str = ""
    refused_at: float = math.inf
    broker_lost: bool = False
    was_up: bool = False
    synced: bool = False


class StatusDesk:
    """Connects, has every list told, and ends. The thread that calls look() is the core thread.

    It asks for lists and for the time and nothing else: there is no way from here to an order.
    """

    def __init__(self, loop: CoreLoop, clock: Clock, settings: SessionSettings) -> None:
        self._loop, self._clock = loop, clock
        self._client_id = settings.client_id
        market = Market(clock)
        self._orders = OrderBook(settings.client_id)
        self._positions = Positions(market.quotes)
        self._balances = Balances(clock)
        self._session = Session(loop, clock, settings, self._on_report, market.sinks)
        self._reconciler = Reconciler(
            loop, clock, self._session, self._orders, self._apply, needs_user=lambda: True
        )
        self._reconciler.on_begin_full = self._positions.begin_refresh
        self._reconciler.on_synced = self._on_synced
        self._seen = _Seen()
        self._over = False
        self._since = clock.now()
        self._handlers: dict[type, Callable[[Any], object]] = {
            SessionStarted: self._on_started,
            SessionEnded: self._on_ended,
            OpenOrderReport: self._on_open_order,
            OrderStatusReport: self._apply,
            ExecutionReport: self._apply,
            CommissionReport: self._apply,
            BrokerNotice: self._on_notice,
            ListEnded: self._on_list_ended,
            PositionReport: self._positions.apply_position,
            AccountValueReport: self._balances.apply,
            ServerTime: self._on_server_time,
        }

    def look(self, host: str, port: int, seconds: float, *, patient: bool) -> BrokerStatus:
        """Return what the broker holds, within so many seconds.

        A `patient` look tries again where nothing listens yet; else the first refusal ends it.
        """
        end = self._clock.monotonic() + seconds
        next_try = 0.0
        while not self._over and (now := self._clock.monotonic()) < end:
            if now >= next_try and not self._seen.was_up:
                next_try = now + RETRY_SECONDS
                self._session.open(host, port)
            self._loop.run_once(min(STEP_SECONDS, end - now))
            end = min(end, self._seen.refused_at + REFUSED_SECONDS)
            fault = self._seen.fault
            if fault is not None:
                self._over = not (patient and fault.may_pass)
        if not self._over:
            self._say_late(seconds)
        status = self._status()
        self._over = True
        self._session.close("the look at the broker is over")
        self._loop.run_once(0.0)  # what waits for the wire leaves or is dropped
        return status

    # -- reports ------------------------------------------------------------------------------

    def _on_report(self, report: Report) -> None:
        handler = self._handlers.get(type(report))
        if handler is not None and not self._over:
            handler(report)

    def _apply(self, event: Any) -> None:
        self._orders.apply(event, self._clock.now())

    def _on_started(self, report: SessionStarted) -> None:
        self._seen.accounts = report.accounts
        self._seen.server_version = report.server_version
        self._seen.was_up = True
        self._seen.fault, self._seen.reason = None, ""
        self._since = self._clock.now()
        self._session.account.time()
        self._reconciler.link_up()

    def _on_ended(self, report: SessionEnded) -> None:
        self._reconciler.link_down()
        self._positions.forget_refresh()
        self._seen.reason = self._seen.refusal or report.reason
        self._seen.fault = fault_of(self._seen.reason, was_up=self._seen.was_up)

    def _on_open_order(self, report: OpenOrderReport) -> None:
        self._apply(report)
        self._reconciler.named(
            self._orders.find(report.perm_id, report.order_ref, report.client_id, report.order_id)
        )

    def _on_notice(self, notice: BrokerNotice) -> None:
        meaning = meaning_of(notice.code)
        if meaning.link is LinkEffect.CLIENT_ID_IN_USE:
            self._seen.refusal = f"client id {self._client_id} is in use by another program"
        elif meaning.link is not LinkEffect.NONE:
            self._seen.broker_lost = meaning.link is LinkEffect.LOST
        if is_read_only_refusal(notice.code, notice.text):
            self._seen.refused_at = min(self._seen.refused_at, self._clock.monotonic())
        self._seen.notices.append(
            Notice(
                severity=meaning.severity,
                text=notice.text,
                effect=meaning.effect,
                advice=meaning.advice,
                code=notice.code,
                time=self._clock.now(),
            )
        )

    def _on_list_ended(self, report: ListEnded) -> None:
        self._seen.ended.add(report.kind)
        if report.kind is ListKind.POSITIONS:
            self._positions.end_refresh()
        self._reconciler.on_list_ended(report)

    def _on_server_time(self, report: ServerTime) -> None:
        self._seen.clock_offset = (report.time - self._clock.now()).total_seconds()

    def _on_synced(self) -> None:
        self._seen.synced = self._over = True

    # -- the answer ---------------------------------------------------------------------------

    def _say_late(self, seconds: float) -> None:
        seen = self._seen
        if seen.was_up:
            missing = ", ".join(sorted(kind.value for kind in set(ListKind) - seen.ended))
            is_refused = seen.refused_at < math.inf
            within = "" if is_refused else f"within {seconds:g} s "
            seen.reason = f"{within}the broker did not complete: {missing}"
            seen.fault = LinkFault.OTHER
        elif seen.fault is None:
            seen.reason = f"no session within {seconds:g} s"
            seen.fault = LinkFault.SILENT

    def _status(self) -> BrokerStatus:
        seen, ended = self._seen, self._seen.ended
        executions = sorted(self._orders.executions(), key=lambda each: each.time)
        costs = [self._orders.commission(each.exec_id) for each in executions]
        positions = sorted(self._positions.take_changed(), key=lambda each: each.symbol)
        has_orders = {ListKind.OPEN_ORDERS, ListKind.COMPLETED_ORDERS} <= ended
        has_executions = ListKind.EXECUTIONS in ended
        return BrokerStatus(
            state=self._state(),
            fault=seen.fault,
            reason=seen.reason,
            server_version=seen.server_version,
            accounts=seen.accounts,
            clock_offset=seen.clock_offset,
            since=self._since,
            summaries=self._summaries() if ListKind.ACCOUNT_SUMMARY in ended else None,
            positions=(
                tuple(each for each in positions if each.quantity)
                if ListKind.POSITIONS in ended
                else None
            ),
            open_orders=self._orders.working() if has_orders else None,
            executions=tuple(executions) if has_executions else None,
            commissions=(
                tuple(each for each in costs if each is not None) if has_executions else None
            ),
            notices=tuple(seen.notices),
        )

    def _state(self) -> LinkState:
        if self._seen.fault is None:
            return LinkState.DEGRADED if self._seen.broker_lost else LinkState.READY
        is_up = self._seen.was_up and self._seen.fault is not LinkFault.LOST
        return LinkState.SYNCING if is_up else LinkState.DISCONNECTED

    def _summaries(self) -> tuple[AccountSummary, ...]:
        found = [self._balances.summary(account) for account in self._seen.accounts]
        return tuple(each for each in found if each is not None)
