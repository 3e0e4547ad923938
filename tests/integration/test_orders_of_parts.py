"""Orders of several parts on the real wire: the core against the gateway process."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.accepting import all_of
from tests.helpers.cores import ACCOUNT
from tests.helpers.gateway_rig import PLACE, TradingRig
from tests.helpers.killable_core import AAPL
from workstation.desk.combos import ComboQuotes
from workstation.domain.combo import ComboLeg, combo_con_id
from workstation.domain.commands import (
    Answered,
    Ask,
    CancelOrder,
    CancelOrders,
    ChangeOrder,
    Done,
    Flatten,
    GlobalCancel,
    SubmitBracket,
    SubmitOrder,
)
from workstation.domain.contract import ContractDetails
from workstation.domain.family import FamilyKind
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted
from workstation.domain.ids import ConId, FamilyId, IntentId
from workstation.domain.link import LinkState
from workstation.domain.messages import ExecutionArrived
from workstation.domain.order import OrderChange, OrderDraft, OrderTerms, OrderType, Side
from workstation.domain.order_status import Lifecycle
from workstation.domain.queries import ContractFilter, FindContracts
from workstation.domain.scale_ladder import rungs
from workstation.domain.several import (
    CancelFamily,
    OrdersDraft,
    PrepareCombo,
    PreviewOrders,
    RollPosition,
    ScaleIn,
    ScaleOut,
    SubmitOrders,
)

L = Lifecycle


def test_a_position_is_scaled_both_ways_and_its_exits_follow_at_the_broker(rig: TradingRig) -> None:
    rig.ask(SubmitBracket(rig.bracket()))
    rig.until(lambda: rig.is_at(1, L.FILLED) and rig.is_at(3, L.HELD))

    more = ScaleIn(intent_id=IntentId("more"), account=ACCOUNT, con_id=AAPL, quantity=Decimal(15))
    assert isinstance(rig.ask(more), Done)
    rig.until(lambda: rig.is_at(4, L.FILLED))
    rig.until(lambda: all(rig.order(n).quantity == 35 for n in (2, 3)))
    assert rig.position() == 35
    assert rig.order(4).family == FamilyId("more")

    less = ScaleOut(intent_id=IntentId("less"), account=ACCOUNT, con_id=AAPL, quantity=Decimal(30))
    assert isinstance(rig.ask(less), Done)
    rig.until(lambda: rig.is_at(5, L.FILLED))
    rig.until(lambda: all(rig.order(n).quantity == 5 for n in (2, 3)))
    assert rig.position() == 5
    assert isinstance(rig.ask(less), Done)  # the same wish again is the same order
    assert len(list(rig.desk.orders)) == 5


def test_a_resting_addition_is_cancelled_by_the_name_of_its_family(rig: TradingRig) -> None:
    rig.ask(SubmitBracket(rig.bracket()))
    rig.until(lambda: rig.is_at(1, L.FILLED) and rig.is_at(3, L.HELD))
    more = ScaleIn(
        intent_id=IntentId("more"), account=ACCOUNT, con_id=AAPL, quantity=Decimal(15),
        limit_price=rig.last - 10,
    )  # fmt: skip
    rig.ask(more)
    rig.until(lambda: rig.is_at(4, L.WORKING))
    assert isinstance(rig.ask(CancelFamily(FamilyId("more"))), Done)
    rig.until(lambda: rig.is_at(4, L.CANCELLED))
    assert rig.order(3).quantity == 20


# -- combinations -----------------------------------------------------------------------------------


def found(rig: TradingRig, **terms: str) -> list[ContractDetails]:
    answer = rig.ask(Ask(FindContracts(ContractFilter(**terms))))
    assert isinstance(answer, Answered), answer
    return list(answer.value)


def vertical(rig: TradingRig) -> tuple[ComboLeg, ...]:
    """A bought and a sold call of AAPL around the market, in the last month listed."""
    stock = found(rig, symbol="AAPL", sec_type="STK", exchange="SMART", currency="USD")[0]
    calls = found(rig, symbol="AAPL", sec_type="OPT", exchange="SMART", right="C",
                  currency="USD", multiplier="100")  # fmt: skip
    last = max(each.contract.expiry for each in calls)
    listed = sorted(
        (each.contract for each in calls if each.contract.expiry == last),
        key=lambda each: abs((each.strike or 0) - rig.last),
    )
    low, high = sorted(listed[:2], key=lambda each: each.strike or 0)
    assert stock.contract.con_id == AAPL
    return (ComboLeg(con_id=low.con_id, ratio=1), ComboLeg(con_id=high.con_id, ratio=-1))


def prepared(rig: TradingRig, legs: tuple[ComboLeg, ...]) -> ConId:
    assert rig.ask(PrepareCombo(legs)) == Done()
    con_id = combo_con_id(legs)
    quotes = ComboQuotes(rig.desk.figures.quotes, rig.desk.contracts)

    def is_quoted() -> bool:
        quote = quotes.quote(con_id)
        return quote is not None and quote.two_sided

    rig.until(is_quoted)
    return con_id


def combo_draft(rig: TradingRig, legs: tuple[ComboLeg, ...], **changes: Any) -> OrderDraft:
    terms: dict[str, Any] = {
        "con_id": combo_con_id(legs), "legs": legs, "quantity": Decimal(2), "source": "combo",
    }  # fmt: skip
    return rig.draft(**(terms | changes))


def test_a_vertical_is_ordered_filled_and_held_leg_by_leg(rig: TradingRig) -> None:
    legs = vertical(rig)
    con_id = prepared(rig, legs)
    quote = ComboQuotes(rig.desk.figures.quotes, rig.desk.contracts).quote(con_id)
    assert quote is not None
    assert quote.ask is not None
    ladder = rig.desk.contracts.details(con_id).ladder
    limit = ladder.snap_up(Decimal(str(quote.ask)))
    draft = combo_draft(rig, legs, order_type=OrderType.LIMIT, limit_price=limit + Decimal("0.10"))

    far = rig.ask(SubmitOrder(replace(draft, limit_price=limit + 50)))
    assert isinstance(far, Denied)
    assert "far through what the legs imply" in far.findings[0].text
    answer = rig.ask(SubmitOrder(draft))
    if isinstance(answer, NeedsAcknowledgement):
        accepted = all_of(answer.findings)
        answer = rig.ask(SubmitOrder(replace(draft, acknowledged=accepted)))
    assert isinstance(answer, Submitted), answer
    rig.until(lambda: rig.is_at(1, L.FILLED))

    frame = rig.gateway.frames(PLACE)[0]
    assert "BAG" in frame
    assert rig.order(1).filled == 2
    assert rig.order(1).symbol.startswith("AAPL +")
    rig.until(lambda: [rig.position(leg.con_id) for leg in legs] == [2, -2])
    assert rig.position(con_id) == 0
    shown = [m.execution for m in rig.window.messages if isinstance(m, ExecutionArrived)]
    assert sorted(e.sec_type for e in shown) == ["BAG", "OPT", "OPT"]
    rig.until(lambda: rig.desk.link.state is LinkState.READY)
    held = rig.desk.figures.positions.held(ACCOUNT)
    assert held == {legs[0].con_id: 2, legs[1].con_id: -2}


def test_a_resting_combination_is_changed_and_survives_a_restart(rig: TradingRig) -> None:
    legs = vertical(rig)
    prepared(rig, legs)
    draft = combo_draft(rig, legs, order_type=OrderType.LIMIT, limit_price=Decimal("-1.00"))
    answer = rig.ask(SubmitOrder(draft))
    assert isinstance(answer, Submitted), answer
    rig.until(lambda: rig.is_at(1, L.WORKING))
    assert rig.order(1).limit_price == Decimal("-1.00")
    change = OrderChange(intent_id=IntentId("c"), key=answer.key, limit_price=Decimal("-1.50"))
    assert isinstance(rig.ask(ChangeOrder(change)), Submitted)
    rig.until(lambda: rig.order(1).limit_price == Decimal("-1.50"))

    rig.restart()
    rig.until(lambda: rig.is_at(1, L.WORKING))
    rig.until(lambda: rig.desk.contracts.details(combo_con_id(legs)) is not None)
    quotes = ComboQuotes(rig.desk.figures.quotes, rig.desk.contracts)
    rig.until(lambda: (quote := quotes.quote(combo_con_id(legs))) and quote.two_sided)
    change = OrderChange(intent_id=IntentId("d"), key=answer.key, limit_price=Decimal("-1.40"))
    assert isinstance(rig.ask(ChangeOrder(change)), Submitted)
    rig.until(lambda: rig.order(1).limit_price == Decimal("-1.40"))
    assert isinstance(rig.ask(CancelOrder(answer.key)), Done)
    rig.until(lambda: rig.is_at(1, L.CANCELLED))


def test_what_the_gateway_refuses_of_a_combination_is_explained(rig: TradingRig) -> None:
    legs = vertical(rig)
    prepared(rig, legs)
    draft = combo_draft(
        rig, legs, order_type=OrderType.LIMIT, limit_price=Decimal("-1.00"), outside_rth=True,
        terms=OrderTerms(hidden=True),
    )  # fmt: skip
    answer = rig.ask(SubmitOrder(draft))
    if isinstance(answer, Submitted):
        rig.until(lambda: rig.is_at(1, L.REJECTED))
        assert "Unsupported order type" in rig.order(1).note
    else:
        assert isinstance(answer, Denied)


# -- several orders -----------------------------------------------------------------------------------


def test_a_ladder_works_as_one_and_is_cancelled_as_one(rig: TradingRig) -> None:
    details = rig.desk.contracts.details(AAPL)
    assert details is not None
    found = rungs(details, Side.BUY, Decimal(50), 5, rig.last - 5, rig.last - 9)
    assert not isinstance(found, str)
    drafts = tuple(
        rig.draft(order_type=OrderType.LIMIT, limit_price=each.price, quantity=each.quantity)
        for each in found
    )
    family = FamilyId("ladder")
    orders = OrdersDraft(family_id=family, kind=FamilyKind.LADDER, title="buy 50 AAPL",
                         account=ACCOUNT, drafts=drafts)  # fmt: skip
    preview = rig.ask(PreviewOrders(orders))
    assert [each.answer for each in preview.verdicts] == [None] * 5
    assert isinstance(rig.ask(SubmitOrders(orders)), Done)
    rig.until(lambda: all(rig.is_at(n, L.WORKING) for n in range(1, 6)))
    assert {rig.order(n).family for n in range(1, 6)} == {family}
    assert isinstance(rig.ask(SubmitOrders(orders)), Done)  # the same wish is the same ladder
    assert len(rig.gateway.frames(PLACE)) == 5

    assert isinstance(rig.ask(CancelFamily(family)), Done)
    rig.until(lambda: all(rig.is_at(n, L.CANCELLED) for n in range(1, 6)))


def test_a_basket_whose_link_is_lost_in_the_middle_sends_no_more(
    rig: TradingRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = tuple(
        rig.draft(order_type=OrderType.LIMIT, limit_price=rig.last - 5 - n, quantity=Decimal(1))
        for n in range(6)
    )
    room = iter([True] * 3)
    monkeypatch.setattr(rig.desk.several, "has_room", lambda: next(room, False))
    orders = OrdersDraft(family_id=FamilyId("basket"), kind=FamilyKind.BASKET, title="six",
                         account=ACCOUNT, drafts=drafts)  # fmt: skip
    answer = rig.ask(SubmitOrders(orders))
    assert isinstance(answer, Done)
    assert "3 of 6" in answer.text
    rig.gateway.kill()
    rig.until(lambda: rig.desk.link.state is LinkState.DISCONNECTED)
    assert any("3 of 6 orders of the basket" in text for text in rig.texts())
    monkeypatch.setattr(rig.desk.several, "has_room", lambda: True)
    rig.gateway.start()
    rig.until(rig.is_ready, seconds=40)
    rig.until(lambda: all(rig.order(n).lifecycle is not L.SENT for n in (1, 2, 3)))
    assert len(list(rig.desk.orders)) == 3


def accepted(rig: TradingRig, command: Any) -> Any:
    """Send a command, and once more with what it asks accepted."""
    answer = rig.ask(command)
    if not isinstance(answer, NeedsAcknowledgement):
        return answer
    names = all_of(answer.findings)
    if isinstance(command, SubmitOrder):
        return rig.ask(SubmitOrder(replace(command.draft, acknowledged=names)))
    return rig.ask(replace(command, acknowledged=names))


@pytest.mark.parametrize(
    "command", [CancelOrders(), GlobalCancel(), Flatten(ACCOUNT)], ids=lambda c: type(c).__name__
)
def test_cancel_all_and_flatten_end_what_is_still_to_be_sent(
    rig: TradingRig, monkeypatch: pytest.MonkeyPatch, command: Any
) -> None:
    drafts = tuple(
        rig.draft(order_type=OrderType.LIMIT, limit_price=rig.last - 5 - n, quantity=Decimal(1))
        for n in range(4)
    )
    room = iter([True] * 2)
    monkeypatch.setattr(rig.desk.several, "has_room", lambda: next(room, False))
    orders = OrdersDraft(family_id=FamilyId("basket"), kind=FamilyKind.BASKET, title="four",
                         account=ACCOUNT, drafts=drafts)  # fmt: skip
    assert isinstance(rig.ask(SubmitOrders(orders)), Done)
    rig.until(lambda: rig.is_at(1, L.WORKING) and rig.is_at(2, L.WORKING))
    rig.ask(command)
    assert any("2 of 4 orders of the basket" in text for text in rig.texts())
    monkeypatch.setattr(rig.desk.several, "has_room", lambda: True)
    rig.until(lambda: rig.is_at(1, L.CANCELLED) and rig.is_at(2, L.CANCELLED))
    assert len(list(rig.desk.orders)) == 2


def test_a_future_is_rolled_as_one_calendar_and_its_old_stop_shrinks(rig: TradingRig) -> None:
    listed = found(rig, symbol="MES", sec_type="FUT", exchange="CME", currency="USD")
    front, following = sorted(listed, key=lambda each: each.contract.expiry)[:2]
    legs = (
        ComboLeg(con_id=following.contract.con_id, ratio=1, exchange="CME"),
        ComboLeg(con_id=front.contract.con_id, ratio=-1, exchange="CME"),
    )
    con_id = prepared(rig, legs)
    quotes = rig.desk.figures.quotes
    held, new = front.contract.con_id, following.contract.con_id

    entry = rig.draft(con_id=held, quantity=Decimal(2))
    assert isinstance(accepted(rig, SubmitOrder(entry)), Submitted)
    rig.until(lambda: rig.position(held) == 2)
    quote = quotes.quote(held)
    assert quote is not None
    assert quote.bid is not None
    below = front.ladder.snap_down(Decimal(str(quote.bid)) - 100)
    stop = rig.draft(con_id=held, quantity=Decimal(2), side=Side.SELL,
                     order_type=OrderType.STOP, stop_price=below)  # fmt: skip
    assert isinstance(accepted(rig, SubmitOrder(stop)), Submitted)
    rig.until(lambda: rig.is_at(2, L.HELD))

    calendar = ComboQuotes(quotes, rig.desk.contracts).quote(con_id)
    assert calendar is not None
    assert calendar.ask is not None
    details = rig.desk.contracts.details(con_id)
    assert details is not None
    limit = details.ladder.snap_up(Decimal(str(calendar.ask))) + Decimal("0.50")
    wish = RollPosition(intent_id=IntentId("roll"), account=ACCOUNT, con_id=held, legs=legs,
                        quantity=Decimal(2), limit_price=limit)  # fmt: skip
    answer = accepted(rig, wish)
    assert isinstance(answer, Done), answer
    assert "the new month has no stop yet" in answer.text
    rig.until(lambda: rig.is_at(3, L.FILLED) and rig.is_at(2, L.CANCELLED))
    rig.until(lambda: (rig.position(held), rig.position(new)) == (0, 2))
    rig.until(lambda: any("stands without a stop" in text for text in rig.texts()))
    assert isinstance(rig.ask(wish), Done)
    assert len(list(rig.desk.orders)) == 3
