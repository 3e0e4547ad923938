"""How a combination is judged: as a whole, and each leg by the position it changes."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from workstation.domain.combo_contract import KnownLeg
from workstation.domain.finding import Finding
from workstation.domain.ids import OrderKey
from workstation.domain.order import PLAIN, OrderDraft, OrderType
from workstation.risk import gate
from workstation.risk.combo import LEG_CHECKS, WHOLE_CHECKS, combo_unit, leg_faults, legs_check
from workstation.risk.exposure import Filling, Leaves, is_exit, leaves, leg_side
from workstation.risk.facts import Facts, reference_price


def leg_drafts(draft: OrderDraft) -> list[OrderDraft]:
    """Return what each leg of a combination would be as an order of its own, at the market."""
    return [
        replace(
            draft,
            con_id=leg.con_id,
            side=leg_side(draft.side, leg.ratio),
            quantity=draft.quantity * abs(leg.ratio),
            order_type=OrderType.MARKET,
            limit_price=None,
            legs=(),
            terms=PLAIN,
        )
        for leg in draft.legs
    ]


def as_part(
    leg: Facts, legs: tuple[Filling, ...], changed: OrderKey | None, closing: Decimal
) -> Facts:
    """Return the facts of a leg without the combination that is being changed.

    `legs` are those of working combinations in its contract, `closing` is what others of the
    same combination close of the leg already.
    """
    draft, closes = leg.draft, leg.closes + closing
    own = leaves(each for each in legs if each[0].key == changed)
    return replace(
        leg,
        working=Leaves(leg.working.buys - own.buys, leg.working.sells - own.sells),
        opposite=tuple(each for each in leg.opposite if each.key != changed),
        closes=closes,
        is_exit=is_exit(draft.side, leg.open_quantity, leg.position, closes),
    )


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
    checks = (*WHOLE_CHECKS, legs_check(apart))
    found = [*leg_faults(legs, facts.now.date()), *gate.findings(facts, checks)]
    for leg, each in zip(legs, apart, strict=True):
        of_leg = gate.findings(each, LEG_CHECKS)
        found += (replace(one, text=f"{leg.name}: {one.text}") for one in of_leg)
    return tuple(sorted(found, key=lambda each: -each.level))
