"""What the ticket makes of its terms: the wish that is sent, and the words about it."""

from dataclasses import fields, replace
from decimal import Decimal
from uuid import uuid4

from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import Previewed
from workstation.domain.finding import Denied, Finding, NeedsAcknowledgement
from workstation.domain.ids import AccountId, ConId, IntentId
from workstation.domain.order import OrderChange, OrderDraft, OrderTerms, OrderType, Tif
from workstation.domain.order_status import OrderView
from workstation.domain.preview import MarginPreview
from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.ticket_rules import Exits, Terms

Wish = OrderDraft | BracketDraft | OrderChange
"""What the ticket asks to have sent."""


def new_intent() -> IntentId:
    """Name a new wish."""
    return IntentId(uuid4().hex)


def draft_of(
    terms: Terms, intent_id: IntentId, account: AccountId, con_id: ConId
) -> OrderDraft | BracketDraft | None:
    """Return the order or bracket that the terms describe, None while something is missing."""
    if terms.gap or terms.quantity is None:
        return None
    draft = OrderDraft(
        intent_id=intent_id,
        account=account,
        con_id=con_id,
        side=terms.side,
        quantity=terms.quantity,
        order_type=terms.order_type,
        limit_price=terms.limit_price,
        tif=terms.tif,
        stop_price=terms.stop_price,
        outside_rth=terms.outside_rth,
        terms=terms.special,
        route=terms.route,
    )
    return draft if terms.exits is None else _bracket_of(draft, terms.exits)


def _bracket_of(entry: OrderDraft, exits: Exits) -> BracketDraft | None:
    if exits.target is None or exits.stop is None:
        return None
    return BracketDraft(
        entry=entry,
        target_price=exits.target,
        stop_price=exits.stop,
        exit_tif=exits.tif.value,
        adjustment=exits.adjustment,
    )


def quantity_of(order: OrderView) -> Decimal:
    """Return the quantity an order has, or will have when its change is confirmed."""
    return order.quantity if order.pending_quantity is None else order.pending_quantity


def limit_of(order: OrderView) -> Decimal | None:
    """Return the limit an order has, or will have."""
    return order.limit_price if order.pending_limit is None else order.pending_limit


def stop_of(order: OrderView) -> Decimal | None:
    """Return the stop price an order has, or will have."""
    return order.stop_price if order.pending_stop is None else order.pending_stop


def terms_of(order: OrderView) -> Terms:
    """Return the terms of a working order as the fields of a change show them."""
    return Terms(
        side=order.side,
        quantity=quantity_of(order),
        order_type=OrderType(order.order_type),
        limit_price=limit_of(order),
        tif=Tif(order.tif),
        stop_price=stop_of(order),
        special=order.terms,
        outside_rth=order.outside_rth,
        route=order.route,
    )


def change_of(terms: Terms, order: OrderView, shown: Terms | None = None) -> OrderChange | None:
    """Return what the terms change of an order, None where they change nothing.

    `shown` is what the fields made of the order before the user touched them: a further term
    that reads the same as then stays as the order has it, whatever the fields cannot show.
    """
    quantity = _new(terms.quantity, order.quantity, order.pending_quantity)
    limit = _new(terms.limit_price, order.limit_price, order.pending_limit)
    stop = _new(terms.stop_price, order.stop_price, order.pending_stop)
    before = terms if shown is None else shown
    tif = terms.tif if terms.tif is not before.tif else None
    outside = terms.outside_rth if terms.outside_rth is not before.outside_rth else None
    special = merged(order.terms, before.special, terms.special)
    changes = (quantity, limit, stop, tif, outside, special)
    if terms.gap or all(each is None for each in changes):
        return None
    return OrderChange(
        intent_id=new_intent(),
        key=order.key,
        quantity=quantity,
        limit_price=limit,
        stop_price=stop,
        tif=tif,
        outside_rth=outside,
        terms=special,
    )


def _new(
    wanted: Decimal | None, standing: Decimal | None, pending: Decimal | None
) -> Decimal | None:
    """Return what is sent: also the old value, where a change to another is under way."""
    return wanted if wanted != standing or pending not in (None, wanted) else None


def is_same(one: Wish | None, other: Wish) -> bool:
    """Tell whether two wishes are for the same, whatever they are called and what is accepted."""
    return one is not None and _bare(one) == _bare(other)


def _bare(wish: Wish) -> Wish:
    if isinstance(wish, BracketDraft):
        entry = replace(wish.entry, intent_id=IntentId(""), acknowledged=frozenset())
        return replace(wish, entry=entry)
    return replace(wish, intent_id=IntentId(""), acknowledged=frozenset())


def unasked_words(symbol: str) -> str:
    """Say that a question came too late to be asked."""
    return (
        f"{symbol}: not sent. Risk asked first, and the ticket holds another order by now. "
        "Enter it anew to answer."
    )


def merged(standing: OrderTerms, shown: OrderTerms, now: OrderTerms) -> OrderTerms | None:
    """Return the standing terms with what the user changed, None where nothing was changed.

    A trail whose first stop was not touched is sent without one: it stays where it stands.
    """
    names = [each.name for each in fields(OrderTerms)]
    touched = {n: getattr(now, n) for n in names if getattr(now, n) != getattr(shown, n)}
    if not touched:
        return None
    return replace(standing, **{"trail_stop": None, **touched})


def entry_of(draft: OrderDraft | BracketDraft) -> OrderDraft:
    """Return the order itself, or the entry of a bracket."""
    return draft.entry if isinstance(draft, BracketDraft) else draft


def sent_words(wish: Wish) -> str:
    """Say what was sent; a number follows."""
    if isinstance(wish, OrderChange):
        return "Change sent: order"
    return "Submitted: bracket, entry" if isinstance(wish, BracketDraft) else "Submitted: order"


def ordered_words(
    terms: Terms, symbol: str, ladder: PriceLadder | None, account: str, *, changes: bool
) -> str:
    """Write what the button sends: the order, and below it what is special and whose it is."""
    words = terms.in_words(symbol, ladder)
    first = text.button_text(f"CHANGE TO {words}" if changes else words)
    return "\n".join(filter(None, (first, terms.extras_in_words(ladder), account)))


def without_prices(terms: Terms) -> Terms:
    """Return the terms for another contract: the same choices without prices."""
    exits = None if terms.exits is None else Exits(tif=terms.exits.tif)
    special = replace(terms.special, trail_stop=None, oca=None, conditions=None, adjustment=None)
    bare = replace(terms, limit_price=None, stop_price=None, route="")
    return replace(bare, exits=exits, special=special)


def emptied(terms: Terms) -> Terms:
    """Return the terms without prices and quantity."""
    return replace(without_prices(terms), quantity=None)


def preview_words(previewed: Previewed) -> tuple[str, str, tuple[Finding, ...]]:
    """Say what risk would answer: headline, tone and findings."""
    match previewed.answer:
        case Denied(findings=findings):
            return "Would be denied:", "error", findings
        case NeedsAcknowledgement(findings=findings):
            return "Would ask for confirmation:", "warning", findings
        case _ if previewed.findings:
            return "Would be sent. Note:", "warning", previewed.findings
        case _:
            return "All checks pass.", "good", ()


def acknowledging(wish: Wish, accepted: frozenset[str]) -> Wish:
    """Return the same wish with more findings accepted."""
    if isinstance(wish, BracketDraft):
        entry = replace(wish.entry, acknowledged=wish.acknowledged | accepted)
        return replace(wish, entry=entry)
    return replace(wish, acknowledged=wish.acknowledged | accepted)


def margin_in_words(preview: MarginPreview, *, entry_only: bool) -> str:
    """Write a what-if answer: what margin and money would be, and the commission."""
    currency = preview.currency
    whose = "the entry" if entry_only else "the order"
    lines = [f"What-if of {whose}; nothing was sent:"]
    for name, change, after in (
        ("Initial margin", preview.initial_margin_change, preview.initial_margin_after),
        ("Maintenance", preview.maintenance_margin_change, preview.maintenance_margin_after),
    ):
        lines.append(f"{name} {text.signed_money(change)} → {text.money(after)}")
    lines.append(f"Equity with loan {text.money(preview.equity_after, currency)}")
    lines.append(f"Commission {text.money(preview.commission, currency)}")
    if preview.warning:
        lines.append(text.one_line(preview.warning))
    return "\n".join(lines)
