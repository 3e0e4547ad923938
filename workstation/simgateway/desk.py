"""The order desk: takes, changes and cancels orders, and books what the market fills."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from workstation.domain.clock import Clock
from workstation.simgateway.accounts import (
    INITIAL_MARGIN,
    MAINTENANCE_MARGIN,
    ZERO,
    Account,
    commission_for,
)
from workstation.simgateway.instruments import TICK
from workstation.simgateway.market import InstrumentMarket, to_price
from workstation.simgateway.matching import MAKER, Match
from workstation.simgateway.order_checks import Refusal, checked
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
    MarginPreview,
    Order,
    OrderShown,
    OrderTerms,
    StatusShown,
)

LARGEST_ORDER_ID = 2**31 - 1
CANCEL_TEXT = "Order Canceled - reason:"


@dataclass(slots=True)
class Numbers:
    """The counters that must never give a number twice."""

    perm_id: int
    exec_number: int
    last_order_ids: dict[int, int] = field(default_factory=dict)

    def next_order_id(self, client_id: int) -> int:
        """Return the lowest order id a client may use."""
        return self.last_order_ids.get(client_id, 0) + 1


@dataclass(slots=True)
class Changes:
    """What the next transaction of the state file must hold."""

    orders: dict[int, Order] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.orders or self.executions)


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
            self._work(order)

    # ---- requests --------------------------------------------------------------------

    def place(self, client_id: int, request: PlaceRequest) -> None:
        """Answer a placeOrder request: a new order, a change, or a what-if."""
        terms = checked(request)
        if not isinstance(terms, Refusal) and request.order_id > LARGEST_ORDER_ID:
            terms = Refusal(320, "Error reading request. Order id is out of range.")
        if isinstance(terms, Refusal):
            self._complain(client_id, request.order_id, terms.code, terms.text)
            return
        if request.what_if:
            self._preview(client_id, request.order_id, terms)
            return
        existing = self._find(client_id, request.order_id)
        if existing is not None and existing.status in LIVE:
            self._modify(existing, terms)
        elif existing is not None and existing.status == HELD_BACK:
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

    def step(self) -> None:
        """Let every market move once and book what it filled."""
        now = self._now()
        for market in self._markets.values():
            self._book(market, market.step(now))
        for perm_id in list(self._waiting):
            order = self.orders[perm_id]
            market = self._markets[order.terms.con_id]
            self._book(market, self._take(order))

    # ---- the life of an order --------------------------------------------------------

    def _accept(self, client_id: int, order_id: int, terms: OrderTerms) -> None:
        self.numbers.perm_id += 1
        self.numbers.last_order_ids[client_id] = order_id
        self._send_held(
            Order(
                client_id=client_id,
                order_id=order_id,
                perm_id=self.numbers.perm_id,
                terms=terms,
                status=HELD_BACK,
            )
        )

    def _send_held(self, order: Order) -> None:
        if not order.terms.transmit:
            self._put(order)
            return
        reason = self._margin_refusal(order.terms, order.terms.quantity, None)
        if reason:
            order = replace(order, status=INACTIVE, done_at=self._time(), done_reason=reason)
            self._put(order)
            self._complain(order.client_id, order.order_id, 201, reason)
            self._show(order)
            return
        order = replace(order, status=PRE_SUBMITTED)
        self._put(order)
        self._show(order)
        self._work(order)

    def _work(self, order: Order) -> None:
        """Match an order as far as the book goes, then rest it, keep it waiting or end it."""
        market = self._markets[order.terms.con_id]
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
        reason = self._margin_refusal(terms, terms.quantity - order.filled, order)
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

    def _cancel(self, order: Order, reason: str) -> None:
        self._leave_book(order)
        if order.status != HELD_BACK:
            self._emit(StatusShown(replace(order, status=PENDING_CANCEL)))
        order = replace(
            order, status=CANCELLED, done_at=self._time(), done_reason="Cancelled by Trader"
        )
        self._put(order)
        self._emit(StatusShown(order))
        text = CANCEL_TEXT + reason
        self._emit(Complaint(order.client_id, order.order_id, 202, text, whole_second=True))

    def _end(self, order: Order, status: str, reason: str) -> None:
        order = replace(order, status=status, done_at=self._time(), done_reason=reason)
        self._put(order)
        if status == FILLED:
            self._emit(OrderShown(order))
        self._emit(StatusShown(order))

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
        exchange = market.instrument.primary_exchange
        for match in matches:
            price, shares = to_price(match.price), Decimal(match.size)
            if match.taker != MAKER:
                self._fill(self.orders[match.taker], shares, price, exchange, liquidity=2)
            if match.maker != MAKER:
                self._fill(self.orders[match.maker], shares, price, exchange, liquidity=1)

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
        execution = self._execution(order, shares, price, exchange, liquidity, (fee, realized))
        self._emit(ExecutionShown(execution))
        self._show(order)
        if done:
            self._show(order)
        self._emit(CommissionShown(execution))

    def _execution(
        self,
        order: Order,
        shares: Decimal,
        price: Decimal,
        exchange: str,
        liquidity: int,
        money: tuple[Decimal, Decimal | None],
    ) -> Execution:
        self.numbers.exec_number += 1
        execution = Execution(
            exec_id=f"0000e0d5.{self.numbers.exec_number:08x}.01.01",
            time=self._time(),
            client_id=order.client_id,
            order_id=order.order_id,
            perm_id=order.perm_id,
            con_id=order.terms.con_id,
            account=order.terms.account,
            exchange=exchange,
            side=order.terms.side,
            shares=shares,
            price=price,
            cumulative=order.filled,
            average_price=order.average_price,
            order_ref=order.terms.order_ref,
            model_code=order.terms.model_code,
            liquidity=liquidity,
            commission=money[0],
            realized=money[1],
        )
        self.executions[execution.exec_id] = execution
        self.changes.executions[execution.exec_id] = execution
        return execution

    # ---- margin ----------------------------------------------------------------------

    def _preview(self, client_id: int, order_id: int, terms: OrderTerms) -> None:
        marks = self.marks()
        before = self._account.balances(marks)
        signed = terms.quantity if terms.buys else -terms.quantity
        held = self._account.position(terms.con_id).quantity
        mark = marks[terms.con_id]
        gross = before.gross_value + (abs(held + signed) - abs(held)) * mark
        fee = commission_for(terms.quantity)
        preview = MarginPreview(
            initial_before=before.initial_margin,
            maintenance_before=before.maintenance_margin,
            equity_before=before.equity,
            initial_after=gross * INITIAL_MARGIN,
            maintenance_after=gross * MAINTENANCE_MARGIN,
            equity_after=before.equity - fee,
            commission=fee,
        )
        order = Order(
            client_id=client_id, order_id=order_id, perm_id=0, terms=terms, status=PRE_SUBMITTED
        )
        self._emit(OrderShown(order, preview))

    def _margin_refusal(self, terms: OrderTerms, quantity: Decimal, replaced: Order | None) -> str:
        """Return why the account cannot carry an order, or nothing.

        Counts the worst case of everything that still works; an order that does not raise
        it is never refused.
        """
        marks = self.marks()
        before = self._worst_case_margin(marks, None, ZERO, None)
        after = self._worst_case_margin(marks, terms, quantity, replaced)
        equity = self._account.balances(marks).equity
        if after <= before or after <= equity:
            return ""
        return (
            "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED "
            f"POSITION YOUR EQUITY WITH LOAN VALUE [{equity:.2f} USD] MUST EXCEED THE INITIAL "
            f"MARGIN [{after:.2f} USD]"
        )

    def _worst_case_margin(
        self,
        marks: Mapping[int, Decimal],
        terms: OrderTerms | None,
        quantity: Decimal,
        replaced: Order | None,
    ) -> Decimal:
        buys = dict.fromkeys(marks, ZERO)
        sells = dict.fromkeys(marks, ZERO)
        for order in self.live_orders():
            if replaced is None or order.perm_id != replaced.perm_id:
                side = buys if order.terms.buys else sells
                side[order.terms.con_id] += order.remaining
        if terms is not None:
            side = buys if terms.buys else sells
            side[terms.con_id] += max(ZERO, quantity)
        total = ZERO
        for con_id, mark in marks.items():
            held = self._account.position(con_id).quantity
            total += mark * max(abs(held + buys[con_id]), abs(held - sells[con_id]))
        return total * INITIAL_MARGIN

    # ---- small things ----------------------------------------------------------------

    def _find(self, client_id: int, order_id: int) -> Order | None:
        perm_id = self._by_client.get((client_id, order_id))
        return None if perm_id is None else self.orders[perm_id]

    def _put(self, order: Order) -> None:
        self.orders[order.perm_id] = order
        self._by_client[order.client_id, order.order_id] = order.perm_id
        self.changes.orders[order.perm_id] = order

    def _leave_book(self, order: Order) -> None:
        self._waiting.pop(order.perm_id, None)
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
        return int(terms.limit_price / TICK)

    def _time(self) -> float:
        return self._clock.now().timestamp()

    def _now(self) -> int:
        return int(self._time())
