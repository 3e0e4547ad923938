"""Orders for combinations: they take what their legs' books offer, all legs together or none.

A fill is reported as the real gateway does: an execution of the combination, one of each leg, and
commissions of the legs alone. What is held afterwards are the legs.

Source: tws-wire.md 2.5 (5, 11, 59); the numbering of the executions is that of the broker's log:
the combination ends in .01.01, its legs in .02.01, .03.01 and so on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from workstation.matching.order_book import MAKER, Match
from workstation.simgateway.accounts import ZERO, Account
from workstation.simgateway.commissions import commission
from workstation.simgateway.instruments import BY_CON_ID, Instrument, Leg
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.order_records import order_facts
from workstation.simgateway.order_store import OrderStore
from workstation.simgateway.orders import (
    CANCELLED,
    FILLED,
    INACTIVE,
    LIVE,
    PENDING_CANCEL,
    SUBMITTED,
    CommissionShown,
    Execution,
    ExecutionShown,
    Order,
    StatusShown,
)
from workstation.simgateway.venues import VENUES

TYPES = frozenset({"MKT", "LMT"})
"""Order types a combination may have."""

_DIGITS = Decimal("0.00000001")


class Bookkeeper(Protocol):
    """What of the floor a fill needs."""

    unfilled: dict[int, None]

    def book(self, market: InstrumentMarket, matches: Iterable[Match]) -> None:
        """Book what clients' orders standing in a book have given."""
        ...

    def submit(self, order: Order) -> None:
        """Show an order as at work."""
        ...

    def leave(self, order: Order) -> Order:
        """Take an order off every list."""
        ...

    def end(self, order: Order, status: str, reason: str) -> None:
        """End an order without a fill."""
        ...

    def reduce_group(self, order: Order, shares: Decimal) -> None:
        """Cancel or reduce the others of an order's group."""
        ...

    def release_children(self, order: Order) -> None:
        """Let the children of a filled order work."""
        ...


@dataclass(frozen=True, slots=True)
class _Part:
    """What one leg of one fill is: so many contracts at an average price."""

    leg: Leg
    instrument: Instrument
    buys: bool
    size: Decimal
    price: Decimal
    venue: int


class ComboFloor:
    """Works the orders for combinations."""

    def __init__(
        self,
        store: OrderStore,
        markets: Mapping[int, InstrumentMarket],
        accounts: Mapping[str, Account],
        floor: Bookkeeper,
    ) -> None:
        self._store = store
        self._markets = markets
        self._accounts = accounts
        self._floor = floor

    def work(self, order: Order) -> None:
        """Fill an order as far as the legs allow, then keep it waiting or end it."""
        tif = order.terms.tif
        if tif == "FOK" and not self._fits(order, order.remaining):
            self._floor.end(order, INACTIVE, "Fill or kill")
            return
        self.fill(order)
        order = self._store.orders[order.perm_id]
        if order.status not in LIVE:
            return
        if tif == "IOC":
            self._store.emit(StatusShown(replace(order, status=PENDING_CANCEL)))
            self._floor.end(order, CANCELLED, "Immediate or cancel")
            return
        self._floor.unfilled[order.perm_id] = None
        self._floor.submit(order)

    def fill(self, order: Order) -> None:
        """Take from the legs' books as long as they are good enough."""
        if any(self._markets[leg.con_id].is_halted for leg in _legs(order)):
            return
        while order.status in LIVE and order.remaining > 0:
            count = min(order.remaining, self._at_best(order))
            if not self._fits(order, count):
                return
            self._trade(order, count)
            order = self._store.orders[order.perm_id]

    # ---- what the legs offer -------------------------------------------------------------

    def _at_best(self, order: Order) -> Decimal:
        """Return how many combinations the best prices of the legs make; one at least."""
        counts = []
        for leg in _legs(order):
            book = self._markets[leg.con_id].book
            buys = (leg.ratio > 0) == order.terms.buys
            best = book.best_ask() if buys else book.best_bid()
            size = 0 if best is None else book.size_at(best, buys=not buys)
            counts.append(size // _lots(leg))
        return Decimal(max(1, min(counts)))

    def _fits(self, order: Order, count: Decimal) -> bool:
        """Return whether so many can be had at the limit or better."""
        price = self._price(order, count)
        limit = order.terms.limit_price
        if price is None or limit is None:
            return price is not None
        return price <= limit if order.terms.buys else price >= limit

    def _price(self, order: Order, count: Decimal) -> Decimal | None:
        """Return what one of so many costs now; None when a leg lacks the size."""
        total = ZERO
        for leg in _legs(order):
            buys = (leg.ratio > 0) == order.terms.buys
            average = _walked(self._markets[leg.con_id], int(count) * _lots(leg), buys=buys)
            if average is None:
                return None
            total += average * leg.weight
        return total.quantize(_DIGITS)

    # ---- fills -----------------------------------------------------------------------

    def _trade(self, order: Order, count: Decimal) -> None:
        parts = [self._take(order, leg, count) for leg in _legs(order)]
        price = sum((p.price * p.leg.weight for p in parts), ZERO).quantize(_DIGITS).normalize()
        numbers = self._store.numbers
        numbers.exec_number += 1
        number = f"0000e0d5.{numbers.exec_number:08x}"
        legs = [
            self._leg_filled(order, part, f"{number}.{n:02d}.01") for n, part in enumerate(parts, 2)
        ]
        order = self._order_filled(order, count, price, sum((e.commission for e in legs), ZERO))
        whole = Execution(
            exec_id=f"{number}.01.01",
            time=self._store.time(),
            **order_facts(order),
            exchange=order.terms.exchange,
            shares=count,
            price=price,
            liquidity=2,
            commission=ZERO,
            realized=None,
        )
        self._print(order, count, price)
        for execution in (whole, *legs):
            self._store.add_execution(execution)
            self._store.emit(ExecutionShown(execution))
        self._store.show(order)
        if order.status == FILLED:
            self._store.show(order)
        for execution in legs:
            self._store.emit(CommissionShown(execution))
        self._floor.reduce_group(order, count)
        if order.status == FILLED:
            self._floor.release_children(order)

    def _take(self, order: Order, leg: Leg, count: Decimal) -> _Part:
        """Take a leg's contracts out of its book, whoever they are of."""
        market = self._markets[leg.con_id]
        buys = (leg.ratio > 0) == order.terms.buys
        wanted = int(count) * _lots(leg)
        matches = market.take(MAKER, wanted, buys=buys, limit=None, now=int(self._store.time()))
        self._floor.book(market, matches)
        lots = sum(match.size for match in matches)
        ticks = Decimal(sum(match.ticks * match.size for match in matches)) / lots
        price = (ticks * market.instrument.tick).quantize(_DIGITS).normalize()
        size = Decimal(market.instrument.size(lots))
        return _Part(leg, market.instrument, buys, size, price, matches[0].venue)

    def _leg_filled(self, order: Order, part: _Part, exec_id: str) -> Execution:
        """Book one leg, and return its execution."""
        con_id = part.leg.con_id
        earlier = [
            e
            for e in self._store.executions.values()
            if (e.perm_id, e.con_id) == (order.perm_id, con_id)
        ]
        shares = sum((e.shares for e in earlier), part.size)
        value = sum((e.shares * e.price for e in earlier), part.size * part.price)
        paid = sum((e.commission for e in earlier), ZERO)
        fee = commission(part.instrument, shares, value) - paid
        signed = part.size if part.buys else -part.size
        account = self._accounts[order.terms.account]
        realized = account.apply_fill(con_id, signed, part.price, fee)
        facts = order_facts(order)
        facts["con_id"], facts["cumulative"] = con_id, shares
        facts["side"] = "BUY" if part.buys else "SELL"
        facts["average_price"] = value / shares
        return Execution(
            exec_id=exec_id,
            time=self._store.time(),
            **facts,
            exchange=_venue(part),
            shares=part.size,
            price=part.price,
            liquidity=2,
            commission=fee,
            realized=realized,
        )

    def _order_filled(self, order: Order, count: Decimal, price: Decimal, fee: Decimal) -> Order:
        filled = order.filled + count
        is_done = filled == order.terms.quantity
        if is_done:
            order = self._floor.leave(order)
        return self._store.put(
            replace(
                order,
                status=FILLED if is_done else SUBMITTED,
                filled=filled,
                filled_value=order.filled_value + count * price,
                commission=order.commission + fee,
                last_fill_price=price,
                done_at=self._store.time() if is_done else 0.0,
            )
        )

    def _print(self, order: Order, count: Decimal, price: Decimal) -> None:
        market = self._markets[order.terms.con_id]
        match = Match(
            price=market.instrument.ticks(price),
            size=int(count),
            maker=MAKER,
            taker=order.perm_id,
            taker_buys=order.terms.buys,
            venue=0,
        )
        market.cross(match, int(self._store.time()))


def _legs(order: Order) -> tuple[Leg, ...]:
    return BY_CON_ID[order.terms.con_id].legs


def _lots(leg: Leg) -> int:
    """Return the lots of a leg's book in one combination."""
    return BY_CON_ID[leg.con_id].lots(Decimal(abs(leg.ratio)))


def _walked(market: InstrumentMarket, lots: int, *, buys: bool) -> Decimal | None:
    """Return the average price of so many lots; None when the book has fewer."""
    left, value = lots, 0
    for resting in market.book.resting(buys=not buys):
        taken = min(left, resting.total)
        value += taken * resting.price
        left -= taken
        if not left:
            return Decimal(value) / lots * market.instrument.tick
    return None


def _venue(part: _Part) -> str:
    if part.instrument.sec_type == "STK" and part.instrument.currency == "USD":
        return VENUES[part.venue]
    places = [name for name in part.instrument.exchanges if name != "SMART"]
    return places[part.venue % len(places)]
