"""Orders of another client, which nobody tells unasked, are found and their end noticed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ibapi.order_cancel import OrderCancel

from tests.helpers.gateway import Gateway
from tests.helpers.killable_core import FAST, Window, build, run_until
from tests.helpers.network import free_port
from tests.unit.simgateway.gateway_support import StockClient, order, stock, stock_client
from workstation.desk.core import Core
from workstation.desk.order_poll import POLL_SECONDS
from workstation.domain.commands import UseEndpoint
from workstation.domain.ids import ClientId
from workstation.domain.link import LinkState
from workstation.domain.order_status import OrderView

OTHER = ClientId(21)
LONG_ENOUGH = 60
"""Real seconds; a look comes every 1.2 of them on this core's clock."""


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with Gateway(tmp_path) as running:
        yield running


@pytest.fixture
def other(gateway: Gateway) -> Iterator[StockClient]:
    with stock_client(gateway.port, 200, OTHER) as client:
        yield client


@pytest.fixture
def core(gateway: Gateway, tmp_path: Path) -> Iterator[Core]:
    window = Window()
    folder = tmp_path / "core"
    folder.mkdir()
    core = build(folder, window, "", fast=True)
    core.desk.start()
    window.send(core, UseEndpoint("127.0.0.1", gateway.port))
    run_until(core, lambda: core.desk.link.state is LinkState.READY)
    yield core
    core.desk.stop()
    core.close()


def working(core: Core) -> list[OrderView]:
    return [view for view in core.desk.orders.working() if view.client_id == OTHER]


def test_they_appear_and_vanish(core: Core, other: StockClient, gateway: Gateway) -> None:
    assert POLL_SECONDS / FAST < 5
    other.placeOrder(1, stock(), order("BUY", 30, 1.25))
    other.wait("openOrder", lambda i, *_: i == 1)

    run_until(core, lambda: working(core), LONG_ENOUGH)
    (shown,) = working(core)
    assert (shown.quantity, shown.editable) == (30, False)

    other.cancelOrder(1, OrderCancel())
    run_until(core, lambda: not working(core), LONG_ENOUGH)
    assert core.desk.orders.get(shown.key).lifecycle.value == "CANCELLED"  # type: ignore[union-attr]


def test_a_gateway_that_stands_by_is_found(gateway: Gateway, tmp_path: Path) -> None:
    window = Window()
    core = build(tmp_path, window, "", fast=True)
    core.desk.start()
    try:
        window.send(core, UseEndpoint("127.0.0.1", free_port(), "127.0.0.1", gateway.port))
        run_until(core, lambda: core.desk.link.state is LinkState.READY, LONG_ENOUGH)
        view = core.desk.standing.link_view()
        assert (view.port, view.is_standby) == (gateway.port, True)
    finally:
        core.desk.stop()
        core.close()
