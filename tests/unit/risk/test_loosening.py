"""What a locked session refuses: every figure that would allow more, and nothing that tightens."""

from dataclasses import fields, replace
from typing import Any

import pytest

from tests.helpers.desk_fakes import LIMITS, D
from workstation.risk.limits import (
    Limits,
    LossAction,
    LossMeasure,
    Override,
    Restriction,
    RestrictionMode,
    TwoLevel,
)
from workstation.risk.loosening import loosened


def pair(personal: int, catastrophic: int) -> TwoLevel:
    return TwoLevel(personal=D(personal), catastrophic=D(catastrophic))


BASE = replace(
    LIMITS,
    order_size=pair(10, 20),
    quantity=pair(10, 20),
    daily_loss=D(100),
    weekly_loss=D(200),
    cooldown_minutes=30,
    dead_man_minutes=10,
    allowed=("SPY", "QQQ"),
    enabled_classes=("STK", "FUT"),
    restricted=(Restriction(mode=RestrictionMode.NO_TRADE, symbol="XYZ"),),
)
OTHER = Restriction(mode=RestrictionMode.NO_TRADE, exchange="OTC")


@pytest.mark.parametrize(
    ("name", "looser", "tighter"),
    [
        ("order_size", pair(11, 20), pair(9, 20)),
        ("order_size", pair(10, 21), pair(10, 19)),
        ("order_size", pair(9, 21), pair(9, 19)),
        ("quantity", None, pair(10, 19)),
        ("daily_loss", D(101), D(99)),
        ("daily_loss", None, D(99)),
        ("cooldown_minutes", 29, 31),
        ("cooldown_minutes", None, 31),
        ("dead_man_minutes", 11, 9),
        ("actions_per_second", 11, 9),
        ("funds_buffer_percent", D(9), D(11)),
        ("stock_margin_percent", D(49), D(51)),
        ("futures_margin_percent", D(11), D(13)),
        ("forex_margin_percent", D(2), D(4)),
        ("duplicate_seconds", D(2), D(4)),
        ("collar_percent", D(4), D(2)),
        ("allowed", ("SPY", "QQQ", "IWM"), ("SPY",)),
        ("allowed", (), ("QQQ", "SPY")),
        ("enabled_classes", ("STK", "FUT", "OPT"), ("STK",)),
        ("restricted", (), (*BASE.restricted, OTHER)),
        ("restricted", (OTHER,), (OTHER, *BASE.restricted)),
    ],
)
def test_more_is_named_and_less_is_taken(name: str, looser: Any, tighter: Any) -> None:
    (sentence,) = loosened(BASE, replace(BASE, **{name: looser}))
    assert sentence.startswith(f"{name}: ")
    assert " -> " in sentence
    assert loosened(BASE, replace(BASE, **{name: tighter})) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"daily_loss_measure": LossMeasure.ACCOUNT},
        {"daily_loss_action": LossAction.FLATTEN},
        {"day_begins": "17:00 America/New_York"},
        {"overrides": (Override(symbol="SPY", order_size=pair(1, 2)),)},
    ],
)
def test_what_nobody_can_weigh_counts_as_looser(change: dict[str, Any]) -> None:
    assert len(loosened(BASE, replace(BASE, **change))) == 1


def test_a_limit_that_was_off_may_be_set_at_any_time() -> None:
    off = replace(BASE, daily_loss=None, weekly_loss=None, allowed=())
    assert loosened(off, BASE) == ()
    follows = replace(BASE, quantity=None)
    assert len(loosened(follows, BASE)) == 1  # a figure of its own may allow more than the size
    assert loosened(BASE, BASE) == ()


def test_no_figure_is_forgotten() -> None:
    """Each single figure of today's and of any later version is looser one way or the other."""
    for field in fields(Limits):
        value = getattr(BASE, field.name)
        if not isinstance(value, int | D) or isinstance(value, bool):
            continue
        less = value // 2 if isinstance(value, int) else value / 2
        both = [replace(BASE, **{field.name: each}) for each in (value * 2, less)]
        found = [bool(loosened(BASE, each)) for each in both]
        assert sorted(found) == [False, True], field.name
