"""The risk checks alone, over the real judge: 500 positions, 180 working orders, prices moving.

python -m tests.benchmarks.risk [DECISIONS]
"""

import sys
import time
from dataclasses import replace
from decimal import Decimal

from tests.benchmarks.report import median, percentile, print_report
from tests.helpers.desk_fakes import ACCOUNT, LIMITS, Door, a_draft, open_order, spy
from workstation.domain.contract import Contract
from workstation.domain.finding import Level
from workstation.domain.ids import ClientId, ConId, IntentId, OrderId, PermId
from workstation.domain.order import Side
from workstation.domain.reports import PositionReport
from workstation.risk.limits import TwoLevel

POSITIONS, WORKING = 500, 180
STEP_SECONDS = 0.04


def crowded() -> Door:
    """Build a desk that holds 500 positions and has 180 orders working on 90 of them."""
    door = Door()
    most = TwoLevel(personal=Decimal(10) ** 12, catastrophic=Decimal(10) ** 13)
    door.stand(
        limits=replace(LIMITS, gross_exposure=most, leverage=most, order_size=most, position=most)
    )
    for number in range(POSITIONS):
        con_id = ConId(1000 + number)
        contract = Contract(con_id=con_id, symbol=f"S{number}")
        door.contracts.known[con_id] = spy(contract=contract)
        door.quotes.set_price(con_id, 1, 99.99)
        door.quotes.set_price(con_id, 2, 100.01)
        door.positions.apply_position(
            PositionReport(
                account=ACCOUNT,
                con_id=con_id,
                symbol=contract.symbol,
                quantity=Decimal(100 if number % 2 else -100),
                average_cost=None,
            )
        )
    for number in range(WORKING):
        door.apply(
            open_order(
                order_id=OrderId(0),
                client_id=ClientId(3),
                perm_id=PermId(50_000 + number),
                con_id=ConId(1000 + number // 2),
                side=Side.BUY if number % 2 else Side.SELL,
                limit_price=Decimal("99.00") if number % 2 else Decimal("101.00"),
            )
        )
    return door


def latencies(decisions: int) -> list[float]:
    """Return the milliseconds of each decision; 100 prices move before each."""
    door = crowded()
    found: list[float] = []
    for number in range(decisions):
        door.clock.seconds += STEP_SECONDS
        con_id = ConId(1000 + number % POSITIONS)
        for stirred in range(number % 5, POSITIONS, 5):
            moving = ConId(1000 + stirred)
            door.quotes.set_price(moving, 2, 100.01 + (number % 5) / 100)
            door.positions.mark_quoted(moving)
        door.exposures.settle()  # as each publishing does, twice between these orders
        door.exposures.settle()
        draft = a_draft(intent_id=IntentId(str(number)), con_id=con_id, quantity=Decimal(10))
        begin = time.perf_counter()
        verdict = door.judge(draft, None)
        found.append((time.perf_counter() - begin) * 1000)
        if any(each.level is Level.HARD for each in verdict.findings):
            raise RuntimeError(f"refused, the figures mean nothing: {verdict.findings}")
    return found


def main() -> None:
    decisions = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    measured = latencies(decisions)
    print_report(
        {
            "risk_p50_ms": median(measured),
            "risk_p99_ms": percentile(measured, 99),
            "risk_worst_ms": max(measured),
            "decisions": decisions,
        }
    )


if __name__ == "__main__":
    main()
