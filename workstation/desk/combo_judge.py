"""How a combination is judged: as a whole, and each leg by the position it changes."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from workstation.domain.combo_contract import KnownLeg
from workstation.domain.finding import Finding
from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.order import PLAIN, OrderDraft, OrderType, Side
from workstation.domain.order_status import OrderView
from workstation.oms.orders import OrderBook
from workstation.risk import gate
from workstation.risk.combo import LEG_CHECKS, WHOLE_CHECKS, combo_unit, leg_faults
from workstation.risk.exposure import Filling, Leaves, is_exit, leaves, leaves_of
from workstation.risk.facts import Facts, reference_price


def leg_drafts(draft: OrderDraft) -> list[OrderDraft]:
    """Return what each leg of a combination would be as an order of its own, at the market."""
    return [
        replace(
            draft,
            con_id=leg.con_id,
            side=_side(draft.side, leg.ratio),
            quantity=draft.quantity * abs(leg.ratio),
            order_type=OrderType.MARKET,
            limit_price=None,
            legs=(),
            terms=PLAIN,
        )
        for leg in draft.legs
    ]


def as_part(leg: Facts, orders: OrderBook, changed: OrderKey | None, closing: Decimal) -> Facts:
    """Return the facts of a leg without the combination that is being changed.

    `closing` is what others of the same combination close of the leg already.
    """
    draft, closes = leg.draft, leg.closes + closing
    legs = legs_of_working(orders, draft.account, draft.con_id)
    own = leaves(each for each in legs if each[0].key == changed)
    return replace(
        leg,
        working=Leaves(leg.working.buys - own.buys, leg.working.sells - own.sells),
        opposite=tuple(each for each in leg.opposite if each.key != changed),
        closes=closes,
        is_exit=is_exit(draft.side, leg.open_quantity, leg.position, closes),
    )


def legs_of_working(orders: OrderBook, account: AccountId, con_id: ConId) -> list[Filling]:
    """Return what the legs of working combinations could still fill of one contract."""
    found: list[Filling] = []
    for view in orders.working():
        order = orders.get(view.key) if view.con_id < 0 and view.account == account else None
        if order is None or order.draft is None:
            continue
        for leg in order.draft.legs:
            if leg.con_id == con_id:
                size = leaves_of(view) * abs(leg.ratio)
                found.append((_leg_view(view, leg.con_id, leg.ratio, size), size))
    return found


def with_legs(facts: Facts, legs: Sequence[KnownLeg], apart: Sequence[Facts]) -> Facts:
    """Add what only the legs tell: whether the whole is an exit, and how large one of it is."""
    draft = facts.draft
    price = draft.limit_price if draft.order_type.takes_limit else reference_price(facts)
    if price is not None and not price.is_finite():
        price = None
    prices = [reference_price(each) for each in apart]
    unit = combo_unit(legs, prices, draft.side, price, facts.limits)
    return replace(
        facts,
        is_exit=all(each.is_exit for each in apart),
        combo_unit=None if unit is None or facts.fx is None else unit * facts.fx,
    )


def combo_findings(
    facts: Facts, legs: Sequence[KnownLeg], apart: Sequence[Facts]
) -> tuple[Finding, ...]:
    """Return everything that was found about a combination and its legs."""
    found = [*leg_faults(legs, facts.now.date()), *gate.findings(facts, WHOLE_CHECKS)]
    for leg, each in zip(legs, apart, strict=True):
        of_leg = gate.findings(each, LEG_CHECKS)
        found += (replace(one, text=f"{leg.name}: {one.text}") for one in of_leg)
    return tuple(sorted(found, key=lambda each: -each.level))


def _side(side: Side, ratio: int) -> Side:
    return side if ratio > 0 else side.opposite


def _leg_view(view: OrderView, con_id: ConId, ratio: int, size: Decimal) -> OrderView:
    return replace(
        view,
        con_id=con_id,
        side=_side(view.side, ratio),
        quantity=size,
        filled=Decimal(0),
        pending_quantity=None,
        order_type="MKT",
        limit_price=None,
    )
