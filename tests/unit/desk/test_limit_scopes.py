"""Limits of an account, a class, a symbol and a source: each asks at its first level, refuses at its second."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.accepting import all_of
from tests.helpers.desk_fakes import ACCOUNT, LIMITS, D, Door, MemoryJournal, a_draft
from tests.helpers.virtual_time import VirtualClock
from workstation.desk.limits import LimitsDesk
from workstation.domain.finding import Denied, NeedsAcknowledgement, RiskCode, Submitted
from workstation.domain.ids import AccountId, IntentId
from workstation.domain.order import Side
from workstation.risk.limits import Limits, Override, TwoLevel
from workstation.storage.limits_file import add_limits, read_limits
from workstation.storage.paths import ProfileFiles

TIGHT = TwoLevel(personal=D(1000), catastrophic=D(2000))
"""10 and 20 shares at 100.00; the account's own limits are a hundred times as wide."""


def sent(limits: Limits, quantity: int, **terms: Any) -> Any:
    """Send an order of a strategy at 100.00 under these limits; hold nothing before."""
    door = Door()
    door.stand(limits=limits)
    terms.setdefault("source", "strategy:gap")
    return door.submit(a_draft(quantity=D(quantity), **terms))


SCOPES = {
    "account": replace(LIMITS, order_size=TIGHT),
    "class": replace(LIMITS, overrides=(Override(sec_type="STK", order_size=TIGHT),)),
    "symbol": replace(LIMITS, overrides=(Override(symbol="SPY", order_size=TIGHT),)),
    "source": replace(LIMITS, overrides=(Override(source="strategy:gap", order_size=TIGHT),)),
    "all at once": replace(
        LIMITS,
        overrides=(
            Override(symbol="SPY", sec_type="STK", source="strategy:gap", order_size=TIGHT),
            Override(symbol="SPY", order_size=replace(TIGHT, catastrophic=D(90_000))),
        ),
    ),
}


@pytest.mark.parametrize("scope", SCOPES)
def test_each_scope_asks_at_its_first_level_and_refuses_at_its_second(scope: str) -> None:
    limits = SCOPES[scope]
    assert isinstance(sent(limits, 10), Submitted)
    asked = sent(limits, 11)
    assert isinstance(asked, NeedsAcknowledgement)
    assert [each.code for each in asked.findings] == [RiskCode.ORDER_SIZE]
    accepted = all_of(asked.findings)
    assert isinstance(sent(limits, 11, acknowledged=accepted), Submitted)
    assert isinstance(sent(limits, 20, acknowledged=accepted), Submitted)
    refused = sent(limits, 21, acknowledged=accepted)
    assert isinstance(refused, Denied)
    assert refused.findings[0].advice == "20 would pass."


@pytest.mark.parametrize(
    "other",
    [
        Override(sec_type="OPT", order_size=TIGHT),
        Override(symbol="IBM", order_size=TIGHT),
        Override(source="strategy:other", order_size=TIGHT),
        Override(symbol="SPY", source="ladder", order_size=TIGHT),
    ],
)
def test_limits_of_another_scope_are_not_those_of_the_order(other: Override) -> None:
    assert isinstance(sent(replace(LIMITS, overrides=(other,)), 21), Submitted)


@pytest.mark.parametrize("scope", SCOPES)
def test_no_scope_stands_between_a_trader_and_the_door(scope: str) -> None:
    door = Door()
    door.hold(500)
    door.stand(limits=SCOPES[scope])
    exit_ = a_draft(quantity=D(500), side=Side.SELL, source="strategy:gap")
    assert isinstance(door.submit(exit_), Submitted)


def test_where_not_even_one_share_passes_it_says_so() -> None:
    tiny = TwoLevel(personal=D(1), catastrophic=D(2))
    refused = sent(replace(LIMITS, order_size=tiny), 1)
    assert isinstance(refused, Denied)
    assert refused.findings[0].advice == "No size passes."
    door = Door()
    door.hold(1000)
    door.stand(
        limits=replace(LIMITS, position=TwoLevel(personal=D(90_000), catastrophic=D(99_000)))
    )
    full = door.submit(a_draft(intent_id=IntentId("more"), quantity=D(5)))
    assert isinstance(full, Denied)
    assert {each.advice for each in full.findings if each.code is RiskCode.POSITION} == {
        "No size passes."
    }


def test_each_account_and_each_profile_has_limits_of_its_own(tmp_path: Path) -> None:
    other = AccountId("SIM0000002")
    desks = {}
    for profile, size in (("simulated", 1000), ("tws-paper", 3000)):
        path = ProfileFiles.of(tmp_path, profile).limits
        bound = TwoLevel(personal=D(size), catastrophic=D(size))
        add_limits(path, replace(LIMITS, order_size=bound))
        add_limits(path, replace(LIMITS, account=other, order_size=bound.tighter(TIGHT)))
        desks[profile] = LimitsDesk(
            path, MemoryJournal(), lambda *_args, **_more: None, VirtualClock()
        )
    found = {
        (profile, account): desk.of(account).order_size.catastrophic  # type: ignore[union-attr]
        for profile, desk in desks.items()
        for account in (ACCOUNT, other)
    }
    assert found == {
        ("simulated", ACCOUNT): 1000,
        ("simulated", other): 1000,
        ("tws-paper", ACCOUNT): 3000,
        ("tws-paper", other): 2000,
    }


def test_when_the_day_begins_is_kept_in_the_file_and_an_older_file_begins_at_midnight(
    tmp_path: Path,
) -> None:
    path = tmp_path / "limits.toml"
    add_limits(path, replace(LIMITS, day_begins="17:00 America/Chicago"))
    assert read_limits(path)[ACCOUNT].day_begins == "17:00 America/Chicago"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("day_begins")]
    path.write_text("\n".join(lines))
    assert read_limits(path)[ACCOUNT] == LIMITS
