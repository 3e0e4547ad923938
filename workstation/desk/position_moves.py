"""Halving and scaling a position and moving its stops to breakeven; what protects follows.

Source: orders-and-risk.md 1.2, features O10 and O20.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from workstation.desk.closing import HALVE, SCALE_IN, SCALE_OUT, Closer, ClosingParts, WayOut
from workstation.desk.resizing import Resizer
from workstation.domain.commands import Done, Failed
from workstation.domain.family import Family, FamilyKind
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted
from workstation.domain.ids import AccountId, ConId, FamilyId, OrderKey
from workstation.domain.order import OrderChange, OrderDraft, OrderType, Side
from workstation.domain.order_status import STOP_TYPES, OrderView
from workstation.domain.quote import Quote
from workstation.domain.several import ScaleIn, ScaleOut
from workstation.risk.exposure import are_rivals
from workstation.risk.facts import exact
from workstation.risk.marketable import marketable_limit

BREAKEVEN = "breakeven"
_STOPS = frozenset({"STP", "STP LMT"})
_TURNED = "Nothing was sent: the position stands on the other side by now."


class PositionMoves:
    """Makes positions smaller and their stops safer. Core thread."""

    def __init__(
        self, parts: ClosingParts, average_cost: Callable[[AccountId, ConId], Decimal | None]
    ) -> None:
        self._with = self.parts = parts
        self.closer = Closer(parts)
        self.resizer = Resizer(parts, self.closer)
        self._average_cost = average_cost

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
        return self._reduce(way, way.draft(self.closer.new_intent(), part, HALVE))

    def scale_out(self, wish: ScaleOut) -> Done | Failed | Denied:
        """Send an exit of a part, at a limit or at the market; what protects shrinks with it."""
        if self._with.orders.of_intent(wish.intent_id):
            return Done("That is under way already.")
        way = self.closer.way_out(wish.account, wish.con_id)
        if isinstance(way, Failed):
            return way
        if wish.side not in (None, way.side):
            return Failed(_TURNED)
        if not wish.quantity.is_finite() or not 0 < wish.quantity <= way.left:
            return Failed(f"Between 0 and {way.left:f} can be taken out of this position.")
        draft = _priced(way.draft(wish.intent_id, wish.quantity, SCALE_OUT), wish.limit_price)
        return self._reduce(way, draft)

    def scale_in(self, wish: ScaleIn) -> Done | Failed | Denied | NeedsAcknowledgement:
        """Send an entry that adds to the position; its stop grows by what fills.

        The parent record tells how much stood unprotected before, so that a restart in the
        middle ends with the same protection.
        """
        if self._with.orders.of_intent(wish.intent_id):
            return Done("That is under way already.")
        way = self.closer.way_out(wish.account, wish.con_id)
        if isinstance(way, Failed):
            return way
        if wish.side not in (None, way.side.opposite):
            return Failed(_TURNED)
        if self.resizer.is_growing(wish.account, wish.con_id) or way.left < way.held:
            return Failed("An order that scales this position is under way; wait or cancel it.")
        draft = _priced(self._entry(way, wish), wish.limit_price)
        refusal = self._with.judge(draft, None).refusal
        if isinstance(refusal, Denied | NeedsAcknowledgement):
            return refusal
        return self._add(way, draft)

    def _add(self, way: WayOut, draft: OrderDraft) -> Done | Failed | Denied | NeedsAcknowledgement:
        """Put a scale-in on record as a parent, then send it and follow its fills."""
        bare = max(way.held - _covered(way), Decimal(0))
        family = Family(
            family_id=FamilyId(draft.intent_id),
            kind=FamilyKind.SCALE_IN,
            title=f"add {draft.quantity:f} {way.symbol}",
            account=draft.account,
            intents=(draft.intent_id,),
            bare=bare,
        )
        if fault := self._with.order_desk.families.begin(family):
            return Failed(f"Nothing was sent: {fault}")
        answer = self._with.order_desk.submit(replace(draft, family=family.family_id))
        if not isinstance(answer, Submitted):
            return answer
        order = self._with.orders.get(answer.key)
        assert order is not None  # it was submitted
        self.resizer.watch(order, way.side, bare)
        after = "Nothing protects it." if bare >= way.held else "Its stop grows as that fills."
        return Done(f"{draft.quantity:f} {way.symbol} are being added. {after}")

    def resume(self) -> None:
        """Follow again what was under way when the program ended; after the journal is read."""
        bare: dict[OrderKey, Decimal] = {}
        for order in self._with.orders:
            family = order.draft and self._with.order_desk.families.get(order.draft.family)
            if family:
                bare[order.key] = family.bare
        self.resizer.resume(bare)

    def _entry(self, way: WayOut, wish: ScaleIn) -> OrderDraft:
        side, limits = way.side.opposite, self._with.limits(wish.account)
        quote = self._with.quotes.quote(wish.con_id)
        limit = marketable_limit(side, quote, way.details.ladder, limits, 1)
        entry = replace(way, limit=limit, instead=None)
        draft = entry.draft(wish.intent_id, wish.quantity, SCALE_IN)
        return replace(draft, side=side, acknowledged=wish.acknowledged)

    def _reduce(self, way: WayOut, draft: OrderDraft) -> Done | Failed | Denied:
        """Send an exit of a part, and let what protects the whole shrink as it fills."""
        answer = self._with.order_desk.submit(draft)
        if not isinstance(answer, Submitted):
            return answer if isinstance(answer, Denied) else Denied(answer.findings)
        order = self._with.orders.get(answer.key)
        assert order is not None  # it was submitted
        self.resizer.watch(order, way.side)
        word = "sold" if way.side is Side.SELL else "bought"
        return Done(
            f"{draft.quantity:f} of {way.held:f} {way.symbol} are being {word}; "
            f"{_what_follows(way)}"
        )

    def breakeven(self, account: AccountId, con_id: ConId) -> Done | Failed:
        """Move the stops of a position to its average cost, where that is closer."""
        way = self.closer.way_out(account, con_id)
        if isinstance(way, Failed):
            return way
        cost = self._average_cost(account, con_id)
        if cost is None:
            return Failed("The broker has not confirmed the position's cost yet.")
        if way.details.multiplier <= 0:
            return Failed("The contract's multiplier is not known.")
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
        self.resizer.check()

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


def _priced(draft: OrderDraft, limit_price: Decimal | None) -> OrderDraft:
    if limit_price is None:
        return draft
    return replace(draft, order_type=OrderType.LIMIT, limit_price=limit_price)


def _covered(way: WayOut) -> Decimal:
    """Return how much of the position its stops close; those that end each other count once."""
    kept: list[OrderView] = []
    for order in sorted(way.protection(), key=lambda each: -each.remaining):
        if order.order_type in STOP_TYPES and not any(are_rivals(order, one) for one in kept):
            kept.append(order)
    return sum((order.remaining for order in kept), Decimal(0))


def _what_follows(way: WayOut) -> str:
    """Say what becomes of the stops and targets of a position of which a part leaves."""
    stays = [
        each
        for each in way.live
        if each.side is way.side and each.is_protective and not each.editable
    ]
    if not stays:
        return "what protects shrinks with it."
    return (
        f"{len(stays)} of the orders that protect cannot be made smaller here and would close "
        "more than is left: cancel them, or change them in TWS."
    )


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
