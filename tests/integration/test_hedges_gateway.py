"""Hedges on the real wire: the gateway sizes them when their parent has filled."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.helpers.accepting import all_of
from tests.helpers.gateway_rig import PLACE, TradingRig
from tests.helpers.killable_core import AAPL
from workstation.domain.commands import CancelOrder, Done
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted
from workstation.domain.hedge import Hedge, HedgeKind
from workstation.domain.hedged import HedgedDraft
from workstation.domain.order import OrderType, Side
from workstation.domain.order_status import Lifecycle
from workstation.domain.several import SubmitHedged

L = Lifecycle
PAIR = Hedge(kind=HedgeKind.PAIR, ratio=Decimal("1.5"))


def send(rig: TradingRig, hedge: Hedge = PAIR, **parent: Any) -> Any:
    """Buy AAPL and hedge it with MSFT; what only asks is accepted."""
    msft = rig.con_ids[1]
    wish = HedgedDraft(parent=rig.draft(**parent), hedge=hedge, con_id=msft, side=Side.SELL)
    answer = rig.ask(SubmitHedged(wish))
    if isinstance(answer, NeedsAcknowledgement):
        seen = all_of(answer.findings)
        accepted = replace(wish, parent=replace(wish.parent, acknowledged=seen))
        answer = rig.ask(SubmitHedged(accepted))
    return answer


def test_a_pair_hedge_trades_its_ratio_when_the_order_has_filled(rig: TradingRig) -> None:
    answer = send(rig)
    assert isinstance(answer, Submitted), answer
    rig.until(lambda: rig.is_at(1, L.FILLED) and rig.is_at(2, L.FILLED))

    parent, hedge = rig.order(1), rig.order(2)
    assert (hedge.quantity, hedge.filled, hedge.parent) == (30, 30, parent.key)
    assert (rig.position(), rig.position(rig.con_ids[1])) == (20, -30)
    assert not parent.flags | hedge.flags
    frame = rig.gateway.frames(PLACE)[1]
    at = frame.index("P")
    assert frame[at : at + 2] == ["P", "1.5"]


def test_a_beta_hedge_is_as_large_as_its_value_asks(rig: TradingRig) -> None:
    beta = Hedge(kind=HedgeKind.BETA, ratio=Decimal("0.8"))
    assert isinstance(send(rig, beta), Submitted)
    rig.until(lambda: rig.is_at(1, L.FILLED) and rig.is_at(2, L.FILLED))
    parent, hedge = rig.order(1), rig.order(2)
    assert parent.average_price is not None
    assert hedge.average_price is not None
    wanted = 20 * parent.average_price * Decimal("0.8") / hedge.average_price
    assert abs(hedge.filled - wanted) <= 1


def test_a_hedge_waits_below_its_order_and_ends_with_it(rig: TradingRig) -> None:
    answer = send(rig, order_type=OrderType.LIMIT, limit_price=rig.last - 10)
    assert isinstance(answer, Submitted), answer
    rig.until(lambda: rig.is_at(1, L.WORKING) and rig.is_at(2, L.HELD))
    hedge = rig.order(2)
    assert (hedge.quantity, hedge.parent, hedge.terms.hedge) == (0, answer.key, PAIR)
    assert "does not show" not in hedge.note

    assert isinstance(rig.ask(CancelOrder(answer.key)), Done)
    rig.until(lambda: rig.is_at(1, L.CANCELLED) and rig.is_at(2, L.CANCELLED))
    assert rig.position(rig.con_ids[1]) == 0


def test_what_the_interface_does_not_allow_never_reaches_the_wire(rig: TradingRig) -> None:
    for kind in (HedgeKind.DELTA, HedgeKind.FX):
        assert isinstance(send(rig, Hedge(kind=kind)), Denied)
    own = HedgedDraft(parent=rig.draft(), hedge=PAIR, con_id=AAPL, side=Side.SELL)
    assert isinstance(rig.ask(SubmitHedged(own)), Denied)
    assert rig.gateway.frames(PLACE) == []
