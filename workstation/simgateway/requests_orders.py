"""Requests about orders and executions."""

from collections.abc import Iterable

from workstation.simgateway import order_messages
from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import BadFieldError, Fields
from workstation.simgateway.gateway import DEFAULT_CLIENT
from workstation.simgateway.instruments import BY_CON_ID, TIME_ZONE
from workstation.simgateway.order_checks import invalid
from workstation.simgateway.order_request import read_place_order
from workstation.simgateway.order_times import moment
from workstation.simgateway.orders import DONE, Execution, Order

_SIDES = {"": "", "BUY": "BUY", "BOT": "BUY", "SELL": "SELL", "SLD": "SELL", "SSHORT": "SELL"}


def place_order(client: Client, fields: Fields) -> None:
    """Answer placeOrder (3)."""
    client.gateway.desk.place(client.client_id, read_place_order(fields, client.sv))


def cancel_order(client: Client, fields: Fields) -> None:
    """Answer cancelOrder (4); its version field is gone from 192 on."""
    if client.sv < 192:
        fields.skip()
    client.gateway.desk.cancel(client.client_id, fields.integer())


def global_cancel(client: Client, fields: Fields) -> None:
    """Answer reqGlobalCancel (58)."""
    del fields
    client.gateway.desk.cancel_all()


def open_orders(client: Client, fields: Fields) -> None:
    """Answer reqOpenOrders (5): this client's own; client 0 takes those placed by hand."""
    del fields
    if client.client_id == DEFAULT_CLIENT:
        client.gateway.bind_manual_orders()
    send_open_orders(client, client.gateway.desk.live_orders(client.client_id))


def all_open_orders(client: Client, fields: Fields) -> None:
    """Answer reqAllOpenOrders (16): everybody's."""
    del fields
    send_open_orders(client, client.gateway.desk.live_orders())


def send_open_orders(client: Client, orders: Iterable[Order]) -> None:
    """Send openOrder and orderStatus for each order, then openOrderEnd."""
    for order in orders:
        client.send(
            order_messages.open_order(client.sv, order),
            order_messages.order_status(client.sv, order),
        )
    client.write([53, 1])


def auto_open_orders(client: Client, fields: Fields) -> None:
    """Answer reqAutoOpenOrders (15): client 0 takes the orders placed by hand from now on."""
    fields.skip()
    binds = fields.flag()
    if client.client_id != DEFAULT_CLIENT:
        client.error(-1, 327, "Only the default client (i.e 0) can auto bind orders")
        return
    client.auto_binds = binds


def completed_orders(client: Client, fields: Fields) -> None:
    """Answer reqCompletedOrders (99): orders done today."""
    del fields
    gateway = client.gateway
    day = gateway.account.day
    for order in gateway.desk.orders.values():
        done_today = f"{gateway.local_time(order.done_at):%Y%m%d}" == day
        if order.status in DONE and done_today:
            text = client.time_text(order.done_at)
            client.write(order_messages.completed_order(client.sv, order, text))
    client.write([102])


def executions(client: Client, fields: Fields) -> None:
    """Answer reqExecutions (7)."""
    fields.skip()
    req_id = fields.integer()
    client_id = fields.integer()
    account, time, symbol, sec_type = (fields.text() for _ in range(4))
    exchange, side = fields.text(), _SIDES.get(fields.text().upper())
    if client.sv >= 200 and fields.remaining < 2:
        client.error(req_id, 320, "Error reading request. Unable to parse data.")
        return
    if side is None or account not in {"", *client.gateway.accounts}:
        refusal = invalid("Invalid execution filter")
        client.error(req_id, refusal.code, refusal.text)
        return
    since, days = _parse_time(time), _days(client, fields)
    for execution in client.gateway.desk.executions.values():
        instrument = BY_CON_ID[execution.con_id]
        local = client.gateway.local_time(execution.time)
        if (
            client_id in {0, execution.client_id}
            and account in {"", execution.account}
            and symbol.upper() in {"", instrument.symbol}
            and sec_type.upper() in {"", instrument.sec_type}
            and exchange in {"", "SMART", execution.exchange}
            and side in {"", execution.side}
            and f"{local:%Y%m%d}" in days
            and (since is None or execution.time >= since)
        ):
            _send_execution(client, req_id, execution)
    client.write([55, 1, req_id])


def _send_execution(client: Client, req_id: int, execution: Execution) -> None:
    client.send_execution(req_id, execution)
    if not BY_CON_ID[execution.con_id].legs:  # commissions are of the legs alone
        client.write(order_messages.commission_report(execution))


def _days(client: Client, fields: Fields) -> set[str]:
    """Return the days asked for, yyyymmdd: today unless the request says more."""
    gateway = client.gateway
    last = fields.integer(2147483647)
    chosen = {fields.text() for _ in range(fields.count(100))}
    if chosen:
        return chosen
    count = last if 0 < last <= 7 else 1
    now = gateway.now()
    return {f"{gateway.local_time(now - day * 86_400):%Y%m%d}" for day in range(count)}


def _parse_time(text: str) -> float | None:
    """Return a filter's time in seconds since 1970; a date alone means its beginning."""
    plain = text.strip()
    if not plain:
        return None
    at = moment(f"{plain} 00:00:00" if plain.isdecimal() else plain, TIME_ZONE)
    if at is None:
        raise BadFieldError(f"not a time: {text[:40]!r}")
    return at


HANDLERS = {
    3: place_order,
    4: cancel_order,
    5: open_orders,
    7: executions,
    15: auto_open_orders,
    16: all_open_orders,
    58: global_cancel,
    99: completed_orders,
}
