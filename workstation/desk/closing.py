"""Close is one command: what protects a position is cancelled and the exit leaves at once.

Source: orders-and-risk.md 1.2. Nothing here is refused for size or price.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from workstation.desk.limits import Notify
from workstation.desk.order_desk import OrderDesk
from workstation.domain.clock import Clock
from workstation.domain.commands import Done, Failed
from workstation.domain.finding import Denied, Submitted
from workstation.domain.ids import AccountId, ConId, IntentId, OrderKey
from workstation.domain.notice import Severity
from workstation.domain.order import OrderChange, OrderDraft, OrderType, Side
from workstation.domain.order_status import OrderView, Pending
from workstation.domain.ports import ContractSource, PositionSource, QuoteSource
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.order_ids import OrderRefs
from workstation.oms.orders import OrderBook
from workstation.oms.outlet import Judge
from workstation.risk.exposure import (
    is_dormant,
    leaves_of,
    of_contract,
    sent_as_closes,
    waits,
)
from workstation.risk.limits import Limits
from workstation.risk.marketable import marketable_limit

CLOSE, FLATTEN = "close", "flatten"
"""Sources of the orders sent here; they are kept in the journal with the order."""

WATCH_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingParts:
    """Whom a close works with; all on the core thread."""

    clock: Clock
    orders: OrderBook
    order_desk: OrderDesk
    judge: Judge
    quotes: QuoteSource
    contracts: ContractSource
    positions: PositionSource
    limits: Callable[[AccountId], Limits | None]
    refs: OrderRefs
    notify: Notify


@dataclass(slots=True)
class _Watch:
    """A close under way: what it may fill, and what its protection had filled before."""

    exit: OrderKey
    symbol: str
    quantity: Decimal
    before: dict[OrderKey, Decimal]
    since: float
    told: Decimal = Decimal(0)


class Closer:
    """Closes positions, and watches that no more than the position is closed. Core thread."""

    def __init__(self, parts: ClosingParts) -> None:
        self._with = parts
        self._watched: list[_Watch] = []

    def close(
        self, account: AccountId, con_id: ConId, *, source: str = CLOSE, step: int = 1
    ) -> Done | Failed | Denied:
        """Cancel what protects the position and send its exit, `step` collars wide.

        An exit that is under way already is moved to the market instead of sent twice.
        """
        position = self._with.positions.quantity(account, con_id)
        if not position:
            return Failed("There is no position in this contract.")
        details = self._with.contracts.details(con_id)
        if details is None:
            return Failed("The contract is being looked up; try again in a moment.")
        side = Side.SELL if position > 0 else Side.BUY
        quote, limits = self._with.quotes.quote(con_id), self._with.limits(account)
        limit = marketable_limit(side, quote, details.ladder, limits, step)
        live = of_contract(self._with.orders.working(), account, con_id)
        own = [each for each in live if each.side is side and self.sent(each.key)]
        moved = [each for each in own if self._move(each, limit)]
        others = (each for each in live if each not in own)
        left = abs(position) - sum(map(leaves_of, own), sent_as_closes(others, side, limit, quote))
        if left <= 0:  # an exit that was sent here counts wherever the market has gone
            return Done("The exit is moved to the market." if moved else "The exit is under way.")
        draft = OrderDraft(
            intent_id=self._new_intent(),
            account=account,
            con_id=con_id,
            side=side,
            quantity=left,
            order_type=OrderType.MARKET if limit is None else OrderType.LIMIT,
            limit_price=limit,
            outside_rth=limit is not None,
            source=source,
        )
        return self._leave(draft, details.contract.symbol, live)

    def sent(self, key: OrderKey) -> bool:
        """Tell whether an order is an exit that was sent here."""
        order = self._with.orders.get(key)
        draft = None if order is None else order.draft
        return draft is not None and draft.source in {CLOSE, FLATTEN}

    def check(self) -> None:
        """Look at the fills of every close: take back what is too much, alarm what was."""
        now = self._with.clock.monotonic()
        for watch in list(self._watched):
            order = self._with.orders.get(watch.exit)
            assert order is not None  # it was submitted
            if now - watch.since > WATCH_SECONDS and order.lifecycle.is_terminal:
                self._watched.remove(watch)
            extra = self._extra(watch)
            if extra and not order.lifecycle.is_terminal and order.cancel is Pending.NONE:
                self._reduce(order, watch.quantity - extra)
            over = order.filled + extra - watch.quantity
            if over > watch.told:
                watch.told = over
                self._alarm(watch, order.side, over)

    def _leave(
        self, draft: OrderDraft, symbol: str, live: tuple[OrderView, ...]
    ) -> Done | Failed | Denied:
        refusal = self._with.judge(draft, None).refusal
        if isinstance(refusal, Denied):
            return refusal  # before anything that protects is cancelled
        standing = _standing(live, draft.side)
        controller = self._with.order_desk.controller
        for each in standing:
            controller.cancel(each.key)
        answer = self._with.order_desk.submit(draft)
        if not isinstance(answer, Submitted):
            if standing:
                self._say_bare(symbol)
            return answer if isinstance(answer, Denied) else Denied(answer.findings)
        before = {each.key: each.filled for each in standing if each.side is draft.side}
        since = self._with.clock.monotonic()
        self._watched.append(_Watch(answer.key, symbol, draft.quantity, before, since))
        word = "sold" if draft.side is Side.SELL else "bought"
        text = f"{draft.quantity:f} {symbol} are being {word}; {len(standing)} orders end with it."
        others = sum(1 for each in live if each.side is draft.side and not each.editable)
        if others:
            text += f" {others} orders of other clients stay: cancel them there."
        return Done(text)

    def _move(self, order: OrderView, limit: Decimal | None) -> bool:
        """Move an exit sent here before to a more marketable limit."""
        old = order.limit_price
        if limit is None or old is None or order.side.sign * (limit - old) <= 0:
            return False
        wish = OrderChange(
            intent_id=self._new_intent(), key=order.key, limit_price=limit, source=CLOSE
        )
        return isinstance(self._with.order_desk.change(wish), Submitted)

    def _reduce(self, order: ManagedOrder, quantity: Decimal) -> None:
        """Leave an exit no more than what its position still needs."""
        if order.quantity > quantity and order.replace is Pending.NONE:
            wanted = max(quantity, order.filled)
            if wanted <= order.filled:
                self._with.order_desk.controller.cancel(order.key)
                return
            wish = OrderChange(
                intent_id=self._new_intent(), key=order.key, quantity=wanted, source=CLOSE
            )
            self._with.order_desk.change(wish)

    def _new_intent(self) -> IntentId:
        return IntentId(f"{CLOSE}:{self._with.refs.new()}")

    def _extra(self, watch: _Watch) -> Decimal:
        """Return what the protection of a closed position has filled since."""
        total = Decimal(0)
        for key, before in watch.before.items():
            order = self._with.orders.get(key)
            total += order.filled - before if order is not None else Decimal(0)
        return total

    def _alarm(self, watch: _Watch, side: Side, over: Decimal) -> None:
        word = "sold" if side is Side.SELL else "bought"
        self._with.notify(
            Severity.ALARM,
            f"Closing {watch.symbol} {word} {over:f} more than was held: an order that protected "
            "it filled as well.",
            effect=f"A position of {side.sign * over:f} {watch.symbol} was opened.",
            advice="Close it if you do not want it.",
            order=watch.exit,
        )

    def _say_bare(self, symbol: str) -> None:
        self._with.notify(
            Severity.ALARM,
            f"The exit of {symbol} did not leave, and what protected it is being cancelled.",
            effect="The position stands without protection.",
            advice="Close it again at once, or use TWS or the mobile program.",
        )


def _standing(live: tuple[OrderView, ...], side: Side) -> list[OrderView]:
    """Choose what stands for a position, and the entry that could still add to it.

    The exits of an entry that has not filled stay with it: they protect what may come.
    """
    by_key = {each.key: each for each in live}
    found: dict[OrderKey, OrderView] = {}
    for order in live:
        stands = order.is_protective or waits(order)
        ends = order.side is side and stands and not is_dormant(order, by_key)
        if not ends or not order.editable or order.cancel is not Pending.NONE:
            continue
        found[order.key] = order
        parent = by_key.get(order.parent) if order.parent is not None else None
        if parent is not None and parent.editable and parent.cancel is Pending.NONE:
            found[parent.key] = parent
    return list(found.values())
