"""Positions of every account, with the broker's profit and loss."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.account import PositionView
from workstation.domain.execution import Execution
from workstation.domain.ids import AccountId, ConId
from workstation.domain.ports import QuoteSource
from workstation.domain.reports import PnlReport, PositionReport

Key = tuple[AccountId, ConId]


@dataclass(slots=True)
class _Position:
    symbol: str
    quantity: Decimal
    average_cost: Decimal | None
    daily: float | None = None
    unrealized: float | None = None
    realized: float | None = None
    value: float | None = None


class Positions:
    """Keeps what the broker reports plus the fills it has not reported yet. Core thread.

    The broker sends a position some time after the execution that changed it. Until then
    `quantity` adds the executions seen since the position's last report, so that risk never
    counts a filled order neither as working nor as held (orders-and-risk.md 1.2, `pos`).
    """

    def __init__(self, quotes: QuoteSource) -> None:
        self._quotes = quotes
        self._held: dict[Key, _Position] = {}
        self._ahead: dict[Key, Decimal] = {}
        self._dirty: set[Key] = set()
        self._unreported: set[Key] = set()

    def quantity(self, account: AccountId, con_id: ConId) -> Decimal:
        """Return the signed position, 0 where none is known."""
        held = self._held.get((account, con_id))
        reported = held.quantity if held else Decimal(0)
        return reported + self._ahead.get((account, con_id), Decimal(0))

    def apply_position(self, report: PositionReport) -> None:
        """Take the broker's figure; it includes every execution before it."""
        key = (report.account, report.con_id)
        self._ahead.pop(key, None)
        self._unreported.discard(key)
        held = self._held.get(key)
        if held is None:
            self._held[key] = _Position(report.symbol, report.quantity, report.average_cost)
        else:
            held.quantity = report.quantity
            held.average_cost = report.average_cost
        self._dirty.add(key)

    def apply_execution(self, execution: Execution) -> None:
        """Count a live execution until the broker's own figure arrives."""
        key = (execution.account, execution.con_id)
        moved = execution.side.sign * execution.quantity
        self._ahead[key] = self._ahead.get(key, Decimal(0)) + moved

    def apply_pnl(self, report: PnlReport) -> None:
        """Take the broker's profit and loss of one position."""
        if report.con_id is None:
            return
        key = (report.account, report.con_id)
        held = self._held.get(key)
        if held is None:
            return
        held.daily, held.unrealized = report.daily, report.unrealized
        held.realized, held.value = report.realized, report.value
        self._dirty.add(key)

    def begin_refresh(self) -> None:
        """Expect a complete list from the broker."""
        self._ahead.clear()
        self._unreported = set(self._held)

    def end_refresh(self) -> None:
        """The list is complete: what it did not name is flat."""
        for key in self._unreported:
            self._held[key].quantity = Decimal(0)
            self._dirty.add(key)
        self._unreported.clear()

    def keys(self) -> tuple[Key, ...]:
        """Name every position known, closed ones of today included."""
        return tuple(self._held)

    @property
    def changed(self) -> bool:
        """Whether anything waits to be published."""
        return bool(self._dirty)

    def mark_quoted(self, con_id: ConId) -> None:
        """Note that the quote of a contract changed, so its mark did."""
        for key in self._held:
            if key[1] == con_id:
                self._dirty.add(key)

    def take_changed(self) -> tuple[PositionView, ...]:
        """Return a frozen view of each position that changed since the last call."""
        changed, self._dirty = self._dirty, set()
        return tuple(self._view(key) for key in changed)

    def _view(self, key: Key) -> PositionView:
        held = self._held[key]
        quote = self._quotes.quote(key[1])
        return PositionView(
            account=key[0],
            con_id=key[1],
            symbol=held.symbol,
            quantity=held.quantity,
            average_cost=held.average_cost,
            mark=quote.last if quote else None,
            market_value=held.value,
            unrealized_pnl=held.unrealized,
            realized_pnl=held.realized,
            daily_pnl=held.daily,
        )
