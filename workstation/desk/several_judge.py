"""What orders that leave before another of the same wish change for it."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from workstation.domain.ids import ClientId, OrderId, OrderKey
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle, OrderView
from workstation.risk.exposure import Leaves
from workstation.risk.facts import Facts, notional
from workstation.risk.sizing import margin_estimate

_NONE = Decimal(0)


def after(facts: Facts, earlier: Sequence[Facts]) -> Facts:
    """Return the facts of an order as if these were working already."""
    if not earlier:
        return facts
    draft = facts.draft
    place = (draft.account, draft.con_id)
    same = [each for each in earlier if (each.draft.account, each.draft.con_id) == place]
    others = [each for each in earlier if each not in same and not each.is_exit]
    beside = [each for each in same if each.draft.side is draft.side]
    closing = sum((each.open_quantity for each in beside if each.is_exit), _NONE)
    fits = facts.open_quantity + facts.closes + closing <= abs(facts.position)
    working = sum((notional(each, each.open_quantity) or _NONE for each in others), _NONE)
    return replace(
        facts,
        working=Leaves(
            facts.working.buys + _sum(same, Side.BUY), facts.working.sells + _sum(same, Side.SELL)
        ),
        is_exit=facts.is_exit and fits,
        opposite=(*facts.opposite, *(_working(x) for x in same if x not in beside)),
        same_side_orders=facts.same_side_orders + len(beside),
        open_cost=facts.open_cost + sum(map(_margin, earlier), _NONE),
        others=replace(facts.others, working=facts.others.working + working),
    )


def _working(facts: Facts) -> OrderView:
    """Return an order of the same wish as it will stand when this one leaves."""
    draft = facts.draft
    return OrderView(
        key=OrderKey(draft.intent_id),
        order_id=OrderId(0),
        client_id=ClientId(0),
        perm_id=None,
        account=draft.account,
        con_id=draft.con_id,
        symbol="",
        side=draft.side,
        quantity=draft.quantity,
        order_type=draft.order_type.value,
        limit_price=draft.limit_price,
        stop_price=draft.stop_price,
        tif=draft.tif.value,
        lifecycle=Lifecycle.STAGED,
        created_at=facts.now,
        updated_at=facts.now,
    )


def _sum(earlier: Sequence[Facts], side: Side) -> Decimal:
    return sum((each.open_quantity for each in earlier if each.draft.side is side), _NONE)


def _margin(facts: Facts) -> Decimal:
    if facts.is_exit or facts.limits is None:
        return _NONE
    return max(margin_estimate(facts, facts.limits) or _NONE, _NONE)
