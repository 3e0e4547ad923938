"""Each check: passes, passes exactly at the limit, speaks one step beyond, and fails closed."""

from dataclasses import replace
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, NOON, SPY, D, a_draft, spy
from workstation.domain.account import AccountSummary, Environment
from workstation.domain.contract import Contract
from workstation.domain.finding import Denied, Level, NeedsAcknowledgement, RiskCode, TradingState
from workstation.domain.ids import AccountId
from workstation.domain.order import OrderType, Side
from workstation.domain.override import accepted
from workstation.domain.quote import MarketDataType, Quote
from workstation.risk import gate
from workstation.risk.checks import ALL_CHECKS
from workstation.risk.exposure import Leaves
from workstation.risk.facts import Facts, Link, notional, reference_price, sendable
from workstation.risk.limits import TwoLevel

HARD, SOFT, INFO = Level.HARD, Level.SOFT, Level.INFO
BAD_NUMBERS = [
    "NaN", "sNaN", "Infinity", "-Infinity", "1E+999999", "1E-999999", "1E+12", "2147483647",
    "100.00000000000001", "1.7976931348623157E308", "170141183460469231731687303715884105727",
]  # fmt: skip


def facts(draft: Any = None, **changes: Any) -> Facts:
    draft = draft or a_draft()
    base = Facts(
        draft=draft,
        open_quantity=draft.quantity,
        now=NOON,
        details=spy(),
        quote=Quote(con_id=SPY, bid=99.99, ask=100.01, last=100.0, received_at=NOON),
        position=D(0),
        working=Leaves(D(0), D(0)),
        is_exit=False,
        summary=AccountSummary(
            account=ACCOUNT,
            net_liquidation=D(1_000_000),
            available_funds=D(1_000_000),
            updated_at=NOON,
        ),
        limits=LIMITS,
        limits_fault="",
        link=Link(
            ready=True, synced=True, suspect=False, bytes_waiting=0, wire_has_room=True, reason=""
        ),
        environment=Environment.SIMULATED,
        accounts=(ACCOUNT,),
        armed=False,
        read_only=False,
        trading_state=TradingState.ACTIVE,
        trading_reason="",
        actions_last_second=0,
        actions_last_minute=0,
        seconds_since_same=None,
        open_cost=D(0),
    )
    return replace(base, **changes)


def linked(**changes: Any) -> Facts:
    return facts(link=replace(facts().link, **changes))


def limited(**changes: Any) -> Any:
    return replace(LIMITS, **changes)


def market_buy(**changes: Any) -> Any:
    return a_draft(order_type=OrderType.MARKET, **changes)


def quoted(**changes: Any) -> Quote:
    return replace(facts().quote, **changes)  # type: ignore[type-var]


def levels(case: Facts) -> dict[RiskCode, Level]:
    return {finding.code: finding.level for finding in gate.findings(case)}


LIVE = AccountId("U1234567")
live = {"accounts": (LIVE,), "environment": Environment.LIVE}


def live_draft(**changes: Any) -> Any:
    return a_draft(account=LIVE, **changes)


def test_an_ordinary_order_finds_nothing() -> None:
    assert gate.findings(facts()) == ()


BREACHES: list[tuple[str, Facts, RiskCode, Level]] = [
    # R01
    ("read only", facts(read_only=True), RiskCode.READ_ONLY, HARD),
    ("foreign account", facts(accounts=()), RiskCode.UNKNOWN_ACCOUNT, HARD),
    ("paper profile", facts(environment=Environment.PAPER), RiskCode.WRONG_ENVIRONMENT, HARD),
    ("live unarmed", facts(live_draft(), **live), RiskCode.NOT_ARMED, HARD),
    # R02
    ("no shares", facts(a_draft(quantity=D(0))), RiskCode.QUANTITY_NOT_POSITIVE, HARD),
    ("minus shares", facts(a_draft(quantity=D(-1))), RiskCode.QUANTITY_NOT_POSITIVE, HARD),
    ("no limit", facts(a_draft(limit_price=None)), RiskCode.PRICE_MISSING, HARD),
    ("MKT at a price", facts(market_buy(limit_price=D(100))), RiskCode.PRICE_NOT_TAKEN, HARD),
    ("no contract", facts(details=None), RiskCode.UNKNOWN_CONTRACT, HARD),
    (
        "no such type",
        facts(details=spy(order_types=frozenset({"MKT"}))),
        RiskCode.TYPE_NOT_OFFERED,
        HARD,
    ),
    # R03
    ("off tick", facts(a_draft(limit_price=D("100.001"))), RiskCode.OFF_TICK, HARD),
    ("half a share", facts(a_draft(quantity=D("0.5"))), RiskCode.OFF_LOT, HARD),
    ("off lot", facts(details=spy(size_increment=D(200))), RiskCode.OFF_LOT, HARD),
    ("below the least", facts(details=spy(min_size=D(101))), RiskCode.OFF_LOT, HARD),
    # R04
    (
        "quantity, personal",
        facts(limits=limited(quantity=TwoLevel(personal=D(99), catastrophic=D(100)))),
        RiskCode.QUANTITY,
        SOFT,
    ),
    (
        "quantity, catastrophic",
        facts(limits=limited(quantity=TwoLevel(personal=D(9), catastrophic=D(99)))),
        RiskCode.QUANTITY,
        HARD,
    ),
    # R05
    ("size, personal", facts(a_draft(quantity=D(1001))), RiskCode.ORDER_SIZE, SOFT),
    ("size, catastrophic", facts(a_draft(quantity=D(5001))), RiskCode.ORDER_SIZE, HARD),
    ("no limits", facts(limits=None), RiskCode.LIMITS, HARD),
    ("market without a price", facts(market_buy(), quote=None), RiskCode.ORDER_SIZE, HARD),
    ("no account figures", facts(summary=None), RiskCode.NO_REFERENCE, HARD),
    (
        "another currency",
        facts(details=spy(contract=Contract(con_id=SPY, symbol="SPY", currency="GBP")), fx=None),
        RiskCode.NO_REFERENCE,
        HARD,
    ),
    # R06
    ("position, personal", facts(position=D(2401)), RiskCode.POSITION, SOFT),
    ("position, catastrophic", facts(position=D(9901)), RiskCode.POSITION, HARD),
    ("working buys count", facts(working=Leaves(D(2401), D(0))), RiskCode.POSITION, SOFT),
    (
        "a short counts",
        facts(a_draft(side=Side.SELL), position=D(-2401)),
        RiskCode.POSITION,
        SOFT,
    ),
    # R10
    ("into the buffer", facts(open_cost=D("994444")), RiskCode.FUNDS, SOFT),
    ("beyond the funds", facts(open_cost=D("995000")), RiskCode.FUNDS, HARD),
    (
        "no funds reported",
        facts(summary=AccountSummary(account=ACCOUNT, updated_at=NOON)),
        RiskCode.FUNDS,
        SOFT,
    ),
    # R14
    ("far above", facts(a_draft(limit_price=D("103.02"))), RiskCode.PRICE_COLLAR, SOFT),
    ("absurdly above", facts(a_draft(limit_price=D("112.02"))), RiskCode.PRICE_COLLAR, HARD),
    (
        "far below, selling",
        facts(a_draft(side=Side.SELL, limit_price=D("96.99"))),
        RiskCode.PRICE_COLLAR,
        SOFT,
    ),
    ("no quote", facts(quote=None), RiskCode.NO_REFERENCE, SOFT),
    ("stale quote", facts(quote=quoted(stale=True)), RiskCode.NO_REFERENCE, SOFT),
    (
        "delayed quote",
        facts(quote=quoted(data_type=MarketDataType.DELAYED)),
        RiskCode.DELAYED_DATA,
        SOFT,
    ),
    (
        "frozen quote",
        facts(quote=quoted(data_type=MarketDataType.FROZEN)),
        RiskCode.NO_REFERENCE,
        SOFT,
    ),
    ("one-sided", facts(quote=quoted(bid=None)), RiskCode.NO_REFERENCE, INFO),
    ("crossed", facts(quote=quoted(bid=100.5)), RiskCode.NO_REFERENCE, INFO),
    (
        "nothing but NaN",
        facts(quote=quoted(bid=None, last=float("nan"))),
        RiskCode.NO_REFERENCE,
        SOFT,
    ),
    # R15
    ("the 11th in a second", facts(actions_last_second=10), RiskCode.RATE, HARD),
    ("the 121st in a minute", facts(actions_last_minute=120), RiskCode.RATE, HARD),
    ("no room on the wire", linked(wire_has_room=False), RiskCode.RATE, HARD),
    # R17
    ("again after 2.9 s", facts(seconds_since_same=2.9), RiskCode.DUPLICATE, SOFT),
    # R22
    ("link down", linked(ready=False, synced=False), RiskCode.LINK_NOT_READY, HARD),
    ("comparing", linked(ready=False), RiskCode.LINK_NOT_READY, HARD),
    ("suspect", linked(suspect=True), RiskCode.LINK_NOT_READY, HARD),
    ("bytes waiting", linked(bytes_waiting=1), RiskCode.BYTES_WAITING, HARD),
    # R23
    ("reducing", facts(trading_state=TradingState.REDUCING), RiskCode.TRADING_STATE, HARD),
    ("halted", facts(trading_state=TradingState.HALTED), RiskCode.TRADING_STATE, HARD),
    ("locked", facts(trading_state=TradingState.LOCKED), RiskCode.TRADING_STATE, HARD),
]

AT_THE_LIMIT: list[tuple[str, Facts]] = [
    ("armed live", facts(live_draft(), armed=True, **live)),
    ("a tick below 1", facts(a_draft(limit_price=D("0.9999")), quote=quoted(bid=0.99, ask=1.0))),
    ("a lot", facts(details=spy(size_increment=D(25), min_size=D(100)))),
    ("quantity", facts(limits=limited(quantity=TwoLevel(personal=D(100), catastrophic=D(100))))),
    ("order size", facts(a_draft(quantity=D(1000)))),
    ("position", facts(position=D(2400))),
    ("position with working", facts(position=D(2000), working=Leaves(D(400), D(9999)))),
    ("funds", facts(open_cost=D(1_000_000) - D(5001) / D("0.9"))),
    ("collar", facts(a_draft(limit_price=D("103.01")))),
    ("collar of a sale", facts(
        a_draft(side=Side.SELL, limit_price=D("97.00")), position=D(100)
    )),
    ("collar of a wide market", facts(
        a_draft(limit_price=D("150.00")), quote=quoted(bid=80.0, ask=100.0)
    )),
    ("passive", facts(a_draft(limit_price=D("88.01")))),
    ("the 10th in a second", facts(actions_last_second=9, actions_last_minute=119)),
    ("again after 3 s", facts(seconds_since_same=3.0)),
    ("again from the ladder", facts(a_draft(source="ladder"), seconds_since_same=0.2)),
    ("type list unknown", facts(details=spy(order_types=frozenset()))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "code", "level"), [each[1:] for each in BREACHES], ids=[each[0] for each in BREACHES]
)
def test_one_step_beyond_is_found(case: Facts, code: RiskCode, level: Level) -> None:
    assert levels(case)[code] is level


def test_exactly_at_the_limit_passes_silently() -> None:
    for name, case in AT_THE_LIMIT:
        assert gate.findings(case) == (), name


STOPS_AN_EXIT = ("R01", "R02", "R03")


def test_an_exit_is_informed_and_not_refused() -> None:
    for name, case, code, _ in BREACHES:
        found = gate.findings(replace(case, is_exit=True))
        unsynced = code is RiskCode.LINK_NOT_READY and not case.link.synced
        locked = code is RiskCode.TRADING_STATE and case.trading_state is TradingState.LOCKED
        if code is RiskCode.NOT_ARMED:
            assert found == ()  # arming protects entries only
        elif code.startswith(STOPS_AN_EXIT) or unsynced or locked:
            assert isinstance(gate.refusal(found, frozenset()), Denied), name
        else:
            assert {finding.level for finding in found} == {INFO}, name
            assert gate.refusal(found, frozenset()) is None, name


@pytest.mark.parametrize("check", ALL_CHECKS)
def test_a_failing_check_is_hard_for_an_entry_and_informs_an_exit(
    check: Any, expected_log: Any
) -> None:
    expected_log("risk check check_that_breaks failed")

    def check_that_breaks(_facts: Facts) -> Any:
        raise ZeroDivisionError("oops")

    checks = tuple(check_that_breaks if each is check else each for each in ALL_CHECKS)

    assert [(f.code, f.level) for f in gate.findings(facts(), checks)] == [
        (RiskCode.CHECK_ERROR, HARD)
    ]
    assert [f.level for f in gate.findings(facts(is_exit=True), checks)] == [INFO]


def test_a_number_that_cannot_travel_is_denied_and_breaks_no_check() -> None:
    for text in BAD_NUMBERS:
        limits = limited(quantity=TwoLevel(personal=D(99), catastrophic=D(100)))
        bad_price = RiskCode.PRICE_NOT_FINITE
        bad_quantity = RiskCode.QUANTITY_NOT_POSITIVE
        for side in Side:
            for draft, code in (
                (a_draft(limit_price=D(text), side=side), bad_price),
                (a_draft(quantity=D(text), side=side), bad_quantity),
                (market_buy(quantity=D(text), side=side), bad_quantity),
            ):
                for is_exit in (False, True):
                    found = levels(facts(draft, limits=limits, is_exit=is_exit))
                    assert found[code] is HARD
                    assert RiskCode.CHECK_ERROR not in found


def test_an_ordinary_number_travels() -> None:
    for text in ["0", "0E+999999", "-1.25", "1E+3", "0.0001", "999999999999"]:
        assert sendable(D(text))
        assert D(repr(float(D(text)))) == D(text)


def test_the_offered_price_is_the_passive_neighbour() -> None:
    buy = facts(a_draft(limit_price=D("100.005")))
    sell = facts(a_draft(limit_price=D("100.005"), side=Side.SELL))

    assert gate.findings(buy)[0].advice == "100.00 would pass."
    assert gate.findings(sell)[0].advice == "100.01 would pass."


def test_a_sale_is_valued_at_the_better_of_limit_and_bid() -> None:
    cheap = facts(a_draft(side=Side.SELL, limit_price=D("98.00")))

    assert notional(cheap, D(100)) == D("9999.00")


def test_a_market_order_is_valued_with_two_percent_more() -> None:
    assert notional(facts(market_buy()), D(100)) == D("10201.0200")


def test_pence_are_not_pounds() -> None:
    case = facts(details=spy(price_magnifier=100, multiplier=D(1)))

    assert notional(case, D(100)) == D(100)


def test_a_zero_bid_is_a_price_but_values_a_sale_at_the_ask() -> None:
    case = facts(market_buy(side=Side.SELL), quote=quoted(bid=0.0, ask=0.05))

    assert reference_price(case) == 0
    assert notional(case, D(1_000_000)) == D("51000.0000")


def test_a_zero_bid_without_an_ask_lets_no_short_sale_pass_unmeasured() -> None:
    quote = quoted(bid=None, ask=None, last=0.0, close=None)

    assert levels(facts(market_buy(side=Side.SELL), quote=quote))[RiskCode.ORDER_SIZE] is HARD


def test_without_two_sides_the_last_trade_and_then_the_close_is_the_reference() -> None:
    assert reference_price(facts(quote=quoted(bid=None))) == D("100.0")
    assert reference_price(facts(quote=quoted(bid=None, last=None, close=98.0))) == D("98.0")
    assert reference_price(facts(quote=quoted(bid=None, last=None))) is None


def test_an_exit_is_told_when_standing_orders_could_turn_the_position_around() -> None:
    case = facts(
        market_buy(side=Side.SELL),
        position=D(100),
        working=Leaves(D(0), D(100)),
        is_exit=True,
    )

    (finding,) = gate.findings(case)
    assert (finding.code, finding.level) == (RiskCode.POSITION, INFO)
    assert "keep working" in finding.text


def test_what_a_changed_order_has_filled_counts_neither_for_position_nor_for_funds() -> None:
    draft = a_draft(quantity=D(1000))
    case = facts(draft, position=D(2400), open_quantity=D(100), open_cost=D(994_000))

    assert gate.findings(case) == ()
    assert levels(replace(case, open_quantity=D(1000))) == {
        RiskCode.POSITION: SOFT,
        RiskCode.CONCENTRATION: SOFT,
        RiskCode.FUNDS: HARD,
    }


def test_findings_come_heaviest_first_and_all_of_them_come() -> None:
    found = gate.findings(facts(a_draft(quantity=D(5001)), read_only=True, quote=None))

    assert [finding.level for finding in found] == sorted((f.level for f in found), reverse=True)
    assert {RiskCode.READ_ONLY, RiskCode.ORDER_SIZE, RiskCode.NO_REFERENCE} <= {
        finding.code for finding in found
    }


def test_soft_findings_wait_for_each_acknowledgement_and_hard_ones_for_none() -> None:
    found = gate.findings(facts(a_draft(quantity=D(1001)), seconds_since_same=1.0))
    both = frozenset(finding.acknowledgement for finding in found)

    assert isinstance(gate.refusal(found, frozenset()), NeedsAcknowledgement)
    assert isinstance(gate.refusal(found, frozenset(list(both)[:1])), NeedsAcknowledgement)
    bare = gate.refusal(found, both)
    assert isinstance(bare, NeedsAcknowledgement)  # the size is a limit of one's own
    said = bare.findings[0]
    assert (said.code, said.level) == (RiskCode.REASON_MISSING, Level.SOFT)
    assert "R05_ORDER_SIZE" in said.text
    assert "R17" not in said.text
    itself = both | {said.acknowledgement}
    assert isinstance(gate.refusal(found, itself), NeedsAcknowledgement)
    assert gate.refusal(found, accepted(found, "a block of the fund")) is None
    hard = gate.findings(facts(a_draft(quantity=D(5001))))
    assert isinstance(gate.refusal(hard, frozenset(f.acknowledgement for f in hard)), Denied)


def test_below_the_smallest_price_it_says_which_one_would_pass() -> None:
    tiny = facts(draft=a_draft(limit_price=D("0.00005")))
    advice = {each.code: each.advice for each in gate.findings(tiny)}
    assert advice[RiskCode.OFF_TICK] == "No price between 0 and 0.0001 passes; 0.0001 would."
