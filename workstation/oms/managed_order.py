"""One order as the core keeps it: terms, two axes of state, and fills as a set."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from workstation.domain.combo import ComboLeg
from workstation.domain.execution import Execution
from workstation.domain.ids import (
    AccountId,
    ClientId,
    ConId,
    IntentId,
    OrderId,
    OrderKey,
    OrderRef,
    PermId,
)
from workstation.domain.order import PLAIN, OrderDraft, OrderTerms, Side, terms_words
from workstation.domain.order_extras import Adjustment
from workstation.domain.order_status import Lifecycle, OrderFlag, OrderView, Pending
from workstation.oms import codes


@dataclass(slots=True)
class ManagedOrder:
    """Mutable, owned by the OrderBook; the world outside sees `view()`.

    `quantity`, `limit_price` and `stop_price` are the terms the broker last acknowledged, or ours before
    the first acknowledgement. `acknowledged` tells whether the broker ever spoke of it,
    `worked` whether it was ever live at the venue, `said_filled` whether the broker calls
    it filled while executions are missing. `missing_rounds` counts the settled
    reconciliations that found nothing of it. `cancel_before` and `change_intent` are what a
    cancel or change that never left must give back. `parent_id` is the parent's number as
    the broker knows it, `parent` the order that has it. `terms` are the further terms that stand,
    ours for an order of ours and the broker's for any other; `planned` is what its adjustable stop
    is or was to become. `not_shown` names the terms of ours that the broker's report lacks.

    The view is worked out once: an assignment drops it, and take_revision() does.
    """

    key: OrderKey
    order_id: OrderId
    client_id: ClientId
    order_ref: OrderRef | None
    account: AccountId
    con_id: ConId
    symbol: str
    side: Side
    quantity: Decimal
    order_type: str
    limit_price: Decimal | None
    tif: str
    mine: bool
    created_at: datetime
    updated_at: datetime
    stop_price: Decimal | None = None
    parent: OrderKey | None = None
    parent_id: OrderId | None = None
    oca_group: str = ""
    oca_type: int = 0
    outside_rth: bool = False
    sec_type: str = ""
    reported_legs: tuple[ComboLeg, ...] = ()
    terms: OrderTerms = PLAIN
    planned: Adjustment | None = None
    not_shown: tuple[str, ...] = ()
    draft: OrderDraft | None = None
    intent_id: IntentId | None = None
    perm_id: PermId | None = None
    lifecycle: Lifecycle = Lifecycle.STAGED
    cancel: Pending = Pending.NONE
    cancel_before: Pending = Pending.NONE
    replace: Pending = Pending.NONE
    pending_quantity: Decimal | None = None
    pending_limit: Decimal | None = None
    pending_stop: Decimal | None = None
    pending_tif: str | None = None
    pending_outside_rth: bool | None = None
    pending_terms: OrderTerms | None = None
    change_intent: IntentId | None = None
    acknowledged: bool = False
    worked: bool = False
    said_filled: bool = False
    completed_filled: Decimal | None = None
    """What the broker's list of completed orders holds for filled: a cross-check of the fills."""

    missing_rounds: int = 0
    told_filled: Decimal = Decimal(0)
    told_average: Decimal | None = None
    """What the newest status that told more than the fills held for filled, and its average price."""

    revisions: dict[str, Execution] = field(default_factory=dict)
    flags: frozenset[OrderFlag] = frozenset()
    note: str = ""
    held_for: str = ""
    """Why the broker holds the order, in its own words: whyHeld of the newest status."""
    cash_quantity: Decimal | None = None
    """The money by which another program sized the order, in place of a quantity."""

    cap_price: Decimal | None = None
    """The price to which the broker has capped the order: mktCapPrice of the newest status."""

    _filled: Decimal | None = None
    _view: OrderView | None = None

    def __setattr__(self, name: str, value: object) -> None:
        """Take a value; what was worked out of the old ones is worked out anew."""
        object.__setattr__(self, name, value)
        if not name.startswith("_"):
            object.__setattr__(self, "_view", None)

    @property
    def shown_note(self) -> str:
        """The newest sentence, what the order waits for while it is live, and its further terms."""
        waits = "" if self.lifecycle.is_terminal else codes.held_words(self.held_for)
        special = terms_words(self.terms)
        asked = self.pending_terms
        coming = (
            "" if asked is None or asked == self.terms else f"changing to: {terms_words(asked)}"
        )
        lacks = f"the broker does not show: {', '.join(self.not_shown)}" if self.not_shown else ""
        cash = "" if self.cash_quantity is None else f"sized by cash: {self.cash_quantity:f}"
        return " · ".join(part for part in (self.note, waits, cash, special, coming, lacks) if part)

    def take_revision(self, execution: Execution) -> None:
        """Count an execution, in place of an earlier revision of it."""
        self.revisions[execution.base_id] = execution
        self._filled = self._view = None

    def forget_worked_out(self) -> None:
        """Drop what follows from the rest; it is worked out again when asked for."""
        self._filled = self._view = None

    @property
    def is_combo(self) -> bool:
        """Whether the order is for a combination: executions of its legs do not fill it."""
        return self.sec_type == "BAG" or bool(self.draft and self.draft.legs)

    @property
    def legs(self) -> tuple[ComboLeg, ...]:
        """The legs of a combination, ours or as the broker named them; empty for one contract."""
        return self.reported_legs if self.draft is None else self.draft.legs

    @property
    def filled(self) -> Decimal:
        """Sum of the latest revision of each execution (I1)."""
        if self._filled is None:
            self._filled = sum((each.quantity for each in self.revisions.values()), Decimal(0))
        return self._filled

    @property
    def average_price(self) -> Decimal | None:
        """Quantity-weighted price of the fills, None without one.

        Where one came without its price it is the broker's own average, None until that is told.
        """
        filled = self.filled
        if not filled:
            return None
        paid = Decimal(0)
        for each in self.revisions.values():
            if each.quantity:
                if each.price is None:
                    return self.told_average
                paid += each.quantity * each.price
        return paid / filled

    def take_average(self, filled: Decimal, average: Decimal | None) -> None:
        """Take the broker's average where it tells more than the fills do; else it is no news."""
        tells_more = filled > self.filled or OrderFlag.FILL_PRICE_MISSING in self.flags
        is_newer = filled >= self.told_filled
        if average is not None and is_newer and tells_more:  # a repeat may lack it (2.3)
            self.told_filled, self.told_average = filled, average

    @property
    def missing_price(self) -> Decimal | None:
        """What the broker's average leaves for the fills without a price; None where untold."""
        stands = [each for each in self.revisions.values() if each.quantity]
        bare = sum((each.quantity for each in stands if each.price is None), Decimal(0))
        if self.told_average is None or self.told_filled != self.filled or not bare:
            return self.told_average
        paid = sum((each.quantity * each.price for each in stands if each.price), Decimal(0))
        return (self.told_average * self.filled - paid) / bare

    @property
    def last_fill_price(self) -> Decimal | None:
        """Price of the newest execution that stands, None without one or where it is not told."""
        stands = [each for each in self.revisions.values() if each.quantity]
        return max(stands, key=lambda each: (each.time, each.exec_id)).price if stands else None

    @property
    def full(self) -> bool:
        """Whether nothing can be left: filled to its quantity, or to that of an open change."""
        most = max(self.quantity, self.pending_quantity or Decimal(0))
        return most > 0 and self.filled >= most

    @property
    def overfill(self) -> Decimal:
        """How much more was filled than ordered, by an open change too; zero of an unknown size."""
        most = max(self.quantity, self.pending_quantity or Decimal(0))
        return max(self.filled - most, Decimal(0)) if self.quantity else Decimal(0)

    @property
    def unsettled(self) -> bool:
        """Whether a lost link leaves something about the order unknown."""
        if self.lifecycle.is_terminal or not self.mine:
            return False
        return self.lifecycle in {
            Lifecycle.STAGED,
            Lifecycle.SENDING,
            Lifecycle.SENT,
        } or Pending.REQUESTED in {self.cancel, self.replace}

    @property
    def answer_due(self) -> bool:
        """Whether the broker owes an answer about the order, a change or a cancel."""
        waits = Pending.REQUESTED in {self.cancel, self.replace}
        return self.unsettled and (waits or not self.acknowledged)

    @property
    def in_doubt(self) -> bool:
        """Whether something about the order is unknown."""
        if self.lifecycle.is_terminal:
            return False
        unknown = self.lifecycle is Lifecycle.UNKNOWN
        return unknown or self.said_filled or Pending.UNKNOWN in {self.cancel, self.replace}

    def drop_replace(self) -> None:
        """Forget a change that ended, one way or the other."""
        self.replace = Pending.NONE
        self.pending_quantity = self.pending_limit = self.pending_stop = None
        self.pending_tif = self.pending_outside_rth = self.pending_terms = None

    def flag(self, flag: OrderFlag) -> None:
        """Mark what is odd about the order."""
        self.flags |= {flag}

    def unflag(self, flag: OrderFlag) -> None:
        """Take a mark back."""
        self.flags -= {flag}

    def state(self) -> tuple[object, ...]:
        """Return everything about the order that a replay of the journal must give again."""
        return (
            self.view(),
            self.acknowledged,
            self.worked,
            self.said_filled,
            self.completed_filled,
            self.missing_rounds,
            self.planned,
            self.not_shown,
            self.parent_id,
            self.told_filled,
            self.told_average,
        )

    def view(self) -> OrderView:
        """Return the order as a frozen value, the same one until the order changes."""
        view = self._view
        if view is None:
            view = self._frozen()
            if self.cash_quantity is not None:
                view = replace(view, cash_quantity=self.cash_quantity)
            self._view = view
        return view

    def _frozen(self) -> OrderView:
        return OrderView(
            key=self.key,
            order_id=self.order_id,
            client_id=self.client_id,
            perm_id=self.perm_id,
            account=self.account,
            con_id=self.con_id,
            symbol=self.symbol,
            side=self.side,
            quantity=self.quantity,
            order_type=self.order_type,
            limit_price=self.limit_price,
            tif=self.tif,
            lifecycle=self.lifecycle,
            cancel=self.cancel,
            replace=self.replace,
            pending_quantity=self.pending_quantity,
            pending_limit=self.pending_limit,
            pending_stop=self.pending_stop,
            stop_price=self.stop_price,
            parent=self.parent,
            oca_group=self.oca_group,
            oca_type=self.oca_type,
            family=None if self.draft is None else self.draft.family,
            outside_rth=self.outside_rth,
            terms=self.terms,
            filled=self.filled,
            average_price=self.average_price,
            flags=self.flags,
            note=self.shown_note,
            editable=self.mine,
            created_at=self.created_at,
            updated_at=self.updated_at,
            parent_id=self.parent_id,
            why_held="" if self.lifecycle.is_terminal else self.held_for,
            last_fill_price=self.last_fill_price,
            cap_price=self.cap_price,
            route="" if self.draft is None else self.draft.route,
        )
