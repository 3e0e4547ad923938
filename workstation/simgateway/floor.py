"""Where orders meet the market: they take, rest, wait, fill and end.

The desk decides what an order is to become, the floor does it: the only writer of fills.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from workstation.matching.order_book import MAKER, Match
from workstation.simgateway import hedges, pegs
from workstation.simgateway.accounts import Account
from workstation.simgateway.combo_orders import ComboFloor
from workstation.simgateway.commissions import commission
from workstation.simgateway.families import CANCEL_THE_REST
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.order_kinds import AT_ONCE, KINDS, Auction, Peg, auction_of
from workstation.simgateway.order_records import order_facts
from workstation.simgateway.order_store import OrderStore
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
    Execution,
    ExecutionShown,
    Order,
    OrderShown,
    StatusShown,
)
from workstation.simgateway.sessions import Sessions, may_work
from workstation.simgateway.venues import VENUES

CANCEL_TEXT = "Order Canceled - reason:"
BY_TRADER = "Cancelled by Trader"
BY_SYSTEM = "Cancelled by System"


class Floor:
    """Works orders against the books and books what they fill."""

    def __init__(
        self,
        store: OrderStore,
        markets: Mapping[int, InstrumentMarket],
        accounts: Mapping[str, Account],
        sessions: Sessions,
    ) -> None:
        self.asleep: dict[int, None] = {}
        """perm_ids of orders that wait for something: a price, a time, an auction, the session."""

        self.unfilled: dict[int, None] = {}
        """perm_ids of market orders the book could not fill yet, oldest first."""

        self.whole: dict[int, None] = {}
        """perm_ids of orders that wait until the book can fill all of them, or a least part."""

        self.unpriced_fills = 0
        """How many of the next fills are told without their price."""

        self.pegged: dict[int, None] = {}
        self.scheduled: dict[int, None] = {}
        """perm_ids of orders that an algorithm works."""

        self._store = store
        self._markets = markets
        self._accounts = accounts
        self._sessions = sessions
        self._combos = ComboFloor(store, markets, accounts, self)

    # ---- working ---------------------------------------------------------------------

    def must_wait(self, order: Order) -> bool:
        """Return whether something but its parent keeps an order from the market."""
        terms = order.terms
        has_conditions = bool(terms.conditions) and not terms.conditions_cancel
        return (
            (has_conditions and not order.conditions_met)
            or order.waits_for_trigger
            or not order.located
            or terms.options.deactivate
            or max(terms.good_after, order.sent_at + terms.ats_seconds) > self._store.time()
            or auction_of(terms.order_type, terms.tif) is not Auction.NONE
            or not self.is_open(order)
        )

    def is_open(self, order: Order, *, overnight: bool = False) -> bool:
        """Return whether the exchange takes an order now, or would if it worked overnight."""
        terms = order.terms
        market = self._markets[terms.con_id]
        stretch = self._sessions.stretch(market.instrument, self._store.time())
        allowed = may_work(
            stretch.phase,
            outside_rth=terms.outside_rth,
            overnight=terms.include_overnight or overnight,
        )
        return allowed and not market.is_halted

    def work(self, order: Order) -> None:
        """Match an order as far as the book goes, then rest it, keep it waiting or end it."""
        if order.waits_for_parent:
            return
        if self.must_wait(order):
            self.asleep[order.perm_id] = None
            return
        self.asleep.pop(order.perm_id, None)
        if order.terms.algo:
            self.submit(replace(order, began_at=order.began_at or self._store.time()))
            self.scheduled[order.perm_id] = None
        elif KINDS[order.terms.order_type].peg is not Peg.NOTHING:
            self.submit(order)
            self.pegged[order.perm_id] = None
            self.reprice(order.perm_id)
        else:
            self._meet(order)

    def awaken(self, order: Order) -> None:
        """Send an order that waited to the market."""
        del self.asleep[order.perm_id]
        order = self._store.put(replace(order, status=SUBMITTED))
        self._store.show(order)
        self.work(order)

    def _meet(self, order: Order) -> None:
        market = self._markets[order.terms.con_id]
        if market.instrument.legs:
            self._combos.work(order)
            return
        limit = self._limit(order, market)
        if not self._fits_at_once(order, limit):
            self._wait_for_more(order)
            return
        if order.terms.options.post_only and market.book.available(
            buys=order.terms.buys, limit=limit
        ):
            self.cancel(order, "A post-only order would have taken liquidity", asked=False)
            return
        self.take(order, limit)
        order = self._store.orders[order.perm_id]
        if order.status not in LIVE:
            return
        if order.terms.tif in AT_ONCE:
            self._store.emit(StatusShown(replace(order, status=PENDING_CANCEL)))
            self.end(order, CANCELLED, "Immediate or cancel")
            return
        if pegs.gives_limit(order) and limit is not None:
            price = market.instrument.price(limit)
            order = replace(order, terms=replace(order.terms, limit_price=price))
        if order.terms.limit_price is None:
            self.unfilled[order.perm_id] = None
            self.submit(order)
        else:
            self.submit(self._rested(order, market.instrument.ticks(order.terms.limit_price)))

    def _wait_for_more(self, order: Order) -> None:
        """End an order that cannot fill as it wants to at once, or keep it off the book."""
        if order.terms.tif == "FOK":
            self.end(order, INACTIVE, "Fill or kill")
        elif order.terms.tif in AT_ONCE:
            self._store.emit(StatusShown(replace(order, status=PENDING_CANCEL)))
            self.end(order, CANCELLED, "Immediate or cancel")
        elif order.perm_id not in self.whole:
            self.whole[order.perm_id] = None
            self.submit(order)

    def submit(self, order: Order) -> None:
        """Show an order as at work, twice as the real gateway does."""
        order = self._store.put(replace(order, status=SUBMITTED))
        self._store.show(order)
        self._store.show(order)

    def _limit(self, order: Order, market: InstrumentMarket) -> int | None:
        """Return the worst price in ticks an order takes; None for any."""
        if order.terms.limit_price is not None:
            return market.instrument.ticks(order.terms.limit_price)
        return pegs.own_limit(order, market.instrument, market.book)

    def _rested(self, order: Order, ticks: int, half: int = 0) -> Order:
        """Put what is left of an order into the book and return it so."""
        terms = order.terms
        self._markets[terms.con_id].book.rest(
            order.perm_id,
            ticks,
            BY_CON_ID[terms.con_id].lots(order.remaining),
            buys=terms.buys,
            display=BY_CON_ID[terms.con_id].lots(Decimal(terms.display_size)),
            half=half,
            is_middle=KINDS[terms.order_type].peg is Peg.MIDDLE,
        )
        return replace(order, resting=ticks, half=half)

    def _fits_at_once(self, order: Order, limit: int | None) -> bool:
        """Return whether the book has what an order wants at the least."""
        least = order.least
        if not least:
            return True
        book = self._markets[order.terms.con_id].book
        wanted = BY_CON_ID[order.terms.con_id].lots(least)
        return book.available(buys=order.terms.buys, limit=limit) >= wanted

    # ---- every step ------------------------------------------------------------------

    def retry(self) -> None:
        """Let market orders that wait for the other side take what has come."""
        for perm_id in list(self.unfilled):
            order = self._store.orders[perm_id]
            if perm_id not in self.unfilled:
                continue  # one before it ended it
            if BY_CON_ID[order.terms.con_id].legs:
                self._combos.fill(order)
                continue
            limit = self._limit(order, self._markets[order.terms.con_id])
            if limit is not None:  # there is a price by which the order is given its limit
                del self.unfilled[perm_id]
                self._meet(order)
            else:
                self.take(order, None)
        for perm_id in list(self.whole):
            if perm_id not in self.whole:
                continue  # one before it ended it
            order = self._store.orders[perm_id]
            market = self._markets[order.terms.con_id]
            if self.is_open(order) and self._fits_at_once(order, self._limit(order, market)):
                del self.whole[perm_id]
                self._meet(order)

    def reprice(self, perm_id: int) -> None:
        """Move a pegged order to where its price belongs now."""
        order = self._store.orders[perm_id]
        if perm_id not in self.pegged:
            return
        market = self._markets[order.terms.con_id]
        place = pegs.target(order, market.instrument, market.book)
        if place is not None and place != (order.resting, order.half):
            self.move(order, *place)

    def move(self, order: Order, price: int, half: int = 0) -> None:
        """Stand an order at another price, taking what it meets on the way."""
        order = self._out_of_book(order)
        self.take(order, price, half=half)
        order = self._store.orders[order.perm_id]
        if order.status in LIVE:
            self._store.put(self._rested(order, price, half))

    def stand_aside(self, order: Order) -> Order:
        """Take an order off the book alone, and return it so."""
        return self._out_of_book(order)

    # ---- leaving ---------------------------------------------------------------------

    def leave(self, order: Order) -> Order:
        """Take an order off the book and every list, and return it as it now stands."""
        for waiting in (self.asleep, self.unfilled, self.whole, self.pegged, self.scheduled):
            waiting.pop(order.perm_id, None)
        return self._out_of_book(order)

    def _out_of_book(self, order: Order) -> Order:
        if order.resting is None:
            return order
        book = self._markets[order.terms.con_id].book
        book.cancel(order.perm_id, order.resting, buys=order.terms.buys)
        return self._store.put(replace(order, resting=None, half=0))

    def suspend(self, order: Order) -> None:
        """Take an order from the market until it may go back."""
        order = self._store.put(replace(self.leave(order), status=PRE_SUBMITTED))
        self.asleep[order.perm_id] = None
        self._store.show(order)

    def cancel(self, order: Order, reason: str, *, asked: bool = True) -> None:
        """End an order without a fill, and its children with it."""
        order = self.leave(order)
        if asked and order.status != HELD_BACK:
            self._store.emit(StatusShown(replace(order, status=PENDING_CANCEL)))
        order = self._done(order, CANCELLED, BY_TRADER if asked else BY_SYSTEM)
        self._store.emit(StatusShown(order))
        text = CANCEL_TEXT + reason
        complaint = Complaint(order.client_id, order.order_id, 202, text, whole_second=True)
        self._store.emit(complaint)
        self.cancel_children(order)

    def cancel_children(self, order: Order) -> None:
        """Cancel what hangs on an order that will not fill; what it filled is hedged."""
        if order.filled:
            self.release_children(order, hedges_only=True)
        for child in self._store.families.children(order):
            if not order.filled or child.terms.hedge is None or child.waits_for_parent:
                self.cancel(child, "", asked=False)

    def end(self, order: Order, status: str, reason: str) -> None:
        """End an order, and let its children work or end with it."""
        order = self._done(self.leave(order), status, reason)
        if status == FILLED:
            self._store.emit(OrderShown(order))
        self._store.emit(StatusShown(order))
        if status == FILLED:
            self.release_children(order)
        else:
            self.cancel_children(order)

    def _done(self, order: Order, status: str, reason: str) -> Order:
        now = self._store.time()
        return self._store.put(replace(order, status=status, done_at=now, done_reason=reason))

    # ---- relatives -------------------------------------------------------------------

    def release_children(self, order: Order, *, hedges_only: bool = False) -> None:
        """Let the children of a filled order work, or wait for their own reasons alone."""
        for found in self._store.families.children(order):
            child = self._store.orders[found.perm_id]  # its sibling's fill may have ended it
            if child.status not in LIVE or not child.waits_for_parent:
                continue
            if hedges_only and child.terms.hedge is None:
                continue
            freed = self._store.put(replace(child, waits_for_parent=False))
            if freed.terms.hedge is not None:
                freed = self._store.put(self._hedge_of(order, freed))
                if not freed.terms.quantity:
                    self.cancel(freed, "", asked=False)
                    continue
            if self.must_wait(freed):
                self._store.show(freed)
            self.work(freed)

    def _hedge_of(self, parent: Order, child: Order) -> Order:
        """Return a hedge with the quantity that what its parent filled asks for."""
        size = hedges.size(parent, child.terms, self._markets, self._store.time())
        return replace(child, terms=replace(child.terms, quantity=size))

    def reduce_group(self, order: Order, shares: Decimal) -> None:
        """Cancel or reduce the others of an order's group after one of its fills."""
        for other in self._store.families.siblings(order):
            left = other.remaining - shares
            ends = order.status == FILLED or order.terms.oca_type == CANCEL_THE_REST
            if ends or left <= 0 or other.status not in LIVE:
                self.cancel(other, "", asked=False)
                continue
            terms = replace(other.terms, quantity=other.terms.quantity - shares)
            reduced = self._store.put(replace(other, terms=terms))
            self.fit_book(reduced)
            self._store.show(reduced)

    # ---- fills -----------------------------------------------------------------------

    def take(
        self, order: Order, limit: int | None, size: Decimal | None = None, half: int = 0
    ) -> None:
        """Let an order take what stands at its limit or better, at most so many shares."""
        market = self._markets[order.terms.con_id]
        most = order.remaining if size is None else min(size, order.remaining)
        wanted = market.instrument.lots(most)
        matches = market.take(
            order.perm_id,
            wanted,
            buys=order.terms.buys,
            limit=limit,
            now=int(self._store.time()),
            half=half,
        )
        self.book(market, matches)

    def book(self, market: InstrumentMarket, matches: Iterable[Match]) -> None:
        """Book what traded.

        An order that an earlier match of the same sweep has ended or reduced through its
        group takes no more than is left of it; a maker has the rest.
        """
        touched: dict[int, None] = {}
        for match in matches:
            for perm_id, liquidity in ((match.taker, 2), (match.maker, 1)):
                if perm_id == MAKER or self._store.orders[perm_id].status not in LIVE:
                    continue
                order = self._store.orders[perm_id]
                shares = min(Decimal(market.instrument.size(match.size)), order.remaining)
                self._fill(order, shares, market, match, liquidity)
                touched[perm_id] = None
                self.reduce_group(self._store.orders[perm_id], shares)
        for perm_id in touched:
            order = self._store.orders[perm_id]
            self.fit_book(order)
            if order.status == FILLED:
                self.release_children(order)

    def fit_book(self, order: Order) -> None:
        """Make what stands in the book no larger than what is left of the order."""
        if order.resting is not None and order.status in LIVE:
            book = self._markets[order.terms.con_id].book
            size = BY_CON_ID[order.terms.con_id].lots(order.remaining)
            book.resize(order.perm_id, order.resting, size, buys=order.terms.buys)

    def _fill(
        self,
        order: Order,
        shares: Decimal,
        market: InstrumentMarket,
        match: Match,
        liquidity: int,
    ) -> None:
        price = market.instrument.price(match.ticks)
        filled = order.filled + shares
        value = order.filled_value + shares * price
        fee = commission(market.instrument, filled, value) - order.commission
        signed = shares if order.terms.buys else -shares
        account = self._accounts[order.terms.account]
        realized = account.apply_fill(order.terms.con_id, signed, price, fee)
        done = filled == order.terms.quantity
        if done:
            order = self.leave(order)
        order = self._store.put(
            replace(
                order,
                status=FILLED if done else SUBMITTED,
                filled=filled,
                filled_value=value,
                commission=order.commission + fee,
                last_fill_price=price,
                done_at=self._store.time() if done else 0.0,
            )
        )
        self._report(order, match, shares, liquidity, fee, realized)

    def _report(
        self,
        order: Order,
        match: Match,
        shares: Decimal,
        liquidity: int,
        fee: Decimal,
        realized: Decimal | None,
    ) -> None:
        """Tell of a fill; the order is as the fill left it."""
        numbers = self._store.numbers
        numbers.exec_number += 1
        tells_price = not self.unpriced_fills
        self.unpriced_fills -= not tells_price
        execution = Execution(
            exec_id=f"0000e0d5.{numbers.exec_number:08x}.01.01",
            time=self._store.time(),
            **order_facts(order),
            exchange=_venue(order, match),
            shares=shares,
            price=order.last_fill_price,
            liquidity=liquidity,
            commission=fee,
            realized=realized,
            tells_price=tells_price,
        )
        self._store.add_execution(execution)
        self._store.emit(ExecutionShown(execution))
        self._store.show(order)
        if order.status == FILLED:
            self._store.show(order)
        self._store.emit(CommissionShown(execution))


def _venue(order: Order, match: Match) -> str:
    """Return where an order traded: as it was routed, or where the best price stood."""
    instrument = BY_CON_ID[order.terms.con_id]
    if order.terms.exchange != "SMART":
        return order.terms.exchange
    if instrument.sec_type == "STK" and instrument.currency == "USD":
        return VENUES[match.venue]
    return instrument.primary_exchange
