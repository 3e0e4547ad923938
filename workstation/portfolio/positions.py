"""Positions of every account, with the broker's profit and loss."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import accumulate

from workstation.domain.account import PositionView
from workstation.domain.execution import Execution
from workstation.domain.ids import AccountId, ConId
from workstation.domain.ports import QuoteSource
from workstation.domain.reports import PnlReport, PositionReport
from workstation.risk.facts import exact

Key = tuple[AccountId, ConId]

MOST_LATE = 20
"""So many moves of one position, of which no fill was told yet, are remembered."""


def _unknown() -> None:
    """Stand in while nobody knows the broker's time."""


@dataclass(slots=True)
class _Position:
    symbol: str
    quantity: Decimal
    average_cost: Decimal | None
    daily: float | None = None
    unrealized: float | None = None
    realized: float | None = None
    value: float | None = None


@dataclass(slots=True)
class Touched:
    """What changed since its taker last looked: quantities, and what values them."""

    moved: set[Key] = field(default_factory=set)
    quoted: set[Key] = field(default_factory=set)


class Positions:
    """Keeps what the broker reports plus the fills it has not reported yet. Core thread.

    The broker sends a position some time after the execution that changed it. Until then
    `quantity` adds the executions that the report does not hold yet, so that risk never
    counts a filled order neither as working nor as held (orders-and-risk.md 1.2, `pos`).
    Where the position comes first, the execution that follows it is held by it already: at once
    by its size, later where the broker's time of it is not after the position's.
    """

    def __init__(self, quotes: QuoteSource) -> None:
        self._quotes = quotes
        self._held: dict[Key, _Position] = {}
        self._ahead: dict[Key, list[Decimal]] = {}
        self._early: dict[Key, Decimal] = {}
        self._early_before: frozenset[Key] = frozenset()
        self._early_at: dict[Key, datetime | None] = {}
        self._late: dict[Key, list[tuple[Decimal, datetime]]] = {}
        self.broker_now: Callable[[], datetime | None] = _unknown
        """Tells the broker's time, aware UTC; None while it is not known."""

        self._counted: dict[str, tuple[int, Decimal]] = {}
        self._refreshing = False
        self._before_list: dict[Key, int] = {}
        self._dirty: set[Key] = set()
        self._unreported: set[Key] = set()
        self._of_contract: dict[ConId, list[Key]] = {}
        self._watchers: list[Touched] = []

    def value(self, account: AccountId, con_id: ConId) -> Decimal | None:
        """Return the broker's market value in the contract's currency, None where not told."""
        held = self._held.get((account, con_id))
        return None if held is None else exact(held.value)

    def average_cost(self, account: AccountId, con_id: ConId) -> Decimal | None:
        """Return the broker's cost of one unit, multiplier included; None while fills change it."""
        held = self._held.get((account, con_id))
        if held is None or self._ahead.get((account, con_id)):
            return None
        return held.average_cost

    def result(self, account: AccountId, con_id: ConId) -> Decimal | None:
        """Return the unrealised result in the contract's currency, None where not told."""
        held = self._held.get((account, con_id))
        return None if held is None else exact(held.unrealized)

    def quantity(self, account: AccountId, con_id: ConId) -> Decimal:
        """Return the signed position, 0 where none is known."""
        held = self._held.get((account, con_id))
        reported = held.quantity if held else Decimal(0)
        return sum(self._ahead.get((account, con_id), ()), reported)

    def held(self, account: AccountId) -> dict[ConId, Decimal]:
        """Return what the broker has not reported as flat, with its signed quantity.

        A quantity of 0 is what fills have closed and the broker has yet to confirm.
        """
        reported = [key for key, held in self._held.items() if held.quantity]
        keys = dict.fromkeys(key for key in (*reported, *self._ahead) if key[0] == account)
        return {con_id: self.quantity(account, con_id) for _, con_id in keys}

    def ahead_of_broker(self) -> tuple[Key, ...]:
        """Return where fills are counted that no report of the broker is known to hold."""
        return tuple(self._ahead)

    def all_held(self) -> dict[ConId, Decimal]:
        """Return the reported quantity of each contract that some account holds."""
        return {con_id: held.quantity for (_, con_id), held in self._held.items() if held.quantity}

    def apply_position(self, report: PositionReport) -> None:
        """Take the broker's figure and drop the executions that it includes."""
        key = (report.account, report.con_id)
        if report.quantity is None:
            self._unreported.discard(key)
            return
        self._moved(key)
        held = self._held.get(key)
        moved = report.quantity - (held.quantity if held else Decimal(0))
        early = moved - self._drop_included(key, moved)
        if self._refreshing:
            self._early.pop(key, None)
            self._late.pop(key, None)  # a complete list explains itself
        else:
            self._no_more_early(key)
            if early:
                self._early[key], self._early_at[key] = early, self.broker_now()
        self._unreported.discard(key)
        if held is None:
            self._held[key] = _Position(report.symbol, report.quantity, report.average_cost)
            self._of_contract.setdefault(report.con_id, []).append(key)
        else:
            held.quantity = report.quantity
            held.average_cost = report.average_cost
        self._dirty.add(key)

    def apply_execution(self, execution: Execution) -> None:
        """Count a live execution once until the broker's own figure arrives.

        A correction counts only what it changes; an older revision changes nothing. Of a
        combination the legs are held, never the whole.
        """
        if execution.is_whole_combo:
            return
        revision, before = self._counted.get(execution.base_id, (-1, Decimal(0)))
        if execution.revision <= revision:
            return
        moved = execution.side.sign * execution.quantity
        self._counted[execution.base_id] = (execution.revision, moved)
        key = (execution.account, execution.con_id)
        self._moved(key)
        if not self._was_early(key, moved - before, execution.time):
            self._ahead.setdefault(key, []).append(moved - before)

    def _was_early(self, key: Key, moved: Decimal, time: datetime) -> bool:
        """Tell whether the broker's figure told of a fill before the fill itself came."""
        late = self._late.get(key, [])
        for place, (early, at) in enumerate(late):
            if time <= at and moved * early > 0 and abs(moved) <= abs(early):
                late[place] = (early - moved, at)
                return True
        early = self._early.get(key, Decimal(0))
        if moved * early <= 0 or abs(moved) > abs(early):
            return False
        self._early[key] = early - moved
        return True

    def forget_early(self) -> None:
        """Give up waiting for the fills of what moved before the last call; called each second.

        Nobody's fill comes for what was transferred or assigned. What comes all the same counts
        as told only if it was made by then, by the broker's own time.
        """
        for key in self._early_before & self._early.keys():
            self._no_more_early(key)
        self._early_before = frozenset(self._early)

    def _no_more_early(self, key: Key) -> None:
        early, at = self._early.pop(key, None), self._early_at.pop(key, None)
        if early and at is not None:
            self._late[key] = [*self._late.get(key, [])[1 - MOST_LATE :], (early, at)]

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
        for watcher in self._watchers:
            watcher.quoted.add(key)
        self._dirty.add(key)

    def begin_refresh(self) -> None:
        """Expect a complete list from the broker.

        Asked for again while one is coming, the first to end tells what is flat: it is
        complete, and what it has named already must not count as unnamed.
        """
        if not self._refreshing:
            self._refreshing = True
            self._unreported = {*self._held, *self._ahead}
            self._before_list = {key: len(waiting) for key, waiting in self._ahead.items()}

    def end_refresh(self) -> None:
        """The list is complete: what it did not name is flat."""
        for key in self._unreported:
            self._moved(key)
            held = self._held.get(key)
            self._drop_included(key, -held.quantity if held else Decimal(0))
            if held is not None:
                held.quantity = Decimal(0)
                self._dirty.add(key)
        self.forget_refresh()

    def forget_refresh(self) -> None:
        """The list will not end: the link is gone."""
        self._refreshing = False
        self._unreported.clear()
        self._before_list.clear()

    @property
    def changed(self) -> bool:
        """Whether anything waits to be published."""
        return bool(self._dirty)

    def mark_quoted(self, con_id: ConId) -> None:
        """Note that the quote or the rules of a contract changed, so its mark did."""
        for key in self._of_contract.get(con_id, ()):
            self._dirty.add(key)
            for watcher in self._watchers:
                watcher.quoted.add(key)

    def views(self, account: AccountId) -> tuple[PositionView, ...]:
        """Return every position of an account that is held or that the broker tells a result of."""
        return tuple(self.each_view(account))

    def each_view(self, account: AccountId) -> Iterator[PositionView]:
        """Yield what views() returns one by one, as each is when it is asked for."""
        for key, held in tuple(self._held.items()):
            told = held.quantity or held.daily or key in self._ahead
            if key[0] == account and told and key in self._held:
                yield replace(self._view(key), quantity=self.quantity(*key))

    def watch(self) -> Touched:
        """Return sets that fill with what changes from now on; the taker empties them."""
        watcher = Touched()
        self._watchers.append(watcher)
        return watcher

    def _moved(self, key: Key) -> None:
        for watcher in self._watchers:
            watcher.moved.add(key)

    def take_changed(self) -> tuple[PositionView, ...]:
        """Return a frozen view of each position that changed since the last call."""
        changed, self._dirty = self._dirty, set()
        return tuple(self._view(key) for key in changed)

    def _drop_included(self, key: Key, moved: Decimal) -> Decimal:
        """Drop the oldest executions that add up to what a new report moved; return their sum.

        A report that moved nothing was sent before them, but never before those that were
        waiting when a complete list was asked for. What no sum explains is believed as it
        stands.
        """
        ahead = self._ahead.get(key)
        older = self._before_list.pop(key, 0)
        if not ahead:
            return Decimal(0)
        sums = [Decimal(0), *accumulate(ahead)]
        included = [count for count, total in enumerate(sums) if total == moved]
        newest = max(included, default=len(ahead))
        del ahead[: max(newest, older)]
        if not ahead:
            del self._ahead[key]
        return sums[newest]

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
