"""What orders would cost in margin: the preview of a what-if and the refusal of too much."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from workstation.simgateway.accounts import (
    INITIAL_MARGIN,
    MAINTENANCE_MARGIN,
    ZERO,
    Account,
    commission_for,
)
from workstation.simgateway.orders import MarginPreview, Order, OrderTerms

Marks = Mapping[int, Decimal]
"""Mark price in USD of each instrument."""


def preview(account: Account, marks: Marks, terms: OrderTerms) -> MarginPreview:
    """Return the account's margin before and after an order has filled at the mark."""
    before = account.balances(marks)
    signed = terms.quantity if terms.buys else -terms.quantity
    held = account.position(terms.con_id).quantity
    gross = before.gross_value + (abs(held + signed) - abs(held)) * marks[terms.con_id]
    fee = commission_for(terms.quantity)
    return MarginPreview(
        initial_before=before.initial_margin,
        maintenance_before=before.maintenance_margin,
        equity_before=before.equity,
        initial_after=gross * INITIAL_MARGIN,
        maintenance_after=gross * MAINTENANCE_MARGIN,
        equity_after=before.equity - fee,
        commission=fee,
    )


def refusal(
    account: Account, marks: Marks, live: Iterable[Order], wanted: Order, replaced: Order | None
) -> str:
    """Return why the account cannot carry an order, or nothing.

    Counts the worst case of everything that still works; an order that does not raise it is
    never refused. replaced is the order that wanted takes the place of.
    """
    if wanted.waits_for_parent:
        return ""
    others = list(live)
    before = _worst_case(account, marks, others)
    kept = [o for o in others if replaced is None or o.perm_id != replaced.perm_id]
    after = _worst_case(account, marks, [*kept, wanted])
    equity = account.balances(marks).equity
    if after <= before or after <= equity:
        return ""
    return (
        "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED "
        f"POSITION YOUR EQUITY WITH LOAN VALUE [{equity:.2f} USD] MUST EXCEED THE INITIAL "
        f"MARGIN [{after:.2f} USD]"
    )


def _worst_case(account: Account, marks: Marks, orders: Iterable[Order]) -> Decimal:
    """Return the initial margin if every buy or every sell filled, stock by stock.

    Children that wait for their parent do not count, and of a group in which one cancels
    the others only the largest does.
    """
    sides: dict[tuple[int, bool], dict[object, Decimal]] = {}
    for order in orders:
        if order.waits_for_parent:
            continue
        terms = order.terms
        group = (order.client_id, terms.oca_group) if terms.oca_group else order.perm_id
        sizes = sides.setdefault((terms.con_id, terms.buys), {})
        sizes[group] = max(sizes.get(group, ZERO), order.remaining)
    total = ZERO
    for con_id, mark in marks.items():
        held = account.position(con_id).quantity
        buys = sum(sides.get((con_id, True), {}).values(), ZERO)
        sells = sum(sides.get((con_id, False), {}).values(), ZERO)
        total += mark * max(abs(held + buys), abs(held - sells))
    return total * INITIAL_MARGIN
