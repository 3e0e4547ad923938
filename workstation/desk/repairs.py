"""Mends the protection of a position: a stop for what is bare, fewer where there are too many.

Source: features RK26.
"""

from collections.abc import Callable
from decimal import Decimal

from workstation.desk.closing import Closer, ClosingParts
from workstation.domain.commands import Done, Failed
from workstation.domain.coverage import RepairKind, RepairProtection
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted
from workstation.domain.ids import AccountId, ConId
from workstation.domain.order import OrderChange, OrderDraft, OrderType, Side, Tif
from workstation.domain.order_status import OrderView
from workstation.risk.coverage import Held, coverage, orphans, sure_stops
from workstation.risk.facts import exact

REPAIR = "repair"

Answer = Done | Failed | Denied | NeedsAcknowledgement


class Repairer:
    """Looks at the position again before it does anything. Core thread.

    `held` returns a position with its orders as they stand now.
    """

    def __init__(
        self, parts: ClosingParts, closer: Closer, held: Callable[[AccountId, ConId], Held]
    ) -> None:
        self._with = parts
        self._closer = closer
        self._held = held

    def repair(self, wish: RepairProtection) -> Answer:
        """Mend what is asked for; Failed where it is mended already or cannot be."""
        held = self._held(wish.account, wish.con_id)
        if wish.kind is RepairKind.PROTECT:
            return self._protect(held, wish.price)
        if wish.kind is RepairKind.REDUCE:
            return self._reduce(held)
        return self._cancel(held)

    def _protect(self, held: Held, price: Decimal | None) -> Answer:
        now, details = coverage(held), held.details
        bare = now.uncovered - now.unconfirmed  # a stop on its way is not sent twice
        if bare <= 0:
            return Failed("Nothing is bare now, or a stop for it is on its way.")
        if details is None:
            return Failed("The contract is being looked up; try again in a moment.")
        if price is None or not price.is_finite():
            return Failed("A stop needs its price.")
        side = Side.SELL if held.quantity > 0 else Side.BUY
        if fault := _reached(held, side, price):
            return Failed(fault)
        draft = OrderDraft(
            intent_id=self._closer.new_intent(),
            account=held.account,
            con_id=held.con_id,
            side=side,
            quantity=bare,
            order_type=OrderType.STOP,
            stop_price=price,
            tif=Tif.GTC,
            source=REPAIR,
        )
        answer = self._with.order_desk.submit(draft)
        if not isinstance(answer, Submitted):
            return answer
        return Done(f"A stop for {bare:f} {held.symbol} at {price:f} is on its way.")

    def _reduce(self, held: Held) -> Answer:
        """End or shrink stops, the smallest first, until they close what is held and no more."""
        over = coverage(held).over
        if over <= 0:
            return Failed("The stops close no more than is held now.")
        stops = [each for each in sure_stops(held) if each[0].editable]
        wanted = over
        for order, quantity in stops:
            part = min(quantity, wanted)
            if part > 0 and self._shrink(order, part, whole=part == quantity):
                wanted -= part
        if wanted == over:
            return Failed("None of these stops can be changed here; change them where they are.")
        rest = f" {wanted:f} too many stay." if wanted else ""
        return Done(f"The stops of {held.symbol} are being reduced by {over - wanted:f}.{rest}")

    def _cancel(self, held: Held) -> Answer:
        found = orphans(held) if not held.quantity else []
        if not found:
            return Failed("No exit stands without a position now.")
        results = [self._with.order_desk.controller.cancel(each.key) for each in found]
        failed = [each for each in results if isinstance(each, Failed)]
        words = f"{len(found) - len(failed)} of {len(found)} cancels are on their way."
        return Failed(f"{words} {failed[0].reason}") if failed else Done(words)

    def _shrink(self, order: OrderView, part: Decimal, *, whole: bool) -> bool:
        if whole:
            return isinstance(self._with.order_desk.controller.cancel(order.key), Done)
        wish = OrderChange(
            intent_id=self._closer.new_intent(),
            key=order.key,
            quantity=order.quantity - part,
            source=REPAIR,
        )
        return isinstance(self._with.order_desk.change(wish), Submitted)


def _reached(held: Held, side: Side, price: Decimal) -> str:
    """Say why a stop would trade at once, "" where it would wait."""
    quote = held.quote
    if quote is None or quote.stale or not quote.two_sided:
        return ""
    market = exact(quote.bid if side is Side.SELL else quote.ask)
    if market is None or side.sign * (price - market) > 0:
        return ""
    word = "below" if side is Side.SELL else "above"
    return f"The market has reached {price:f}: the stop must lie {word} {market:f}."
