"""R11 with its facts: what the broker says of shares to borrow, and whether it lends at all."""

from dataclasses import replace
from typing import Any

import pytest

from tests.helpers.desk_fakes import SPY, D, Door, a_draft
from workstation.desk.judge import SHORTABLE
from workstation.domain.account import AccountSummary
from workstation.domain.finding import Denied, Level, NeedsAcknowledgement, RiskCode, Submitted
from workstation.domain.order import Side

SELL = Side.SELL


def lending(tick: float | None, **figures: Any) -> Door:
    """A door whose broker has told this tick, and these figures of the account."""
    door = Door()
    if tick is not None:
        door.quotes.set_number(SPY, SHORTABLE, tick)
    sources = door.judge._sources
    door.judge._sources = replace(sources, told=door.quotes.number)
    assert door.summary is not None
    door.summary = replace(door.summary, **figures)
    return door


def short_of(answer: Any) -> Level:
    return next(each.level for each in answer.findings if each.code is RiskCode.SHORT)


@pytest.mark.parametrize(
    ("tick", "kind", "level"),
    [
        (None, Submitted, Level.INFO),
        (3.0, Submitted, Level.INFO),
        (2.6, Submitted, Level.INFO),
        (2.5, NeedsAcknowledgement, Level.SOFT),
        (2.0, NeedsAcknowledgement, Level.SOFT),
        (1.5, Denied, Level.HARD),
        (1.0, Denied, Level.HARD),
    ],
)
def test_the_shortable_tick_decides_a_short_sale(tick: float, kind: type, level: Level) -> None:
    answer = lending(tick).submit(side=SELL)
    assert isinstance(answer, kind), answer
    assert short_of(answer) is level


def test_a_cash_account_sells_what_it_holds_and_nothing_more() -> None:
    door = lending(3.0, available_funds=D(900_000), buying_power=D(900_000))
    door.hold(100)
    assert isinstance(door.submit(side=SELL), Submitted)
    door = lending(3.0, available_funds=D(900_000), buying_power=D(900_000))
    answer = door.submit(side=SELL)
    assert isinstance(answer, Denied)
    assert "cash account" in next(x.text for x in answer.findings if x.code is RiskCode.SHORT)
    margin = lending(3.0, available_funds=D(900_000), buying_power=D(3_600_000))
    assert isinstance(margin.submit(side=SELL), Submitted)


def test_whether_an_account_is_a_cash_account_is_not_guessed_from_half_the_figures() -> None:
    known = AccountSummary(account=a_draft().account, updated_at=Door().clock.now())
    assert known.is_cash is None
    assert replace(known, available_funds=D(10)).is_cash is None
    assert replace(known, buying_power=D(10)).is_cash is None
    assert replace(known, available_funds=D(0), buying_power=D(0)).is_cash is None
    assert replace(known, available_funds=D(100), buying_power=D(105)).is_cash is True
    assert replace(known, available_funds=D(100), buying_power=D(106)).is_cash is False
