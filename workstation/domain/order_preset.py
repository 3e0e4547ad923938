"""What the ticket begins with for a contract: presets of everything, of a class and of a symbol."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.order_helpers import SizeMode, neighbour, point_value
from workstation.domain.prices import PriceLadder

MOST_TICKS = 1000
LARGEST = Decimal(10) ** 12

CLASSES = (
    "STK",
    "OPT",
    "FUT",
    "FOP",
    "CASH",
    "CRYPTO",
    "CFD",
    "BOND",
    "FUND",
    "IND",
    "CMDTY",
    "WAR",
)
"""Asset classes, in the broker's words."""


class PresetLevel(StrEnum):
    """How far a preset reaches; a narrower one goes before a wider one, field by field."""

    EVERYTHING = "everything"
    CLASS = "class"
    SYMBOL = "symbol"


class Anchor(StrEnum):
    """From which price a limit is worked out."""

    NEAR = "Own side"
    """The bid for a purchase, the ask for a sale."""

    MID = "Mid"
    FAR = "Other side"
    """The ask for a purchase, the bid for a sale."""

    LAST = "Last"


class DistanceUnit(StrEnum):
    """In what a distance from a price is said."""

    TICKS = "Ticks"
    PRICE = "Price"
    PERCENT = "%"
    MONEY = "Money"
    """Of the whole order, in the contract's currency."""

    RISK = "R"
    """Times what the stop risks; of a target only."""


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a price is from another; `amount` is above 0."""

    amount: Decimal
    unit: DistanceUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPreset:
    """What the ticket takes when the contract changes; None leaves it to a wider preset.

    `sec_type` names a class, with `symbol` a symbol of it. `size` is in shares or lots, or what
    `size_mode` says: money or per cent of equity. A limit stands `limit_ticks` beyond its
    anchor, above 0 towards the other side. `stop_distance` is that of a stop order from the
    market, or by how much a trail follows. `target` and `stop` are a bracket's, from the entry.
    """

    level: PresetLevel = PresetLevel.EVERYTHING
    sec_type: str = ""
    symbol: str = ""
    size: Decimal | None = None
    size_mode: SizeMode | None = None
    order_type: OrderType | None = None
    tif: Tif | None = None
    outside_rth: bool | None = None
    limit_from: Anchor | None = None
    limit_ticks: int | None = None
    stop_distance: Distance | None = None
    bracket: bool | None = None
    target: Distance | None = None
    stop: Distance | None = None
    exit_tif: Tif | None = None

    @property
    def name(self) -> str:
        """What it is for, in a few words."""
        if self.level is PresetLevel.EVERYTHING:
            return "Everything"
        return (
            self.sec_type if self.level is PresetLevel.CLASS else f"{self.symbol} {self.sec_type}"
        )

    @property
    def fault(self) -> str:
        """Why it cannot be used, empty where it can."""
        return next(_faults(self), "")

    def fits(self, contract: Contract) -> bool:
        """Tell whether it reaches a contract."""
        if self.level is PresetLevel.EVERYTHING:
            return True
        is_class = self.sec_type == contract.sec_type
        return is_class and (self.level is PresetLevel.CLASS or self.symbol == contract.symbol)


_PLACE = frozenset({"level", "sec_type", "symbol"})
_TERMS = tuple(each.name for each in fields(OrderPreset) if each.name not in _PLACE)
_REACH = tuple(PresetLevel)
_PAIRS = (("size", "size_mode"), ("limit_from", "limit_ticks"))
"""What says something only together with another field goes with it."""


def preset_for(presets: Iterable[OrderPreset], contract: Contract) -> OrderPreset | None:
    """Return what all presets that reach a contract say together, None where none does."""
    found = sorted(
        (each for each in presets if each.fits(contract)), key=lambda each: _REACH.index(each.level)
    )
    if not found:
        return None
    said: dict[str, Any] = {}
    for each in found:
        said |= {name: value for name in _TERMS if (value := getattr(each, name)) is not None}
        said |= {part: getattr(each, part) for whole, part in _PAIRS if getattr(each, whole)}
    narrowest = found[-1]
    place = {name: getattr(narrowest, name) for name in _PLACE}
    return OrderPreset(**place, **said)


def away(
    price: Decimal,
    distance: Distance,
    *,
    up: bool,
    details: ContractDetails,
    quantity: Decimal | None = None,
    risk: Decimal | None = None,
) -> Decimal | None:
    """Return the price so far above or below another one, on the ladder and never nearer.

    `quantity` is needed for money, `risk`, the distance of the stop, for R; None without them.
    """
    ladder, sign = details.ladder, 1 if up else -1
    if distance.unit is DistanceUnit.TICKS:
        return _ticks(ladder, price, int(distance.amount), up=up)
    step = _in_price(price, distance, details, quantity, risk)
    if step is None:
        return None
    wanted = price + sign * step
    return ladder.snap_up(wanted) if up else ladder.snap_down(wanted)


def anchored(
    side: Side,
    anchor: Anchor,
    ticks: int,
    ladder: PriceLadder,
    bid: Decimal | None,
    ask: Decimal | None,
    last: Decimal | None,
) -> Decimal | None:
    """Return a limit so many ticks beyond its anchor, None without that price."""
    is_buy = side is Side.BUY
    mid = None if bid is None or ask is None or bid > ask else (bid + ask) / 2
    near, far = (bid, ask) if is_buy else (ask, bid)
    base = {Anchor.NEAR: near, Anchor.FAR: far, Anchor.MID: mid, Anchor.LAST: last}[anchor]
    if base is None:
        return None
    start = ladder.snap_down(base) if is_buy else ladder.snap_up(base)
    return _ticks(ladder, start, abs(ticks), up=(ticks > 0) == is_buy)


def _in_price(
    price: Decimal,
    distance: Distance,
    details: ContractDetails,
    quantity: Decimal | None,
    risk: Decimal | None,
) -> Decimal | None:
    match distance.unit:
        case DistanceUnit.PRICE:
            return distance.amount
        case DistanceUnit.PERCENT:
            return abs(price) * distance.amount / 100
        case DistanceUnit.MONEY:
            money = None if not quantity else quantity * point_value(details)
            return distance.amount / money if money else None
        case _:
            return None if risk is None else risk * distance.amount


def _ticks(ladder: PriceLadder, price: Decimal, count: int, *, up: bool) -> Decimal:
    price = ladder.snap_up(price) if up else ladder.snap_down(price)
    for _ in range(count):
        price = neighbour(ladder, price, up=up)
    return price


def _faults(preset: OrderPreset) -> Iterator[str]:
    level = preset.level
    if level is not PresetLevel.EVERYTHING and preset.sec_type not in CLASSES:
        yield f"“{preset.sec_type[:12]}” is no asset class"
    if level is PresetLevel.SYMBOL and not _is_symbol(preset.symbol):
        yield "a preset of a symbol needs the symbol"
    yield from _number_faults(preset)
    yield from _unit_faults(preset)


def _number_faults(preset: OrderPreset) -> Iterator[str]:
    for name, number in (("the size", preset.size), *_distances(preset)):
        if number is not None and not (number.is_finite() and 0 < number <= LARGEST):
            yield f"{name} is not a number above 0"
    if preset.size_mode not in {None, SizeMode.MONEY, SizeMode.EQUITY}:
        yield "a size is in shares, money or % of equity"
    if preset.limit_ticks is not None and abs(preset.limit_ticks) > MOST_TICKS:
        yield f"a limit is at most {MOST_TICKS} ticks from its anchor"
    if preset.exit_tif not in {None, Tif.DAY, Tif.GTC}:
        yield "the exits stand for the day or until cancelled"


def _unit_faults(preset: OrderPreset) -> Iterator[str]:
    for distance in (preset.stop_distance, preset.target, preset.stop):
        if distance is None or distance.unit is not DistanceUnit.TICKS:
            continue
        if not _is_whole(distance.amount):
            yield f"ticks are whole, at most {MOST_TICKS}"
    for distance in (preset.stop_distance, preset.stop):
        if distance is not None and distance.unit is DistanceUnit.RISK:
            yield "only a target is said in R"


def _distances(preset: OrderPreset) -> Iterator[tuple[str, Decimal | None]]:
    for name, distance in (
        ("the stop's distance", preset.stop_distance),
        ("the target's distance", preset.target),
        ("the stop loss's distance", preset.stop),
    ):
        yield name, None if distance is None else distance.amount


def _is_whole(amount: Decimal) -> bool:
    return amount.is_finite() and amount == amount.to_integral_value() and amount <= MOST_TICKS


def _is_symbol(symbol: str) -> bool:
    return bool(symbol) and len(symbol) <= 24 and symbol == symbol.strip().upper()
