"""The tighter of two sets of limits: where one cannot be proven, it can only take something away."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.desk_fakes import LIMITS
from workstation.domain.ids import AccountId
from workstation.risk.limits import (
    Limits,
    LossMeasure,
    Override,
    Restriction,
    RestrictionMode,
    TwoLevel,
)
from workstation.risk.tighter import tighter

D = Decimal
ONE = Restriction(mode=RestrictionMode.NO_TRADE, symbol="GME")
TWO = Restriction(mode=RestrictionMode.NO_TRADE, symbol="AMC")
KNOWN = replace(LIMITS, daily_loss=D(100), restricted=(ONE,), allowed=("SPY", "QQQ"))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"daily_loss": D(50)}, {"daily_loss": D(50)}),
        ({"daily_loss": D(200)}, {}),
        ({"daily_loss": None}, {}),
        ({"weekly_loss": D(10)}, {"weekly_loss": D(10)}),
        ({"funds_buffer_percent": D(20)}, {"funds_buffer_percent": D(20)}),
        ({"funds_buffer_percent": D(1)}, {}),
        (
            {"leverage": TwoLevel(personal=D(1), catastrophic=D(9))},
            {"leverage": TwoLevel(personal=D(1), catastrophic=D(4))},
        ),
        ({"restricted": (TWO, ONE)}, {"restricted": (ONE, TWO)}),
        ({"restricted": ()}, {}),
        ({"allowed": ("SPY",)}, {"allowed": ("SPY",)}),
        ({"allowed": ()}, {}),
        ({"allowed": ("SPY", "TLT")}, {}),
        ({"daily_loss_measure": LossMeasure.ACCOUNT}, {}),
        ({"overrides": (Override(symbol="SPY", collar_percent=D(1)),)}, {}),
        ({"account": AccountId("SIM0000009")}, {}),
        ({}, {}),
    ],
)
def test_only_what_allows_less_is_taken(other: dict[str, Any], expected: dict[str, Any]) -> None:
    assert tighter(KNOWN, replace(KNOWN, **other)) == replace(KNOWN, **expected)


def test_a_pair_where_there_was_none_is_not_taken_for_the_quantity() -> None:
    """What the order size allows may be less than a figure of its own."""
    pair = TwoLevel(personal=D(5), catastrophic=D(5))
    assert tighter(KNOWN, replace(KNOWN, quantity=pair)).quantity is None


def test_every_figure_of_itself_stays() -> None:
    same = tighter(KNOWN, KNOWN)
    assert all(getattr(same, f.name) == getattr(KNOWN, f.name) for f in fields(Limits))
