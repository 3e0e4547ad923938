"""Hedging child orders: what the broker trades against an order once that has filled."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class HedgeKind(StrEnum):
    """What the size of a hedge follows from, spelled as on the wire."""

    DELTA = "D"
    BETA = "B"
    FX = "F"
    PAIR = "P"

    @property
    def words(self) -> str:
        """What a trader calls it."""
        return _WORDS[self]

    @property
    def takes_ratio(self) -> bool:
        """Whether it needs a number of its own: a beta, or how many for each one."""
        return self in {HedgeKind.BETA, HedgeKind.PAIR}


_WORDS = {
    HedgeKind.DELTA: "delta hedge",
    HedgeKind.BETA: "beta hedge",
    HedgeKind.FX: "FX hedge",
    HedgeKind.PAIR: "pair hedge",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hedge:
    """How the broker sizes a hedge; its order has a quantity of 0 until then.

    `ratio` is the beta of a beta hedge and of a pair how many are traded for each one of the
    parent; None for the other kinds. Source: hedgeType, hedgeParam.
    """

    kind: HedgeKind
    ratio: Decimal | None = None


def hedge_words(hedge: Hedge) -> str:
    """Say what sizes a hedge."""
    name = "beta " if hedge.kind is HedgeKind.BETA else "ratio "
    given = "" if hedge.ratio is None else f", {name}{hedge.ratio:f}"
    return f"{hedge.kind.words} sized by the broker{given}"
