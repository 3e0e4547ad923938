"""What orders would cost in margin: the preview of a what-if and the refusal of too much."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from workstation.simgateway.accounts import CURRENCY, ZERO, Account
from workstation.simgateway.commissions import commission
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.orders import MarginPreview, Order, OrderTerms
from workstation.simgateway.requirements import Requirement, margin_of

Marks = Mapping[int, Decimal]
"""What one contract of each instrument is worth, in its currency."""


def parts_of(terms: OrderTerms, quantity: Decimal) -> Iterator[tuple[int, Decimal]]:
    """Yield the contracts an order trades, with how many: of a combination those of its legs."""
    signed = quantity if terms.buys else -quantity
    legs = BY_CON_ID[terms.con_id].legs
    if not legs:
        yield terms.con_id, signed
    for leg in legs:
        yield leg.con_id, signed * leg.ratio


def preview(account: Account, marks: Marks, terms: OrderTerms, price: Decimal) -> MarginPreview:
    """Return the account's margin before and after an order has filled at a quoted price."""
    before = account.balances(marks)
    after = account.required(marks, dict(parts_of(terms, terms.quantity)))
    fees = ZERO
    for con_id, signed in parts_of(terms, terms.quantity):
        instrument = BY_CON_ID[con_id]
        is_whole = con_id == terms.con_id
        one = price if is_whole else marks[con_id] / instrument.money(Decimal(1))
        fee = commission(instrument, abs(signed), abs(signed) * one)
        fees += fee * _rate(account, instrument.currency)
    return MarginPreview(
        initial_before=before.initial_margin,
        maintenance_before=before.maintenance_margin,
        equity_before=before.equity,
        initial_after=after.initial,
        maintenance_after=after.maintenance,
        equity_after=before.equity - fees,
        commission=fees / _rate(account, BY_CON_ID[terms.con_id].currency),
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
    changed = dict(parts_of(wanted.terms, wanted.remaining))
    old = sum((_worst_of_one(account, marks, others, one) for one in changed), ZERO)
    new = sum((_worst_of_one(account, marks, [*kept, wanted], one) for one in changed), ZERO)
    if new <= old:
        return ""
    traded = {one for o in kept for one, _ in parts_of(o.terms, o.remaining)}
    traded |= account.positions.keys()
    after = new + sum(
        (_worst_of_one(account, marks, kept, other) for other in traded - changed.keys()), ZERO
    )
    after -= account.required(marks, changed).relief
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
        size = dict(parts_of(terms, order.remaining)).get(con_id, ZERO)
        if not size or order.waits_for_parent:
            continue
        group = (order.client_id, terms.oca_group) if terms.oca_group else order.perm_id
        sizes = sides[size > 0]
        sizes[group] = max(sizes.get(group, ZERO), abs(size))
    held = account.position(con_id).quantity
    long = held + sum(sides[True].values(), ZERO)
    short = held - sum(sides[False].values(), ZERO)
    return max(_needs(account, con_id, quantity, marks).initial for quantity in (long, short))


def _needs(account: Account, con_id: int, quantity: Decimal, marks: Marks) -> Requirement:
    """Return what a position binds, in USD."""
    instrument = BY_CON_ID[con_id]
    overnight = account.period().overnight
    needs = margin_of(instrument, quantity, marks[con_id], marks, overnight=overnight)
    rate = _rate(account, instrument.currency)
    return Requirement(needs.initial * rate, needs.maintenance * rate)


def _rate(account: Account, currency: str) -> Decimal:
    return Decimal(1) if currency == CURRENCY else account.rate(currency)
