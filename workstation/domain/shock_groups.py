"""Groups of positions whose prices move together in the grid of shocks (RK21)."""

from dataclasses import dataclass
from decimal import Decimal

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShockGroup:
    """What belongs together, and how many times it moves what the grid says.

    A price of 1.5 falls by 30 % where every price falls by 20 %; below 0 it moves against the
    others. `volatility` stretches the move of the volatility the same way. Words compare
    without regard to case.
    """

    name: str
    price: Decimal = _ONE
    volatility: Decimal = _ONE
    symbols: tuple[str, ...] = ()
    underlyings: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()

    def takes(self, symbols: tuple[str, ...], underlying: str, sector: str) -> bool:
        """Tell whether a position of these names belongs here."""
        return (
            any(_is_in(each, self.symbols) for each in symbols)
            or _is_in(underlying, self.underlyings)
            or _is_in(sector, self.sectors)
        )


@dataclass(frozen=True, slots=True)
class GroupScenario:
    """What one group would do if it alone moved: estimates in the account's currency.

    `results` stand at the moves of all prices in the grid, each times the group's own factor.
    """

    name: str
    price: Decimal
    volatility: Decimal
    members: tuple[str, ...]
    results: tuple[tuple[Decimal, Decimal], ...]
    """(percent of the grid, result)."""


@dataclass(frozen=True, slots=True)
class ReadShockGroups:
    """Ask for the text of the file of groups; answered by ShockGroupsText or Failed."""


@dataclass(frozen=True, slots=True)
class SetShockGroups:
    """Keep this text as the file of groups, if it can be used; answered by Done or Failed."""

    text: str


@dataclass(frozen=True, slots=True)
class ShockGroupsText:
    """The file of groups as it is, or an example where there is none yet."""

    text: str


def _is_in(word: str, words: tuple[str, ...]) -> bool:
    return bool(word) and word.casefold() in {each.casefold() for each in words}
