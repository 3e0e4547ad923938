"""An order laid out on the chart before it is sent: its prices, its draft, and its figures."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from workstation.domain.account import masked
from workstation.domain.bracket import BracketDraft
from workstation.domain.ids import AccountId, ConId, IntentId
from workstation.domain.order import OrderDraft, OrderType, Side, Tif
from workstation.ui import text
from workstation.ui.chart.order_lines import money_per_point
from workstation.ui.screen_state import ScreenState
from workstation.ui.ticket_rules import market
from workstation.ui.ticket_wishes import limit_of, new_intent


class Leg(StrEnum):
    """Which price of a staged order."""

    ENTRY = "entry"
    TARGET = "target"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedOrder:
    """Side, kind and prices of an order that is not sent yet; exits where they are laid out.

    `quantity` is None while the user has given none. `intent_id` stays the same over every
    move, so that two attempts to send it are one order. `account` is the one that was chosen
    when it was laid out, None where none was: then it goes to the one that is chosen at last.
    """

    intent_id: IntentId
    con_id: ConId
    side: Side
    order_type: OrderType
    entry: Decimal
    quantity: Decimal | None
    target: Decimal | None = None
    stop: Decimal | None = None
    closes: bool = False
    account: AccountId | None = None

    def price_of(self, leg: Leg) -> Decimal | None:
        """Return the price of a leg, None where it is not laid out."""
        return {Leg.ENTRY: self.entry, Leg.TARGET: self.target, Leg.STOP: self.stop}[leg]

    def with_price(self, leg: Leg, price: Decimal | None) -> "StagedOrder":
        """Return it with a leg elsewhere, or without an exit."""
        if leg is Leg.TARGET:
            return replace(self, target=price)
        if leg is Leg.STOP:
            return replace(self, stop=price)
        return self if price is None else replace(self, entry=price)

    @property
    def gap(self) -> str:
        """What is missing before it can be sent, empty where nothing is."""
        if self.quantity is None or self.quantity <= 0:
            return "Enter a quantity at the top of the chart"
        if self.target is None and self.stop is not None:
            return "Drag the target out too, or take the stop away"
        if self.stop is None and self.target is not None:
            return "Drag the stop out too, or take the target away"
        return ""

    def draft(self, state: ScreenState) -> OrderDraft | BracketDraft | None:
        """Return the one wish this is, None while something is missing."""
        account = self.account or state.order_account
        if self.gap or self.quantity is None or account is None:
            return None
        is_stop = self.order_type is OrderType.STOP
        entry = OrderDraft(
            intent_id=self.intent_id,
            account=account,
            con_id=self.con_id,
            side=self.side,
            quantity=self.quantity,
            order_type=self.order_type,
            limit_price=None if is_stop else self.entry,
            stop_price=self.entry if is_stop else None,
            tif=Tif.GTC if self.closes else Tif.DAY,
            source="chart",
        )
        if self.target is None or self.stop is None:
            return entry
        return BracketDraft(entry=entry, target_price=self.target, stop_price=self.stop)

    def label(self, leg: Leg, state: ScreenState) -> str:
        """Write what a line is: BUY 100 LMT 185.00, or Target 187.00 +200.00."""
        price, ladder = self.price_of(leg), state.ladder(self.con_id)
        shown = text.exact_price(price, ladder)
        if leg is Leg.ENTRY:
            size = text.ABSENT if self.quantity is None else text.size(self.quantity)
            tif = Tif.GTC if self.closes else Tif.DAY
            return f"{self.side.value} {size} {self.order_type.value} {shown} {tif.value}"
        gain = self.gain(leg, state)
        return f"{leg.value.capitalize()} {shown}  {text.signed_money(gain)}"

    def gain(self, leg: Leg, state: ScreenState) -> Decimal | None:
        """Return what an exit would make, in the contract's currency; None where unknown."""
        price = self.price_of(leg)
        if price is None or self.quantity is None:
            return None
        per_point = money_per_point(state.details.get(self.con_id))
        return (price - self.entry) * self.side.sign * self.quantity * per_point

    def figures(self, state: ScreenState) -> str:
        """Say distance, money and what the exits weigh against each other."""
        quote, ladder = state.quotes.get(self.con_id), state.ladder(self.con_id)
        account = self.account or state.order_account
        several = state.has_several_accounts and account is not None
        parts = [f"account {masked(account)}"] if several and account is not None else []
        if quote is not None and quote.last is not None:
            away = float(self.entry) - quote.last
            side = "above" if away >= 0 else "below"
            parts.append(f"{text.distance(abs(away), quote.last, ladder)} {side} last")
        details = state.details.get(self.con_id)
        if self.quantity is not None:
            currency = details.contract.currency if details else ""
            value = self.entry * self.quantity * money_per_point(details)
            parts.append(f"value {text.money(value, currency)}")
        win, loss = self.gain(Leg.TARGET, state), self.gain(Leg.STOP, state)
        if win is not None:
            parts.append(f"target {text.signed_money(win)}")
        if loss is not None:
            parts.append(f"stop {text.signed_money(loss)}")
        if win is not None and loss is not None and win > 0 > loss:
            parts.append(f"{win / -loss:.1f} R")
        return " · ".join(parts)


def new_staged(
    state: ScreenState,
    con_id: ConId,
    side: Side,
    order_type: OrderType,
    entry: Decimal,
    quantity: Decimal | None,
    account: AccountId | None = None,
) -> StagedOrder:
    """Lay out an order; one that only closes takes the whole position where no size is given."""
    account = account or state.order_account
    position = state.position(con_id, account)
    held = position.quantity if position is not None else Decimal(0)
    is_against = held * side.sign < 0
    if quantity is None and is_against:
        quantity = abs(held)
    others = _closing_already(state, (con_id, account, side), order_type, entry)
    return StagedOrder(
        intent_id=new_intent(),
        con_id=con_id,
        side=side,
        order_type=order_type,
        entry=entry,
        quantity=quantity,
        closes=is_against and quantity is not None and 0 < quantity <= abs(held) - others,
        account=account,
    )


def _closing_already(
    state: ScreenState,
    place: tuple[ConId, AccountId | None, Side],
    order_type: OrderType,
    entry: Decimal,
) -> Decimal:
    """Return how much other orders close before or beside one at this price.

    Stops, exits of a bracket and groups stand until the market comes to them; and so does a
    limit behind the market, for one that is through it.
    """
    con_id, _account, side = place
    quote = state.quotes.get(con_id)
    near = market(side, quote) if quote is not None and not quote.stale else None

    def is_through(price: Decimal | None) -> bool:
        return near is not None and price is not None and (price - near) * side.sign >= 0

    leaves_now = order_type is OrderType.LIMIT and is_through(entry)
    return sum(
        (
            each.remaining
            for each in state.orders.values()
            if (each.con_id, each.account, each.side) == place
            and each.is_working
            and not each.is_protective
            and (not leaves_now or each.limit_price is None or is_through(limit_of(each)))
        ),
        Decimal(0),
    )
