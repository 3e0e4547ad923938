"""What may be opened at all: restricted exchanges, a list of allowed symbols, halted contracts."""

from dataclasses import replace

import pytest

from tests.helpers.desk_fakes import LIMITS, SPY, D, Door, a_draft, spy
from tests.unit.risk.test_checks import facts, levels
from workstation.desk.judge import HALTED
from workstation.domain.finding import Denied, Level, NeedsAcknowledgement, RiskCode, Submitted
from workstation.domain.order import OrderType, Side
from workstation.risk.limits import Restriction, RestrictionMode

NO = RestrictionMode.NO_TRADE


def test_an_exchange_is_restricted_wherever_it_is_the_contracts_own() -> None:
    rule = replace(LIMITS, restricted=(Restriction(mode=NO, exchange="PINK"),))
    home = spy(contract=replace(spy().contract, primary_exchange="PINK"))
    there = spy(contract=replace(spy().contract, exchange="PINK"))
    for details in (home, there):
        assert levels(facts(limits=rule, details=details))[RiskCode.RESTRICTED] is Level.HARD
    assert RiskCode.RESTRICTED not in levels(facts(limits=rule))
    other = replace(LIMITS, restricted=(Restriction(mode=NO, exchange="PINK", symbol="ABC"),))
    assert RiskCode.RESTRICTED not in levels(facts(limits=other, details=home))
    with pytest.raises(ValueError, match="must name"):
        Restriction(mode=NO)


def test_only_what_is_on_a_list_of_allowed_symbols_is_opened() -> None:
    door = Door()
    door.stand(limits=replace(LIMITS, allowed=("QQQ",)))
    answer = door.submit()
    assert isinstance(answer, Denied)
    assert RiskCode.NOT_ALLOWED in {each.code for each in answer.findings}
    door.hold(100)
    assert isinstance(door.submit(side=Side.SELL), Submitted)
    door.stand(limits=replace(LIMITS, allowed=("QQQ", "SPY")))
    assert isinstance(door.submit(), Submitted)


def test_an_order_for_a_halted_contract_says_so_and_at_the_market_asks() -> None:
    door = Door()
    door.judge._sources = replace(door.judge._sources, told=door.quotes.number)
    market = {"order_type": OrderType.MARKET, "limit_price": None, "quantity": D(1)}
    for halt in (1.0, 2.0):
        door.quotes.set_number(SPY, HALTED, halt)
        asked = door.judge(a_draft(**market), None)
        assert isinstance(asked.refusal, NeedsAcknowledgement)
        told = door.judge(a_draft(quantity=D(1)), None)
        assert told.refusal is None
        assert RiskCode.HALTED in {each.code for each in told.findings}
    door.quotes.set_number(SPY, HALTED, 0.0)
    assert door.judge(a_draft(**market), None).refusal is None
