"""Combinations: which legs fit, what one of them can lose, and how a net price is judged."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, D, Door, a_draft, open_order, status
from workstation.desk.combos import ComboQuotes
from workstation.domain.combo import ComboLeg, combo_con_id
from workstation.domain.combo_contract import KnownLeg, combo_details, combo_quote
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.execution import Execution
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted, TradingState
from workstation.domain.ids import ClientId, ConId, ExecId, IntentId, OrderId, PermId
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.domain.prices import PriceLadder
from workstation.domain.quote import Quote
from workstation.domain.reports import ExecutionReport, PositionReport
from workstation.risk.combo import combo_unit, leg_faults

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
BUY, SELL = Side.BUY, Side.SELL


def leg(con_id: int, ratio: int, word: str, **changes: Any) -> KnownLeg:
    """A leg from words such as "C 200 20270115", "F 20261218" or "S"."""
    kind, *rest = word.split()
    terms: dict[str, Any] = {"symbol": "AAPL", "sec_type": "OPT", "right": kind}
    if kind in "CP":
        terms |= {"strike": D(rest[0]), "expiry": rest[1]}
    else:
        sec_type = {"F": "FUT", "S": "STK"}[kind]
        terms |= {"sec_type": sec_type, "right": "", "expiry": rest[0] if rest else ""}
    size = {"multiplier": D(1 if kind == "S" else 50 if kind == "F" else 100)}
    details = ContractDetails(
        contract=Contract(con_id=ConId(con_id), **terms),
        ladder=PriceLadder.of_tick(D("0.25") if kind == "F" else D("0.01")),
        order_types=frozenset({"LMT", "MKT"}),
        **size,
    )
    details = replace(details, contract=replace(details.contract, **changes))
    return KnownLeg(ComboLeg(con_id=ConId(con_id), ratio=ratio), details)


NEAR, FAR = "20270115", "20270319"
BULL = (leg(1, 1, f"C 200 {NEAR}"), leg(2, -1, f"C 210 {NEAR}"))


@pytest.mark.parametrize(
    ("legs", "side", "price", "size"),
    [
        (BULL, BUY, "3.00", 300),  # a debit spread loses its debit
        (BULL, SELL, "3.00", 700),  # sold, the width less the credit
        (BULL, BUY, "-1.00", 1),  # paid to take it: nothing to lose, and still a size
        ((leg(1, -1, f"P 190 {NEAR}"), leg(2, 1, f"P 180 {NEAR}")), BUY, "-1.00", 900),
        ((leg(1, 1, f"P 180 {NEAR}"), leg(2, -1, f"P 190 {NEAR}"),
          leg(3, -1, f"C 210 {NEAR}"), leg(4, 1, f"C 220 {NEAR}")), BUY, "-2.50", 750),
        ((leg(1, 1, f"C 190 {NEAR}"), leg(2, -2, f"C 200 {NEAR}"), leg(3, 1, f"C 210 {NEAR}")),
         BUY, "1.20", 120),
        ((leg(1, 1, f"C 200 {NEAR}"), leg(2, -2, f"C 210 {NEAR}")), BUY, "0.50", None),
        ((leg(1, -1, f"P 200 {NEAR}"), leg(2, -1, f"C 200 {NEAR}")), BUY, "-9.00", None),
        ((leg(1, -1, f"C 200 {NEAR}"), leg(2, 100, "S")), BUY, "195.00", 19500),
        ((leg(1, -1, f"C 200 {NEAR}"), leg(2, 1, f"C 200 {FAR}")), BUY, "2.00", 200),
        ((leg(1, -1, f"C 200 {NEAR}"), leg(2, 1, f"C 205 {FAR}")), BUY, "1.00", 600),
        ((leg(1, 1, f"C 200 {NEAR}"), leg(2, -1, f"C 200 {FAR}")), BUY, "-2.00", None),
        (BULL, BUY, None, None),
    ],
)  # fmt: skip
def test_the_size_of_an_option_combination_is_the_most_it_can_lose(
    legs: tuple[KnownLeg, ...], side: Side, price: str | None, size: int | None
) -> None:
    net = None if price is None else D(price)
    assert combo_unit(legs, [None] * len(legs), side, net, LIMITS) == size


def test_futures_count_the_margin_of_one_leg_and_stocks_what_they_are_worth() -> None:
    roll = (leg(1, -1, "F 20261218"), leg(2, 1, "F 20270319"))
    expected = 6010 * 50 * LIMITS.futures_margin_percent / 100
    assert combo_unit(roll, [D(6000), D(6010)], BUY, D(10), LIMITS) == expected
    assert combo_unit(roll, [D(6000), None], BUY, D(10), LIMITS) is None
    pair = (leg(1, 1, "S"), leg(2, -2, "S", symbol="MSFT"))
    assert combo_unit(pair, [D(200), D(400)], BUY, D(-600), LIMITS) == 1000
    mixed = (leg(1, 1, "F 20261218"), leg(2, 1, "S"))
    assert combo_unit(mixed, [D(6000), D(200)], BUY, D(1), LIMITS) is None


@pytest.mark.parametrize(
    ("legs", "text"),
    [
        (BULL[:1], "two to 4 legs"),
        (BULL * 3, "two to 4 legs"),
        ((BULL[0], BULL[0]), "same contract"),
        ((leg(1, 2, f"C 200 {NEAR}"), leg(2, -4, f"C 210 {NEAR}")), "common factor"),
        ((leg(1, 0, f"C 200 {NEAR}"), BULL[1]), "ratio"),
        ((leg(1, 1, f"C 200 {NEAR}", currency="EUR"), BULL[1]), "currencies"),
        ((leg(1, 1, f"C 200 {NEAR}", symbol="MSFT"), BULL[1]), "different underlyings"),
        ((leg(1, 1, "C 200 20261119"), BULL[1]), "has expired"),
        ((leg(1, 1, "C 200 soon"), BULL[1]), "expiry is not known"),
        ((leg(1, 1, f"C 200 {NEAR}", sec_type="WAR"), BULL[1]), None),
        ((leg(1, 1, f"C 200 {NEAR}", sec_type="BOND"), BULL[1]), "cannot be a leg"),
        (BULL, None),
    ],
)
def test_legs_that_do_not_fit_are_named(legs: tuple[KnownLeg, ...], text: str | None) -> None:
    found = [each.text for each in leg_faults(legs, TODAY)]
    assert found == [] if text is None else any(text in each for each in found)


def test_mini_options_are_not_mixed_with_standard_ones() -> None:
    mini = KnownLeg(BULL[1].leg, replace(BULL[1].details, multiplier=D(10)))
    assert any("different multipliers" in each.text for each in leg_faults((BULL[0], mini), TODAY))


def test_the_same_legs_have_one_number_below_zero_in_any_order() -> None:
    legs = tuple(each.leg for each in BULL)
    assert combo_con_id(legs) == combo_con_id(legs[::-1]) < 0
    assert combo_con_id(legs) != combo_con_id((legs[0], replace(legs[1], ratio=-2)))


def test_the_implied_market_crosses_every_spread_and_takes_the_worst_of_its_legs() -> None:
    quotes = {
        ConId(1): Quote(con_id=ConId(1), bid=5.0, ask=5.2, received_at=NOW),
        ConId(2): Quote(con_id=ConId(2), bid=2.0, ask=2.1, received_at=NOW, stale=True),
    }
    quote = combo_quote(BULL, quotes.get)
    assert quote is not None
    assert (quote.bid, quote.ask, quote.stale) == (2.9, 3.2, True)
    quotes[ConId(1)] = replace(quotes[ConId(1)], ask=None)
    half = combo_quote(BULL, quotes.get)
    assert half is not None
    assert (half.bid, half.ask) == (2.9, None)
    assert combo_quote(BULL, {}.get) is None
    covered = (leg(1, -1, f"C 200 {NEAR}"), leg(2, 100, "S"))
    quotes = {
        ConId(1): Quote(con_id=ConId(1), bid=5.0, ask=5.2, received_at=NOW),
        ConId(2): Quote(con_id=ConId(2), bid=200.0, ask=200.1, received_at=NOW),
    }
    whole = combo_quote(covered, quotes.get)
    assert whole is not None
    assert (whole.bid, whole.ask) == (194.8, 195.1)


# -- through the door -------------------------------------------------------------------------------


class ComboDoor(Door):
    """A door that knows a bull spread, quoted 2.90 to 3.20."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for each in BULL:
            self.contracts.known[each.leg.con_id] = each.details
        details = combo_details(BULL)
        self.con_id = details.contract.con_id
        self.contracts.known[self.con_id] = details
        sources = replace(self.judge._sources, quotes=ComboQuotes(self.quotes, self.contracts))
        self.judge._sources = sources
        for con_id, bid, ask in ((1, 5.0, 5.2), (2, 2.0, 2.1)):
            self.quotes.set_price(ConId(con_id), 1, bid)
            self.quotes.set_price(ConId(con_id), 2, ask)

    def spread(self, price: Any = "3.10", **changes: Any) -> OrderDraft:
        terms: dict[str, Any] = {
            "con_id": self.con_id, "legs": tuple(each.leg for each in BULL), "quantity": D(2),
            "limit_price": None if price is None else D(price), "source": "combo",
        }  # fmt: skip
        return a_draft(**(terms | changes))

    def held(self, con_id: int, quantity: int) -> None:
        self.positions.apply_position(
            PositionReport(account=a_draft().account, con_id=ConId(con_id), symbol="AAPL",
                           quantity=D(quantity), average_cost=None)
        )  # fmt: skip


def test_an_ordinary_spread_passes_silently_and_a_credit_below_zero_too() -> None:
    door = ComboDoor()
    assert isinstance(door.submit(door.spread()), Submitted)
    credit = door.spread("-1.00", intent_id=IntentId("b"))
    assert isinstance(door.submit(credit), Submitted)


def test_a_wrong_sign_and_a_size_beyond_the_limits_are_stopped() -> None:
    door = ComboDoor()
    wrong = door.submit(door.spread("-3.10", side=SELL))
    assert isinstance(wrong, Denied)
    assert "credit" in "".join(each.advice for each in wrong.findings)
    large = door.submit(door.spread("3.10", side=SELL, quantity=D(200)))
    assert isinstance(large, Denied | NeedsAcknowledgement)
    assert any(each.code == "R05_ORDER_SIZE" and "138,000" in each.measured
               for each in large.findings)  # fmt: skip


def test_a_combination_is_an_exit_only_where_every_leg_closes() -> None:
    door = ComboDoor()
    door.stand(trading_state=TradingState.REDUCING)
    door.held(1, 2)
    assert isinstance(door.submit(door.spread("2.90", side=SELL)), Denied)
    door.held(2, -2)
    assert isinstance(door.submit(door.spread("2.90", side=SELL)), Submitted)
    assert isinstance(
        door.submit(door.spread("2.90", side=SELL, quantity=D(3), intent_id=IntentId("b"))), Denied
    )


def test_each_leg_is_held_to_the_rules_of_its_own_contract() -> None:
    door = ComboDoor()
    limits = replace(LIMITS, contracts=replace(LIMITS.contracts, personal=D(1), catastrophic=D(1)))
    door.stand(limits=limits)
    answer = door.submit(door.spread())
    assert isinstance(answer, Denied)
    texts = [each.text for each in answer.findings if each.code == "R04_QUANTITY"]
    assert any(each.startswith("20270115 210C: ") for each in texts)


def test_a_combination_is_routed_by_the_broker_alone() -> None:
    door = ComboDoor()
    answer = door.submit(door.spread(route="CBOE"))
    assert isinstance(answer, Denied)
    assert "A combination is routed by the broker." in {each.text for each in answer.findings}


def test_what_works_of_a_combination_counts_in_each_of_its_legs() -> None:
    door = ComboDoor()
    door.submit(door.spread())
    door.contracts.known[ConId(2)] = replace(BULL[1].details, order_types=frozenset())
    buy = door.judge(a_draft(con_id=ConId(1), quantity=D(1), limit_price=D("5.10")), None)
    assert buy.facts is not None
    assert buy.facts.working.buys == 2


def test_legs_that_differ_from_the_contract_and_unknown_ones_are_refused() -> None:
    door = ComboDoor()
    other = (replace(BULL[0].leg, ratio=2), BULL[1].leg)
    assert isinstance(door.submit(door.spread(legs=other)), Denied)
    del door.contracts.known[ConId(2)]
    assert isinstance(door.submit(door.spread()), Denied)


def test_a_market_order_for_a_combination_is_measured_by_the_implied_market() -> None:
    door = ComboDoor()
    order = door.spread(None, order_type=OrderType.MARKET)
    assert isinstance(door.submit(order), Submitted)


def test_fills_of_the_legs_do_not_fill_the_combination_and_are_counted_once() -> None:
    door = ComboDoor()
    key = door.submit(door.spread()).key
    order = door.order(key)

    def executed(exec_id: str, con_id: int, sec_type: str, side: Side, quantity: int) -> int:
        fill = Execution(
            exec_id=ExecId(exec_id), order_id=order.order_id, client_id=order.client_id,
            perm_id=PermId(9001), order_ref=order.order_ref, account=order.account,
            con_id=ConId(con_id), symbol="AAPL", side=side, quantity=D(quantity), price=D(1),
            exchange="SMART", time=NOW, sec_type=sec_type,
        )  # fmt: skip
        door.positions.apply_execution(fill)
        return len(door.apply(ExecutionReport(execution=fill)))

    assert executed("a.02.01", 1, "OPT", BUY, 1) == 1
    assert order.filled == 0
    assert executed("a.01.01", 700_000_001, "BAG", BUY, 1) == 1
    assert executed("a.02.01", 1, "OPT", BUY, 1) == 0
    assert executed("a.03.01", 2, "OPT", SELL, 1) == 1
    assert order.filled == 1
    quantity = door.positions.quantity
    held = [quantity(order.account, ConId(n)) for n in (1, 2, 700_000_001, door.con_id)]
    assert held == [1, -1, 0, 0]
    again = door.restarted()
    assert again.order(key).filled == 1
    assert again.order(key).draft.legs == order.draft.legs
    assert len(list(again.orders.executions())) == 3


def test_a_leg_that_cannot_be_one_is_named_with_its_fault() -> None:
    strange = leg(1, 1, "S", sec_type="BOND")
    timeless = leg(2, -1, f"C 210 {NEAR}", expiry="")
    gone = leg(3, -1, "C 210 20261119")
    unsized = leg(4, -1, f"C 210 {NEAR}")
    unsized = replace(unsized, details=replace(unsized.details, multiplier=D(0)))
    for bad, words in (
        (strange, "a BOND cannot be a leg"),
        (timeless, "its expiry is not known"),
        (gone, "it has expired"),
        (unsized, "its multiplier is not known"),
    ):
        faults = leg_faults((leg(9, 1, f"C 200 {NEAR}"), bad), TODAY)
        assert any(words in each.text for each in faults), words


def test_a_combination_without_a_whole_live_market_asks() -> None:
    door = ComboDoor()
    door.quotes.set_data_type(ConId(1), 3)
    delayed = door.submit(door.spread())
    assert isinstance(delayed, NeedsAcknowledgement)
    assert "R14_DELAYED_DATA" in {each.code for each in delayed.findings}

    bare = ComboDoor()
    bare.quotes.set_price(ConId(2), 2, -1.0)
    asked = bare.submit(bare.spread())
    assert isinstance(asked, NeedsAcknowledgement | Denied)
    assert "NO_REFERENCE" in " ".join(each.code for each in asked.findings)


def test_a_leg_told_before_its_combination_is_known_fills_no_part_of_it() -> None:
    door = ComboDoor()
    fill = Execution(
        exec_id=ExecId("b.02.01"), order_id=OrderId(0), client_id=ClientId(3),
        perm_id=PermId(700), order_ref=None, account=ACCOUNT, con_id=ConId(1), symbol="AAPL",
        side=BUY, quantity=D(1), price=D(1), exchange="SMART", time=NOW, sec_type="OPT",
    )  # fmt: skip
    door.apply(ExecutionReport(execution=fill))
    door.apply(
        open_order(
            client_id=ClientId(3), order_id=OrderId(0), perm_id=PermId(700),
            con_id=ConId(28812380), symbol="AAPL", sec_type="BAG", quantity=D(1),
        )
    )  # fmt: skip
    (order,) = door.orders
    assert order.filled == 0
    assert [each.base_id for each in door.orders.executions()] == [fill.base_id]


@pytest.mark.parametrize(
    "legs",
    [
        (leg(1, 1, f"C 200 {NEAR}"), leg(2, -1, f"P 200 {FAR}")),
        (leg(1, 2, f"C 200 {NEAR}"), leg(2, -1, f"C 200 {FAR}")),
        (leg(1, 1, f"C 200 {NEAR}"), leg(2, -1, f"C 200 {FAR}"), leg(3, 1, f"C 210 {FAR}")),
    ],
)
def test_what_expires_on_two_days_and_is_no_calendar_has_no_known_end(
    legs: tuple[KnownLeg, ...],
) -> None:
    assert combo_unit(legs, [None] * len(legs), BUY, D("1.00"), LIMITS) is None


# -- legs of shares, and legs of others -------------------------------------------------------------


class CoveredDoor(ComboDoor):
    """A door that knows a covered call: 100 shares bought, one call sold, at 194.80 to 195.10."""

    LEGS = (leg(1, -1, f"C 200 {NEAR}"), leg(7, 100, "S"))

    def __post_init__(self) -> None:
        super().__post_init__()
        for each in self.LEGS:
            self.contracts.known[each.leg.con_id] = each.details
        details = combo_details(self.LEGS)
        self.covered = details.contract.con_id
        self.contracts.known[self.covered] = details
        self.quotes.set_price(ConId(7), 1, 200.0)
        self.quotes.set_price(ConId(7), 2, 200.1)

    def buy(self, quantity: int, **changes: Any) -> Any:
        legs = tuple(each.leg for each in self.LEGS)
        terms = {"con_id": self.covered, "legs": legs, "quantity": D(quantity), **changes}
        return self.submit(self.spread("195.00", **terms))


def wide(**changes: Any) -> Any:
    """Limits under which only those named can find something."""
    far = replace(LIMITS.order_size, personal=D(10**9), catastrophic=D(10**10))
    parts = {"order_size": far, "position": far, "contracts": far}
    for name in ("gross_exposure", "leverage", "margin_use_percent", "concentration_percent"):
        parts[name] = far
    return replace(LIMITS, **(parts | changes))


def few(personal: int, catastrophic: int) -> Any:
    return replace(LIMITS.leverage, personal=D(personal), catastrophic=D(catastrophic))


@pytest.mark.parametrize(
    ("changes", "quantity", "code"),
    [
        ({"concentration_percent": few(25, 100)}, 13, "R09_CONCENTRATION"),
        ({"gross_exposure": few(1, 4)}, 50, "R07_EXPOSURE"),
        ({"leverage": few(1, 4)}, 50, "R08_LEVERAGE"),
    ],
)
def test_shares_bought_as_a_leg_meet_the_limits_of_the_account(
    changes: dict[str, Any], quantity: int, code: str
) -> None:
    door = CoveredDoor()
    door.summary = replace(door.summary, available_funds=D(10**8))
    door.stand(limits=wide(**changes))
    answer = door.buy(quantity)
    assert isinstance(answer, NeedsAcknowledgement), answer
    assert code in {each.code for each in answer.findings}
    smaller = door.buy(quantity // 3, intent_id=IntentId("smaller"))
    assert isinstance(smaller, Submitted), smaller


def test_a_combination_that_closes_shares_is_stopped_by_no_limit_of_the_account() -> None:
    door = CoveredDoor()
    door.held(1, -5)
    door.held(7, 500)
    door.stand(limits=wide(gross_exposure=few(1, 1), leverage=few(1, 1)))
    door.summary = replace(door.summary, net_liquidation=D(1000))
    answer = door.buy(5, side=SELL)
    assert isinstance(answer, Submitted), answer


def test_without_net_liquidation_the_legs_are_left_to_the_rule_that_refuses() -> None:
    door = CoveredDoor()
    door.summary = replace(door.summary, net_liquidation=None)
    answer = door.buy(1)
    assert isinstance(answer, Denied)
    assert "R07_EXPOSURE" not in {each.code for each in answer.findings}


def test_a_leg_without_any_price_adds_nothing_to_the_sum() -> None:
    door = CoveredDoor()
    door.quotes.forget(ConId(7))
    door.stand(limits=wide(gross_exposure=few(1, 4)))
    answer = door.buy(50)
    assert "R07_EXPOSURE" not in {each.code for each in answer.findings}
    assert isinstance(answer, NeedsAcknowledgement | Denied)  # nothing measures it


def test_the_legs_of_a_combination_of_another_client_count_in_the_position() -> None:
    door = ComboDoor()
    foreign = {"client_id": ClientId(7), "order_id": OrderId(4), "perm_id": PermId(77)}
    legs = tuple(each.leg for each in BULL)
    door.apply(open_order(con_id=ConId(28812380), symbol="AAPL", sec_type="BAG", quantity=D(3),
                          limit_price=D("3.00"), legs=legs, **foreign))  # fmt: skip
    buy = door.judge(a_draft(con_id=ConId(1), quantity=D(1), limit_price=D("5.10")), None)
    assert buy.facts is not None
    assert (buy.facts.working.buys, buy.facts.working.sells) == (3, 0)
    sell = door.judge(a_draft(con_id=ConId(2), quantity=D(1), limit_price=D("2.05")), None)
    assert sell.facts is not None
    assert (sell.facts.working.buys, sell.facts.working.sells) == (0, 3)
    assert [each.side for each in sell.facts.opposite] == [SELL]
    door.apply(status("Cancelled", **foreign))
    after = door.judge(a_draft(con_id=ConId(1), quantity=D(1), limit_price=D("5.10")), None)
    assert after.facts is not None
    assert after.facts.working.buys == 0
