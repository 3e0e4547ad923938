"""Which strategy holds what: fills by the reference of their orders."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from workstation.domain.execution import Execution
from workstation.domain.ids import AccountId, ConId
from workstation.domain.limit_use import ExposureRow
from workstation.portfolio.exposures import Holding

UNATTRIBUTED = "no fills on record"
"""What is held beyond the fills that are known: transfers, splits, fills of before."""

Fill = tuple[int, AccountId, ConId, str, Decimal]


class Strategies:
    """Sums the fills of each strategy. Core thread.

    `name_of` says to which strategy the order of a fill belongs.
    """

    def __init__(self, name_of: Callable[[Execution], str]) -> None:
        self._name_of = name_of
        self._fills: dict[str, Fill] = {}
        self._held: dict[tuple[AccountId, ConId], dict[str, Decimal]] = {}

    def take(self, execution: Execution) -> None:
        """Count a fill by its newest revision."""
        known = self._fills.get(execution.base_id)
        if known is not None and known[0] >= execution.revision:
            return
        if known is not None:
            self._count(known, -1)
        signed = execution.side.sign * execution.quantity
        name = self._name_of(execution) if known is None else known[3]
        fill = (execution.revision, execution.account, execution.con_id, name, signed)
        self._fills[execution.base_id] = fill
        self._count(fill, 1)

    def rows(
        self, account: AccountId, holdings: Mapping[ConId, Holding]
    ) -> tuple[ExposureRow, ...]:
        """Return long and short of each strategy; nothing where all of it has one origin."""
        sums: dict[str, tuple[Decimal, Decimal, int]] = {}
        for holding in holdings.values():
            for name, quantity in self._parts(account, holding):
                long, short, unvalued = sums.get(name, (Decimal(0), Decimal(0), 0))
                if holding.value is None:
                    unvalued += 1
                else:
                    value = holding.value * quantity / holding.quantity
                    long, short = long + max(value, Decimal(0)), short + max(-value, Decimal(0))
                sums[name] = (long, short, unvalued)
        rows = [ExposureRow("strategy", name, *each) for name, each in sums.items()]
        return tuple(sorted(rows, key=lambda row: (-row.gross, row.name)))

    def _parts(self, account: AccountId, holding: Holding) -> Iterator[tuple[str, Decimal]]:
        """Split a position; what the fills do not explain comes last."""
        rest = holding.quantity
        for name, quantity in self._held.get((account, holding.con_id), {}).items():
            if quantity:
                rest -= quantity
                yield name, quantity
        if rest:
            yield UNATTRIBUTED, rest

    def _count(self, fill: Fill, sign: int) -> None:
        _, account, con_id, name, quantity = fill
        held = self._held.setdefault((account, con_id), {})
        held[name] = held.get(name, Decimal(0)) + sign * quantity
