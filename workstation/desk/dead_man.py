"""Entries that lapse if this program dies: good till a few minutes from now, renewed while it lives.

Opt-in, by `dead_man_minutes` of the limits. What closes a position is left alone: protection must
outlive the program. Each renewal is a message that the broker counts. Source: features RK28.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from workstation.desk.limits import Notify
from workstation.domain.bracket import BracketDraft
from workstation.domain.clock import Clock
from workstation.domain.contract import ContractDetails
from workstation.domain.finding import Answer, Submitted
from workstation.domain.ids import AccountId, ConId, IntentId, OrderKey
from workstation.domain.notice import Severity
from workstation.domain.order import OrderChange, OrderDraft, Tif
from workstation.domain.order_status import Pending
from workstation.oms.events import ChangeIntent
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.orders import OrderBook
from workstation.risk.hours import current, following, sessions
from workstation.risk.limits import Limits
from workstation.storage.journal_file import Entry

SOURCE = "dead-man timer"
RENEWAL_MARK = SOURCE.encode()
"""Stands in every record of a renewal."""

_A_DAY = timedelta(days=1)
"""No order of the day stands longer, where the hours of its contract are not known."""

_AT_ONCE = 10
"""Renewals a second: a basket's must not take the wire from the user."""

_STANDS = frozenset({Tif.DAY, Tif.DTC, Tif.GTC})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolling:
    """An order whose time is renewed while the program lives; `until` is where that ends.

    It is on record, so that a restart goes on renewing. None ends with a cancel alone. `till` is
    the time given first, and renewals are on record themselves; where the order stands till
    another one, that is the user's own.
    """

    key: OrderKey
    until: datetime | None
    till: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadManParts:
    """Whom the timer works with; all on the core thread."""

    clock: Clock
    orders: OrderBook
    limits: Callable[[AccountId], Limits | None]
    details: Callable[[ConId], ContractDetails | None]
    position: Callable[[AccountId, ConId], Decimal]
    change: Callable[[OrderChange], Answer]
    record: Callable[[object], None]
    notify: Notify


class DeadMan:
    """Shortens the life of entries and renews it. Core thread."""

    def __init__(self, parts: DeadManParts) -> None:
        self._with = parts
        self._rolling: dict[OrderKey, Rolling] = {}
        self._given: dict[OrderKey, set[datetime]] = {}
        self._failed: set[OrderKey] = set()

    def remembering(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Pass the journal through, and go on with what rolled when the program ended."""
        for entry in entries:
            if entry.event == Rolling.__name__:
                self._take(msgspec.json.decode(entry.body, type=Rolling))
            elif entry.event == ChangeIntent.__name__ and RENEWAL_MARK in entry.body:
                self._take_renewal(msgspec.json.decode(entry.body, type=ChangeIntent))
            yield entry

    def _take_renewal(self, renewal: ChangeIntent) -> None:
        given, terms = self._given.get(renewal.key), renewal.terms
        if given is not None and terms is not None and terms.good_till is not None:
            given.add(terms.good_till)

    def _take(self, rolling: Rolling) -> None:
        self._rolling[rolling.key] = rolling
        if rolling.till is not None:
            self._given.setdefault(rolling.key, set()).add(rolling.till)

    def _drop(self, key: OrderKey) -> None:
        del self._rolling[key]
        self._given.pop(key, None)
        self._failed.discard(key)

    @property
    def count(self) -> int:
        """How many orders are being renewed."""
        return len(self._rolling)

    def dressed(self, draft: OrderDraft) -> OrderDraft:
        """Return an entry with its time limited; any other order as it is."""
        minutes = self._minutes(draft.account)
        details = self._with.details(draft.con_id)
        if minutes is None or draft.tif not in _STANDS or details is None:
            return draft
        if details.order_types and Tif.GTD.value not in details.order_types:
            return draft
        held = self._with.position(draft.account, draft.con_id)
        if held * draft.side.sign < 0 or not draft.order_type.takes_limit:
            return draft
        terms = replace(draft.terms, good_till=self._till(minutes, self._end(draft, details)))
        return replace(draft, tif=Tif.GTD, terms=terms)

    def dressed_bracket(self, bracket: BracketDraft) -> BracketDraft:
        """Limit the time of a bracket's entry; its exits outlive the program."""
        return replace(bracket, entry=self.dressed(bracket.entry))

    def sent(self, wish: OrderDraft, answer: Answer) -> None:
        """Renew an order from now on if its time was limited here; `wish` is as it was before."""
        order = self._with.orders.get(answer.key) if isinstance(answer, Submitted) else None
        if order is None or order.draft is None or order.draft.tif is wish.tif:
            return
        details = self._with.details(wish.con_id)
        until = self._end(wish, details) if details is not None else None
        rolling = Rolling(key=order.key, until=until, till=order.draft.terms.good_till)
        self._take(rolling)
        self._with.record(rolling)

    def check(self) -> None:
        """Renew what has less than half of its time left, some at a time; called each second."""
        left = _AT_ONCE
        for rolling in list(self._rolling.values()):
            order = self._with.orders.get(rolling.key)
            if order is None or order.lifecycle.is_terminal or self._is_given_by_hand(order):
                self._drop(rolling.key)
                continue
            wish = self._renewal(order, rolling)
            if wish is not None and left and self._renew(order, wish, rolling):
                left -= 1

    def _is_given_by_hand(self, order: ManagedOrder) -> bool:
        """Tell whether the user has changed how long the order stands: then that holds."""
        given = self._given.get(order.key)
        return given is not None and order.terms.good_till not in given

    def _renewal(self, order: ManagedOrder, rolling: Rolling) -> OrderChange | None:
        minutes, till = self._minutes(order.account), order.terms.good_till
        if minutes is None or till is None or order.replace is not Pending.NONE:
            return None
        if not order.acknowledged or order.cancel is not Pending.NONE:
            return None
        wanted = self._till(minutes, rolling.until)
        left = till - self._with.clock.now()
        if left > timedelta(minutes=minutes) / 2 or wanted <= till:
            return None
        return OrderChange(
            intent_id=IntentId(f"{SOURCE}:{uuid.uuid4().hex}"),
            key=order.key,
            source=SOURCE,
            terms=replace(order.terms, good_till=wanted),
        )

    def _renew(self, order: ManagedOrder, wish: OrderChange, rolling: Rolling) -> bool:
        answer = self._with.change(wish)
        if isinstance(answer, Submitted):
            self._failed.discard(order.key)
            self._take(replace(rolling, till=None if wish.terms is None else wish.terms.good_till))
        elif order.key not in self._failed:
            self._failed.add(order.key)
            self._with.notify(
                Severity.WARNING,
                f"The time of order {order.order_id}, {order.symbol}, is not renewed: "
                f"{answer.findings[0].text}",
                effect="It lapses unless a later try succeeds.",
                order=order.key,
            )
        return isinstance(answer, Submitted)

    def _minutes(self, account: AccountId) -> int | None:
        limits = self._with.limits(account)
        return None if limits is None else limits.dead_man_minutes

    def _till(self, minutes: int, until: datetime | None) -> datetime:
        """Return so many minutes from now, in whole seconds, and no later than the end."""
        till = (self._with.clock.now() + timedelta(minutes=minutes)).replace(microsecond=0)
        return till if until is None else min(till, until)

    def _end(self, draft: OrderDraft, details: ContractDetails) -> datetime | None:
        """Return where an order of the day ends by itself: with its session, or the next one."""
        if draft.tif is not Tif.DAY:
            return None
        hours = details.trading_hours if draft.outside_rth else details.liquid_hours
        found = sessions(hours or details.trading_hours, details.time_zone_id) or ()
        now = self._with.clock.now()
        session = current(found, now) or following(found, now)
        return now + _A_DAY if session is None else session.closes
