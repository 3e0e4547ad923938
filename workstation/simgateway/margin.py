"""What orders would cost in margin: the preview of a what-if and the refusal of too much."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from workstation.simgateway.accounts import CURRENCY, ZERO, Account
from workstation.simgateway.commissions import commission
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.orders import MarginPreview, Order, OrderTerms
from workstation.simgateway.requirements import Requirement, margin_of

Marks = Mapping[int, Decimal]
"""What one contract of each instrument is worth, in its currency."""


def preview(account: Account, marks: Marks, terms: OrderTerms, price: Decimal) -> MarginPreview:
    """Return the account's margin before and after an order has filled at a quoted price."""
    before = account.balances(marks)
    instrument = BY_CON_ID[terms.con_id]
    signed = terms.quantity if terms.buys else -terms.quantity
    held = account.position(terms.con_id).quantity
    old = _needs(account, terms.con_id, held, marks)
    new = _needs(account, terms.con_id, held + signed, marks)
    fee = commission(instrument, terms.quantity, terms.quantity * price)
    return MarginPreview(
        initial_before=before.initial_margin,
        maintenance_before=before.maintenance_margin,
        equity_before=before.equity,
        initial_after=before.initial_margin + new.initial - old.initial,
        maintenance_after=before.maintenance_margin + new.maintenance - old.maintenance,
        equity_after=before.equity - fee * _rate(account, instrument.currency),
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
    kept = [o for o in others if replaced is None or o.perm_id != replaced.perm_id]
    con_id = wanted.terms.con_id
    old = _worst_of_one(account, marks, others, con_id)
    new = _worst_of_one(account, marks, [*kept, wanted], con_id)
    if new <= old:
        return ""
    traded = {o.terms.con_id for o in kept} | account.positions.keys()
    after = new + sum(
        (_worst_of_one(account, marks, kept, other) for other in traded - {con_id}), ZERO
    )
    equity = account.balances(marks).equity
    if after <= equity:
        return ""
    return (
        "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED "
        f"POSITION YOUR EQUITY WITH LOAN VALUE [{equity:.2f} USD] MUST EXCEED THE INITIAL "
        f"MARGIN [{after:.2f} USD]"
    )


def _worst_of_one(account: Account, marks: Marks, orders: Iterable[Order], con_id: int) -> Decimal:
    """Return the initial margin of one contract if every buy or every sell of it filled.

    Children that wait for their parent do not count, and of a group in which one cancels
    the others only the largest does.
    """
    sides: dict[bool, dict[object, Decimal]] = {True: {}, False: {}}
    for order in orders:
        terms = order.terms
        if terms.con_id != con_id or order.waits_for_parent:
            continue
        group = (order.client_id, terms.oca_group) if terms.oca_group else order.perm_id
        sizes = sides[terms.buys]
        sizes[group] = max(sizes.get(group, ZERO), order.remaining)
    held = account.position(con_id).quantity
    long = held + sum(sides[True].values(), ZERO)
    short = held - sum(sides[False].values(), ZERO)
    return max(_needs(account, con_id, quantity, marks).initial for quantity in (long, short))


def _needs(account: Account, con_id: int, quantity: Decimal, marks: Marks) -> Requirement:
    """Return what a position binds, in USD."""
    instrument = BY_CON_ID[con_id]
    needs = margin_of(instrument, quantity, marks[con_id], marks)
    rate = _rate(account, instrument.currency)
    return Requirement(needs.initial * rate, needs.maintenance * rate)


def _rate(account: Account, currency: str) -> Decimal:
    return Decimal(1) if currency == CURRENCY else account.rate(currency)
