"""What is kept of one practice session, as plain values that a person can read in its file."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Protocol

from workstation.domain.bar import Show
from workstation.matching.fees import ZERO, Fee
from workstation.matching.practice_market import Standing
from workstation.matching.practice_orders import Kind, PracticeFill, PracticeOrder, Status

VERSION = 1
MOST_FILLS = 20_000
"""More fills than this are no practice session of a person's."""

_FEE = ("each", "part", "least")
FREE = Fee(ZERO, ZERO, ZERO)

Plain = dict[str, object]


class RecordError(ValueError):
    """A file is no practice session."""


class PracticeStore(Protocol):
    """Where practice sessions outlive the program. GUI thread."""

    def names(self) -> list[str]:
        """Return the names of all sessions, the latest first."""
        ...

    def load(self, name: str) -> Plain | None:
        """Return what was saved under a name, None where nothing can be read."""
        ...

    def save(self, name: str, state: Plain) -> bool:
        """Keep a session; tell whether it is kept."""
        ...

    def delete(self, name: str) -> None:
        """Drop a session."""
        ...

    def load_rates(self) -> Plain:
        """Return the commissions that were set, by kind of contract."""
        ...

    def save_rates(self, rates: Plain) -> None:
        """Keep the commissions."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeRecord:
    """One session: the chart it is of, how far it came, and its account.

    Moments are opening times of bars in seconds since 1970 UTC; prices in `standing` are in
    ticks.
    """

    con_id: int
    symbol: str
    sec_type: str
    currency: str
    size: str
    """Size of the chart's bars, as it is written: 5m."""

    show: Show
    regular: bool
    tick: Decimal
    per_point: Decimal
    began: int
    """The newest bar that was shown at the beginning."""

    moment: int
    """The newest bar that was shown last."""

    fee: Fee = FREE
    standing: Standing = field(default_factory=Standing)

    @property
    def position(self) -> int:
        """Shares or lots held, negative when short."""
        return sum(fill.sign * fill.size for fill in self.standing.fills)


def plain_record(record: PracticeRecord) -> Plain:
    """Return a session ready for JSON: times in words, prices of the contract as text."""
    tick, standing = record.tick, record.standing
    return {
        "practice": VERSION,
        "contract": record.con_id,
        "symbol": record.symbol,
        "kind": record.sec_type,
        "currency": record.currency,
        "bars": record.size,
        "prices": record.show.value,
        "regular hours": record.regular,
        "price step": str(tick),
        "money per point": str(record.per_point),
        "began": _words(record.began),
        "moment": _words(record.moment),
        "position": record.position,
        "commission": plain_fee(record.fee),
        "price came down": standing.came_down,
        "queue": list(standing.queue),
        "orders": [_plain_order(each, standing.stops, tick) for each in standing.orders],
        "fills": [_plain_fill(each, tick) for each in standing.fills],
    }


def read_record(state: Plain) -> PracticeRecord:
    """Read plain_record() back. Raises RecordError where it is no such thing."""
    try:
        return _read(state)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise RecordError(f"no practice session: {error}") from error


def plain_fee(fee: Fee) -> Plain:
    """Return a commission ready for JSON."""
    return {name: str(getattr(fee, name)) for name in _FEE}


def read_fee(state: object) -> Fee | None:
    """Read plain_fee() back, None where it is no such thing."""
    if not isinstance(state, dict):
        return None
    try:
        each, part, least = (Decimal(str(state[name])) for name in _FEE)
    except (KeyError, InvalidOperation):
        return None
    is_sane = all(value.is_finite() and 0 <= value < 10**6 for value in (each, part, least))
    return Fee(each, part, least) if is_sane else None


def _words(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _seconds(words: object) -> int:
    moment = datetime.fromisoformat(str(words))
    if moment.tzinfo is None:
        raise RecordError("a time has no zone")
    return int(moment.timestamp())


def _plain_order(order: PracticeOrder, stops: dict[int, int], tick: Decimal) -> Plain:
    return {
        "number": order.number,
        "side": "buy" if order.buys else "sell",
        "kind": order.kind.value,
        "quantity": order.size,
        "price": None if order.price is None else str(order.price * tick),
        "parent": order.parent,
        "group": order.group,
        "filled": order.filled,
        "waits for its entry": order.status is Status.HELD,
        "triggered": order.has_triggered,
        "first stop": _price(stops.get(order.number), tick),
    }


def _plain_fill(fill: PracticeFill, tick: Decimal) -> Plain:
    return {
        "time": _words(fill.time),
        "order": fill.order,
        "side": "buy" if fill.buys else "sell",
        "quantity": fill.size,
        "price": str(fill.price * tick),
        "stop": _price(fill.stop, tick),
    }


def _price(ticks: int | None, tick: Decimal) -> str | None:
    return None if ticks is None else str(ticks * tick)


def _read(state: Plain) -> PracticeRecord:
    if state["practice"] != VERSION:
        raise RecordError("of another version")
    tick, per_point = _above_nothing(state["price step"]), _above_nothing(state["money per point"])
    orders, fills = _rows(state["orders"]), _rows(state["fills"])
    stops = {
        _whole(row["number"]): at
        for row in orders
        if (at := _ticks(row.get("first stop"), tick)) is not None
    }
    working = tuple(_read_order(row, tick) for row in orders)
    standing = Standing(
        working,
        tuple(_read_fill(row, tick) for row in fills),
        state["price came down"] is True,
        stops,
        _read_queue(state["queue"], working),
    )
    return PracticeRecord(
        con_id=_whole(state["contract"]),
        symbol=str(state["symbol"])[:24],
        sec_type=str(state["kind"]),
        currency=str(state["currency"])[:8],
        size=str(state["bars"]),
        show=Show(str(state["prices"])),
        regular=state["regular hours"] is True,
        tick=tick,
        per_point=per_point,
        began=_seconds(state["began"]),
        moment=_seconds(state["moment"]),
        fee=read_fee(state["commission"]) or FREE,
        standing=standing,
    )


def _rows(value: object) -> list[Plain]:
    if not isinstance(value, list) or len(value) > MOST_FILLS:
        raise RecordError("the orders or the fills are no list")
    if not all(isinstance(row, dict) for row in value):
        raise RecordError("an order or a fill is nothing")
    return value


def _read_queue(value: object, orders: tuple[PracticeOrder, ...]) -> tuple[int, ...]:
    """Return who stands in the book; orders that a changed file would let cross wait beside it."""
    limits = {
        order.number: order
        for order in orders
        if order.kind is Kind.LIMIT and order.status is Status.WORKING
    }
    named = [number for number in value if number in limits] if isinstance(value, list) else []
    prices = {
        buys: [limits[n].price or 0 for n in named if limits[n].buys is buys]
        for buys in (True, False)
    }
    is_crossed = all(prices.values()) and max(prices[True]) >= min(prices[False])
    return () if is_crossed or len(set(named)) < len(named) else tuple(named)


def _read_order(row: Plain, tick: Decimal) -> PracticeOrder:
    kind = Kind(str(row["kind"]))
    price = _ticks(row["price"], tick)
    size, filled = _whole(row["quantity"]), _whole(row["filled"])
    if (price is None) is not (kind is Kind.MARKET) or not 0 <= filled < size:
        raise RecordError("an order has no price or no size")
    return PracticeOrder(
        number=_whole(row["number"]),
        buys=_buys(row["side"]),
        kind=kind,
        size=size,
        price=price,
        parent=_whole_or_none(row["parent"]),
        group=_whole_or_none(row["group"]),
        filled=filled,
        status=Status.HELD if row["waits for its entry"] is True else Status.WORKING,
        has_triggered=row["triggered"] is True,
    )


def _read_fill(row: Plain, tick: Decimal) -> PracticeFill:
    price, size = _ticks(row["price"], tick), _whole(row["quantity"])
    if price is None or size <= 0:
        raise RecordError("a fill has no price or no size")
    return PracticeFill(
        order=_whole(row["order"]),
        buys=_buys(row["side"]),
        size=size,
        price=price,
        time=_seconds(row["time"]),
        stop=_ticks(row.get("stop"), tick),
    )


def _buys(word: object) -> bool:
    if word not in {"buy", "sell"}:
        raise RecordError("a side is neither buy nor sell")
    return word == "buy"


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise RecordError("a number is none")
    return value


def _whole_or_none(value: object) -> int | None:
    return None if value is None else _whole(value)


def _above_nothing(value: object) -> Decimal:
    number = Decimal(str(value))
    if not number.is_finite() or number <= 0:
        raise RecordError("a price step or the money of a point is nothing")
    return number


def _ticks(value: object, tick: Decimal) -> int | None:
    if value is None:
        return None
    number = Decimal(str(value))
    if not number.is_finite():
        raise RecordError("a price is no number")
    return round(number / tick)
