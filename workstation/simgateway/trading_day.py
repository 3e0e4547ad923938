"""The clock of the exchange: phases begin and end, auctions are held, orders come and go."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from workstation.matching.order_book import MAKER, Match
from workstation.simgateway.floor import Floor
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.order_kinds import Auction, auction_of
from workstation.simgateway.order_store import OrderStore
from workstation.simgateway.orders import CANCELLED, LIVE, Order
from workstation.simgateway.sessions import Phase, Sessions, Stretch, may_work


class TradingDay:
    """Moves every market through the phases of its day."""

    def __init__(
        self,
        store: OrderStore,
        floor: Floor,
        markets: Mapping[int, InstrumentMarket],
        sessions: Sessions,
    ) -> None:
        self._store = store
        self._floor = floor
        self._markets = markets
        self._sessions = sessions
        self._stretches: dict[int, Stretch] = {}

    def step(self) -> None:
        """Let every market whose phase has ended begin the next one."""
        now = self._store.time()
        for con_id, market in self._markets.items():
            old = self._stretches.get(con_id)
            if old is not None and now < old.ends:
                continue
            new = self._sessions.stretch(market.instrument, now)
            self._stretches[con_id] = new
            market.begin(new)
            if old is None:
                continue
            self._auction(market, old.closes_with)
            self._auction(market, new.opens_with)
            if new.phase is not old.phase:
                self._send_home(con_id, new.phase)

    def reopen(self, market: InstrumentMarket) -> None:
        """Hold the auction after a halt."""
        self._auction(market, Auction.OPENING)

    def _send_home(self, con_id: int, phase: Phase) -> None:
        """Take the orders from the market that may not work in a phase."""
        for order in self._store.live():
            terms = order.terms
            allowed = may_work(
                phase, outside_rth=terms.outside_rth, overnight=terms.include_overnight
            )
            is_at_work = not order.waits_for_parent and order.perm_id not in self._floor.asleep
            if terms.con_id == con_id and is_at_work and not allowed:
                self._floor.suspend(order)

    def _auction(self, market: InstrumentMarket, which: Auction) -> None:
        """Cross every order that is for an auction at one price."""
        if which is Auction.NONE:
            return
        orders = [order for order in self._store.live() if self._takes_part(order, market, which)]
        lots = market.instrument.lots
        imbalance = sum(lots(o.remaining if o.terms.buys else -o.remaining) for o in orders)
        now = int(self._store.time())
        price = market.auction_price(imbalance)
        for order in orders:
            current = self._store.orders[order.perm_id]
            if current.status in LIVE and _accepts(current, market, price):
                size = lots(current.remaining)
                self._floor.book(market, [market.cross(_crossing(current, price, size), now)])
        for order in orders:
            current = self._store.orders[order.perm_id]
            if current.status in LIVE:
                self._floor.end(current, CANCELLED, "The auction is over")
        market.end_auction(price, now)

    def _takes_part(self, order: Order, market: InstrumentMarket, which: Auction) -> bool:
        terms = order.terms
        return (
            terms.con_id == market.instrument.con_id
            and auction_of(terms.order_type, terms.tif) is which
            and not order.waits_for_parent
            and order.located
            and terms.good_after <= self._store.time()
            and (order.conditions_met or not terms.conditions or terms.conditions_cancel)
        )


def _accepts(order: Order, market: InstrumentMarket, price: int) -> bool:
    """Return whether an auction's price is within an order's limit."""
    limit = order.terms.limit_price
    if limit is None:
        return True
    ticks = market.instrument.ticks(limit)
    return price <= ticks if order.terms.buys else price >= ticks


def _crossing(order: Order, price: int, size: int) -> Match:
    return Match(
        price=price,
        size=size,
        maker=MAKER,
        taker=order.perm_id,
        taker_buys=order.terms.buys,
        venue=0,
    )


def held_text(order: Order, sessions: Sessions, now: float) -> str:
    """Return the warning of an order that has to wait for the session, or nothing."""
    terms = order.terms
    instrument = BY_CON_ID[terms.con_id]
    phase = sessions.stretch(instrument, now).phase
    if may_work(phase, outside_rth=terms.outside_rth, overnight=terms.include_overnight):
        return ""
    opens = datetime.fromtimestamp(
        sessions.next_regular(instrument, now), ZoneInfo(instrument.time_zone)
    )
    name = f"{instrument.local_name} {instrument.primary_exchange}"
    if instrument.market_name not in {"", instrument.symbol}:
        name += f".{instrument.market_name}"
    return (
        f"Order Message:\n{terms.side} {terms.quantity:f} {name}\n"
        "Warning: Your order will not be placed at the exchange until "
        f"{opens:%Y-%m-%d %H:%M:%S} {instrument.time_zone}."
    )
