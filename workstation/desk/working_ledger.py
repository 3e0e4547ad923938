"""What working orders could still fill and open, by contract, kept between decisions."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import TypeVar

from workstation.domain.contract import ContractDetails
from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.order_status import OrderView
from workstation.domain.ports import ContractSource, QuoteSource
from workstation.oms.orders import OrderBook
from workstation.portfolio.positions import Key, Positions
from workstation.risk.exposure import Filling, leg_filling, may_fill
from workstation.risk.facts import ONE, exact

_NONE = Decimal(0)
_PART = Decimal("0.0001")
"""Shares that cash buys are rounded up to so many: the smallest part that the broker trades."""

_Row = TypeVar("_Row")

Kind = tuple[str, str]

Worth = Callable[[str], Decimal | None]
"""Tells what a currency, "" for one not known, is worth in the account's; None if not known."""


@dataclass(slots=True)
class Place:
    """The working orders of one contract in one account.

    `filling` is what of them could fill beside each other at worst. `value` is what that opens,
    in the contract's currency, and `own_prices` tells that no quote was needed to value it.
    `legs` is what combinations that work could fill of it, whoever placed them. An order that was
    sized by cash has the quantity that its cash buys at most; without any price it has none.
    """

    orders: tuple[OrderView, ...] = ()
    filling: tuple[Filling, ...] = ()
    details: ContractDetails | None = None
    value: Decimal = _NONE
    own_prices: bool = True
    legs: tuple[Filling, ...] = ()

    @property
    def kind(self) -> Kind:
        """The contract's class, a stock where it is not known, and its currency."""
        if self.details is None:
            return "STK", ""
        return self.details.contract.sec_type, self.details.contract.currency


_NOWHERE = Place()


class WorkingLedger:
    """Sums the working orders of each account by contract and class. Core thread.

    Only what changed since the last look is worked out anew, so that a decision does not grow
    with the number of orders: an order, a position, the rules of a contract, and of orders
    without a price of their own the market.
    """

    def __init__(
        self,
        orders: OrderBook,
        positions: Positions,
        quotes: QuoteSource,
        contracts: ContractSource,
    ) -> None:
        self._orders = orders
        self._positions = positions
        self._quotes = quotes
        self._contracts = contracts
        self._moved = positions.watch()
        self._views: tuple[OrderView, ...] = ()
        self._sized: tuple[OrderView, ...] = ()
        self._by_cash = False
        self._known: dict[OrderKey, OrderView] = {}
        self._not_alone: set[OrderKey] = set()
        self._tangled: set[Key] = set()
        """The contracts of orders that do not stand alone."""
        self._revision = -1
        self._places: dict[Key, Place] = {}
        self._unpriced: set[Key] = set()
        self._sums: dict[AccountId, dict[Kind, Decimal]] = {}

    def settle(self) -> None:
        """Do now, where nobody waits, what the next look would have to do."""
        if self._orders.working() is not self._views:
            self._bring_up_to_date()

    def at(self, account: AccountId, con_id: ConId) -> Place:
        """Return the orders of one contract as they stand now."""
        self._bring_up_to_date()
        return self._places.get((account, con_id), _NOWHERE)

    def opening(
        self, account: AccountId, con_id: ConId, own: tuple[Filling, ...], worth: Worth
    ) -> tuple[tuple[tuple[str, Decimal], ...], Decimal]:
        """Sum what the working orders of an account may still open, by class.

        As of the last at(), in the account's currency, in the contract's own where no rate is
        known. `own` is what counts of this contract. Of the orders on the closing side of a
        position, what closes it opens nothing. Also return the value of other contracts alone.
        """
        sums = dict(self._sums.get(account, {}))
        place = self._places.get((account, con_id), _NOWHERE)
        mine = place
        if own != place.filling:
            mine = Place(filling=own)
            self._value((account, con_id), mine)
        sums[place.kind] = sums.get(place.kind, _NONE) - place.value
        elsewhere = sum((_worth(*each, worth) for each in sums.items()), _NONE)
        sums[mine.kind] = sums.get(mine.kind, _NONE) + mine.value
        by_class: dict[str, Decimal] = {}
        for kind, value in sums.items():
            if value:
                sec_type = kind[0]
                by_class[sec_type] = by_class.get(sec_type, _NONE) + _worth(kind, value, worth)
        return tuple(by_class.items()), elsewhere

    def _bring_up_to_date(self) -> None:
        views = self._orders.working()
        moved = {key for key in self._moved.moved if key in self._places}
        self._moved.moved.clear()
        self._moved.quoted.clear()
        moved |= self._unpriced
        if self._contracts.revision != self._revision:
            self._revision = self._contracts.revision
            moved |= {
                key
                for key, place in self._places.items()
                if self._contracts.details(key[1]) is not place.details
            }
        if views is not self._views or self._by_cash:
            self._views = self._sized = views
            self._by_cash = any(each.cash_quantity and not each.quantity for each in views)
            if self._by_cash:
                self._sized = tuple(map(self._in_shares, views))
            moved |= self._sort_in()
        for key in moved:
            self._value_anew(key)

    def _sort_in(self) -> set[Key]:
        """Take what changed among the orders and return where what may fill has changed.

        Where all that changed stands alone, neither parent nor child nor of a group nor with
        legs, only its contracts are sorted anew, else everything.
        """
        before, self._known = self._known, {each.key: each for each in self._sized}
        changed = [each for each in self._sized if _differ(before.get(each.key), each)]
        left = [each for key, each in before.items() if key not in self._known]
        was = [before[each.key] for each in changed if each.key in before]
        touched = [*changed, *left, *was]
        if not touched:
            return set()
        places = {(each.account, each.con_id) for each in touched}
        if all(map(self._is_alone, touched)) and not places & self._tangled:
            return self._sort_places(places)
        return self._group()

    def _is_alone(self, view: OrderView) -> bool:
        if view.parent is not None or view.oca_group or view.key in self._not_alone:
            return False
        order = self._orders.get(view.key)
        return order is not None and not order.legs

    def _sort_places(self, places: set[Key]) -> set[Key]:
        """Sort the orders of some contracts anew, all of which stand alone."""
        found: dict[Key, list[OrderView]] = {key: [] for key in places}
        for view in self._sized:
            here = found.get((view.account, view.con_id))
            if here is not None:
                here.append(view)
        for key, orders in found.items():
            place = self._places.setdefault(key, Place())
            place.orders = tuple(orders)
            place.filling = may_fill(orders)
        return places

    def _group(self) -> set[Key]:
        """Sort the orders by contract anew and return where what may fill has changed."""
        self._not_alone = {each.parent for each in self._sized if each.parent is not None}
        not_alone = [each for each in self._sized if not self._is_alone(each)]
        self._not_alone |= {each.key for each in not_alone}
        self._tangled = {(each.account, each.con_id) for each in not_alone}
        orders = _by_place((each, each) for each in self._sized)
        filling = _by_place((each[0], each) for each in may_fill(self._sized))
        legs = _by_place(self._legs())
        changed = set()
        for key in self._places.keys() | orders.keys() | legs.keys():
            place = self._places.setdefault(key, Place())
            place.legs = tuple(legs.get(key, ()))
            place.orders = tuple(orders.get(key, ()))
            fills = tuple(filling.get(key, ()))
            if fills != place.filling or not place.orders:
                place.filling = fills
                changed.add(key)
        return changed

    def _legs(self) -> Iterator[tuple[OrderView, Filling]]:
        for view in self._sized:
            order = self._orders.get(view.key)
            for leg in order.legs if order is not None else ():
                filling = leg_filling(view, leg)
                yield filling[0], filling

    def _value_anew(self, key: Key) -> None:
        place = self._places[key]
        self._unpriced.discard(key)
        self._count(key, place, -1)
        if not place.orders and not place.legs:
            del self._places[key]
            return
        self._value(key, place)
        self._count(key, place, 1)
        if not place.own_prices:
            self._unpriced.add(key)

    def _count(self, key: Key, place: Place, sign: int) -> None:
        sums = self._sums.setdefault(key[0], {})
        sums[place.kind] = sums.get(place.kind, _NONE) + sign * place.value

    def _value(self, key: Key, place: Place) -> None:
        """Work out what the orders of a contract open beside its position."""
        account, con_id = key
        place.details = self._contracts.details(con_id)
        place.value, place.own_prices = _NONE, True
        held = self._positions.quantity(account, con_id)
        to_close = abs(held)
        for order, quantity in place.filling:
            opening = quantity
            if held * order.side.sign < 0:
                closing = min(to_close, quantity)
                to_close -= closing
                opening -= closing
            if order.is_unsized:
                place.value += order.cash_quantity or _NONE
            if opening:
                place.value += opening * self._unit_value(order, place)

    def _in_shares(self, order: OrderView) -> OrderView:
        """Return an order sized by cash with the most that its cash can be worth in shares."""
        if order.quantity or not order.cash_quantity:
            return order
        details, quote = self._contracts.details(order.con_id), self._quotes.quote(order.con_id)
        prices = {order.limit_price, order.stop_price}
        if quote is not None:
            prices |= {exact(each) for each in (quote.bid, quote.ask, quote.last, quote.close)}
        price = min((each for each in prices if each is not None and each > 0), default=None)
        if price is None or details is None or details.multiplier <= 0:
            return order
        unit = price * details.multiplier / details.price_magnifier
        shares = (order.cash_quantity / unit / _PART).to_integral_value(ROUND_CEILING) * _PART
        return replace(order, quantity=order.filled + shares)

    def _unit_value(self, order: OrderView, place: Place) -> Decimal:
        """Value one share of a working order; 0 where nothing tells its price."""
        own = (order.limit_price, order.pending_limit, order.stop_price, order.pending_stop)
        price = max((abs(each) for each in own if each is not None), default=_NONE)
        if not price:
            place.own_prices = False
            price = self._market_price(order.con_id)
        details = place.details
        return price if details is None else price * details.multiplier / details.price_magnifier

    def _market_price(self, con_id: ConId) -> Decimal:
        quote = self._quotes.quote(con_id)
        if quote is None:
            return _NONE
        seen = (quote.ask, quote.last, quote.close)
        return next((abs(Decimal(str(each))) for each in seen if each), _NONE)


def _differ(one: OrderView | None, other: OrderView) -> bool:
    return one is not other and one != other


def _worth(kind: Kind, value: Decimal, worth: Worth) -> Decimal:
    rate = worth(kind[1]) if value else None
    return value if rate is None or rate is ONE else value * rate


def _by_place(rows: Iterable[tuple[OrderView, _Row]]) -> dict[Key, list[_Row]]:
    found: dict[Key, list[_Row]] = {}
    for order, row in rows:
        found.setdefault((order.account, order.con_id), []).append(row)
    return found
