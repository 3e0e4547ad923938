"""What only another program or a careless exchange sends, over the wire: no price, no quantity."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.helpers.chaos_rig import ChaosWorld
from tests.helpers.cores import ACCOUNT
from workstation.domain.commands import SubmitOrder
from workstation.domain.finding import Submitted, TradingState
from workstation.domain.ids import IntentId
from workstation.domain.messages import ExecutionArrived, NoticeArrived, OrderChanged
from workstation.domain.notice import Notice, Severity
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.domain.order_status import Lifecycle, OrderFlag
from workstation.oms.managed_order import ManagedOrder


@pytest.fixture
def world(tmp_path: Path) -> Iterator[ChaosWorld]:
    world = ChaosWorld(tmp_path, 23)
    yield world
    world.close()


def notices(world: ChaosWorld, severity: Severity) -> list[Notice]:
    told = [each.notice for each in world.window.messages if isinstance(each, NoticeArrived)]
    return [each for each in told if each.severity is severity]


def bought(world: ChaosWorld, quantity: int) -> ManagedOrder:
    draft = OrderDraft(
        intent_id=IntentId(f"buy {quantity}"), account=ACCOUNT, con_id=world.con_ids[0], side=Side.BUY,
        quantity=Decimal(quantity), order_type=OrderType.MARKET,
    )  # fmt: skip
    answer = world.ask(SubmitOrder(draft))
    assert isinstance(answer, Submitted)
    order = world.core.desk.orders.get(answer.key)
    assert order is not None
    world.until(lambda: order.lifecycle is Lifecycle.FILLED)
    return order


def held(world: ChaosWorld) -> Decimal:
    return world.position(world.con_ids[0])


def test_a_fill_without_a_price_counts_is_shown_is_told_and_is_corrected(
    world: ChaosWorld,
) -> None:
    world.fault("no-price")
    order = bought(world, 10)
    (fill,) = world.gateway.desk.executions.values()
    (arrived,) = (e.execution for e in world.window.messages if isinstance(e, ExecutionArrived))

    assert (arrived.quantity, arrived.price) == (10, None)
    assert (order.filled, order.flags) == (10, {OrderFlag.FILL_PRICE_MISSING})
    assert order.average_price == fill.price, "the broker's own average of the order"
    world.until(lambda: held(world) == 10)
    (notice,) = (n for n in notices(world, Severity.WARNING) if "price was not told" in n.text)
    assert notice.text.startswith("Bought 10 AAPL")
    assert "estimate" in notice.effect
    shown = [e.order for e in world.window.messages if isinstance(e, OrderChanged)][-1]
    assert OrderFlag.FILL_PRICE_MISSING in shown.flags

    world.fault("correct", exec_id=fill.exec_id, price=201.5)
    world.until(lambda: not order.flags & {OrderFlag.FILL_PRICE_MISSING})
    assert (order.filled, order.average_price) == (10, Decimal("201.5"))
    assert bought(world, 5).flags == set(), "only the one that was asked for"


def test_an_order_that_tws_sized_by_cash_is_shown_counted_and_filled(world: ChaosWorld) -> None:
    quote = world.core.desk.figures.quotes.quote(world.con_ids[0])
    assert quote is not None
    assert quote.bid is not None
    limit = Decimal(round(quote.bid * 0.99))
    world.fault(
        "manual-order", side="BUY", symbol="AAPL", limit=float(limit), cash=20 * float(limit)
    )
    orders = world.core.desk.orders
    world.until(lambda: any(each.cash_quantity for each in orders))
    (order,) = orders

    view = order.view()
    assert (view.quantity, view.cash_quantity, view.editable) == (0, 20 * limit, False)
    assert f"sized by cash: {20 * limit:f}" in view.note
    in_shares = world.core.desk.order_desk.judge._ledger._in_shares(view)
    assert in_shares.quantity == 20, "exposure and limits count what its cash buys"

    world.fault("move", percent=-4, seconds=1, symbol="AAPL")
    world.until(lambda: order.lifecycle is Lifecycle.FILLED, 120)
    world.until(lambda: held(world) == 20, 120)
    assert order.filled == 20
    assert order.flags == set(), "no overfill of an order without a quantity"
    assert notices(world, Severity.ALARM) == []
    assert world.core.desk.trading.state is TradingState.ACTIVE
