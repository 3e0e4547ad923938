"""Orders that the program did not place, as the broker tells of them."""

from datetime import datetime

from workstation.domain.ids import ClientId, OrderKey
from workstation.domain.order_status import Lifecycle
from workstation.domain.reports import OpenOrderReport
from workstation.oms.managed_order import ManagedOrder


def foreign_order(report: OpenOrderReport, client_id: ClientId, at: datetime) -> ManagedOrder:
    """Return an order first heard of now; `client_id` is ours, `at` an aware UTC time."""
    is_named = report.perm_id is not None
    key = f"perm:{report.perm_id}" if is_named else f"id:{report.client_id}:{report.order_id}"
    return ManagedOrder(
        key=OrderKey(key),
        order_id=report.order_id,
        client_id=report.client_id,
        order_ref=report.order_ref,
        account=report.account,
        con_id=report.con_id,
        symbol=report.symbol,
        side=report.side,
        quantity=report.quantity,
        order_type=report.order_type,
        limit_price=report.limit_price,
        stop_price=report.stop_price,
        tif=report.tif,
        outside_rth=report.outside_rth,
        sec_type=report.sec_type,
        reported_legs=report.legs,
        cash_quantity=report.cash_quantity,
        mine=report.client_id == client_id and report.order_id > 0,
        created_at=at,
        updated_at=at,
        perm_id=report.perm_id,
        lifecycle=Lifecycle.SENT,
    )
