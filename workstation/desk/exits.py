"""Every way out of a position, built together."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from workstation.desk.closing import Closer, ClosingParts
from workstation.desk.emergency import Emergency
from workstation.desk.flatten import Flattener, FlattenParts
from workstation.desk.position_moves import PositionMoves
from workstation.desk.repairs import Repairer
from workstation.domain.ids import AccountId, ConId
from workstation.risk.coverage import Held


@dataclass(frozen=True, slots=True)
class Exits:
    """Close and reverse (`closer`), halve and breakeven (`moves`), flatten, emergency, repair."""

    closer: Closer
    moves: PositionMoves
    flattener: Flattener
    emergency: Emergency
    repairer: Repairer


def build_exits(
    parts: ClosingParts,
    average_cost: Callable[[AccountId, ConId], Decimal | None],
    flatten_parts: Callable[[Closer], FlattenParts],
    accounts: Callable[[], tuple[AccountId, ...]],
    held: Callable[[AccountId, ConId], Held],
) -> Exits:
    """Build the ways out; all of them work on the core thread."""
    moves = PositionMoves(parts, average_cost)
    flattening = flatten_parts(moves.closer)
    flattener = Flattener(flattening)
    emergency = Emergency(flattening, flattener, accounts)
    return Exits(moves.closer, moves, flattener, emergency, Repairer(parts, moves.closer, held))
