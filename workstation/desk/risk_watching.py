"""Builds the watch over the account from the parts of the desk."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from workstation.desk.account_risk import AccountRisk
from workstation.desk.dead_man import DeadMan, DeadManParts
from workstation.desk.limits import LimitsDesk, Notify
from workstation.desk.order_desk import OrderDesk
from workstation.desk.portfolio_watch import PortfolioSources
from workstation.desk.risk_watch import RiskSources, RiskWatch
from workstation.desk.settings import Presence
from workstation.desk.spread import Work


def broker_time(now: datetime, offset: float | None) -> datetime | None:
    """Return what the broker's clock shows; None while the difference was not measured."""
    return None if offset is None else now + timedelta(seconds=offset)


def _dead_man(risk: AccountRisk, order_desk: OrderDesk, notify: Notify) -> DeadMan:
    return DeadMan(
        DeadManParts(
            clock=risk.clock,
            orders=risk.orders,
            limits=risk.limits,
            details=risk.contracts.details,
            position=risk.positions.quantity,
            change=order_desk.renew,
            record=order_desk.notes.add,
            notify=notify,
        )
    )


def watching(
    presence: Presence,
    risk: AccountRisk,
    limits: LimitsDesk,
    order_desk: OrderDesk,
    portfolio: PortfolioSources,
    reduce_only: Callable[[str], None],
    notify: Notify,
    spread: Callable[[Work], None],
) -> RiskWatch:
    """Return the watch, and give the order desk its dead-man timer; it tells `notify` what it finds, and `reduce_only` what must stop."""
    risk.positions.broker_now = lambda: broker_time(risk.clock.now(), presence.clock_offset)
    order_desk.dead_man = dead_man = _dead_man(risk, order_desk, notify)
    return RiskWatch(
        RiskSources(
            account=lambda: presence.account,
            spread=spread,
            accounts=lambda: presence.accounts,
            account_risk=risk,
            pending_limits=limits.pending,
            actions=lambda: order_desk.controller.actions,
            gate=order_desk.gate.use,
            rolling=lambda: dead_man.count,
            efficiency=lambda: order_desk.efficiency,
            portfolio=replace(portfolio, groups=limits.groups, choices=limits.choices),
            reduce_only=reduce_only,
            lock=limits.lock,
            notify=notify,
        )
    )
