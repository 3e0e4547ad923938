"""A price at which the user wants to be told."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from workstation.domain.ids import ConId


class Direction(StrEnum):
    """Which way the price must go."""

    RISES = "RISES"
    """To the alert's price or above it."""

    FALLS = "FALLS"
    """To the alert's price or below it."""

    def has_come(self, figure: Decimal, to: Decimal) -> bool:
        """Tell whether a figure stands at a value or beyond it; alerts and rules both ask here."""
        return figure >= to if self is Direction.RISES else figure <= to


def as_written(price: float) -> Decimal:
    """Return a price of the feed as it is written: the double of 190.1 is at 190.1."""
    return Decimal(repr(price))


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAlert:
    """One alert; `number` tells it apart.

    The first last price that differs from the alert's decides the direction; None until then.
    From there it fires at the first last price at the alert's or beyond it, so a gap fires too,
    also one over a time when the program was closed. It fires once: `fired_at` is aware UTC and
    `fired_last` the price that fired it, None before.
    """

    number: int
    con_id: ConId
    symbol: str
    price: Decimal
    direction: Direction | None = None
    fired_at: datetime | None = None
    fired_last: float | None = None

    def seen(self, last: float, now: datetime) -> "PriceAlert":
        """Return it after a last price; the same object where nothing changed."""
        if self.fired_at is not None:
            return self
        exact = as_written(last)
        if self.direction is None:
            if exact == self.price:
                return self
            way = Direction.RISES if exact < self.price else Direction.FALLS
            return replace(self, direction=way)
        if not self.direction.has_come(exact, self.price):
            return self
        return replace(self, fired_at=now, fired_last=last)

    def moved(self, price: Decimal) -> "PriceAlert":
        """Return it at another price, armed anew."""
        return replace(self, price=price, direction=None, fired_at=None, fired_last=None)


@dataclass(frozen=True, slots=True)
class PlaceAlert:
    """Tell the user when the last price comes to this one; answered by Done or Failed."""

    con_id: ConId
    price: Decimal


@dataclass(frozen=True, slots=True)
class MoveAlert:
    """Set an alert elsewhere, armed anew; answered by Done or Failed."""

    number: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class RemoveAlert:
    """Take an alert away; answered by Done or Failed."""

    number: int
