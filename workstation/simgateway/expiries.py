"""What ends on its last day: options are exercised or assigned, futures are settled.

An option that is in the money by a cent or more is exercised for its holder and assigned to who
has written it; any other is worth nothing. Where a stock is delivered, what the option cost is
part of what the shares cost. A future that delivers is closed for its holder when the first
notice day begins, and for who is short of it on its last day: nobody gets a barrel.
"""

from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from workstation.simgateway.accounts import ZERO, Account
from workstation.simgateway.desk import OrderDesk
from workstation.simgateway.exercises import LEAST_INSIDE, Moved, bring_about, inside_of
from workstation.simgateway.instruments import BY_CON_ID, Instrument, OptionPricing
from workstation.simgateway.markets import Markets
from workstation.simgateway.orders import LIVE

ENDED_TEXT = "The contract has expired"
_CHECK_SECONDS = 1.0


class Expiries:
    """Ends contracts when their time has come."""

    def __init__(
        self, markets: Markets, desk: OrderDesk, accounts: Mapping[str, Account], moved: Moved
    ) -> None:
        self._markets = markets
        self._desk = desk
        self._accounts = accounts
        self._moved = moved
        self._ended: set[int] = set()
        self._checked = float("-inf")

    def step(self, now: float) -> None:
        """Do what is due; now is in seconds since 1970."""
        if now - self._checked < _CHECK_SECONDS:
            return
        self._checked = now
        for account in self._accounts.values():
            for con_id, held in list(account.positions.items()):
                if held.quantity and self._is_due(BY_CON_ID[con_id], held.quantity, now):
                    self._settle(account, BY_CON_ID[con_id])
        for con_id in self._markets:
            if con_id not in self._ended and BY_CON_ID[con_id].has_ended(now):
                self._end(con_id)

    @staticmethod
    def _is_due(instrument: Instrument, quantity: Decimal, now: float) -> bool:
        if instrument.has_ended(now):
            return True
        notice = instrument.first_notice
        if notice is None or quantity < 0:
            return False
        zone = ZoneInfo(instrument.time_zone)
        return now >= datetime.combine(notice, time(), zone).timestamp()

    def _end(self, con_id: int) -> None:
        """Stop an ended contract's trading for good."""
        self._ended.add(con_id)
        for order in self._desk.live_orders():
            now = self._desk.orders[order.perm_id]  # its relative may have ended it
            traded = {now.terms.con_id, *(leg.con_id for leg in now.terms.legs)}
            if con_id in traded and now.status in LIVE:
                self._desk.floor.cancel(now, ENDED_TEXT, asked=False)
        self._markets[con_id].expire()

    # ---- settlement ----------------------------------------------------------------------

    def _settle(self, account: Account, instrument: Instrument) -> None:
        if isinstance(instrument.pricing, OptionPricing):
            self._settle_option(account, instrument)
        else:
            quantity = account.position(instrument.con_id).quantity
            price = self._final_price(instrument)
            account.apply_fill(instrument.con_id, -quantity, price, ZERO)
        self._moved(account.name, instrument.con_id)

    def _final_price(self, instrument: Instrument) -> Decimal:
        """Return what a contract is settled at: in cash at what it follows, else at the market."""
        market = self._markets[instrument.con_id]
        if instrument.settles_in_cash and instrument.underlying:
            return self._markets[instrument.underlying].mark()
        return market.mark()

    def _settle_option(self, account: Account, option: Instrument) -> None:
        held = account.position(option.con_id).quantity
        inside = inside_of(self._markets, option)
        if inside < LEAST_INSIDE:
            account.apply_fill(option.con_id, -held, ZERO, ZERO)
        else:
            bring_about(account, option, held, inside, self._moved)
