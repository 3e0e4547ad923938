"""What a change of a working order changes, old against new, in words."""

from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from enum import Enum

from workstation.domain.order import OrderChange, OrderTerms
from workstation.domain.order_status import OrderView
from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.ticket_rules import Terms
from workstation.ui.ticket_wishes import change_of, limit_of, quantity_of, stop_of


def change_in_words(
    terms: Terms, order: OrderView | None, shown: Terms | None, ladder: PriceLadder | None
) -> str | None:
    """Name each field that changes, old and new: 'limit 100.00 → 99.50'; None without an order.

    `shown` is what the fields made of the order before the user touched them.
    """
    if order is None:
        return None
    change = change_of(terms, order, shown)
    return "" if change is None else _words(change, order, ladder)


def _words(change: OrderChange, order: OrderView, ladder: PriceLadder | None) -> str:
    parts: list[str] = []

    def say(name: str, old: str, new: str) -> None:
        if old != new:
            parts.append(f"{name} {old} → {new}")

    if change.quantity is not None:
        say("quantity", text.size(quantity_of(order)), text.size(change.quantity))
    if change.limit_price is not None:
        say("limit", _price(limit_of(order), ladder), _price(change.limit_price, ladder))
    if change.stop_price is not None:
        say("stop", _price(stop_of(order), ladder), _price(change.stop_price, ladder))
    if change.tif is not None:
        say("time in force", text.one_line(order.tif, 12), change.tif.value)
    if change.outside_rth is not None:
        say("outside hours", _word(order.outside_rth), _word(change.outside_rth))
    if change.terms is not None:
        parts.extend(_of_terms(order.terms, change.terms))
    return ", ".join(parts)


def _of_terms(old: OrderTerms, new: OrderTerms) -> list[str]:
    said: list[str] = []
    for each in fields(OrderTerms):
        before, after = getattr(old, each.name), getattr(new, each.name)
        if before != after and not (each.name == "trail_stop" and after is None):
            name = each.name.replace("_", " ")
            said.append(f"{name} {_word(before)} → {_word(after)}")
    return said


def _price(price: Decimal | None, ladder: PriceLadder | None) -> str:
    return text.ABSENT if price is None else text.exact_price(price, ladder)


def _word(value: object) -> str:
    """Write one value; what is made of several parts is only said to differ."""
    match value:
        case None | "":
            said = "none"
        case bool():
            said = "yes" if value else "no"
        case Decimal():
            said = f"{value:f}"
        case Enum():
            said = value.name.lower().replace("_", " ")
        case datetime():
            said = text.day_time(value)
        case _:
            said = "as entered"
    return said
