"""The order desk: takes, changes and cancels orders, and books what the market fills."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from workstation.domain.clock import Clock
from workstation.simgateway import margin
from workstation.simgateway.accounts import Account, commission_for
from workstation.simgateway.families import CANCEL_THE_REST, Families
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.matching import MAKER, Match
from workstation.simgateway.order_checks import Refusal, checked
from workstation.simgateway.order_records import Changes, Numbers, order_facts
from workstation.simgateway.order_request import PlaceRequest
from workstation.simgateway.orders import (
    CANCELLED,
    FILLED,
    HELD_BACK,
    INACTIVE,
    LIVE,
    PENDING_CANCEL,
    PRE_SUBMITTED,
    SUBMITTED,
    CommissionShown,
    Complaint,
    Event,
    Execution,
    ExecutionShown,
    Order,
    OrderShown,
    OrderTerms,
    StatusShown,
)

LARGEST_ORDER_ID = 2**31 - 1
CANCEL_TEXT = "Order Canceled - reason:"


class OrderDesk:
    """All orders of the account; the only writer of orders, executions and positions.

    Everything a client is to hear leaves through emit, in order.
    """

    def __init__(
        self,
        markets: Mapping[int, InstrumentMarket],
        account: Account,
        numbers: Numbers,
        clock: Clock,
        emit: Callable[[Event], None],
    ) -> None:
        self.orders: dict[int, Order] = {}
        self.executions: dict[str, Execution] = {}
        self.changes = Changes()
        self.numbers = numbers
        self._markets = markets
        self._account = account
        self._clock = clock
        self._emit = emit
        self._by_client: dict[tuple[int, int], int] = {}
        self._waiting: dict[int, None] = {}
        """perm_ids of market orders the book could not fill yet, oldest first."""

        self._stops: dict[int, None] = {}
        """perm_ids of stop orders that wait for their price, oldest first."""

        self._families = Families(self.orders)

    # ---- what others ask -------------------------------------------------------------

    def live_orders(self, client_id: int | None = None) -> list[Order]:
        """Return the transmitted orders that still work, of one client or of all."""
        return [
            order
            for order in self.orders.values()
            if order.status in LIVE and client_id in {None, order.client_id}
        ]

    def marks(self) -> dict[int, Decimal]:
        """Return the mark price of every instrument."""
        return {con_id: market.mark() for con_id, market in self._markets.items()}

    def restore(self, orders: Iterable[Order], executions: Iterable[Execution]) -> None:
        """Take over the orders of an earlier run; those alive go back to work."""
        for execution in executions:
            self.executions[execution.exec_id] = execution
        for order in sorted(orders, key=lambda o: o.perm_id):
            self._put(order)
        for order in self.live_orders():
            now = self.orders[order.perm_id]  # one before it may have changed it
            if now.status in LIVE:
                self._work(now)

    # ---- requests --------------------------------------------------------------------

    def place(self, client_id: int, request: PlaceRequest) -> None:
        """Answer a placeOrder request: a new order, a change, or a what-if."""
        terms = checked(request)
        if not isinstance(terms, Refusal) and request.order_id > LARGEST_ORDER_ID:
            terms = Refusal(320, "Error reading request. Order id is out of range.")
        if isinstance(terms, Refusal):
            self._complain(client_id, request.order_id, terms.code, terms.text)
            return
        self._markets[terms.con_id]  # opens it, so that its mark counts in the margin
        if request.what_if:
            self._preview(client_id, request.order_id, terms)
            return
        existing = self._find(client_id, request.order_id)
        if existing is not None and existing.status in LIVE:
            self._modify(existing, terms)
        elif existing is not None and existing.status == HELD_BACK:
            group = existing.terms.oca_group
            terms = replace(terms, parent_id=existing.terms.parent_id, oca_group=group)
            self._send_held(replace(existing, terms=terms))
        elif existing is not None and existing.status == FILLED:
            self._complain(client_id, request.order_id, 104, "Cannot modify a filled order.")
        elif request.order_id < self.numbers.next_order_id(client_id):
            self._complain(client_id, request.order_id, 103, "Duplicate order id")
        else:
            self._accept(client_id, request.order_id, terms)

    def cancel(self, client_id: int, order_id: int) -> None:
        """Answer a cancelOrder request."""
        order = self._find(client_id, order_id)
        if order is None:
            text = f"OrderId {order_id} that needs to be cancelled is not found."
            self._complain(client_id, order_id, 10147, text)
        elif order.status in LIVE or order.status == HELD_BACK:
            self._cancel(order, "")
        else:
            text = (
                "Cancel attempted when order is not in a cancellable state.  "
                f"Order permId ={order.perm_id}"
            )
            self._complain(client_id, order_id, 161, text)

    def cancel_all(self) -> None:
        """Cancel every order of every client."""
        for order in list(self.orders.values()):
            if order.status in LIVE or order.status == HELD_BACK:
                self._cancel(order, "")

    def rebind(self, order: Order, client_id: int, order_id: int) -> Order:
        """Hand an order to another client under a new id, and return it as it now stands."""
        self._by_client.pop((order.client_id, order.order_id), None)
        order = replace(order, client_id=client_id, order_id=order_id)
        self._put(order)
        return order

    def step(self) -> None:
        """Let every market move once and book what it filled."""
        now = self._now()
        for market in self._markets.values():
            self._book(market, market.step(now))
        self._trigger_stops()
        for perm_id in list(self._waiting):
            order = self.orders[perm_id]
            market = self._markets[order.terms.con_id]
            self._book(market, self._take(order))

    # ---- the life of an order --------------------------------------------------------

    def _accept(self, client_id: int, order_id: int, terms: OrderTerms) -> None:
        if terms.parent_id:
            parent = self._find(client_id, terms.parent_id)
            if parent is None:
                text = f"Can't find order with id ={terms.parent_id}"
                self._complain(client_id, order_id, 135, text)
                return
            if parent.status not in LIVE and parent.status != HELD_BACK:
                text = "Order rejected - reason:The parent order is done."
                self._complain(client_id, order_id, 201, text)
                return
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
        self._put(order)
        if not order.terms.transmit:
            return
        first = order
        while first.terms.parent_id:
            parent = self._find(first.client_id, first.terms.parent_id)
            if parent is None or parent.status != HELD_BACK:
                if parent is None or parent.status not in LIVE:  # done since it was attached
                    first = replace(first, waits_for_parent=False)
                break
            first = parent
        others = self._families.held_descendants(first) if order.terms.parent_id else []
        if not self._send(first):
            return
        for other in others:
            self._send(other)
        self._work(self.orders[first.perm_id])

    def _send(self, order: Order) -> bool:
        """Show an order as accepted; return whether the account can carry it."""
        reason = self._margin_refusal(order)
        if self._families.group_is_filled(order):
            reason = "Order rejected - reason:OCA group is already filled."
        if reason:
            order = replace(order, status=INACTIVE, done_at=self._time(), done_reason=reason)
            self._put(order)
            self._complain(order.client_id, order.order_id, 201, reason)
            self._show(order)
            self._cancel_children(order)
            return False
        order = replace(order, status=PRE_SUBMITTED)
        self._put(order)
        self._show(order)
        return True

    def _work(self, order: Order) -> None:
        """Match an order as far as the book goes, then rest it, keep it waiting or end it."""
        market = self._markets[order.terms.con_id]
        if order.waits_for_parent:
            return
        if order.waits_for_trigger:
            self._stops[order.perm_id] = None
            return
        if order.terms.tif == "FOK" and not self._fits_at_once(order):
            self._end(order, INACTIVE, "Fill or kill")
            return
        self._book(market, self._take(order))
        order = self.orders[order.perm_id]
        if order.status not in LIVE:
            return
        if order.terms.tif in {"IOC", "FOK"}:
            self._emit(StatusShown(replace(order, status=PENDING_CANCEL)))
            self._end(order, CANCELLED, "Immediate or cancel")
            return
        if order.terms.limit_price is None:
            self._waiting[order.perm_id] = None
        else:
            ticks, size = self._ticks(order.terms), int(order.remaining)
            market.book.rest(order.perm_id, ticks, size, buys=order.terms.buys)
        order = replace(order, status=SUBMITTED)
        self._put(order)
        self._show(order)
        self._show(order)

    def _modify(self, order: Order, terms: OrderTerms) -> None:
        if not terms.transmit:
            return
        old = order.terms
        if (terms.con_id, terms.side) != (old.con_id, old.side):
            text = "Order being modified does not match original order."
            self._complain(order.client_id, order.order_id, 105, text)
            return
        terms = replace(terms, parent_id=old.parent_id, oca_group=old.oca_group)
        reason = self._margin_refusal(replace(order, terms=terms), order)
        if reason:
            self._complain(order.client_id, order.order_id, 201, reason)
            return
        if terms.quantity <= order.filled:  # FIX: a quantity not above the filled one is filled
            self._leave_book(order)
            terms = replace(terms, quantity=order.filled)
            self._end(replace(order, terms=terms), FILLED, "")
            return
        same_place = (terms.limit_price, terms.tif) == (old.limit_price, old.tif)
        smaller = terms.quantity <= old.quantity
        changed = replace(order, terms=terms)
        if changed.waits_for_parent or changed.waits_for_trigger:
            self._leave_book(order)
            self._put(changed)
            self._show(changed)
            self._work(changed)
            return
        if same_place and smaller and terms.limit_price is not None:
            book = self._markets[terms.con_id].book
            size = int(changed.remaining)
            book.resize(order.perm_id, self._ticks(terms), size, buys=terms.buys)
            self._put(changed)
            self._show(changed)
            return
        self._leave_book(order)
        self._put(changed)
        self._work(changed)

    def _cancel(self, order: Order, reason: str, *, asked: bool = True) -> None:
        self._leave_book(order)
        if asked and order.status != HELD_BACK:
            self._emit(StatusShown(replace(order, status=PENDING_CANCEL)))
        done_reason = "Cancelled by Trader" if asked else "Cancelled by System"
        order = replace(order, status=CANCELLED, done_at=self._time(), done_reason=done_reason)
        self._put(order)
        self._emit(StatusShown(order))
        text = CANCEL_TEXT + reason
        self._emit(Complaint(order.client_id, order.order_id, 202, text, whole_second=True))
        self._cancel_children(order)

    def _cancel_children(self, order: Order) -> None:
        for child in self._families.children(order):
            self._cancel(child, "", asked=False)

    def _end(self, order: Order, status: str, reason: str) -> None:
        order = replace(order, status=status, done_at=self._time(), done_reason=reason)
        self._put(order)
        if status == FILLED:
            self._emit(OrderShown(order))
        self._emit(StatusShown(order))
        if status == FILLED:
            self._release_children(order)
        else:
            self._cancel_children(order)

    # ---- orders that wait ------------------------------------------------------------

    def _release_children(self, order: Order) -> None:
        """Let the children of a filled order work, or wait for their stop price alone."""
        for found in self._families.children(order):
            child = self.orders[found.perm_id]  # its sibling's fill may have ended it
            if child.status not in LIVE or not child.waits_for_parent:
                continue
            freed = replace(child, waits_for_parent=False)
            self._put(freed)
            if freed.waits_for_trigger:
                self._show(freed)
            self._work(freed)

    def _trigger_stops(self) -> None:
        """Send the stop orders whose price the last trade has reached."""
        for perm_id in list(self._stops):
            order = self.orders[perm_id]
            stop, last = order.terms.stop_price, self._markets[order.terms.con_id].last()
            if perm_id not in self._stops or stop is None:
                continue  # one before it cancelled it
            if last < stop if order.terms.buys else last > stop:
                continue
            del self._stops[perm_id]
            order = replace(order, triggered=True, status=SUBMITTED)
            self._put(order)
            self._show(order)
            self._work(order)

    def _reduce_group(self, order: Order, shares: Decimal) -> None:
        """Cancel or reduce the others of an order's group after one of its fills."""
        for other in self._families.siblings(order):
            left = other.remaining - shares
            ends = order.status == FILLED or order.terms.oca_type == CANCEL_THE_REST
            if ends or left <= 0 or other.status not in LIVE:
                self._cancel(other, "", asked=False)
                continue
            terms = replace(other.terms, quantity=other.terms.quantity - shares)
            other = replace(other, terms=terms)  # noqa: PLW2901 the same order
            self._put(other)
            self._fit_book(other)
            self._show(other)

    # ---- fills -----------------------------------------------------------------------

    def _take(self, order: Order) -> list[Match]:
        market = self._markets[order.terms.con_id]
        limit = None if order.terms.limit_price is None else self._ticks(order.terms)
        size, buys = int(order.remaining), order.terms.buys
        return market.take(order.perm_id, size, buys=buys, limit=limit, now=self._now())

    def _fits_at_once(self, order: Order) -> bool:
        book = self._markets[order.terms.con_id].book
        limit = None if order.terms.limit_price is None else self._ticks(order.terms)
        return book.available(buys=order.terms.buys, limit=limit) >= order.remaining

    def _book(self, market: InstrumentMarket, matches: Iterable[Match]) -> None:
        """Book what traded.

        An order that an earlier match of the same sweep has ended or reduced through its
        group takes no more than is left of it; a maker has the rest.
        """
        exchange = market.instrument.primary_exchange
        touched: dict[int, None] = {}
        for match in matches:
            price = market.instrument.price(match.price)
            for perm_id, liquidity in ((match.taker, 2), (match.maker, 1)):
                if perm_id == MAKER or self.orders[perm_id].status not in LIVE:
                    continue
                order = self.orders[perm_id]
                shares = min(Decimal(match.size), order.remaining)
                self._fill(order, shares, price, exchange, liquidity=liquidity)
                touched[perm_id] = None
                self._reduce_group(self.orders[perm_id], shares)
        for perm_id in touched:
            order = self.orders[perm_id]
            self._fit_book(order)
            if order.status == FILLED:
                self._release_children(order)

    def _fit_book(self, order: Order) -> None:
        """Make what stands in the book no larger than what is left of the order."""
        if order.terms.limit_price is not None and order.status in LIVE:
            book = self._markets[order.terms.con_id].book
            size = int(order.remaining)
            book.resize(order.perm_id, self._ticks(order.terms), size, buys=order.terms.buys)

    def _fill(
        self, order: Order, shares: Decimal, price: Decimal, exchange: str, *, liquidity: int
    ) -> None:
        filled = order.filled + shares
        fee = commission_for(filled) - order.commission
        signed = shares if order.terms.buys else -shares
        realized = self._account.apply_fill(order.terms.con_id, signed, price, fee)
        done = filled == order.terms.quantity
        order = replace(
            order,
            status=FILLED if done else SUBMITTED,
            filled=filled,
            filled_value=order.filled_value + shares * price,
            commission=order.commission + fee,
            last_fill_price=price,
            done_at=self._time() if done else 0.0,
        )
        self._put(order)
        if done:
            self._waiting.pop(order.perm_id, None)
        self.numbers.exec_number += 1
        execution = Execution(
            exec_id=f"0000e0d5.{self.numbers.exec_number:08x}.01.01",
            time=self._time(),
            **order_facts(order),
            exchange=exchange,
            shares=shares,
            price=price,
            liquidity=liquidity,
            commission=fee,
            realized=realized,
        )
        self.executions[execution.exec_id] = execution
        self.changes.executions[execution.exec_id] = execution
        self._emit(ExecutionShown(execution))
        self._show(order)
        if done:
            self._show(order)
        self._emit(CommissionShown(execution))

    # ---- margin ----------------------------------------------------------------------

    def _preview(self, client_id: int, order_id: int, terms: OrderTerms) -> None:
        shown = margin.preview(self._account, self.marks(), terms)
        order = Order(
            client_id=client_id, order_id=order_id, perm_id=0, terms=terms, status=PRE_SUBMITTED
        )
        self._emit(OrderShown(order, shown))

    def _margin_refusal(self, wanted: Order, replaced: Order | None = None) -> str:
        live = self.live_orders()
        return margin.refusal(self._account, self.marks(), live, wanted, replaced)

    # ---- small things ----------------------------------------------------------------

    def _find(self, client_id: int, order_id: int) -> Order | None:
        perm_id = self._by_client.get((client_id, order_id))
        return None if perm_id is None else self.orders[perm_id]

    def _put(self, order: Order) -> None:
        self.orders[order.perm_id] = order
        self._by_client[order.client_id, order.order_id] = order.perm_id
        self.changes.orders[order.perm_id] = order
        self._families.add(order)

    def _leave_book(self, order: Order) -> None:
        self._waiting.pop(order.perm_id, None)
        self._stops.pop(order.perm_id, None)
        if order.terms.limit_price is not None:
            book = self._markets[order.terms.con_id].book
            book.cancel(order.perm_id, self._ticks(order.terms), buys=order.terms.buys)

    def _show(self, order: Order) -> None:
        self._emit(OrderShown(order))
        self._emit(StatusShown(order))

    def _complain(self, client_id: int, order_id: int, code: int, text: str) -> None:
        self._emit(Complaint(client_id, order_id, code, text))

    @staticmethod
    def _ticks(terms: OrderTerms) -> int:
        assert terms.limit_price is not None
        return BY_CON_ID[terms.con_id].ticks(terms.limit_price)

    def _time(self) -> float:
        return self._clock.now().timestamp()

    def _now(self) -> int:
        return int(self._time())
