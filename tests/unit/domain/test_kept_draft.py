"""What a draft that a person may have written cannot be."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from workstation.domain.ids import AccountId, ConId
from workstation.domain.kept_draft import KeptDraft
from workstation.domain.order import OrderType, Side

GOOD = KeptDraft(
    kept_at=datetime(2026, 3, 18, tzinfo=UTC),
    con_id=ConId(265598),
    symbol="AAPL",
    side=Side.BUY,
    order_type=OrderType.LIMIT,
    quantity=Decimal(100),
)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, ""),
        ({"quantity": None}, ""),
        ({"account": AccountId("DU1234567")}, ""),
        ({"account": AccountId("")}, "no account"),
        ({"account": AccountId("DU 1")}, "no account"),
        ({"account": AccountId("DÜ1")}, "no account"),
        ({"account": AccountId("D" * 41)}, "no account"),
        ({"symbol": ""}, "no symbol"),
        ({"symbol": "A\nB"}, "no symbol"),
        ({"con_id": ConId(0)}, "no number"),
        ({"con_id": ConId(2**40)}, "no number"),
        ({"limit_price": Decimal("NaN")}, "is none"),
        ({"note": "x" * 201}, "its note"),
        ({"note": "a\nb"}, "its note"),
        ({"kept_at": datetime(2026, 1, 1)}, "no zone"),  # noqa: DTZ001
        ({"sent_at": datetime(2026, 3, 18, tzinfo=UTC)}, ""),
        ({"sent_at": datetime(2026, 3, 18)}, "no zone"),  # noqa: DTZ001
    ],
)
def test_what_a_draft_cannot_be_is_said(change: dict[str, Any], why: str) -> None:
    fault = replace(GOOD, **change).fault
    assert why in fault
    assert bool(fault) is bool(why)
