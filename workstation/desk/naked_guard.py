"""Alarms when a position loses its protection, or has more of it than it needs (I12).

A position that never had a stop is the trader's choice and is only shown. One that had a stop,
or was opened by a bracket, must keep it: two seconds without it, and it is said aloud.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from workstation.desk.closing import front_of
from workstation.desk.coming_splits import ComingSplits, ask_nobody
from workstation.desk.limits import Notify
from workstation.desk.open_by_choice import OpenByChoice
from workstation.desk.other_orders import ROLL
from workstation.domain.clock import Clock
from workstation.domain.coverage import Coverage
from workstation.domain.execution import Execution
from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.notice import Severity
from workstation.domain.order import Side
from workstation.domain.order_status import STOP_TYPES, OrderView
from workstation.domain.ports import ContractSource, QuoteSource
from workstation.oms.orders import OrderBook
from workstation.portfolio.exposures import mark
from workstation.portfolio.positions import Positions
from workstation.risk.coverage import Held, coverage

SUGGESTED_PERCENT = 5
"""How far from the market a stop is suggested for a position that never had one."""

GRACE_SECONDS = 0.9
"""The look comes each second, so that no more than two pass without a word."""

Key = tuple[AccountId, ConId]


@dataclass(slots=True)
class _Episode:
    """One stretch of time in which something is wrong with a position."""

    since: float
    said: bool = False


@dataclass(slots=True)
class _Watched:
    protected: bool = False
    bare: _Episode | None = None
    over: _Episode | None = None
    orphan: _Episode | None = None
    last_stop: Decimal | None = None
    has_looked: bool = False
    split_said: date | None = None


class NakedGuard:
    """Looks at every position's coverage. Core thread; changes nothing."""

    def __init__(
        self,
        clock: Clock,
        orders: OrderBook,
        positions: Positions,
        quotes: QuoteSource,
        contracts: ContractSource,
        notify: Notify,
        splits: ComingSplits | None = None,
        choices: OpenByChoice | None = None,
    ) -> None:
        self._splits = splits or ComingSplits(clock, ask_nobody)
        self._choices = choices or OpenByChoice()
        self._clock = clock
        self._orders = orders
        self._positions = positions
        self._quotes = quotes
        self._contracts = contracts
        self._notify = notify
        self._watched: dict[Key, _Watched] = {}

    def filled(self, execution: Execution) -> None:
        """Note that an entry with exits, or a roll, has filled: it must be protected from now."""
        order = self._orders.find(
            execution.perm_id, execution.order_ref, execution.client_id, execution.order_id
        )
        if order is None:
            return
        if self._orders.children(order.key):
            self._must_protect((execution.account, execution.con_id))
        elif order.draft is not None and order.draft.source == ROLL:
            self._rolled(execution, front_of(order))

    def _must_protect(self, key: Key) -> None:
        watched = self._watch(key)
        watched.protected = True
        if watched.bare is None:
            watched.bare = _Episode(self._clock.monotonic())

    def _rolled(self, execution: Execution, front: ConId) -> None:
        """Have the new month protected as the old one was: its stop, as far from the market."""
        key = (execution.account, execution.con_id)
        if execution.is_whole_combo or execution.con_id == front:
            return
        old = self._newest_stop(execution.account, front, execution.side.opposite)
        if old is None:
            return
        self._must_protect(key)
        here, there = (mark(self._quotes.quote(each)) for each in (key[1], front))
        details = self._contracts.details(key[1])
        if here is not None and there is not None and details is not None:
            ladder, price = details.ladder, old + here - there
            is_long = execution.side is Side.BUY
            self._watch(key).last_stop = (ladder.snap_down if is_long else ladder.snap_up)(price)

    def coverages(self, account: AccountId) -> tuple[Coverage, ...]:
        """Return the coverage of every position, and of what stands without one."""
        return tuple(each for each in self._each(account) if each.quantity or each.orphans)

    def _each(self, account: AccountId) -> Iterator[Coverage]:
        """Survey one contract after the other, each as it stands when its turn comes."""
        orders = _Orders(self._orders, account)
        for con_id in {**self._positions.held(account), **orders.by_contract()}:
            quantity = self._positions.quantity(account, con_id)
            yield self._coverage(account, con_id, quantity, orders.by_contract().get(con_id, ()))

    def held(self, account: AccountId, con_id: ConId) -> Held:
        """Return a position with its orders, as they stand now."""
        orders = tuple(
            x for x in self._orders.working() if (x.account, x.con_id) == (account, con_id)
        )
        quantity = self._positions.held(account).get(con_id, Decimal(0))
        return self._held(account, con_id, quantity, orders)

    def check(self, account: AccountId) -> Generator[None, None, tuple[Coverage, ...]]:
        """Say aloud what has been wrong for long enough, a contract a step; return all coverages.

        What fills between two steps was not looked at yet, and is not flat.
        """
        found = []
        before = {key for key in self._watched if key[0] == account}
        for each in self._each(account):
            if each.quantity or each.orphans:
                found.append(each)
                self._check(self._watch((each.account, each.con_id)), each)
            yield
        seen = {(each.account, each.con_id) for each in found}
        for key in before - seen:
            if not self._positions.quantity(*key):
                self._watched.pop(key, None)  # flat: the next position begins anew
                self._choices.ended(*key)
        return tuple(found)

    def _check(self, watched: _Watched, now: Coverage) -> None:
        protects_all = not now.uncovered and not now.closing and now.quantity != 0
        watched.protected |= protects_all and now.covered > 0
        is_bare = watched.protected and now.uncovered > 0
        watched.bare = self._episode(watched.bare, wrong=is_bare)
        watched.over = self._episode(watched.over, wrong=now.over > 0)
        watched.orphan = self._episode(watched.orphan, wrong=now.orphans > 0)
        if self._is_due(watched.bare):
            self._notify(
                Severity.ALARM,
                f"{now.symbol}: {now.uncovered:f} of {abs(now.quantity):f} have lost their stop.",
                effect="Nothing at the broker ends a loss of this part.",
                advice="Repair it in the Risk dock, or close the position. A split or another "
                "corporate action cancels stops that are good till cancelled.",
            )
        if now.split_day is not None and now.split_day != watched.split_said:
            watched.split_said = now.split_day
            self._notify(
                Severity.WARNING,
                f"{now.symbol}: the split on {now.split_day:%Y-%m-%d} will cancel the stops of "
                f"{now.kept:f} that are good till cancelled.",
                effect="From then on nothing at the broker ends a loss of this part.",
                advice="Send them anew at the new price once it has been split.",
            )
        if self._is_due(watched.over):
            self._notify(
                Severity.WARNING,
                f"{now.symbol}: stops would close {now.over:f} more than is held.",
                effect="If they fill, the position turns around.",
                advice="Repair it in the Risk dock: one click reduces the stops.",
            )
        if self._is_due(watched.orphan):
            self._notify(
                Severity.WARNING,
                f"{now.symbol}: {now.orphans} exits stand without a position.",
                effect="If one fills, it opens a position.",
                advice="Repair it in the Risk dock: one click cancels them.",
            )

    def _episode(self, known: _Episode | None, *, wrong: bool) -> _Episode | None:
        if not wrong:
            return None
        return known or _Episode(self._clock.monotonic())

    def _is_due(self, episode: _Episode | None) -> bool:
        if episode is None or episode.said:
            return False
        episode.said = self._clock.monotonic() - episode.since >= GRACE_SECONDS
        return episode.said

    def _watch(self, key: Key) -> _Watched:
        return self._watched.setdefault(key, _Watched())

    def _coverage(
        self, account: AccountId, con_id: ConId, quantity: Decimal, orders: Iterable[OrderView]
    ) -> Coverage:
        held = self._held(account, con_id, quantity, orders)
        found = coverage(held)
        return replace(
            found,
            suggested_stop=self._suggested(held, found),
            split_day=self._split_day(held, found),
            is_by_choice=self._choices.holds(account, con_id, quantity),
        )

    def _split_day(self, held: Held, found: Coverage) -> date | None:
        """Return when a split will cancel stops of a share, and have the calendar asked."""
        details = held.details
        if not found.kept or details is None or details.contract.sec_type != "STK":
            return None
        self._splits.look(held.con_id)
        return self._splits.day_of(held.con_id)

    def _held(
        self, account: AccountId, con_id: ConId, quantity: Decimal, orders: Iterable[OrderView]
    ) -> Held:
        details, live = self._contracts.details(con_id), tuple(orders)
        return Held(
            account=account,
            con_id=con_id,
            symbol=_symbol(con_id, live, details.contract.symbol if details else ""),
            quantity=quantity,
            orders=live,
            details=details,
            quote=self._quotes.quote(con_id),
            outside_rth=self._outside_rth,
            now=self._clock.now(),
        )

    def _suggested(self, held: Held, found: Coverage) -> Decimal | None:
        """Return the last stop of a bare position while the market has not reached it, else near.

        Near is some percent on the losing side of the market, on the increment.
        """
        watched = self._watch((held.account, held.con_id))
        if found.nearest_stop is not None:
            watched.last_stop = found.nearest_stop
        if not found.uncovered or held.details is None:
            return None
        if watched.last_stop is None and not watched.has_looked:
            watched.has_looked = True
            watched.last_stop = self._ended_stop(held)
        price, sign = mark(held.quote), 1 if held.quantity > 0 else -1
        last, ladder = watched.last_stop, held.details.ladder
        if last is not None and (price is None or sign * (price - last) > 0):
            return last
        if price is None or price <= 0:
            return None
        near = price * (100 - sign * SUGGESTED_PERCENT) / 100
        return ladder.snap_down(near) if sign > 0 else ladder.snap_up(near)

    def _ended_stop(self, held: Held) -> Decimal | None:
        """Find the newest stop that stood for the position and has ended."""
        side = Side.SELL if held.quantity > 0 else Side.BUY
        return self._newest_stop(held.account, held.con_id, side)

    def _newest_stop(self, account: AccountId, con_id: ConId, side: Side) -> Decimal | None:
        """Return the price of the newest stop of one side of a contract, also of one that ended."""
        for order in reversed(list(self._orders)):
            place = (order.account, order.con_id, order.side)
            if place == (account, con_id, side) and order.order_type in STOP_TYPES:
                return order.stop_price
        return None

    def _outside_rth(self, key: OrderKey) -> bool:
        order = self._orders.get(key)
        return order is not None and order.outside_rth


class _Orders:
    """The working orders of an account by contract; sorted anew only where some have changed."""

    def __init__(self, orders: OrderBook, account: AccountId) -> None:
        self._orders, self._account = orders, account
        self._sorted: tuple[OrderView, ...] | None = None
        self._by_contract: dict[ConId, list[OrderView]] = {}

    def by_contract(self) -> dict[ConId, list[OrderView]]:
        working = self._orders.working()
        if working is not self._sorted:
            self._sorted, self._by_contract = working, {}
            for order in working:
                if order.account == self._account:
                    self._by_contract.setdefault(order.con_id, []).append(order)
        return self._by_contract


def _symbol(con_id: ConId, orders: Sequence[OrderView], known: str) -> str:
    return known or next((each.symbol for each in orders), f"contract {con_id}")
