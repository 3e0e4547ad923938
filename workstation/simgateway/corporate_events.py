"""What a new day brings: splits, dividends, the fee for shares that are borrowed.

Source: orders good until cancelled end with a split and are not reduced by a dividend, as the
broker's description of the time in force GTC says.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from workstation.simgateway.accounts import Account
from workstation.simgateway.corporate_actions import Dividend, Split, as_of, dividends, splits
from workstation.simgateway.desk import OrderDesk
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.markets import Histories, Markets
from workstation.simgateway.orders import CANCELLED, LIVE, Order

_DAYS_OF_A_YEAR = 360
_DIGITS = Decimal("0.00000001")
SPLIT_TEXT = "The contract has been split"

Moved = Callable[[str, int], None]
"""Is told the account and the con_id of a position that changed."""


class CorporateEvents:
    """Lets the days of splits and dividends happen, and charges for borrowed shares."""

    def __init__(
        self, markets: Markets, histories: Histories, desk: OrderDesk, moved: Moved
    ) -> None:
        self._markets = markets
        self._histories = histories
        self._desk = desk
        self._moved = moved

    def reprice(self, after: date, until: date) -> None:
        """Do to open markets what happens between two days, the second one included."""
        for con_id in self._markets:
            for event in actions(con_id, after, until):
                if isinstance(event, Split):
                    self._split(con_id, event)
                else:
                    self._desk.jump(con_id, -BY_CON_ID[con_id].ticks(event.amount))

    def _split(self, con_id: int, event: Split) -> None:
        for order in self._desk.live_orders():
            now = self._desk.orders[order.perm_id]  # its relative may have ended it
            if now.terms.con_id == con_id and now.status in LIVE:
                self._desk.floor.cancel(now, SPLIT_TEXT, asked=False)
        history = self._histories[con_id]
        market = self._markets[con_id]
        market.split(as_of(BY_CON_ID[con_id], event.day), event.new, event.old, self._desk.now())
        history.split(event.new, event.old)

    def settle(self, account: Account, after: date, until: date) -> None:
        """Do to an account's positions what happens between two days, the second included."""
        for con_id, held in list(account.positions.items()):
            if held.quantity < 0 and BY_CON_ID[con_id].sec_type == "STK":
                self._charge_borrowing(account, con_id, (until - after).days)
            events = list(actions(con_id, after, until)) if held.quantity else []
            for event in events:
                if isinstance(event, Dividend):
                    account.receive(con_id, event.amount)
                else:
                    mark = self._markets[con_id].mark()
                    account.split(con_id, event.new, event.old, mark)
            if events:
                self._moved(account.name, con_id)

    def _charge_borrowing(self, account: Account, con_id: int, nights: int) -> None:
        """Take what borrowing shares sold short has cost."""
        market = self._markets[con_id]
        worth = market.instrument.money(market.mark())
        yearly = BY_CON_ID[con_id].borrow.yearly_fee
        fee = (worth * yearly * nights / _DAYS_OF_A_YEAR).quantize(_DIGITS)
        if fee > 0:
            account.receive(con_id, fee)  # a negative position pays it


def actions(con_id: int, after: date, until: date) -> Iterator[Split | Dividend]:
    """Yield what happens to a stock between two days, the second one included."""
    instrument = BY_CON_ID[con_id]
    found: list[Split | Dividend] = [*splits(instrument, until), *dividends(instrument, until)]
    yield from (one for one in found if after < one.day <= until)


def surviving(
    orders: Iterable[Order], last_day: Mapping[str, date], today: date, now: float
) -> list[Order]:
    """Return the orders of an earlier run, those ended that a split since then has ended.

    last_day is the last day that each account has seen.
    """

    def kept(order: Order) -> Order:
        since = last_day.get(order.terms.account, today)
        is_split = any(isinstance(e, Split) for e in actions(order.terms.con_id, since, today))
        if order.is_live and is_split:
            return replace(order, status=CANCELLED, done_at=now, done_reason=SPLIT_TEXT)
        return order

    return [kept(order) for order in orders]
