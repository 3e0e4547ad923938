"""While a position is scaled, what protects it follows its size.

Never more than is held, and what was protected before stays protected as the position grows.
Source: orders-and-risk.md 1.2, 2.5.9 (one change in flight).
"""

from dataclasses import dataclass, field
from decimal import Decimal

from workstation.desk.closing import (
    HALVE,
    SCALE_IN,
    SCALE_OUT,
    Closer,
    ClosingParts,
    front_of,
)
from workstation.desk.other_orders import ROLL
from workstation.desk.trail_stops import ASKING, PATIENCE_SECONDS
from workstation.domain.finding import Denied
from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.notice import Severity
from workstation.domain.order import OrderChange, Side
from workstation.domain.order_status import STOP_TYPES, OrderView, Pending
from workstation.oms.managed_order import ManagedOrder
from workstation.risk.exposure import are_rivals, leaves_of

WATCH_SECONDS = 60.0
RESUME_SECONDS = 600.0
"""A scaling that ended so shortly before a restart may have left its protection unsized."""

_MOST_TRIES = 3
_NONE = Decimal(0)


@dataclass(slots=True)
class _Move:
    """An order that scales a position; `side` is the one that closes it.

    `bare` is how much of the position stood unprotected when a scale-in began, None for an
    exit.
    """

    order: OrderKey
    account: AccountId
    con_id: ConId
    side: Side
    symbol: str
    since: float
    bare: Decimal | None = None
    is_told: bool = False
    after: str = ""
    """What must be said once when it has filled and ended."""


@dataclass(slots=True)
class _Try:
    """What an order was last asked to become since when, and how often."""

    quantity: Decimal
    since: float
    count: int = 0
    reason: str = "the broker did not take the change"


@dataclass(slots=True)
class Resizer:
    """Resizes stops and targets after each fill of a scaling. Core thread."""

    with_: ClosingParts
    closer: Closer
    _moves: list[_Move] = field(default_factory=list)
    _tries: dict[OrderKey, _Try] = field(default_factory=dict)

    def watch(
        self,
        order: ManagedOrder,
        side: Side,
        bare: Decimal | None = None,
        *,
        con_id: ConId | None = None,
        after: str = "",
    ) -> None:
        """Follow an order that scales a position which orders of `side` close.

        `con_id` is the contract of the position where the order is for a combination.
        """
        now = self.with_.clock.monotonic()
        place = (order.account, order.con_id if con_id is None else con_id)
        move = _Move(order.key, *place, side, order.symbol, now, bare, after=after)
        self._moves.append(move)

    def resume(self, bare_of: dict[OrderKey, Decimal]) -> None:
        """Follow again what the journal tells was under way when the program ended."""
        now = self.with_.clock.now()
        for order in self.with_.orders:
            source = "" if order.draft is None else order.draft.source
            if source not in {HALVE, SCALE_IN, SCALE_OUT, ROLL}:
                continue
            if order.lifecycle.is_terminal:
                age = (now - order.updated_at).total_seconds()
                if not order.filled or age > RESUME_SECONDS:
                    continue
            if source == ROLL:
                self.watch(order, order.side.opposite, con_id=front_of(order))
            elif source == SCALE_IN:
                self.watch(order, order.side.opposite, bare_of.get(order.key, _NONE))
            else:
                self.watch(order, order.side)

    def is_growing(self, account: AccountId, con_id: ConId) -> bool:
        """Tell whether a scale-in of a position is still working."""
        return any(
            move.bare is not None
            and (move.account, move.con_id) == (account, con_id)
            and not self._order(move).lifecycle.is_terminal
            for move in self._moves
        )

    def check(self) -> None:
        """Resize what protects, and take back what its position no longer stands for."""
        if not self.with_.synced():
            return  # before the broker has told the positions all of them look flat
        now = self.with_.clock.monotonic()
        for move in list(self._moves):
            order = self._order(move)
            position = self.with_.positions.quantity(move.account, move.con_id)
            held = max(-move.side.sign * position, _NONE)
            if move.bare is None:
                self._guard_exit(move, order, position, held)
            else:
                self._guard_entry(move, order, held)
            if order.filled:
                self._resize(move, held)
            if move.after and order.filled and order.lifecycle.is_terminal:
                self.with_.notify(Severity.WARNING, move.after, order=move.order)
                move.after = ""
            if now - move.since > WATCH_SECONDS and order.lifecycle.is_terminal:
                self._moves.remove(move)

    def _order(self, move: _Move) -> ManagedOrder:
        order = self.with_.orders.get(move.order)
        assert order is not None  # it was submitted
        return order

    def _guard_exit(
        self, move: _Move, order: ManagedOrder, position: Decimal, held: Decimal
    ) -> None:
        """Take an exit back that would close more than is held; alarm what was too much.

        The legs of a roll may be reported before the whole.
        """
        filled = order.filled
        if order.is_combo:
            filled = max(filled, self.with_.orders.filled_of_leg(order, move.con_id))
        leaves = order.quantity - filled
        if not order.lifecycle.is_terminal and leaves > held and order.cancel is Pending.NONE:
            self.with_.order_desk.controller.cancel(order.key)
        if move.side.sign * position > 0 and not move.is_told:
            move.is_told = True
            self.with_.notify(
                Severity.ALARM,
                f"Reducing {move.symbol} turned the position around: an order that protected "
                "it filled as well.",
                effect=f"A position of {position:f} {move.symbol} was opened.",
                advice="Close it if you do not want it.",
                order=move.order,
            )

    def _guard_entry(self, move: _Move, order: ManagedOrder, held: Decimal) -> None:
        """Take back what would add to a position that was closed meanwhile."""
        if held or order.lifecycle.is_terminal or order.cancel is not Pending.NONE:
            return
        self.with_.order_desk.controller.cancel(order.key)
        self.with_.notify(
            Severity.WARNING,
            f"The position in {move.symbol} was closed while more of it was being added.",
            effect="The rest of that order is being cancelled.",
            order=move.order,
        )

    def _resize(self, move: _Move, held: Decimal) -> None:
        """Leave what protects no more than is held; of a scale-in let it grow as well."""
        groups = self._groups(move)
        room = held
        sizes: list[Decimal] = []
        for group in groups:  # the oldest keep theirs
            kept = min(max(map(leaves_of, group)), room)
            room -= kept
            sizes.append(kept)
        grown, least = self._growth(move, held, groups, sizes, room)
        for number, group in enumerate(groups):
            for order in group:
                kept = min(order.remaining, sizes[number])
                self._set(order, max(kept, least) if number == grown else kept, move)

    def _growth(
        self,
        move: _Move,
        held: Decimal,
        groups: list[list[OrderView]],
        sizes: list[Decimal],
        room: Decimal,
    ) -> tuple[int, Decimal]:
        """Choose the group that must grow and what each of it must protect at least."""
        covers = [
            min(max(map(leaves_of, filter(_is_stop, group)), default=_NONE), size)
            for group, size in zip(groups, sizes, strict=True)
        ]
        missing = _NONE if move.bare is None else held - move.bare - sum(covers)
        grown = next((number for number, cover in enumerate(covers) if cover), None)
        if grown is None or missing <= 0:
            return -1, _NONE
        return grown, min(covers[grown] + missing, sizes[grown] + room)

    def _groups(self, move: _Move) -> list[list[OrderView]]:
        """Return what stands for the position, those that end each other together."""
        standing = self.closer.protection(move.account, move.con_id, move.side)
        found: list[list[OrderView]] = []
        for order in standing:
            if order.key == move.order:
                continue
            for group in found:
                if are_rivals(order, group[0]):
                    group.append(order)
                    break
            else:
                found.append([order])
        return found

    def _set(self, order: OrderView, kept: Decimal, move: _Move) -> None:
        """Have an order protect so much from now on; a refusal is told, not repeated for ever."""
        wanted = order.filled + kept
        if order.quantity == wanted:
            self._tries.pop(order.key, None)
            return
        if Pending.NONE is not order.replace or Pending.NONE is not order.cancel:
            return
        if kept <= 0:
            self.with_.order_desk.controller.cancel(order.key)
            return
        tries = self._tries.get(order.key)
        if tries is None or tries.quantity != wanted:
            tries = self._tries[order.key] = _Try(wanted, self.with_.clock.monotonic())
        tries.count += 1
        if tries.count > _MOST_TRIES:
            if tries.count == _MOST_TRIES + 1:
                self._alarm(order, kept, move, tries.reason)
            return
        answer = self.with_.order_desk.change(
            OrderChange(
                intent_id=self.closer.new_intent(), key=order.key, quantity=wanted, source=HALVE
            )
        )
        if answer == ASKING and self.with_.clock.monotonic() - tries.since < PATIENCE_SECONDS:
            tries.count -= 1  # the broker is being asked where a trail stands
        elif isinstance(answer, Denied):
            tries.reason = answer.findings[0].text

    def _alarm(self, order: OrderView, kept: Decimal, move: _Move, reason: str) -> None:
        more = order.remaining > kept
        self.with_.notify(
            Severity.ALARM,
            f"Order {order.order_id} that protects {move.symbol} could not be resized to "
            f"{kept:f}: {reason}",
            effect="It stands for more than is held and could turn the position around."
            if more
            else "A part of the position is not protected.",
            advice="Change it in TWS, or cancel it and send a new one.",
            order=order.key,
        )


def _is_stop(order: OrderView) -> bool:
    return order.order_type in STOP_TYPES
