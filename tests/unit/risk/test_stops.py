"""Stop and stop limit orders: complete, on their own band, valued by their stop, told when late."""

from dataclasses import replace
from typing import Any

import pytest

from tests.helpers.desk_fakes import D, a_draft, spy
from tests.unit.risk.test_checks import facts, levels, quoted
from workstation.domain.finding import Level, RiskCode
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.risk import gate
from workstation.risk.facts import Facts, notional, unit_value

HARD, SOFT, INFO = Level.HARD, Level.SOFT, Level.INFO
SELL = Side.SELL


def stop(price: str | None = "105.00", **changes: Any) -> OrderDraft:
    """Buy 100 when 105.00 trades."""
    terms = {"order_type": OrderType.STOP, "limit_price": None, **changes}
    return a_draft(stop_price=None if price is None else D(price), **terms)


def stop_limit(price: str = "105.00", limit: str | None = "105.50", **changes: Any) -> OrderDraft:
    return stop(
        price,
        order_type=OrderType.STOP_LIMIT,
        limit_price=None if limit is None else D(limit),
        **changes,
    )


BREACHES: list[tuple[str, Facts, RiskCode, Level]] = [
    ("no stop", facts(stop(None)), RiskCode.STOP_MISSING, HARD),
    ("stop limit, no stop", facts(replace(stop_limit(), stop_price=None)),
     RiskCode.STOP_MISSING, HARD),
    ("stop limit, no limit", facts(stop_limit(limit=None)), RiskCode.PRICE_MISSING, HARD),
    ("stop at a limit", facts(stop(limit_price=D(105))), RiskCode.PRICE_NOT_TAKEN, HARD),
    ("limit with a stop", facts(a_draft(stop_price=D(105))), RiskCode.STOP_NOT_TAKEN, HARD),
    ("stop off tick", facts(stop("105.005")), RiskCode.OFF_TICK, HARD),
    ("not offered", facts(stop(), details=spy(order_types=frozenset({"LMT"}))),
     RiskCode.TYPE_NOT_OFFERED, HARD),
    ("size by the stop", facts(stop(quantity=D(953))), RiskCode.ORDER_SIZE, SOFT),
    ("size by the limit", facts(stop_limit(quantity=D(948))), RiskCode.ORDER_SIZE, SOFT),
    ("reached, buying", facts(stop("100.01")), RiskCode.STOP_THROUGH, SOFT),
    ("reached, selling", facts(stop("99.99", side=SELL)), RiskCode.STOP_THROUGH, SOFT),
    ("limit beyond its stop", facts(stop_limit(limit="108.16")), RiskCode.PRICE_COLLAR, SOFT),
    ("limit absurdly beyond", facts(stop_limit(limit="117.61")), RiskCode.PRICE_COLLAR, HARD),
    ("limit below its stop, selling", facts(stop_limit("95.00", "92.14", side=SELL)),
     RiskCode.PRICE_COLLAR, SOFT),
    ("no market", facts(stop(), quote=None), RiskCode.NO_REFERENCE, SOFT),
]  # fmt: skip

PASSES = [
    ("stop", facts(stop())),
    ("stop to sell", facts(stop("95.00", side=SELL), position=D(100))),
    ("stop limit", facts(stop_limit())),
    ("stop limit in its collar", facts(stop_limit(limit="108.15"))),
    ("stop limit that may miss", facts(stop_limit(limit="104.00"))),
    ("a tick from the market", facts(stop("100.02"))),
    ("a tick from the market, selling", facts(stop("99.98", side=SELL), position=D(100))),
    ("size at the limit", facts(stop(quantity=D(952)))),
]


@pytest.mark.parametrize(
    ("case", "code", "level"), [each[1:] for each in BREACHES], ids=[each[0] for each in BREACHES]
)
def test_one_step_beyond_is_found(case: Facts, code: RiskCode, level: Level) -> None:
    assert levels(case)[code] is level


@pytest.mark.parametrize("case", [each[1] for each in PASSES], ids=[each[0] for each in PASSES])
def test_an_ordinary_stop_finds_nothing(case: Facts) -> None:
    assert gate.findings(case) == ()


def test_a_stop_that_is_an_exit_is_only_told_that_it_trades_at_once() -> None:
    case = facts(stop("99.99", side=SELL), is_exit=True, position=D(100))

    assert levels(case) == {RiskCode.STOP_THROUGH: INFO}


def test_the_offered_stop_lies_away_from_the_market() -> None:
    assert gate.findings(facts(stop("105.005")))[0].advice == "105.01 would pass."
    assert gate.findings(facts(stop("95.005", side=SELL)))[0].advice == "95.00 would pass."


def test_each_price_is_judged_on_its_own_band() -> None:
    cheap = quoted(bid=0.99, ask=0.995)
    fine = facts(stop_limit("0.9999", "1.02"), quote=cheap)

    assert RiskCode.OFF_TICK not in levels(fine)
    assert levels(facts(stop_limit("0.9999", "1.0001"), quote=cheap))[RiskCode.OFF_TICK] is HARD


def test_a_stop_is_valued_at_worst() -> None:
    assert unit_value(facts(stop("105.00"))) == D(105)
    assert unit_value(facts(stop("99.00"))) == D("100.01")  # reached already: the ask
    assert unit_value(facts(stop("95.00", side=SELL))) == D("99.99")
    assert unit_value(facts(stop_limit("105.00", "105.50"))) == D("105.50")
    assert unit_value(facts(stop("95.00", side=SELL), quote=None)) == D(95)
    assert notional(facts(stop("105.00")), D(10)) == D(1050)


def test_a_stop_that_cannot_travel_is_denied_and_breaks_no_check() -> None:
    for text in ("NaN", "sNaN", "Infinity", "1E+999999", "2147483647"):
        for draft in (stop(text), stop(text, side=SELL), stop_limit(text), stop_limit(limit=text)):
            found = levels(facts(draft))
            assert found[RiskCode.PRICE_NOT_FINITE] is HARD
            assert RiskCode.CHECK_ERROR not in found


def test_a_stop_limit_at_a_negative_stop_has_no_collar() -> None:
    found = levels(facts(stop_limit("-1.00", "-0.50", side=SELL)))

    assert RiskCode.PRICE_COLLAR not in found
    assert RiskCode.CHECK_ERROR not in found
