"""An order and its hedge leave whole or not at all, judged at the most the hedge can be."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from tests.helpers.desk_fakes import (
    LIMITS,
    SPY,
    D,
    Door,
    a_draft,
    execution,
    open_order,
    spy,
)
from workstation.domain.contract import Contract
from workstation.domain.finding import (
    Denied,
    Level,
    NeedsAcknowledgement,
    RiskCode,
    Submitted,
)
from workstation.domain.hedge import Hedge, HedgeKind, hedge_words
from workstation.domain.hedged import HedgedDraft
from workstation.domain.ids import ConId
from workstation.domain.order import OrderTerms, OrderType, Side, terms_words
from workstation.domain.order_status import Lifecycle, Pending
from workstation.domain.reports import ExecutionReport
from workstation.oms.events import Intent
from workstation.risk.facts import Facts
from workstation.risk.hedging import hedge_findings, most
from workstation.risk.limits import TwoLevel

K = HedgeKind
IBM, EURUSD, OPTION, EUROPEAN = ConId(8314), ConId(12087792), ConId(700), ConId(800)
PAIR = Hedge(kind=K.PAIR, ratio=D("1.5"))


def contract(con_id: ConId, symbol: str, **terms: Any) -> Any:
    return spy(contract=Contract(con_id=con_id, symbol=symbol, **terms))


@pytest.fixture
def door() -> Door:
    door = Door()
    option = contract(OPTION, "SPY", sec_type="OPT", right="C", local_symbol="SPY C")
    for each in (
        contract(IBM, "IBM"),
        contract(EURUSD, "EUR", sec_type="CASH", currency="USD"),
        contract(EUROPEAN, "BMW", currency="EUR"),
        replace(option, multiplier=D(100), under_con_id=SPY, under_symbol="SPY"),
    ):
        door.contracts.known[each.contract.con_id] = each
    price(door, IBM, 199.98, 200.00)
    price(door, OPTION, 4.99, 5.01)
    price(door, EURUSD, 1.10, 1.11)
    enabled = frozenset({"STK", "OPT", "CASH"})
    door.stand(limits=replace(LIMITS, enabled_classes=enabled))
    return door


def price(door: Door, con_id: ConId, bid: float, ask: float) -> None:
    door.quotes.set_price(con_id, 1, bid)
    door.quotes.set_price(con_id, 2, ask)


def wish(hedge: Hedge = PAIR, con_id: ConId = IBM, side: Side = Side.SELL, **parent: Any) -> Any:
    return HedgedDraft(parent=a_draft(**parent), hedge=hedge, con_id=con_id, side=side)


def sent(door: Door, wanted: HedgedDraft | None = None) -> Any:
    return door.desk.submit_hedged(wanted or wish())


def facts(door: Door, *, parent: ConId, con_id: ConId) -> tuple[Facts, Facts]:
    """Return what risk knows of an order and of its hedge."""
    drafts = (a_draft(con_id=parent), a_draft(con_id=con_id, order_type=OrderType.MARKET))
    first, second = (door.judge(each, None).facts for each in drafts)
    assert first is not None
    assert second is not None
    return first, second


def words(answer: Any) -> str:
    return " ".join(each.text for each in answer.findings)


def test_the_order_waits_for_its_hedge_and_both_are_on_record_first(door: Door) -> None:
    answer = sent(door)
    assert isinstance(answer, Submitted)
    parent, child = list(door.orders)
    assert (answer.order_id, answer.key) == (parent.order_id, parent.key)
    assert [frame.split(b"|")[2:5] + frame.split(b"|")[-3:] for frame in door.broker.frames] == [
        [b"756733", b"BUY", b"100", b"None", b"False", b"False"],
        [b"8314", b"SELL", b"0", b"1", b"True", b"False"],
    ]
    assert (child.parent, child.parent_id, child.order_type) == (parent.key, 1, "MKT")
    assert child.terms.hedge == PAIR
    assert door.journal.events.count("Intent") == 2
    assert door.checkpoints == ["approved", "intent", "registered", "sent 1", "sent 2"]
    assert sent(door).key == parent.key  # the same wish again
    assert len(door.broker.frames) == 2


def test_the_broker_sizes_it_and_its_fills_end_it(door: Door) -> None:
    sent(door)
    _, child = list(door.orders)
    door.apply(open_order(child, quantity=D(0), terms=child.terms))
    assert (child.lifecycle, child.quantity) != (Lifecycle.FILLED, D(0))
    door.apply(open_order(child, quantity=D(150), terms=child.terms))
    assert child.view().remaining == 150
    fill = replace(execution("h.1.01", 150, order_id=child.order_id), con_id=IBM)
    door.apply(ExecutionReport(execution=replace(fill, order_ref=child.order_ref)))
    assert child.lifecycle is Lifecycle.FILLED
    assert not child.flags


def test_a_restart_knows_the_hedge_and_an_older_record_has_none(door: Door) -> None:
    sent(door)
    again = door.restarted()
    hedges = [each.terms.hedge for each in again.orders]
    assert hedges == [None, PAIR]
    entry = next(each for each in door.journal.entries if each.event == "Intent")
    older = msgspec.json.decode(entry.body)
    del older["draft"]["terms"]["hedge"]
    old = msgspec.json.decode(msgspec.json.encode(older), type=Intent)
    assert old.draft.terms.hedge is None


def test_where_the_link_breaks_between_nothing_is_left(door: Door) -> None:
    writes: list[bool] = []
    write = door.broker.write_order

    def once(order: Any, *, may_wait: bool = False) -> bool:
        writes.append(may_wait)
        return len(writes) == 1 and write(order)

    door.broker.write_order = once  # type: ignore[method-assign]
    assert isinstance(sent(door), Denied)
    parent, child = list(door.orders)
    assert child.lifecycle is Lifecycle.NOT_PLACED
    assert parent.cancel is Pending.REQUESTED


# -- what it may be ---------------------------------------------------------------------------------


def test_a_delta_hedge_of_a_stock_is_refused(door: Door) -> None:
    answer = sent(door, wish(Hedge(kind=K.DELTA)))
    assert isinstance(answer, Denied)
    assert "Only an option has a delta" in words(answer)
    assert door.broker.frames == []


def test_an_option_is_hedged_with_what_it_rests_on(door: Door) -> None:
    call = {"quantity": D(2), "limit_price": D(5)}
    wrong = HedgedDraft(
        parent=a_draft(**call, con_id=OPTION), hedge=Hedge(kind=K.DELTA), con_id=IBM, side=Side.SELL
    )
    assert "is hedged with SPY" in words(sent(door, wrong))
    assert isinstance(sent(door, replace(wrong, con_id=SPY)), Submitted)


def fx(door: Door, con_id: ConId = EURUSD, parent: ConId = EUROPEAN) -> Any:
    return sent(
        door,
        HedgedDraft(
            parent=a_draft(con_id=parent), hedge=Hedge(kind=K.FX), con_id=con_id, side=Side.BUY
        ),
    )


def test_an_fx_hedge_needs_a_foreign_contract_and_a_pair_that_trades_its_currency(
    door: Door,
) -> None:
    assert "the account's own currency" in words(fx(door, parent=SPY))
    assert "trades a currency pair" in words(fx(door, con_id=IBM))
    door.contracts.known[EURUSD] = contract(EURUSD, "GBP", sec_type="CASH", currency="USD")
    assert "GBP.USD does not trade EUR" in words(fx(door))
    assert door.broker.frames == []


def test_a_stock_paid_in_another_currency_can_be_hedged_with_its_pair(door: Door) -> None:
    assert "nothing to hedge" not in words(fx(door))


def test_a_ratio_just_below_the_largest_is_one(door: Door) -> None:
    answer = sent(door, wish(Hedge(kind=K.PAIR, ratio=D("9999.5"))))
    assert "above 0" not in words(answer)


@pytest.mark.parametrize("ratio", [None, D(0), D(-1), D("NaN"), D(10_000)])
@pytest.mark.parametrize("kind", [K.BETA, K.PAIR])
def test_a_beta_or_pair_hedge_needs_its_ratio(door: Door, kind: K, ratio: Any) -> None:
    answer = sent(door, wish(Hedge(kind=kind, ratio=ratio)))
    assert isinstance(answer, Denied)
    assert "above 0" in words(answer)


def test_a_hedge_alone_in_its_own_contract_or_of_a_combination_is_refused(door: Door) -> None:
    alone = door.submit(terms=OrderTerms(hedge=PAIR))
    assert "attached to" in words(alone)
    assert "another contract" in words(sent(door, wish(con_id=SPY)))
    assert "takes no ratio" in words(sent(door, wish(Hedge(kind=K.DELTA, ratio=D(1)))))
    assert "not resolved" in words(sent(door, wish(con_id=ConId(99))))
    assert door.broker.frames == []


def test_a_hedge_is_not_edited_and_protects_nothing(door: Door) -> None:
    sent(door)
    _, child = list(door.orders)
    door.apply(open_order(child, quantity=D(0), terms=child.terms))
    assert "sizes a hedge" in words(door.change(child.key, quantity=D(5)))
    assert not child.view().is_protective


# -- how large --------------------------------------------------------------------------------------


def bounded(door: Door, money: int) -> None:
    tight = TwoLevel(personal=D(money), catastrophic=D(500_000))
    door.stand(limits=replace(door.standing.limits, order_size=tight))


def sizes(answer: Any) -> list[str]:
    return [x.measured for x in answer.findings if x.code is RiskCode.ORDER_SIZE]


def test_a_pair_hedge_is_measured_at_its_ratio(door: Door) -> None:
    """150 IBM at 199.98, which may slip by two per cent."""
    bounded(door, 20_000)
    answer = door.desk.submit_hedged(wish())
    assert isinstance(answer, NeedsAcknowledgement)
    assert [each.split()[0] for each in sizes(answer)] == ["30,597"]
    assert "Hedge: " in words(answer)


def test_a_beta_hedge_is_measured_by_value_and_beta(door: Door) -> None:
    """100 SPY at 100 times 2 are 101 IBM at 199.98: 20,602 with what may slip."""
    bounded(door, 15_000)
    answer = door.desk.submit_hedged(wish(Hedge(kind=K.BETA, ratio=D(2))))
    assert [each.split()[0] for each in sizes(answer)] == ["20,602"]


def test_a_hedge_in_a_contract_of_several_shares_takes_fewer_of_them(door: Door) -> None:
    """100 SPY at 100 times 2 are 20,000: 10 of a contract on 10 IBM at 199.98 and a little."""
    bounded(door, 15_000)
    door.contracts.known[IBM] = replace(contract(IBM, "IBM"), multiplier=D(10))
    answer = door.desk.submit_hedged(wish(Hedge(kind=K.BETA, ratio=D(2))))
    assert [each.split()[0] for each in sizes(answer)] == ["22,438"]
    assert not any("price" in each.text for each in answer.findings)


def test_a_hedge_in_a_contract_without_a_multiplier_has_no_size(door: Door) -> None:
    for kind, parent in ((K.BETA, {}), (K.DELTA, {"con_id": OPTION, "limit_price": D(5)})):
        door.contracts.known[SPY if kind is K.DELTA else IBM] = replace(
            contract(SPY if kind is K.DELTA else IBM, "X"), multiplier=D(0)
        )
        ratio = D(2) if kind is K.BETA else None
        wanted = HedgedDraft(
            parent=a_draft(quantity=D(1), **parent), hedge=Hedge(kind=kind, ratio=ratio),
            con_id=SPY if kind is K.DELTA else IBM, side=Side.SELL,
        )  # fmt: skip
        answer = door.desk.submit_hedged(wanted)
        assert not isinstance(answer, Submitted)
        assert "no price for it" in words(answer)
        assert RiskCode.CHECK_ERROR not in {each.code for each in answer.findings}


def test_a_delta_hedge_is_measured_by_the_multiplier(door: Door) -> None:
    """Two calls on 100 each are at most 200 SPY at 99.99."""
    bounded(door, 5_000)
    wanted = HedgedDraft(
        parent=a_draft(con_id=OPTION, quantity=D(2), limit_price=D(5)),
        hedge=Hedge(kind=K.DELTA), con_id=SPY, side=Side.SELL,
    )  # fmt: skip
    assert [each.split()[0] for each in sizes(door.desk.submit_hedged(wanted))] == ["20,398"]


def test_too_large_a_hedge_refuses_its_order_too(door: Door) -> None:
    answer = sent(door, wish(Hedge(kind=K.PAIR, ratio=D(40))))
    assert isinstance(answer, Denied)
    assert door.broker.frames == []


def test_a_hedge_without_a_price_asks_with_the_reason(door: Door) -> None:
    bare = ConId(55)
    door.contracts.known[bare] = contract(bare, "XYZ")
    door.stand(
        limits=replace(
            door.standing.limits, quantity=TwoLevel(personal=D(10_000), catastrophic=D(50_000))
        )
    )
    answer = door.desk.submit_hedged(wish(Hedge(kind=K.BETA, ratio=D(1)), bare))
    asked = [x for x in answer.findings if "cannot be worked out" in x.text]
    assert [x.level for x in asked] == [Level.SOFT]
    assert "no price" in asked[0].text


def test_the_final_gate_counts_both(door: Door) -> None:
    sent(door)
    moved, _ = door.desk.gate.use(a_draft().account)
    assert moved == D(10_000) + D("150") * D("199.98") * D("1.02")


# -- words ------------------------------------------------------------------------------------------


def test_a_hedge_is_told_in_words() -> None:
    assert hedge_words(Hedge(kind=K.BETA, ratio=D("1.2"))) == (
        "beta hedge sized by the broker, beta 1.2"
    )
    assert terms_words(OrderTerms(hedge=Hedge(kind=K.DELTA))) == "delta hedge sized by the broker"


def test_the_child_takes_nothing_else_from_its_parent() -> None:
    child = wish(outside_rth=True, terms=OrderTerms(hidden=True)).child
    assert (child.quantity, child.order_type, child.limit_price) == (0, OrderType.MARKET, None)
    assert child.terms == OrderTerms(hedge=PAIR)
    assert not child.outside_rth


def test_what_cannot_be_written_for_the_wire_leaves_nothing(door: Door) -> None:
    door.broker.unwritable = "a number is out of range"
    answer = sent(door)
    assert isinstance(answer, Denied)
    assert RiskCode.ENCODING in {each.code for each in answer.findings}
    assert door.broker.frames == []
    assert "Intent" not in door.journal.events


def test_a_combination_takes_no_hedge(door: Door) -> None:
    found = list(hedge_findings(PAIR, *facts(door, parent=SPY, con_id=ConId(-5))))
    assert any("combination" in each.text for each in found)


def test_a_currency_is_hedged_for_what_the_order_moves_in_it(door: Door) -> None:
    price(door, EUROPEAN, 79.99, 80.00)
    parent, child = facts(door, parent=EUROPEAN, con_id=EURUSD)
    parent = replace(parent, fx=D("1.25"))
    assert most(Hedge(kind=K.FX), parent, child) == D(10_000)  # 100 at the limit of 100.00
    unknown = replace(parent, details=None)
    assert list(hedge_findings(Hedge(kind=K.FX), unknown, child)) == []


def test_a_pair_that_begins_with_the_other_currency_is_sized_at_its_price(door: Door) -> None:
    """10,000 USD at 1.25 for a EUR are 8,000 EUR."""
    price(door, EURUSD, 1.24, 1.25)
    parent, child = facts(door, parent=SPY, con_id=EURUSD)
    assert most(Hedge(kind=K.FX), replace(parent, fx=D(1)), child) == D(8_000)


def test_a_beta_hedge_quoted_in_pence_is_measured_in_the_accounts_currency(door: Door) -> None:
    """20,000 by shares at 200 p, 2.50 each in the account's currency."""
    parent, child = facts(door, parent=SPY, con_id=IBM)
    assert child.details is not None
    pence = replace(child, fx=D("1.25"), details=replace(child.details, price_magnifier=100))
    assert most(Hedge(kind=K.BETA, ratio=D(2)), parent, pence) == D(8_000)
