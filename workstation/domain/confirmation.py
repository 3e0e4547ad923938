"""When an order sent by one gesture asks first: by world, kind and size."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from workstation.domain.account import Environment
from workstation.domain.order import OrderType

ONE_GESTURE = frozenset({"chart"})
"""Sources whose orders leave by one click, key or drag; the ticket's button names the order."""


class Ask(StrEnum):
    """Whether a step asks first."""

    NEVER = "never"
    LARGE = "large"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmations:
    """What asks first in one world.

    `limit`, `stop` and `market` are entries of those kinds, `away` a stop or target of a
    position that moves away from the market. `large` is the order value, in the account's
    currency, above which LARGE asks.
    """

    limit: Ask = Ask.NEVER
    stop: Ask = Ask.NEVER
    market: Ask = Ask.NEVER
    away: Ask = Ask.NEVER
    large: Decimal = Decimal(25_000)

    @property
    def is_sound(self) -> bool:
        """Whether the limit of LARGE is an amount."""
        return self.large.is_finite() and self.large >= 0

    def of_kind(self, kind: OrderType) -> Ask:
        """Return what an entry of this kind does."""
        if kind.takes_stop or kind.trails:
            return self.stop
        return self.limit if kind.takes_limit else self.market


CAREFUL = Confirmations(limit=Ask.ALWAYS, stop=Ask.ALWAYS, market=Ask.ALWAYS, away=Ask.ALWAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationPolicy:
    """The table of every world. An account whose world is not known counts as live."""

    live: Confirmations = CAREFUL
    paper: Confirmations = Confirmations()
    simulated: Confirmations = Confirmations()

    @property
    def is_sound(self) -> bool:
        """Whether every row can be used."""
        return all(each.is_sound for each in (self.live, self.paper, self.simulated))

    def of(self, environment: Environment | None) -> Confirmations:
        """Return the row of a world."""
        if environment is Environment.PAPER:
            return self.paper
        return self.simulated if environment is Environment.SIMULATED else self.live


@dataclass(frozen=True, slots=True)
class UseConfirmations:
    """Ask before chart orders as this policy says, from now on; answered by Done."""

    policy: ConfirmationPolicy
