"""The order desk: takes, changes and cancels orders; the floor works them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from workstation.domain.clock import Clock
from workstation.simgateway import margin
from workstation.simgateway.accounts import Account
from workstation.simgateway.borrowing import LOCATE_SECONDS, LOCATING, Lending
from workstation.simgateway.cash_orders import sized
from workstation.simgateway.corrections import Corrections, newest
from workstation.simgateway.floor import Floor
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.order_checks import Refusal, checked
from workstation.simgateway.order_kinds import AT_ONCE, KINDS
from workstation.simgateway.order_records import Numbers
from workstation.simgateway.order_request import PlaceRequest
from workstation.simgateway.order_store import OrderStore
from workstation.simgateway.orders import (
    FILLED,
    HELD_BACK,
    INACTIVE,
    LIVE,
    PRE_SUBMITTED,
    Event,
    Execution,
    Order,
    OrderShown,
    OrderTerms,
)
from workstation.simgateway.sessions import Phase, Sessions
from workstation.simgateway.trading_day import TradingDay, held_text
from workstation.simgateway.watch import Watch

LARGEST_ORDER_ID = 2**31 - 1


class OrderDesk:
    """All orders of the accounts; everything a client is to hear leaves through emit, in order."""

    def __init__(
        self,
        markets: Mapping[int, InstrumentMarket],
        accounts: Mapping[str, Account],
        numbers: Numbers,
        clock: Clock,
        emit: Callable[[Event], None],
        sessions: Sessions,
    ) -> None:
        self.store = OrderStore(numbers, clock, emit)
        self.floor = Floor(self.store, markets, accounts, sessions)
        self._watch = Watch(self.store, self.floor, markets, self._cushion)
        self._day = TradingDay(self.store, self.floor, markets, sessions)
        self._lending = Lending(self.store, accounts)
        self.corrections = Corrections(self.store, accounts)
        self._markets = markets
        self._accounts = accounts
        self._sessions = sessions

    # ---- what others ask -------------------------------------------------------------

    @property
    def orders(self) -> dict[int, Order]:
        """Every order by its perm_id."""
        return self.store.orders

    @property
    def executions(self) -> dict[str, Execution]:
        """Every execution by its exec_id, oldest first."""
        return self.store.executions

    @property
    def numbers(self) -> Numbers:
        """The counters."""
        return self.store.numbers

    def live_orders(self, client_id: int | None = None) -> list[Order]:
        """Return the transmitted orders that still work, of one client or of all."""
        return self.store.live(client_id)

    def marks(self) -> dict[int, Decimal]:
        """Return what one contract of every open market is worth, in its currency."""
        return {
            con_id: market.instrument.money(market.mark())
            for con_id, market in self._markets.items()
        }

    def restore(self, orders: Iterable[Order], executions: Iterable[Execution]) -> None:
        """Take over the orders of an earlier run; those alive go back to work."""
        for execution in newest(executions):
            self.store.executions[execution.exec_id] = execution
        for order in sorted(orders, key=lambda o: o.perm_id):
            self.store.put(replace(order, resting=None))
        for order in self.live_orders():
            now = self.orders[order.perm_id]  # one before it may have changed it
            if now.status in LIVE:
                self.floor.work(now)

    # ---- requests --------------------------------------------------------------------

    def place(self, client_id: int, request: PlaceRequest) -> None:
        """Answer a placeOrder request: a new order, a change, or a what-if."""
        terms = checked(request, self.store.time(), self._accounts)
        if not isinstance(terms, Refusal) and request.order_id > LARGEST_ORDER_ID:
            terms = Refusal(320, "Error reading request. Order id is out of range.")
        if not isinstance(terms, Refusal) and terms.cash_quantity:
            terms = sized(terms, self._markets[terms.con_id])
        if isinstance(terms, Refusal):
            self.store.complain(client_id, request.order_id, terms.code, terms.text)
            return
        self._markets[terms.con_id]  # opens it, so that its mark counts in the margin
        if request.what_if:
            self._preview(client_id, request.order_id, terms)
            return
        existing = self.store.find(client_id, request.order_id)
        if existing is not None and existing.status in LIVE:
            self._modify(existing, terms)
        elif existing is not None and existing.status == HELD_BACK:
            group = existing.terms.oca_group
            terms = replace(terms, parent_id=existing.terms.parent_id, oca_group=group)
            self._send_held(replace(existing, terms=terms))
        elif existing is not None and existing.status == FILLED:
            self.store.complain(client_id, request.order_id, 104, "Cannot modify a filled order.")
        elif request.order_id < self.numbers.next_order_id(client_id):
            self.store.complain(client_id, request.order_id, 103, "Duplicate order id")
        else:
            self._accept(client_id, request.order_id, terms)

    def cancel(self, client_id: int, order_id: int) -> None:
        """Answer a cancelOrder request."""
        order = self.store.find(client_id, order_id)
        if order is None:
            text = f"OrderId {order_id} that needs to be cancelled is not found."
            self.store.complain(client_id, order_id, 10147, text)
        elif order.status in LIVE or order.status == HELD_BACK:
            self.floor.cancel(order, "")
        elif order.status == FILLED:
            text = f"OrderId {order_id} that needs to be cancelled can not be cancelled, state: Filled."
            self.store.complain(client_id, order_id, 10148, text)
        else:
            text = (
                "Cancel attempted when order is not in a cancellable state.  "
                f"Order permId ={order.perm_id}"
            )
            self.store.complain(client_id, order_id, 161, text)

    def cancel_all(self) -> None:
        """Cancel every order of every client."""
        for order in list(self.orders.values()):
            now = self.orders[order.perm_id]  # its parent's cancellation may have ended it
            if now.status in LIVE or now.status == HELD_BACK:
                self.floor.cancel(now, "")

    def rebind(self, order: Order, client_id: int, order_id: int) -> Order:
        """Hand an order to another client under a new id, and return it as it now stands."""
        return self.store.rebind(order, client_id, order_id)

    def step(self, seconds: float) -> None:
        """Let so much time pass on every market, then wake, move and end what it is time for."""
        now = int(self.store.time())
        self._day.step()
        for market in self._markets.values():
            self.floor.book(market, market.step(now, seconds))
        self._watch.step()

    def is_open(self, con_id: int) -> bool:
        """Return whether a contract trades at this moment, in whatever hours."""
        market = self._markets[con_id]
        phase = self._sessions.stretch(market.instrument, self.store.time()).phase
        return phase not in {Phase.CLOSED, Phase.OVERNIGHT} and not market.is_halted

    def now(self) -> int:
        """Return wall time in seconds since 1970."""
        return int(self.store.time())

    def jump(self, con_id: int, ticks: int) -> None:
        """Move what a contract is worth at once, and book what that fills."""
        market = self._markets[con_id]
        self.floor.book(market, market.jump(ticks, int(self.store.time())))

    def halt(self, con_id: int) -> None:
        """Stop trading in a contract; its orders stay where they are."""
        self._markets[con_id].is_halted = True

    def resume(self, con_id: int) -> None:
        """Let trading in a contract go on, with an auction first."""
        market = self._markets[con_id]
        if market.is_halted:
            market.is_halted = False
            self._day.reopen(market)

    # ---- new orders ------------------------------------------------------------------

    def _accept(self, client_id: int, order_id: int, terms: OrderTerms) -> None:
        if terms.parent_id:
            parent = self.store.find(client_id, terms.parent_id)
            if parent is None:
                text = f"Can't find order with id ={terms.parent_id}"
                self.store.complain(client_id, order_id, 135, text)
                return
            if parent.status not in LIVE and parent.status != HELD_BACK:
                text = "Order rejected - reason:The parent order is done."
                self.store.complain(client_id, order_id, 201, text)
                return
            if terms.hedge is None:  # a hedge is no exit: it ends nothing and nothing ends it
                terms = replace(terms, oca_group=terms.oca_group or str(parent.perm_id))
        self.numbers.perm_id += 1
        self.numbers.last_order_ids[client_id] = order_id
        self._send_held(
            Order(
                client_id=client_id,
                order_id=order_id,
                perm_id=self.numbers.perm_id,
                terms=terms,
                status=HELD_BACK,
                waits_for_parent=bool(terms.parent_id),
            )
        )

    def _send_held(self, order: Order) -> None:
        """Send an order if it is to be transmitted, and with a child its whole family."""
        self.store.put(order)
        if not order.terms.transmit:
            return
        first = order
        while first.terms.parent_id:
            parent = self.store.find(first.client_id, first.terms.parent_id)
            if parent is None or parent.status != HELD_BACK:
                if parent is None or parent.status not in LIVE:  # done since it was attached
                    first = replace(first, waits_for_parent=False)
                break
            first = parent
        others = self.store.families.held_descendants(first) if order.terms.parent_id else []
        if not self._send(first):
            return
        for other in others:
            self._send(other)
        self.floor.work(self.orders[first.perm_id])

    def _send(self, order: Order) -> bool:
        """Show an order as accepted; return whether the account can carry it."""
        reason = self._refusal(order)
        if reason:
            now = self.store.time()
            order = replace(order, status=INACTIVE, done_at=now, done_reason=reason)
            self.store.put(order)
            self.store.warn(order, 201, reason)
            self.store.show(order)
            self.floor.cancel_children(order)
            return False
        order = self.store.put(self._timed(replace(order, status=PRE_SUBMITTED)))
        if not order.located:
            self.store.warn(order, 404, LOCATING)
        self.store.show(order)
        if not order.waits_for_parent and order.terms.tif not in AT_ONCE:
            text = held_text(order, self._sessions, order.sent_at)
            if text:
                self.store.warn(order, 399, text)
        return True

    def _timed(self, order: Order) -> Order:
        """Return an order with the moments that follow from when it is sent."""
        now, terms = self.store.time(), order.terms
        instrument = self._markets[terms.con_id].instrument
        ends = 0.0
        if terms.tif == "GTD":
            ends = terms.good_till
        elif terms.tif == "MINUTES":
            ends = max(now, terms.good_after) + 60 * terms.minutes
        elif terms.tif in {"DAY", "OPG", "DTC"}:
            starts = max(now, terms.good_after)
            extended = terms.outside_rth or terms.include_overnight
            ends = self._sessions.day_end(instrument, starts, extended=extended)
        is_located = not self._lending.must_locate(order)
        return replace(
            order,
            sent_at=now,
            expires_at=ends,
            located=is_located,
            found_at=0.0 if is_located else now + LOCATE_SECONDS,
        )

    def _refusal(self, order: Order, replaced: Order | None = None) -> str:
        """Return why an order cannot be accepted, or nothing."""
        if replaced is None and self.store.families.group_is_filled(order):
            return "Order rejected - reason:OCA group is already filled."
        account = self._accounts[order.terms.account]
        live = [o for o in self.live_orders() if o.terms.account == order.terms.account]
        return self._lending.refusal(order, replaced) or margin.refusal(
            account, self.marks(), live, order, replaced
        )

    # ---- changes ---------------------------------------------------------------------

    def _modify(self, order: Order, terms: OrderTerms) -> None:
        if not terms.transmit:
            return
        old = order.terms
        if (terms.con_id, terms.side, terms.account) != (old.con_id, old.side, old.account):
            self.store.warn(order, 105, "Order being modified does not match original order.")
            return
        terms = replace(terms, parent_id=old.parent_id, oca_group=old.oca_group)
        if terms.hedge is not None:
            terms = replace(terms, quantity=old.quantity)
        reason = self._refusal(replace(order, terms=terms), order)
        if reason:
            self.store.warn(order, 201, reason)
            return
        if 0 < terms.quantity <= order.filled:  # FIX: a quantity not above the filled one is filled
            order = self.floor.leave(order)
            terms = replace(terms, quantity=order.filled)
            self.floor.end(replace(order, terms=terms), FILLED, "")
            return
        changed = self._changed(order, terms)
        if order.resting is not None and _keeps_its_place(old, terms):
            self.store.put(changed)
            self.floor.fit_book(changed)
            self.store.show(changed)
            return
        changed = self.store.put(replace(changed, resting=self.floor.leave(order).resting))
        if changed.waits_for_parent or self.floor.must_wait(changed):
            self.store.show(changed)
        self.floor.work(changed)

    def _changed(self, order: Order, terms: OrderTerms) -> Order:
        """Return an order under new terms, with what it had reached under the old ones."""
        old = order.terms
        trail = (terms.offset, terms.trailing_percent, terms.trail_stop)
        keeps_trail = trail == (old.offset, old.trailing_percent, old.trail_stop)
        keeps_type = terms.order_type == old.order_type
        changed = replace(
            order,
            terms=terms,
            triggered=order.triggered and keeps_type,
            stop_now=order.stop_now if keeps_type and keeps_trail else None,
            conditions_met=order.conditions_met and terms.conditions == old.conditions,
        )
        times = ("tif", "minutes", "good_till", "good_after", "outside_rth", "include_overnight")
        if any(getattr(terms, name) != getattr(old, name) for name in times):
            changed = replace(changed, expires_at=self._timed(changed).expires_at)
        return changed

    # ---- margin ----------------------------------------------------------------------

    def _preview(self, client_id: int, order_id: int, terms: OrderTerms) -> None:
        price = self._markets[terms.con_id].mark()
        shown = margin.preview(self._accounts[terms.account], self.marks(), terms, price)
        order = Order(
            client_id=client_id, order_id=order_id, perm_id=0, terms=terms, status=PRE_SUBMITTED
        )
        self.store.emit(OrderShown(order, shown))

    def _cushion(self, account: str) -> Decimal:
        """Return the excess liquidity of an account in per cent of its equity."""
        return self._accounts[account].balances(self.marks()).cushion * 100


def _keeps_its_place(old: OrderTerms, new: OrderTerms) -> bool:
    """Return whether a change leaves an order where it stands in the queue."""
    same = (
        (old.limit_price, old.tif, old.order_type, old.display_size, old.algo)
        == (new.limit_price, new.tif, new.order_type, new.display_size, new.algo)
        and (old.conditions, old.good_after) == (new.conditions, new.good_after)
        and old.options == new.options
        and KINDS[new.order_type].peg == KINDS["LMT"].peg
    )
    return same and new.quantity <= old.quantity and new.limit_price is not None
