"""What happens to an account whose equity no longer covers its margin.

First it is warned: a bulletin, the severity in its values. When the time it is given has passed
and it is still short, its orders are cancelled and positions are closed at the market, those that
bind most first, until there is a little more than enough. Executions say that they liquidate.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, Decimal

from workstation.simgateway.accounts import ZERO, Account
from workstation.simgateway.balances import Balances
from workstation.simgateway.desk import OrderDesk
from workstation.simgateway.instruments import BY_CON_ID, ContractQuery
from workstation.simgateway.order_messages import MANUAL_CLIENT
from workstation.simgateway.order_request import PlaceRequest
from workstation.simgateway.orders import LIVE
from workstation.simgateway.requirements import margin_of

GRACE_SECONDS = 600.0
"""How long a warned account has."""

CANCEL_TEXT = "The account is being liquidated"
_CHECK_SECONDS = 5.0
_BUFFER = Decimal("0.05")
"""Excess liquidity that a liquidation aims at, as a fraction of the equity."""

_WARNING = (
    "Account {name}: margin deficiency of {short:.2f} USD. Positions will be liquidated if it "
    "is not met within {minutes} minutes."
)
_LIQUIDATED = "Account {name}: positions are being liquidated to meet a margin deficiency."
_MET = "Account {name}: the margin deficiency has been met."

Post = Callable[[str], None]
"""Publishes a bulletin."""


class Liquidation:
    """Watches every account and closes what has to be closed."""

    def __init__(
        self,
        desk: OrderDesk,
        accounts: Mapping[str, Account],
        post: Post,
        warned: Callable[[str], None],
        grace: float = GRACE_SECONDS,
    ) -> None:
        """Know whom to tell: post takes a bulletin's text, warned the name of an account."""
        self._desk = desk
        self._accounts = accounts
        self._post = post
        self._warned = warned
        self._grace = grace
        self._checked = float("-inf")

    def step(self, now: float) -> None:
        """Look at the accounts; now is in seconds since 1970."""
        if now - self._checked < _CHECK_SECONDS:
            return
        self._checked = now
        for account in self._accounts.values():
            if any(held.quantity for held in account.positions.values()):
                self._look_at(account, now)
            else:
                account.deficient_since = 0.0

    def _look_at(self, account: Account, now: float) -> None:
        balances = account.balances(self._desk.marks())
        if balances.excess_liquidity >= 0:
            if account.deficient_since:
                account.deficient_since = 0.0
                self._tell(account, _MET.format(name=account.name))
            return
        if not account.deficient_since:
            account.deficient_since = now
            minutes = f"{self._grace / 60:g}"
            short = -balances.excess_liquidity
            self._tell(account, _WARNING.format(name=account.name, short=short, minutes=minutes))
        elif now - account.deficient_since >= self._grace:
            self._liquidate(account, balances)

    def _tell(self, account: Account, text: str) -> None:
        self._post(text)
        self._warned(account.name)

    def _liquidate(self, account: Account, balances: Balances) -> None:
        waiting = [o for o in self._desk.live_orders() if o.terms.account == account.name]
        if any(order.terms.liquidates for order in waiting):
            return  # under way: the book was too thin for all of it
        for order in waiting:
            now = self._desk.orders[order.perm_id]  # its relative may have ended it
            if now.status in LIVE:
                self._desk.floor.cancel(now, CANCEL_TEXT, asked=False)
        self._tell(account, _LIQUIDATED.format(name=account.name))
        missing = -balances.excess_liquidity + max(ZERO, balances.equity) * _BUFFER
        for con_id, quantity, each in self._by_margin(account):
            if missing <= 0:
                return
            step = BY_CON_ID[con_id].size_increment
            wanted = (missing / each / step).to_integral_value(ROUND_CEILING) * step
            size = min(abs(quantity), wanted)
            self._close(account, con_id, size if quantity > 0 else -size)
            missing -= size * each

    def _by_margin(self, account: Account) -> list[tuple[int, Decimal, Decimal]]:
        """Return con_id, quantity and what each contract binds, what binds most first."""
        marks = self._desk.marks()
        found = []
        for con_id, held in account.positions.items():
            instrument = BY_CON_ID[con_id]
            needs = margin_of(instrument, held.quantity, marks[con_id], marks).maintenance
            if needs > 0 and self._desk.is_open(con_id):
                found.append((needs, con_id, held.quantity))
        found.sort(reverse=True)
        return [(con_id, size, needs / abs(size)) for needs, con_id, size in found]

    def _close(self, account: Account, con_id: int, quantity: Decimal) -> None:
        instrument = BY_CON_ID[con_id]
        request = PlaceRequest(
            order_id=self._desk.numbers.next_order_id(MANUAL_CLIENT),
            contract=ContractQuery(
                con_id=con_id, sec_type=instrument.sec_type, exchange=instrument.exchanges[0]
            ),
            side="SELL" if quantity > 0 else "BUY",
            quantity=abs(quantity),
            order_type="MKT",
            tif="DAY",
            account=account.name,
            outside_rth=True,
            liquidates=True,
        )
        self._desk.place(MANUAL_CLIENT, request)
