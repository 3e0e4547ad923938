"""When a price that an order waits for is reached."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TypeVar

Price = TypeVar("Price", int, Decimal)


def is_reached(level: Price, prices: Iterable[Price], *, rising: bool) -> bool:
    """Tell whether any price stands at a level or beyond it.

    `rising` says that the price has to climb to the level: a buyer's stop, a seller's order
    that waits to be touched.
    """
    return any(price >= level if rising else price <= level for price in prices)
