"""Halving a position and moving its stops to breakeven; what protects follows its size.

Source: orders-and-risk.md 1.2, features O10 and O20.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from workstation.desk.closing import HALVE, Closer, ClosingParts, WayOut
from workstation.domain.commands import Done, Failed
from workstation.domain.finding import Denied, Submitted
from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.notice import Severity
from workstation.domain.order import OrderChange, Side
from workstation.domain.order_status import OrderView, Pending
from workstation.domain.quote import Quote
from workstation.oms.managed_order import ManagedOrder
from workstation.risk.exposure import are_rivals, leaves_of
from workstation.risk.facts import exact

BREAKEVEN = "breakeven"
_STOPS = frozenset({"STP", "STP LMT"})
_WATCH_SECONDS = 60.0


@dataclass(slots=True)
class _Partial:
    """An exit of a part that is under way, and what protected the whole."""

    exit: OrderKey
    account: AccountId
    con_id: ConId
    side: Side
    symbol: str
    protection: tuple[OrderKey, ...]
    since: float
    is_told: bool = False


class PositionMoves:
    """Makes positions smaller and their stops safer. Core thread."""

    def __init__(
        self, parts: ClosingParts, average_cost: Callable[[AccountId, ConId], Decimal | None]
    ) -> None:
        self._with = parts
        self.closer = Closer(parts)
        self._average_cost = average_cost
        self._partials: list[_Partial] = []

    def halve(self, account: AccountId, con_id: ConId) -> Done | Failed | Denied:
        """Send an exit of half the position; its stops and targets shrink as that fills."""
        way = self.closer.way_out(account, con_id)
        if isinstance(way, Failed):
            return way
        if way.left < way.held:
            return Failed("An exit is under way; wait for it or cancel it.")
        lot = way.details.size_increment
        part = way.held / 2 // lot * lot
        if part <= 0:
            return Failed("The position is too small to be halved; close it instead.")
        draft = way.draft(self.closer.new_intent(), part, HALVE)
        answer = self._with.order_desk.submit(draft)
        if not isinstance(answer, Submitted):
            return answer if isinstance(answer, Denied) else Denied(answer.findings)
        keys = tuple(each.key for each in way.protection())
        now = self._with.clock.monotonic()
        self._partials.append(
            _Partial(answer.key, account, con_id, way.side, way.symbol, keys, now)
        )
        word = "sold" if way.side is Side.SELL else "bought"
        return Done(
            f"{part:f} of {way.held:f} {way.symbol} are being {word}; what protects shrinks with it."
        )

    def breakeven(self, account: AccountId, con_id: ConId) -> Done | Failed:
        """Move the stops of a position to its average cost, where that is closer."""
        way = self.closer.way_out(account, con_id)
        if isinstance(way, Failed):
            return way
        cost = self._average_cost(account, con_id)
        if cost is None:
            return Failed("The broker has not confirmed the position's cost yet.")
        price = _breakeven(way, cost)
        if fault := _why_not_there(way.side, price, self._with.quotes.quote(con_id)):
            return Failed(fault)
        stops = [each for each in way.protection() if each.order_type in _STOPS]
        nearer = [each for each in stops if _is_nearer(each, price)]
        if not nearer:
            reason = "already stand there or closer" if stops else "that can be moved are not there"
            return Failed(f"Stops of the position {reason}.")
        moved = [each for each in nearer if self._move_stop(each, price)]
        words = f"{len(moved)} of {len(nearer)} stops are being moved to {price:f}."
        return Done(words) if len(moved) == len(nearer) else Failed(words)

    def check(self) -> None:
        """Watch what is under way, closes included; called after fills and each second."""
        self.closer.check()
        now = self._with.clock.monotonic()
        for partial in list(self._partials):
            order = self._with.orders.get(partial.exit)
            assert order is not None  # it was submitted
            position = self._with.positions.quantity(partial.account, partial.con_id)
            left = max(-partial.side.sign * position, Decimal(0))
            self._guard(partial, order, position, left)
            if order.filled:
                self._resize(partial, left)
            if now - partial.since > _WATCH_SECONDS and order.lifecycle.is_terminal:
                self._partials.remove(partial)

    def _guard(
        self, partial: _Partial, order: ManagedOrder, position: Decimal, left: Decimal
    ) -> None:
        """Take an exit back that would sell more than is held; alarm what was too much."""
        leaves = order.quantity - order.filled
        if not order.lifecycle.is_terminal and leaves > left and order.cancel is Pending.NONE:
            self._with.order_desk.controller.cancel(order.key)
        if partial.side.sign * position > 0 and not partial.is_told:
            partial.is_told = True
            self._with.notify(
                Severity.ALARM,
                f"Halving {partial.symbol} turned the position around: an order that protected "
                "it filled as well.",
                effect=f"A position of {position:f} {partial.symbol} was opened.",
                advice="Close it if you do not want it.",
                order=partial.exit,
            )

    def _resize(self, partial: _Partial, left: Decimal) -> None:
        """Leave what protects no more than what is left; the oldest keep theirs."""
        known = (self._with.orders.get(key) for key in partial.protection)
        live = [each.view() for each in known if each and not each.lifecycle.is_terminal]
        done: set[OrderKey] = set()
        for order in live:
            if order.key in done:
                continue
            group = [each for each in live if each is order or are_rivals(each, order)]
            done |= {each.key for each in group}
            kept = min(max(map(leaves_of, group)), left)
            left -= kept
            for each in group:
                self._shrink(each, kept)

    def _shrink(self, order: OrderView, kept: Decimal) -> None:
        if order.remaining <= kept or Pending.REQUESTED in (order.cancel, order.replace):
            return
        if kept <= 0:
            self._with.order_desk.controller.cancel(order.key)
            return
        self._with.order_desk.change(
            OrderChange(
                intent_id=self.closer.new_intent(),
                key=order.key,
                quantity=order.filled + kept,
                source=HALVE,
            )
        )

    def _move_stop(self, order: OrderView, price: Decimal) -> bool:
        limit = order.limit_price
        if limit is not None and order.stop_price is not None:
            limit += price - order.stop_price
        wish = OrderChange(
            intent_id=self.closer.new_intent(),
            key=order.key,
            stop_price=price,
            limit_price=limit,
            source=BREAKEVEN,
        )
        return isinstance(self._with.order_desk.change(wish), Submitted)


def _breakeven(way: WayOut, cost: Decimal) -> Decimal:
    """Return the price next to the cost at which nothing is lost."""
    ladder = way.details.ladder
    price = cost * way.details.price_magnifier / way.details.multiplier
    return ladder.snap_up(price) if way.side is Side.SELL else ladder.snap_down(price)


def _is_nearer(order: OrderView, price: Decimal) -> bool:
    """Tell whether a stop at this price limits the loss more than now."""
    return order.stop_price is None or order.side.sign * (price - order.stop_price) < 0


def _why_not_there(side: Side, price: Decimal, quote: Quote | None) -> str:
    """Say why a stop cannot stand at a price: it would leave at once, or nobody knows."""
    market = None
    if quote is not None and not quote.stale and quote.two_sided:
        market = exact(quote.bid if side is Side.SELL else quote.ask)
    if market is None:
        return "There is no market to tell whether a stop at breakeven would leave at once."
    if side.sign * (price - market) <= 0:
        return f"The market, {market:f}, is not beyond breakeven, {price:f}: the stop would leave."
    return ""
