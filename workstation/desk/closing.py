"""Close is one command: what protects a position is cancelled and the exit leaves at once.

Source: orders-and-risk.md 1.2. Nothing here is refused for size or price.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from workstation.desk.limits import Notify
from workstation.desk.order_desk import OrderDesk
from workstation.desk.other_orders import (
    RULE_CLOSE,
    closed_by_combinations,
    combination_of,
    is_roll,
    legs_of,
)
from workstation.domain.clock import Clock
from workstation.domain.commands import Done, Failed
from workstation.domain.contract import ContractDetails
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted
from workstation.domain.ids import AccountId, ConId, IntentId, OrderKey
from workstation.domain.notice import Severity
from workstation.domain.order import OrderChange, OrderDraft, OrderType, Side
from workstation.domain.order_status import Lifecycle, OrderView, Pending
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
from workstation.risk.marketable import exit_without_market, marketable_limit

CLOSE, FLATTEN, HALVE, REVERSE = "close", "flatten", "halve", "reverse"
SCALE_IN, SCALE_OUT = "scale in", "scale out"
"""Sources of the orders sent here; they are kept in the journal with the order."""

_EXITS = frozenset({CLOSE, FLATTEN, HALVE, SCALE_OUT, RULE_CLOSE})

WATCH_SECONDS = 60.0


def _always() -> bool:
    """Stand in where nothing is compared with a broker."""
    return True


def _forget(_con_id: ConId) -> None:
    """Stand in where nothing can be looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingParts:
    """Whom a close works with; all on the core thread. `look_up` asks for a contract again."""

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
    synced: Callable[[], bool] = _always
    """Whether the broker has told positions and orders since the link came up."""
    look_up: Callable[[ConId], object] = _forget


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """A position with its market and orders, as a close finds them.

    `held` is without a sign, `left` what no exit closes yet. `limit` leaves at once, None
    without a two-sided market. `live` are all working orders of the contract in the account,
    `under_way` those of them that were sent here to close, `rolls` the combinations that take
    the position into another month. `combined` is what other combinations close of it. `instead`
    is the kind and the price that leave where there is neither a market nor market orders.
    """

    account: AccountId
    details: ContractDetails
    side: Side
    held: Decimal
    left: Decimal
    limit: Decimal | None
    live: tuple[OrderView, ...]
    under_way: tuple[OrderView, ...]
    rolls: tuple[OrderView, ...] = ()
    combined: Decimal = Decimal(0)
    instead: tuple[OrderType, Decimal | None] | None = None

    @property
    def price(self) -> Decimal | None:
        """The limit that an exit is sent at, None where it is sent without one."""
        return self.limit if self.instead is None else self.instead[1]

    @property
    def kind(self) -> OrderType:
        """The kind of order that leaves."""
        if self.instead is not None:
            return self.instead[0]
        return OrderType.MARKET if self.limit is None else OrderType.LIMIT

    @property
    def rolled(self) -> Decimal:
        """How much of the position rolls under way could still close."""
        return sum(map(leaves_of, self.rolls), Decimal(0))

    @property
    def symbol(self) -> str:
        """The contract's symbol."""
        return self.details.contract.symbol

    def draft(self, intent_id: IntentId, quantity: Decimal, source: str) -> OrderDraft:
        """Return an order that leaves at once, at the market where no limit can be told."""
        return OrderDraft(
            intent_id=intent_id,
            account=self.account,
            con_id=self.details.contract.con_id,
            side=self.side,
            quantity=quantity,
            order_type=self.kind,
            limit_price=self.price,
            outside_rth=self.price is not None,
            source=source,
        )

    def standing(self) -> list[OrderView]:
        """Choose what stands for the position, the entry that could still add to it, and rolls.

        The exits of an entry that has not filled stay with it: they protect what may come.
        """
        by_key = {each.key: each for each in self.live}
        found: dict[OrderKey, OrderView] = {}
        for order in self.protection():
            found[order.key] = order
            parent = by_key.get(order.parent) if order.parent is not None else None
            if parent is not None and parent.editable and parent.cancel is Pending.NONE:
                found[parent.key] = parent
        rolls = [each for each in self.rolls if each.cancel is Pending.NONE]
        return [*found.values(), *rolls]

    def protection(self) -> list[OrderView]:
        """Choose what stands for the position and can be changed or cancelled here."""
        return _protection(self.live, self.side)


def front_of(order: ManagedOrder) -> ConId:
    """Return the month that a roll leaves: the leg that is sold when it is bought."""
    legs = () if order.draft is None else order.draft.legs
    return next((leg.con_id for leg in legs if leg.ratio < 0), order.con_id)


def _protection(live: Iterable[OrderView], side: Side) -> list[OrderView]:
    by_key = {each.key: each for each in live}
    return [
        each
        for each in by_key.values()
        if each.side is side
        and (each.is_protective or waits(each))
        and not is_dormant(each, by_key)
        and each.editable
        and each.cancel is Pending.NONE
    ]


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
        way = self.way_out(account, con_id, step)
        if isinstance(way, Failed):
            return way
        way = replace(way, left=way.left + way.rolled)  # a close does not wait for a roll
        moved = [each for each in way.under_way if self._move(each, way.price)]
        if way.left <= 0:  # an exit that was sent here counts wherever the market has gone
            if moved or source == FLATTEN:  # which cancels every other order by itself
                return Done("The exit is moved to the market." if moved else "It is under way.")
            return self._under_way(way)
        part = way.left // way.details.size_increment * way.details.size_increment
        draft = way.draft(self.new_intent(), part or way.left, source)
        refusal = self._with.judge(draft, None).refusal
        if isinstance(refusal, Denied):
            return refusal  # before anything that protects is cancelled
        return self._leave(draft, way)

    def _under_way(self, way: "WayOut") -> Done | Failed:
        """Say what closes a position already; what was sent for something else is no exit."""
        if any(each.lifecycle is Lifecycle.UNKNOWN for each in way.under_way):
            return Failed("An exit was sent and may be live: cancel it, then close again.")
        reversals = [each for each in way.live if self._is_reversal(each, way.side)]
        if any(self._cut(each, way) for each in reversals):
            return Done("The order that turns the position around is cut to one that closes it.")
        if way.combined and not reversals:
            return Failed(
                f"Nothing was sent: combinations that work already close {way.combined:f} of it. "
                "Cancel them, then close again."
            )
        sent = sum(map(leaves_of, way.under_way), Decimal(0))
        rest = [each for each in way.live if each.side is way.side and each not in way.under_way]
        is_blind = way.limit is None and any(each.limit_price is not None for each in rest)
        if not reversals and (sent >= way.held or not is_blind):
            return Done("The exit is under way.")
        return Failed(
            f"Nothing was sent: orders to {way.side.value} {way.held - way.left:f} {way.symbol} "
            "work already, and may wait for long. Cancel them, then close again."
        )

    def _is_reversal(self, order: OrderView, side: Side) -> bool:
        known = self._with.orders.get(order.key)
        draft = None if known is None else known.draft
        return order.side is side and draft is not None and draft.source == REVERSE

    def _cut(self, order: OrderView, way: "WayOut") -> bool:
        """Leave a reversal under way no more than what closes the position."""
        wanted = order.filled + way.held
        wish = OrderChange(
            intent_id=self.new_intent(), key=order.key, quantity=wanted, source=CLOSE
        )
        if not isinstance(self._with.order_desk.change(wish), Submitted):
            return False
        for watch in self._watched:
            if watch.exit == order.key:
                watch.quantity = wanted
        return True

    def reverse(
        self,
        account: AccountId,
        con_id: ConId,
        acknowledged: frozenset[str] = frozenset(),
        *,
        held: Decimal | None = None,
    ) -> Done | Failed | Denied | NeedsAcknowledgement:
        """Cancel what protects the position and send one order that turns it around.

        The order is an entry like any other; nothing is cancelled unless it may leave. `held` is
        the position that was confirmed: turned around already, it would come back.
        """
        way = self.way_out(account, con_id)
        if isinstance(way, Failed):
            return way
        now = -way.side.sign * way.held
        if held is not None and held != now:
            return Failed(f"Nothing was sent: the position is {now:f} by now, not {held:f}.")
        if way.left < way.held:
            return Failed("An exit is under way; cancel it before the position is turned around.")
        if odd := way.held % way.details.size_increment:
            step = way.details.size_increment
            whole = way.held // step * step
            return Failed(
                f"Nothing was sent: of {way.held:f} {way.symbol} no order here can turn {odd:f} "
                f"around, the contract trades {step:f} at a time. Close takes the {whole:f}; "
                "close the rest in TWS, then open the other side."
            )
        draft = way.draft(self.new_intent(), 2 * way.held, REVERSE)
        draft = replace(draft, acknowledged=acknowledged)
        refusal = self._with.judge(draft, None).refusal
        if isinstance(refusal, Denied | NeedsAcknowledgement):
            return refusal
        return self._leave(draft, way)

    def way_out(self, account: AccountId, con_id: ConId, step: int = 1) -> "WayOut | Failed":
        """Look at a position, its market and its orders; Failed where it cannot be closed now."""
        position = self._with.positions.quantity(account, con_id)
        if not position:
            return Failed("There is no position in this contract.")
        details = self._with.contracts.details(con_id)
        if details is None:
            self._with.look_up(con_id)  # the broker may have refused it before
            return Failed("The contract is being looked up; try again in a moment.")
        side = Side.SELL if position > 0 else Side.BUY
        quote, limits = self._with.quotes.quote(con_id), self._with.limits(account)
        limit = marketable_limit(side, quote, details.ladder, limits, step)
        live = of_contract(self._with.orders.working(), account, con_id)
        own = tuple(each for each in live if each.side is side and self.sent(each.key))
        others = (each for each in live if each not in own)
        closing = sum(map(leaves_of, own), sent_as_closes(others, side, limit, quote))
        rolls = self._rolls(account, con_id, side)
        closing += sum(map(leaves_of, rolls), Decimal(0))
        combined = closed_by_combinations(
            legs_of(self._with.orders, account, con_id),
            side,
            None,
            combination_of(self._with.orders, self._with.quotes, CLOSE),
            marketable=True,
        )
        return WayOut(
            account=account,
            details=details,
            side=side,
            held=abs(position),
            left=abs(position) - closing - combined,
            combined=combined,
            limit=limit,
            instead=None
            if limit is not None
            else exit_without_market(details, side, quote, limits, step),
            live=live,
            under_way=own,
            rolls=rolls,
        )

    def _rolls(self, account: AccountId, con_id: ConId, side: Side) -> tuple[OrderView, ...]:
        """Return the rolls that could still close a position which orders of `side` close."""
        live = ((each, self._with.orders.get(each.key)) for each in self._with.orders.working())
        return tuple(
            view
            for view, order in live
            if order is not None
            and (view.account, view.side) == (account, side.opposite)
            and is_roll(order)
            and front_of(order) == con_id
        )

    def protection(self, account: AccountId, con_id: ConId, side: Side) -> list[OrderView]:
        """Return what stands for a position that orders of this side close, the oldest first."""
        live = of_contract(self._with.orders.working(), account, con_id)
        own = [each for each in live if not self.sent(each.key)]
        return sorted(_protection(own, side), key=lambda each: each.created_at)

    def sent(self, key: OrderKey) -> bool:
        """Tell whether an order is an exit that was sent here."""
        order = self._with.orders.get(key)
        draft = None if order is None else order.draft
        return draft is not None and draft.source in _EXITS

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

    def _leave(self, draft: OrderDraft, way: "WayOut") -> Done | Failed | Denied:
        symbol, live = way.symbol, way.live
        standing = way.standing()
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
        rest = way.left - draft.quantity
        if rest > 0:
            text += f" {rest:f} stay: the contract trades {way.details.size_increment:f} at a time."
        if way.instead is not None:
            at = "" if draft.limit_price is None else f" at {draft.limit_price:f}"
            text += f" There is no market: it leaves as {draft.order_type.value}{at}."
        if others:
            text += f" {others} orders of other clients stay: cancel them there."
        return Done(text)

    def _move(self, order: OrderView, limit: Decimal | None) -> bool:
        """Move an exit sent here before to a more marketable limit."""
        old = order.limit_price
        if limit is None or old is None or order.side.sign * (limit - old) <= 0:
            return False
        wish = OrderChange(
            intent_id=self.new_intent(), key=order.key, limit_price=limit, source=CLOSE
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
                intent_id=self.new_intent(), key=order.key, quantity=wanted, source=CLOSE
            )
            self._with.order_desk.change(wish)

    def new_intent(self) -> IntentId:
        """Name a new wish that was made here."""
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
