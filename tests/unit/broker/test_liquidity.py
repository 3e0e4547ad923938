"""Whether a fill added liquidity, removed it or was routed: as reported, or not known."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from ibapi.contract import Contract as IbContract
from ibapi.execution import Execution as IbExecution

from workstation.broker import from_ib
from workstation.domain.execution import Liquidity


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, Liquidity.ADDED),
        (2, Liquidity.REMOVED),
        (3, Liquidity.ROUTED),
        (0, None),
        (4, None),
        (2**31 - 1, None),
    ],
)
def test_liquidity_is_read_or_left_out(number: int, expected: Liquidity | None) -> None:
    ib = IbExecution()
    ib.execId, ib.side, ib.shares, ib.price = "1", "BOT", Decimal(5), 2.5
    ib.lastLiquidity = number

    report = from_ib.execution_of(IbContract(), ib, datetime(2026, 11, 20, tzinfo=UTC))

    assert report.liquidity is expected
