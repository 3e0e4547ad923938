"""Asks the broker for all its lists and compares them with what the program believes.

Source: orders-and-risk.md 2.5.4 to 2.5.6. A list that does not end means unknown, never empty.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from workstation.broker.session import Session
from workstation.desk.order_poll import OrderPoll
from workstation.domain.clock import Clock
from workstation.domain.ids import OrderKey, ReqId
from workstation.domain.order_status import Lifecycle, OrderFlag
from workstation.domain.ports import Reactor, Timer
from workstation.domain.reports import ListEnded, ListKind
from workstation.oms.events import (
    Expired,
    NotPlacedConfirmed,
    OmsEvent,
    ReconcileBegan,
    Reconciled,
)
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.orders import OrderBook

LIST_SECONDS = 10.0
SETTLED_SECONDS = 10.0
AGAIN_SECONDS = 5.0
ASK_SECONDS = 2.0

_ORDER_LISTS = frozenset({ListKind.OPEN_ORDERS, ListKind.COMPLETED_ORDERS, ListKind.EXECUTIONS})
_FOR_EXITS = frozenset({ListKind.OPEN_ORDERS, ListKind.POSITIONS})
_AT_WORK = frozenset({Lifecycle.HELD, Lifecycle.WORKING})
"""What the broker must list; an inactive order it may leave out."""

_DAY_TIFS = frozenset({"DAY", "IOC", "FOK", "OPG", "DTC"})
_EXCHANGE_ZONE = ZoneInfo("America/New_York")


@dataclass(slots=True)
class _Round:
    """One asking; `waiting` are the lists not yet ended, `named` the orders they named.

    A round that has orders to `look_for` decides nothing: it tells whether one of them is gone.
    """

    full: bool
    settled: bool
    waiting: set[ListKind]
    executions: ReqId | None
    named: set[OrderKey] = field(default_factory=set)
    look_for: frozenset[OrderKey] | None = None


class Reconciler:
    """Runs one round at a time. Core thread.

    `on_exits_known` is called when the positions and open orders of a full round are there: what
    an exit needs (R22). `on_synced` is called when it ended, `on_late` with a sentence when lists
    did not come in time; the round is then repeated.
    """

    def __init__(
        self,
        reactor: Reactor,
        clock: Clock,
        session: Session,
        orders: OrderBook,
        apply: Callable[[OmsEvent], object],
        *,
        needs_user: Callable[[], bool],
    ) -> None:
        self.on_begin_full: Callable[[], None] = _nothing
        self.on_exits_known: Callable[[], None] = _nothing
        self.on_synced: Callable[[], None] = _nothing
        self.on_late: Callable[[str], None] = _ignore
        self._reactor = reactor
        self._clock = clock
        self._session = session
        self._orders = orders
        self._apply = apply
        self._needs_user = needs_user
        self._round: _Round | None = None
        self._deadline: Timer | None = None
        self._next: Timer | None = None
        self._link_up_at = 0.0
        self._full_again = False
        self._poll = OrderPoll(reactor, self.look)

    @property
    def running(self) -> bool:
        """Whether lists are awaited."""
        return self._round is not None

    def link_up(self) -> None:
        """Begin the first, full round of a session."""
        self._link_up_at = self._clock.monotonic()
        self._begin(full=True)

    def link_down(self) -> None:
        """Forget the round: its lists will not end."""
        self._round = None
        self._full_again = False
        self._poll.stop()
        for timer in (self._deadline, self._next):
            if timer is not None:
                timer.cancel()
        self._deadline = self._next = None

    def ask(self, delay: float = ASK_SECONDS) -> None:
        """Compare the orders soon; several wishes become one round."""
        if self._next is None:
            self._next = self._reactor.call_later(delay, self._ask_now)

    def look(self) -> None:
        """Ask for the open orders alone, unless a comparison runs or is about to."""
        if self._round is not None or self._next is not None:
            return
        at_work = frozenset(o.key for o in self._orders.working() if o.lifecycle in _AT_WORK)
        self._round = _Round(False, False, {ListKind.OPEN_ORDERS}, None, look_for=at_work)
        self._session.account.open_orders()
        self._deadline = self._reactor.call_later(LIST_SECONDS, self._on_late)

    def full(self) -> None:
        """Compare everything, as after 1101 and 1102; after the round that runs, if one does.

        The end of a list does not tell which asking it answers, so rounds never overlap.
        """
        if self._round is None:
            self._begin(full=True)
        else:
            self._full_again = True

    def named(self, order: ManagedOrder | None) -> None:
        """Note an order that a list of this round named, or that came unasked."""
        if order is None:
            return
        if self._round is not None:
            self._round.named.add(order.key)
        elif not order.mine:
            self._poll.heard_unasked()

    def on_list_ended(self, report: ListEnded) -> None:
        """Take the end of a list."""
        current = self._round
        if current is None:
            return
        if report.kind is ListKind.EXECUTIONS and report.req_id != current.executions:
            return
        needed = bool(current.waiting & _FOR_EXITS)
        current.waiting.discard(report.kind)
        if needed and current.full and not current.waiting & _FOR_EXITS:
            self.on_exits_known()
        if not current.waiting:
            self._finish(current)

    def _ask_now(self) -> None:
        self._next = None
        if self._round is not None:
            self.ask()
            return
        self._begin(full=self._full_again)

    def _begin(self, *, full: bool) -> None:
        if full:
            self._full_again = False
            self.on_begin_full()
        waiting = set(ListKind) if full else set(_ORDER_LISTS)
        settled = self._clock.monotonic() - self._link_up_at >= SETTLED_SECONDS
        self._round = _Round(full, settled, waiting, None)
        self._apply(ReconcileBegan())
        self._session.account.next_order_id()
        self._session.account.open_orders()
        self._round.executions = self._session.account.executions()
        self._session.account.completed_orders()
        if full:
            self._session.account.positions()
            self._session.account.summary()
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self._reactor.call_later(LIST_SECONDS, self._on_late)

    def _end_look(self, look_for: frozenset[OrderKey], named: set[OrderKey]) -> None:
        """Ask for everything if an order at work was not named and nobody told that it ended."""
        gone = [self._orders.get(key) for key in look_for - named]
        if self._full_again:
            self._begin(full=True)
        elif any(order is not None and not order.lifecycle.is_terminal for order in gone):
            self.ask()

    def _on_late(self) -> None:
        current, self._round = self._round, None
        assert current is not None  # whatever ends a round cancels its deadline
        if current.look_for is not None and not self._full_again:
            return  # the next look comes soon, and orders sent meanwhile are watched anyway
        missing = ", ".join(sorted(kind.value for kind in current.waiting))
        self.on_late(f"the broker did not complete: {missing}")
        if self._next is not None:
            self._next.cancel()
        self._full_again |= current.full
        self._next = self._reactor.call_later(AGAIN_SECONDS, self._ask_now)

    def _finish(self, current: _Round) -> None:
        self._round = None
        assert self._deadline is not None
        self._deadline.cancel()
        if current.look_for is not None:
            self._end_look(current.look_for, current.named)
            return
        self._end_missing(current)
        if self._full_again:
            self._begin(full=True)
            return
        if any(order.in_doubt for order in self._orders.live()):
            self.ask(SETTLED_SECONDS if not current.settled else AGAIN_SECONDS)
        if current.full:
            self._poll.start()
            self.on_synced()

    def _end_missing(self, current: _Round) -> None:
        missing = [each for each in self._orders.live() if each.key not in current.named]
        now = self._clock.now()
        for order in missing:
            if current.settled and _day_is_over(order, now):
                self._apply(Expired(key=order.key))
        gone = tuple(order.key for order in missing if not order.lifecycle.is_terminal)
        self._apply(Reconciled(missing=gone, settled=current.settled))
        for order in missing:
            if OrderFlag.ABSENT in order.flags and self._may_end(order):
                self._apply(NotPlacedConfirmed(key=order.key))

    def _may_end(self, order: ManagedOrder) -> bool:
        """Tell whether an order absent twice ends without the user.

        Another client's order is only shown here. Ours did live if the broker ever spoke of
        it, so the user must compare; and where money is real the user always decides.
        """
        return not order.mine or not (order.acknowledged or self._needs_user())


def _day_is_over(order: ManagedOrder, now: datetime) -> bool:
    day = order.created_at.astimezone(_EXCHANGE_ZONE).date()
    return order.tif in _DAY_TIFS and day < now.astimezone(_EXCHANGE_ZONE).date()


def _nothing() -> None:
    """Stand in until a desk takes the hook."""


def _ignore(_text: str) -> None:
    """Stand in until a desk takes the hook."""
