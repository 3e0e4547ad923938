"""Stops, brackets, previews, close and flatten: the core trades with the real gateway process."""

from decimal import Decimal

from tests.helpers.accepting import all_of
from tests.helpers.cores import ACCOUNT
from tests.helpers.gateway_rig import PLACE, TradingRig
from tests.helpers.killable_core import AAPL
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import (
    CancelOrder,
    ChangeOrder,
    ClosePosition,
    Done,
    Failed,
    Flatten,
    HalvePosition,
    PreviewMargin,
    ReversePosition,
    SetTradingState,
    SubmitBracket,
    SubmitOrder,
)
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted, TradingState
from workstation.domain.ids import IntentId
from workstation.domain.limit_use import RiskView
from workstation.domain.messages import CommissionArrived
from workstation.domain.order import OrderChange, OrderType, Side
from workstation.domain.order_status import Lifecycle
from workstation.domain.preview import MarginPreview

L = Lifecycle


def test_a_stop_waits_moves_triggers_and_fills(rig: TradingRig) -> None:
    far = rig.last + 10
    answer = rig.ask(SubmitOrder(rig.draft(order_type=OrderType.STOP, stop_price=far)))
    assert isinstance(answer, Submitted)
    rig.until(lambda: rig.is_at(1, L.HELD))
    assert (rig.order(1).stop_price, rig.order(1).limit_price) == (far, None)
    assert rig.gateway.frames(PLACE)[0][19:21] == ["", str(far)]

    nearer = far - 1
    change = OrderChange(intent_id=IntentId("c"), key=answer.key, stop_price=nearer)
    assert isinstance(rig.ask(ChangeOrder(change)), Submitted)
    rig.until(lambda: rig.order(1).stop_price == nearer)

    through = OrderChange(
        intent_id=IntentId("d"), key=answer.key, stop_price=rig.last - 5,
        acknowledged=frozenset({"R14_STOP_THROUGH"}),
    )  # fmt: skip
    refused = OrderChange(intent_id=IntentId("e"), key=answer.key, stop_price=rig.last - 5)
    assert isinstance(rig.ask(ChangeOrder(refused)), NeedsAcknowledgement)
    rig.ask(ChangeOrder(through))
    rig.until(lambda: rig.is_at(1, L.FILLED))
    assert rig.order(1).filled == 20


def test_a_stop_limit_rests_and_is_cancelled(rig: TradingRig) -> None:
    terms = {"stop_price": rig.last - 10, "limit_price": rig.last - 11, "side": Side.SELL}
    answer = rig.ask(SubmitOrder(rig.draft(order_type=OrderType.STOP_LIMIT, **terms)))
    rig.until(lambda: rig.is_at(1, L.HELD))
    assert (rig.order(1).stop_price, rig.order(1).limit_price) == (
        terms["stop_price"], terms["limit_price"],
    )  # fmt: skip

    assert isinstance(rig.ask(CancelOrder(answer.key)), Done)
    rig.until(lambda: rig.is_at(1, L.CANCELLED))


def test_a_bracket_works_as_a_family_and_its_target_ends_its_stop(rig: TradingRig) -> None:
    answer = rig.ask(SubmitBracket(rig.bracket()))
    assert isinstance(answer, Submitted)
    rig.until(lambda: rig.is_at(1, L.FILLED) and rig.is_at(2, L.WORKING) and rig.is_at(3, L.HELD))
    frames = rig.gateway.frames(PLACE)
    assert [frame[1] for frame in frames] == ["1", "2", "3"]
    assert [rig.order(n).parent for n in (1, 2, 3)] == [None, answer.key, answer.key]
    assert rig.order(2).oca_group == rig.order(3).oca_group != ""
    assert rig.order(2).tif == "GTC"

    target = OrderChange(intent_id=IntentId("now"), key=rig.order(2).key, limit_price=rig.last - 2)
    assert isinstance(rig.ask(ChangeOrder(target)), Submitted)
    rig.until(lambda: rig.is_at(2, L.FILLED) and rig.is_at(3, L.CANCELLED))
    assert rig.position() == 0


def test_a_stop_of_a_bracket_moves_to_breakeven_without_a_question_while_reducing(
    rig: TradingRig,
) -> None:
    rig.ask(SubmitBracket(rig.bracket()))
    rig.until(lambda: rig.is_at(1, L.FILLED) and rig.is_at(3, L.HELD))
    rig.ask(SetTradingState(TradingState.REDUCING))
    stop = rig.order(3)
    assert stop.stop_price is not None
    nearer = stop.stop_price + 15
    change = OrderChange(intent_id=IntentId("c"), key=stop.key, stop_price=nearer)

    assert isinstance(rig.ask(ChangeOrder(change)), Submitted)
    rig.until(lambda: rig.order(3).stop_price == nearer)
    assert rig.order(3).parent == rig.order(1).key


def test_a_cancelled_entry_takes_its_exits_with_it(rig: TradingRig) -> None:
    limit = rig.last - 10
    bracket = BracketDraft(
        entry=rig.draft(order_type=OrderType.LIMIT, limit_price=limit),
        target_price=limit + 5,
        stop_price=limit - 5,
    )
    answer = rig.ask(SubmitBracket(bracket))
    rig.until(lambda: rig.is_at(1, L.WORKING) and rig.is_at(3, L.HELD))
    rig.ask(CancelOrder(answer.key))
    rig.until(lambda: all(rig.is_at(n, L.CANCELLED) for n in (1, 2, 3)))


def test_a_bracket_is_denied_whole(rig: TradingRig) -> None:
    bracket = BracketDraft(entry=rig.draft(), target_price=rig.last - 20, stop_price=rig.last + 20)
    answer = rig.ask(SubmitBracket(bracket))

    assert isinstance(answer, Denied)
    assert rig.gateway.frames(PLACE) == []


def test_a_preview_answers_with_figures_and_places_nothing(rig: TradingRig) -> None:
    preview = rig.ask(PreviewMargin(rig.draft()))

    assert isinstance(preview, MarginPreview)
    assert preview.initial_margin_change is not None
    assert preview.initial_margin_change > 0
    assert preview.commission is not None
    assert preview.currency == "USD"
    assert list(rig.desk.orders) == []
    assert len(rig.gateway.frames(PLACE)) == 1
    assert rig.ask(SubmitOrder(rig.draft())).order_id == 2
    assert isinstance(rig.ask(PreviewMargin(rig.draft(quantity=Decimal(0)))), Failed)
    rig.until(lambda: rig.is_at(2, L.FILLED))


def test_close_ends_the_protection_and_the_position(rig: TradingRig) -> None:
    rig.ask(SubmitBracket(rig.bracket()))
    rig.until(lambda: rig.is_at(1, L.FILLED) and rig.is_at(3, L.HELD))

    answer = rig.ask(ClosePosition(ACCOUNT, AAPL))

    assert isinstance(answer, Done)
    rig.until(lambda: rig.is_at(4, L.FILLED))
    rig.until(lambda: rig.is_at(2, L.CANCELLED) and rig.is_at(3, L.CANCELLED))
    assert rig.position() == 0
    assert not any("more than was held" in text for text in rig.texts())
    assert isinstance(rig.ask(ClosePosition(ACCOUNT, AAPL)), Failed)


def test_half_a_position_leaves_and_its_exits_protect_the_rest(rig: TradingRig) -> None:
    rig.ask(SubmitBracket(rig.bracket()))
    rig.until(lambda: rig.is_at(1, L.FILLED) and rig.is_at(3, L.HELD))

    assert isinstance(rig.ask(HalvePosition(ACCOUNT, AAPL)), Done)

    rig.until(lambda: rig.is_at(4, L.FILLED))
    rig.until(lambda: all(rig.order(n).quantity == 10 for n in (2, 3)))
    assert rig.position() == 10
    assert rig.order(3).parent == rig.order(1).key


def test_a_position_turns_around_with_one_order_and_loses_its_exits(rig: TradingRig) -> None:
    rig.ask(SubmitBracket(rig.bracket()))
    rig.until(lambda: rig.is_at(1, L.FILLED) and rig.is_at(3, L.HELD))

    answer = rig.ask(ReversePosition(ACCOUNT, AAPL))
    if isinstance(answer, NeedsAcknowledgement):
        accepted = all_of(answer.findings)
        answer = rig.ask(ReversePosition(ACCOUNT, AAPL, accepted))

    assert isinstance(answer, Done), answer
    rig.until(lambda: rig.is_at(4, L.FILLED) and rig.position() == -20)
    rig.until(lambda: rig.is_at(2, L.CANCELLED) and rig.is_at(3, L.CANCELLED))


def test_flatten_needs_one_command_and_ends_halted(rig: TradingRig) -> None:
    aapl, msft = rig.con_ids
    rig.ask(SubmitBracket(rig.bracket()))
    rig.ask(SubmitOrder(rig.draft(con_id=msft, side=Side.SELL)))
    resting = rig.draft(order_type=OrderType.LIMIT, limit_price=rig.last - 30)
    rig.ask(SubmitOrder(resting))
    rig.until(lambda: rig.position(aapl) == 20 and rig.position(msft) == -20)
    rig.until(lambda: rig.is_at(5, L.WORKING))

    rig.window.send(rig.core, Flatten(ACCOUNT))  # and the window says nothing more
    rig.until(lambda: rig.desk.trading.state is TradingState.HALTED)

    assert rig.desk.figures.positions.held(ACCOUNT) == {}
    assert rig.desk.orders.working() == ()
    assert rig.texts()[-1].endswith("is flat.")
    assert isinstance(rig.ask(SubmitOrder(rig.draft())), Denied)


def test_commissions_and_the_use_of_limits_reach_the_window(rig: TradingRig) -> None:
    rig.ask(SubmitOrder(rig.draft()))

    def seen(name: str) -> Decimal:
        view = rig.window.latest["RiskView", None]
        assert isinstance(view, RiskView)
        return next(use.used for use in view.uses if use.name == name)

    rig.until(lambda: any(isinstance(m, CommissionArrived) for m in rig.window.messages))
    rig.until(lambda: ("RiskView", None) in rig.window.latest and seen("Largest position") > 0)
    assert seen("Order actions, 1 min") == 1
    assert seen("Entries, 1 min") > 0
