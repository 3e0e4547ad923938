"""Looks after orders that wait: triggers, conditions, start times, algorithms, expiry."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from workstation.simgateway import algos, conditions, pegs, triggers
from workstation.simgateway.conditions import Sight
from workstation.simgateway.floor import Floor
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.order_kinds import KINDS
from workstation.simgateway.order_store import OrderStore
from workstation.simgateway.order_times import moment
from workstation.simgateway.orders import LIVE, Order


class Watch:
    """Wakes what waited, moves what follows the market, ends what has run out of time."""

    def __init__(
        self,
        store: OrderStore,
        floor: Floor,
        markets: Mapping[int, InstrumentMarket],
        cushion: Callable[[str], Decimal],
    ) -> None:
        self._store = store
        self._floor = floor
        self._markets = markets
        self._cushion = cushion
        self._reached_once: set[int] = set()
        """perm_ids of stops whose method wants the price twice, and which saw it once."""

    def step(self) -> None:
        """Look at every order that waits for something."""
        now = self._store.time()
        for order in self._store.live():
            if order.expires_at and now >= order.expires_at:
                self._expire(order)
            elif order.terms.conditions_cancel and self._conditions_met(order):
                self._floor.cancel(self._store.orders[order.perm_id], "", asked=False)
        for perm_id in list(self._floor.asleep):
            if perm_id in self._floor.asleep:  # one before it may have ended it
                self._look_at(self._store.orders[perm_id], now)
        self._floor.retry()
        for perm_id in list(self._floor.pegged):
            self._floor.reprice(perm_id)
        for perm_id in list(self._floor.scheduled):
            if perm_id in self._floor.scheduled:
                self._follow_schedule(self._store.orders[perm_id], now)

    def _expire(self, order: Order) -> None:
        now = self._store.orders[order.perm_id]  # one before it may have ended it
        if now.status in LIVE:
            self._floor.cancel(now, "", asked=False)

    def _look_at(self, order: Order, now: float) -> None:
        changed = order
        if not changed.located and now >= changed.found_at:
            changed = replace(changed, located=True)
        if changed.terms.conditions and not changed.terms.conditions_cancel:
            met = changed.conditions_met or self._conditions_met(changed)
            changed = replace(changed, conditions_met=met)
        if self._may_trigger(changed, now):
            changed = self._watch_price(changed)
        if changed != order:
            changed = self._store.put(changed)
            if changed.terms is not order.terms or changed.located != order.located:
                self._store.show(changed)
        if not self._floor.must_wait(changed):
            self._floor.awaken(changed)

    def _may_trigger(self, order: Order, now: float) -> bool:
        """Return whether nothing but the price is missing: a stop sleeps until then."""
        started = order.terms.good_after <= now and order.located
        started = started and not order.terms.options.deactivate
        waits = bool(order.terms.conditions) and not order.terms.conditions_cancel
        ready = started and (order.conditions_met or not waits)
        return order.waits_for_trigger and ready and self._floor.is_open(order)

    def _watch_price(self, order: Order) -> Order:
        market = self._markets[order.terms.con_id]
        order = triggers.adjusted(order, market)
        if KINDS[order.terms.order_type].trails:
            order = triggers.trailed(order, market)
        if not triggers.is_reached(order, market):
            self._reached_once.discard(order.perm_id)
            return order
        if order.terms.trigger_method in triggers.DOUBLE:
            if order.perm_id not in self._reached_once:
                self._reached_once.add(order.perm_id)
                return order
            self._reached_once.discard(order.perm_id)
        return triggers.woken(order)

    def _conditions_met(self, order: Order) -> bool:
        overnight = order.terms.options.conditions_overnight
        is_open = self._floor.is_open(order, overnight=overnight)
        if not order.terms.conditions_ignore_rth and not is_open:
            return False
        sight = Sight(
            self._markets,
            self._store.executions,
            self._store.time(),
            self._cushion(order.terms.account),
        )
        return conditions.are_met(order, sight)

    # ---- algorithms ------------------------------------------------------------------

    def _follow_schedule(self, order: Order, now: float) -> None:
        market = self._markets[order.terms.con_id]
        limit_price = order.terms.limit_price
        limit = None if limit_price is None else market.instrument.ticks(limit_price)
        if order.terms.algo == algos.ADAPTIVE:
            self._adapt(order, market, limit, now)
            return
        zone = BY_CON_ID[order.terms.con_id].time_zone
        begin, end = algos.window(order, lambda text: moment(text, zone))
        missing = algos.due(order, now, begin, end) - order.filled
        if missing > 0:
            self._floor.take(order, limit, missing)

    def _adapt(self, order: Order, market: InstrumentMarket, limit: int | None, now: float) -> None:
        if algos.takes_the_spread(order, now):
            order = self._floor.stand_aside(order)
            self._floor.take(order, limit)
            return
        price = pegs.near(order, market.book, limit)
        if price is not None and price != order.resting:
            self._floor.move(order, price)
