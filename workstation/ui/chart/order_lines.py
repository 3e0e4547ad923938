"""Orders and the position of one contract as lines on its chart."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.account import PositionView
from workstation.domain.contract import ContractDetails
from workstation.domain.ids import ConId, OrderKey
from workstation.domain.order import OrderChange, OrderType, Side
from workstation.domain.order_status import OrderView, Pending
from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.screen_state import ScreenState
from workstation.ui.ticket_wishes import limit_of, new_intent, stop_of

_MOVABLE = frozenset({"LMT", "STP", "STP LMT"})
"""Types whose prices stand still until somebody moves them; a trailing stop moves by itself."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One price of a working order: its limit, or its stop."""

    order: OrderView
    price: Decimal
    is_stop: bool

    @property
    def id(self) -> tuple[OrderKey, bool]:
        """What tells lines apart while their orders change."""
        return self.order.key, self.is_stop

    @property
    def can_move(self) -> bool:
        """Whether this client may change the price now."""
        order = self.order
        is_quiet = order.cancel is Pending.NONE and order.replace is Pending.NONE
        return order.editable and order.is_working and is_quiet and order.order_type in _MOVABLE

    @property
    def can_cancel(self) -> bool:
        """Whether this client may cancel the order now."""
        return self.order.editable and self.order.cancel is Pending.NONE

    def label(self, ladder: PriceLadder | None) -> str:
        """Write what the order is: SELL 100 STP 186.50, with its state where it is not working."""
        order = self.order
        kind = text.one_line(order.order_type, 12)
        if order.order_type == OrderType.STOP_LIMIT.value:
            kind += " stop" if self.is_stop else " limit"
        size = text.ABSENT if order.is_unsized else text.size(order.remaining)
        price = text.exact_price(self.price, ladder)
        parts = f"{order.side.value} {size} {kind} {price}"
        state = order.display_state
        return parts if state == "Working" else f"{parts} · {state}"

    def change_to(self, price: Decimal) -> OrderChange:
        """Return the wish for another price."""
        if self.is_stop:
            return OrderChange(
                intent_id=new_intent(), key=self.order.key, stop_price=price, source="chart"
            )
        return OrderChange(
            intent_id=new_intent(), key=self.order.key, limit_price=price, source="chart"
        )


@dataclass(frozen=True, slots=True)
class PositionLine:
    """The average price of a position, as prices are quoted."""

    position: PositionView
    price: float

    def label(self, ladder: PriceLadder | None) -> str:
        """Write side, size, price and profit: LONG 300 @ 181.25  +1,781.01."""
        side = "LONG" if self.position.quantity > 0 else "SHORT"
        size = text.size(abs(self.position.quantity))
        price = text.average_price(Decimal(str(round(self.price, 6))), ladder)
        profit = text.signed_money(self.position.unrealized_pnl)
        return f"{side} {size} @ {price}  {profit}"


def order_lines(state: ScreenState, con_id: ConId | None) -> list[OrderLine]:
    """Return every price of the working orders of a contract, whoever placed them."""
    lines: list[OrderLine] = []
    for order in state.orders.values():
        if order.con_id != con_id or not order.is_working:
            continue
        limit, stop = limit_of(order), stop_of(order)
        if stop is not None:
            lines.append(OrderLine(order, stop, is_stop=True))
        if limit is not None:
            lines.append(OrderLine(order, limit, is_stop=False))
    return sorted(lines, key=_price_of, reverse=True)


def _price_of(line: OrderLine) -> Decimal:
    return line.price


def position_line(state: ScreenState, con_id: ConId | None) -> PositionLine | None:
    """Return the line of the position, None without one or before its cost is known."""
    position = state.position(con_id)
    details = state.details.get(con_id) if con_id is not None else None
    if position is None or not position.quantity or position.average_cost is None:
        return None
    per_point = money_per_point(details)
    return PositionLine(position, float(position.average_cost / per_point))


def money_per_point(details: ContractDetails | None) -> Decimal:
    """Return the money of one price point of one unit."""
    return details.multiplier / details.price_magnifier if details else Decimal(1)


def nearest_price(price: float, ladder: PriceLadder | None) -> Decimal:
    """Return the allowed price nearest to a place on the axis."""
    exact = Decimal(str(round(price, 8)))
    if ladder is None:
        return exact.quantize(Decimal("0.01"))
    low, high = ladder.snap_down(exact), ladder.snap_up(exact)
    return low if exact - low <= high - exact else high


def kind_at(side: Side, price: Decimal, last: float | None) -> OrderType:
    """Return what an order at a price must be: a limit, or a stop beyond the market."""
    at = Decimal(str(last)) if last is not None else price
    return OrderType.LIMIT if (price <= at) is (side is Side.BUY) else OrderType.STOP


def preview_words(line: OrderLine, price: Decimal, state: ScreenState) -> str:
    """Say what a line dragged to a price would mean: distance, money, and multiples of risk."""
    con_id = line.order.con_id
    details, quote = state.details.get(con_id), state.quotes.get(con_id)
    ladder = state.ladder(con_id)
    moved = f"{text.exact_price(line.price, ladder)} → {text.exact_price(price, ladder)}"
    parts = [moved]
    if quote is not None and quote.last is not None:
        away = float(price) - quote.last
        side = "above" if away >= 0 else "below"
        parts.append(f"{text.distance(abs(away), quote.last, ladder)} {side} last")
    gain = _gain(line, price, state, details)
    if gain is not None:
        parts.append(f"P&L there {text.signed_money(gain)}")
        parts += _multiples(line, gain, state, details)
    else:
        value = price * line.order.remaining * money_per_point(details)
        parts.append(f"value {text.money(value)}")
    return " · ".join(parts)


def _multiples(
    line: OrderLine, gain: Decimal, state: ScreenState, details: ContractDetails | None
) -> list[str]:
    """Say what an exit makes in multiples of the risk; of a stop also what it makes of the target.

    1 R is what is lost from the entry to the stop as it works now.
    """
    same_side = [
        other
        for other in order_lines(state, line.order.con_id)
        if other.order.side is line.order.side
    ]
    kin = [other for other in same_side if other.order.parent == line.order.parent]
    others = kin if len(kin) > 1 else same_side
    stops = [line] if line.is_stop else [other for other in others if other.is_stop]
    gains = [_gain(line, stop.price, state, details) for stop in stops]
    risk = min((-each for each in gains if each is not None and each < 0), default=None)
    said = [] if risk is None else [_in_risk(gain / risk)]
    targets = [other for other in others if other.order.order_type == OrderType.LIMIT.value]
    if line.is_stop and gain < 0 and targets:
        wins = [_gain(line, target.price, state, details) for target in targets]
        best = min((win for win in wins if win is not None and win > 0), default=None)
        said += [] if best is None else [f"target then {_in_risk(best / -gain)}"]
    return said


def _in_risk(multiple: Decimal) -> str:
    return f"{multiple:+.1f} R".replace("-", "−")


def _gain(
    line: OrderLine, price: Decimal, state: ScreenState, details: ContractDetails | None
) -> Decimal | None:
    """Return the profit of an exit at a price, None for an order that is no exit.

    An exit that waits for its entry is measured against the price of that order.
    """
    order, per_point = line.order, money_per_point(details)
    position = state.position(order.con_id)
    if position is not None and position.average_cost is not None:
        direction = 1 if position.quantity > 0 else -1
        if position.quantity and direction != order.side.sign:
            size = min(abs(position.quantity), order.remaining)
            return (price * per_point - position.average_cost) * size * direction
    entry = state.orders.get(order.parent) if order.parent is not None else None
    if entry is None or entry.side is order.side or not entry.is_working:
        return None
    entered = entry.limit_price if entry.limit_price is not None else entry.stop_price
    if entered is None:
        return None
    return (price - entered) * per_point * order.remaining * entry.side.sign
