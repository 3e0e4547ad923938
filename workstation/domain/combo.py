"""Combinations of contracts that are bought or sold as one, at one net price."""

import hashlib
from dataclasses import dataclass

from workstation.domain.ids import ConId

MOST_LEGS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ComboLeg:
    """One leg: how many of a contract belong to one combination, below 0 where they are sold.

    Sold means: when the combination is bought. Source: ComboLeg of placeOrder.
    """

    con_id: ConId
    ratio: int
    exchange: str = "SMART"


def combo_con_id(legs: tuple[ComboLeg, ...]) -> ConId:
    """Name a combination inside the program: below 0, and the same for the same legs always.

    The broker's own number of it is not known before an order, and differs from day to day.
    """
    parts = sorted((leg.con_id, leg.ratio) for leg in legs)
    words = ";".join(f"{con_id}*{ratio}" for con_id, ratio in parts)
    return ConId(-int.from_bytes(hashlib.sha256(words.encode()).digest()[:6], "big") - 1)
