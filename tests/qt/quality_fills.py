"""Fills with their measurement, as the core tells them; shared by tests and pictures."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.qt.fakes import AAPL, CON_IDS, NOW, SYMBOLS, a_commission, an_execution
from workstation.domain.execution_quality import (
    HORIZONS,
    FillMarket,
    FillQuality,
    MarketSample,
    MarkOut,
)
from workstation.domain.ids import ExecId, OrderKey
from workstation.domain.order import Side


def a_fill_quality(number: int = 1, **changes: Any) -> FillQuality:
    """Bought 40 AAPL at 187.20 on a market of 187.18 to 187.20, all horizons over."""
    mid = float(changes.pop("mid", 187.19))
    later = changes.pop("later", (mid + 0.01, mid + 0.02, mid - 0.03, mid + 0.05))
    arrival = changes.pop("arrival", None)
    order_type = changes.pop("order_type", "LMT")
    algo = changes.pop("algo", "")
    name = f"0001.01.{number:02d}"
    changes.setdefault("exec_id", ExecId(f"{name}.01"))
    execution = an_execution(**changes)
    sample = MarketSample(at=execution.time, bid=mid - 0.01, ask=mid + 0.01)
    market = FillMarket(
        fill=name,
        key=OrderKey("k"),
        order_type=order_type,
        algo=algo,
        filled_at=execution.time,
        arrival=arrival or sample,
        at_fill=sample,
        point_value=Decimal(1),
        currency="USD",
    )
    marks = tuple(
        MarkOut(
            fill=name,
            horizon=horizon,
            market=MarketSample(at=execution.time, bid=each - 0.01, ask=each + 0.01),
            vwap=mid if horizon == 1 else None,
            vwap_of="prints" if horizon == 1 else "",
        )
        for horizon, each in zip(HORIZONS, later, strict=False)
    )
    return FillQuality(
        execution=execution,
        market=market,
        marks=marks,
        commission=a_commission(exec_id=execution.exec_id),
        is_pending=len(marks) < len(HORIZONS),
    )


def many_fills() -> list[FillQuality]:
    """A morning of fills in several names, types and venues; some are not over, some unmeasured."""
    dice = random.Random(7)
    fills = []
    for number in range(1, 19):
        symbol = SYMBOLS[number % 5]
        price = Decimal(str(round(100 + 40 * (number % 5) + dice.random(), 2)))
        mid = float(price) + dice.choice((-0.02, -0.01, 0.01))
        later = [mid + dice.gauss(0, 0.02 * (n + 1)) for n in range(2 if number > 15 else 4)]
        missing = MarketSample(at=NOW, fault="not measured: the order was not placed here")
        fills.append(
            a_fill_quality(
                number,
                symbol=symbol,
                con_id=CON_IDS.get(symbol, AAPL),
                side=dice.choice(tuple(Side)),
                price=price,
                quantity=Decimal(dice.choice((10, 40, 100, 300))),
                exchange=dice.choice(("ISLAND", "ARCA", "IEX", "NYSE")),
                order_type=dice.choice(("LMT", "MKT", "STP")),
                algo=dice.choice(("", "", "Adaptive")),
                time=NOW - timedelta(minutes=9 * (18 - number)),
                mid=mid,
                later=later,
                arrival=missing if number == 5 else None,
            )
        )
    return fills
