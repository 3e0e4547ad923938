"""Earlier orders and fills for the tests and pictures of the history."""

from datetime import timedelta
from decimal import Decimal

from tests.qt.fakes import AAPL, ACCOUNT, NOW
from workstation.domain.ids import ExecId, OrderKey
from workstation.domain.order import Side
from workstation.domain.past_trades import Origin, PastFill, PastOrder


def a_past_order(number: int = 1) -> PastOrder:
    return PastOrder(
        key=OrderKey(f"7:{number}"), order_id=number, time=NOW - timedelta(days=number),
        changed_at=NOW, account=ACCOUNT, con_id=AAPL, symbol="AAPL", side=Side.SELL,
        quantity=Decimal(100), order_type="STP", limit_price=None, stop_price=Decimal("180.5"),
        tif="GTC", state="Filled", filled=Decimal(100), average_price=Decimal("180.45"),
        is_own=True, note="As asked",
    )  # fmt: skip


def a_past_fill(number: int = 1, *, imported: bool = False) -> PastFill:
    return PastFill(
        exec_id=ExecId(f"a.{number}.01"), key=None if imported else OrderKey("7:1"), time=NOW,
        account=ACCOUNT, con_id=AAPL, symbol="AAPL", side=Side.BUY, quantity=Decimal(40),
        price=Decimal("187.2"), exchange="ARCA", commission=Decimal("1.05"), currency="USD",
        origin=Origin.IMPORTED if imported else Origin.OWN,
    )  # fmt: skip
