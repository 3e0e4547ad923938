"""Rolls a futures position into another month: one calendar combination, old protection shrinks.

The stops and targets of the month that is left are resized by each fill, as for any part that is
closed; where one of them fills meanwhile, the rest of the roll is taken back. The new month gets
no protection by itself; where the old one had a stop, the guard says so aloud and offers one as far
from the market, for one click.
"""

from workstation.desk.closing import WayOut
from workstation.desk.other_orders import ROLL
from workstation.desk.position_moves import PositionMoves
from workstation.domain.combo import combo_con_id
from workstation.domain.commands import Done, Failed
from workstation.domain.family import Family, FamilyKind
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted
from workstation.domain.ids import FamilyId
from workstation.domain.order import OrderDraft, OrderType
from workstation.domain.several import RollPosition


def roll(moves: PositionMoves, wish: RollPosition) -> Done | Failed | Denied | NeedsAcknowledgement:
    """Send the calendar combination of a roll."""
    with_ = moves.parts
    if with_.orders.of_intent(wish.intent_id):
        return Done("That is under way already.")
    way = moves.closer.way_out(wish.account, wish.con_id)
    if isinstance(way, Failed):
        return way
    if fault := _why_not(wish, way):
        return Failed(fault)
    draft = OrderDraft(
        intent_id=wish.intent_id,
        account=wish.account,
        con_id=combo_con_id(wish.legs),
        side=way.side.opposite,
        quantity=wish.quantity,
        order_type=OrderType.LIMIT,
        limit_price=wish.limit_price,
        source=ROLL,
        acknowledged=wish.acknowledged,
        legs=wish.legs,
        family=FamilyId(wish.intent_id),
    )
    refusal = with_.judge(draft, None).refusal
    if isinstance(refusal, Denied | NeedsAcknowledgement):
        return refusal
    return _sent(moves, wish, way, draft)


def _why_not(wish: RollPosition, way: WayOut) -> str:
    ratios = {leg.con_id: leg.ratio for leg in wish.legs}
    if way.details.contract.sec_type != "FUT":
        return "Only futures are rolled here."
    if len(ratios) != 2 or ratios.get(wish.con_id) != -1 or set(ratios.values()) != {1, -1}:
        return "A roll sells one contract of the month held and buys one of another."
    if not wish.quantity.is_finite() or not 0 < wish.quantity <= way.left:
        return f"Between 0 and {way.left:f} contracts can be rolled."
    return ""


def _sent(
    moves: PositionMoves, wish: RollPosition, way: WayOut, draft: OrderDraft
) -> Done | Failed | Denied | NeedsAcknowledgement:
    with_ = moves.parts
    name = way.details.contract.local_symbol or way.symbol
    family = Family(
        family_id=FamilyId(wish.intent_id),
        kind=FamilyKind.ROLL,
        title=f"{wish.quantity:f} out of {name}",
        account=wish.account,
        intents=(wish.intent_id,),
    )
    if fault := with_.order_desk.families.begin(family):
        return Failed(f"Nothing was sent: {fault}")
    answer = with_.order_desk.submit(draft)
    if not isinstance(answer, Submitted):
        return answer
    order = with_.orders.get(answer.key)
    assert order is not None  # it was submitted
    count = len(way.protection())
    after = (
        f"{name} was rolled. The new month stands without a stop: the {count} orders that "
        "protected the old one are not carried over. The Risk dock offers a stop for one click."
    )
    moves.resizer.watch(order, way.side, con_id=wish.con_id, after=after if count else "")
    ends = f"{count} orders that protect {name} shrink with each fill; " if count else ""
    return Done(f"{wish.quantity:f} {name} are being rolled. {ends}the new month has no stop yet.")
