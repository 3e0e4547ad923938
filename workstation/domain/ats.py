"""What an order asks of the broker's own crossing network, IBKRATS."""

from dataclasses import dataclass
from decimal import Decimal

ATS_ROUTE = "IBKRATS"
"""The route of an order that goes to the network alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtsTerms:
    """How an order that rests in the network trades there; None asks for nothing.

    `least_trade` is the smallest fill it takes, in shares. A PEG BEST order outbids rivals of at
    least `least_rival` shares by `beyond_best`, or goes `to_middle` of the market instead. From
    there it stays `whole_offset` away, or `half_offset` where the spread is odd; so does a
    PEG MID. Distances are per unit in the contract's currency.

    Source: minTradeQty, minCompeteSize, competeAgainstBestOffset, midOffsetAtWhole and
    midOffsetAtHalf, from server version 170 on.
    """

    least_trade: Decimal | None = None
    least_rival: Decimal | None = None
    beyond_best: Decimal | None = None
    to_middle: bool = False
    whole_offset: Decimal | None = None
    half_offset: Decimal | None = None

    @property
    def numbers(self) -> dict[str, Decimal]:
        """Every number that is given, under the words a user knows."""
        given = {
            "smallest trade": self.least_trade,
            "smallest rival": self.least_rival,
            "distance beyond the best": self.beyond_best,
            "offset from a whole middle": self.whole_offset,
            "offset from a half middle": self.half_offset,
        }
        return {name: number for name, number in given.items() if number is not None}

    @property
    def competes(self) -> bool:
        """Whether anything is said that only a PEG BEST order does."""
        return self.to_middle or self.least_rival is not None or self.beyond_best is not None


MAY_BE_ZERO = frozenset(
    {"distance beyond the best", "offset from a whole middle", "offset from a half middle"}
)
"""Numbers of which 0 says something."""
