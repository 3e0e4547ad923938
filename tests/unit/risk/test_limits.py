"""Limits limit: no figure under which a check could never speak is taken."""

from dataclasses import fields, replace

import pytest

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, D
from workstation.risk.limits import Limits, TwoLevel, proposed

NONSENSE = ("NaN", "Infinity", "-Infinity", "-1", "1E+15", "1E+999999")


def test_a_pair_that_limits_nothing_is_refused() -> None:
    for text in (*NONSENSE, "0"):
        with pytest.raises(ValueError, match="limit"):
            TwoLevel(personal=D(text), catastrophic=D(100))
        with pytest.raises(ValueError, match="limit"):
            TwoLevel(personal=D(1), catastrophic=D(text))


def test_the_personal_limit_may_equal_the_catastrophic_one_but_not_exceed_it() -> None:
    TwoLevel(personal=D(100), catastrophic=D(100))
    with pytest.raises(ValueError, match="personal <= catastrophic"):
        TwoLevel(personal=D("100.01"), catastrophic=D(100))


def single_figures() -> list[str]:
    names = [each.name for each in fields(Limits)]
    return [name for name in names if isinstance(getattr(LIMITS, name), D)]


def test_every_single_figure_refuses_nonsense() -> None:
    for name in single_figures():
        for text in NONSENSE:
            if name == "duplicate_seconds" and text.startswith("1E"):
                continue  # a longer wait only asks more often
            with pytest.raises(ValueError, match=r"every limit|must be"):
                replace(LIMITS, **{name: D(text)})


def test_action_counts_refuse_nonsense() -> None:
    for count in (0, -1, 10**15):
        for name in ("actions_per_second", "actions_per_minute"):
            with pytest.raises(ValueError, match="every limit"):
                replace(LIMITS, **{name: count})


def test_the_buffer_stays_below_a_hundred_percent() -> None:
    replace(LIMITS, funds_buffer_percent=D("99.9"), duplicate_seconds=D(0))
    with pytest.raises(ValueError, match="funds_buffer_percent"):
        replace(LIMITS, funds_buffer_percent=D(100))


def test_an_account_begins_with_the_limits_of_the_specification() -> None:
    """orders-and-risk.md, section 1.3: the column of figures."""
    given = proposed(ACCOUNT, D(100_000))
    pairs = {
        "order_size": (10_000, 50_000), "position": (25_000, 100_000),  # R05, R06
        "contracts": (10, 50), "gross_exposure": (2, 4),  # R04, R07
        "leverage": (2, 4), "margin_use_percent": (50, 90),  # R08
        "concentration_percent": (25, 100), "working_orders": (15, 20),  # R09, R18
    }  # fmt: skip
    for name, figures in pairs.items():
        pair = getattr(given, name)
        assert (pair.personal, pair.catastrophic) == figures, name
    single = {
        "daily_loss": 2_000, "funds_buffer_percent": 10,  # R12, R10
        "collar_percent": 3, "collar_spreads": 3, "collar_ticks": 5,  # R14
        "collar_option_percent": 10, "collar_option_amount": D("0.10"), "collar_hard_factor": 4,
        "actions_per_second": 10, "actions_per_minute": 120,  # R15
        "automation_orders": 20, "automation_fills": 20, "duplicate_seconds": 3,  # R16, R17
        "stock_margin_percent": 50, "futures_margin_percent": 12, "forex_margin_percent": 3,
    }  # fmt: skip
    for name, figure in single.items():
        assert getattr(given, name) == figure, name


def test_proposals_follow_the_account() -> None:
    limits = proposed(ACCOUNT, D("123456.78"))

    assert (limits.order_size.personal, limits.order_size.catastrophic) == (D(12345), D(61728))
    assert (limits.position.personal, limits.position.catastrophic) == (D(30864), D(123456))


def test_the_smallest_account_gets_limits_too() -> None:
    limits = proposed(ACCOUNT, D("0.01"))

    assert limits.order_size == TwoLevel(personal=D(1), catastrophic=D(1))
